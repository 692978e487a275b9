//! The text of a content, in pages of some thousand characters.

use super::blob::BlobId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_text_pages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub blob_id: BlobId,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// Paragraphs with an empty line between two of them.
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}
