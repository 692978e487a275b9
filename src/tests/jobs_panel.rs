//! The panel's page of jobs, and what backups, restores and moves take along of them.

use crate::backup::{empty, put};
use crate::support::{Engine, Postgres, Sqlite, TestApp, Visitor, operator};
use minschool::cli::{moving, restore};
use minschool::clock::{OffsetDateTime, from_ms, to_ms};
use minschool::config::Config;
use minschool::db::{self, Database, query};
use minschool::domain::idempotency::Key;
use minschool::domain::jobs::lease::{self, Claim};
use minschool::domain::jobs::{self, Failure, JobId, Kind, New, State, manage, schedules};
use minschool::domain::{Error, Permissions, roles};
use minschool::entity::job;
use minschool::jobs::cleanup;
use rstest::rstest;
use sea_orm::EntityTrait;
use std::time::Duration;

async fn add(test: &TestApp, kind: Kind) -> Claim {
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    jobs::enqueue(db, New { kind, payload: "what it needs", dedupe: Some(&kind.word()), due_at: now }, now).await.unwrap();
    lease::claim(db, &[kind], 1, now).await.unwrap().pop().unwrap()
}

async fn failed(test: &TestApp, kind: Kind, failure: Failure) -> i64 {
    let job = add(test, kind).await;
    lease::fail(&test.app.context.db, &job, &failure, test.app.context.clock.now()).await.unwrap();
    job.id.0
}

async fn rows(db: &Database) -> Vec<job::Model> {
    let mut rows = job::Entity::find().all(db).await.unwrap();
    rows.sort_by_key(|row| row.id);
    rows
}

/// The claim under which a job is done, and its end.
fn lease_of(row: &job::Model) -> (Option<&str>, Option<OffsetDateTime>) {
    (row.lease.as_deref(), row.leased_until)
}

#[rstest]
#[tokio::test]
async fn staff_see_what_waits_runs_and_fails_and_when_the_next_comes(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let page = boss.get_admin("/jobs").await;
    assert!(page.says("실패한 작업이 없습니다") && page.says("아직 없습니다. 인스턴스가 시작하면"), "{}", page.text());
    schedules::register(&test.app.context.db, &cleanup::SCHEDULES, test.app.context.clock.now()).await.unwrap();
    failed(&test, Kind::ForgetSessions, Failure::Temporary("연결이 끊겼습니다 <b>".into())).await;
    failed(&test, Kind::ForgetEvents, Failure::Permanent("그런 표가 없습니다".into())).await;
    add(&test, Kind::ForgetJobs).await;
    query::run(&test.app.context.db, "UPDATE jobs SET kind = 'of_a_newer_version' WHERE kind = 'forget_events'", []).await.unwrap();

    let page = boss.get_admin("/jobs").await;

    assert_eq!(page.status, 200);
    assert_eq!((page.count("li.job"), page.count("ol.upcoming > li")), (2, cleanup::SCHEDULES.len()));
    for words in ["오래전에 끝난 세션 지우기", "연결이 끊겼습니다 <b>", "다시 시도 예정", "of_a_newer_version", "그런 표가 없습니다"]
    {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert_eq!(page.count("nav.side-nav a[href='/jobs'][aria-current=page]"), 1);
}

#[rstest]
#[tokio::test]
async fn a_failing_job_is_tried_again_once_and_dropped_once_and_both_are_in_the_log(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let again = format!("/jobs/{}/retry", failed(&test, Kind::ForgetSessions, Failure::Permanent("첫째 오류".into())).await);
    let drop = format!("/jobs/{}/delete", failed(&test, Kind::ForgetEvents, Failure::Permanent("둘째 오류".into())).await);
    let page = boss.get_admin("/jobs").await;
    let mut woken = test.app.context.shared.signals().subscribe(jobs::TOPIC);

    let done = boss.submit_admin(&page, &again, &[]).await;
    tokio::time::timeout(Duration::from_secs(1), woken.recv()).await.expect("the workers are woken");
    assert!(done.path == "/jobs" && done.says("곧 다시 시도합니다"), "{}", done.text());
    let seen = rows(&test.app.context.db).await;
    assert_eq!((seen[0].state, seen[0].tries, seen[0].done_at), (State::Waiting, 0, None));
    let job = lease::claim(&test.app.context.db, &[Kind::ForgetSessions], 1, test.app.context.clock.now()).await.unwrap().pop().unwrap();

    let repeated = boss.submit_admin(&page, &again, &[]).await;
    assert_eq!((repeated.status, rows(&test.app.context.db).await[0].lease.clone()), (200, Some(job.lease)), "it is left alone");
    for _ in 0..2 {
        let done = boss.submit_admin(&page, &drop, &[]).await;
        assert!(done.path == "/jobs" && done.says("작업을 버렸습니다") && !done.says("둘째 오류"), "{}", done.text());
    }
    assert_eq!(rows(&test.app.context.db).await.len(), 1);

    let log = boss.get_admin("/audit").await;
    for words in ["작업 다시 시도", "작업 버림", "오래전에 끝난 세션 지우기", "둘째 오류"] {
        assert!(log.says(words), "{words}: {}", log.text());
    }
    assert_eq!(query::number(&test.app.context.db, "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'job.%'", []).await.unwrap(), Some(2));
}

#[rstest]
#[tokio::test]
async fn a_job_that_is_being_done_or_is_over_is_left_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let id = failed(&test, Kind::ForgetSessions, Failure::Permanent("오류".into())).await;
    let page = boss.get_admin("/jobs").await;
    query::run(&test.app.context.db, "UPDATE jobs SET state = 'waiting'", []).await.unwrap();
    let job = lease::claim(&test.app.context.db, &[Kind::ForgetSessions], 1, test.app.context.clock.now()).await.unwrap().pop().unwrap();

    for action in ["retry", "delete"] {
        let refused = boss.submit_admin(&page, &format!("/jobs/{id}/{action}"), &[]).await;
        assert!(refused.status == 422 && refused.says("지금 하고 있거나 이미 끝났습니다"), "{action}: {}", refused.text());
    }
    assert!(lease::finish(&test.app.context.db, &job, test.app.context.clock.now()).await.unwrap());
    let refused = boss.submit_admin(&page, &format!("/jobs/{id}/delete"), &[]).await;

    assert_eq!((refused.status, rows(&test.app.context.db).await[0].state), (422, State::Done));
    assert_eq!(query::number(&test.app.context.db, "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'job.%'", []).await.unwrap(), Some(0));
}

#[rstest]
#[tokio::test]
async fn the_page_is_closed_to_others_and_who_may_read_it_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    let id = failed(&test, Kind::ForgetSessions, Failure::Permanent("오류".into())).await;
    let (retry, delete) = (format!("/jobs/{id}/retry"), format!("/jobs/{id}/delete"));
    let key = boss.get_admin("/jobs").await.once(&retry);
    assert_eq!(moderator.get_admin("/jobs").await.status, 403);
    assert!(!moderator.get_admin("/").await.html.contains("href=\"/jobs\""));
    assert!(test.visitor().get_admin("/jobs").await.path.starts_with("/login"));

    let mut reader = reader(&test).await;
    let page = reader.get_admin("/jobs").await;
    assert!(page.status == 200 && page.says("관리자만") && page.count("li.job form") == 0, "{}", page.text());

    for action in [&retry, &delete] {
        for who in [&mut moderator, &mut reader] {
            let refused = who.post_admin(action, &[("once", &key)]).await;
            assert!([403, 422].contains(&refused.status), "{action}: {}", refused.status);
        }
        assert_eq!(test.visitor().post_admin(action, &[("once", &key)]).await.status, 401);
    }
    assert_eq!(rows(&test.app.context.db).await[0].state, State::Failed);
}

/// Staff who may read what was done, and nothing else.
pub async fn reader(test: &TestApp) -> Visitor {
    let (ctx, by) = (&test.app.context, operator());
    let role = roles::create(ctx, &by, &Key::random().unwrap(), "감사 담당").await.unwrap().id;
    roles::grant(ctx, &by, &Key::random().unwrap(), role, Permissions::from_words(["panel:read", "audit:read"])).await.unwrap();
    let slug = roles::find(&ctx.db, role).await.unwrap().slug;
    test.staff("reader", &slug).await
}

#[rstest]
#[tokio::test]
async fn the_rule_itself_refuses_who_is_no_administrator(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let id = JobId(failed(&test, Kind::ForgetSessions, Failure::Permanent("오류".into())).await);
    let mut by = operator();
    by.actor.permissions = Permissions::from_words(["panel:read", "audit:read"]);

    let (again, dropped) = (
        manage::retry(&test.app.context, &by, &Key::random().unwrap(), id).await,
        manage::destroy(&test.app.context, &by, &Key::random().unwrap(), id).await,
    );

    assert!(matches!((again, dropped), (Err(Error::Forbidden), Err(Error::Forbidden))));
    by.actor.permissions = Permissions::EVERY;
    manage::retry(&test.app.context, &by, &Key::random().unwrap(), id).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_system_page_says_that_a_job_is_late_and_leads_to_the_runbook(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let due_at = from_ms(to_ms(now) - 700_000);
    jobs::enqueue(db, New { kind: Kind::ForgetEvents, payload: "", dedupe: None, due_at }, now).await.unwrap();

    let page = boss.get_admin("/system").await;

    assert!(page.says("10분 넘게 밀린 작업이 있습니다"), "{}", page.text());
    assert_eq!(page.count("a[href='/system/runbook#jobs-late']"), 1);
}

#[rstest]
#[tokio::test]
async fn the_page_is_in_english_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    failed(&test, Kind::ForgetSessions, Failure::Permanent("fault".into())).await;
    boss.post_admin("/my/reading", &[("language", "en"), ("next", "/")]).await;

    let page = boss.get_admin("/jobs").await;

    assert!(page.says("Failing jobs") && page.says("Delete sessions that ended long ago") && page.says("Try again"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn a_backup_brings_waiting_jobs_back_and_no_lease(
    #[values(Sqlite, Postgres)] from: Engine,
    #[values(Sqlite, Postgres)] into: Engine,
) {
    let (test, folder) = (from.start().await, tempfile::tempdir().unwrap());
    add(&test, Kind::ForgetJobs).await;
    failed(&test, Kind::ForgetEvents, Failure::Temporary("오류".into())).await;
    schedules::register(&test.app.context.db, &cleanup::SCHEDULES, test.app.context.clock.now()).await.unwrap();
    let kept = put(&test, &folder.path().join(test.app.config.on_postgres().to_string()), None).await;
    let to = empty(&test, &folder, into);

    restore::restore(&to, &kept.path, Vec::new()).await.unwrap();
    restore::drill(&Config { database_url: empty(&test, &folder, into).database_url, ..to.clone() }, &kept.path, Vec::new()).await.unwrap();

    are_the_same_and_free(&test, &db::open(&to).await.unwrap()).await;
}

#[rstest]
#[tokio::test]
async fn a_move_takes_waiting_jobs_along_and_no_lease(#[values(Sqlite, Postgres)] from: Engine, #[values(Sqlite, Postgres)] into: Engine) {
    let (test, folder) = (from.start().await, tempfile::tempdir().unwrap());
    add(&test, Kind::ForgetJobs).await;
    failed(&test, Kind::ForgetEvents, Failure::Temporary("오류".into())).await;
    schedules::register(&test.app.context.db, &cleanup::SCHEDULES, test.app.context.clock.now()).await.unwrap();
    let to = empty(&test, &folder, into);

    moving::carry(&Config { redis_url: None, ..test.app.config.clone() }, &to).await.unwrap();

    are_the_same_and_free(&test, &db::open(&to).await.unwrap()).await;
}

async fn are_the_same_and_free(test: &TestApp, copy: &Database) {
    let (ours, theirs) = (rows(&test.app.context.db).await, rows(copy).await);
    let of = |rows: &[job::Model]| -> Vec<_> {
        rows.iter().map(|row| (row.kind, row.payload.clone(), row.dedupe.clone(), row.state, row.due_at, row.last_error.clone())).collect()
    };
    assert_eq!(of(&ours), of(&theirs));
    assert!(ours.iter().any(|row| row.lease.is_some()), "one was being done when the copy was made");
    assert!(theirs.iter().all(|row| lease_of(row) == (None, None)), "{theirs:?}");
    assert_eq!(schedules::list(&test.app.context.db).await.unwrap(), schedules::list(copy).await.unwrap());
    let later = theirs.iter().map(|row| row.due_at).max().unwrap();
    let kinds: Vec<Kind> = Kind::all().collect();
    assert_eq!(lease::claim(copy, &kinds, 9, later).await.unwrap().len(), ours.len(), "and can be done at once");
}
