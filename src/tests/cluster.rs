//! Three instances on one PostgreSQL and one Redis: any of them can answer anybody, and losing one, or Redis,
//! is not noticed.

use crate::support::{Engine, Postgres, TestApp, Visitor, until};
use minschool::domain::UserId;
use rstest::rstest;
use std::time::{Duration, Instant};

async fn greeted(visitor: &mut Visitor, name: &str) -> bool {
    visitor.get("/").await.says(&format!("{name}님, 어서 오세요"))
}

#[rstest]
#[tokio::test]
async fn signed_in_on_one_is_signed_in_on_all_and_out_on_all_within_a_second(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (b, c) = (test.node().await, test.node().await);
    let mut on_a = test.signed_in("ada").await;
    let (mut on_b, mut on_c) = (on_a.on(&b), on_a.on(&c));
    assert!(greeted(&mut on_b, "ada").await && greeted(&mut on_c, "ada").await);

    let page = on_a.get("/logout").await;
    on_a.submit(&page, "/logout", &[]).await;

    let begun = Instant::now();
    while greeted(&mut on_b, "ada").await || greeted(&mut on_c, "ada").await {
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

#[rstest]
#[tokio::test]
async fn what_is_written_on_one_is_read_on_all_at_once(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let b = test.node().await;
    let mut ada = test.signed_in("ada").await;
    let mut guest = test.visitor().on(&b);
    guest.get("/").await;
    guest.get("/community/free").await;

    let post = ada.write("free", "모두에게").await;

    assert!(guest.get("/").await.says("모두에게"), "no old piece is shown");
    assert!(guest.get("/community/free").await.says("모두에게"));
    let page = ada.get(&format!("{post}/delete")).await;
    ada.submit(&page, &format!("{post}/delete"), &[]).await;
    assert!(!guest.get("/").await.says("모두에게"), "nothing deleted comes from a cache");
}

#[rstest]
#[tokio::test]
async fn suspension_and_demotion_hold_everywhere_within_a_second_while_redis_is_down(#[values(Postgres)] engine: Engine) {
    let mut test = engine.start().await;
    let b = test.node().await;
    let staff = test.staff("boss", "admin").await;
    let mod_id = test.person("mod", "moderator").await;
    let mut moderator = test.visitor();
    moderator.sign_in("mod").await;
    moderator.sign_in_as_staff("mod").await;
    let ada = test.signed_in("ada").await;
    let (mut ada_b, mut mod_b) = (ada.on(&b), moderator.on(&b));
    assert!(greeted(&mut ada_b, "ada").await);
    assert!(mod_b.get_admin("/").await.says("대시보드"));

    test.backends.redis.as_mut().unwrap().kill();
    let by = minschool::domain::audit::By {
        actor: minschool::domain::Actor {
            id: minschool::domain::UserId(0),
            name: "test".into(),
            role: "admin".into(),
            permissions: minschool::domain::Permissions::from_words(
                minschool::domain::permissions::ALL
                    .iter()
                    .map(|(r, a)| format!("{}:{}", r.as_str(), a.as_str()))
                    .collect::<Vec<_>>()
                    .iter()
                    .map(String::as_str),
            ),
        },
        client: Default::default(),
    };
    let ada_id = minschool::domain::users::manage::by_email(&test.app.context, "ada@example.com").await.unwrap();
    minschool::domain::users::manage::suspend(
        &test.app.context,
        &by,
        &minschool::domain::idempotency::Key::random().unwrap(),
        ada_id,
        None,
        "시험",
    )
    .await
    .unwrap();
    let member = minschool::domain::roles::find_by_slug(&test.app.context.db, "member").await.unwrap();
    minschool::domain::users::manage::set_role(
        &test.app.context,
        &by,
        &minschool::domain::idempotency::Key::random().unwrap(),
        UserId(mod_id),
        member.id,
        "",
    )
    .await
    .unwrap();

    let begun = Instant::now();
    while greeted(&mut ada_b, "ada").await || mod_b.get_admin("/").await.says("대시보드") {
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    drop(staff);
}

#[rstest]
#[tokio::test]
async fn redis_killed_frozen_or_flushed_fails_no_page_and_signs_nobody_out(#[values(Postgres)] engine: Engine) {
    let mut test = engine.start().await;
    let b = test.node().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await.on(&b);
    let post = ada.write("free", "버티는 글").await;

    test.backends.redis.as_mut().unwrap().kill();
    live_through(&test, &mut ada, &mut bob, &post, "killed").await;
    test.backends.redis.as_mut().unwrap().restart();
    until("Redis is trusted again", async || test.app.context.shared.health().is_well() && b.app.context.shared.health().is_well()).await;
    live_through(&test, &mut ada, &mut bob, &post, "back").await;

    test.backends.redis.as_ref().unwrap().freeze();
    live_through(&test, &mut ada, &mut bob, &post, "frozen").await;
    test.backends.redis.as_ref().unwrap().thaw();
    until("Redis is trusted again", async || test.app.context.shared.health().is_well() && b.app.context.shared.health().is_well()).await;

    test.backends.redis.as_ref().unwrap().command(&["FLUSHALL"]);
    live_through(&test, &mut ada, &mut bob, &post, "flushed").await;
    let unread = ada.get("/").await.find("#bell .number").unwrap_or_default();
    assert_eq!(unread, "4", "no notification is lost");
}

/// People read, write and sign in; everything works.
async fn live_through(test: &TestApp, ada: &mut Visitor, bob: &mut Visitor, post: &str, when: &str) {
    assert!(greeted(ada, "ada").await && greeted(bob, "bob").await, "{when}: nobody is signed out");
    assert!(test.visitor().get("/community/free").await.says("버티는 글"), "{when}");
    let page = bob.comment(post, &format!("{when} 댓글")).await;
    assert!(page.says(&format!("{when} 댓글")), "{when}: {}", page.text());
    test.member(&format!("new-{when}")).await;
    let mut new_user = test.visitor();
    let page = new_user.sign_in(&format!("new-{when}")).await;
    assert!(page.says(&format!("new-{when}님")), "{when}: {}", page.text());
}

#[rstest]
#[tokio::test]
async fn a_session_ended_during_the_outage_stays_ended_when_redis_returns_with_its_old_data(#[values(Postgres)] engine: Engine) {
    let mut test = engine.start().await;
    let b = test.node().await;
    let mut before = test.signed_in("ada").await;
    let during = test.signed_in("bob").await;
    let (mut before_b, mut during_b) = (before.on(&b), during.on(&b));
    assert!(greeted(&mut before_b, "ada").await && greeted(&mut during_b, "bob").await);
    test.backends.redis.as_ref().unwrap().save();

    let page = before.get("/logout").await;
    before.clone().submit(&page, "/logout", &[]).await;
    test.backends.redis.as_mut().unwrap().kill();
    let page = during.clone().get("/logout").await;
    during.clone().submit(&page, "/logout", &[]).await;
    test.backends.redis.as_mut().unwrap().restart();

    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        for (visitor, name) in [(&mut before_b, "ada"), (&mut during_b, "bob")] {
            // Between the kill and the return an instance may still have read the row; never after a second.
            let still = greeted(visitor, name).await;
            assert!(!still || begun.elapsed() < Duration::from_secs(1), "{name} came back");
        }
    }
    let is_well = |node: &minschool::app::App| node.context.shared.health().is_well();
    until("Redis is back on both", async || is_well(&test.app) && is_well(&b.app)).await;
}

#[rstest]
#[tokio::test]
async fn presence_is_shared_and_ends_within_a_minute(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let b = test.node().await;
    let mut ada = test.signed_in("ada").await;
    ada.get("/").await;
    let mut bob = test.signed_in("bob").await.on(&b);

    until("bob sees both", async || {
        let page = bob.get("/who").await;
        page.says("ada") && page.says("bob")
    })
    .await;

    let id = minschool::domain::users::manage::by_email(&test.app.context, "ada@example.com").await.unwrap();
    let minute_ago = minschool::clock::to_ms(test.app.context.clock.now()) - 60_000;
    test.backends.redis.as_ref().unwrap().command(&["ZADD", "online:users", &minute_ago.to_string(), &id.to_string()]);
    let page = bob.get("/who").await;
    assert!(!page.text().contains("ada"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn instances_migrate_in_turn_and_set_up_the_database_once(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_b, _c) = futures_util::join!(test.node(), test.node());

    let boards = minschool::domain::boards::Boards::read(&test.app.context.db).await.unwrap();

    assert_eq!(boards.listed(None).count(), 3);
    let posts = minschool::db::query::number(&test.app.context.db, "SELECT COUNT(*) FROM posts", []).await.unwrap();
    assert_eq!(posts, Some(1));
}
