//! Writes the seeded rows in bulk: statements of hundreds of rows, transactions of a few thousand, so that
//! other people's pages never wait long.

use super::plan::Plan;
use super::sql::{self, Counter};
use super::text::{PostKind, Writer};
use crate::clock::{OffsetDateTime, from_ms};
use crate::db::{Database, query};
use crate::domain::validation::name_skeleton;
use crate::domain::{BoardId, CommentId, Error, PostId, Result, UserId, roles, users};
use crate::entity::{comment, consent, notification, post, user};
use migration::marks;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Rows in one transaction.
const BATCH: usize = 4_000;

/// The numbers from which the database goes on.
pub struct Base {
    /// Member 0 has this id.
    user: i64,
    /// Member 0 is called by this number.
    pub number: i64,
    /// Post 0 has this id.
    post: i64,
    /// Places by latest comment begin after this one.
    bump: i64,
    /// Comment 0 has this id.
    comment: i64,
}

impl Base {
    fn user(&self, n: usize) -> UserId {
        UserId(self.user + n as i64)
    }

    pub fn post(&self, n: usize) -> PostId {
        PostId(self.post + n as i64)
    }

    fn comment(&self, n: usize) -> CommentId {
        CommentId(self.comment + n as i64)
    }

    fn name(&self, n: usize) -> String {
        format!("회원{}", self.number + n as i64)
    }
}

/// The boards that take talk, questions and notices.
pub struct Boards {
    /// For everyday talk.
    pub talk: BoardId,
    pub questions: BoardId,
    pub notices: BoardId,
}

/// Is called with how many rows have been written so far.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

/// Members, their consents, all with the same password.
pub async fn people(db: &Database, plan: &Plan, base: &Base, hash: &str, progress: Progress<'_>) -> Result<()> {
    for (batch, people) in plan.people.chunks(BATCH).enumerate() {
        let (mut rows, mut consents) = (Vec::new(), Vec::new());
        for (n, person) in people.iter().enumerate() {
            let n = batch * BATCH + n;
            let (id, name, joined) = (base.user(n), base.name(n), from_ms(person.joined));
            let agreed = [(consent::Kind::Terms, users::TERMS_VERSION), (consent::Kind::Privacy, users::PRIVACY_VERSION)];
            consents.extend(agreed.map(|(kind, version)| consent::ActiveModel {
                user_id: Set(id),
                kind: Set(kind),
                version: Set(version.into()),
                agreed_at: Set(joined),
                ..Default::default()
            }));
            rows.push(user::ActiveModel {
                id: Set(id),
                email: Set(format!("user{}@example.com", base.number + n as i64)),
                name_key: Set(name.clone()),
                name_skeleton: Set(Some(name_skeleton(&name))),
                name: Set(name),
                password_hash: Set(hash.into()),
                role_id: Set(roles::MEMBER_ID),
                post_count: Set(person.posts),
                comment_count: Set(person.comments),
                created_at: Set(joined),
                last_seen_at: Set(Some(from_ms(person.seen))),
                ..Default::default()
            });
        }
        let tx = query::begin(db).await?;
        query::insert_many(&tx, rows).await?;
        query::insert_many(&tx, consents).await?;
        tx.commit().await?;
        progress(people.len());
    }
    Ok(())
}

/// Posts. Their page marks are counted once a batch instead of once a row, in the same transaction.
pub async fn posts(db: &Database, plan: &Plan, base: &Base, boards: &Boards, writer: &mut Writer, progress: Progress<'_>) -> Result<()> {
    for (batch, posts) in plan.posts.chunks(BATCH).enumerate() {
        let mut rows = Vec::with_capacity(posts.len());
        for (n, post) in posts.iter().enumerate() {
            let id = base.post(batch * BATCH + n);
            let (title, text) = writer.post(post.kind, id.0 as u64);
            let board = match post.kind {
                PostKind::Talk => boards.talk,
                PostKind::Question => boards.questions,
                PostKind::Notice => boards.notices,
            };
            rows.push(post::ActiveModel {
                id: Set(id),
                board_id: Set(board),
                author_id: Set(base.user(post.author)),
                title: Set(title),
                content: Set(text.body),
                html: Set(text.html),
                is_notice: Set(post.kind == PostKind::Notice),
                bump: Set(base.bump + post.bump),
                comment_count: Set(post.comments),
                view_count: Set(post.views),
                created_at: Set(from_ms(post.at)),
                edited_at: Set(post.edited.map(from_ms)),
                last_comment_at: Set(post.last_comment.map(from_ms)),
                ..Default::default()
            });
        }
        let tx = query::begin(db).await?;
        let engine = tx.get_database_backend();
        tx.execute_unprepared(&marks::drop(engine)).await?;
        query::insert_many(&tx, rows).await?;
        let first = base.post(batch * BATCH).0;
        tx.execute_unprepared(&marks::add(first, first + posts.len() as i64 - 1)).await?;
        tx.execute_unprepared(&marks::create(engine, migration::STEPS)).await?;
        tx.commit().await?;
        progress(posts.len());
    }
    Ok(())
}

pub async fn comments(db: &Database, plan: &Plan, base: &Base, writer: &mut Writer, progress: Progress<'_>) -> Result<()> {
    for (batch, comments) in plan.comments.chunks(BATCH).enumerate() {
        let mut rows = Vec::with_capacity(comments.len());
        for (n, comment) in comments.iter().enumerate() {
            let id = base.comment(batch * BATCH + n);
            let called = comment.calls.map(|user| base.name(user));
            let text = writer.comment(comment.parent.is_some(), called.as_deref(), id.0 as u64);
            rows.push(comment::ActiveModel {
                id: Set(id),
                post_id: Set(base.post(comment.post)),
                author_id: Set(base.user(comment.author)),
                root_id: Set(comment.root.map(|n| base.comment(n))),
                parent_id: Set(comment.parent.map(|n| base.comment(n))),
                content: Set(text.body),
                html: Set(text.html),
                created_at: Set(from_ms(comment.at)),
                edited_at: Set(comment.edited.map(from_ms)),
                ..Default::default()
            });
        }
        let tx = query::begin(db).await?;
        query::insert_many(&tx, rows).await?;
        tx.commit().await?;
        progress(comments.len());
    }
    Ok(())
}

/// Notifications. Those that are read were read at once.
pub async fn notified(db: &Database, plan: &Plan, base: &Base, now: OffsetDateTime, progress: Progress<'_>) -> Result<()> {
    for notified in plan.notified.chunks(BATCH) {
        let mut rows = Vec::with_capacity(notified.len());
        for notified in notified {
            let comment = notified.comment.map(|n| &plan.comments[n]);
            let at = comment.map_or(now, |comment| from_ms(comment.at));
            rows.push(notification::ActiveModel {
                user_id: Set(base.user(notified.user)),
                kind: Set(notified.kind),
                actor_id: Set(comment.map(|comment| base.user(comment.author))),
                post_id: Set(comment.map(|comment| base.post(comment.post))),
                comment_id: Set(notified.comment.map(|n| base.comment(n))),
                created_at: Set(at),
                read_at: Set(notified.read.then_some(at)),
                ..Default::default()
            });
        }
        let tx = query::begin(db).await?;
        query::insert_many(&tx, rows).await?;
        tx.commit().await?;
        progress(notified.len());
    }
    Ok(())
}

const USERS: Counter = Counter { table: "users", column: "id", sequence: "users_id_seq" };
const POSTS: Counter = Counter { table: "posts", column: "id", sequence: "posts_id_seq" };
const BUMPS: Counter = Counter { table: "posts", column: "bump", sequence: "posts_bump_seq" };
const COMMENTS: Counter = Counter { table: "comments", column: "id", sequence: "comments_id_seq" };

/// Takes the ids that will be needed, so that concurrent writers get later ones.
pub async fn reserve(db: &Database, plan: &Plan) -> Result<Base> {
    let places = plan.posts.len() + plan.comments.len();
    Ok(Base {
        number: next_number(db).await?,
        user: sql::reserve(db, &USERS, plan.people.len()).await?,
        post: sql::reserve(db, &POSTS, plan.posts.len()).await?,
        bump: sql::reserve(db, &BUMPS, places).await? - 1,
        comment: sql::reserve(db, &COMMENTS, plan.comments.len()).await?,
    })
}

/// The number after that of the newest `user…@example.com`.
async fn next_number(db: &Database) -> Result<i64> {
    use user::Column::{Email, Id};
    let newest = user::Entity::find().filter(Email.like("user%@example.com")).select_only().column(Email).order_by_desc(Id).limit(100);
    let emails: Vec<String> = newest.into_tuple().all(db).await?;
    let numbers = emails.iter().filter_map(|email| email.strip_prefix("user")?.split('@').next()?.parse::<i64>().ok());
    Ok(numbers.max().unwrap_or(0) + 1)
}

/// Updates the planner's statistics.
pub async fn analyze(db: &Database) -> Result<()> {
    for table in ["users", "posts", "comments", "notifications", "page_marks", "page_mark_changes"] {
        db.execute_unprepared(&format!("ANALYZE {table}")).await.map_err(|e| Error::internal("ANALYZE", e))?;
    }
    Ok(())
}
