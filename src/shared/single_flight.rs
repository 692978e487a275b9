//! One load for all requests that want the same at the same moment, so that a cold cache costs one query and not a thousand.
//!
//! The first to ask runs the load in its own task (so that its queries are counted as its own); the others wait for
//! its result. When it fails, panics or is cancelled, its entry is removed and the others go on.
//!
//! Ours and not `moka`: what was loaded is not kept after those who waited have it, and an error stays its own type.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, hash_map::Entry};
use tokio::sync::watch;

type Name = (Box<str>, u64);

/// What the followers receive from the leader.
#[derive(Clone)]
enum News<V> {
    Underway,
    Landed(V),
    /// It failed: the next would probably fail too, so the others do not try.
    Failed,
}

/// The loads of one kind that are under way in this process.
pub struct Flights<V> {
    underway: Mutex<HashMap<Name, watch::Receiver<News<V>>>>,
}

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self { underway: Mutex::default() }
    }
}

enum Permit<'a, V> {
    Leader(Leader<'a, V>),
    Follower(watch::Receiver<News<V>>),
}

/// Held while loading. Dropping it removes the entry; the followers see the closed channel.
struct Leader<'a, V> {
    flights: &'a Flights<V>,
    name: Name,
    sender: watch::Sender<News<V>>,
}

impl<V> Drop for Leader<'_, V> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.name);
    }
}

impl<V: Clone> Flights<V> {
    /// Loads `key` in `state`, or waits for the one who already does. A load that fails fails for its own caller only; the others then
    /// load for themselves.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn once<E>(&self, key: &str, state: u64, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
        let name: Name = (key.into(), state);
        loop {
            let mut receiver = match self.board(&name) {
                Permit::Leader(leader) => return lead(leader, load).await,
                Permit::Follower(receiver) => receiver,
            };
            match receiver.wait_for(|news| !matches!(news, News::Underway)).await.map(|news| news.clone()) {
                Ok(News::Landed(loaded)) => return Ok(loaded),
                Ok(_) => return load().await,
                // The leader was cancelled or panicked: a follower takes its place.
                Err(_) => {}
            }
        }
    }

    /// Either the leader's part or a follower's.
    fn board(&self, name: &Name) -> Permit<'_, V> {
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

impl<V> Flights<V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Name, watch::Receiver<News<V>>>> {
        self.underway.lock()
    }
}

async fn lead<V: Clone, E>(leader: Leader<'_, V>, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
    let result = load().await;
    leader.sender.send_replace(match &result {
        Ok(loaded) => News::Landed(loaded.clone()),
        Err(_) => News::Failed,
    });
    result
}
