//! Digests: what members left unread in a day or a week, in one mail each. A schedule adds one job each morning; it looks at some
//! hundred members by their ids, adds a mail for each who has something unread, and adds itself again for those that follow, in one
//! transaction. So a digest is added once, however many instances there are and whatever is killed meanwhile; the key of its job holds
//! so as well.

use super::preferences::{self, Preferences};
use super::{KINDS, Kind, Notice, Pace, Result, UserId, enqueue, recipients};
use crate::clock::OffsetDateTime;
use crate::domain::jobs::{self, New};
use crate::domain::{BoardId, Error};
use crate::entity::notification::{Column, Entity};
use crate::entity::{post, user_email};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::Duration;
use time::macros::datetime;

/// A morning on which both digests are due: a Monday, 8 o'clock in Seoul, which has no summer time. In UTC, as every moment
/// in a row: SQLite compares their texts.
pub const MORNING: OffsetDateTime = datetime!(2026-01-04 23:00 UTC);
/// Members that one job looks at.
const BATCH: u64 = 500;

/// The time from one digest to the next; none where there is no digest of this pace.
pub fn period(pace: Pace) -> Option<Duration> {
    match pace {
        Pace::Daily => Some(Duration::days(1)),
        Pace::Weekly => Some(Duration::days(7)),
        Pace::AtOnce | Pace::Never => None,
    }
}

/// What a digest may be about, beside being unread: not mailed, and new since twice its time, so that what a morning without an instance
/// left out comes with the next.
pub(super) fn since(until: OffsetDateTime, period: Duration) -> OffsetDateTime {
    until - period * 2
}

/// The last morning of a rhythm.
fn last_morning(period: Duration, now: OffsetDateTime) -> OffsetDateTime {
    let whole = (now - MORNING).whole_seconds().div_euclid(period.whole_seconds());
    MORNING + period * i32::try_from(whole).unwrap_or_default()
}

/// Where a job goes on.
#[derive(Serialize, Deserialize)]
struct Place {
    #[serde(with = "time::serde::timestamp")]
    until: OffsetDateTime,
    after: UserId,
    /// When the next mail is due.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    due_at: OffsetDateTime,
}

/// Adds the mails of some members, and the job for those that follow. `payload` is empty for the first. Each mail is due a `pause` after
/// the one before, as fast as they may go out: a thousand that are due at once would be claimed and put back again and again.
///
/// # Errors
/// The database's.
pub async fn add(
    tx: &impl ConnectionTrait,
    (kind, pace): (jobs::Kind, Pace),
    payload: &str,
    pause: std::time::Duration,
    now: OffsetDateTime,
) -> Result<()> {
    let Some(period) = period(pace) else { return Ok(()) };
    let start = || Place { until: last_morning(period, now), after: UserId(0), due_at: now };
    let mut place: Place =
        if payload.is_empty() { start() } else { serde_json::from_str(payload).map_err(|err| Error::internal("a digest", err))? };
    let next = recipients(now).filter(user_email::Column::UserId.gt(place.after)).order_by_asc(user_email::Column::UserId);
    let members: Vec<UserId> = next.select_only().column(user_email::Column::UserId).limit(BATCH).into_tuple().all(tx).await?;
    let Some(last) = members.last() else { return Ok(()) };
    for user in having_something(tx, &members, pace, (since(place.until, period), place.until)).await? {
        let dedupe = format!("digest:{}:{}:{user}", pace.word(), place.until.unix_timestamp());
        enqueue(tx, Notice::Digest { user, pace, until: place.until }, &dedupe, (place.due_at, now)).await?;
        place.due_at += pause;
    }
    if members.len() as u64 == BATCH {
        place.after = *last;
        let payload = serde_json::to_string(&place).map_err(|err| Error::internal("a digest", err))?;
        let dedupe = format!("digests:{}:{}:{last}", pace.word(), place.until.unix_timestamp());
        jobs::enqueue(tx, New { kind, payload: &payload, dedupe: Some(&dedupe), due_at: now }, now).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Unread {
    user_id: UserId,
    kind: Kind,
    board_id: Option<BoardId>,
}

/// Which of these members left something unread that they want by this digest.
async fn having_something(
    tx: &impl ConnectionTrait,
    members: &[UserId],
    pace: Pace,
    (since, until): (OffsetDateTime, OffsetDateTime),
) -> Result<BTreeSet<UserId>> {
    let unread = Entity::find()
        .left_join(post::Entity)
        .select_only()
        .columns([Column::UserId, Column::Kind])
        .column(post::Column::BoardId)
        .distinct()
        .filter(Column::UserId.is_in(members.iter().copied()))
        .filter(Column::ReadAt.is_null())
        .filter(Column::MailedAt.is_null())
        .filter(Column::Kind.is_in(KINDS))
        .filter(Condition::any().add(post::Column::Id.is_not_null()).add(Column::Kind.eq(Kind::SavedSearch)))
        .filter(Column::CreatedAt.gt(since))
        .filter(Column::CreatedAt.lte(until));
    let rows: Vec<Unread> = unread.into_model().all(tx).await?;
    let (chosen, usual) = (preferences::read_all(tx, members).await?, Preferences::default());
    let wanted = |row: &Unread| chosen.get(&row.user_id).unwrap_or(&usual).pace(row.kind, row.board_id) == pace;
    Ok(rows.into_iter().filter(wanted).map(|row| row.user_id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_morning_is_at_eight_in_seoul_and_a_week_begins_on_monday() {
        let of = |pace, now| last_morning(period(pace).expect("a digest"), now);
        // A Thursday.
        let (before, after) = (datetime!(2026-11-26 07:59 +9), datetime!(2026-11-26 08:00 +9));

        assert_eq!(of(Pace::Daily, before), datetime!(2026-11-25 08:00 +9));
        assert_eq!(of(Pace::Daily, after), after);
        assert_eq!([of(Pace::Weekly, before), of(Pace::Weekly, after)], [datetime!(2026-11-23 08:00 +9); 2]);
    }
}
