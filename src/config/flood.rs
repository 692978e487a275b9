//! How much one member may write: so many at once, then one in so many seconds.

use super::{Sources, Wrong};
use std::time::Duration;

/// A burst and a pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many at once.
    pub burst: u32,
    /// Then one in so long a time.
    pub period: Duration,
}

/// See the head of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flood {
    /// Posts.
    pub posts: Pace,
    /// Comments.
    pub comments: Pace,
}

pub(super) fn read(sources: &Sources, wrong: &mut Wrong) -> Flood {
    Flood { posts: pace(sources, wrong, "FLOOD_POSTS"), comments: pace(sources, wrong, "FLOOD_COMMENTS") }
}

/// `5/60`: five at once, then one in sixty seconds.
fn pace(sources: &Sources, wrong: &mut Wrong, name: &str) -> Pace {
    let text = sources.text(name);
    let parsed = text.split_once('/').and_then(|(burst, seconds)| Some((burst.parse().ok()?, seconds.parse().ok()?)));
    match parsed {
        Some((burst @ 1..=1_000, seconds @ 1..=86_400)) => Pace { burst, period: Duration::from_secs(seconds) },
        _ => {
            wrong.say(name, text, "how many at once and the seconds for each further one, such as 5/60");
            Pace { burst: 1, period: Duration::from_secs(1) }
        }
    }
}
