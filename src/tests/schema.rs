//! The schema: up, down and up again, and that both engines keep and order the same things.

use crate::support::{Engine, Postgres, Sqlite, TestApp, until};
use migration::{Migrator, MigratorTrait, marks};
use minschool::clock;
use minschool::db::query;
use minschool::domain::posts::list;
use minschool::domain::{BoardId, Error, RoleId, UserId};
use minschool::entity::{board, role, user};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// Page marks as the triggers kept them, and as they are counted anew.
async fn marks(test: &TestApp) -> Vec<(String, i64)> {
    #[derive(sea_orm::FromQueryResult)]
    struct Mark {
        place: String,
        shown: i64,
    }
    let sql = "SELECT board_id || '/' || sort || '/' || bucket AS place, shown FROM page_mark_sums WHERE shown <> 0 ORDER BY 1";
    let rows: Vec<Mark> = query::all(&test.app.context.db, sql, []).await.unwrap();
    rows.into_iter().map(|mark| (mark.place, mark.shown)).collect()
}

#[test]
fn steps_that_are_not_named_so_take_nothing_away() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migration/src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (name, text) = (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap());
        // What goes up; what goes down takes away by its nature.
        let up = text.split("const DOWN").next().unwrap().split("fn down").next().unwrap().to_uppercase();
        // How fine the planner's statistics are, and how a value is stored, is nothing that a version uses.
        let is_used = |line: &&str| !line.contains("SET STATISTICS") && !line.contains("SET STORAGE");
        let up: String = up.lines().filter(is_used).collect();
        let taken: Vec<_> =
            ["DROP TABLE", "DROP COLUMN", "RENAME", "ALTER COLUMN", "SET NOT NULL"].into_iter().filter(|word| up.contains(word)).collect();
        assert!(!name.starts_with('m') || name.ends_with(migration::CONTRACT) || taken.is_empty(), "{name}: {taken:?}");
    }
}

#[rstest]
#[tokio::test]
async fn the_schema_goes_up_down_and_up_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let db = &test.app.context.db;
    // A step reads before it writes, so on SQLite nobody may write meanwhile.
    let left = async || query::number(db, "SELECT below_post FROM search_progress", []).await;
    until("the search index is filled", async || left().await == Ok(Some(0))).await;

    Migrator::down(db.connection(), None).await.unwrap();
    let left = query::number(db, "SELECT COUNT(*) FROM seaql_migrations", []).await.unwrap();
    Migrator::up(db.connection(), None).await.unwrap();

    assert_eq!(left, Some(0));
    assert_eq!(query::number(db, "SELECT COUNT(*) FROM roles", []).await.unwrap(), Some(3));
}

#[rstest]
#[tokio::test]
async fn a_new_column_is_filled_in_part_by_part_and_a_run_that_was_cut_goes_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let db = &test.app.context.db;
    for n in 0..25 {
        let insert = "INSERT INTO idempotency_keys (key, result_id, created_at) VALUES ($1, 0, $2)";
        query::run(db, insert, [format!("k{n}").into(), clock::from_ms(1_760_000_000_000).into()]).await.unwrap();
    }
    let part = "UPDATE idempotency_keys SET result_id = 7 WHERE key IN (SELECT key FROM idempotency_keys WHERE result_id = 0 LIMIT 10)";

    let cut = db.execute_unprepared(part).await.unwrap().rows_affected();
    let filled = migration::dialect::fill(db, part).await.unwrap();
    let again = migration::dialect::fill(db, part).await.unwrap();

    assert_eq!((cut, filled, again), (10, 15, 0));
    assert_eq!(query::number(db, "SELECT COUNT(*) FROM idempotency_keys WHERE result_id = 7", []).await.unwrap(), Some(25));
}

#[rstest]
#[tokio::test]
async fn moments_come_back_as_they_were_and_sort_like_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let db = &test.app.context.db;
    let moments: Vec<_> = (0..40).map(|n| clock::from_ms(1_760_000_000_000 + n * 37)).collect();
    for (n, moment) in moments.iter().enumerate() {
        let insert = "INSERT INTO idempotency_keys (key, result_id, created_at) VALUES ($1, $2, $3)";
        query::run(db, insert, [format!("k{n}").into(), (n as i64).into(), (*moment).into()]).await.unwrap();
    }

    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        result_id: i64,
        created_at: clock::OffsetDateTime,
    }
    let rows: Vec<Row> = query::all(db, "SELECT result_id, created_at FROM idempotency_keys ORDER BY created_at", []).await.unwrap();

    assert_eq!(rows.iter().map(|row| row.result_id).collect::<Vec<_>>(), (0..40).collect::<Vec<_>>());
    assert_eq!(rows.iter().map(|row| row.created_at).collect::<Vec<_>>(), moments);
}

#[rstest]
#[tokio::test]
async fn page_marks_are_right_after_everything_that_can_happen_to_a_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    for n in 0..6 {
        ada.write(if n % 2 == 0 { "free" } else { "qna" }, &format!("글 {n}")).await;
    }
    for change in [
        "UPDATE posts SET state = 'hidden' WHERE title = '글 0'",
        "UPDATE posts SET state = 'deleted' WHERE title = '글 0'",
        "UPDATE posts SET state = 'shown' WHERE title = '글 0'",
        "UPDATE posts SET board_id = 3 WHERE title = '글 2'",
        "UPDATE posts SET bump = bump + 5000 WHERE title = '글 3'",
        "UPDATE posts SET state = 'hidden', board_id = 2, bump = bump + 9000 WHERE title = '글 4'",
        "DELETE FROM posts WHERE title = '글 5'",
    ] {
        query::run(&test.app.context.db, change, []).await.unwrap();
    }

    let kept = marks(&test).await;
    let (one, other) = tokio::join!(list::fold_marks(&test.app.context.db), list::fold_marks(&test.app.context.db));
    one.and(other).unwrap();
    assert_eq!(kept, marks(&test).await, "folded, by two instances at once");
    assert_eq!(query::number(&test.app.context.db, "SELECT COUNT(*) FROM page_mark_changes", []).await.unwrap(), Some(0));
    test.app.context.db.execute_unprepared(&marks::rebuild(migration::STEPS)).await.unwrap();

    assert_eq!(kept, marks(&test).await);
}

#[rstest]
#[tokio::test]
async fn what_an_index_or_a_foreign_key_refuses_is_an_error_for_the_form(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let db = &test.app.context.db;
    let ada = user::Entity::find().filter(user::Column::Name.eq("ada")).one(db).await.unwrap().unwrap();
    let refused = async |id: i64, email: &str, (key, skeleton): (&str, &str), role: i64| {
        let mut row = user::ActiveModel::from(ada.clone());
        (row.id, row.email, row.role_id) = (Set(UserId(id)), Set(email.into()), Set(RoleId(role)));
        (row.name_key, row.name_skeleton) = (Set(key.into()), Set(Some(skeleton.into())));
        Error::from(user::Entity::insert(row).exec_without_returning(db).await.unwrap_err())
    };
    let field = |err: Error| match err {
        Error::Invalid(problems) => problems.iter().map(|problem| (problem.field, problem.message)).next(),
        _ => None,
    };

    assert_eq!(field(refused(900, "ada@example.com", ("new", "new"), 3).await), Some(("email", "email.taken")));
    assert_eq!(field(refused(901, "new@example.com", ("ada", "new"), 3).await), Some(("name", "name.taken")));
    assert_eq!(
        field(refused(902, "new@example.com", ("new", ada.name_skeleton.as_deref().unwrap()), 3).await),
        Some(("name", "name.taken"))
    );
    assert!(matches!(refused(903, "new@example.com", ("new", "new"), 99).await, Error::NotFound));
}

#[rstest]
#[tokio::test]
async fn the_same_address_of_a_board_and_a_role_in_use_are_errors_for_the_form(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let db = &test.app.context.db;
    let mut again = board::ActiveModel::from(board::Entity::find().one(db).await.unwrap().unwrap());
    again.id = Set(BoardId(900));

    let board = Error::from(board::Entity::insert(again).exec_without_returning(db).await.unwrap_err());
    let role = Error::from(role::Entity::delete_by_id(RoleId(3)).exec(db).await.unwrap_err());

    assert!(matches!(&board, Error::Invalid(problems) if problems[0].message == "slug.taken"), "{board}");
    // SQLite does not say which side was at fault.
    match engine {
        Postgres => assert!(matches!(&role, Error::Invalid(problems) if problems[0].message == "role.in_use"), "{role}"),
        Sqlite => assert!(matches!(role, Error::NotFound), "{role}"),
    }
}

#[rstest]
#[tokio::test]
async fn an_address_is_unique_and_so_is_a_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let again = "INSERT INTO users (email, name, name_key, password_hash, role_id, created_at) \
                 VALUES ($1, 'x', $2, '!', 3, CURRENT_TIMESTAMP)";

    assert!(query::run(&test.app.context.db, again, ["ada@example.com".into(), "new".into()]).await.is_err());
    assert!(query::run(&test.app.context.db, again, ["new@example.com".into(), "ada".into()]).await.is_err());
}
