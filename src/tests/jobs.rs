//! Jobs: added with what calls for them, done once however many look for them and whatever becomes of who began.

use crate::support::{Engine, Postgres, Sqlite, TestApp, until};
use minschool::app::App;
use minschool::clock::{OffsetDateTime, from_ms, to_ms};
use minschool::db::{Transaction, query};
use minschool::domain::jobs::lease::{self, Claim, MOST_TRIES};
use minschool::domain::jobs::{self, Failure, JobId, Kind, New, State};
use minschool::entity::job;
use minschool::jobs::worker::{self, Handlers, handler};
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// Any kind will do: its handler is the test's own.
const KIND: Kind = Kind::ForgetKeys;

/// An instance whose jobs write into a table of the test.
async fn start(engine: Engine) -> TestApp {
    let test = engine.start().await;
    test.app.context.db.execute_unprepared("CREATE TABLE effects (job BIGINT NOT NULL)").await.unwrap();
    test
}

async fn add(test: &TestApp, dedupe: Option<&str>) -> bool {
    let (tx, now) = (query::begin(&test.app.context.db).await.unwrap(), test.app.context.clock.now());
    let added = jobs::enqueue(&tx, New { kind: KIND, payload: "", dedupe, due_at: now }, now).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

async fn effects(test: &TestApp) -> i64 {
    number(test, "SELECT COUNT(*) FROM effects").await
}

async fn row(test: &TestApp) -> job::Model {
    job::Entity::find().one(&test.app.context.db).await.unwrap().unwrap()
}

async fn claim(test: &TestApp, most: u64, now: OffsetDateTime) -> Vec<Claim> {
    lease::claim(&test.app.context.db, &[KIND], most, now).await.unwrap()
}

/// As if a minute had passed since the last renewal.
async fn end_leases(test: &TestApp) {
    let before = from_ms(to_ms(test.app.context.clock.now()) - 5_000);
    query::run(&test.app.context.db, "UPDATE jobs SET leased_until = $1 WHERE lease IS NOT NULL", [before.into()]).await.unwrap();
}

fn only(work: worker::Handler) -> Handlers {
    [(KIND, work)].into()
}

fn run(app: &App, handlers: Handlers) -> JoinHandle<()> {
    tokio::spawn(worker::run(app.clone(), worker::Settings::new(handlers, &[])))
}

async fn effect(app: &App, job: &Claim) -> Result<Transaction, Failure> {
    let tx = query::begin(&app.context.db).await?;
    query::run(&tx, "INSERT INTO effects (job) VALUES ($1)", [job.id.0.into()]).await?;
    Ok(tx)
}

fn writes() -> Handlers {
    only(handler(|app: App, job: Claim| async move { effect(&app, &job).await }))
}

#[rstest]
#[tokio::test]
async fn a_job_is_there_with_what_called_for_it_or_not_at_all(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    let now = test.app.context.clock.now();
    let tx = query::begin(&test.app.context.db).await.unwrap();
    jobs::enqueue(&tx, New { kind: KIND, payload: "1", dedupe: None, due_at: now }, now).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs").await, 0);

    let later = from_ms(to_ms(now) + 60_000);
    jobs::enqueue(&test.app.context.db, New { kind: KIND, payload: "2", dedupe: None, due_at: later }, now).await.unwrap();

    assert!(claim(&test, 9, now).await.is_empty(), "it is not due yet");
    let claimed = claim(&test, 9, later).await;
    assert_eq!((claimed.len(), claimed[0].payload.as_str(), claimed[0].tries), (1, "2", 1));
    assert!(claim(&test, 9, later).await.is_empty(), "it is another's");
}

#[rstest]
#[tokio::test]
async fn a_second_job_with_the_same_dedupe_key_is_not_added(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;

    assert!(add(&test, Some("mail:7")).await && add(&test, Some("mail:8")).await && add(&test, None).await && add(&test, None).await);
    assert!(!add(&test, Some("mail:7")).await);

    run(&test.app, writes());
    until("all are done", async || effects(&test).await == 4).await;
    assert!(!add(&test, Some("mail:7")).await, "nor while the done one is kept");
}

#[rstest]
#[tokio::test]
async fn a_job_waits_longer_after_each_failure_and_is_given_up_after_eight(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    let mut now = test.app.context.clock.now();
    for (tries, wait) in (1..).zip([15, 60, 240, 960, 3_840, 15_360, 61_440]) {
        let job = claim(&test, 9, now).await.pop().unwrap();
        assert!(lease::fail(&test.app.context.db, &job, &Failure::Temporary(format!("fault {tries}")), now).await.unwrap());
        let row = row(&test).await;
        let waits = (row.due_at - now).as_seconds_f64() / f64::from(wait);
        assert!((0.79..=1.21).contains(&waits), "{waits} of {wait} s after try {tries}");
        assert_eq!((row.state, row.tries, row.last_error, row.lease), (State::Waiting, tries, format!("fault {tries}"), None));
        now = row.due_at;
    }

    let job = claim(&test, 9, now).await.pop().unwrap();
    lease::fail(&test.app.context.db, &job, &Failure::Temporary("the last fault".into()), now).await.unwrap();

    assert_eq!((row(&test).await.state, row(&test).await.tries), (State::Failed, MOST_TRIES));
    assert!(claim(&test, 9, now + time::Duration::days(1)).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_cannot_help_is_not_tried_again_and_a_panic_is_a_failure(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    let work = handler(|_, job: Claim| async move {
        assert!(job.payload.is_empty(), "a panic that the test wants");
        Err(Failure::Permanent("no such address".into()))
    });
    let now = test.app.context.clock.now();
    jobs::enqueue(&test.app.context.db, New { kind: KIND, payload: "panic", dedupe: None, due_at: now }, now).await.unwrap();
    add(&test, None).await;

    run(&test.app, only(work));

    until("both failed", async || number(&test, "SELECT COUNT(*) FROM jobs WHERE last_error <> ''").await == 2).await;
    let rows = job::Entity::find().all(&test.app.context.db).await.unwrap();
    let of = |payload: &str| rows.iter().find(|row| row.payload == payload).unwrap();
    assert_eq!((of("").state, of("").last_error.as_str(), of("").tries), (State::Failed, "no such address", 1));
    assert_eq!(of("panic").state, State::Waiting);
    assert!(of("panic").last_error.contains("panicked"));
}

#[rstest]
#[tokio::test]
async fn a_handler_that_never_returns_is_ended_and_its_job_is_tried_again_later(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    let work = handler(|app: App, job: Claim| async move {
        let tx = effect(&app, &job).await?;
        if job.payload == "endless" && job.tries == 1 {
            std::future::pending::<()>().await;
        }
        Ok(tx)
    });
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    // As many as a worker does at once, and one more behind them.
    for payload in ["endless", "endless", "short"] {
        jobs::enqueue(db, New { kind: KIND, payload, dedupe: None, due_at: now }, now).await.unwrap();
    }

    let settings = worker::Settings { longest_try: Duration::from_secs(1), ..worker::Settings::new(only(work), &[]) };
    tokio::spawn(worker::run(test.app.clone(), settings));

    // On SQLite a handler that does not return keeps all other writers waiting, and with them the connections.
    let counted = async |ask: &str, n: i64| query::number(db, ask, []).await.is_ok_and(|found| found == Some(n));
    until("the last one is done", async || counted("SELECT COUNT(*) FROM jobs WHERE state = 'done'", 1).await).await;
    until("both were ended", async || counted("SELECT COUNT(*) FROM jobs WHERE last_error <> ''", 2).await).await;
    let rows = job::Entity::find().all(db).await.unwrap();
    for row in rows.iter().filter(|row| row.payload == "endless") {
        assert_eq!(
            (row.state, row.tries, row.last_error.as_str(), row.lease.as_ref()),
            (State::Waiting, 1, "it took longer than 1s", None)
        );
        assert!(row.due_at > now + time::Duration::seconds(10), "not at once");
    }
    test.app.context.clock.advance(time::Duration::seconds(30));
    until("the others are done", async || number(&test, "SELECT COUNT(*) FROM jobs WHERE state = 'done'").await == 3).await;
    assert_eq!(effects(&test).await, 3, "what the ended handlers wrote is undone");
}

#[rstest]
#[tokio::test]
async fn ten_that_claim_at_once_get_different_jobs(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    for _ in 0..60 {
        add(&test, None).await;
    }
    let now = test.app.context.clock.now();

    let claims = futures_util::future::join_all((0..10).map(|_| claim(&test, 7, now))).await;

    assert!(claims.iter().all(|of_one| of_one.len() <= 7), "each gets as many as it asked for, at most");
    let ids: Vec<JobId> = claims.iter().flatten().map(|job| job.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    // One that was claiming while all others held theirs may have come away with fewer; none is lost.
    assert_eq!(ids.len() + claim(&test, 60, now).await.len(), 60);
}

#[rstest]
#[tokio::test]
async fn ten_workers_on_three_instances_do_each_job_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    // SQLite serves one instance.
    let nodes = if engine == Postgres { vec![test.node().await, test.node().await] } else { Vec::new() };
    let apps: Vec<&App> = std::iter::once(&test.app).chain(nodes.iter().map(|node| &node.app)).collect();
    for _ in 0..60 {
        add(&test, None).await;
    }

    for n in 0..10 {
        run(apps[n % apps.len()], writes());
    }

    until("all are done", async || number(&test, "SELECT COUNT(*) FROM jobs WHERE state = 'done'").await == 60).await;
    assert_eq!((effects(&test).await, number(&test, "SELECT COUNT(DISTINCT job) FROM effects").await), (60, 60));
    assert_eq!(number(&test, "SELECT MAX(tries) FROM jobs").await, 1);
}

#[rstest]
#[tokio::test]
async fn a_worker_killed_between_effect_and_done_leaves_the_effect_to_the_next(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    let reached = Arc::new(Notify::new());
    let work = handler({
        let reached = reached.clone();
        move |app: App, job: Claim| {
            let reached = reached.clone();
            async move {
                let _tx = effect(&app, &job).await?;
                reached.notify_one();
                std::future::pending().await
            }
        }
    });
    let killed = run(&test.app, only(work));
    reached.notified().await;

    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());

    let now = test.app.context.clock.now();
    assert!(claim(&test, 9, now).await.is_empty(), "the lease is not over");
    assert_eq!((effects(&test).await, row(&test).await.state), (0, State::Waiting));
    end_leases(&test).await;
    let late = jobs::lateness(&jobs::counts(&test.app.context.db).await.unwrap(), now);
    assert!((4.0..9.0).contains(&late.as_seconds_f64()), "counted from the end of its lease: {late}");
    run(&test.app, writes());
    until("another did it", async || row(&test).await.state == State::Done).await;
    assert_eq!((effects(&test).await, row(&test).await.tries), (1, 2));
}

#[rstest]
#[tokio::test]
async fn a_worker_frozen_past_its_lease_cannot_finish_what_another_took(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    let (reached, thaw) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let work = handler({
        let (reached, thaw) = (reached.clone(), thaw.clone());
        move |app: App, job: Claim| {
            let (reached, thaw) = (reached.clone(), thaw.clone());
            async move {
                // One that froze with SQLite's write lock in its hand would stop all who write.
                let early = if engine == Postgres { Some(effect(&app, &job).await?) } else { None };
                reached.notify_one();
                thaw.acquire().await.unwrap().forget();
                match early {
                    Some(tx) => Ok(tx),
                    None => effect(&app, &job).await,
                }
            }
        }
    });
    let frozen = run(&test.app, only(work));
    reached.notified().await;
    end_leases(&test).await;

    let other = run(&test.app, writes());
    until("another did it", async || row(&test).await.state == State::Done).await;
    let done_at = row(&test).await.done_at;
    thaw.add_permits(1);
    test.app.stop.cancel();
    frozen.await.unwrap();
    other.await.unwrap();

    assert_eq!(effects(&test).await, 1);
    assert_eq!((row(&test).await.done_at, row(&test).await.last_error.as_str()), (done_at, ""));
}

#[rstest]
#[tokio::test]
async fn a_claim_that_was_taken_over_can_do_nothing_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let first = claim(&test, 9, now).await.pop().unwrap();
    assert!(lease::renew(db, &first, now + time::Duration::seconds(20)).await.unwrap());
    assert!(claim(&test, 9, now + time::Duration::seconds(61)).await.is_empty(), "its lease was renewed");
    let after = now + time::Duration::seconds(81);

    let second = claim(&test, 9, after).await.pop().unwrap();

    assert_ne!(first.lease, second.lease);
    assert!(!lease::renew(db, &first, after).await.unwrap() && !lease::finish(db, &first, after).await.unwrap());
    assert!(
        !lease::fail(db, &first, &Failure::Permanent("late".into()), after).await.unwrap() && !lease::give_back(db, &first).await.unwrap()
    );
    assert!(lease::finish(db, &second, after).await.unwrap());
    assert!(!lease::finish(db, &second, after).await.unwrap(), "nor twice");
}

#[rstest]
#[tokio::test]
async fn an_instance_that_stops_ends_what_it_can_and_gives_the_rest_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    let reached = Arc::new(Semaphore::new(0));
    let work = handler({
        let reached = reached.clone();
        move |app: App, job: Claim| {
            let reached = reached.clone();
            async move {
                reached.add_permits(1);
                match job.payload.as_str() {
                    "endless" => std::future::pending().await,
                    _ => tokio::time::sleep(Duration::from_millis(500)).await,
                }
                effect(&app, &job).await
            }
        }
    });
    let now = test.app.context.clock.now();
    for payload in ["endless", "short", "never begun"] {
        jobs::enqueue(&test.app.context.db, New { kind: KIND, payload, dedupe: None, due_at: now }, now).await.unwrap();
    }
    let stopping = run(&test.app, only(work));
    reached.acquire_many(2).await.unwrap().forget();

    test.app.stop.cancel();
    tokio::time::timeout(Duration::from_secs(8), stopping).await.unwrap().unwrap();

    let mut rows = job::Entity::find().all(&test.app.context.db).await.unwrap();
    rows.sort_by(|a, b| a.payload.cmp(&b.payload));
    let seen: Vec<_> = rows.iter().map(|row| (row.payload.as_str(), row.state, row.tries, row.lease.is_some())).collect();
    assert_eq!(seen, [("endless", State::Waiting, 0, false), ("never begun", State::Waiting, 0, false), ("short", State::Done, 1, false)]);
    assert_eq!(claim(&test, 9, test.app.context.clock.now()).await.len(), 2, "at once, without waiting for a lease");
}

#[rstest]
#[tokio::test]
async fn a_job_that_ends_each_of_its_workers_is_given_up(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    let mut now = test.app.context.clock.now();
    for _ in 0..MOST_TRIES {
        assert_eq!(claim(&test, 9, now).await.len(), 1);
        now += time::Duration::seconds(61);
    }
    end_leases(&test).await;

    run(&test.app, writes());

    until("it is given up", async || row(&test).await.state == State::Failed).await;
    assert_eq!(effects(&test).await, 0);
    assert!(row(&test).await.last_error.contains("each of its workers"));
}

#[rstest]
#[tokio::test]
async fn what_a_newer_version_added_waits_for_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = start(engine).await;
    add(&test, None).await;
    query::run(&test.app.context.db, "UPDATE jobs SET kind = 'of_a_newer_version'", []).await.unwrap();
    add(&test, None).await;

    run(&test.app, writes());

    until("the known one is done", async || effects(&test).await == 1).await;
    let counts = jobs::counts(&test.app.context.db).await.unwrap();
    assert_eq!(jobs::by_state(&counts, "of_a_newer_version")[0], ("waiting", 1));
    let later = test.app.context.clock.now() + time::Duration::minutes(11);
    assert!(jobs::lateness(&counts, later) > time::Duration::minutes(10), "and is reported as late");
}
