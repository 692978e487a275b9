//! How many posts are shown in each run of 512 places of a board's list: a view, which adds up the marks and their latest changes.
//! Triggers keep them.

use super::ids::BoardId;
use sea_orm::entity::prelude::*;

/// The order of a board's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Sort {
    /// By when they were written.
    New,
    /// By when they were last commented on.
    Active,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "page_mark_sums")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub board_id: BoardId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sort: Sort,
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: i64,
    pub shown: i64,
}

impl ActiveModelBehavior for ActiveModel {}
