//! One load for all requests that want the same at the same moment, so that a cold cache costs one query and not a thousand
//! (known as "single flight").
//!
//! The first to ask runs the load in its own task (so that its queries are counted as its own); the others wait for
//! its result. When it fails, panics or is cancelled, its entry is removed and the others go on.
//!
//! Ours and not `moka`: what was loaded is not kept after those who waited have it, and an error stays its own type.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, hash_map::Entry};
use tokio::sync::watch;

/// The key of what is loaded, and the state in which it was wanted.
type Name = (Box<str>, u64);

/// What those who wait receive from the one who loads.
#[derive(Clone)]
enum Load<V> {
    Running,
    Done(V),
    /// It failed, for the one who ran it: each of the others loads for itself.
    Failed,
}

/// The loads of one kind that are running in this process.
pub struct SingleFlight<V> {
    running: Mutex<HashMap<Name, watch::Receiver<Load<V>>>>,
}

impl<V> Default for SingleFlight<V> {
    fn default() -> Self {
        Self { running: Mutex::default() }
    }
}

/// What a request has to do.
enum Part<'a, V> {
    /// Load.
    Leader(Leader<'a, V>),
    /// Wait for the leader.
    Follower(watch::Receiver<Load<V>>),
}

/// Held while loading. Dropping it removes the entry; the followers see the closed channel.
struct Leader<'a, V> {
    loads: &'a SingleFlight<V>,
    name: Name,
    sender: watch::Sender<Load<V>>,
}

impl<V> Drop for Leader<'_, V> {
    fn drop(&mut self) {
        self.loads.lock().remove(&self.name);
    }
}

impl<V> SingleFlight<V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Name, watch::Receiver<Load<V>>>> {
        self.running.lock()
    }
}

impl<V: Clone> SingleFlight<V> {
    /// Loads `key` in `state`, or waits for the one who already does. A load that fails fails for its own caller only; the others then
    /// load for themselves.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn once<E>(&self, key: &str, state: u64, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
        let name: Name = (key.into(), state);
        loop {
            let mut receiver = match self.join(&name) {
                Part::Leader(leader) => return lead(leader, load).await,
                Part::Follower(receiver) => receiver,
            };
            match receiver.wait_for(|load| !matches!(load, Load::Running)).await.map(|load| load.clone()) {
                Ok(Load::Done(value)) => return Ok(value),
                Ok(Load::Running | Load::Failed) => return load().await,
                // The leader was cancelled or panicked: a follower takes its place.
                Err(_) => {}
            }
        }
    }

    fn join(&self, name: &Name) -> Part<'_, V> {
        match self.lock().entry(name.clone()) {
            Entry::Occupied(load) => Part::Follower(load.get().clone()),
            Entry::Vacant(place) => {
                let (sender, receiver) = watch::channel(Load::Running);
                place.insert(receiver);
                Part::Leader(Leader { loads: self, name: name.clone(), sender })
            }
        }
    }
}

async fn lead<V: Clone, E>(leader: Leader<'_, V>, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
    let result = load().await;
    leader.sender.send_replace(match &result {
        Ok(value) => Load::Done(value.clone()),
        Err(_) => Load::Failed,
    });
    result
}
