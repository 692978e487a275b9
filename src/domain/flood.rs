//! How much one member writes in a short time. Asked when a form is found good and before its row is stored, in one place
//! for each noun; a form that was answered before gets its answer all the same (see `once`).

use super::{Action, Actor, Error, Resource, Result};
use crate::app::App;
use crate::config::flood::Rates;
use std::time::Duration;

/// Whether this member may write another post now. Those who moderate posts are not counted.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn post(app: &App, actor: &Actor) -> Result<()> {
    take(app, actor, "post", Resource::Post, &app.config.flood.posts).await
}

/// The same for a comment.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn comment(app: &App, actor: &Actor) -> Result<()> {
    take(app, actor, "comment", Resource::Comment, &app.config.flood.comments).await
}

async fn take(app: &App, actor: &Actor, action: &str, resource: Resource, rates: &Rates) -> Result<()> {
    if !app.config.rate_limits || actor.may(resource, Action::Moderate) {
        return Ok(());
    }
    let rate = rates.of(&actor.role);
    match app.shared.limits().take(action, &format!("member:{}", actor.id), rate.burst, rate.period).await {
        Duration::ZERO => Ok(()),
        // Rounded up: who comes back after so many seconds is let in.
        wait => Err(Error::Slow(wait.as_millis().div_ceil(1_000) as u64)),
    }
}
