//! Which version of the terms and of the privacy notice a member agreed to.

use super::ids::{UserId, ids};
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

/// What was agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Kind {
    Terms,
    Privacy,
}

ids! {
    /// A consent.
    ConsentId,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ConsentId,
    pub user_id: UserId,
    pub kind: Kind,
    pub version: String,
    pub agreed_at: OffsetDateTime,
}

impl ActiveModelBehavior for ActiveModel {}
