//! Looks for notifications that are to be mailed, and for addresses that mails do not reach.
//!
//! A task beside `maintenance`: a look at many notifications must not hold up the reading of the log, which ends sessions. As a job it would be a row
//! every few seconds, and two that look at once do no harm.

use crate::app::App;
use crate::domain::Result;
use crate::domain::notices::{due, refused};
use std::time::Duration;

/// Between two looks; beside the minutes in which a notification may be read this is little.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs until the instance ends.
pub(super) async fn run(app: App) {
    let mut is_failing = false;
    loop {
        tokio::select! {
            () = app.ended.cancelled() => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
        // An outage is reported once when it begins and once when it is over.
        match look(&app).await {
            Err(err) if !std::mem::replace(&mut is_failing, true) => {
                tracing::warn!("looking for notifications to be mailed does not work: {err}")
            }
            Ok(()) if std::mem::replace(&mut is_failing, false) => tracing::info!("looking for notifications to be mailed works again"),
            _ => {}
        }
    }
}

async fn look(app: &App) -> Result<()> {
    if app.db_health.is_up() {
        due::enqueue_due(&app.context, app.config.mail.notice_delay).await?;
        refused::notify(&app.context).await?;
    }
    Ok(())
}
