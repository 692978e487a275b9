//! How soon a member wants which notifications by mail: for each kind, and for boards that differ from it.

use super::{Context, KINDS, Kind, Pace, Result, USUAL, UserId};
use crate::db::query;
use crate::domain::boards::Boards;
use crate::domain::idempotency::{Key, Outcome, Uncommitted, idempotent};
use crate::domain::{Actor, BoardId};
use crate::entity::{notice_board, notice_kind};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

/// What one member chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    kinds: Vec<(Kind, Pace)>,
    boards: Vec<(BoardId, Pace)>,
}

impl Preferences {
    /// Of a kind, where its board does not differ.
    pub fn of_kind(&self, kind: Kind) -> Pace {
        self.kinds.iter().find(|(known, _)| *known == kind).map_or(USUAL, |(_, pace)| *pace)
    }

    /// Of a board; none where it does not differ from the kinds.
    pub fn of_board(&self, board: BoardId) -> Option<Pace> {
        self.boards.iter().find(|(known, _)| *known == board).map(|(_, pace)| *pace)
    }

    /// Of a notification about a post of this board; none: about no post.
    pub fn pace(&self, kind: Kind, board: Option<BoardId>) -> Pace {
        board.and_then(|board| self.of_board(board)).unwrap_or_else(|| self.of_kind(kind))
    }

    /// What would have to change so that nothing is of this pace any more.
    pub(super) fn all_of(&self, pace: Pace) -> Vec<Change> {
        let kinds = KINDS.into_iter().filter(|kind| self.of_kind(*kind) == pace).map(|kind| Change::Kind(kind, pace));
        kinds.chain(self.boards.iter().filter(|(_, known)| *known == pace).map(|(id, _)| Change::Board(*id, Some(pace)))).collect()
    }
}

/// One thing that a member chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Of a kind.
    Kind(Kind, Pace),
    /// Of a board; none: as its kinds.
    Board(BoardId, Option<Pace>),
}

impl Change {
    /// The same thing, never.
    pub(super) fn never(self) -> Self {
        match self {
            Self::Kind(kind, _) => Self::Kind(kind, Pace::Never),
            Self::Board(board, _) => Self::Board(board, Some(Pace::Never)),
        }
    }
}

/// What these members chose; who chose nothing is not among them.
///
/// # Errors
/// The database's.
pub(super) async fn read_all(db: &impl ConnectionTrait, users: &[UserId]) -> Result<HashMap<UserId, Preferences>> {
    let mut known: HashMap<UserId, Preferences> = HashMap::new();
    if users.is_empty() {
        return Ok(known);
    }
    let kinds = notice_kind::Entity::find().filter(notice_kind::Column::UserId.is_in(users.iter().copied()));
    for row in kinds.all(db).await? {
        known.entry(row.user_id).or_default().kinds.push((row.kind, row.pace));
    }
    let boards = notice_board::Entity::find().filter(notice_board::Column::UserId.is_in(users.iter().copied()));
    for row in boards.all(db).await? {
        known.entry(row.user_id).or_default().boards.push((row.board_id, row.pace));
    }
    Ok(known)
}

/// What a member chose.
///
/// # Errors
/// The database's.
pub async fn read(db: &impl ConnectionTrait, user: UserId) -> Result<Preferences> {
    Ok(read_all(db, &[user]).await?.remove(&user).unwrap_or_default())
}

/// Stores what a member chose; what is not among the changes stays. Boards that they may not read are passed over.
///
/// # Errors
/// The database's.
pub async fn update(ctx: &Context, actor: &Actor, boards: &Boards, key: &Key, changes: &[Change]) -> Result<Outcome<UserId>> {
    let reads = |change: &&Change| match change {
        Change::Kind(..) => true,
        Change::Board(board, _) => boards.find_readable(Some(actor), *board).is_ok(),
    };
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        for change in changes.iter().filter(reads) {
            store(&tx, actor.id, *change).await?;
        }
        Ok(Uncommitted { tx, id: actor.id })
    };
    idempotent(ctx, key, work).await
}

/// Stores one choice. Twice is the same as once.
pub(super) async fn store(tx: &impl ConnectionTrait, user: UserId, change: Change) -> Result<()> {
    match change {
        Change::Kind(kind, pace) => {
            use notice_kind::{ActiveModel, Column, Entity};
            let replace = OnConflict::columns([Column::UserId, Column::Kind]).update_column(Column::Pace).to_owned();
            let row = ActiveModel { user_id: Set(user), kind: Set(kind), pace: Set(pace) };
            Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
        }
        Change::Board(board, Some(pace)) => {
            use notice_board::{ActiveModel, Column, Entity};
            let replace = OnConflict::columns([Column::UserId, Column::BoardId]).update_column(Column::Pace).to_owned();
            let row = ActiveModel { user_id: Set(user), board_id: Set(board), pace: Set(pace) };
            Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
        }
        Change::Board(board, None) => {
            notice_board::Entity::delete_by_id((user, board)).exec(tx).await?;
        }
    }
    Ok(())
}
