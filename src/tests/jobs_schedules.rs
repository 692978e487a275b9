//! Schedules: one job each time, though many instances look and whatever was missed.

use crate::support::{Engine, Postgres, Sqlite, TestApp, until};
use minschool::clock::{from_ms, to_ms};
use minschool::db::query;
use minschool::domain::jobs::schedules::{self, Schedule};
use minschool::domain::jobs::{Failure, Kind, lease};
use minschool::jobs::{cleanup, file_texts, saved_searches, worker};
use rstest::rstest;
use sea_orm::ConnectionTrait;
use time::Duration;

const KIND: Kind = Kind::ForgetKeys;
const EVERY: [Schedule; 1] = [Schedule::every(KIND, Duration::minutes(10))];

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_schedule_adds_a_job_each_time_and_none_while_the_last_one_waits(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    for _ in 0..2 {
        schedules::register(db, &EVERY, now).await.unwrap();
    }
    assert_eq!(schedules::fire(db, &EVERY, now).await.unwrap(), 0, "its time has not come");
    let due = now + Duration::minutes(10);

    let fired = futures_util::future::join_all((0..10).map(|_| schedules::fire(db, &EVERY, due))).await;

    assert_eq!(fired.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    assert_eq!(schedules::list(db).await.unwrap(), [(KIND.word(), now + Duration::minutes(20))]);
    let next = now + Duration::minutes(55);
    assert_eq!(schedules::fire(db, &EVERY, next).await.unwrap(), 0, "the last one still waits");
    let job = lease::claim(db, &[KIND], 9, next).await.unwrap().pop().unwrap();
    assert!(lease::finish(db, &job, next).await.unwrap());
    assert_eq!(schedules::fire(db, &EVERY, now + Duration::minutes(60)).await.unwrap(), 1, "the rhythm is kept");
}

#[rstest]
#[tokio::test]
async fn a_job_that_is_done_at_once_is_not_added_again_by_those_who_looked_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    schedules::register(db, &EVERY, now).await.unwrap();
    // As if a worker claimed and finished it before the next instance writes.
    let at_once = match engine {
        Sqlite => "CREATE TRIGGER at_once AFTER INSERT ON jobs BEGIN UPDATE jobs SET state = 'done' WHERE id = NEW.id; END",
        Postgres => {
            "CREATE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.state := 'done'; RETURN NEW; END $$; \
             CREATE TRIGGER at_once BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION at_once()"
        }
    };
    db.execute_unprepared(at_once).await.unwrap();

    let due = now + Duration::minutes(10);
    let fired = futures_util::future::join_all((0..10).map(|_| schedules::fire(db, &EVERY, due))).await;

    assert_eq!(fired.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs").await, 1);
}

#[rstest]
#[tokio::test]
async fn the_shipped_schedules_are_done_and_old_jobs_are_forgotten(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    for (state, days) in [("done", 6), ("done", 8), ("failed", 8), ("failed", 31)] {
        let old = "INSERT INTO jobs (kind, state, due_at, created_at, done_at, payload) VALUES ('old', $1, $2, $2, $2, $3)";
        let at = from_ms(to_ms(now) - days * 86_400_000);
        query::run(db, old, [state.into(), at.into(), days.to_string().into()]).await.unwrap();
    }
    let past = from_ms(to_ms(now) - 7_200_000);
    schedules::register(db, &cleanup::SCHEDULES, past).await.unwrap();

    tokio::spawn(worker::run(test.app.clone(), worker::Settings::new(cleanup::handlers(), &cleanup::SCHEDULES)));

    let done = "SELECT COUNT(DISTINCT kind) FROM jobs WHERE state = 'done' AND kind <> 'old'";
    until("each is done", async || number(&test, done).await == cleanup::SCHEDULES.len() as i64).await;
    let kept = number(&test, "SELECT CAST(SUM(CAST(payload AS BIGINT)) AS BIGINT) FROM jobs WHERE kind = 'old'").await;
    assert_eq!(kept, 6 + 8, "the done one of 6 days and the failed one of 8");
    assert!(schedules::list(db).await.unwrap().iter().all(|(_, next)| *next > now));
}

#[rstest]
#[tokio::test]
async fn a_job_that_fails_is_tried_again_when_its_schedule_comes_and_not_17_hours_later(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    schedules::register(db, &EVERY, now).await.unwrap();
    let [first, second, third] = [10, 20, 30].map(|minutes| now + Duration::minutes(minutes));
    schedules::fire(db, &EVERY, first).await.unwrap();
    let job = lease::claim(db, &[KIND], 9, first).await.unwrap().pop().unwrap();
    assert_eq!(schedules::fire(db, &EVERY, second).await.unwrap(), 0);
    assert!(lease::fail(db, &job, &Failure::Temporary("the disk is full".into()), second).await.unwrap(), "its worker had it still");
    query::run(db, "UPDATE jobs SET due_at = $1", [from_ms(to_ms(now + Duration::hours(17))).into()]).await.unwrap();

    assert_eq!(schedules::fire(db, &EVERY, third).await.unwrap(), 0);

    let again = lease::claim(db, &[KIND], 9, third).await.unwrap();
    assert_eq!(again.iter().map(|again| (again.id, again.tries)).collect::<Vec<_>>(), [(job.id, 2)]);
}

#[test]
fn every_kind_has_a_handler() {
    let own = [cleanup::handlers(), saved_searches::handlers(), file_texts::handlers()];
    let workers = own.into_iter().chain([minschool::mail::handlers(), minschool::mail::notice_handlers()]).collect::<Vec<_>>();

    let of = |kind: Kind| workers.iter().filter(|handlers| handlers.contains_key(&kind)).count();
    assert!(Kind::all().all(|kind| of(kind) == 1), "a job without one would wait for ever");
}
