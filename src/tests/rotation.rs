//! A session's token changes with what its member may do (OWASP session management cheat sheet).

use crate::support::{Engine, Postgres, Sqlite, Visitor};
use minschool::db::query;
use minschool::domain::tokens;
use rstest::rstest;

fn token(visitor: &Visitor) -> String {
    visitor.cookie("ms_site").unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn a_session_gets_a_new_token_when_its_rights_change(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let user = format!("/users/{}", minschool::domain::users::manage::by_email(&test.app.context, "ada@example.com").await.unwrap());
    let mut earlier = ada.clone();

    let page = boss.get_admin(&user).await;
    boss.submit_admin(&page, &format!("{user}/role"), &[("role", "2")]).await;
    let before = token(&ada);
    let shown = ada.get("/my/sessions").await;
    let after = token(&ada);

    assert_ne!(before, after, "the page that knows of the role brings a new token");
    assert!(shown.says("이 기기"), "{}", shown.text());
    assert!(earlier.get("/my/sessions").await.says("이 기기"), "a request that was on its way is not sent away");
    assert_eq!(token(&earlier), before, "and changes nothing");
    assert_eq!(ada.get("/community/notice/write").await.status, 200);
    assert_eq!(token(&ada), after, "once is enough");

    query::run(&test.app.context.db, "UPDATE sessions SET previous_until = $1", [test.app.context.clock.now().into()]).await.unwrap();
    test.app.context.shared.sessions().drop_one(&tokens::hash(&before)).await;
    assert!(earlier.get("/my/sessions").await.path.starts_with("/login"), "the earlier token is good for a minute only");
    assert!(ada.get("/my/sessions").await.says("이 기기"));
}

#[rstest]
#[tokio::test]
async fn a_session_that_ends_ends_under_its_earlier_token_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let mut earlier = ada.clone();
    let user = format!("/users/{}", minschool::domain::users::manage::by_email(&test.app.context, "ada@example.com").await.unwrap());
    let page = boss.get_admin(&user).await;
    boss.submit_admin(&page, &format!("{user}/role"), &[("role", "2")]).await;
    ada.get("/").await;
    assert!(earlier.get("/my/sessions").await.says("이 기기"));

    let page = ada.get("/logout").await;
    ada.submit(&page, "/logout", &[]).await;

    assert!(earlier.get("/my/sessions").await.path.starts_with("/login"));
}
