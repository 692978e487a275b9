//! Messages to systemd (sd_notify(3)): ready, stopping, reloading, alive; none without NOTIFY_SOCKET.

use sd_notify::NotifyState;
use std::time::Duration;

/// Answers can be given.
pub fn ready(status: &str) {
    say(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Something has to come first, and that is no fault of ours: another minute, please.
pub fn waiting(status: &str) {
    say(&[NotifyState::Status(status), NotifyState::Custom("EXTEND_TIMEOUT_USEC=60000000")]);
}

/// No more requests are wanted.
pub fn stopping(status: &str) {
    say(&[NotifyState::Stopping, NotifyState::Status(status)]);
}

/// The configuration is read again. systemd 253 and newer want the time with it, in the same message.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(err) => tracing::warn!("the monotonic clock cannot be read: {err}"),
    }
}

fn say(words: &[NotifyState<'_>]) {
    if let Err(err) = sd_notify::notify(false, words) {
        tracing::warn!("systemd could not be notified: {err}");
    }
}

/// Sends "alive" as often as the unit wants it (`WatchdogSec=`), until the process ends.
///
/// Each time the runtime has to run a task first, so that a runtime which is stuck is noticed. PostgreSQL and Redis are
/// not asked: if one of them is away, starting all instances anew would only make it worse.
pub async fn keep_alive() {
    let mut usec = 0;
    if !sd_notify::watchdog_enabled(false, &mut usec) {
        return;
    }
    let pause = Duration::from_micros(usec) / 3;
    loop {
        if tokio::spawn(async {}).await.is_ok() {
            say(&[NotifyState::Watchdog]);
        }
        tokio::time::sleep(pause).await;
    }
}
