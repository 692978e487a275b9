//! How many posts and comments of a member are shown: kept in their row, in the transaction that changes them.

use crate::domain::{Result, UserId};
use crate::entity::user::{Column, Entity};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// Counts posts of a member up or down.
pub(in crate::domain) async fn count_posts(tx: &impl ConnectionTrait, user: UserId, by: i64) -> Result<()> {
    count(tx, Column::PostCount, user, by).await
}

/// Counts comments of a member up or down.
pub(in crate::domain) async fn count_comments(tx: &impl ConnectionTrait, user: UserId, by: i64) -> Result<()> {
    count(tx, Column::CommentCount, user, by).await
}

async fn count(tx: &impl ConnectionTrait, column: Column, user: UserId, by: i64) -> Result<()> {
    Entity::update_many().col_expr(column, column.into_expr().add(by)).filter(Column::Id.eq(user)).exec(tx).await?;
    Ok(())
}
