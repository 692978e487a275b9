//! Named values that all instances share, in the table `settings`.

use super::{Error, Result, tokens};
use crate::db::Database;
use crate::entity::setting::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

const FORM_SECRET: &str = "form_secret";

/// The key with which forms are signed: made by the first instance, the same on every one.
///
/// # Errors
/// `Internal`; `Unavailable` while the database is away.
pub async fn form_secret(db: &Database) -> Result<String> {
    get_or_insert(db, FORM_SECRET, &tokens::random()?).await
}

/// The value of a setting.
pub(super) async fn get(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>> {
    Ok(Entity::find_by_id(name).one(db).await?.map(|row| row.value))
}

/// The value of a setting, which is `value` where it had none.
pub(super) async fn get_or_insert(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<String> {
    insert(db, name, value).await?;
    get(db, name).await?.ok_or_else(|| Error::Internal(format!("the setting {name} was not stored")))
}

/// Stores a setting that is not there yet. False: it was there.
pub(super) async fn insert(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<bool> {
    let ignore = OnConflict::column(Column::Name).do_nothing().to_owned();
    Ok(Entity::insert(row(name, value)).on_conflict(ignore).exec_without_returning(db).await? == 1)
}

/// Stores a setting over whatever value it had.
pub(super) async fn set(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<()> {
    let replace = OnConflict::column(Column::Name).update_column(Column::Value).to_owned();
    Entity::insert(row(name, value)).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// Replaces a value by another. False: it has that value already.
pub(super) async fn replace(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::Value, value.into()).filter(Column::Name.eq(name)).filter(Column::Value.ne(value));
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Replaces the value `from` by another. False: it has another value.
pub(super) async fn advance(db: &impl ConnectionTrait, name: &str, from: &str, to: &str) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::Value, to.into()).filter(Column::Name.eq(name)).filter(Column::Value.eq(from));
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Deletes a setting.
pub(super) async fn delete(db: &impl ConnectionTrait, name: &str) -> Result<()> {
    Entity::delete_by_id(name).exec(db).await?;
    Ok(())
}

/// Deletes a setting that has this value. False: it has another or is not there.
pub(super) async fn take(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<bool> {
    let delete = Entity::delete_many().filter(Column::Name.eq(name)).filter(Column::Value.eq(value));
    Ok(delete.exec(db).await?.rows_affected == 1)
}

fn row(name: &str, value: &str) -> ActiveModel {
    ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) }
}
