//! Boards.

use super::ids::BoardId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

/// Who may do something on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Access {
    /// Anybody, signed in or not.
    Everyone,
    Members,
    /// Those who may moderate posts.
    Staff,
    /// Those who may manage boards.
    Admins,
    Nobody,
}

/// How a board lists its posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Look {
    /// Line by line.
    #[default]
    List,
    /// Each with its files, for boards from which people take documents.
    Cards,
    /// Each with its first picture.
    Gallery,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "boards")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BoardId,
    pub slug: String,
    pub name: String,
    /// The name for English readers; empty: the Korean one.
    pub name_en: String,
    pub description: String,
    /// The description for English readers; empty: the Korean one.
    pub description_en: String,
    pub position: i64,
    pub list_access: Access,
    pub read_access: Access,
    pub write_access: Access,
    pub comment_access: Access,
    /// Who may see the earlier texts of posts and comments.
    pub revision_access: Access,
    pub look: Look,
    /// Whether a post's pictures must be described.
    pub needs_alt: bool,
    /// Archived boards can be read but not written to.
    pub archived: bool,
    pub created_at: OffsetDateTime,
    #[sea_orm(has_many)]
    pub posts: HasMany<super::post::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
