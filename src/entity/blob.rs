//! Contents of files. The bytes of one are rows of their own (`blob_chunk`).

use super::ids::{UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A content.
    BlobId,
}

/// How far a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum State {
    /// Its bytes are being written.
    Arriving,
    /// All of it is there, and no other ready one has its digest.
    Ready,
}

/// What a content is, by its own bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    Jpeg,
    Png,
    Gif,
    Webp,
    Pdf,
    Mp4,
    Webm,
    Mp3,
    /// A zip file, and what is made as one: HWPX, DOCX, XLSX, ODT.
    Zip,
    /// What HWP 5 and the older formats of Office are made as.
    Compound,
    Text,
    Other,
}

impl ContentKind {
    /// Those that are shown as pictures.
    pub const PICTURES: [Self; 4] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp];
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BlobId,
    /// In hexadecimal; none before all bytes are there.
    pub sha256: Option<String>,
    /// Bytes.
    pub size: i64,
    pub kind: ContentKind,
    pub state: State,
    /// Of a picture, in pixels.
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// Whether it is a picture that moves.
    pub is_animated: bool,
    /// Who sent it first.
    pub made_by: UserId,
    /// When bytes of it came, or a file referred to it, last.
    pub touched_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
