//! Changes of the index, each in the transaction of the change that it follows, so that a search sees both or neither.

use super::{Kind, sql};
use crate::clock::OffsetDateTime;
use crate::domain::{BoardId, CommentId, PostId, Result, UserId};
use crate::entity::file::FileId;
use crate::entity::post::State;
use crate::entity::search_doc::{Column, Entity, SearchDocId};
use crate::entity::{comment, file, post};
use crate::files::text::PAGES_MAX;
use crate::search;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, InsertStatement, IntoIden, OnConflict, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
};

/// The numbers of a text (`search::grams`), as they are sent to the database.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Grams(Vec<i32>);

impl Grams {
    /// Of a title, which may be empty, and a text as HTML.
    pub fn of(title: &str, html: &str) -> Self {
        Self(search::of_document(title, &search::plain_text(html)))
    }

    /// Of a title, which may be empty, and a text that is no HTML.
    pub fn of_text(title: &str, text: &str) -> Self {
        Self(search::of_document(title, text))
    }

    /// As PostgreSQL writes an array.
    pub fn array(&self) -> String {
        array(&self.0)
    }
}

/// Numbers as PostgreSQL writes an array.
pub(super) fn array(grams: &[i32]) -> String {
    let mut text = String::with_capacity(2 + 10 * grams.len());
    text.push('{');
    join(&mut text, grams, ",");
    text.push('}');
    text
}

/// Numbers as words of a full-text index.
pub(super) fn words(grams: &[i32]) -> String {
    let mut text = String::with_capacity(10 * grams.len());
    join(&mut text, grams, " ");
    text
}

fn join(text: &mut String, grams: &[i32], between: &str) {
    use std::fmt::Write;
    for (n, gram) in grams.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{gram}", if n == 0 { "" } else { between });
    }
}

/// The column of the numbers on PostgreSQL.
pub(in crate::domain) const GRAMS: &str = "grams";

/// What a file belongs to: a post, or a comment under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(in crate::domain) struct FileOwner {
    pub post_id: PostId,
    pub board_id: BoardId,
    /// Who wrote the post, or the comment.
    pub author_id: UserId,
    /// Whether it is in sight: a comment, and its post too.
    pub is_shown: bool,
}

/// The indexed document of a post, comment, page of a file or member.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Doc {
    kind: Kind,
    ref_id: i64,
    post: Option<PostId>,
    board: Option<BoardId>,
    author: UserId,
    pub(super) created_at: OffsetDateTime,
    shown: bool,
    grams: Grams,
}

impl Doc {
    /// Of a post.
    pub fn post(id: PostId, board: BoardId, author: UserId, created_at: OffsetDateTime, state: State, grams: Grams) -> Self {
        let shown = state == State::Shown;
        Self { kind: Kind::Post, ref_id: id.0, post: Some(id), board: Some(board), author, created_at, shown, grams }
    }

    /// Of a comment under a post on a board; `shown` where both are.
    pub fn comment(id: CommentId, under: (PostId, BoardId), author: UserId, created_at: OffsetDateTime, shown: bool, grams: Grams) -> Self {
        Self { kind: Kind::Comment, ref_id: id.0, post: Some(under.0), board: Some(under.1), author, created_at, shown, grams }
    }

    /// Of a page of a file.
    pub fn file((file, number): (FileId, i64), owner: FileOwner, created_at: OffsetDateTime, grams: Grams) -> Self {
        let (ref_id, post, board) = (FilePage::new(file, number).ref_id(), Some(owner.post_id), Some(owner.board_id));
        Self { kind: Kind::File, ref_id, post, board, author: owner.author_id, created_at, shown: owner.is_shown, grams }
    }

    /// Of a member.
    pub fn member(id: UserId, name: &str, created_at: OffsetDateTime) -> Self {
        let grams = Grams(search::of_document(name, ""));
        Self { kind: Kind::Member, ref_id: id.0, post: None, board: None, author: id, created_at, shown: true, grams }
    }
}

/// A page of a file; the index refers to it by one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FilePage {
    pub file: FileId,
    /// From 1.
    pub number: i64,
}

/// Numbers that a file has for its pages: more than it can have pages.
const OF_FILE: i64 = 256;
const _: () = assert!(PAGES_MAX < OF_FILE as usize);

impl FilePage {
    pub fn new(file: FileId, number: i64) -> Self {
        Self { file, number }
    }

    pub fn of(ref_id: i64) -> Self {
        Self { file: FileId(ref_id / OF_FILE), number: ref_id % OF_FILE }
    }

    pub fn ref_id(self) -> i64 {
        self.file.0 * OF_FILE + self.number
    }
}

/// Removes files from the index that were removed from their post or comment.
pub(in crate::domain) async fn remove_files(tx: &impl ConnectionTrait, files: &[FileId]) -> Result<()> {
    for file in files {
        let (first, last) = (FilePage::new(*file, 0).ref_id(), FilePage::new(*file, OF_FILE - 1).ref_id());
        if tx.get_database_backend() != DbBackend::Postgres {
            sql::remove_words(tx, Kind::File, first, last).await?;
        }
        let pages = Entity::delete_many().filter(Column::Kind.eq(Kind::File)).filter(Column::RefId.between(first, last));
        pages.exec(tx).await?;
    }
    Ok(())
}

/// Indexes a document, or replaces it.
pub(in crate::domain) async fn put(tx: &impl ConnectionTrait, doc: Doc) -> Result<()> {
    put_all(tx, vec![doc], None).await
}

/// Documents that one statement takes: their numbers are most of it.
const AT_ONCE: usize = 50;

/// Indexes documents. `first_id`: those that are new get ids from there on, in their order.
pub(in crate::domain) async fn put_all(tx: &impl ConnectionTrait, docs: Vec<Doc>, first_id: Option<SearchDocId>) -> Result<()> {
    let engine = tx.get_database_backend();
    for (n, part) in docs.chunks(AT_ONCE).enumerate() {
        let first_id = first_id.map(|first| first.0 + (n * AT_ONCE) as i64);
        let rows = tx.query_all(&insert(engine, part, first_id)).await?;
        if engine == DbBackend::Postgres {
            continue;
        }
        for row in rows {
            let (id, kind, ref_id): (SearchDocId, Kind, i64) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            if let Some(doc) = part.iter().find(|doc| doc.kind == kind && doc.ref_id == ref_id) {
                sql::set_words(tx, id, &words(&doc.grams.0)).await?;
            }
        }
    }
    Ok(())
}

fn insert(engine: DbBackend, docs: &[Doc], first_id: Option<i64>) -> InsertStatement {
    let numbers = (engine == DbBackend::Postgres).then(|| Alias::new(GRAMS).into_iden());
    let own = [Column::Kind, Column::RefId, Column::PostId, Column::BoardId, Column::AuthorId, Column::CreatedAt, Column::Shown];
    let id = first_id.map(|_| Column::Id.into_iden());
    let columns: Vec<_> = id.into_iter().chain(own.map(IntoIden::into_iden)).chain(numbers.clone()).collect();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns);
    for (n, doc) in docs.iter().enumerate() {
        let id: Option<SimpleExpr> = first_id.map(|first| (first + n as i64).into());
        let own: [SimpleExpr; 7] = [
            doc.kind.to_value().into(),
            doc.ref_id.into(),
            doc.post.map(|id| id.0).into(),
            doc.board.map(|id| id.0).into(),
            doc.author.into(),
            doc.created_at.into(),
            doc.shown.into(),
        ];
        insert.values_panic(id.into_iter().chain(own).chain(numbers.is_some().then(|| integers(doc.grams.array()))));
    }
    let changed = [Column::PostId, Column::BoardId, Column::AuthorId, Column::Shown].map(IntoIden::into_iden);
    let conflict = OnConflict::columns([Column::Kind, Column::RefId]).update_columns(changed.into_iter().chain(numbers)).to_owned();
    insert.on_conflict(conflict).returning(Query::returning().columns([Column::Id, Column::Kind, Column::RefId])).to_owned()
}

/// An array of PostgreSQL, from its text.
pub(in crate::domain) fn integers(text: impl Into<SimpleExpr>) -> SimpleExpr {
    text.into().cast_as("INTEGER[]")
}

/// Updates the documents of a post that was shown or hidden: its own, its files', and those of its shown comments and their files.
pub(in crate::domain) async fn set_post_shown(tx: &impl ConnectionTrait, id: PostId, shown: bool) -> Result<()> {
    let mut update = Entity::update_many().col_expr(Column::Shown, shown.into()).filter(Column::PostId.eq(id));
    if shown {
        use comment::Column as Comment;
        let hidden = comment::Entity::find().select_only().column(Comment::Id).filter(Comment::PostId.eq(id));
        let hidden = hidden.filter(Comment::State.ne(State::Shown)).into_query();
        let of_hidden = Column::Kind.eq(Kind::Comment).and(Column::RefId.in_subquery(hidden.clone()));
        update = update.filter(Condition::any().add(of_hidden).add(is_file_of(hidden)).not());
    }
    update.exec(tx).await?;
    Ok(())
}

/// Whether a document is a page of a file of these comments.
fn is_file_of(comments: SelectStatement) -> SimpleExpr {
    let files = file::Entity::find().select_only().column(file::Column::Id).filter(file::Column::CommentId.in_subquery(comments));
    Column::Kind.eq(Kind::File).and(Column::RefId.into_expr().div(OF_FILE).in_subquery(files.into_query()))
}

/// Updates the documents of a comment that was shown or hidden, and of its files; under a hidden post they stay hidden.
pub(in crate::domain) async fn update_comment_shown(tx: &impl ConnectionTrait, id: CommentId, shown: bool) -> Result<()> {
    let comment = |column| comment::Entity::find_by_id(id).select_only().column(column).into_query();
    // Its files are looked for among the documents of its post: pages have no index by their comment.
    let of_post = Column::PostId.into_expr().eq(SimpleExpr::from(comment(comment::Column::PostId)));
    let itself = Column::Kind.eq(Kind::Comment).and(Column::RefId.eq(id.0));
    let mut update = Entity::update_many().col_expr(Column::Shown, shown.into());
    update = update.filter(Condition::any().add(itself).add(of_post.and(is_file_of(comment(comment::Column::Id)))));
    if shown {
        let open = post::Entity::find().select_only().column(post::Column::Id).filter(post::Column::State.eq(State::Shown));
        let same = post::Column::Id.into_expr().equals((Entity, Column::PostId));
        update = update.filter(Expr::exists(open.filter(same).into_query()));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Updates the documents of a post that was moved to another board, of its comments and of its files.
pub(in crate::domain) async fn move_post(tx: &impl ConnectionTrait, id: PostId, board: BoardId) -> Result<()> {
    Entity::update_many().col_expr(Column::BoardId, board.into()).filter(Column::PostId.eq(id)).exec(tx).await?;
    Ok(())
}
