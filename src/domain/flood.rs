//! Limits on what one member writes in a short time: counted after the checks of a form and before its row is stored. A repeated form
//! gets its first answer all the same (`idempotency`).

use super::{Action, Actor, Error, Resource, Result, UserId};
use crate::config::flood::Rates;
use crate::domain::Context;
use std::time::Duration;

/// Takes one from the posts that this member may write now. Those who moderate posts are not counted.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn post(ctx: &Context, actor: &Actor) -> Result<()> {
    take(ctx, actor, "post", Resource::Post, &ctx.limits.flood.posts).await
}

/// The same for a comment.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn comment(ctx: &Context, actor: &Actor) -> Result<()> {
    take(ctx, actor, "comment", Resource::Comment, &ctx.limits.flood.comments).await
}

/// As many files as one post may have and half again at once, then three a minute.
const FILES: (u32, Duration) = (30, Duration::from_secs(20));

/// The same for a file.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn file(ctx: &Context, actor: &Actor) -> Result<()> {
    if actor.may(Resource::Post, Action::Moderate) {
        return Ok(());
    }
    file_of(ctx, actor.id).await
}

/// The same for a member who is to sign in again.
///
/// # Errors
/// `Slow` with the seconds to wait.
pub async fn file_of(ctx: &Context, member: UserId) -> Result<()> {
    if !ctx.limits.enforced {
        return Ok(());
    }
    wait_of(ctx.shared.limits().take("file", &format!("member:{member}"), FILES.0, FILES.1).await)
}

async fn take(ctx: &Context, actor: &Actor, action: &str, resource: Resource, rates: &Rates) -> Result<()> {
    if !ctx.limits.enforced || actor.may(resource, Action::Moderate) {
        return Ok(());
    }
    let rate = rates.of(&actor.role);
    wait_of(ctx.shared.limits().take(action, &format!("member:{}", actor.id), rate.burst, rate.period).await)
}

fn wait_of(wait: Duration) -> Result<()> {
    match wait {
        Duration::ZERO => Ok(()),
        // Rounded up, so that the next try is not too early.
        wait => Err(Error::Slow(wait.as_millis().div_ceil(1_000) as u64)),
    }
}
