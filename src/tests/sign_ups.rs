//! Sign-ups where the site sends mail: no member before the button behind the link, and nothing by which it shows who has an account.

use crate::support::mail::{Post, link, subject, text, work};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, TestNode, Visitor, config, encode, until};
use minschool::config::mail::Way;
use minschool::db::query;
use minschool::domain::mail::bounce::{self, Bounce};
use minschool::domain::settings;
use minschool::domain::users::sign_ups;
use minschool::entity::{consent, sign_up, user};
use minschool::jobs::cleanup;
use poem::http::Method;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use testkit::smtp::Manner;
use time::Duration;

const ADA: &str = "ada@example.com";
const NEW: &str = "고요한 노란 우산 아홉 개";
const SENT: &str = "/signup/sent";
const CONFIRM: &str = "/signup/confirm";
const MAILS: &str = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'";

fn form<'a>(email: &'a str, name: &'a str, password: &'a str) -> [(&'a str, &'a str); 5] {
    [("email", email), ("name", name), ("password", password), ("terms", "1"), ("privacy", "1")]
}

pub async fn sign_up(visitor: &mut Visitor, email: &str, name: &str) -> Page {
    let page = visitor.get("/signup").await;
    visitor.submit(&page, "/signup", &form(email, name, PASSWORD)).await
}

async fn sign_in(visitor: &mut Visitor, email: &str, password: &str) -> Page {
    let page = visitor.get("/login").await;
    visitor.submit(&page, "/login", &[("email", email), ("password", password)]).await
}

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

async fn member(test: &TestApp, email: &str) -> Option<user::Model> {
    user::Entity::find().filter(user::Column::Email.eq(email)).one(&test.app.context.db).await.unwrap()
}

async fn waiting(test: &TestApp) -> Vec<sign_up::Model> {
    sign_up::Entity::find().all(&test.app.context.db).await.unwrap()
}

/// A newcomer who signed up at an instance with mail, and the path of the link that came.
async fn signed_up(test: &TestApp) -> (Post, Visitor, String) {
    let post = Post::beside(test).await;
    let mut ada = test.visitor().on(&post.node);
    sign_up(&mut ada, ADA, "에이다").await;
    let place = link(&post.mail(ADA, 0).await, &post.node.app);
    (post, ada, place)
}

/// Sends the form behind a link.
async fn press(visitor: &mut Visitor, place: &str, fields: &[(&str, &str)]) -> Page {
    let page = visitor.get(place).await;
    visitor.submit(&page, CONFIRM, &[fields, &[("password", PASSWORD)]].concat()).await
}

#[rstest]
#[tokio::test]
async fn a_newcomer_becomes_a_member_by_the_button_behind_the_link(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let post = Post::beside(&test).await;
    let mut ada = test.visitor().on(&post.node);
    assert!(ada.get("/signup").await.says("확인 메일을 보내 드립니다"));

    let sent = sign_up(&mut ada, " ADA@example.com ", "에이다").await;

    assert!(sent.path == SENT && sent.says("메일을 확인해 주세요"), "{} {}", sent.path, sent.text());
    let refused = sign_in(&mut ada, ADA, PASSWORD).await;
    assert!(refused.status == 422 && refused.says("방금 가입하셨다면 먼저 메일에"), "{}", refused.text());
    let mail = post.mail(ADA, 0).await;
    assert!(subject(&mail).ends_with("가입을 마쳐 주세요") && text(&mail).contains("“에이다” 이름으로"), "{}", text(&mail));
    assert!(member(&test, ADA).await.is_none(), "no member before the button");
    let typed_at = waiting(&test).await[0].created_at;
    post.node.app.context.clock.advance(Duration::hours(3));
    let place = link(&mail, &post.node.app);
    // In whatever browser the mailbox is open; programs open links before people do.
    let mut phone = test.visitor().on(&post.node);
    for _ in 0..3 {
        let page = phone.get(&place).await;
        assert!(page.status == 200 && page.says(ADA) && page.says("에이다") && page.count("[name=name]") == 0, "{}", page.text());
        assert_eq!((page.header("cache-control"), page.statements), ("no-store", 1));
    }
    assert!(member(&test, ADA).await.is_none(), "opening the link makes nobody a member");
    let done = press(&mut phone, &place, &[]).await;

    assert!(done.path == "/" && done.says("가입이 끝났습니다") && done.says("에이다님"), "{} {}", done.path, done.text());
    assert!(sign_in(&mut ada, ADA, PASSWORD).await.says("에이다님"));
    assert!(ada.get("/my/email").await.says("확인됨"), "who pressed the button reads the mailbox");
    let consents = consent::Entity::find().all(&test.app.context.db).await.unwrap();
    assert_eq!(consents.iter().map(|consent| consent.agreed_at).collect::<Vec<_>>(), [typed_at; 2], "when they were given");
    let again = phone.get(&place).await;
    assert_eq!((again.status, again.count("main a[href='/signup?next=/']")), (410, 1), "{}", again.text());
    assert_eq!((waiting(&test).await.len(), number(&test, MAILS).await), (0, 1), "nothing is left, and no second mail");
}

/// Everything of an answer that a visitor may see, but what is new in each: request number and times.
fn seen(page: &Page) -> (u16, Vec<(String, String)>, String, u32, u32) {
    let own = ["x-request-id", "date", "set-cookie"];
    let headers = page.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (page.status, headers, page.html.clone(), page.statements, page.round_trips)
}

/// One form without redirects; its key and the address are blotted out of the answer.
async fn answer(test: &TestApp, node: &TestNode, path: &str, fields: &[(&str, &str)]) -> (u16, Vec<(String, String)>, String, u32, u32) {
    let mut visitor = test.visitor().on(node);
    let once = visitor.get(path).await.once(path);
    let fields = [fields, &[("once", &once)]].concat();
    let mut page = visitor.send(Method::POST, path, Some(encode(&fields)), false).await;
    if page.html.contains("name=\"once\"") {
        let key = page.once(path);
        page.html = page.html.replace(&key, "KEY");
    }
    page.html = page.html.replace(fields[0].1, "ADDRESS");
    page.headers.remove("content-length");
    seen(&page)
}

#[rstest]
#[tokio::test]
async fn a_known_address_and_an_unknown_one_get_the_same_answers_for_the_same_work(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::quiet(&test).await;
    // What instances keep is warm for both.
    answer(&test, &post.node, "/signup", &form("first@example.com", "첫째", PASSWORD)).await;
    answer(&test, &post.node, "/login", &[("email", "first@example.com"), ("password", PASSWORD)]).await;
    let mut seen = Vec::new();
    for email in [ADA, "nobody@example.com"] {
        let before = number(&test, MAILS).await;
        // A free name, a taken one, and signing in with the password just typed.
        seen.push([
            answer(&test, &post.node, "/signup", &form(email, "그레이스", NEW)).await,
            answer(&test, &post.node, "/signup", &form(email, "ada", NEW)).await,
            answer(&test, &post.node, "/login", &[("email", email), ("password", NEW)]).await,
        ]);
        assert_eq!(number(&test, MAILS).await - before, 1, "a job either way: {email}");
    }

    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].each_ref().map(|answer| answer.0), [303, 422, 422]);
    assert!(seen[0][1].2.contains("다른 회원이 쓰고 있는 이름입니다"), "names are public");
}

#[rstest]
#[tokio::test]
async fn the_owner_of_a_known_address_gets_another_letter_once_a_day(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::beside(&test).await;
    for _ in 0..2 {
        sign_up(&mut test.visitor().on(&post.node), ADA, "에이다").await;
    }

    let mail = post.mail(ADA, 0).await;

    assert!(subject(&mail).ends_with("이미 가입하신 이메일입니다"), "{}", subject(&mail));
    let done = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail' AND state = 'done'";
    until("three jobs are done", async || number(&test, done).await == 3).await;
    assert_eq!((post.server.mails().len(), waiting(&test).await.len()), (1, 0), "one mail, and no sign-up waits");
    let mut owner = test.visitor().on(&post.node);
    let page = sign_in(&mut owner, ADA, PASSWORD).await;
    assert!(page.find("#bell").unwrap().contains('1'), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn of_two_that_press_the_button_at_once_one_makes_the_member(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, _, place) = signed_up(&test).await;
    let (mut a, mut b) = (test.visitor().on(&post.node), test.visitor().on(&post.node));
    let (one, two, a_again, b_again) = (a.get(&place).await, b.get(&place).await, a.clone(), b.clone());

    let (first, second) =
        tokio::join!(a.submit(&one, CONFIRM, &[("password", PASSWORD)]), b.submit(&two, CONFIRM, &[("password", PASSWORD)]));

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "{} {}", first.text(), second.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM users WHERE email = 'ada@example.com'").await, 1);
    // The same form again, as a load balancer sends it.
    let (mut won, page) = if first.status == 200 { (a_again, &one) } else { (b_again, &two) };
    assert!(won.submit(page, CONFIRM, &[("password", PASSWORD)]).await.says("에이다님"), "a form sent twice has one answer");
}

#[rstest]
#[tokio::test]
async fn a_sign_up_form_sent_twice_is_one_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let post = Post::quiet(&test).await;
    let mut ada = test.visitor().on(&post.node);
    let page = ada.get("/signup").await;
    let (mut a, mut b) = (ada.clone(), ada.clone());

    let fields = form(ADA, "에이다", PASSWORD);
    let (one, two) = tokio::join!(a.submit(&page, "/signup", &fields), b.submit(&page, "/signup", &fields));
    let three = ada.submit(&page, "/signup", &fields).await;

    assert_eq!([one.path, two.path, three.path], [SENT; 3]);
    assert_eq!((number(&test, MAILS).await, waiting(&test).await.len()), (1, 1));
}

#[rstest]
#[tokio::test]
async fn a_later_sign_up_takes_the_place_of_an_earlier_one_and_of_its_link(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let post = Post::quiet(&test).await;
    let mut ada = test.visitor().on(&post.node);
    let ctx = &post.node.app.context;
    sign_up(&mut ada, ADA, "에이다").await;
    let id = waiting(&test).await[0].id;
    // What the job does when it writes the letter.
    let letter = async || format!("{CONFIRM}?token={}", sign_ups::arm(ctx, id).await.unwrap().unwrap().1);
    let first = letter().await;
    assert_eq!(ada.get(&first).await.status, 200);

    let page = ada.get("/signup").await;
    ada.submit(&page, "/signup", &form(ADA, "러브레이스", NEW)).await;

    assert_eq!((ada.get(&first).await.status, waiting(&test).await.len()), (410, 1), "it was for another password");
    let refused = press(&mut ada, &letter().await, &[]).await;
    assert!(refused.status == 422 && refused.says("가입할 때 적은 비밀번호와 다릅니다"), "{}", refused.text());
    assert!(member(&test, ADA).await.is_none(), "who has the mailbox alone finishes no sign-up of another person");
    assert!(ada.submit(&refused, CONFIRM, &[("password", NEW)]).await.says("러브레이스님"));
}

#[rstest]
#[tokio::test]
async fn a_sign_up_waits_for_a_day_and_is_deleted_then(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, mut ada, place) = signed_up(&test).await;
    let ctx = &post.node.app.context;
    ctx.clock.advance(Duration::hours(23));
    let page = ada.get(&place).await;
    assert_eq!(page.status, 200);
    cleanup::forget(&ctx.db, ctx.clock.now()).await.unwrap();
    assert_eq!(waiting(&test).await.len(), 1);

    ctx.clock.advance(Duration::hours(2));

    let late = ada.submit(&page, CONFIRM, &[("password", PASSWORD)]).await;
    assert_eq!((late.status, ada.get(&place).await.status), (410, 410));
    assert!(member(&test, ADA).await.is_none());
    cleanup::forget(&ctx.db, ctx.clock.now()).await.unwrap();
    assert!(waiting(&test).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_name_that_was_taken_meanwhile_is_replaced_behind_the_link(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_post, mut ada, place) = signed_up(&test).await;
    test.member("에이다").await;

    let page = press(&mut ada, &place, &[]).await;

    assert_eq!((page.status, page.says("다른 회원이 쓰고 있는 이름입니다")), (422, true), "{}", page.text());
    assert_eq!(page.attribute("[name=name]", "value").as_deref(), Some("에이다"));
    let page = ada.submit(&page, CONFIRM, &[("name", "x"), ("password", PASSWORD)]).await;
    assert_eq!((page.status, page.says("이름은 2자 이상이어야")), (422, true), "{}", page.text());
    let done = ada.submit(&page, CONFIRM, &[("name", "러브레이스"), ("password", PASSWORD)]).await;
    assert!(done.says("가입이 끝났습니다") && done.says("러브레이스님"), "{}", done.text());
}

#[rstest]
#[tokio::test]
async fn an_address_that_got_an_account_meanwhile_is_said_so_behind_the_link_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_post, mut ada, place) = signed_up(&test).await;
    let page = ada.get(&place).await;
    test.member("ada").await;

    for page in [ada.submit(&page, CONFIRM, &[]).await, ada.get(&place).await] {
        assert_eq!((page.status, page.says("이미 계정이 있는 이메일입니다")), (410, true), "{}", page.text());
        assert_eq!(page.count("main a[href='/password/forgot']"), 1);
    }
    assert_eq!(sign_up(&mut ada, ADA, "에이다").await.path, SENT, "the form says nothing of it");
}

#[rstest]
#[tokio::test]
async fn an_address_is_mailed_three_times_an_hour_known_or_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::quiet(&test).await;
    let mut config = config(&test.backends);
    (config.rate_limits, config.mail) = (true, post.node.app.config.mail.clone());
    let strict = test.node_with(config).await;
    for (email, network) in [(ADA, "203.0.113."), ("nobody@example.com", "198.51.100.")] {
        let from = |n: usize| test.visitor().on(&strict).with("x-forwarded-for", &format!("{network}{n}"));
        let mut twice = from(1);
        let page = twice.get("/signup").await;
        for _ in 0..2 {
            assert_eq!(twice.submit(&page, "/signup", &form(email, "그레이스", PASSWORD)).await.path, SENT);
        }
        for n in 2..=3 {
            assert_eq!(sign_up(&mut from(n), email, "그레이스").await.path, SENT);
        }

        let page = sign_up(&mut from(4), email, "그레이스").await;

        assert_eq!((page.status, page.says("한 시간에 보낼 수 있는 메일을 모두")), (422, true), "{}", page.text());
        assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some(email), "what was typed is kept");
    }
    assert_eq!(number(&test, MAILS).await, 6);
}

#[rstest]
#[tokio::test]
async fn neither_jobs_nor_sign_ups_hold_what_opens_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_post, _, place) = signed_up(&test).await;
    let token = place.split("token=").nth(1).unwrap();

    let sql = "SELECT COUNT(*) FROM jobs WHERE payload LIKE '%' || $1 || '%' OR payload LIKE '%ada@%'";
    let queued = query::number(&test.app.context.db, sql, [token.into()]).await.unwrap();

    let kept = waiting(&test).await.remove(0);
    assert!(queued == Some(0) && token.len() == 43 && kept.hash.as_deref() != Some(token), "256 bits, kept by their hash");
    assert!(kept.password_hash.starts_with("$argon2id$"));
}

#[rstest]
#[tokio::test]
async fn a_newcomers_address_that_is_refused_marks_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let post = Post::quiet(&test).await;
    let mut mail = post.node.app.config.mail.clone();
    mail.bounces = Some("bounce@example.org".into());
    let node = test.node_with(minschool::config::Config { mail, ..config(&test.backends) }).await;
    post.server.set(Manner::Recipient("550 5.1.1 no such user"));
    work(&node.app);

    sign_up(&mut test.visitor().on(&node), ADA, "에이다").await;

    let mut boss = boss.on(&node);
    until("the failure is shown", async || boss.get_admin("/mail").await.says("no such user")).await;
    assert_eq!(number(&test, "SELECT COUNT(*) FROM user_emails").await, 0);
    // One that is taken, and comes back later.
    post.server.set(Manner::Takes);
    sign_up(&mut test.visitor().on(&node), "grace@example.com", "그레이스").await;
    let sender = post.mail("grace@example.com", 0).await.from;
    let db = &test.app.context.db;
    let report = "Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n";
    let done = bounce::record(db, &settings::form_secret(db).await.unwrap(), &sender, report, test.app.context.clock.now()).await.unwrap();
    assert_eq!((done, sender.starts_with("bounce+0-")), (Bounce::SignUp, true), "{sender}");
}

#[rstest]
#[tokio::test]
async fn without_a_mail_server_a_sign_up_is_an_account_at_once(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values(Way::Log, Way::None)] way: Way,
) {
    let test = engine.start().await;
    test.member("grace").await;
    let mut config = config(&test.backends);
    config.mail.way = way;
    let node = test.node_with(config).await;
    let mut ada = test.visitor().on(&node);
    assert!(ada.get("/signup").await.says("바로 시작할 수 있습니다"));

    let page = sign_up(&mut ada, ADA, "에이다").await;

    assert!(page.path.starts_with("/login?why=joined"), "{}", page.path);
    assert!(!sign_in(&mut ada, ADA, "틀린 비밀번호").await.says("방금 가입하셨다면"));
    assert!(sign_in(&mut ada, ADA, PASSWORD).await.says("에이다님"));
    assert!(waiting(&test).await.is_empty());
    // A taken name is said of a known address as of a new one.
    for email in ["grace@example.com", "nobody@example.com"] {
        let page = sign_up(&mut test.visitor().on(&node), email, "grace").await;
        assert_eq!((page.status, page.says("다른 회원이 쓰고 있는 이름입니다")), (422, true), "{email}: {}", page.text());
    }
}

#[tokio::test]
async fn the_pages_and_the_letter_are_english_for_those_who_read_it() {
    let test = TestApp::embedded().await;
    let post = Post::beside(&test).await;
    let mut ada = test.visitor().on(&post.node).with("accept-language", "en");

    let sent = sign_up(&mut ada, ADA, "Ada").await;

    assert!(sent.says("Please look at your mail"), "{}", sent.text());
    let mail = post.mail(ADA, 0).await;
    assert_eq!(mail.header("Subject"), "[MinSchool] Please finish signing up");
    assert!(text(&mail).contains("You signed up as “Ada”") && text(&mail).contains("good for 24 hours"), "{}", text(&mail));
    let done = press(&mut ada, &link(&mail, &post.node.app), &[]).await;
    assert!(done.says("You are a member now"), "{}", done.text());
}
