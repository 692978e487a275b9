//! Smaller ones of pictures. Each is a content too.

use super::blob::BlobId;
use sea_orm::entity::prelude::*;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Size {
    /// For lists: 320 pixels wide or high.
    Small,
    /// For pages: 1280 pixels wide or high.
    Page,
    /// The first frame of one that moves, for pages.
    Still,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blob_variants")]
pub struct Model {
    /// The picture.
    #[sea_orm(primary_key, auto_increment = false)]
    pub blob_id: BlobId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub size: Size,
    /// The smaller one.
    pub variant_id: BlobId,
}

impl ActiveModelBehavior for ActiveModel {}
