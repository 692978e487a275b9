//! What the instances measure of themselves, and the staff's page that shows it.

use crate::support::{Engine, Postgres, Sqlite, TestApp, until};
use minschool::config::Config;
use minschool::db::query;
use minschool::domain::counters;
use minschool::monitor::counts::Counts;
use minschool::monitor::events::newest;
use minschool::monitor::heartbeat::Sample;
use minschool::monitor::reporter::Reporter;
use minschool::monitor::{EventKind, Heartbeat, InstanceState, history};
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response};
use rstest::rstest;
use std::time::Duration;

/// How often something happened.
async fn count(test: &TestApp, kind: EventKind) -> usize {
    newest(&test.app.context.db, 100).await.unwrap().iter().filter(|event| event.kind == kind).count()
}

#[rstest]
#[tokio::test]
async fn an_instance_says_how_it_is_and_writes_it_down(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    until("it has reported that it is up", async || count(&test, EventKind::Up).await == 1).await;

    let now = history::minute(test.app.context.clock.now());
    until("its first minute is there", async || !history::names(&test.app.context.db, now - 1).await.unwrap().is_empty()).await;
    let own = test.app.monitor.own().unwrap();
    let heartbeats = test.app.context.shared.instances().heartbeats(std::slice::from_ref(&own.name)).await.known().unwrap();

    assert!(own.memory > 1_000_000 && own.db_max > 0, "{own:?}");
    assert!(heartbeats[0].as_ref().is_some_and(|heartbeat| heartbeat.starts_with(b"{")));
    assert_eq!(test.app.monitor.redis().is_some(), test.app.config.redis_url.is_some());
}

#[rstest]
#[tokio::test]
async fn a_minute_of_the_cluster_is_written_once_and_forgotten_after_a_day(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let minute = history::minute(now) + 5;
    for sessions in [3, 4] {
        history::write_cluster(&test.app, minute, &Counts { sessions, online: 1, schema: 7, files: 0, jobs: Vec::new() }, None)
            .await
            .unwrap();
    }

    let rows = history::cluster(db, minute, minute + 1, 1).await.unwrap();
    history::forget_old(db, now + time::Duration::hours(25)).await.unwrap();
    // The instance itself writes the present minute when it likes.
    let later = history::cluster(db, minute, minute + 1, 1).await.unwrap();

    assert_eq!(rows.iter().map(|row| row.sessions).collect::<Vec<_>>(), [3]);
    assert!(later.is_empty(), "{later:?}");
}

#[rstest]
#[tokio::test]
async fn staff_who_may_see_what_was_done_see_how_the_machines_are(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    let own = test.app.config.watching.instance.clone();
    until("it is ready", async || test.app.monitor.own().is_some_and(|heartbeat| heartbeat.state == InstanceState::Ready)).await;

    let page = boss.get_admin("/system").await;

    assert_eq!(page.status, 200);
    assert!(page.says("시스템") && page.says(&own) && page.says("정상"), "{}", page.text());
    assert!(page.says("minschool edge)이 답하지 않습니다"), "no edge is there: {}", page.text());
    assert_eq!(page.says("초당 만료"), test.app.config.redis_url.is_some());
    for path in ["/system", "/system/runbook"] {
        assert_eq!(moderator.get_admin(path).await.status, 403, "{path}");
    }
    let mut part = moderator.with_htmx();
    for path in ["/system/live", "/system/history"] {
        assert_eq!(part.get_admin(path).await.status, 403, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn the_parts_of_the_page_are_the_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let page = boss.get_admin("/system?range=day").await;
    assert_eq!(page.attribute("#live", "hx-trigger").as_deref(), Some("every 5s"));
    assert_eq!(page.attribute("#history", "hx-get").as_deref(), Some("/system/history?range=day"));
    let paused = boss.get_admin("/system?range=day&paused=1").await;
    assert_eq!(paused.attribute("#live", "hx-trigger"), None);
    assert_eq!(boss.get_admin("/system/live").await.path, "/system", "without a script it is a page");

    let mut script = boss.clone().with_htmx();
    let (live, past) = (script.get_admin("/system/live").await, script.get_admin("/system/history?range=day").await);

    assert!(live.html.contains("events-title") && !live.html.contains("<main"), "{}", live.html);
    assert_eq!(past.count("figure.chart"), page.count("figure.chart"));
}

#[rstest]
#[tokio::test]
async fn a_curve_and_its_table_show_the_rows(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let minute = history::minute(test.app.context.clock.now());
    for (n, sessions) in [(1, 1_234), (2, 4_321)] {
        history::write_cluster(&test.app, minute - n, &Counts { sessions, online: 7, schema: 7, files: 0, jobs: Vec::new() }, None)
            .await
            .unwrap();
    }

    let page = boss.get_admin("/system").await;

    assert!(page.says("1,234") && page.says("4,321"), "{}", page.text());
    assert!(page.count("#people-numbers tbody tr") == 60 && page.count("#people-title + ul + .plot path.stroke") == 2);
}

#[rstest]
#[tokio::test]
async fn a_page_that_asks_by_itself_keeps_nobody_signed_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    counters::flush(&test.app.context).await.unwrap();
    let mut open_page = boss.clone().with_htmx();

    for _ in 0..4 {
        test.app.context.clock.advance(time::Duration::minutes(8));
        assert_eq!(open_page.get_admin("/system/live").await.status, 200);
        counters::flush(&test.app.context).await.unwrap();
    }

    assert!(boss.clone().get_admin("/users").await.path.starts_with("/login"));
}

#[rstest]
#[tokio::test]
async fn the_runbook_has_a_place_for_each_alert(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;

    let page = boss.get_admin("/system/runbook").await;

    for place in [
        "#no-upstream",
        "#redis-down",
        "#backup-old",
        "#restore-drill-old",
        "#redis-memory-unlimited",
        "#redis-memory-high",
        "#upstream-down",
        "#database-down",
        "#clock-jumped",
    ] {
        assert_eq!(page.count(place), 1, "{place}");
    }
}

#[rstest]
#[tokio::test]
async fn an_instance_without_its_database_stays_ready_as_long_as_it_has_pages_to_show(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = engine.start_behind_proxy().await;
    tokio::spawn(test.app.watch_database());
    let bare = test.node().await;
    tokio::spawn(bare.app.watch_database());
    let (mut here, mut there) = (test.visitor(), test.visitor().on(&bare));
    assert_eq!(here.get("/community").await.status, 200);

    proxy.cut();
    until("the outage is noticed", async || !test.app.db_health.is_up() && !bare.app.db_health.is_up()).await;

    let (kept, none) = (here.get("/readyz").await, there.get("/readyz").await);
    assert_eq!((kept.status, kept.html.trim()), (200, "reading only"));
    assert_eq!((none.status, none.html.trim()), (503, "no database"));
    let metrics = minschool::metrics::scrape::text(&test.app, minschool::web::health::state(&test.app).await).await;
    assert!(metrics.contains("minschool_ready 1") && metrics.contains("minschool_reading_only 1"), "{metrics}");

    proxy.restore();
    until("it is back", async || test.app.db_health.is_up()).await;
    assert_eq!(here.get("/readyz").await.html.trim(), "ready");
    test.app.stop.cancel();
    assert_eq!(here.get("/readyz").await.html.trim(), "draining");
}

#[rstest]
#[tokio::test]
async fn an_outage_of_the_database_is_written_down_when_it_is_over(#[values(Postgres)] engine: Engine) {
    let (test, proxy) = engine.start_behind_proxy().await;
    tokio::spawn(test.app.watch_database());
    until("it is ready", async || test.app.monitor.own().is_some_and(|heartbeat| heartbeat.state == InstanceState::Ready)).await;

    proxy.cut();
    until("the outage is noticed", async || !test.app.db_health.is_up()).await;
    proxy.restore();
    until("it is over", async || test.app.db_health.is_up()).await;

    until("it is written down", async || {
        count(&test, EventKind::DatabaseAway).await == 1 && count(&test, EventKind::DatabaseBack).await == 1
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_several_notice_is_written_once_and_a_silent_instance_is_missed(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let now = history::minute(test.app.context.clock.now());
    let lost = Heartbeat { name: "lost".into(), state: InstanceState::Ready, started: 7, at: 42, ..Heartbeat::default() };
    let report = serde_json::to_vec(&lost).unwrap();
    let done = Sample::now(&test.app).since(&Sample::now(&test.app));
    history::write_instance(&test.app, now, &lost, &done).await.unwrap();
    let mut watchers = [Reporter::new(&test.app), Reporter::new(&test.app)];
    let instances = test.app.context.shared.instances();

    instances.heartbeat("lost", report.clone()).await;
    for watcher in &mut watchers {
        watcher.round().await;
    }
    instances.leave("lost").await;
    for watcher in &mut watchers {
        watcher.receive_nothing_for(Duration::from_secs(16));
        watcher.round().await;
        watcher.round().await;
    }
    assert_eq!(count(&test, EventKind::Lost).await, 1);

    instances.heartbeat("lost", report).await;
    for watcher in &mut watchers {
        watcher.round().await;
        watcher.round().await;
    }
    assert_eq!(count(&test, EventKind::Back).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_request_can_be_followed_from_nginx_into_postgres(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let traced = test.node_with(Config { sql_comments: true, ..test.app.config.clone() }).await;
    let listed = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%/* request=' || $1 || ' */'";
    let ask = async |site: &BoxEndpoint<'static, Response>, number: &str| {
        let request = Request::builder().uri_str("/readyz").header("x-request-id", number).finish();
        assert_eq!(site.get_response(request).await.status(), 200);
        // What a connection ran last is listed; another test may have had it since.
        query::number(&test.app.context.db, listed, [number.into()]).await.unwrap() > Some(0)
    };

    until("its number is listed", async || ask(&traced.site, "0123456789abcdef-traced").await).await;
    assert!(!ask(&test.site, "0123456789abcdef-usual").await, "by default statements are the same for all");
}
