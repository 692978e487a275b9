//! Roles: sets of permissions by name.

use super::ids::RoleId;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RoleId,
    /// The key in code and sessions, such as `moderator`.
    pub slug: String,
    /// The name on screen.
    pub name: String,
    /// Built-in roles cannot be deleted.
    pub built_in: bool,
    pub created_at: OffsetDateTime,
    #[sea_orm(has_many)]
    pub permissions: HasMany<super::role_permission::Entity>,
    #[sea_orm(has_many)]
    pub users: HasMany<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
