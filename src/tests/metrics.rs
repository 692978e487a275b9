//! What an instance measures: every name that alerts rely on, nothing that strangers can make grow, nothing about
//! anybody, and only for those who may read it.

use crate::processes::{minschool, start_alone};
use crate::support::{Engine, Postgres, Sqlite, TestApp, TestNode, Visitor, config};
use poem::Endpoint;
use poem::http::Method;
use rstest::rstest;
use testkit::http::{Request, send};
use testkit::process::local;

const TOKEN: &str = "a-token-for-the-tests";

/// What alerts, the panel and the operators' tools rely on.
const NAMES: [&str; 35] = [
    "minschool_http_request_duration_seconds_bucket{",
    "minschool_http_request_duration_seconds_sum{",
    "minschool_http_request_duration_seconds_count{",
    "minschool_http_in_flight ",
    "minschool_http_waiting ",
    "minschool_http_refused_total ",
    "minschool_event_streams ",
    "minschool_db_pool_connections{state=\"idle\"} ",
    "minschool_db_pool_connections{state=\"used\"} ",
    "minschool_db_pool_connections{state=\"max\"} ",
    "minschool_db_acquire_timeouts_total ",
    "minschool_db_statements_total ",
    "minschool_redis_exchanges_total ",
    "minschool_redis_kept_values_total ",
    "minschool_redis_missing_values_total ",
    "minschool_sessions_active ",
    "minschool_online_users ",
    "minschool_schema_version ",
    "minschool_files_bytes ",
    "minschool_files_limit_bytes ",
    "minschool_jobs{kind=\"forget_sessions\",state=\"waiting\"} ",
    "minschool_jobs_oldest_due_seconds ",
    "minschool_build_info{version=\"",
    "process_cpu_seconds_total ",
    "process_resident_memory_bytes ",
    "process_open_fds ",
    "process_start_time_seconds ",
    "minschool_ready 1.0",
    "minschool_draining 0.0",
    "minschool_clock_offset_seconds ",
    // Not everywhere is there a number for these.
    "# TYPE minschool_redis_up gauge",
    "# TYPE minschool_cgroup_memory_bytes gauge",
    "# TYPE minschool_backup_last_success_timestamp_seconds gauge",
    "# TYPE minschool_restore_drill_last_success_timestamp_seconds gauge",
    "# EOF",
];

/// An instance whose measurements can be read with [`TOKEN`].
async fn watched(test: &TestApp) -> TestNode {
    let mut config = config(&test.backends);
    config.watching.metrics_token = Some(TOKEN.into());
    test.node_with(config).await
}

async fn scrape(visitor: &Visitor) -> String {
    let page = visitor.clone().with("authorization", &format!("Bearer {TOKEN}")).send(Method::GET, "/metrics", None, true).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.html
}

/// The number on the line that begins so.
fn number(text: &str, begins: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(begins)).unwrap_or_else(|| panic!("{begins} is not in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn every_documented_measurement_is_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let mut ada = test.signed_in("ada").await.on(&node);
    ada.get("/").await;

    let text = scrape(&ada).await;

    for name in NAMES {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} is not in {text}");
    }
    assert!(number(&text, "minschool_sessions_active ") >= 1.0);
    assert!(number(&text, "minschool_schema_version ") >= 2.0);
    assert!(number(&text, "minschool_db_statements_total ") >= 1.0);
    let redis = test.app.config.redis_url.is_some();
    assert_eq!(text.contains("\nminschool_redis_up 1.0\n"), redis, "where there is no Redis it is neither up nor down");
}

#[rstest]
#[tokio::test]
async fn a_request_is_counted_at_its_route_and_not_at_its_address(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let mut ada = ada.on(&node);

    ada.get(&post).await;
    ada.get(&post).await;
    ada.get(&format!("{post}0000")).await;
    ada.get_admin("/login").await;

    let text = scrape(&ada).await;
    let row = |route: &str, code: &str| {
        format!("minschool_http_request_duration_seconds_count{{route=\"{route}\",method=\"GET\",code=\"{code}\"}}")
    };
    assert_eq!(number(&text, &row("/community/:board/:id", "2xx")), 2.0);
    assert_eq!(number(&text, &row("/community/:board/:id", "4xx")), 1.0);
    assert_eq!(number(&text, &row("admin:/login", "2xx")), 1.0);
}

#[rstest]
#[tokio::test]
async fn nobody_can_make_the_labels_grow(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let mut stranger = test.visitor().on(&node);
    for n in 0..100 {
        stranger.send(Method::GET, &format!("/made-up-{n}"), None, false).await;
        stranger.send(Method::GET, &format!("/community/made-up-{n}"), None, false).await;
        stranger.send(Method::from_bytes(format!("MADEUP{n}").as_bytes()).unwrap(), "/", None, false).await;
    }

    let text = scrape(&stranger).await;

    assert!(!text.to_lowercase().contains("made-up") && !text.contains("MADEUP"), "{text}");
    let rows = text.lines().filter(|line| line.starts_with("minschool_http_request_duration_seconds_count")).count();
    assert!(rows <= 5, "{rows} rows: {text}");
    let other = "minschool_http_request_duration_seconds_count{route=\"other\",method=\"GET\",code=\"4xx\"}";
    assert_eq!(number(&text, other), 100.0);
}

#[rstest]
#[tokio::test]
async fn nothing_about_anybody_is_measured(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let mut boss = test.staff("harriet", "admin").await.on(&node);
    let post = boss.write("free", "비밀스러운 제목").await;
    boss.comment(&post, "비밀스러운 댓글").await;
    boss.get("/u/2?from=harriet").await;
    boss.get_admin("/users?q=harriet@example.com").await;
    let token = boss.cookie("ms_site").unwrap().to_owned();

    let text = scrape(&boss).await;

    for word in ["harriet", "example.com", "비밀", "free", token.as_str(), "127.0.0.1", TOKEN] {
        assert!(!text.contains(word), "{word} is in {text}");
    }
}

#[rstest]
#[tokio::test]
async fn an_open_stream_is_counted_for_as_long_as_it_is_open(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let ada = test.signed_in("ada").await.on(&node);

    let stream = node.site.get_response(ada.request(Method::GET, "/events", None)).await;
    assert_eq!(number(&scrape(&ada).await, "minschool_event_streams "), 1.0);
    drop(stream);

    assert_eq!(number(&scrape(&ada).await, "minschool_event_streams "), 0.0);
}

#[rstest]
#[tokio::test]
async fn to_strangers_the_measurements_are_not_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    let staff = test.staff("boss", "admin").await.on(&node);
    for visitor in [test.visitor().on(&node), staff.clone(), staff.clone().with("authorization", "Bearer wrong")] {
        let page = visitor.clone().send(Method::GET, "/metrics", None, true).await;
        assert_eq!(page.status, 404);
        assert!(!page.html.contains("minschool_"));
    }

    let on_the_site = staff.with("authorization", &format!("Bearer {TOKEN}")).send(Method::GET, "/metrics", None, false).await;
    assert_eq!(on_the_site.status, 404);
}

#[rstest]
#[tokio::test]
async fn an_instance_that_is_about_to_end_says_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = watched(&test).await;
    node.app.stop.cancel();

    let text = scrape(&test.visitor().on(&node)).await;

    assert_eq!((number(&text, "minschool_ready "), number(&text, "minschool_draining ")), (0.0, 1.0));
}

#[test]
fn a_program_on_this_machine_reads_them_and_one_behind_the_proxy_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start_alone(minschool(), folder.path());
    let ask = |request: Request| send(local(instance.admin), request).unwrap();

    let open = ask(Request::get("/metrics"));
    let proxied = ask(Request::get("/metrics").header("x-forwarded-for", "127.0.0.1"));

    assert_eq!(open.status, 200, "{open}");
    assert!(open.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{open}");
    assert!(open.text().trim_end().ends_with("# EOF"), "{open}");
    assert_eq!(proxied.status, 404, "{proxied}");
}
