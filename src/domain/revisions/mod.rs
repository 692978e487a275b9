//! Revisions: the text of a post or a comment before each of its changes, and what changed.
//!
//! `difference` which words were added and removed.
//!
//! A change stores the text that it replaces, in its own transaction. Who may see them is a setting of the board; authors see their
//! own. Going back to a revision is a change like any other ([`super::posts::update`], [`super::comments::update`]).

pub mod difference;

use super::audit::{self, By};
use super::boards::{Board, Boards};
use super::comments::{self, Comment};
use super::idempotency::{Key, Outcome, Uncommitted, idempotent};
use super::posts::{self, Post};
use super::{Action, Actor, CommentId, Context, Error, PostId, Resource, Result, UserId};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::entity::revision::{ActiveModel, Column, Entity, RevisionId};
use crate::entity::{comment, user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

/// Revisions of one text; the oldest but the first goes.
pub const MOST: i64 = 100;

/// What has revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A post: title and text.
    Post(PostId),
    /// A comment: its text.
    Comment(CommentId),
}

impl Subject {
    fn rows(self) -> Select<Entity> {
        match self {
            Self::Post(id) => Entity::find().filter(Column::PostId.eq(id)),
            Self::Comment(id) => Entity::find().filter(Column::CommentId.eq(id)),
        }
    }

    fn target(self) -> audit::Target {
        match self {
            Self::Post(id) => audit::Target::Post(id),
            Self::Comment(id) => audit::Target::Comment(id),
        }
    }
}

/// A text with its place in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns")]
pub struct Version {
    /// Counted from 0, the text as it was first written. Numbers may be missing: changes without other words, and erased ones.
    pub number: i64,
    pub title: String,
    pub body: String,
    /// Who wrote this text.
    pub editor_id: UserId,
    pub editor: String,
    pub written_at: OffsetDateTime,
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Stored {
    number: i64,
    title: String,
    body: String,
    editor_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    editor: String,
    written_at: OffsetDateTime,
}

impl Stored {
    /// The text of a post that is in force now.
    fn of_post(post: &Post) -> Self {
        Self {
            number: post.revision,
            title: post.title.clone(),
            body: post.body.clone(),
            editor_id: post.edited_by.unwrap_or(post.author_id),
            editor: String::new(),
            written_at: post.edited_at.unwrap_or(post.created_at),
        }
    }
}

impl From<Stored> for Version {
    fn from(row: Stored) -> Self {
        let Stored { number, title, body, editor_id, editor, written_at } = row;
        Self { number, title, body, editor_id, editor, written_at }
    }
}

/// The history of a text that this person may see. Only [`of_post`] and [`of_comment`] make one.
#[derive(Debug)]
pub struct History {
    /// Its post.
    pub post: Post,
    /// The board of the post.
    pub board: Board,
    /// What it is the history of.
    pub subject: Subject,
    /// All versions, the oldest first; the last is in force.
    pub versions: Vec<Version>,
    /// Whether this person may go back to an older one.
    pub may_restore: bool,
    /// Whether this person may erase an older one.
    pub may_erase: bool,
}

impl History {
    /// A version and the one before it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn version(&self, number: i64) -> Result<(&Version, Option<&Version>)> {
        let place = self.versions.iter().position(|version| version.number == number).ok_or(Error::NotFound)?;
        Ok((&self.versions[place], place.checked_sub(1).map(|before| &self.versions[before])))
    }

    /// Whether a version is the one in force.
    pub fn is_in_force(&self, version: &Version) -> bool {
        self.versions.last().is_some_and(|last| last.number == version.number)
    }
}

/// Whether this person may see the revisions of what this author wrote on a board that they may read.
pub fn may_see(actor: Option<&Actor>, board: &Board, author: UserId) -> bool {
    all_may_see(actor, board) || actor.is_some_and(|a| a.id == author)
}

/// Whether this person may see the revisions of what anyone wrote on the board.
pub fn all_may_see(actor: Option<&Actor>, board: &Board) -> bool {
    board.revisions.lets_in(actor) || actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate))
}

/// The history of a post.
///
/// # Errors
/// `NotFound` where the post or its history is not for this person.
pub async fn of_post(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: PostId) -> Result<History> {
    let post = posts::find_readable(db, actor, boards, id).await?;
    let board = boards.find_readable(actor, post.board_id)?.clone();
    if !may_see(actor, &board, post.author_id) {
        return Err(Error::NotFound);
    }
    let current = Stored::of_post(&post);
    let may_restore = post.editable_by(actor, &board);
    history(db, actor, (post, board), Subject::Post(id), current, may_restore).await
}

/// The history of a comment.
///
/// # Errors
/// `NotFound` where the comment or its history is not for this person.
pub async fn of_comment(db: &impl ConnectionTrait, actor: Option<&Actor>, boards: &Boards, id: CommentId) -> Result<History> {
    let (comment, post) = comments::find_readable(db, actor, boards, id).await?;
    let board = boards.find_readable(actor, post.board_id)?.clone();
    if !may_see(actor, &board, comment.author_id) {
        return Err(Error::NotFound);
    }
    let current = Stored {
        number: i64::MAX,
        title: String::new(),
        body: comment.body.clone(),
        editor_id: comment.author_id,
        editor: comment.author.clone(),
        written_at: comment.edited_at.unwrap_or(comment.created_at),
    };
    let may_restore = post.state == posts::State::Shown && comment.editable_by(actor, &board);
    history(db, actor, (post, board), Subject::Comment(id), current, may_restore).await
}

async fn history(
    db: &impl ConnectionTrait,
    actor: Option<&Actor>,
    (post, board): (Post, Board),
    subject: Subject,
    mut current: Stored,
    may_restore: bool,
) -> Result<History> {
    let rows = subject.rows().inner_join(user::Entity).order_by_asc(Column::Number);
    let stored: Vec<Stored> = rows.into_partial_model().all(db).await?;
    if let Subject::Comment(_) = subject {
        current.number = stored.last().map_or(0, |last| last.number + 1);
    }
    if current.editor.is_empty() {
        current.editor = match current.editor_id == post.author_id {
            true => post.author.clone(),
            false => user::Entity::find_by_id(current.editor_id).one(db).await?.map(|row| row.name).unwrap_or_default(),
        };
    }
    let versions = stored.into_iter().chain([current]).map(Version::from).collect();
    let may_erase = actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate));
    Ok(History { post, board, subject, versions, may_restore, may_erase })
}

/// Stores the text of a post that a change has replaced. The row of the post is locked by the change, which found this revision.
pub(super) async fn keep_post(tx: &Transaction, post: &Post) -> Result<()> {
    keep(tx, Subject::Post(post.id), Stored::of_post(post)).await
}

/// Stores the text of a comment that a change replaces, where it has other words. It is read again and locked, because another window
/// may have changed it meanwhile.
pub(super) async fn keep_comment(tx: &Transaction, comment: &Comment, body: &str) -> Result<()> {
    // Not exclusive: an answer that refers to the comment would wait for it while it holds the post.
    let row = comment::Entity::find_by_id(comment.id).lock(LockType::NoKeyUpdate).one(tx).await?.ok_or(Error::NotFound)?;
    if row.content == body {
        return Ok(());
    }
    let newest = Subject::Comment(comment.id).rows().select_only().expr(Column::Number.max());
    let newest: Option<Option<i64>> = newest.into_tuple().one(tx).await?;
    let old = Stored {
        number: newest.flatten().map_or(0, |number| number + 1),
        title: String::new(),
        body: row.content,
        editor_id: row.author_id,
        editor: String::new(),
        written_at: row.edited_at.unwrap_or(row.created_at),
    };
    keep(tx, Subject::Comment(comment.id), old).await
}

async fn keep(tx: &Transaction, subject: Subject, old: Stored) -> Result<()> {
    let (post_id, comment_id) = match subject {
        Subject::Post(id) => (Some(id), None),
        Subject::Comment(id) => (None, Some(id)),
    };
    let row = ActiveModel {
        post_id: Set(post_id),
        comment_id: Set(comment_id),
        number: Set(old.number),
        title: Set(old.title),
        body: Set(old.body),
        editor_id: Set(old.editor_id),
        written_at: Set(old.written_at),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    let beyond = subject.rows().select_only().column(Column::Id).filter(Column::Number.between(1, old.number - MOST + 1));
    let beyond: Vec<RevisionId> = beyond.into_tuple().all(tx).await?;
    if !beyond.is_empty() {
        Entity::delete_many().filter(Column::Id.is_in(beyond)).exec(tx).await?;
    }
    Ok(())
}

/// Erases an older version for good, such as one with a telephone number in it. Noted in the audit log, without its words; what earlier
/// entries quote of the texts of this post or comment goes too.
///
/// # Errors
/// `Forbidden`; `NotFound`, also for the version in force.
pub async fn erase(ctx: &Context, by: &By, key: &Key, subject: Subject, number: i64) -> Result<Outcome<i64>> {
    by.actor.must(Resource::Post, Action::Moderate)?;
    let work = async {
        let boards = Boards::read(&ctx.db).await?;
        let history = match subject {
            Subject::Post(id) => of_post(&ctx.db, Some(&by.actor), &boards, id).await?,
            Subject::Comment(id) => of_comment(&ctx.db, Some(&by.actor), &boards, id).await?,
        };
        let tx = query::begin(&ctx.db).await?;
        let erased = subject.rows().filter(Column::Number.eq(number)).one(&tx).await?.ok_or(Error::NotFound)?;
        Entity::delete_by_id(erased.id).exec(&tx).await?;
        let name = match subject {
            Subject::Post(_) => erased.title,
            Subject::Comment(_) => comments::excerpt(&erased.body),
        };
        // A title that the post still has may stay.
        audit::erase_words(&tx, subject.target(), Some(name).filter(|name| *name != history.post.title)).await?;
        let entry = audit::Entry::new("revision.erase", subject.target(), &history.post.title).change("revision", &number.to_string(), "");
        audit::write(&tx, by, entry, ctx.clock.now()).await?;
        Ok(Uncommitted { tx, id: number })
    };
    idempotent(ctx, key, work).await
}
