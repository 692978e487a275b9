//! How far the search index is filled with what was written before there was one: one row.

use super::file::FileId;
use super::ids::{CommentId, PostId, UserId};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_progress")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Posts from this one on are indexed; 0: all are.
    pub below_post: PostId,
    pub below_comment: CommentId,
    pub below_user: UserId,
    pub below_file: FileId,
}

impl ActiveModelBehavior for ActiveModel {}
