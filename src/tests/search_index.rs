//! The search index: written with what it follows, filled in with what was there before, and never believed about rights.

use crate::search::{act, fill, finds, look_with, number, write};
use crate::support::{Engine, PASSWORD, Postgres, Sqlite, set_board, until};
use minschool::db::query;
use minschool::seed::{self, Wanted};
use rstest::rstest;

#[derive(Debug, sea_orm::FromQueryResult)]
struct Name {
    name: String,
}

/// The rows are asked again for each search; here the index alone is looked at.
#[rstest]
#[tokio::test]
async fn what_goes_out_of_sight_leaves_the_index_in_the_same_transaction(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let post = write(&mut ada, "free", "글", "본문").await;
    ada.comment(&post, "댓글").await;
    let shown = async || {
        let sql = "SELECT COUNT(*) FROM search_docs WHERE kind <> 'member' AND author_id > 1 AND shown";
        query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
    };
    assert_eq!(shown().await, 2);

    act(&mut boss, "/comments", "hide", "1", "").await;
    assert_eq!(shown().await, 1);
    act(&mut boss, "/posts", "hide", number(&post), "").await;
    assert_eq!(shown().await, 0);
    act(&mut boss, "/comments", "restore", "1", "").await;
    assert_eq!(shown().await, 0, "under a hidden post a comment stays out");
    act(&mut boss, "/posts", "restore", number(&post), "").await;
    assert_eq!(shown().await, 2);
    act(&mut boss, "/comments", "hide", "1", "").await;
    act(&mut boss, "/posts", "hide", number(&post), "").await;
    act(&mut boss, "/posts", "restore", number(&post), "").await;
    assert_eq!(shown().await, 1, "a hidden comment stays out when its post comes back");
    act(&mut boss, "/comments", "restore", "1", "").await;

    let places =
        async || query::number(&test.app.context.db, "SELECT COUNT(DISTINCT board_id) FROM search_docs WHERE author_id > 1", []).await;
    act(&mut boss, "/posts", "move", number(&post), "qna").await;
    assert_eq!(places().await.unwrap(), Some(1), "a comment moves with its post");
    assert_eq!(look_with(&mut ada, "댓글", "&board=qna").await.count(".hit"), 1);
    assert_eq!(look_with(&mut ada, "댓글", "&board=free").await.count(".hit"), 0);
}

/// On PostgreSQL, which says that a transaction waits.
#[tokio::test]
async fn a_comment_that_is_changed_while_its_post_is_hidden_stays_out_of_the_index() {
    let test = Postgres.start().await;
    let db = &test.app.context.db;
    let mut ada = test.signed_in("ada").await;
    let post = write(&mut ada, "free", "글", "본문").await;
    ada.comment(&post, "댓글").await;
    let page = ada.get("/comments/1/edit").await;
    // As a post is hidden: its row first, then its documents.
    let hiding = query::begin(db).await.unwrap();
    query::run(&hiding, "UPDATE posts SET state = 'hidden' WHERE title = '글'", []).await.unwrap();
    query::run(&hiding, "UPDATE search_docs SET shown = FALSE WHERE kind <> 'member' AND author_id > 1", []).await.unwrap();

    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let hide = async {
        until("the change waits", async || query::number(db, waiting, []).await.unwrap() == Some(1)).await;
        hiding.commit().await.unwrap();
    };
    let (changed, ()) = tokio::join!(ada.submit(&page, "/comments/1/edit", &[("body", "고친 댓글")]), hide);

    assert_eq!(changed.status, 403, "{}", changed.text());
    let shown = query::number(db, "SELECT COUNT(*) FROM search_docs WHERE kind = 'comment' AND shown", []).await;
    assert_eq!(shown.unwrap(), Some(0));
    assert_eq!(query::number(db, "SELECT COUNT(*) FROM comments WHERE content = '댓글'", []).await.unwrap(), Some(1));
}

#[rstest]
#[tokio::test]
async fn a_filled_index_is_the_one_that_writing_made(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let db = &test.app.context.db;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    for n in 0..4 {
        let post = write(&mut ada, "free", &format!("글 {n}"), &format!("나무 {n}")).await;
        ada.comment(&post, &format!("나무 댓글 {n}")).await;
    }
    act(&mut boss, "/comments", "hide", "2", "").await;
    fill(&test).await;
    let rows = async || {
        let sql = "SELECT kind || ref_id || ':' || COALESCE(board_id, 0) || shown AS name FROM search_docs ORDER BY id";
        let rows: Vec<Name> = query::all(db, sql, []).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    let (by_writing, found) = (rows().await, look_with(&mut ada, "나무", "&sort=new").await.texts(".hit"));

    query::run(db, "DELETE FROM search_docs", []).await.unwrap();
    if test.app.config.on_postgres() {
        assert!(!finds(&mut ada, "나무").await, "it is empty now");
    } else {
        query::run(db, "DELETE FROM search_grams", []).await.unwrap();
    }
    fill(&test).await;

    let mut sorted = (by_writing, rows().await);
    assert_eq!(look_with(&mut ada, "나무", "&sort=new").await.texts(".hit"), found, "the same in the same order");
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);

    // What is written now is newer than all of it.
    write(&mut ada, "free", "새 글", "나무").await;
    let newest = look_with(&mut ada, "나무", "&sort=new").await;
    assert!(newest.find(".hit h3").is_some_and(|title| title.contains("새 글")), "{}", newest.text());
}

/// Several batches, whose posts and comments are as old as each other. Seeded members did not join in the order of their ids.
#[rstest]
#[tokio::test]
async fn what_is_filled_in_stands_in_the_order_of_its_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ctx = &test.app.context;
    let wanted = Wanted { users: 30, posts: 500, comments: 900, password: PASSWORD.into(), random_seed: 1 };
    // The instance looks again after half a minute: what it indexed while rows are being added would keep its ids.
    fill(&test).await;
    // The first notice is newer than what is seeded after it; ids and times of what people write grow together.
    query::run(&ctx.db, "UPDATE posts SET created_at = '2020-01-01 00:00:00Z'", []).await.unwrap();
    seed::run(ctx, &wanted, ctx.clock.now(), |_, _, _| ()).await.unwrap();
    fill(&test).await;

    let number = async |sql: &str| query::number(&ctx.db, sql, []).await.unwrap();
    let all = "SELECT (SELECT COUNT(*) FROM posts) + (SELECT COUNT(*) FROM comments) + (SELECT COUNT(*) FROM users)";
    assert_eq!(number("SELECT COUNT(*) FROM search_docs").await, number(all).await);
    let turned = "SELECT kind || ref_id || ' is after ' || before AS name FROM ( \
                    SELECT kind, ref_id, created_at, LAG(created_at) OVER (ORDER BY id) AS before FROM search_docs \
                    WHERE kind <> 'member' AND author_id > 1) AS pairs WHERE before > created_at";
    let turned: Vec<Name> = query::all(&ctx.db, turned, []).await.unwrap();
    assert!(turned.is_empty(), "{turned:?}");
}

/// The index finds where to look; what is in sight is asked of the rows.
#[rstest]
#[tokio::test]
async fn an_index_that_is_wrong_gives_nobody_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let db = &test.app.context.db;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let post = write(&mut ada, "free", "글", "수박").await;
    ada.comment(&post, "참외").await;
    let hidden = write(&mut ada, "free", "글", "살구").await;
    let mut guest = test.visitor();

    act(&mut boss, "/comments", "hide", "1", "").await;
    act(&mut boss, "/posts", "hide", number(&hidden), "").await;
    query::run(db, "UPDATE search_docs SET shown = TRUE", []).await.unwrap();
    assert!(finds(&mut guest, "수박").await && !finds(&mut guest, "참외").await && !finds(&mut guest, "살구").await);

    set_board(&mut boss, "free", &[("read", "staff")]).await;
    query::run(db, "UPDATE search_docs SET board_id = (SELECT id FROM boards WHERE slug = 'notice') WHERE post_id IS NOT NULL", [])
        .await
        .unwrap();
    assert!(!finds(&mut guest, "수박").await && !finds(&mut ada, "수박").await);
}
