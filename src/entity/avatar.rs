//! Pictures of members. Each is a content; `users.avatar` names the larger one by its digest.

use super::blob::BlobId;
use super::ids::UserId;
use sea_orm::entity::prelude::*;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum AvatarSize {
    /// Beside a name: 96 pixels wide and high.
    Small,
    /// On the member's page: 256.
    Large,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "avatars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub size: AvatarSize,
    pub blob_id: BlobId,
}

impl ActiveModelBehavior for ActiveModel {}
