//! Searches of which members are notified.

use super::ids::{BoardId, UserId, ids};
use super::search_doc::{Kind, SearchDocId};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A saved search.
    SavedSearchId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_searches")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SavedSearchId,
    pub user_id: UserId,
    /// What is looked for, as typed.
    pub words: String,
    /// Posts or comments alone; none: both.
    pub kind: Option<Kind>,
    pub board_id: Option<BoardId>,
    pub author_id: Option<UserId>,
    /// The same for searches that find the same: unique for a member.
    pub same: String,
    /// The newest document that was looked at; none: nothing was since the index was made anew.
    pub seen_doc: Option<SearchDocId>,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
