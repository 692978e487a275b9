//! The hot list behind the bell: a person's newest notifications and how many are unread. The rows in SQL are the
//! truth; here they are only kept ready.
//!
//! A list is either whole or absent, never just the few that arrived lately. A reader who finds none gets a
//! [`Ticket`], reads the rows and fills the list in; if the list was forgotten meanwhile, the ticket is void.

use super::store::Write;
use super::{Effect, Known, Shared, UserKey, keys, random_id};
use bytes::Bytes;
use std::time::Duration;

/// So many are kept ready.
pub const NEWEST: usize = 50;
const LIST: Duration = Duration::from_secs(7 * 24 * 3600);
/// Shorter than the list's: should two instances announce at once and their numbers arrive swapped, it heals.
const UNREAD: Duration = Duration::from_secs(3600);
/// How long a reader may take to fill it in.
const TICKET: Duration = Duration::from_secs(10);
/// No item begins like this: items are JSON objects.
const TICKET_MARK: &[u8] = b"ticket:";

/// The right to fill in what was absent.
#[derive(Debug)]
pub struct Ticket(Bytes);

/// What is kept ready for one person.
#[derive(Debug)]
pub enum Listed {
    /// The newest, newest first.
    Newest(Vec<Bytes>),
    /// Read the rows, then fill the list in with this.
    Absent(Ticket),
    /// Read the rows: another request is filling the list in.
    BeingFilled,
}

fn new_ticket() -> Bytes {
    Bytes::from([TICKET_MARK, random_id().to_string().as_bytes()].concat())
}

/// Notifications in the shared state.
#[derive(Clone, Copy)]
pub struct Notifications<'a>(pub(super) &'a Shared);

impl Notifications<'_> {
    /// The number of unread, as SQL counts it now. Never counted up or down here: an absolute number heals.
    pub async fn set_unread(self, user: UserKey, unread: u32) -> Effect {
        self.0.backend().write(vec![Write::Set(keys::unread(user), unread.to_string().into(), UNREAD)]).await
    }

    /// Forgets both; the next reader asks SQL. For changes to what is in the list, such as having been read.
    pub async fn clear(self, user: UserKey) -> Effect {
        let batch = vec![Write::Delete(keys::notifications(user)), Write::Delete(keys::unread(user))];
        self.0.backend().write(batch).await
    }

    /// The same for several members.
    pub async fn clear_all(self, users: impl Iterator<Item = UserKey>) -> Effect {
        let of_user = |user| [Write::Delete(keys::notifications(user)), Write::Delete(keys::unread(user))];
        self.0.backend().write(users.flat_map(of_user).collect()).await
    }

    /// Leaves a ticket where the number of unread is absent: what is counted from now on may be filled in with it, unless the
    /// number is forgotten meanwhile.
    pub async fn leave_unread(self, user: UserKey) -> Known<Ticket> {
        let ticket = new_ticket();
        match self.0.backend().write(vec![Write::Set(keys::unread(user), ticket.clone(), TICKET)]).await {
            Effect::Delivered => Known::Known(Ticket(ticket)),
            Effect::Lost => Known::Unknown,
        }
    }

    /// Fills in the number of unread. `Lost` when it was forgotten since the ticket was given.
    pub async fn fill_unread(self, user: UserKey, ticket: Ticket, unread: u32) -> Effect {
        match self.0.backend().exchange(keys::unread(user), ticket.0, unread.to_string().into(), UNREAD).await {
            Known::Known(true) => Effect::Delivered,
            Known::Known(false) | Known::Unknown => Effect::Lost,
        }
    }

    /// Forgets the list alone: what it quotes has changed, but not how many are unread.
    pub async fn clear_list(self, user: UserKey) -> Effect {
        self.0.backend().write(vec![Write::Delete(keys::notifications(user))]).await
    }

    /// The newest, if they are kept ready.
    pub async fn list(self, user: UserKey) -> Known<Listed> {
        let ticket = new_ticket();
        let items = self.0.backend().list_or_leave(keys::notifications(user), ticket.clone(), TICKET).await;
        items.map(|items| match items.last() {
            None => Listed::Absent(Ticket(ticket)),
            Some(last) if last.starts_with(TICKET_MARK) => Listed::BeingFilled,
            Some(_) => Listed::Newest(items),
        })
    }

    /// Fills in the list, newest first. `Lost` when the list was forgotten since the ticket was given.
    pub async fn fill(self, user: UserKey, ticket: Ticket, mut newest: Vec<Bytes>) -> Effect {
        newest.truncate(NEWEST);
        match self.0.backend().fill(keys::notifications(user), ticket.0, newest, LIST).await {
            Known::Known(true) => Effect::Delivered,
            Known::Known(false) | Known::Unknown => Effect::Lost,
        }
    }

    /// How many are unread, asked on its own; a page uses [`Shared::fetch`]. `Known(None)`: count in SQL.
    pub async fn unread(self, user: UserKey) -> Known<Option<u32>> {
        let values = self.0.backend().values(vec![keys::unread(user)]).await;
        values.map(|values| std::str::from_utf8(values.first()?.as_ref()?).ok()?.parse().ok())
    }
}
