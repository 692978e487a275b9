//! "Something happened": notifies every open page of every instance, at once where it can.
//!
//! A signal is a hint, the rows are the truth. One that may have been missed (a connection that broke, a reader too
//! slow) becomes [`Signal::Resync`]: read the rows again. Listeners of this process receive a signal without Redis.

use super::{Effect, Shared, random_id};
use bytes::{BufMut, Bytes, BytesMut};
use parking_lot::{Mutex, MutexGuard};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// Signals that a listener may be behind before it has to read the rows again.
const BEHIND: usize = 64;
/// The sender's id that goes before each message.
const TAG: usize = 8;

/// What a listener receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// What was published.
    Message(Bytes),
    /// Something may have been missed: read the rows again.
    Resync,
}

/// Signals in the shared state.
#[derive(Clone, Copy)]
pub struct Signals<'a>(pub(super) &'a Shared);

impl Signals<'_> {
    /// Notifies the listeners of this process at once, and those of the others through Redis. `Lost`: the others may not
    /// have received, and will read the rows again when Redis is back.
    pub async fn publish(self, topic: &str, message: impl Into<Bytes>) -> Effect {
        let message = message.into();
        self.0.hub().deliver(topic, &Signal::Message(message.clone()));
        self.0.backend().publish(topic, self.0.hub().tagged(&message)).await
    }

    /// Listens to one topic until the listener is dropped. Costs a few hundred bytes, and nothing in Redis.
    pub fn subscribe(self, topic: &str) -> Listener {
        self.0.hub().subscribe(topic)
    }

    /// Do signals of other instances reach this one? A process alone receives all there is.
    pub fn are_delivered(self) -> bool {
        self.0.backend().memory().is_some() || self.0.hub().is_connected.load(Ordering::Relaxed)
    }

    /// How many listeners this process has.
    pub fn listeners(self) -> usize {
        self.0.hub().lock().values().map(Vec::len).sum()
    }
}

/// Receives the signals of one topic.
pub struct Listener {
    hub: Arc<Hub>,
    topic: Box<str>,
    inbox: Arc<Inbox>,
    arrival: u64,
}

impl Listener {
    /// The next signal. Dropping the wait loses none.
    pub async fn recv(&mut self) -> Signal {
        loop {
            if let Some((arrival, signal)) = self.inbox.take() {
                self.arrival = arrival;
                return signal;
            }
            self.inbox.arrived.notified().await;
        }
    }

    /// The number of the last signal that it received: the same for all listeners of this process that it reached.
    pub fn arrival(&self) -> u64 {
        self.arrival
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.forget(&self.topic, &self.inbox);
    }
}

/// What waits for one listener. An empty one owns no buffer, so ten thousand idle ones stay small.
#[derive(Default)]
struct Inbox {
    waiting: Mutex<VecDeque<(u64, Signal)>>,
    arrived: Notify,
}

impl Inbox {
    fn put(&self, arrival: u64, signal: &Signal) {
        let mut waiting = self.waiting.lock();
        if *signal == Signal::Resync || waiting.len() >= BEHIND {
            // A listener that reads the rows again needs none of the signals before.
            waiting.clear();
            waiting.push_back((arrival, Signal::Resync));
        } else {
            waiting.push_back((arrival, signal.clone()));
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    fn take(&self) -> Option<(u64, Signal)> {
        let mut waiting = self.waiting.lock();
        let signal = waiting.pop_front();
        if waiting.is_empty() {
            *waiting = VecDeque::new();
        }
        signal
    }
}

/// Every listener of this process.
pub(super) struct Hub {
    topics: Mutex<HashMap<Box<str>, Vec<Arc<Inbox>>>>,
    /// How many signals have arrived.
    arrivals: AtomicU64,
    /// Who we are, so that what we published does not come back to us.
    id: [u8; TAG],
    /// Is the subscriber's connection alive?
    is_connected: AtomicBool,
}

impl Hub {
    pub(super) fn new() -> Self {
        Self { topics: Mutex::default(), arrivals: AtomicU64::new(0), id: random_id().to_be_bytes(), is_connected: AtomicBool::new(false) }
    }

    fn subscribe(self: &Arc<Self>, topic: &str) -> Listener {
        let inbox = Arc::<Inbox>::default();
        self.lock().entry(topic.into()).or_insert_with(|| Vec::with_capacity(1)).push(inbox.clone());
        Listener { hub: self.clone(), topic: topic.into(), inbox, arrival: 0 }
    }

    fn forget(&self, topic: &str, inbox: &Arc<Inbox>) {
        let mut topics = self.lock();
        if let Some(inboxes) = topics.get_mut(topic) {
            inboxes.retain(|other| !Arc::ptr_eq(other, inbox));
            if inboxes.is_empty() {
                topics.remove(topic);
            }
        }
    }

    pub(super) fn deliver(&self, topic: &str, signal: &Signal) {
        if let Some(inboxes) = self.lock().get(topic) {
            let arrival = self.next_arrival();
            inboxes.iter().for_each(|inbox| inbox.put(arrival, signal));
        }
    }

    /// A message as it travels.
    pub(super) fn tagged(&self, message: &Bytes) -> Bytes {
        let mut tagged = BytesMut::with_capacity(TAG + message.len());
        tagged.put_slice(&self.id);
        tagged.put_slice(message);
        tagged.freeze()
    }

    /// A message came from Redis. Our own was delivered when it was published.
    pub(super) fn arrived(&self, topic: &str, tagged: Bytes) {
        if tagged.len() >= TAG && tagged[..TAG] != self.id {
            self.deliver(topic, &Signal::Message(tagged.slice(TAG..)));
        }
    }

    /// The subscriber's connection was made, or lost.
    pub(super) fn set_connected(&self, is_connected: bool) {
        self.is_connected.store(is_connected, Ordering::Relaxed);
    }

    /// Messages may have been missed.
    pub(super) fn resync(&self) {
        let (topics, arrival) = (self.lock(), self.next_arrival());
        topics.values().flatten().for_each(|inbox| inbox.put(arrival, &Signal::Resync));
    }

    fn next_arrival(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Vec<Arc<Inbox>>>> {
        self.topics.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &'static str) -> Signal {
        Signal::Message(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn a_listener_too_slow_has_to_read_the_rows_again() {
        let hub = Arc::new(Hub::new());
        let mut listener = hub.subscribe("post:1");

        for _ in 0..=BEHIND {
            hub.deliver("post:1", &message("x"));
        }
        hub.deliver("post:1", &message("last"));

        assert_eq!(listener.recv().await, Signal::Resync);
        assert_eq!(listener.recv().await, message("last"));
    }

    #[tokio::test]
    async fn what_we_published_does_not_come_back_but_what_others_did_arrives() {
        let (ours, theirs) = (Arc::new(Hub::new()), Hub::new());
        let mut listener = ours.subscribe("post:1");

        ours.arrived("post:1", ours.tagged(&Bytes::from_static(b"ours")));
        ours.arrived("post:1", Bytes::from_static(b"short"));
        ours.arrived("post:1", theirs.tagged(&Bytes::from_static(b"theirs")));

        assert_eq!(listener.recv().await, message("theirs"));
    }

    #[test]
    fn a_dropped_listener_leaves_nothing_behind() {
        let hub = Arc::new(Hub::new());
        let (first, second) = (hub.subscribe("post:1"), hub.subscribe("post:1"));

        drop(first);
        assert_eq!(hub.lock().len(), 1);
        drop(second);

        assert!(hub.lock().is_empty());
    }
}
