//! The bytes of contents, in rows of 256 KiB; the last one of a content is shorter.

use super::blob::BlobId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blob_chunks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub blob_id: BlobId,
    /// From 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub bytes: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
