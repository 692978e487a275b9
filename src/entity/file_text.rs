//! What became of reading the text of a content; the text itself is in pages (`file_text_page`).

use super::blob::BlobId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Outcome {
    /// There is text.
    Text,
    /// It holds none, as a scanned page, or is of a kind whose text is not read.
    NoText,
    /// A password is needed.
    Locked,
    /// It cannot be read, or is not what its name says.
    Damaged,
    /// It unpacks to more than may be.
    TooLarge,
    /// Reading it was not done within its time.
    TooSlow,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_texts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub blob_id: BlobId,
    pub outcome: Outcome,
    /// How many pages there are.
    pub pages: i64,
    pub read_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
