//! A new comment with all that belongs to it as one statement of PostgreSQL, made of data-modifying common table expressions: one round
//! trip, and the post's row is locked no longer than it takes. Most comments need nothing else: their statement also finds the post, the
//! answered comment and the recipients. SQLite has no such statements.

use super::insert::{OpenRows, Rows, Text, bump};
use super::thread;
use crate::clock::OffsetDateTime;
use crate::db::{Template, query};
use crate::domain::idempotency::Key;
use crate::domain::notifications::Kind;
use crate::domain::{BoardId, CommentId, Context, PostId, Result, UserId, search};
use crate::entity::post::State;
use crate::entity::{comment, idempotency_key, notification, post, search_doc, user};
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait, InsertStatement, IntoIden, Query, SelectStatement, SimpleExpr, SubQueryStatement,
    UnionType, WithClause,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, QueryFilter, QuerySelect, QueryTrait, Statement, Value,
};

const ENGINE: DbBackend = DbBackend::Postgres;

/// Writes a comment that was found to be allowed.
pub(super) async fn write(ctx: &Context, key: &Key, rows: Rows) -> Result<CommentId> {
    static INSERT: Template = Template::new();
    let root = rows.root.map(|id| id.0).into();
    let comment = parameters(rows.post, rows.author, rows.parent, rows.text, rows.now, key, root);
    let recipients = rows.recipients.into_iter().flat_map(|(user, kind)| [user.into(), kind.to_value().into()]);
    let statement = INSERT.fill_all(ENGINE, checked, comment.into_iter().chain(recipients).collect());
    let row = ctx.db.query_one_raw(statement).await?;
    Ok(query::some(row, "a new comment")?.try_get_by_index(0)?)
}

/// What [`write_if_open`] has found and written.
pub(super) struct Written {
    pub id: CommentId,
    pub board: BoardId,
    pub recipients: Vec<UserId>,
}

/// Writes a comment whose post was not looked at before; only where it is what [`OpenRows`] says.
pub(super) async fn write_if_open(ctx: &Context, key: &Key, rows: OpenRows) -> Result<Option<Written>> {
    static NEW: Template = Template::new();
    static ANSWER: Template = Template::new();
    let (author, is_answer) = (rows.author, rows.parent.is_some());
    let boards = rows.boards.iter().map(BoardId::to_string).collect::<Vec<_>>().join(",");
    let parameters = parameters(rows.post, author, rows.parent, rows.text, rows.now, key, format!("{{{boards}}}").into());
    let template = if is_answer { &ANSWER } else { &NEW };
    let statement = template.fill_all(ENGINE, |places| open(&Parameters::of(places), is_answer), parameters.into());
    let Some(row) = ctx.db.query_one_raw(statement).await? else { return Ok(None) };
    let (of_post, of_parent): (UserId, Option<UserId>) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    let mut recipients: Vec<UserId> = of_parent.into_iter().chain([of_post]).filter(|id| *id != author).collect();
    recipients.dedup();
    Ok(Some(Written { id: row.try_get_by_index(0)?, board: row.try_get_by_index(1)?, recipients }))
}

/// Parameters of a statement, without those of recipients.
const OF_A_COMMENT: usize = 9;

fn parameters(
    post: PostId,
    author: UserId,
    parent: Option<CommentId>,
    text: Text,
    now: OffsetDateTime,
    key: &Key,
    last: Value,
) -> [Value; OF_A_COMMENT] {
    let (grams, key, parent) = (text.grams.array(), key.0.as_str(), parent.map(|id| id.0));
    [post.into(), author.into(), parent.into(), text.content.into(), text.html.into(), now.into(), key.into(), grams.into(), last]
}

/// The parameters as parts of a statement.
struct Parameters {
    post: SimpleExpr,
    author: SimpleExpr,
    parent: SimpleExpr,
    content: SimpleExpr,
    html: SimpleExpr,
    now: SimpleExpr,
    key: SimpleExpr,
    grams: SimpleExpr,
    /// The top-level comment of the thread, or the boards as an array.
    last: SimpleExpr,
}

impl Parameters {
    fn of(places: &[i64]) -> Self {
        let value = |n: usize| Expr::val(places[n]);
        let [post, author, parent, content, html, now, key, grams, last] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(value);
        Self { post, author, parent, content, html, now, key, grams, last }
    }
}

/// What a statement calls the post's row, the comment's, and that of the comment that it answers.
const BUMPED: &str = "bumped";
const INSERTED: &str = "inserted";
const PARENT: &str = "parent";

/// The statement of [`write`]: behind the comment's parameters stand the member and kind of each notification.
fn checked(parameters: &[i64]) -> Statement {
    let (comment, recipients) = parameters.split_at(OF_A_COMMENT);
    let comment = Parameters::of(comment);
    let mut notified = notifications();
    for recipient in recipients.chunks_exact(2) {
        let (user, kind) = (Expr::val(recipient[0]), Expr::val(recipient[1]));
        notified.values_panic([user, kind, comment.author.clone(), comment.post.clone(), inserted().into(), comment.now.clone()]);
    }
    let mut with = WithClause::new();
    with.cte(part(BUMPED, bump(ENGINE, comment.post.clone(), comment.now.clone())));
    add_parts(&mut with, &comment, comment.last.clone());
    if !recipients.is_empty() {
        with.cte(part("notified", notified));
    }
    ENGINE.build(&with.query(inserted()))
}

/// The statement of [`write_if_open`].
fn open(comment: &Parameters, is_answer: bool) -> Statement {
    let mut with = WithClause::new();
    let of_parent = |column| Query::select().column(column).from(PARENT).take();
    let (mut root, mut parent_author) = (Expr::null(), Expr::null().cast_as("BIGINT"));
    if is_answer {
        use comment::Column::{AuthorId, Id, PostId, RootId};
        let parent = comment::Entity::find().select_only().column(AuthorId).expr_as(thread(), RootId.as_str());
        let parent = parent.filter(comment::Column::State.eq(State::Shown));
        let parent = parent.filter(Id.into_expr().eq(comment.parent.clone())).filter(PostId.into_expr().eq(comment.post.clone()));
        with.cte(part(PARENT, parent.into_query()));
        (root, parent_author) = (of_parent(RootId).into(), of_parent(AuthorId).into());
    }
    with.cte(part(BUMPED, {
        use post::Column::{AuthorId, BoardId, Id};
        let mut bump = bump(ENGINE, comment.post.clone(), comment.now.clone());
        bump.and_where(post::Column::State.eq(State::Shown))
            .and_where(BoardId.into_expr().eq(PgFunc::any(comment.last.clone().cast_as("BIGINT[]"))));
        if is_answer {
            bump.and_where(Expr::exists(of_parent(comment::Column::AuthorId)));
        }
        bump.returning(Query::returning().columns([Id, BoardId, post::Column::State, AuthorId])).to_owned()
    }));
    add_parts(&mut with, comment, root);
    with.cte(part("notified", notifications_of_authors(comment, is_answer)));
    let found = [Expr::col((INSERTED, comment::Column::Id)), of_bumped(post::Column::BoardId), of_bumped(post::Column::AuthorId)];
    ENGINE.build(&with.query(Query::select().exprs(found).expr(parent_author).from(INSERTED).from(BUMPED).take()))
}

/// The parts that stand behind that of the post's row. One that reads the row of another runs after it; PostgreSQL promises no other order.
fn add_parts(with: &mut WithClause, comment: &Parameters, root: SimpleExpr) {
    let Parameters { post, author, parent, content, html, now, key, grams, .. } = comment;
    with.cte(part(INSERTED, {
        use comment::Column::{AuthorId, Content, CreatedAt, Html, Id, ParentId, PostId, RootId};
        // From the post's row, so that the comment's number is drawn when the row is locked.
        let row = Query::select().exprs([post, author, &root, parent, content, html, now].map(Clone::clone)).from(BUMPED).take();
        let insert =
            Query::insert().into_table(comment::Entity).columns([PostId, AuthorId, RootId, ParentId, Content, Html, CreatedAt]).take();
        selecting(insert, row).returning_col(Id).take()
    }));
    with.cte(part("counted", {
        use user::Column::{CommentCount, Id};
        let update = user::Entity::update_many().col_expr(CommentCount, CommentCount.into_expr().add(1));
        update.filter(Id.into_expr().eq(author.clone())).filter(Expr::exists(inserted())).into_query()
    }));
    with.cte(part("indexed", {
        use search_doc::Column::{AuthorId, BoardId, CreatedAt, Kind, PostId, RefId, Shown};
        let shown = of_bumped(post::Column::State).eq(State::Shown.to_value());
        let row = Query::select()
            .exprs([search_doc::Kind::Comment.to_value().into(), Expr::col((INSERTED, comment::Column::Id)), post.clone()])
            .exprs([of_bumped(post::Column::BoardId), author.clone(), now.clone(), shown, search::integers(grams.clone())])
            .from(BUMPED)
            .from(INSERTED)
            .take();
        let columns = [Kind, RefId, PostId, BoardId, AuthorId, CreatedAt, Shown].map(IntoIden::into_iden);
        let columns = columns.into_iter().chain([Alias::new(search::GRAMS).into_iden()]);
        selecting(Query::insert().into_table(search_doc::Entity).columns(columns).take(), row)
    }));
    with.cte(part("answered", {
        use idempotency_key::Column::{CreatedAt, Key, ResultId};
        let row = Query::select().exprs([key.clone(), Expr::col((INSERTED, comment::Column::Id)), now.clone()]).from(INSERTED).take();
        selecting(Query::insert().into_table(idempotency_key::Entity).columns([Key, ResultId, CreatedAt]).take(), row)
    }));
}

fn notifications() -> InsertStatement {
    use notification::Column::{ActorId, CommentId, CreatedAt, Kind, PostId, UserId};
    Query::insert().into_table(notification::Entity).columns([UserId, Kind, ActorId, PostId, CommentId, CreatedAt]).take()
}

/// Notifications for the authors of the answered comment and of the post: one each, and none about a comment of their own.
fn notifications_of_authors(comment: &Parameters, is_answer: bool) -> InsertStatement {
    let notification = |user: &SimpleExpr, kind: Kind| {
        let (kind, author, id) = (kind.to_value().into(), comment.author.clone(), Expr::col((INSERTED, comment::Column::Id)));
        let row = [user.clone(), kind, author.clone(), comment.post.clone(), id, comment.now.clone()];
        Query::select().exprs(row).from(INSERTED).and_where(user.clone().ne(author)).take()
    };
    let (of_post, of_parent) = (of_bumped(post::Column::AuthorId), Expr::col((PARENT, comment::Column::AuthorId)));
    let mut rows = notification(&of_post, Kind::Comment).from(BUMPED).take();
    if is_answer {
        rows.from(PARENT).and_where(of_post.ne(of_parent.clone()));
        rows.union(UnionType::All, notification(&of_parent, Kind::Reply).from(PARENT).take());
    }
    selecting(notifications(), rows)
}

fn selecting(mut insert: InsertStatement, rows: SelectStatement) -> InsertStatement {
    insert.select_from(rows).expect("as many values as columns").take()
}

fn part(name: &'static str, statement: impl Into<SubQueryStatement>) -> CommonTableExpression {
    CommonTableExpression::new().table_name(name).query(statement).to_owned()
}

fn of_bumped(column: post::Column) -> SimpleExpr {
    Expr::col((BUMPED, column))
}

fn inserted() -> SelectStatement {
    Query::select().column(comment::Column::Id).from(INSERTED).take()
}
