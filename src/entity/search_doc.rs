//! What can be found. The numbers of the text are no column here: PostgreSQL keeps them beside the row, SQLite in an index of its own.

use super::ids::{BoardId, PostId, UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A document of the search index; greater is newer.
    SearchDocId,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    #[sea_orm(string_value = "post")]
    Post,
    #[sea_orm(string_value = "comment")]
    Comment,
    #[sea_orm(string_value = "member")]
    Member,
    /// A page of the text of a file of a post or a comment; the first one has the file's name too.
    #[sea_orm(string_value = "file")]
    File,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_docs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SearchDocId,
    pub kind: Kind,
    /// The id of the post, comment or member; of a file, that and the number of the page (`domain::search`).
    pub ref_id: i64,
    /// The post, or the one that a comment or a file belongs to; none for members.
    pub post_id: Option<PostId>,
    pub board_id: Option<BoardId>,
    pub author_id: UserId,
    pub created_at: OffsetDateTime,
    /// Whether everybody who may read the board may find it.
    pub shown: bool,
}

impl ActiveModelBehavior for ActiveModel {}
