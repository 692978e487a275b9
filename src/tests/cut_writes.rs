//! Writes that are cut off: by a caller who leaves at any await, and by a database that stands still. No connection is
//! used again in the middle of a transaction, and nothing that was acknowledged is lost.

use crate::support::{Engine, Postgres, Sqlite, TestApp, Visitor, encode, operator, until};
use minschool::db::{Pool, query};
use minschool::domain::UserId;
use minschool::domain::users::password_change;
use poem::http::Method;
use rstest::rstest;
use sea_orm::{Database, DbBackend};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use testkit::postgres::{NOT_DURABLE, PrivatePostgres};

/// Polls `work` so many times and then drops it. None: it was dropped before its end.
async fn cut_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Writes a row on each connection of the pool and sees all of them from outside.
async fn every_connection_stores(test: &TestApp, round: usize) {
    let on_postgres = test.app.context.db.connection().get_database_backend() == DbBackend::Postgres;
    until("all connections are back", async || Pool::of(&test.app.context.db).used == 0).await;
    let count = Pool::of(&test.app.context.db).idle.max(1);
    for n in 0..count {
        let insert = format!("INSERT INTO settings (name, value) VALUES ('cut.{round}.{n}', '')");
        // The pool is a queue: each turn takes another connection.
        query::run(&test.app.context.db, &insert, []).await.unwrap();
        until("it is back", async || Pool::of(&test.app.context.db).used == 0).await;
    }
    let outside = Database::connect(&test.backends.database_url).await.unwrap();
    let find = format!("SELECT COUNT(*) FROM settings WHERE name LIKE 'cut.{round}.%'");
    let stored = query::number(&outside, &find, []).await.unwrap().unwrap();
    if on_postgres {
        let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        assert_eq!(query::number(&outside, open, []).await.unwrap(), Some(0), "cut after {round} polls");
    }
    assert_eq!(stored, i64::from(count), "cut after {round} polls");
    outside.close().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_write_cut_at_any_await_leaves_no_transaction_behind(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.member("ada").await;
    for polls in 1..200 {
        let (by, hash) = (operator(), format!("hash {polls}"));
        let write = password_change::store(&test.app.context, &by, UserId(ada), &hash);

        let done = cut_after(polls, write).await;

        every_connection_stores(&test, polls).await;
        if let Some(done) = done {
            done.unwrap();
            assert!(polls > 1, "the write was cut at {polls} awaits");
            return;
        }
    }
    panic!("the write never ends");
}

/// Comments again and again, and notes the texts that were acknowledged. Gives the answers that must not be.
async fn write_on(mut visitor: Visitor, post: String, name: usize, stop: Arc<AtomicBool>) -> (Vec<String>, Vec<u16>) {
    let (mut stored, mut wrong, address) = (Vec::new(), Vec::new(), format!("{post}/comments"));
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        let page = visitor.get(&post).await;
        let Some(once) = page.attribute(&format!("form[action='{address}'] [name=once]"), "value") else {
            wrong.extend((page.status == 500).then_some(500));
            continue;
        };
        let text = format!("댓글 {name}번 {n}째");
        let body = encode(&[("body", &text), ("once", &once)]);
        match visitor.send(Method::POST, &address, Some(body), false).await.status {
            303 => stored.push(text),
            503 => {}
            status => wrong.push(status),
        }
    }
    (stored, wrong)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_under_writes_costs_no_500_and_no_acknowledged_comment(#[values(Postgres)] engine: Engine) {
    let server = PrivatePostgres::start(NOT_DURABLE);
    let test = engine.start_on(&server).await;
    tokio::spawn(test.app.watch_database());
    let post = test.signed_in("ada").await.write("free", "글").await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for n in 0..12 {
        let visitor = test.signed_in(&format!("user{n}")).await;
        writers.push(tokio::spawn(write_on(visitor, post.clone(), n, stop.clone())));
    }

    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.freeze();
        until("the outage is noticed", async || !test.app.db_health.is_up()).await;
        tokio::time::sleep(freeze()).await;
        server.thaw();
        until("the database is back", async || test.app.db_health.is_up()).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);

    let outside = Database::connect(&test.backends.database_url).await.unwrap();
    let mut acknowledged = 0;
    for writer in writers {
        let (stored, wrong) = writer.await.unwrap();
        assert_eq!(wrong, Vec::<u16>::new());
        for text in stored {
            acknowledged += 1;
            let found = query::number(&outside, "SELECT COUNT(*) FROM comments WHERE content = $1", [text.clone().into()]).await.unwrap();
            assert_eq!(found, Some(1), "{text}");
        }
    }
    assert!(acknowledged > 50, "{acknowledged}");
    every_connection_stores(&test, 0).await;
}

/// How long it stands still: longer runs meet the limit on statements as well.
fn freeze() -> Duration {
    Duration::from_millis(std::env::var("MINSCHOOL_TEST_FREEZE_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(400))
}

/// A comment's COMMIT takes two seconds, as on a disk at its end.
const SLOW_COMMIT: [&str; 2] = [
    "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON comments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly()",
];

#[rstest]
#[tokio::test]
async fn a_visitor_who_leaves_during_the_commit_has_commented_all_the_same(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let mut ben = test.signed_in("ben").await;
    let page = ben.comment(&post, "첫 댓글").await;
    until("the first is kept", async || {
        ada.get("/").await.html.contains("읽지 않은 것 1개") && ada.get("/community/free").await.html.contains("댓글 1")
    })
    .await;
    let outside = Database::connect(&test.backends.database_url).await.unwrap();
    for statement in SLOW_COMMIT {
        query::run(&outside, statement, []).await.unwrap();
    }

    let address = format!("{post}/comments");
    let (form, to) = (page.form(&address), address.clone());
    let leaving = tokio::spawn(async move {
        let once = form.into_iter().find(|(name, _)| name == "once").unwrap().1;
        ben.post(&to, &[("body", "떠난 사람의 댓글"), ("once", &once)]).await
    });
    // A comment is one statement, whose commit is a part of it.
    let committing = "SELECT COUNT(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'WITH \"bumped\"%'";
    until("the commit has begun", async || query::number(&outside, committing, []).await.unwrap() == Some(1)).await;
    leaving.abort();

    until("the bell shows it", async || ada.get("/").await.html.contains("읽지 않은 것 2개")).await;
    until("the board shows it", async || ada.get("/community/free").await.html.contains("댓글 2")).await;
    assert!(ada.get("/notifications").await.says("떠난 사람의 댓글"));
}
