//! The newest comments of a board, as they stand beside the list of its posts.

use super::super::boards::Board;
use super::super::posts::State;
use super::super::{Actor, Result};
use crate::clock::OffsetDateTime;
use crate::db::Template;
use crate::domain::CommentId;
use crate::entity::comment::{Column, Entity};
use crate::entity::{post, user};
use crate::search::plain_text;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, FromQueryResult};
use serde::{Deserialize, Serialize};

/// Posts of each of which the newest comment is shown, so that one lively thread does not fill the list.
const POSTS: u64 = 5;
/// Posts among which those with comments are looked for: the latest that were written or commented on.
const AMONG: u64 = 40;
/// Characters of a comment that are quoted.
const EXCERPT: usize = 48;

/// A comment in that list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as they are named")]
pub struct NewComment {
    pub id: CommentId,
    pub author: String,
    pub post_title: String,
    /// The beginning of its text, without marks of Markdown; empty where it has no letters.
    pub excerpt: String,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
}

#[derive(FromQueryResult)]
struct Row {
    id: CommentId,
    author: String,
    post_title: String,
    html: String,
    created_at: OffsetDateTime,
}

impl From<Row> for NewComment {
    fn from(row: Row) -> Self {
        let Row { id, author, post_title, html, created_at } = row;
        Self { id, author, post_title, excerpt: beginning(&plain_text(&html)), created_at }
    }
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The newest shown comment of each of the shown posts of a board that were commented on last, newest first. One statement, which reads
/// few rows of any board; none, and no comments, for those who may not read the board's posts.
pub async fn of_board(db: &impl ConnectionTrait, actor: Option<&Actor>, board: &Board) -> Result<Vec<NewComment>> {
    static NEWEST: Template = Template::new();
    if !board.lists_for(actor) || !board.reads_for(actor) {
        return Ok(Vec::new());
    }
    let engine = db.get_database_backend();
    let statement = NEWEST.fill(engine, |[board]| engine.build(&newest(engine, board)), [board.id.0]);
    Ok(Row::find_by_statement(statement).all(db).await?.into_iter().map(NewComment::from).collect())
}

fn newest(engine: DbBackend, board: i64) -> SelectStatement {
    // PostgreSQL would rather walk the index of all boards by `bump` than that of one board, and so through everything newer than the
    // last comment on a quiet board. A range of boards, and their order first, leave it only the latter; SQLite would sort a range.
    let on_board = match engine {
        DbBackend::Postgres => post::Column::BoardId.between(board, board),
        _ => post::Column::BoardId.eq(board),
    };
    // Two steps, because a condition on the number of comments within the first would let it walk the whole index of a quiet board.
    let latest = Query::select()
        .columns([post::Column::Id, post::Column::Title, post::Column::CommentCount, post::Column::Bump])
        .from(post::Entity)
        .and_where(on_board)
        .and_where(post::Column::State.eq(State::Shown))
        .order_by(post::Column::BoardId, Order::Desc)
        .order_by(post::Column::Bump, Order::Desc)
        .limit(AMONG)
        .take();
    let talked = Query::select()
        .columns([post::Column::Id, post::Column::Title])
        .from_subquery(latest, "latest")
        .and_where(Expr::col(post::Column::CommentCount).gt(0))
        .order_by(post::Column::Bump, Order::Desc)
        .limit(POSTS)
        .take();
    let of_post = Query::select()
        .column(("other", Column::Id))
        .from_as(Entity, "other")
        .and_where(Expr::col(("other", Column::PostId)).equals(("talked", post::Column::Id)))
        .and_where(Expr::col(("other", Column::State)).eq(State::Shown))
        .order_by(("other", Column::Id), Order::Desc)
        .limit(1)
        .take();
    Query::select()
        .columns([(Entity, Column::Id), (Entity, Column::Html), (Entity, Column::CreatedAt)])
        .expr_as(Expr::col(("talked", post::Column::Title)), "post_title")
        .expr_as(Expr::col((user::Entity, user::Column::Name)), "author")
        .from_subquery(talked, "talked")
        .join(JoinType::InnerJoin, Entity, Expr::col((Entity, Column::Id)).eq(Expr::from(of_post)))
        .join(JoinType::InnerJoin, user::Entity, Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::AuthorId)))
        .order_by((Entity, Column::Id), Order::Desc)
        .take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_ends_in_no_blank() {
        assert_eq!(beginning("짧은 댓글"), "짧은 댓글");
        assert_eq!(beginning(&"가".repeat(EXCERPT)), "가".repeat(EXCERPT));
        assert_eq!(beginning(&format!("{} 나다", "가".repeat(EXCERPT - 1))), format!("{}…", "가".repeat(EXCERPT - 1)));
    }
}
