//! How soon a member wants a kind of notification by mail, where they chose.

use super::ids::UserId;
use super::notification::Kind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How soon a notification is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Pace {
    /// Some minutes after it was written, if it is not read by then.
    AtOnce,
    /// With the others of the day.
    Daily,
    /// With the others of the week.
    Weekly,
    Never,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_kinds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    pub pace: Pace,
}

impl ActiveModelBehavior for ActiveModel {}
