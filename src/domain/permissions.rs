//! What a role may do: resource × action. The pairs here are all that exist; each is asked for somewhere.

use super::{Error, Result};
use crate::domain::UserId;

/// What something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named for what they are")]
pub enum Resource {
    Panel,
    Board,
    Post,
    Comment,
    User,
    Role,
    Session,
    Audit,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named for what they are")]
pub enum Action {
    Read,
    Write,
    Delete,
    Moderate,
    Manage,
}

/// A pair that can be granted.
pub type Permission = (Resource, Action);

/// All pairs that exist, in the order of the admin's grid.
pub const ALL: &[Permission] = &[
    (Resource::Panel, Action::Read),
    (Resource::Board, Action::Manage),
    (Resource::Post, Action::Write),
    (Resource::Post, Action::Delete),
    (Resource::Post, Action::Moderate),
    (Resource::Comment, Action::Write),
    (Resource::Comment, Action::Delete),
    (Resource::Comment, Action::Moderate),
    (Resource::User, Action::Read),
    (Resource::User, Action::Moderate),
    (Resource::User, Action::Manage),
    (Resource::Role, Action::Manage),
    (Resource::Session, Action::Read),
    (Resource::Session, Action::Delete),
    (Resource::Audit, Action::Read),
];

impl Resource {
    /// The word in rows and sessions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Panel => "panel",
            Self::Board => "board",
            Self::Post => "post",
            Self::Comment => "comment",
            Self::User => "user",
            Self::Role => "role",
            Self::Session => "session",
            Self::Audit => "audit",
        }
    }
}

impl Action {
    /// The word in rows and sessions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Moderate => "moderate",
            Self::Manage => "manage",
        }
    }
}

/// A set of pairs, one bit each in the order of [`ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// Every pair that exists.
    pub const EVERY: Self = Self((1 << ALL.len()) - 1);

    /// The set of the words `resource:action`; words that mean nothing here are passed over.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self(words.into_iter().filter_map(place).fold(0, |bits, place| bits | 1 << place))
    }

    /// The words `resource:action`.
    pub fn words(self) -> Vec<String> {
        let held = ALL.iter().enumerate().filter(|(place, _)| self.0 & (1 << place) != 0);
        held.map(|(_, (resource, action))| format!("{}:{}", resource.as_str(), action.as_str())).collect()
    }

    /// A number that is the same for the same set, whatever the version of the program: it is stored beside what was read
    /// with these rights (FNV-1a of the words).
    pub fn mark(self) -> u64 {
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        self.words().join(",").bytes().fold(0xCBF2_9CE4_8422_2325, fold)
    }

    /// Whether the pair is in the set.
    pub fn allow(self, resource: Resource, action: Action) -> bool {
        ALL.iter().position(|pair| *pair == (resource, action)).is_some_and(|place| self.0 & (1 << place) != 0)
    }

    /// Whether every pair of `other` is in this set, so that nobody grants more than they have.
    pub fn cover(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

fn place(word: &str) -> Option<usize> {
    let (resource, action) = word.split_once(':')?;
    ALL.iter().position(|pair| pair.0.as_str() == resource && pair.1.as_str() == action)
}

/// Who is asking, from their session.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The member.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// The key of their role; empty for the command line.
    pub role: String,
    /// What they may do.
    pub permissions: Permissions,
}

/// What an account is for, as far as its name and password are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The site.
    Member,
    /// The panel as well.
    Staff,
}

impl From<Permissions> for Account {
    fn from(permissions: Permissions) -> Self {
        if permissions.allow(Resource::Panel, Action::Read) { Self::Staff } else { Self::Member }
    }
}

impl Actor {
    /// The operator at the command line, who may do everything.
    pub fn operator() -> Self {
        Self { id: UserId(0), name: "command line".into(), role: String::new(), permissions: Permissions::EVERY }
    }

    /// Whether they may.
    pub fn may(&self, resource: Resource, action: Action) -> bool {
        self.permissions.allow(resource, action)
    }

    /// Whether they may do everything, as the built-in administrators' role does, which always keeps every permission.
    pub fn is_administrator(&self) -> bool {
        self.permissions.cover(Permissions::EVERY)
    }

    /// # Errors
    /// `Forbidden` where they may not.
    pub fn must(&self, resource: Resource, action: Action) -> Result<()> {
        if self.may(resource, action) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_sets_say_the_same() {
        let words: Vec<_> = ALL.iter().map(|(r, a)| format!("{}:{}", r.as_str(), a.as_str())).collect();

        assert_eq!(Permissions::from_words(words.iter().map(String::as_str)).words(), words);
        assert!(Permissions::from_words(["post:read:all", "x:y", ""]).words().is_empty());
    }
}
