//! How soon a member wants the notifications of a board by mail, where that differs from their kinds.

use super::ids::{BoardId, UserId};
use super::notice_kind::Pace;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_boards")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub board_id: BoardId,
    pub pace: Pace,
}

impl ActiveModelBehavior for ActiveModel {}
