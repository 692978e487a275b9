//! What staff do with comments: search, hide, restore and delete them, one or many, with a reason.

use super::super::audit;
use super::super::clock::OffsetDateTime;
use super::super::members::{Page, skip};
use super::super::posts::{self, moderate::Deed};
use super::super::{Action, Actor, Error, Resource, Result, once, sql, words};
use super::{find, set_state};
use crate::app::App;
use sea_orm::{FromQueryResult, Value};

/// What staff do with comments: hide, restore and delete, one or many, with a reason.
///
/// # Errors
/// `Forbidden`; `Invalid("reason", …)`; `NotFound`; the database's.
pub async fn moderate(app: &App, by: &audit::By, key: &once::Key, ids: &[i64], deed: Deed, reason: &str) -> Result<once::Settled> {
    by.actor.must(Resource::Comment, Action::Moderate)?;
    let done = apply(app, by, key, ids, deed, reason).await;
    let settled = once::settle(&app.db, key, done).await?;
    posts::moderate::bump_all(app).await?;
    Ok(settled)
}

async fn apply(app: &App, by: &audit::By, key: &once::Key, ids: &[i64], deed: Deed, reason: &str) -> Result<i64> {
    let (reason, state) = (words::reason(reason)?, deed.target()?);
    if ids.is_empty() {
        return Err(Error::invalid("item", "item.empty"));
    }
    let now = app.clock.now();
    let tx = sql::begin(&app.db).await?;
    for id in ids {
        let comment = find(&tx, *id).await?;
        let name: String = comment.body.chars().take(60).collect();
        set_state(&tx, by.actor.id, *id, state, &reason, now).await?;
        audit::write(&tx, by, deed.entry("comment", *id, &name, &comment.state).because(&reason), now).await?;
    }
    once::keep(&tx, key, ids.len() as i64, now).await?;
    tx.commit().await?;
    Ok(ids.len() as i64)
}

/// A comment in the staff's list.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: i64,
    pub post_id: i64,
    pub post_title: String,
    pub slug: String,
    pub author_id: i64,
    pub author: String,
    pub body: String,
    pub state: String,
    pub created_at: OffsetDateTime,
}

/// Comments that staff look for, newest first.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn list(app: &App, actor: &Actor, filter: &posts::moderate::Filter, limit: i64) -> Result<Page<Listed>> {
    actor.must(Resource::Comment, Action::Moderate)?;
    let sql = "SELECT c.id, c.post_id, p.title AS post_title, b.slug, c.author_id, u.name AS author, c.body, c.state, c.created_at \
               FROM comments c JOIN posts p ON p.id = c.post_id JOIN boards b ON b.id = p.board_id JOIN users u ON u.id = c.author_id \
               WHERE ($1 = '' OR c.body LIKE $2 ESCAPE '\\' OR u.name_key LIKE $2 ESCAPE '\\') AND ($3 = '' OR b.slug = $3) AND ($4 = '' OR c.state = $4) \
               ORDER BY c.id DESC LIMIT $5 OFFSET $6";
    let values: [Value; 6] = [
        filter.words.clone().into(),
        sql::containing(&filter.words).into(),
        filter.board.clone().into(),
        filter.state.clone().into(),
        (limit + 1).into(),
        skip(filter.page, limit).into(),
    ];
    Ok(Page::of(sql::all(&app.db, sql, values).await?, limit))
}
