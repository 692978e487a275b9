//! Notifications.

use super::ids::{CommentId, NotificationId, PostId, UserId};
use super::saved_search::SavedSearchId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;
use serde::{Deserialize, Serialize};

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Kind {
    /// A comment on one's own post.
    Comment,
    /// An answer to one's own comment.
    Reply,
    /// One's own name in a comment.
    Mention,
    /// Someone tried to sign up with one's own address.
    SignUpAgain,
    /// Mails to one's own address came back.
    AddressRefused,
    /// Something new that a saved search finds.
    SavedSearch,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: NotificationId,
    pub user_id: UserId,
    pub kind: Kind,
    pub actor_id: Option<UserId>,
    pub post_id: Option<PostId>,
    pub comment_id: Option<CommentId>,
    pub created_at: OffsetDateTime,
    pub read_at: Option<OffsetDateTime>,
    /// When it was part of a mail.
    pub mailed_at: Option<OffsetDateTime>,
    pub saved_search_id: Option<SavedSearchId>,
    /// How many posts and comments a saved search found.
    pub hits: Option<i64>,
    #[sea_orm(belongs_to, from = "actor_id", to = "id")]
    pub actor: BelongsTo<Option<super::user::Entity>>,
    #[sea_orm(belongs_to, from = "post_id", to = "id")]
    pub post: BelongsTo<Option<super::post::Entity>>,
    #[sea_orm(belongs_to, from = "comment_id", to = "id")]
    pub comment: BelongsTo<Option<super::comment::Entity>>,
    #[sea_orm(belongs_to, from = "saved_search_id", to = "id")]
    pub saved_search: BelongsTo<Option<super::saved_search::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
