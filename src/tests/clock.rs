//! The machine's clock is set by an hour while people are here: nobody is signed out, nothing that was typed is
//! lost, new rows come after old ones, and the step is reported.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, TestApp, TestNode, Visitor, config, until};
use minschool::clock::{Clock, OffsetDateTime, to_ms};
use minschool::db::query;
use minschool::domain::sessions::{self, Area};
use minschool::domain::{counters, tokens};
use minschool::jobs::cleanup;
use minschool::monitor::events::newest;
use minschool::monitor::reporter::Reporter;
use minschool::shared::Known;
use minschool::web::health;
use rstest::rstest;
use std::time::Duration;

const HOUR_MS: i64 = 3_600_000;
/// Forward, back to where it was, an hour back, and right again.
const JUMPS: [i64; 4] = [HOUR_MS, -HOUR_MS, -HOUR_MS, HOUR_MS];

/// Sets the machine's clock, and lets the instance do what it does now and then.
async fn step(test: &TestApp, by_ms: i64) {
    // Who was here within the last seconds would be noted as being here after the jump.
    counters::flush(&test.app.context).await.unwrap();
    test.app.context.clock.monotonic().set_wall_by_ms(by_ms);
    cleanup::forget(&test.app.context.db, test.app.context.clock.now()).await.unwrap();
}

/// From now on the rows decide, as when Redis' clock jumped too and its keys are over.
async fn forget_copies(test: &TestApp, person: &Visitor) {
    for cookie in ["ms_site", "ms_admin"] {
        let hash = tokens::hash(person.cookie(cookie).unwrap());
        test.app.context.shared.sessions().drop_one(&hash).await;
    }
}

async fn strict(test: &TestApp) -> TestNode {
    let mut config = config(&test.backends);
    config.rate_limits = true;
    test.node_with(config).await
}

#[rstest]
#[tokio::test]
async fn nobody_is_signed_out_by_a_jump_of_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    for by in JUMPS {
        step(&test, by).await;

        for copies in ["hot", "forgotten"] {
            let (site, panel) = (boss.get("/").await, boss.get_admin("/users").await);

            assert!(site.says("boss님"), "{copies} copies, {by} ms: {}", site.text());
            assert_eq!((panel.status, panel.path.as_str()), (200, "/users"), "{copies} copies, {by} ms");
            forget_copies(&test, &boss).await;
        }
    }
}

#[rstest]
#[tokio::test]
async fn who_leaves_the_panel_alone_for_half_an_hour_is_out_whatever_the_clock_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    for by in [HOUR_MS, -HOUR_MS] {
        let name = if by > 0 { "ada" } else { "eve" };
        let mut staff = test.staff(name, "admin").await;
        step(&test, by).await;

        test.app.context.clock.advance(time::Duration::minutes(31));

        assert!(staff.get_admin("/users").await.path.starts_with("/login"), "{by} ms");
    }
}

#[rstest]
#[tokio::test]
async fn a_form_that_was_open_is_taken_and_what_is_new_comes_last(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "시계").await;
    ada.comment(&post, "댓글 0").await;
    for (n, by) in (1..).zip(JUMPS) {
        let form = ada.get(&post).await;
        step(&test, by).await;

        let text = format!("댓글 {n}");
        let page = ada.submit(&form, &format!("{post}/comments"), &[("body", &text)]).await;
        ada.submit(&form, &format!("{post}/comments"), &[("body", &text)]).await;

        assert_eq!(page.status, 200, "{}", page.text());
    }

    let shown = ada.get(&post).await.text();
    let places: Vec<_> = (0..=JUMPS.len()).map(|n| shown.matches(&format!("댓글 {n}")).count()).collect();
    let order: Vec<_> = (0..=JUMPS.len()).map(|n| shown.find(&format!("댓글 {n}"))).collect();
    let early = "SELECT COUNT(*) FROM comments a JOIN comments b ON b.id > a.id AND b.created_at < a.created_at";

    assert_eq!(places, [1; 5], "{shown}");
    assert!(order.is_sorted(), "{shown}");
    assert_eq!(query::number(&test.app.context.db, early, []).await.unwrap(), Some(0));
}

#[rstest]
#[tokio::test]
async fn who_is_here_stays_here(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.signed_in("ada").await.get("/").await;
    let here = async || test.app.context.shared.presence().count().await == Known::Known(1);
    until("she is here", here).await;

    for by in JUMPS {
        step(&test, by).await;

        assert!(here().await, "{by} ms");
    }
}

#[rstest]
#[tokio::test]
async fn limits_neither_open_nor_hold_for_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let strict = strict(&test).await;
    for (n, by) in JUMPS.into_iter().enumerate() {
        // What an address failed is not forgotten when it succeeds, so each is another.
        let mut eve = test.visitor().on(&strict).with("x-forwarded-for", &format!("203.0.113.{n}"));
        let wrong = [("email", "ada@example.com"), ("password", "wrong")];
        let page = eve.get("/login").await;
        for _ in 0..5 {
            eve.submit(&page, "/login", &wrong).await;
        }

        strict.app.context.clock.monotonic().set_wall_by_ms(by);

        let right = [("email", "ada@example.com"), ("password", PASSWORD)];
        let page = eve.get("/login").await;
        let refused = eve.submit(&page, "/login", &right).await;
        assert_eq!(refused.status, 429, "{by} ms");
        let wait = refused.header("retry-after").parse().unwrap();
        assert!(wait <= 5, "{by} ms: {wait} s");
        tokio::time::sleep(Duration::from_secs(wait)).await;
        assert!(eve.submit(&page, "/login", &right).await.says("ada님"), "{by} ms");
    }
}

#[rstest]
#[tokio::test]
async fn a_jump_is_written_down_shown_and_measured(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let steady = test.app.context.clock.monotonic().clone();
    let mut reporter = Reporter::new(&test.app);
    reporter.round().await;

    steady.set_wall_by_ms(HOUR_MS);
    reporter.round().await;
    reporter.round().await;

    let events = newest(&test.app.context.db, 50).await.unwrap();
    let events: Vec<_> = events.iter().filter(|event| event.kind == minschool::monitor::EventKind::ClockJumped).collect();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].instance, test.app.config.watching.instance);
    let page = boss.get_admin("/system").await;
    assert!(page.says("서버 시계가 갑자기 바뀜"), "{}", page.text());
    let metrics = minschool::metrics::scrape::text(&test.app, health::state(&test.app).await).await;
    let offset = metrics.lines().find_map(|line| line.strip_prefix("minschool_clock_offset_seconds ")).unwrap();
    assert!((3_590.0..=3_600.0).contains(&offset.parse::<f64>().unwrap()), "{offset}");
}

#[rstest]
#[tokio::test]
async fn an_instance_whose_clock_is_behind_ends_nobodys_session(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let find = "SELECT id FROM sessions WHERE token_hash = $1";
    let row = query::number(&test.app.context.db, find, [tokens::hash(boss.cookie("ms_admin").unwrap()).into()]).await.unwrap().unwrap();
    let behind: OffsetDateTime = test.app.context.clock.now() - time::Duration::hours(1);

    sessions::touch(&test.app.context, &[minschool::domain::SessionId(row)], Area::Admin, false, behind).await.unwrap();
    forget_copies(&test, &boss).await;

    assert_eq!(boss.get_admin("/users").await.path, "/users");
}

#[rstest]
#[tokio::test]
async fn an_instance_that_begins_by_a_wrong_clock_keeps_the_course_of_the_others(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    until("the first has reported its time", async || test.app.monitor.own().is_some()).await;
    for by in [HOUR_MS, -HOUR_MS] {
        let wrong = Clock::default();
        wrong.monotonic().start_from(to_ms(wrong.now()) + by);

        let mut config = config(&test.backends);
        config.watching.instance = "other".into();
        let node = test.node_at(config, wrong).await;
        let mut there = boss.on(&node);
        forget_copies(&test, &boss).await;

        assert_eq!(there.get_admin("/users").await.path, "/users", "{by} ms");
        let apart = (node.app.context.clock.now() - test.app.context.clock.now()).abs();
        assert!(apart < time::Duration::seconds(5), "{by} ms: {apart}");
        assert_eq!(boss.get_admin("/users").await.path, "/users", "{by} ms");
    }
}
