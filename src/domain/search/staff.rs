//! The search of the panel's lists: posts and comments in any state, by the same index.

use super::Kind;
use super::find::{TIMEOUT, was_cancelled};
use super::sql::{self, Wanted};
use crate::clock::OffsetDateTime;
use crate::domain::{BoardId, Context, Result};
use crate::entity::search_doc::SearchDocId;
use crate::entity::{comment, post};
use crate::search::{Terms, plain_text};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeSet;

/// Documents that one step reads and compares,
const CANDIDATES: i64 = 200;
/// and most steps: the panel's lists filter the newest rows and do not search all of them.
const ROUNDS: usize = 5;

/// What was found.
#[derive(Debug, Default)]
pub(in crate::domain) struct Matches {
    /// Ids of posts, or of comments.
    pub ids: Vec<i64>,
    /// Whether there may be older ones that were not searched.
    pub is_cut: bool,
}

/// The newest posts or comments on these boards that have the words in their title or text, whatever their state. Who asks must be
/// allowed to see all of them: callers have asked for the right to moderate.
pub(in crate::domain) async fn matching(ctx: &Context, boards: &[BoardId], kind: Kind, text: &str) -> Result<Matches> {
    let terms = Terms::parse(text);
    let mut found = Matches::default();
    if terms.is_empty() {
        return Ok(found);
    }
    let db = ctx.search.get().await?;
    let grams = terms.grams_anywhere();
    let (mut below, above, since, kinds) = (SearchDocId(i64::MAX), SearchDocId(0), OffsetDateTime::UNIX_EPOCH, [kind]);
    for _ in 0..ROUNDS {
        let wanted = Wanted { grams: &grams, above, below, boards, kinds: &kinds, author: None, since, limit: CANDIDATES, is_shown: false };
        let candidates = match tokio::time::timeout(TIMEOUT, sql::candidates(db, &wanted)).await {
            Ok(Ok(candidates)) => candidates,
            Ok(Err(err)) if !was_cancelled(&err) => return Err(err.into()),
            _ => return Ok(Matches { is_cut: true, ..found }),
        };
        let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.ref_id).collect();
        found.ids.extend(with_words(db, kind, &ids, &terms).await?);
        match candidates.last() {
            Some(last) if candidates.len() == CANDIDATES as usize => below = last.id,
            _ => return Ok(found),
        }
    }
    Ok(Matches { is_cut: true, ..found })
}

/// Those that contain the words: the index holds pairs of neighbouring characters only.
async fn with_words(db: &impl ConnectionTrait, kind: Kind, ids: &[i64], terms: &Terms) -> Result<Vec<i64>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<i64> = ids.iter().copied().collect();
    let rows: Vec<(i64, String, String)> = match kind {
        Kind::Comment => {
            let texts = comment::Entity::find().select_only().columns([comment::Column::Id, comment::Column::Html]);
            let texts: Vec<(i64, String)> = texts.filter(comment::Column::Id.is_in(ids)).into_tuple().all(db).await?;
            texts.into_iter().map(|(id, html)| (id, String::new(), html)).collect()
        }
        _ => {
            let texts = post::Entity::find().select_only().columns([post::Column::Id, post::Column::Title, post::Column::Html]);
            texts.filter(post::Column::Id.is_in(ids)).into_tuple().all(db).await?
        }
    };
    Ok(rows.into_iter().filter(|(_, title, html)| terms.are_in(title, &plain_text(html))).map(|(id, ..)| id).collect())
}
