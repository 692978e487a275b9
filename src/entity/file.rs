//! Files of drafts, posts and comments: a name and what they hold.

use super::blob::BlobId;
use super::draft::DraftId;
use super::ids::{CommentId, PostId, UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A file.
    FileId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "files")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: FileId,
    pub blob_id: BlobId,
    /// Who attached it.
    pub user_id: UserId,
    /// The draft that it was attached to and that is not published yet.
    pub draft_id: Option<DraftId>,
    pub post_id: Option<PostId>,
    pub comment_id: Option<CommentId>,
    pub name: String,
    /// What it shows, in words.
    pub alt: String,
    pub created_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
