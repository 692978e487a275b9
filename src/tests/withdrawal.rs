//! What is withdrawn is gone everywhere, also where a process was lost on the way; and what strangers ask for fills nothing.

use crate::support::{Engine, Postgres, Sqlite, TestApp, set_board, until};
use bytes::Bytes;
use minschool::db::query;
use minschool::domain::posts::list;
use minschool::domain::{boards, counters, invalidation};
use minschool::shared::batch_read::Plan;
use minschool::shared::cache::{CacheTag, Entry};
use rstest::rstest;

async fn count(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_deletion_is_in_the_invalidations_when_it_is_committed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let delete = format!("{post}/delete");
    let page = ada.get(&delete).await;
    let logged = "SELECT COUNT(*) FROM invalidations WHERE subject IN ('posts', 'withdrawn', 'board:free')";
    let before = count(&test, logged).await;

    ada.submit(&page, &delete, &[]).await;

    assert_eq!(count(&test, logged).await - before, 3, "every instance reads it there, whichever was killed");
}

#[rstest]
#[tokio::test]
async fn a_closed_board_is_not_on_the_first_page_whatever_was_kept_ready(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    boss.write("qna", "닫힐 글").await;
    let open = boards::Boards::read(&test.app.context.db).await.unwrap();
    let chosen_before = list::overview(&test.app.context.db, &open).await.unwrap();
    set_board(&mut boss, "qna", &[("list", "staff"), ("read", "staff")]).await;

    // What a slow request had chosen before is kept as if it had been chosen after.
    let plan = Plan { generations: &[CacheTag::POSTS], ..Plan::default() };
    let now = test.app.context.shared.fetch(&plan).await.known().unwrap().generations[0].unwrap();
    let json = Bytes::from(serde_json::to_vec(&chosen_before).unwrap());
    test.app.context.shared.cache().put(&Entry::recent_posts(), now, &json).await;

    let page = test.visitor().get("/").await;
    assert!(page.status == 200 && !page.says("닫힐 글"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn what_was_counted_is_written_although_one_statement_fails(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.get(&post).await;
    counters::flush(&test.app.context).await.unwrap();
    ada.get(&post).await;
    let (seen, views) = ("SELECT COUNT(*) FROM users WHERE name = 'ada' AND last_seen_at IS NOT NULL", "SELECT MAX(view_count) FROM posts");
    query::run(&test.app.context.db, "UPDATE users SET last_seen_at = NULL", []).await.unwrap();
    let before = count(&test, views).await;
    let (forbid, allow) = forbidding(&test);
    for statement in forbid {
        query::run(&test.app.context.db, &statement, []).await.unwrap();
    }

    assert!(counters::flush(&test.app.context).await.is_err());

    assert_eq!(count(&test, seen).await, 1, "the statements after it were run");
    for statement in allow {
        query::run(&test.app.context.db, &statement, []).await.unwrap();
    }
    counters::flush(&test.app.context).await.unwrap();
    assert_eq!(count(&test, views).await, before + 1, "and what failed was kept");
}

#[rstest]
#[tokio::test]
async fn a_page_of_hostile_comments_stays_small(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let hostile = format!("[a]: http://x.example/{}\n\n{}", "y".repeat(900), "[a]".repeat(800));
    for _ in 0..10 {
        ada.comment(&post, &hostile).await;
    }

    let page = ada.get(&post).await;

    assert!(page.html.len() < 10 * 33 * 1024, "{} bytes", page.html.len());
}

#[rstest]
#[tokio::test]
async fn a_preview_is_of_no_more_than_a_post_may_have(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let (write, edit) = ("/community/free/write".to_owned(), format!("{post}/edit"));
    let long = "가나다라 ".repeat(20_000);

    for path in [&write, &edit] {
        let page = ada.get(path).await;
        let preview = ada.submit(&page, path, &[("body", &long), ("title", "제목"), ("intent", "preview")]).await;
        let drawn = preview.find("#preview .prose").unwrap();
        assert!(drawn.chars().count() <= 50_000, "{path}: {}", drawn.chars().count());
    }
    let drawn = ada.post("/preview", &[("body", &long)]).await.text();
    assert!(drawn.chars().count() < 51_000, "{}", drawn.chars().count());
}

/// Statements after which no post can be changed, and those that allow it again.
fn forbidding(test: &TestApp) -> (Vec<String>, Vec<String>) {
    if test.backends.redis.is_none() {
        let forbid = "CREATE TRIGGER no_change BEFORE UPDATE ON posts BEGIN SELECT RAISE(ABORT, 'not now'); END";
        return (vec![forbid.into()], vec!["DROP TRIGGER no_change".into()]);
    }
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$";
    let forbid = "CREATE TRIGGER no_change BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION refuse()";
    (vec![refuse.into(), forbid.into()], vec!["DROP TRIGGER no_change ON posts".into()])
}

#[rstest]
#[tokio::test]
async fn made_up_boards_fill_nothing_in_redis(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    guest.get("/community/free").await;
    guest.get("/community/free").await;
    let redis = test.backends.redis.as_ref().unwrap();
    let before = redis.command(&["KEYS", "gen:board:*"]);
    assert_eq!(before.trim(), "gen:board:free");

    for n in 0..100 {
        guest.get(&format!("/community/made-up-{n}")).await;
    }

    assert_eq!(redis.command(&["KEYS", "gen:board:*"]), before);
}

#[rstest]
#[tokio::test]
async fn a_change_of_a_role_reaches_every_session_without_naming_them(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, node) = (test.staff("boss", "admin").await, test.node().await);
    let mut members = Vec::new();
    for n in 0..20 {
        members.push(test.signed_in(&format!("user{n}")).await.on(&node));
    }
    let post = boss.write("free", "글").await;
    assert_eq!(members[0].get(&post).await.count("form[action$='/comments']"), 1);
    let logged = "SELECT COUNT(*) FROM invalidations WHERE topic = 'session'";
    let (rows, page) = (count(&test, logged).await, boss.get_admin("/roles").await);

    let kept: Vec<(String, String)> = page.form("/roles/3").into_iter().filter(|(_, value)| value != "comment:write").collect();
    let kept: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(boss.post_admin("/roles/3", &kept).await.status, 200);

    assert_eq!(count(&test, logged).await, rows, "no row a session");
    for member in &mut members {
        until("another instance knows", async || member.get(&post).await.count("form[action$='/comments']") == 0).await;
    }
}

#[tokio::test]
async fn sqlite_syncs_what_it_acknowledges() {
    let test = TestApp::embedded().await;

    assert_eq!(count(&test, "PRAGMA synchronous").await, 2, "FULL");
}

#[rstest]
#[tokio::test]
async fn the_log_is_read_while_what_was_counted_waits_for_a_row(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (ctx, mut ada) = (&test.app.context, test.signed_in("ada").await);
    let post = ada.write("free", "글").await;
    let id: i64 = post.rsplit('/').next().unwrap().parse().unwrap();
    let slow = query::begin(&ctx.db).await.unwrap();
    query::run(&slow, "UPDATE posts SET comment_count = 0 WHERE id = $1", [id.into()]).await.unwrap();
    ada.get(&post).await;
    // When the statement began that waits.
    let waits = "SELECT COALESCE(MAX(EXTRACT(EPOCH FROM query_start) * 1000000), 0)::BIGINT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    // It is written ten seconds after the start, and `until` gives up after as many.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    until("the view waits", async || count(&test, waits).await > 0).await;
    let began = count(&test, waits).await;
    let tags = [CacheTag::POSTS];
    let plan = Plan { generations: &tags, ..Plan::default() };
    let posts = async || ctx.shared.fetch(&plan).await.known().unwrap().generations[0];
    let before = posts().await;

    invalidation::write_down(ctx, &tags).await;

    until("the log is read", async || posts().await != before).await;
    assert_eq!(count(&test, waits).await, began, "it waits still");
    slow.rollback().await.unwrap();
}
