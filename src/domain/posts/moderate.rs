//! What staff do with posts: hide, restore, delete and move them, one or many, with a reason.

use super::super::audit::{self, Entry};
use super::super::boards::{self, Board};
use super::super::members::{Page, skip};
use super::super::{Action, Error, Resource, Result, once, shared_log, sql, words};
use super::{Post, State, set_state};
use crate::app::App;
use crate::shared::cache::Noun;
use sea_orm::{DatabaseTransaction, FromQueryResult, Value};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Out of sight.
    Hide,
    /// Back in sight.
    Restore,
    /// Gone; can be restored.
    Delete,
    /// To another board.
    Move(i64),
}

impl Deed {
    /// The name in the audit log.
    fn action(self, kind: &'static str) -> &'static str {
        match (self, kind) {
            (Self::Hide, "post") => "post.hide",
            (Self::Restore, "post") => "post.restore",
            (Self::Delete, "post") => "post.delete",
            (Self::Move(_), _) => "post.move",
            (Self::Hide, _) => "comment.hide",
            (Self::Restore, _) => "comment.restore",
            (Self::Delete, _) => "comment.delete",
        }
    }

    /// The state that it leads to; a move leads to none.
    fn state(self) -> Option<State> {
        match self {
            Self::Hide => Some(State::Hidden),
            Self::Restore => Some(State::Shown),
            Self::Delete => Some(State::Deleted),
            Self::Move(_) => None,
        }
    }

    /// An entry for the audit log.
    pub(crate) fn entry(self, kind: &'static str, id: i64, name: &str, before: &str) -> Entry {
        let entry = Entry::new(self.action(kind), kind, id, name);
        match self.state() {
            Some(state) => entry.change("state", before, state.as_str()),
            None => entry,
        }
    }

    /// The state that it leads to, for what cannot be moved.
    pub(crate) fn target(self) -> Result<State> {
        self.state().ok_or(Error::invalid("task", "task.unknown"))
    }
}

/// Does something with posts, all in one transaction, each noted in the audit log.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`; the database's.
pub async fn moderate(app: &App, by: &audit::By, key: &once::Key, ids: &[i64], deed: Deed, reason: &str) -> Result<once::Settled> {
    by.actor.must(Resource::Post, Action::Moderate)?;
    let done = apply(app, by, key, ids, deed, reason).await;
    let settled = once::settle(&app.db, key, done).await?;
    bump_all(app).await?;
    Ok(settled)
}

/// After the commit: staff may have touched any board, so all of them are drawn anew.
pub(in crate::domain) async fn bump_all(app: &App) -> Result<()> {
    let boards = boards::read_all(&app.db).await?;
    let mut nouns: Vec<Noun> = boards.iter().map(|board| Noun::board(&board.slug)).collect();
    nouns.extend([Noun::POSTS, Noun::WITHDRAWN]);
    shared_log::bump(app, &nouns).await;
    Ok(())
}

async fn apply(app: &App, by: &audit::By, key: &once::Key, ids: &[i64], deed: Deed, reason: &str) -> Result<i64> {
    let reason = words::reason(reason)?;
    if ids.is_empty() {
        return Err(Error::invalid("item", "item.empty"));
    }
    let target = match deed {
        Deed::Move(board) => Some(boards::find(&app.db, board).await.map_err(|_| Error::invalid("board_to", "board.unknown"))?),
        _ => None,
    };
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    for id in ids {
        let post: Post = sql::one(&tx, super::FIND, [(*id).into()]).await?.ok_or(Error::NotFound)?;
        let mut entry = deed.entry("post", *id, &post.title, &post.state).because(&reason);
        match (&target, deed.state()) {
            (Some(board), _) => entry = move_to(&tx, &post, board, entry).await?,
            (None, Some(state)) => set_state(&tx, by.actor.id, *id, state, &reason, now).await?,
            (None, None) => return Err(Error::invalid("board_to", "board.unknown")),
        }
        audit::write(&tx, by, entry, now).await?;
    }
    once::keep(&tx, key, ids.len() as i64, now).await?;
    tx.commit().await?;
    Ok(ids.len() as i64)
}

async fn move_to(tx: &DatabaseTransaction, post: &Post, board: &Board, entry: Entry) -> Result<Entry> {
    sql::run(tx, "UPDATE posts SET board_id = $1 WHERE id = $2", [board.id.into(), post.id.into()]).await?;
    let from = boards::find(tx, post.board_id).await?;
    Ok(entry.change("board", &from.name, &board.name))
}

/// A post in the staff's list.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: i64,
    pub board: String,
    pub slug: String,
    pub author_id: i64,
    pub author: String,
    pub title: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub comment_count: i64,
    pub created_at: super::OffsetDateTime,
}

/// What staff look for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words in the title (for comments: in the text) or in the writer's name.
    pub words: String,
    /// A board's slug; empty: all.
    pub board: String,
    /// A state; empty: all.
    pub state: String,
    /// The page of the list, from 1.
    pub page: i64,
}

/// Posts that staff look for, newest first.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn list(app: &App, actor: &super::Actor, filter: &Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Post, Action::Moderate)?;
    let sql = "SELECT p.id, b.name AS board, b.slug, p.author_id, u.name AS author, p.title, p.state, p.state_reason, \
               p.comment_count, p.created_at FROM posts p JOIN boards b ON b.id = p.board_id JOIN users u ON u.id = p.author_id \
               WHERE ($1 = '' OR p.title LIKE $2 ESCAPE '\\' OR u.name_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR b.slug = $3) AND ($4 = '' OR p.state = $4) \
               ORDER BY p.id DESC LIMIT $5 OFFSET $6";
    let values: [Value; 6] = [
        filter.words.clone().into(),
        sql::containing(&filter.words).into(),
        filter.board.clone().into(),
        filter.state.clone().into(),
        (limit + 1).into(),
        skip(filter.page, limit).into(),
    ];
    Ok(Page::of(sql::all(&app.db, sql, values).await?, limit))
}
