//! One load for all requests that want the same at the same moment, so that a cold cache costs one query and not a thousand.
//!
//! The first to ask runs the load in its own task (so that its queries are counted as its own); the others wait for
//! its result. When it fails, panics or is cancelled, its entry is removed and the others go on.
//!
//! Ours and not `moka`: what was loaded is not kept after those who waited have it, and an error stays its own type.

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::sync::watch;

type Name = (Box<str>, u64);

/// What the followers receive from the leader.
#[derive(Clone)]
enum News {
    Underway,
    Landed(Bytes),
    /// It failed: the next would probably fail too, so the others do not try.
    Failed,
}

/// The loads that are under way in this process.
#[derive(Default)]
pub(super) struct Flights {
    underway: Mutex<HashMap<Name, watch::Receiver<News>>>,
    changes: AtomicU64,
}

impl Flights {
    /// This process changed some rows.
    pub(super) fn rows_changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// How often it did.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Name, watch::Receiver<News>>> {
        self.underway.lock()
    }

    /// Either the leader's part or a follower's.
    fn board(&self, name: &Name) -> Permit<'_> {
        match self.lock().entry(name.clone()) {
            Entry::Occupied(flight) => Permit::Follower(flight.get().clone()),
            Entry::Vacant(place) => {
                let (sender, receiver) = watch::channel(News::Underway);
                place.insert(receiver);
                Permit::Leader(Leader { flights: self, name: name.clone(), sender })
            }
        }
    }
}

enum Permit<'a> {
    Leader(Leader<'a>),
    Follower(watch::Receiver<News>),
}

/// Held while loading. Dropping it removes the entry; the followers see the closed channel.
struct Leader<'a> {
    flights: &'a Flights,
    name: Name,
    sender: watch::Sender<News>,
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.name);
    }
}

/// Loads `key` in `state`, or waits for the one who already does.
pub(super) async fn once<E>(flights: &Flights, key: &str, state: u64, load: impl AsyncFnOnce() -> Result<Bytes, E>) -> Result<Bytes, E> {
    let name: Name = (key.into(), state);
    loop {
        let mut receiver = match flights.board(&name) {
            Permit::Leader(leader) => return lead(leader, load).await,
            Permit::Follower(receiver) => receiver,
        };
        match receiver.wait_for(|news| !matches!(news, News::Underway)).await.map(|news| news.clone()) {
            Ok(News::Landed(bytes)) => return Ok(bytes),
            Ok(_) => return load().await,
            // The leader was cancelled or panicked: a follower takes its place.
            Err(_) => {}
        }
    }
}

async fn lead<E>(leader: Leader<'_>, load: impl AsyncFnOnce() -> Result<Bytes, E>) -> Result<Bytes, E> {
    let result = load().await;
    leader.sender.send_replace(match &result {
        Ok(bytes) => News::Landed(bytes.clone()),
        Err(_) => News::Failed,
    });
    result
}
