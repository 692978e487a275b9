//! Sign-ups that wait, in the panel: who sees them, confirming one for a person without mail, dropping one.

use crate::sign_ups::sign_up;
use crate::support::mail::{Post, link};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, Visitor, operator};
use minschool::db::query;
use minschool::domain::audit::By;
use minschool::domain::idempotency::Key;
use minschool::domain::users::sign_ups::manage;
use minschool::domain::{Actor, Error, roles};
use minschool::entity::sign_up;
use rstest::rstest;
use sea_orm::EntityTrait;
use time::Duration;

const ADA: &str = "ada@example.com";

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

/// An administrator at an instance with mail, and newcomers who signed up there.
async fn start(engine: Engine, newcomers: &[(&str, &str)]) -> (TestApp, Post, Visitor) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let post = Post::quiet(&test).await;
    for (email, name) in newcomers {
        sign_up(&mut test.visitor().on(&post.node), email, name).await;
    }
    let boss = boss.on(&post.node);
    (test, post, boss)
}

/// Presses a button of the list.
async fn press(boss: &mut Visitor, page: &Page, button: &str) -> Page {
    let action = page.attribute(&format!("form[action^='/sign-ups/'][action$='/{button}']"), "action").unwrap();
    boss.submit_admin(page, &action, &[]).await
}

#[rstest]
#[tokio::test]
async fn staff_who_manage_members_confirm_a_sign_up_for_a_person_without_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut boss) = start(engine, &[(ADA, "에이다"), ("grace@example.com", "그레이스")]).await;

    let page = boss.get_admin("/users").await;

    assert!(page.says("가입 확인을 기다리는 사람 2명") && page.says(ADA) && page.says("에이다"), "{}", page.text());
    let action = page.attribute("form:has([aria-label^='에이다'])", "action").unwrap();
    let (mut a, mut b) = (boss.clone(), boss.clone());
    let (one, two) = tokio::join!(a.submit_admin(&page, &action, &[]), b.submit_admin(&page, &action, &[]));
    assert!(one.says("가입을 확인했습니다") && two.says("가입을 확인했습니다"), "{} {}", one.text(), two.text());
    assert!(one.path == two.path && one.path.starts_with("/users/") && one.says(ADA), "to the new member: {}", one.path);
    let mut ada = test.visitor().on(&post.node);
    let login = ada.get("/login").await;
    assert!(ada.submit(&login, "/login", &[("email", ADA), ("password", PASSWORD)]).await.says("에이다님"));
    assert!(ada.get("/my/email").await.says("확인 안 됨"), "nobody proved to read the mailbox");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM audit_log WHERE action = 'sign_up.confirm' AND target_name = '에이다'").await, 1);
    assert!(boss.get_admin("/audit").await.says("가입 확인"));
    let page = boss.get_admin("/users").await;
    assert!(page.says("가입 확인을 기다리는 사람 1명") && page.count("form[action^='/sign-ups/']") == 2, "{}", page.text());
    // Her letter is still to be written.
    crate::support::mail::work(&post.node.app);
    link(&post.mail("grace@example.com", 0).await, &post.node.app);
    assert!(post.server.mails().iter().all(|mail| mail.to != [ADA]), "who is a member needs no link");
}

#[rstest]
#[tokio::test]
async fn a_sign_up_that_is_dropped_is_good_for_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut boss) = start(engine, &[(ADA, "에이다")]).await;
    crate::support::mail::work(&post.node.app);
    let place = link(&post.mail(ADA, 0).await, &post.node.app);
    let mut ada = test.visitor().on(&post.node);
    let open = ada.get(&place).await;
    let page = boss.get_admin("/users").await;

    let done = press(&mut boss, &page, "delete").await;

    assert!(done.path == "/users" && done.says("가입 신청을 지웠습니다") && !done.says("기다리는 사람"), "{}", done.text());
    assert_eq!((ada.get(&place).await.status, ada.submit(&open, "/signup/confirm", &[]).await.status), (410, 410));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM audit_log WHERE action = 'sign_up.delete' AND target_name = '에이다'").await, 1);
    let late = press(&mut boss, &page, "confirm").await;
    assert!(late.status == 422 && late.says("이미 가입을 마쳤거나 기한이 지난 신청입니다"), "{}", late.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM users WHERE email = 'ada@example.com'").await, 0);
}

#[rstest]
#[tokio::test]
async fn what_cannot_become_a_member_is_said_or_not_shown(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut boss) = start(engine, &[(ADA, "에이다"), ("boss@example.com", "그레이스")]).await;
    test.member("에이다").await;

    let page = boss.get_admin("/users").await;

    assert!(page.says("기다리는 사람 1명"), "an address that has an account is no newcomer's: {}", page.text());
    let refused = press(&mut boss, &page, "confirm").await;
    assert!(refused.status == 422 && refused.says("다른 회원이 같은 이름을 썼습니다"), "{}", refused.text());
    assert_eq!(sign_up::Entity::find().all(&test.app.context.db).await.unwrap().len(), 2, "it waits on");
    post.node.app.context.clock.advance(Duration::hours(25));
    // The session of the panel is over as well.
    boss.sign_in_as_staff("boss").await;
    assert!(!boss.get_admin("/users").await.says("기다리는 사람"));
}

#[rstest]
#[tokio::test]
async fn who_may_not_manage_members_neither_sees_nor_decides(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut boss) = start(engine, &[(ADA, "에이다")]).await;
    let mut clerk = test.staff("clerk", "moderator").await.on(&post.node);
    let ctx = &post.node.app.context;
    let waiting = sign_up::Entity::find().one(&ctx.db).await.unwrap().unwrap();

    let page = clerk.get_admin("/users").await;

    assert!(page.status == 200 && !page.says("기다리는 사람") && !page.says(ADA), "{} {}", page.status, page.text());
    let permissions = roles::find_by_slug(&ctx.db, "moderator").await.unwrap().permissions;
    let by = By { actor: Actor { permissions, ..operator().actor }, ..operator() };
    let key = || Key::random().unwrap();
    assert!(matches!(manage::list(ctx, &by.actor).await, Err(Error::Forbidden)));
    assert!(matches!(manage::confirm(ctx, &by, &key(), waiting.id).await, Err(Error::Forbidden)));
    assert!(matches!(manage::destroy(ctx, &by, &key(), waiting.id).await, Err(Error::Forbidden)));
    assert_eq!(sign_up::Entity::find().all(&ctx.db).await.unwrap().len(), 1);
    assert!(boss.get_admin("/users?q=ada").await.count("form[action^='/sign-ups/']") == 0, "a search is for members");
}
