//! What a draft changes of a published file once it is published itself.

use super::draft::DraftId;
use super::file::FileId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_changes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: DraftId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub file_id: FileId,
    /// `None` where it stays as it is.
    pub alt: Option<String>,
    pub is_removed: bool,
}

impl ActiveModelBehavior for ActiveModel {}
