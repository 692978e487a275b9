//! Writes the seeded rows in bulk: statements of hundreds of rows, transactions of a few thousand, so that
//! other people's pages never wait long.

use super::plan::Plan;
use super::text::{Kind, Writer};
use crate::clock::{OffsetDateTime, from_ms};
use crate::db::{Database, query};
use crate::domain::validation::name_skeleton;
use crate::domain::{Error, Result, users};
use migration::marks;
use sea_orm::{ConnectionTrait, DbBackend, Value};

/// Rows in one transaction.
const BATCH: usize = 4_000;

/// The numbers from which the database goes on.
pub struct Base {
    /// Member 0 has this id.
    pub user: i64,
    /// Member 0 is called by this number.
    pub number: i64,
    /// Post 0 has this id.
    pub post: i64,
    /// Places by latest comment begin after this one.
    pub bump: i64,
    /// Comment 0 has this id.
    pub comment: i64,
}

/// The boards that take talk, questions and notices.
pub struct Boards {
    /// For everyday talk.
    pub talk: i64,
    /// For questions.
    pub questions: i64,
    /// For notices.
    pub notices: i64,
}

/// Hears how many rows have been written so far.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

/// Members, their consents, all with the same password.
pub async fn people(db: &Database, plan: &Plan, base: &Base, hash: &str, progress: Progress<'_>) -> Result<()> {
    for (batch, people) in plan.people.chunks(BATCH).enumerate() {
        let (mut rows, mut consents) = (Vec::new(), Vec::new());
        for (n, person) in people.iter().enumerate() {
            let n = (batch * BATCH + n) as i64;
            let (id, name) = (base.user + n, format!("회원{}", base.number + n));
            let joined: Value = from_ms(person.joined).into();
            let counts = [person.posts.into(), person.comments.into()];
            let email = format!("user{}@example.com", base.number + n);
            rows.extend([
                id.into(),
                email.into(),
                name.clone().into(),
                name.clone().into(),
                name_skeleton(&name).into(),
                hash.into(),
                3_i64.into(),
            ]);
            rows.extend(counts);
            rows.extend([joined.clone(), from_ms(person.seen).into()]);
            consents.extend([id.into(), "terms".into(), users::TERMS_VERSION.into(), joined.clone()]);
            consents.extend([id.into(), "privacy".into(), users::PRIVACY_VERSION.into(), joined]);
        }
        let tx = query::begin(db).await?;
        let columns = "INSERT INTO users (id, email, name, name_key, name_skeleton, password_hash, role_id, post_count, comment_count, created_at, last_seen_at)";
        query::insert_many(&tx, columns, 11, rows).await?;
        query::insert_many(&tx, "INSERT INTO consents (user_id, kind, version, agreed_at)", 4, consents).await?;
        tx.commit().await?;
        progress(people.len());
    }
    Ok(())
}

/// Posts. Their page marks are counted once a batch instead of once a row, in the same transaction.
pub async fn posts(db: &Database, plan: &Plan, base: &Base, boards: &Boards, writer: &mut Writer, progress: Progress<'_>) -> Result<()> {
    for (batch, posts) in plan.posts.chunks(BATCH).enumerate() {
        let first = base.post + (batch * BATCH) as i64;
        let mut rows = Vec::with_capacity(posts.len() * 13);
        for (n, post) in posts.iter().enumerate() {
            let id = first + n as i64;
            let (title, text) = writer.post(post.kind, id as u64);
            let board = match post.kind {
                Kind::Talk => boards.talk,
                Kind::Question => boards.questions,
                Kind::Notice => boards.notices,
            };
            rows.extend([
                id.into(),
                board.into(),
                (base.user + post.author as i64).into(),
                title.into(),
                text.body.into(),
                text.html.into(),
            ]);
            rows.extend([(post.kind == Kind::Notice).into(), (base.bump + post.bump).into(), post.comments.into(), post.views.into()]);
            rows.extend([from_ms(post.at).into(), post.edited.map(from_ms).into(), post.last_comment.map(from_ms).into()]);
        }
        let tx = query::begin(db).await?;
        let engine = tx.get_database_backend();
        tx.execute_unprepared(&marks::drop(engine)).await?;
        let columns = "INSERT INTO posts (id, board_id, author_id, title, content, html, is_notice, bump, comment_count, view_count, \
                       created_at, edited_at, last_comment_at)";
        query::insert_many(&tx, columns, 13, rows).await?;
        tx.execute_unprepared(&marks::add(first, first + posts.len() as i64 - 1)).await?;
        tx.execute_unprepared(&marks::create(engine)).await?;
        tx.commit().await?;
        progress(posts.len());
    }
    Ok(())
}

/// Comments.
pub async fn comments(db: &Database, plan: &Plan, base: &Base, writer: &mut Writer, progress: Progress<'_>) -> Result<()> {
    let id = |n: usize| base.comment + n as i64;
    for (batch, comments) in plan.comments.chunks(BATCH).enumerate() {
        let mut rows = Vec::with_capacity(comments.len() * 9);
        for (n, comment) in comments.iter().enumerate() {
            let n = batch * BATCH + n;
            let called = comment.calls.map(|user| format!("회원{}", base.number + user as i64));
            let text = writer.comment(comment.parent.is_some(), called.as_deref(), id(n) as u64);
            rows.extend([id(n).into(), (base.post + comment.post as i64).into(), (base.user + comment.author as i64).into()]);
            rows.extend([comment.root.map(id).into(), comment.parent.map(id).into(), text.body.into(), text.html.into()]);
            rows.extend([from_ms(comment.at).into(), comment.edited.map(from_ms).into()]);
        }
        let tx = query::begin(db).await?;
        let columns = "INSERT INTO comments (id, post_id, author_id, root_id, parent_id, content, html, created_at, edited_at)";
        query::insert_many(&tx, columns, 9, rows).await?;
        tx.commit().await?;
        progress(comments.len());
    }
    Ok(())
}

/// What members are told. What they have read, they read at once.
pub async fn told(db: &Database, plan: &Plan, base: &Base, now: OffsetDateTime, progress: Progress<'_>) -> Result<()> {
    for told in plan.told.chunks(BATCH) {
        let mut rows = Vec::with_capacity(told.len() * 7);
        for told in told {
            let comment = told.comment.map(|n| (n, &plan.comments[n]));
            let at = comment.map_or(now, |(_, comment)| from_ms(comment.at));
            let read: Option<OffsetDateTime> = told.read.then_some(at);
            rows.extend([(base.user + told.user as i64).into(), told.kind.into()]);
            rows.extend([
                comment.map(|(_, c)| base.user + c.author as i64).into(),
                comment.map(|(_, c)| base.post + c.post as i64).into(),
                comment.map(|(n, _)| base.comment + n as i64).into(),
            ]);
            rows.extend([at.into(), read.into()]);
        }
        let tx = query::begin(db).await?;
        let columns = "INSERT INTO notifications (user_id, kind, actor_id, post_id, comment_id, created_at, read_at)";
        query::insert_many(&tx, columns, 7, rows).await?;
        tx.commit().await?;
        progress(told.len());
    }
    Ok(())
}

/// Takes the ids that will be needed, so that whoever writes meanwhile gets later ones.
pub async fn reserve(db: &Database, plan: &Plan) -> Result<Base> {
    let places = plan.posts.len() + plan.comments.len();
    Ok(Base {
        number: next_number(db).await?,
        user: take(db, "users", "id", "users_id_seq", plan.people.len()).await?,
        post: take(db, "posts", "id", "posts_id_seq", plan.posts.len()).await?,
        bump: take(db, "posts", "bump", "posts_bump_seq", places).await? - 1,
        comment: take(db, "comments", "id", "comments_id_seq", plan.comments.len()).await?,
    })
}

async fn take(db: &Database, table: &str, column: &str, counter: &str, n: usize) -> Result<i64> {
    if db.get_database_backend() != DbBackend::Postgres || n == 0 {
        // SQLite counts on from the greatest id by itself.
        let next = format!("SELECT COALESCE(MAX({column}), 0) + 1 FROM {table}");
        return Ok(query::some(query::number(db, &next, []).await?, "the next id")?);
    }
    let next = format!(
        "SELECT setval('{counter}', GREATEST((SELECT COALESCE(MAX({column}), 0) FROM {table}), \
         (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {counter})) + $1) - $1 + 1"
    );
    Ok(query::some(query::number(db, &next, [(n as i64).into()]).await?, "the next id")?)
}

/// The number after that of the newest `user…@example.com`.
async fn next_number(db: &Database) -> Result<i64> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        email: String,
    }
    let newest = "SELECT email FROM users WHERE email LIKE 'user%@example.com' ORDER BY id DESC LIMIT 100";
    let rows: Vec<Row> = query::all(db, newest, []).await?;
    let numbers = rows.iter().filter_map(|row| row.email.strip_prefix("user")?.split('@').next()?.parse::<i64>().ok());
    Ok(numbers.max().unwrap_or(0) + 1)
}

/// Tells the planner how much there is now.
///
/// # Errors
/// The database's.
pub async fn analyze(db: &Database) -> Result<()> {
    for table in ["users", "posts", "comments", "notifications", "page_marks"] {
        db.execute_unprepared(&format!("ANALYZE {table}")).await.map_err(|e| Error::internal("ANALYZE", e))?;
    }
    Ok(())
}
