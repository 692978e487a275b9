//! Seeded content: the same again for the same input, with every count right, and fit to be walked through.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, TestApp};
use minschool::clock::{OffsetDateTime, from_ms};
use minschool::db::Database;
use minschool::seed::{self, Wanted};
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};

fn wanted(random_seed: u64) -> Wanted {
    Wanted { users: 30, posts: 700, comments: 1_500, password: PASSWORD.into(), random_seed }
}

/// As the command does it, on a database without the welcome post.
async fn seeded(test: &TestApp, random_seed: u64) {
    seed::run(&test.app.context, &wanted(random_seed), test.app.context.clock.now(), |_, _, _| ()).await.unwrap();
}

async fn number(db: &Database, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Everything of a table that does not depend on chance outside the seed, as text.
async fn rows(db: &Database, columns: &str, table: &str) -> Vec<String> {
    let sql = format!("SELECT {columns} FROM {table} ORDER BY id");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let columns = columns.split(", ").count();
    let text = |row: &sea_orm::QueryResult, n| {
        let string = row.try_get_by_index::<Option<String>>(n).map(|s| format!("{s:?}"));
        let number = || row.try_get_by_index::<Option<i64>>(n).map(|i| format!("{i:?}"));
        let moment = || row.try_get_by_index::<Option<OffsetDateTime>>(n).map(|m| format!("{m:?}"));
        string.or_else(|_| number()).or_else(|_| moment()).unwrap()
    };
    rows.iter().map(|row| (0..columns).map(|n| text(row, n)).collect::<Vec<_>>().join("|")).collect()
}

const POSTS: &str =
    "id, board_id, author_id, title, content, html, bump, comment_count, view_count, created_at, edited_at, last_comment_at";
const COMMENTS: &str = "id, post_id, author_id, root_id, parent_id, content, html, created_at, edited_at";
const USERS: &str = "id, email, name, post_count, comment_count, created_at, last_seen_at";

/// What must be zero: rows that say something other than a recount.
const DIFFERENCES: &[&str] = &[
    "SELECT COUNT(*) FROM posts p WHERE comment_count <> (SELECT COUNT(*) FROM comments c WHERE c.post_id = p.id)",
    "SELECT COUNT(*) FROM posts p WHERE last_comment_at <> (SELECT MAX(created_at) FROM comments c WHERE c.post_id = p.id)",
    "SELECT COUNT(*) FROM posts p WHERE (last_comment_at IS NULL) <> (comment_count = 0)",
    "SELECT COUNT(*) FROM users u WHERE email LIKE 'user%' AND post_count <> (SELECT COUNT(*) FROM posts p WHERE p.author_id = u.id)",
    "SELECT COUNT(*) FROM users u WHERE comment_count <> (SELECT COUNT(*) FROM comments c WHERE c.author_id = u.id)",
    "SELECT COUNT(*) - COUNT(DISTINCT bump) FROM posts",
    "SELECT COUNT(*) FROM comments c JOIN comments p ON p.id = c.parent_id WHERE p.post_id <> c.post_id OR p.id > c.id",
    "SELECT COUNT(*) FROM comments c JOIN comments r ON r.id = c.root_id WHERE r.root_id IS NOT NULL OR r.post_id <> c.post_id",
    "SELECT COUNT(*) FROM comments WHERE (root_id IS NULL) <> (parent_id IS NULL)",
    "SELECT COUNT(*) FROM users u WHERE email LIKE 'user%' AND NOT EXISTS \
       (SELECT 1 FROM notifications n WHERE n.user_id = u.id AND n.read_at IS NULL)",
    "SELECT COUNT(*) FROM comments c JOIN posts p ON p.id = c.post_id WHERE c.created_at < p.created_at",
];

/// The marks, and their sum were they counted anew.
async fn marks(db: &Database) -> Vec<String> {
    let sql = "SELECT board_id, sort, bucket, shown FROM page_mark_sums WHERE shown <> 0 ORDER BY 1, 2, 3";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let part = |row: &sea_orm::QueryResult, n| row.try_get_by_index::<i64>(n).unwrap();
    rows.iter()
        .map(|row| format!("{} {} {} {}", part(row, 0), row.try_get_by_index::<String>(1).unwrap(), part(row, 2), part(row, 3)))
        .collect()
}

#[rstest]
#[tokio::test]
async fn every_count_is_what_a_recount_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    seeded(&test, 1).await;
    seeded(&test, 2).await;

    let db = &test.app.context.db;
    for sql in DIFFERENCES {
        assert_eq!(number(db, sql).await, 0, "{sql}");
    }
    let kept = marks(db).await;
    db.execute_unprepared(&migration::marks::rebuild(migration::STEPS)).await.unwrap();
    assert_eq!(kept, marks(db).await);
    assert_eq!(number(db, "SELECT COUNT(*) FROM posts").await, 1_401, "the welcome and two seeds");
    assert_eq!(number(db, "SELECT COUNT(*) FROM users WHERE email = 'user60@example.com' AND name = '회원60'").await, 1);
}

#[rstest]
#[tokio::test]
async fn a_seeded_member_signs_in_reads_and_goes_on_writing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    seeded(&test, 1).await;
    let mut member = test.visitor();

    let page = member.get("/login").await;
    let home = member.submit(&page, "/login", &[("email", "user3@example.com"), ("password", PASSWORD)]).await;
    let board = member.get("/community/free?page=3").await;
    let notifications = member.get("/notifications").await;
    let post = member.write("free", "그다음 글").await;
    let active = member.get("/community/free?sort=active").await;
    let commented = member.comment(&post, "그다음 댓글").await;

    assert!(home.says("회원3님") && board.status == 200 && notifications.status == 200);
    assert!(
        number(
            &test.app.context.db,
            "SELECT COUNT(*) FROM notifications n JOIN users u ON u.id = n.user_id \
        WHERE u.email = 'user3@example.com' AND n.read_at IS NULL"
        )
        .await
            > 0
    );
    assert!(post.ends_with("/702"), "ids go on after the welcome and 700 posts: {post}");
    assert!(active.says("그다음 글") && commented.says("그다음 댓글"));
}

/// A database without the welcome post, as the command opens it.
async fn empty() -> (minschool::app::App, tempfile::TempDir) {
    use minschool::cli::{instance, migrate};
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    let flags = [("DATABASE_URL", url.as_str()), ("PASSWORD_MEMORY_KIB", "8"), ("PASSWORD_ROUNDS", "1")];
    let flags = flags.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let sources = minschool::config::Sources::gather(None, |_| None, &flags).unwrap();
    let config = minschool::config::Config::read(&sources).unwrap();
    let (db, opened) = instance::open(&config, false).await.unwrap();
    assert!(opened);
    migrate::up(&config, &db).await.unwrap();
    (instance::start(config, db, Default::default()).await.unwrap(), folder)
}

#[tokio::test]
async fn the_same_input_makes_the_same_rows() {
    let now = from_ms(1_790_000_000_001);
    let mut all = Vec::new();
    for random_seed in [5, 5, 6] {
        let (app, _folder) = empty().await;
        seed::run(&app.context, &wanted(random_seed), now, |_, _, _| ()).await.unwrap();
        all.push([
            rows(&app.context.db, USERS, "users").await,
            rows(&app.context.db, POSTS, "posts").await,
            rows(&app.context.db, COMMENTS, "comments").await,
        ]);
    }

    assert_eq!(all[0], all[1]);
    assert_ne!(all[0][1], all[2][1]);
}

#[tokio::test]
async fn post_ids_run_from_one_on_an_empty_database() {
    let (app, _folder) = empty().await;

    let seeded = seed::run(&app.context, &wanted(1), app.context.clock.now(), |_, _, _| ()).await.unwrap();

    assert_eq!((seeded.first_post, seeded.first_number), (1, 1));
    assert_eq!(number(&app.context.db, "SELECT MIN(id) FROM posts").await, 1);
    assert_eq!(number(&app.context.db, "SELECT MAX(id) FROM posts").await, 700);
    assert_eq!(number(&app.context.db, "SELECT COUNT(DISTINCT password_hash) FROM users").await, 1, "hashed once");
}
