//! What an account may be called, how its password has to be, how much it may write at once, and who remains in charge.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, TestApp, config, encode, operator};
use minschool::db::query;
use minschool::domain::users::{self, manage, password_change};
use minschool::domain::{Account, UserId, bootstrap, roles};
use poem::http::Method;
use rstest::rstest;

/// An instance on the same backends with its limits on.
async fn strict(test: &TestApp) -> crate::support::TestNode {
    let mut config = config(&test.backends);
    config.rate_limits = true;
    test.node_with(config).await
}

async fn count(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_name_that_looks_like_another_or_like_staff_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("Kim").await;
    let mut guest = test.visitor();
    let page = guest.get("/signup").await;
    let join = async |guest: &mut crate::support::Visitor, name: &str| {
        let fields = [("email", "new@example.com"), ("name", name), ("password", PASSWORD), ("terms", "on"), ("privacy", "on")];
        guest.submit(&page, "/signup", &fields).await
    };

    for (name, message) in
        [("K\u{456}m", "다른 회원이 쓰고 있는"), ("관리자\u{FE0F}", "운영자로 보일 수 있는"), ("\u{410}dmin", "운영자로 보일 수 있는")]
    {
        let refused = join(&mut guest, name).await;
        assert!(refused.status == 422 && refused.says(message), "{name}: {} {}", refused.status, refused.text());
        assert_eq!(refused.attribute("[name=email]", "value").as_deref(), Some("new@example.com"));
    }
    assert!(join(&mut guest, "홍길동").await.path.starts_with("/login"));
}

#[rstest]
#[tokio::test]
async fn a_password_made_of_ones_own_address_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    let page = guest.get("/signup").await;
    let fields = [("email", "xk4wq9-vanmorrow@example.com"), ("name", "모로우"), ("terms", "on"), ("privacy", "on")];

    for password in ["xk4wq9-vanmorrow", "바다 산 강"] {
        let refused = guest.submit(&page, "/signup", &[&fields[..], &[("password", password)]].concat()).await;
        assert_eq!(refused.status, 422, "{password}");
        assert_eq!(refused.attribute("[name=password]", "value").unwrap_or_default(), "");
    }
    let form = users::SignupForm {
        email: "s@example.com".into(),
        name: "직원".into(),
        password: "달리는 초록 자전거 7대".into(),
        terms: true,
        privacy: true,
        ..users::SignupForm::default()
    };
    assert!(users::NewUser::check(&test.app.context, &form, Account::Staff).await.is_err(), "thirteen characters");
    assert!(users::NewUser::check(&test.app.context, &form, Account::Member).await.is_ok());
}

#[rstest]
#[tokio::test]
async fn a_member_with_a_short_password_who_was_given_a_role_changes_it_before_entering_the_panel(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let test = engine.start().await;
    test.person("mod", "moderator").await;
    let hash = test.app.context.hasher.hash("초록 자전거 7대 산").await.unwrap();
    query::run(&test.app.context.db, "UPDATE users SET password_hash = $1 WHERE name = 'mod'", [hash.into()]).await.unwrap();
    let mut moderator = test.visitor();
    let page = moderator.get_admin("/login").await;

    let fields = [("email", "mod@example.com"), ("password", "초록 자전거 7대 산")];
    let refused = moderator.submit_admin(&page, "/login", &fields).await;

    assert!(refused.status == 422 && refused.says("15자 이상의 비밀번호로만"), "{} {}", refused.status, refused.text());
    assert!(moderator.cookie("ms_admin").is_none() && moderator.get_admin("/posts").await.path.starts_with("/login"));
    let page = moderator.get("/login").await;
    assert!(moderator.submit(&page, "/login", &fields).await.says("mod님"), "the site lets it in");
}

#[rstest]
#[tokio::test]
async fn a_burst_of_posts_is_let_through_and_then_one_has_to_wait_with_its_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut ada = test.signed_in("ada").await.on(&strict);
    for n in 0..5 {
        ada.write("free", &format!("글 {n}")).await;
    }

    let page = ada.get("/community/free/write").await;
    let refused = ada.submit(&page, "/community/free/write", &[("title", "여섯째"), ("body", "남을 본문")]).await;

    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait) && refused.says(&format!("{wait}초 뒤에")), "{wait}: {}", refused.text());
    assert!(refused.html.contains("남을 본문") && refused.html.contains("여섯째"));
    assert_eq!(count(&test, "SELECT COUNT(*) FROM posts WHERE author_id = 2").await, 5);
    let mut boss = test.staff("boss", "moderator").await.on(&strict);
    for n in 0..7 {
        boss.write("free", &format!("공지 {n}")).await;
    }
}

#[rstest]
#[tokio::test]
async fn a_role_of_its_own_rate_writes_by_that_rate(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut config = config(&test.backends);
    config.rate_limits = true;
    config.flood.posts = "1/60,member=3/60".parse().unwrap();
    let strict = test.node_with(config).await;
    let mut ada = test.signed_in("ada").await.on(&strict);
    for n in 0..3 {
        ada.write("free", &format!("글 {n}")).await;
    }

    let page = ada.get("/community/free/write").await;
    let refused = ada.submit(&page, "/community/free/write", &[("title", "넷째"), ("body", "본문")]).await;

    assert_eq!(refused.status, 429);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM posts WHERE author_id = 2").await, 3);
}

#[rstest]
#[tokio::test]
async fn a_burst_of_comments_has_to_wait_but_a_repeated_form_gets_its_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let place = format!("{post}/comments");
    let mut bob = test.signed_in("bob").await.on(&strict);
    let first = bob.get(&post).await;
    for n in 0..10 {
        let page = bob.get(&post).await;
        bob.submit(if n == 0 { &first } else { &page }, &place, &[("body", &format!("댓글 {n}"))]).await;
    }

    let page = bob.get(&post).await;
    let refused = bob.submit(&page, &place, &[("body", "남을 댓글")]).await;
    let again = bob.submit(&first, &place, &[("body", "댓글 0")]).await;

    assert_eq!((refused.status, again.status), (429, 200));
    assert!(refused.html.contains("남을 댓글") && refused.says("초 뒤에"), "{}", refused.text());
    assert_eq!(count(&test, "SELECT COUNT(*) FROM comments").await, 10);
}

#[rstest]
#[tokio::test]
async fn two_administrators_who_demote_each_other_at_once_leave_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (one, two) = (test.person("one", "admin").await, test.person("two", "admin").await);
    let admin = roles::find_by_slug(&test.app.context.db, roles::ADMIN).await.unwrap();
    let member = roles::find_by_slug(&test.app.context.db, roles::MEMBER).await.unwrap();
    assert_eq!(admin.members, 2);
    let by = |id: i64| {
        let mut by = operator();
        by.actor.id = minschool::domain::UserId(id);
        by
    };
    let (by_two, by_one) = (by(two), by(one));

    let keys = (minschool::domain::idempotency::Key::random().unwrap(), minschool::domain::idempotency::Key::random().unwrap());
    let (first, second) = futures_util::join!(
        manage::set_role(&test.app.context, &by_two, &keys.0, UserId(one), member.id, ""),
        manage::suspend(&test.app.context, &by_one, &keys.1, UserId(two), None, "시험"),
    );

    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let left = "SELECT COUNT(*) FROM users u JOIN roles r ON r.id = u.role_id WHERE r.slug = 'admin' AND u.suspended_at IS NULL";
    assert_eq!(count(&test, left).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_setup_link_that_was_not_used_is_good_for_nothing_once_there_is_an_administrator(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let token = bootstrap::invite_first_admin(&test.app.context.db).await.unwrap().unwrap();
    let ada = test.member("ada").await;
    let (admin, member) = (
        roles::find_by_slug(&test.app.context.db, roles::ADMIN).await.unwrap().id,
        roles::find_by_slug(&test.app.context.db, roles::MEMBER).await.unwrap().id,
    );
    manage::set_role(&test.app.context, &operator(), &minschool::domain::idempotency::Key::random().unwrap(), UserId(ada), admin, "")
        .await
        .unwrap();
    query::run(&test.app.context.db, "UPDATE users SET role_id = $1", [member.into()]).await.unwrap();

    assert!(!bootstrap::is_invited(&test.app.context, &token).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn guessing_the_present_password_with_an_open_session_is_slowed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let strict = strict(&test).await;
    let mut ada = test.signed_in("ada").await.on(&strict);
    for _ in 0..5 {
        let page = ada.get("/my/password").await;
        let refused = ada.submit(&page, "/my/password", &[("current", "wrong"), ("password", "일곱 대의 파란 시계탑 위")]).await;
        assert_eq!(refused.status, 422);
    }

    let page = ada.get("/my/password").await;
    let refused = ada.submit(&page, "/my/password", &[("current", PASSWORD), ("password", "일곱 대의 파란 시계탑 위")]).await;

    assert_eq!(refused.status, 429);
}

#[rstest]
#[tokio::test]
async fn a_password_that_the_operator_sets_is_in_the_audit_log(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.member("ada").await;

    password_change::set(&test.app.context, &operator(), UserId(ada), "일곱 대의 파란 시계탑 위").await.unwrap();

    assert_eq!(count(&test, "SELECT COUNT(*) FROM audit_log WHERE action = 'user.password'").await, 1);
}

#[rstest]
#[tokio::test]
async fn passwords_do_not_go_back_into_the_page_that_asks_to_sign_in_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/my/password").await;
    let mut stranger = test.visitor();

    let form = encode(&[("current", "옛 비밀번호 하나"), ("password", "새 비밀번호 둘"), ("once", &page.once("/my/password"))]);
    let asked = stranger.send(Method::POST, "/my/password", Some(form), false).await;

    assert_eq!(asked.status, 401);
    assert!(!asked.html.contains("비밀번호 하나") && !asked.html.contains("비밀번호 둘"), "{}", asked.html);
}

#[rstest]
#[tokio::test]
async fn a_new_token_whose_answer_was_lost_is_given_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let id = manage::by_email(&test.app.context, "ada@example.com").await.unwrap();
    let moderator = roles::find_by_slug(&test.app.context.db, "moderator").await.unwrap().id;
    manage::set_role(&test.app.context, &operator(), &minschool::domain::idempotency::Key::random().unwrap(), id, moderator, "")
        .await
        .unwrap();
    let before = ada.cookie("ms_site").unwrap().to_owned();
    let mut lost = ada.clone();
    lost.get("/").await;
    assert_ne!(lost.cookie("ms_site").unwrap(), before, "a token was given, and its answer is lost");
    // Ten seconds later.
    let later = "UPDATE sessions SET previous_until = $1 WHERE previous_until IS NOT NULL";
    let until = test.app.context.clock.now() + time::Duration::seconds(50);
    query::run(&test.app.context.db, later, [until.into()]).await.unwrap();

    ada.get("/").await;

    let given = ada.cookie("ms_site").unwrap().to_owned();
    assert!(given != before && given != lost.cookie("ms_site").unwrap());
    assert!(ada.get("/").await.says("ada님"));
    query::run(&test.app.context.db, later, [test.app.context.clock.now().into()]).await.unwrap();
    assert!(ada.get("/").await.says("ada님"), "and stays signed in when the earlier one has died");
}
