//! The connection that listens: every signal of every instance comes in here, once a process, and goes to the hub.
//!
//! Redis forgets what it published, so whenever this connection is made anew, or falls behind, every listener is signalled
//! to read the rows again. A silent connection is asked whether it is alive: fred does not watch this kind.

use super::connection::Connection;
use super::{BackOff, Redis};
use crate::shared::{keys, signals::Hub};
use bytes::Bytes;
use fred::{
    clients::Client,
    error::{Error, ErrorKind},
    interfaces::{ClientLike, EventInterface, PubsubInterface},
    types::Message,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{self, MissedTickBehavior},
};

/// How often a silent connection is asked whether it is alive.
const PING: Duration = Duration::from_secs(5);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Listens for as long as this is polled.
pub(in crate::shared) async fn keep(redis: Arc<Redis>, hub: Arc<Hub>) {
    let mut back_off = BackOff::default();
    loop {
        let received = redis.listen(&hub).await;
        hub.set_connected(false);
        match received {
            Ok(error) => {
                tracing::warn!(%error, "stopped hearing signals: {error}");
                back_off = BackOff::default();
            }
            Err(error) => tracing::debug!(%error, "cannot subscribe to signals: {error}"),
        }
        time::sleep(back_off.next()).await;
    }
}

impl Redis {
    /// Listens until the connection fails; an error means that it never began.
    async fn listen(&self, hub: &Hub) -> Result<Error, Error> {
        let mut connection = Connection::open(self.options.client()?, self.options.connect_timeout).await?;
        let mut messages = connection.client.message_rx();
        connection.client.psubscribe(format!("{}{}*", self.options.prefix, keys::SIGNALS)).await?;
        // Subscribed first, so that nothing from here on is missed; what happened before is read from the rows.
        hub.resync();
        hub.set_connected(true);
        let client = connection.client.clone();
        Ok(tokio::select! {
            error = connection.ended() => error,
            error = watch_pings(&client) => error,
            error = self.pass_on(&mut messages, hub) => error,
        })
    }

    async fn pass_on(&self, messages: &mut Receiver<Message>, hub: &Hub) -> Error {
        let head = self.options.prefix.len() + keys::SIGNALS.len();
        loop {
            match messages.recv().await {
                Ok(message) => {
                    if let (Some(topic), Ok(bytes)) = (message.channel.get(head..), message.value.convert::<Bytes>()) {
                        hub.arrived(topic, bytes);
                    }
                }
                Err(RecvError::Lagged(_)) => hub.resync(),
                Err(RecvError::Closed) => return Error::new(ErrorKind::IO, "closed"),
            }
        }
    }
}

/// Returns when the connection does not answer.
async fn watch_pings(client: &Client) -> Error {
    let mut ping = time::interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ping.tick().await;
        match time::timeout(PATIENCE, client.ping::<fred::types::Value>(None)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return error,
            Err(_) => return Error::new(ErrorKind::Timeout, "no answer to a ping"),
        }
    }
}
