//! Drafts: posts that a member is writing or changing, kept while they are typed.
//!
//! `save` saving one, and what becomes of it when its post is published.
//!
//! A draft is its member's own: every finder asks for that member. Two windows never overwrite each other: a text that another
//! window has replaced since is stored as a separate draft.

mod save;

use super::boards::Boards;
use super::idempotency::{Key, Outcome, Uncommitted, idempotent};
use super::{Actor, BoardId, Context, Error, PostId, Result, posts};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::entity::draft::{Column, Entity};
use crate::entity::post;
use sea_orm::sea_query::{Func, JoinType, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select};

pub use crate::entity::draft::DraftId;
pub(in crate::domain) use save::publish;
pub use save::{Saved, save, save_for_files};

/// A member may have this many.
pub const MOST: u64 = 50;
/// Characters of a text by which a list names a draft without a title.
const START: i32 = 80;
/// Longest name of a form.
const FORM_MAX: usize = 64;

/// What a draft is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A new post on a board.
    New(BoardId),
    /// The change of a post.
    Edit(PostId),
}

/// The draft of an open editor, as its form names it. The default is an editor without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editor {
    /// Random, the same from the opening of the editor to the post: it identifies the window where id and version are out of date too.
    form: String,
    /// The draft that it shows.
    pub draft: Option<DraftId>,
    /// The version of the draft that it shows.
    pub version: i64,
}

impl Editor {
    /// One that is being opened, on a draft or on none.
    ///
    /// # Errors
    /// `Internal` where the machine gives no randomness.
    pub fn open(draft: Option<&Draft>) -> Result<Self> {
        let form = super::tokens::random()?;
        Ok(Self { form, draft: draft.map(|draft| draft.id), version: draft.map_or(0, |draft| draft.version) })
    }

    /// One whose form was sent.
    pub fn sent(form: &str, draft: Option<i64>, version: Option<i64>) -> Self {
        let form = if form.len() > FORM_MAX { "" } else { form };
        Self { form: form.to_owned(), draft: draft.map(DraftId), version: version.unwrap_or(0) }
    }

    /// The same after a save.
    #[must_use]
    pub fn with(self, saved: &Saved) -> Self {
        Self { draft: Some(saved.id), version: saved.version, ..self }
    }

    /// The name of its form.
    pub fn form(&self) -> &str {
        &self.form
    }
}

/// A draft with its text.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Draft {
    pub id: DraftId,
    pub board_id: Option<BoardId>,
    pub post_id: Option<PostId>,
    pub title: String,
    pub body: String,
    pub is_notice: bool,
    pub revision: Option<i64>,
    pub version: i64,
    pub conflicts_with: Option<DraftId>,
    pub saved_at: OffsetDateTime,
}

impl Draft {
    /// What it is written for.
    pub fn target(&self) -> Option<Target> {
        self.post_id.map(Target::Edit).or(self.board_id.map(Target::New))
    }

    /// What its editor shows.
    ///
    /// # Errors
    /// `Internal` where the machine gives no randomness.
    pub fn typed(self) -> Result<posts::Draft> {
        let editor = Editor::open(Some(&self))?;
        Ok(posts::Draft { title: self.title, body: self.body, notice: self.is_notice, revision: self.revision, editor, alts: Vec::new() })
    }
}

/// A draft as the list shows it.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Item {
    pub id: DraftId,
    pub post_id: Option<PostId>,
    pub title: String,
    /// How the text begins.
    #[sea_orm(from_expr = "start()")]
    pub start: String,
    pub conflicts_with: Option<DraftId>,
    pub saved_at: OffsetDateTime,
    /// The board of the new post, or of the post that is being changed where the member may read that now.
    #[sea_orm(from_expr = "board()")]
    pub board_id: Option<BoardId>,
}

fn start() -> SimpleExpr {
    Func::cust("substr").args([Column::Body.into_expr(), 1.into(), START.into()]).into()
}

fn board() -> SimpleExpr {
    Func::coalesce([Column::BoardId.into_expr(), post::Column::BoardId.into_expr()]).into()
}

fn own(member: &Actor) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(member.id))
}

/// All of a member's, the newest first.
pub async fn list(db: &impl ConnectionTrait, member: &Actor, boards: &Boards) -> Result<Vec<Item>> {
    let (readable, to_post) = (posts::readable(member, boards), Entity::belongs_to(post::Entity).from(Column::PostId).to(post::Column::Id));
    let found = own(member)
        .join(JoinType::LeftJoin, RelationDef::from(to_post).on_condition(move |_, _| readable.clone()))
        .order_by_desc(Column::SavedAt)
        .order_by_desc(Column::Id)
        .limit(MOST);
    Ok(found.into_partial_model().all(db).await?)
}

/// One of a member's.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &impl ConnectionTrait, member: &Actor, id: DraftId) -> Result<Draft> {
    own(member).filter(Column::Id.eq(id)).into_partial_model().one(db).await?.ok_or(Error::NotFound)
}

/// One that is written for this.
///
/// # Errors
/// `NotFound`.
pub async fn find_for(db: &impl ConnectionTrait, member: &Actor, target: Target, id: DraftId) -> Result<Draft> {
    let draft = find(db, member, id).await?;
    if draft.target() == Some(target) { Ok(draft) } else { Err(Error::NotFound) }
}

/// An unfinished draft that an empty editor offers to go on with.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Unfinished {
    pub id: DraftId,
    pub saved_at: OffsetDateTime,
}

/// The newest of a member's that is written for this.
pub async fn newest(db: &impl ConnectionTrait, member: &Actor, target: Target) -> Result<Option<Unfinished>> {
    let found = written_for(own(member), target).order_by_desc(Column::SavedAt).order_by_desc(Column::Id);
    Ok(found.into_partial_model().one(db).await?)
}

fn written_for(drafts: Select<Entity>, target: Target) -> Select<Entity> {
    match target {
        Target::New(board) => drafts.filter(Column::BoardId.eq(board)),
        Target::Edit(post) => drafts.filter(Column::PostId.eq(post)),
    }
}

/// Deletes a draft.
///
/// # Errors
/// `NotFound` where the member has none of this id.
pub async fn destroy(ctx: &Context, actor: &Actor, key: &Key, id: DraftId) -> Result<Outcome<DraftId>> {
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        let gone = Entity::delete_many().filter(Column::UserId.eq(actor.id)).filter(Column::Id.eq(id)).exec(&tx).await?.rows_affected;
        if gone == 0 { Err(Error::NotFound) } else { Ok(Uncommitted { tx, id }) }
    };
    idempotent(ctx, key, work).await
}
