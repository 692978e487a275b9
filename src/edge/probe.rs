//! Probes the readiness of a server: every two seconds, and at once when the log shows a failed request.

use super::server::Health;
use super::{Edge, http_client, wall};
use crate::config::EdgeUrl;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const EVERY: Duration = Duration::from_secs(2);
/// A server that takes longer to answer whether it is ready is not.
const PATIENCE: Duration = Duration::from_secs(1);
/// However many failures the log holds, a server is not asked more often.
const REST: Duration = Duration::from_millis(250);

/// Asks until it is dropped.
pub(super) async fn keep(edge: Edge, server: String) {
    let place = EdgeUrl::Tcp(server.clone());
    loop {
        // From here on an alarm is noticed, also while the answer is awaited.
        let alarm = edge.inner.alarm.notified();
        let (health, run) = health(&place).await;
        let now = edge.now();
        edge.book().probe(&server, health, run, now, wall());
        sleep(REST).await;
        // An alarm and the end of the time mean the same.
        let _ = timeout(EVERY - REST, alarm).await;
    }
}

/// How it is, and which process answered.
async fn health(place: &EdgeUrl) -> (Health, Option<String>) {
    match http_client::get(place, templates::paths::READY, PATIENCE).await {
        Ok(answer) if answer.status == 200 => (Health::Ready, answer.run),
        Ok(answer) if answer.status == 503 && answer.body.starts_with("draining") => (Health::Draining, answer.run),
        Ok(answer) => (Health::NotReady(answer.status), answer.run),
        Err(silence) => (Health::Silent(silence), None),
    }
}
