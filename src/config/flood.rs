//! How much one account may write: a burst, then one each so many seconds, for all roles and for single ones.

use super::{Sources, Wrong};
use std::str::FromStr;
use std::time::Duration;

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Its size.
    pub burst: u32,
    /// The time in which one token comes back.
    pub period: Duration,
}

/// The rates of one kind of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    everyone: Rate,
    roles: Vec<(String, Rate)>,
}

impl Rates {
    /// The rate of a role, named by its key; that of everyone where the setting does not name it.
    pub fn of(&self, role: &str) -> Rate {
        self.roles.iter().find(|(key, _)| key == role).map_or(self.everyone, |(_, rate)| *rate)
    }
}

/// What is bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flood {
    pub posts: Rates,
    pub comments: Rates,
}

pub(super) fn read(sources: &Sources, wrong: &mut Wrong) -> Flood {
    Flood { posts: rates(sources, wrong, "FLOOD_POSTS"), comments: rates(sources, wrong, "FLOOD_COMMENTS") }
}

fn rates(sources: &Sources, wrong: &mut Wrong, name: &str) -> Rates {
    let text = sources.text(name);
    text.parse().unwrap_or_else(|()| {
        wrong.say(name, text, "how many at once and the seconds for each further one, such as 5/60, then single roles: 5/60,editor=30/10");
        Rates { everyone: Rate { burst: 1, period: Duration::from_secs(1) }, roles: Vec::new() }
    })
}

impl FromStr for Rates {
    type Err = ();

    /// `5/60,editor=30/10`: five at once, then one in sixty seconds; thirty and ten for the role with the key `editor`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(',').map(str::trim);
        let everyone = parts.next().and_then(rate).ok_or(())?;
        let role = |part: &str| {
            let (role, text) = part.split_once('=')?;
            Some((role.trim().to_owned(), rate(text.trim())?))
        };
        Ok(Self { everyone, roles: parts.map(role).collect::<Option<_>>().ok_or(())? })
    }
}

fn rate(text: &str) -> Option<Rate> {
    let (burst, seconds) = text.split_once('/')?;
    match (burst.parse().ok()?, seconds.parse().ok()?) {
        (burst @ 1..=1_000, seconds @ 1..=86_400) => Some(Rate { burst, period: Duration::from_secs(seconds) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_is_named_has_its_own_rate_and_others_that_of_everyone() {
        let rates: Rates = "5/60, editor=30/10 ,guest-writer=1/300".parse().expect("it is a rate");

        let of = |role| (rates.of(role).burst, rates.of(role).period.as_secs());
        assert_eq!((of("member"), of("editor"), of("guest-writer")), ((5, 60), (30, 10), (1, 300)));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["", "5", "5/", "0/60", "5/0", "1001/60", "5/60,editor", "5/60,editor=30", "editor=5/60", "5/60,"] {
            assert!(text.parse::<Rates>().is_err(), "{text}");
        }
    }
}
