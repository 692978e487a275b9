//! The rows of a new comment. On PostgreSQL they are one statement of data-modifying common table expressions: one round trip,
//! and the post's row is locked no longer than it takes. SQLite has none of these, and needs none: there the same rows are
//! written in a transaction without a network between its statements.

use super::write::Recipient;
use crate::clock::OffsetDateTime;
use crate::db::{Template, query};
use crate::domain::files::of_comments::{self, Ready};
use crate::domain::idempotency::{self, Key, Outcome, Uncommitted, idempotent};
use crate::domain::search::{self, Doc, FileOwner, Grams};
use crate::domain::{CommentId, Context, PostId, Result, UserId, notifications, posts, users};
use crate::entity::post::State;
use crate::entity::{comment, idempotency_key, notification, post, search_doc, user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait, IntoIden, Query, SelectStatement, SimpleExpr, UpdateStatement, WithClause,
};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Statement, Value};

/// A comment that may be written.
pub(super) struct Rows {
    pub post: PostId,
    pub author: UserId,
    pub root: Option<CommentId>,
    pub parent: Option<CommentId>,
    pub content: String,
    pub html: String,
    pub grams: Grams,
    pub recipients: Vec<Recipient>,
    pub now: OffsetDateTime,
}

/// Stores a comment and its files once for each key. With files it is a transaction of several statements on both engines.
///
/// # Errors
/// Those of `rows`, when the form had not been answered before.
pub(super) async fn store(
    ctx: &Context,
    key: &Key,
    files: &[Ready],
    rows: impl Future<Output = Result<Rows>>,
) -> Result<Outcome<CommentId>> {
    match ctx.db.get_database_backend() {
        DbBackend::Postgres if files.is_empty() => {
            idempotency::recorded_by(ctx, key, async { in_one_statement(ctx, key, rows.await?).await }).await
        }
        // Boxed: this is three times as large as the one statement, and not what comments on PostgreSQL need.
        _ => Box::pin(idempotent(ctx, key, async { in_a_transaction(ctx, rows.await?, files).await })).await,
    }
}

async fn in_a_transaction(ctx: &Context, rows: Rows, files: &[Ready]) -> Result<Uncommitted<CommentId>> {
    let tx = query::begin(&ctx.db).await?;
    let bumped = query::some(tx.query_one(&bump(tx.get_database_backend(), rows.post.into(), rows.now.into())).await?, "a post")?;
    let (board, state): (_, State) = (bumped.try_get_by_index(1)?, bumped.try_get_by_index(2)?);
    let row = comment::ActiveModel {
        post_id: Set(rows.post),
        author_id: Set(rows.author),
        root_id: Set(rows.root),
        parent_id: Set(rows.parent),
        content: Set(rows.content),
        html: Set(rows.html),
        created_at: Set(rows.now),
        ..Default::default()
    };
    let id = comment::Entity::insert(row).exec(&tx).await?.last_insert_id;
    let is_shown = state == State::Shown;
    search::put(&tx, Doc::comment(id, (rows.post, board), rows.author, rows.now, is_shown, rows.grams)).await?;
    let owner = FileOwner { post_id: rows.post, board_id: board, author_id: rows.author, is_shown };
    of_comments::store(&tx, id, owner, files, rows.now).await?;
    users::count_comments(&tx, rows.author, 1).await?;
    notifications::insert(&tx, &rows.recipients, rows.author, rows.post, id, rows.now).await?;
    Ok(Uncommitted { tx, id })
}

/// Moves the post to the top of its list. Its row is changed first: that makes concurrent comments take turns, so that a post's
/// comments are numbered in the order in which they are committed, and a stream that knows one number has seen all below it. Gives
/// its id, board and state as they are then.
fn bump(engine: DbBackend, post: SimpleExpr, now: SimpleExpr) -> UpdateStatement {
    use post::Column::{BoardId, Bump, CommentCount, Id, LastCommentAt, State};
    let update = post::Entity::update_many()
        .col_expr(CommentCount, CommentCount.into_expr().add(1))
        .col_expr(LastCommentAt, now)
        .col_expr(Bump, posts::next_bump(engine));
    update.filter(Id.into_expr().eq(post)).into_query().returning(Query::returning().columns([Id, BoardId, State])).to_owned()
}

async fn in_one_statement(ctx: &Context, key: &Key, rows: Rows) -> Result<CommentId> {
    static INSERT: Template = Template::new();
    let comment = [
        rows.post.into(),
        rows.author.into(),
        rows.root.map(|id| id.0).into(),
        rows.parent.map(|id| id.0).into(),
        rows.content.into(),
        rows.html.into(),
        rows.now.into(),
        key.0.as_str().into(),
        rows.grams.array().into(),
    ];
    let recipients = rows.recipients.into_iter().flat_map(|(user, kind)| [user.into(), kind.to_value().into()]);
    let parameters: Vec<Value> = comment.into_iter().chain(recipients).collect();
    let row = ctx.db.query_one_raw(INSERT.fill_all(DbBackend::Postgres, statement, parameters)).await?;
    Ok(query::some(row, "a new comment")?.try_get_by_index(0)?)
}

/// What the statement calls the post's row and the comment's.
const BUMPED: &str = "bumped";
const INSERTED: &str = "inserted";

/// A part that reads the row of another part runs after it; PostgreSQL promises no other order.
fn statement(parameters: &[i64]) -> Statement {
    let (comment, recipients) = parameters.split_at(9);
    let value = |n: usize| Expr::val(comment[n]);
    let (post, author, now, key) = (value(0), value(1), value(6), value(7));
    let mut with = WithClause::new();
    with.cte(part(BUMPED, bump(DbBackend::Postgres, post.clone(), now.clone())));
    with.cte(part(INSERTED, {
        use comment::Column::{AuthorId, Content, CreatedAt, Html, Id, ParentId, PostId, RootId};
        // From the post's row, so that the comment's number is drawn when the row is locked.
        let row = Query::select().exprs([0, 1, 2, 3, 4, 5, 6].map(value)).from(BUMPED).take();
        let mut insert = Query::insert();
        insert.into_table(comment::Entity).columns([PostId, AuthorId, RootId, ParentId, Content, Html, CreatedAt]);
        insert.select_from(row).expect("as many values as columns").returning_col(Id).to_owned()
    }));
    with.cte(part("counted", {
        use user::Column::{CommentCount, Id};
        let update = user::Entity::update_many().col_expr(CommentCount, CommentCount.into_expr().add(1));
        update.filter(Id.into_expr().eq(author.clone())).filter(Expr::exists(inserted())).into_query()
    }));
    with.cte(part("indexed", {
        use search_doc::Column::{AuthorId, BoardId, CreatedAt, Kind, PostId, RefId, Shown};
        let shown = Expr::col((BUMPED, post::Column::State)).eq(State::Shown.to_value());
        let row = Query::select()
            .exprs([search_doc::Kind::Comment.to_value().into(), Expr::col((INSERTED, comment::Column::Id)), post.clone()])
            .exprs([Expr::col((BUMPED, post::Column::BoardId)), author.clone(), now.clone(), shown, search::integers(value(8))])
            .from(BUMPED)
            .from(INSERTED)
            .take();
        let columns = [Kind, RefId, PostId, BoardId, AuthorId, CreatedAt, Shown].map(IntoIden::into_iden);
        let mut insert = Query::insert();
        insert.into_table(search_doc::Entity).columns(columns.into_iter().chain([Alias::new(search::GRAMS).into_iden()]));
        insert.select_from(row).expect("as many values as columns").to_owned()
    }));
    if !recipients.is_empty() {
        use notification::Column::{ActorId, CommentId, CreatedAt, Kind, PostId, UserId};
        let mut insert = Query::insert();
        insert.into_table(notification::Entity).columns([UserId, Kind, ActorId, PostId, CommentId, CreatedAt]);
        for recipient in recipients.chunks_exact(2) {
            let (user, kind) = (Expr::val(recipient[0]), Expr::val(recipient[1]));
            insert.values_panic([user, kind, author.clone(), post.clone(), inserted().into(), now.clone()]);
        }
        with.cte(part("notified", insert));
    }
    with.cte(part("answered", {
        use idempotency_key::Column::{CreatedAt, Key, ResultId};
        let mut insert = Query::insert();
        insert.into_table(idempotency_key::Entity).columns([Key, ResultId, CreatedAt]);
        insert.values_panic([key, inserted().into(), now]).to_owned()
    }));
    DbBackend::Postgres.build(&with.query(inserted()))
}

fn part(name: &'static str, statement: impl Into<sea_orm::sea_query::SubQueryStatement>) -> CommonTableExpression {
    CommonTableExpression::new().table_name(name).query(statement).to_owned()
}

fn inserted() -> SelectStatement {
    Query::select().column(comment::Column::Id).from(INSERTED).take()
}
