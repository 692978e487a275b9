//! Joining, signing in, staying, leaving.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, TestApp};
use minschool::domain::users::{PRIVACY_VERSION, TERMS_VERSION};
use rstest::rstest;
use time::Duration;

const JOIN: [(&str, &str); 5] =
    [("email", "ada@example.com"), ("name", "에이다"), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];

#[rstest]
#[tokio::test]
async fn a_visitor_registers_signs_in_and_is_greeted(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.visitor();
    let page = ada.get("/signup").await;

    let page = ada.submit(&page, "/signup", &JOIN).await;
    assert!(page.says("로그인해 주세요"), "{}", page.text());
    let page = ada.submit(&page, "/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;

    assert!(page.says("에이다님, 어서 오세요"), "{}", page.text());
}

#[tokio::test]
async fn the_sign_in_beside_the_sign_up_gives_a_reason_only_where_a_page_needs_a_member() {
    let test = TestApp::embedded().await;
    for (from, gives) in [("/signup", false), ("/signup?next=/community/free/write", true)] {
        let sign_in = test.visitor().get(from).await.attribute("main a[href^='/login']", "href").unwrap();

        let page = test.visitor().get(&sign_in).await;

        assert_eq!(page.says("이 화면을 보려면 로그인해 주세요"), gives, "{from}: {}", page.text());
    }
}

#[rstest]
#[tokio::test]
async fn consents_are_kept_with_the_version_of_their_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.visitor();
    let page = ada.get("/signup").await;

    ada.submit(&page, "/signup", &JOIN).await;

    let sql = "SELECT COUNT(*) FROM consents WHERE (kind = 'terms' AND version = $1) OR (kind = 'privacy' AND version = $2)";
    let kept = minschool::db::query::number(&test.app.context.db, sql, [TERMS_VERSION.into(), PRIVACY_VERSION.into()]).await;
    assert_eq!(kept.unwrap(), Some(2));
}

#[rstest]
#[tokio::test]
async fn all_that_is_wrong_is_said_at_once_and_all_but_the_password_is_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.visitor();
    let page = ada.get("/signup").await;

    let page = ada.submit(&page, "/signup", &[("email", "ada"), ("name", "a"), ("password", "pw-7x"), ("terms", "1")]).await;

    assert_eq!(page.status, 422);
    assert_eq!(page.count("[role=alert] a"), 4, "{}", page.html);
    assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some("ada"));
    assert!(!page.html.contains("pw-7x"), "a password is never sent back");
    assert!(page.find("title").unwrap().starts_with("오류:"));
}

#[rstest]
#[tokio::test]
async fn a_known_address_in_another_case_is_answered_like_a_new_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let (mut known, mut new) = (test.visitor(), test.visitor());
    let page = known.get("/signup").await;

    let mut fields = JOIN;
    fields[0].1 = "ADA@Example.com";
    let known = known.submit(&page, "/signup", &fields).await;
    fields[0].1 = "grace@example.com";
    fields[1].1 = "그레이스";
    let page = new.get("/signup").await;
    let new = new.submit(&page, "/signup", &fields).await;

    assert_eq!((known.status, &known.path, known.text()), (new.status, &new.path, new.text()));
    let mut owner = test.visitor();
    let page = owner.sign_in("ada").await;
    assert!(page.find("#bell").unwrap().contains('1'), "its owner is notified");
}

#[rstest]
#[tokio::test]
async fn a_taken_name_is_refused_whatever_its_case_and_spaces(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("AdaLovelace").await;
    let mut visitor = test.visitor();
    let page = visitor.get("/signup").await;

    let page = visitor
        .submit(
            &page,
            "/signup",
            &[("email", "x@example.com"), ("name", "ada lovelace"), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")],
        )
        .await;

    assert_eq!(page.status, 422);
    assert!(page.says("다른 회원이 쓰고 있는 이름입니다"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let (mut a, mut b) = (test.visitor(), test.visitor());
    let page = a.get("/login").await;

    let wrong = a.submit(&page, "/login", &[("email", "ada@example.com"), ("password", "wrong")]).await;
    let page = b.get("/login").await;
    let unknown = b.submit(&page, "/login", &[("email", "ada@example.org"), ("password", "wrong")]).await;

    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.text(), unknown.text());
    assert!(a.cookie("ms_site").is_none());
}

#[rstest]
#[tokio::test]
async fn a_session_that_is_not_used_ends_after_a_day_and_a_persistent_one_after_thirty(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let (mut short, mut long) = (test.visitor(), test.visitor());
    short.sign_in("ada").await;
    let page = long.get("/login").await;
    long.submit(&page, "/login", &[("email", "ada@example.com"), ("password", PASSWORD), ("remember", "1")]).await;

    test.app.context.clock.advance(Duration::hours(25));
    forget_copies(&test).await;

    assert!(!short.get("/").await.says("ada님"));
    assert!(long.get("/").await.says("ada님"));
    test.app.context.clock.advance(Duration::days(30));
    forget_copies(&test).await;
    assert!(!long.get("/").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn the_token_changes_with_every_change_of_privilege(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let first = ada.cookie("ms_site").unwrap().to_owned();

    let page = ada.get("/my/password").await;
    let new = "보라색 기린이 줄넘기 9번";
    let page = ada.submit(&page, "/my/password", &[("current", PASSWORD), ("password", new)]).await;

    assert!(page.says("비밀번호를 바꾸었습니다"), "{}", page.text());
    let mut thief = test.visitor();
    thief.set_cookie("ms_site", &first);
    assert!(!thief.get("/").await.says("ada님"), "the old token is worth nothing");
    assert!(ada.get("/").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_sign_in_form_sent_twice_leaves_one_session(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let mut ada = test.visitor();
    let page = ada.get("/login").await;
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    let (mut a, mut b) = (ada.clone(), ada.clone());

    futures_util::join!(a.submit(&page, "/login", &fields), b.submit(&page, "/login", &fields));
    ada.submit(&page, "/login", &fields).await;

    let sessions = ada.get("/my/sessions").await;
    assert_eq!(sessions.count("form[action$='/end']"), 0, "only this one: {}", sessions.text());
}

#[rstest]
#[tokio::test]
async fn a_password_form_sent_twice_changes_it_once_and_says_the_same(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/my/password").await;
    let fields = [("current", PASSWORD), ("password", "보라색 기린이 줄넘기 9번")];
    let mut again = ada.clone();

    assert!(ada.submit(&page, "/my/password", &fields).await.says("비밀번호를 바꾸었습니다"));
    // What a load balancer does when the first answer was lost: the old cookie, the same form.
    let repeated = again.submit(&page, "/my/password", &fields).await;

    assert_ne!(repeated.status, 422, "{}", repeated.text());
}

#[rstest]
#[tokio::test]
async fn who_signs_out_is_out_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let token = ada.cookie("ms_site").unwrap().to_owned();

    let page = ada.get("/logout").await;
    ada.submit(&page, "/logout", &[]).await;

    let mut thief = test.visitor();
    thief.set_cookie("ms_site", &token);
    assert!(!thief.get("/").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn one_session_or_all_others_can_be_ended(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut here = test.signed_in("ada").await;
    let (mut phone, mut tablet) = (test.visitor(), test.visitor());
    phone.sign_in("ada").await;
    tablet.sign_in("ada").await;

    let page = here.get("/my/sessions").await;
    assert_eq!(page.count("form[action$='/end']"), 2, "not this one: {}", page.html);
    let action = page.attribute("form[action$='/end']", "action").unwrap();
    let page = here.submit(&page, &action, &[]).await;
    let page = here.submit(&page, "/my/sessions/end-others", &[]).await;

    assert!(page.says("다른 기기를 모두"), "{}", page.text());
    assert!(here.get("/").await.says("ada님"));
    assert!(!phone.get("/").await.says("ada님") && !tablet.get("/").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_form_that_outlives_its_session_keeps_its_text_and_is_finished_after_signing_in_again(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let editor = ada.get("/community/free/write").await;
    let other = ada.clone();
    let mut other = other;
    let page = other.get("/logout").await;
    other.submit(&page, "/logout", &[]).await;

    let page = ada.submit(&editor, "/community/free/write", &[("title", "오래 쓴 글"), ("body", "잃으면 슬픈 글")]).await;
    assert_eq!(page.status, 401);
    assert!(page.says("잃으면 슬픈 글"), "{}", page.text());
    let wrong = ada.submit(&page, "/login", &[("email", "ada@example.com"), ("password", "wrong")]).await;
    assert!(wrong.says("잃으면 슬픈 글"), "{}", wrong.text());
    let post = ada.submit(&wrong, "/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;

    assert_eq!(post.status, 200);
    assert!(post.path.starts_with("/community/free/") && post.says("잃으면 슬픈 글"), "{}: {}", post.path, post.text());
}

/// Hot copies live by the machine's clock, which tests cannot move on.
async fn forget_copies(test: &TestApp) {
    let sql = "SELECT token_hash AS value FROM sessions";
    #[derive(sea_orm::FromQueryResult)]
    struct Hash {
        value: String,
    }
    let hashes: Vec<Hash> = minschool::db::query::all(&test.app.context.db, sql, []).await.unwrap();
    for hash in hashes {
        let _ = test.app.context.shared.sessions().drop_one(&hash.value).await;
    }
}
