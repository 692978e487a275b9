//! Bookmarks.

use super::ids::{PostId, UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A bookmark.
    BookmarkId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bookmarks")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BookmarkId,
    pub user_id: UserId,
    pub post_id: PostId,
    /// Empty for none.
    pub folder: String,
    pub note: String,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
