//! Waits after wrong passwords, and limits on new accounts: they slow those who guess, and keep nobody out by the mistakes of
//! others.

use crate::command_line::{folder, minschool, words};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, TestNode, Visitor, config};
use minschool::db::query;
use minschool::domain::sessions::{Area, Client};
use minschool::domain::users::sign_in::{self, Credentials, SignIn};
use minschool::domain::{Error, idempotency};
use rstest::rstest;

const WRONG: &str = "wrong";

/// The same site with its limits on.
async fn strict(test: &TestApp) -> TestNode {
    let mut config = config(&test.backends);
    config.rate_limits = true;
    at_ten_past(test.node_with(config).await)
}

/// Its clock stands at ten past the next hour, so that no hour and no day ends within a story.
fn at_ten_past(site: TestNode) -> TestNode {
    let past = site.app.context.clock.now().unix_timestamp().rem_euclid(3600);
    site.app.context.clock.advance(time::Duration::seconds(3600 - past + 600));
    site
}

/// Sends the sign-in form.
async fn try_on_site(visitor: &mut Visitor, name: &str, password: &str) -> Page {
    let page = visitor.get("/login").await;
    visitor.submit(&page, "/login", &[("email", &format!("{name}@example.com")), ("password", password)]).await
}

async fn try_in_panel(visitor: &mut Visitor, name: &str, password: &str) -> Page {
    let page = visitor.get_admin("/login").await;
    visitor.submit_admin(&page, "/login", &[("email", &format!("{name}@example.com")), ("password", password)]).await
}

/// Tries one account without the form, whose own limit is 60 a minute.
async fn guess(site: &TestNode, name: &str, password: &str, ip: &str) -> Result<SignIn, Error> {
    let form = Credentials { email: format!("{name}@example.com"), password: password.into(), persistent: false };
    let client = Client { ip: ip.into(), agent: String::new() };
    sign_in::sign_in(&site.app.context, Area::Site, &idempotency::Key(format!("{name}{ip}")), &form, &client, "").await
}

/// Wrong passwords for so many accounts, each from an address of its own in the network; fourteen at once, as many wait for
/// a hash at most.
async fn guess_many(site: &TestNode, accounts: std::ops::Range<u32>, network: &str) {
    let accounts: Vec<u32> = accounts.collect();
    for some in accounts.chunks(14) {
        let tries = some.iter().map(async |n| guess(site, &format!("user{n}"), WRONG, &format!("{network}{n:x}")).await);
        for answer in futures_util::future::join_all(tries).await {
            assert!(matches!(answer, Ok(SignIn::BadCredentials)), "{answer:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn many_accounts_tried_from_one_ipv6_network_are_slowed_and_other_networks_are_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let strict = strict(&test).await;
    guess_many(&strict, 0..308, "2001:db8:1:2::").await;

    let mut eve = test.visitor().on(&strict).with("x-forwarded-for", "2001:db8:1:2:aaaa::1");
    let page = try_on_site(&mut eve, "grace", WRONG).await;

    assert_eq!(page.status, 429);
    assert!(!page.header("retry-after").is_empty() && page.says("로그인 시도가 많았습니다"), "{}", page.text());
    let mut elsewhere = test.visitor().on(&strict).with("x-forwarded-for", "2001:db8:1:3::1");
    assert_eq!(try_on_site(&mut elsewhere, "ada", PASSWORD).await.status, 200);
    let page = ada.get("/logout").await;
    ada.submit(&page, "/logout", &[]).await;
    let mut ada = ada.on(&strict).with("x-forwarded-for", "2001:db8:1:2:bbbb::1");
    assert!(try_on_site(&mut ada, "ada", PASSWORD).await.says("ada님"), "a browser that is known does not wait for others");
}

#[rstest]
#[tokio::test]
async fn accounts_that_are_signed_in_to_raise_what_their_network_may_get_wrong(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    test.member("ada").await;
    test.member("grace").await;
    for name in ["ada", "grace"] {
        assert!(matches!(guess(&strict, name, PASSWORD, "203.0.113.7").await, Ok(SignIn::Accepted { .. })));
    }
    let from_office = async |n: u32| guess(&strict, &format!("user{n}"), WRONG, "203.0.113.7").await;

    for n in 0..306 {
        assert!(matches!(from_office(n).await, Ok(SignIn::BadCredentials)), "{n}");
    }

    assert!(matches!(from_office(0).await, Ok(SignIn::BadCredentials)), "an account that has failed before is no new one");
    let tries = futures_util::future::join_all((400..414).map(from_office)).await;
    assert!(tries.iter().all(|answer| matches!(answer, Ok(SignIn::BadCredentials))), "{tries:?}");
    assert!(matches!(from_office(500).await, Err(Error::Slow(_))));
}

#[rstest]
#[tokio::test]
async fn twenty_colleagues_who_mistype_behind_one_address_are_not_kept_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    for n in 0..20 {
        test.member(&format!("colleague{n}")).await;
    }
    let at_work = || test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.8");

    for n in 0..20 {
        assert_eq!(try_on_site(&mut at_work(), &format!("colleague{n}"), WRONG).await.status, 422);
    }

    for n in 0..20 {
        let name = format!("colleague{n}");
        assert!(try_on_site(&mut at_work(), &name, PASSWORD).await.says(&format!("{name}님")));
    }
}

#[rstest]
#[tokio::test]
async fn a_stranger_who_guesses_keeps_the_owner_out_of_neither_a_known_browser_nor_the_panel(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    test.person("ada", "admin").await;
    let mut home = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.20");
    try_on_site(&mut home, "ada", PASSWORD).await;
    let page = home.get("/logout").await;
    home.submit(&page, "/logout", &[]).await;
    for n in 0..20 {
        let mut eve = test.visitor().on(&strict).with("x-forwarded-for", &format!("198.51.100.{n}"));
        try_on_site(&mut eve, "ada", WRONG).await;
    }

    let mut fresh = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.21");
    assert_eq!(try_on_site(&mut fresh, "ada", PASSWORD).await.status, 429, "the account has to wait in browsers unknown");

    assert!(try_on_site(&mut home, "ada", PASSWORD).await.says("ada님"));
    assert!(try_in_panel(&mut fresh, "ada", PASSWORD).await.status == 200 && fresh.cookie("ms_admin").is_some());
}

#[rstest]
#[tokio::test]
async fn a_stolen_browser_has_to_wait_and_keeps_the_owner_out_of_no_other_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    test.member("ada").await;
    let (mut phone, mut stolen) = (test.visitor().on(&strict), test.visitor().on(&strict));
    try_on_site(&mut phone, "ada", PASSWORD).await;
    try_on_site(&mut stolen, "ada", PASSWORD).await;
    assert_ne!(phone.cookie("ms_device"), stolen.cookie("ms_device"));
    let mut thief = test.visitor().on(&strict);
    thief.take_cookie("ms_device", &stolen);
    let mut owner = test.visitor().on(&strict);
    owner.take_cookie("ms_device", &phone);

    let tries = futures_util::future::join_all((0..12).map(|_| {
        let mut thief = thief.clone();
        async move { try_on_site(&mut thief, "ada", WRONG).await.status }
    }));
    let tries = tries.await;

    assert!(tries.iter().all(|status| [422, 429].contains(status)), "{tries:?}");
    assert_eq!(try_on_site(&mut thief, "ada", PASSWORD).await.status, 429);
    assert!(try_on_site(&mut owner, "ada", PASSWORD).await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_cookie_for_another_account_or_router_or_a_forged_one_makes_no_browser_known(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    test.person("ada", "admin").await;
    test.member("grace").await;
    let (mut grace, mut panel) = (test.visitor().on(&strict), test.visitor().on(&strict));
    try_on_site(&mut grace, "grace", PASSWORD).await;
    try_in_panel(&mut panel, "ada", PASSWORD).await;
    futures_util::future::join_all((0..14).map(|n| guess(&strict, "ada", WRONG, ["203.0.113.30", "203.0.113.31"][n % 2]))).await;
    let panel = panel.cookie("ms_device").unwrap().to_owned();
    let forged = format!("{}{}", &panel[..64], if panel.ends_with('A') { 'B' } else { 'A' });
    let half = "é".repeat(32) + "x";

    for cookie in [grace.cookie("ms_device").unwrap(), &panel, &forged, "", ".", &half] {
        let mut eve = test.visitor().on(&strict);
        eve.set_cookie("ms_device", cookie);
        assert_eq!(try_on_site(&mut eve, "ada", PASSWORD).await.status, 429, "{cookie}");
    }
}

#[rstest]
#[tokio::test]
async fn one_browser_is_known_for_several_accounts_and_sends_that_to_the_sign_in_form_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut family = test.visitor().on(&strict);
    for name in ["ada", "grace", "joan"] {
        test.member(name).await;
        let page = try_on_site(&mut family, name, PASSWORD).await;
        let page = family.get(if page.path == "/" { "/logout" } else { "/" }).await;
        family.submit(&page, "/logout", &[]).await;
        futures_util::future::join_all((0..14).map(|_| guess(&strict, name, WRONG, "203.0.113.40"))).await;
    }

    for name in ["ada", "grace", "joan"] {
        let mut family = family.clone();
        assert!(try_on_site(&mut family, name, PASSWORD).await.says(&format!("{name}님")));
    }
    let mut raw = test.visitor().on(&strict);
    let page = raw.get("/login").await;
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("once", &page.once("/login"))];
    // An account whose wait is long: what is known stays as it was, and no new cookie comes.
    let refused = raw.send(poem::http::Method::POST, "/login", Some(crate::support::encode(&fields)), false).await;
    assert!(refused.status == 429 && raw.cookie("ms_device").is_none());
    let request = family.request(poem::http::Method::GET, "/community/free", None);
    assert!(request.header("cookie").is_none_or(|line| !line.contains("ms_device")), "guests' pages stay common");
}

#[rstest]
#[tokio::test]
async fn an_operator_ends_the_wait_of_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let ada = test.member("ada").await;
    futures_util::future::join_all((0..14).map(|_| guess(&strict, "ada", WRONG, "203.0.113.50"))).await;
    assert!(matches!(guess(&strict, "ada", PASSWORD, "203.0.113.50").await, Err(Error::Slow(_))));

    match &test.backends.redis {
        // The command of its own process, on the same Redis.
        Some(redis) => {
            let folder = folder();
            let mut command = minschool(&folder);
            command.env("DATABASE_URL", &test.backends.database_url).env("REDIS_URL", redis.url());
            let output = tokio::task::spawn_blocking(move || command.args(["user", "unlock", "--email", "ADA@example.com"]).output());
            let output = output.await.unwrap().unwrap();
            assert!(output.status.success(), "{}", words(&output));
        }
        None => {
            let by = operator_by();
            minschool::domain::users::sign_in_limits::unlock(&strict.app.context, &by, "ADA@example.com").await.unwrap();
        }
    }

    assert!(matches!(guess(&strict, "ada", PASSWORD, "203.0.113.50").await, Ok(SignIn::Accepted { .. })));
    let noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'user.unlock' AND target_id = $1";
    assert_eq!(query::number(&test.app.context.db, noted, [ada.into()]).await.unwrap(), Some(1));
}

#[rstest]
#[tokio::test]
async fn one_network_opens_five_accounts_in_an_hour_and_keeps_what_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let from = |ip: &str| test.visitor().on(&strict).with("x-forwarded-for", ip);
    for n in 0..5 {
        assert_eq!(sign_up(&mut from("2001:db8:9:9::1"), n, PASSWORD).await.status, 200);
    }
    let faulty = sign_up(&mut from("2001:db8:9:8::1"), 5, "short").await;
    assert_eq!(faulty.status, 422);

    let page = sign_up(&mut from("2001:db8:9:9:ffff::2"), 5, PASSWORD).await;

    assert_eq!(page.status, 429, "{}", page.text());
    let left: i64 = page.header("retry-after").parse().unwrap();
    assert!((2_400..=3_000).contains(&left), "until the hour is over: {left}");
    assert!(page.says("분 뒤에 다시 시도해 주세요"), "{}", page.text());
    assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some("new5@example.com"));
    assert_eq!(page.attribute("[name=name]", "value").as_deref(), Some("새회원5"));
    assert_eq!(page.count("[name=terms][checked]") + page.count("[name=privacy][checked]"), 2);
    assert!(!page.html.contains(PASSWORD));
    let mut english = from("2001:db8:9:9::3").with("accept-language", "en");
    assert!(sign_up(&mut english, 5, PASSWORD).await.says("Please try again in"));
    for n in 5..10 {
        assert_eq!(sign_up(&mut from("2001:db8:9:8::1"), n, PASSWORD).await.status, 200, "a form with faults counts for nothing");
    }
    strict.app.context.clock.advance(time::Duration::minutes(50));
    assert_eq!(sign_up(&mut from("2001:db8:9:9::3"), 10, PASSWORD).await.status, 200, "the next hour has begun");
}

#[rstest]
#[tokio::test]
async fn forms_sent_at_one_moment_open_no_more_accounts_than_one_after_the_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let tries = (0..12).map(|n| {
        let mut visitor = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.60");
        async move { sign_up(&mut visitor, n, PASSWORD).await.status }
    });

    let answers = futures_util::future::join_all(tries).await;

    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 5, "{answers:?}");
}

#[rstest]
#[tokio::test]
async fn a_network_that_the_operator_names_opens_as_many_as_come(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut config = config(&test.backends);
    config.rate_limits = true;
    config.sign_ups.shared = vec!["203.0.113.0/24".parse().unwrap()];
    let strict = at_ten_past(test.node_with(config).await);

    for n in 0..7 {
        let mut visitor = test.visitor().on(&strict).with("x-forwarded-for", "::ffff:203.0.113.70");
        assert_eq!(sign_up(&mut visitor, n, PASSWORD).await.status, 200);
    }
}

/// Who acts at the command line.
fn operator_by() -> minschool::domain::audit::By {
    let permissions = minschool::domain::Permissions::default();
    let actor =
        minschool::domain::Actor { id: minschool::domain::UserId(0), name: "command line".into(), role: String::new(), permissions };
    minschool::domain::audit::By { actor, client: Client::default() }
}

/// Sends the sign-up form of the n-th new member.
async fn sign_up(visitor: &mut Visitor, n: u32, password: &str) -> Page {
    let page = visitor.get("/signup").await;
    let (email, name) = (format!("new{n}@example.com"), format!("새회원{n}"));
    let fields = [("email", email.as_str()), ("name", &name), ("password", password), ("terms", "1"), ("privacy", "1")];
    visitor.submit(&page, "/signup", &fields).await
}

#[rstest]
#[tokio::test]
async fn while_redis_is_away_each_instance_counts_by_itself(#[values(Postgres)] engine: Engine) {
    let mut test = engine.start().await;
    let strict = strict(&test).await;
    test.backends.redis.as_mut().unwrap().kill();
    crate::support::until("the instance knows", async || !strict.app.context.shared.health().is_well()).await;

    guess_many(&strict, 0..308, "2001:db8:1:2::").await;

    assert!(matches!(guess(&strict, "user400", WRONG, "2001:db8:1:2:a::").await, Err(Error::Slow(_))));
}
