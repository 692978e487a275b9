//! Completion of members' names while one types: one statement on the index, without the further steps of a search.

use super::Kind;
use super::find::{TIMEOUT, was_cancelled};
use super::sql::{self, Wanted};
use crate::clock::OffsetDateTime;
use crate::domain::users::profile::Named;
use crate::domain::{Context, Result};
use crate::entity::search_doc::SearchDocId;
use crate::entity::user;
use crate::search::Terms;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Documents that are read, the newest members first.
const CANDIDATES: i64 = 100;

/// The newest members with all these words in their names. None where the index takes too long.
///
/// # Errors
/// The database's.
pub(in crate::domain) async fn members(ctx: &Context, terms: &Terms) -> Result<Vec<Named>> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let (db, grams) = (ctx.search.get().await?, terms.grams_in_title());
    let wanted = Wanted {
        grams: &grams,
        above: SearchDocId(0),
        below: SearchDocId(i64::MAX),
        boards: &[],
        kinds: &[Kind::Member],
        author: None,
        since: OffsetDateTime::UNIX_EPOCH,
        limit: CANDIDATES,
        is_shown: true,
    };
    let candidates = match tokio::time::timeout(TIMEOUT, sql::candidates(db, &wanted)).await {
        Ok(Ok(candidates)) => candidates,
        Ok(Err(err)) if !was_cancelled(&err) => return Err(err.into()),
        _ => return Ok(Vec::new()),
    };
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let ids = candidates.iter().map(|candidate| candidate.ref_id);
    let members: Vec<Named> = user::Entity::find().filter(user::Column::Id.is_in(ids)).into_partial_model().all(db).await?;
    Ok(members.into_iter().filter(|member| terms.are_in_title(&member.name, "")).collect())
}
