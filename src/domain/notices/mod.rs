//! Notices: notifications by mail, for members who proved their address.
//!
//! Nothing is added while a comment is written: the rows of `notifications` are the queue. `preferences` how soon a member wants
//! which of them · `due` what is mailed at once · `digests` what is mailed each day or week · `content` what a mail holds, looked up when
//! it is sent · `unsubscribe` the signed address that ends them · `refused` notifies members in the site that mails to them come back

pub mod content;
pub mod digests;
pub mod due;
pub mod preferences;
pub mod refused;
pub mod unsubscribe;

use super::{Context, PostId, Result, UserId, users};
use crate::clock::OffsetDateTime;
use crate::domain::jobs::{self, New};
use crate::domain::saved_searches::SavedSearchId;
use crate::domain::users::addresses;
use crate::entity::{user, user_email};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};
use serde::{Deserialize, Serialize};

pub use crate::entity::notice_kind::Pace;
pub use crate::entity::notification::Kind;

/// The kinds of notifications that are mailed. A sign-up with a known address has a mail of its own, and of an address that mails do
/// not reach no mail can speak.
pub const KINDS: [Kind; 4] = [Kind::Comment, Kind::Reply, Kind::Mention, Kind::SavedSearch];

/// How soon, where a member chose nothing: one mail a day at most, and only after a day on which something was left unread.
pub const USUAL: Pace = Pace::Daily;

impl Pace {
    /// All of them, the soonest first.
    pub const ALL: [Self; 4] = [Self::AtOnce, Self::Daily, Self::Weekly, Self::Never];

    /// The word in forms and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Never => "never",
        }
    }

    /// The pace of a word; none where the word means nothing.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.word() == word)
    }
}

impl Kind {
    /// The word of a kind that is mailed, in forms and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Reply => "reply",
            Self::Mention => "mention",
            Self::SavedSearch => "search",
            Self::SignUpAgain | Self::AddressRefused => "",
        }
    }

    /// The kind of a word, where it is mailed.
    pub fn of_word(word: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.word() == word)
    }
}

/// A mail that is to be sent: the payload of its job. It holds no text: that is loaded when the mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// What a member has not read about one post.
    Post {
        /// The member.
        user: UserId,
        /// The post.
        post: PostId,
    },
    /// What a member has not read of one saved search.
    Search {
        /// The member.
        user: UserId,
        /// The search.
        search: SavedSearchId,
    },
    /// What a member has not read of a day or a week.
    Digest {
        /// The member.
        user: UserId,
        /// Daily or weekly.
        pace: Pace,
        /// The end of the time that it is about.
        #[serde(with = "time::serde::timestamp")]
        until: OffsetDateTime,
    },
}

impl Notice {
    /// Who gets it.
    pub fn user(self) -> UserId {
        match self {
            Self::Post { user, .. } | Self::Search { user, .. } | Self::Digest { user, .. } => user,
        }
    }
}

/// What a mail that is sent at once is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Post(PostId),
    Search(SavedSearchId),
}

impl About {
    /// What a notification is about, where it can be mailed at once.
    fn of(post: Option<PostId>, search: Option<SavedSearchId>) -> Option<Self> {
        post.map(Self::Post).or(search.map(Self::Search))
    }

    fn notice(self, user: UserId) -> Notice {
        match self {
            Self::Post(post) => Notice::Post { user, post },
            Self::Search(search) => Notice::Search { user, search },
        }
    }
}

/// Adds a mail in the caller's transaction; a second one with the same `dedupe` is not added.
async fn enqueue(tx: &impl ConnectionTrait, notice: Notice, dedupe: &str, (due_at, now): (OffsetDateTime, OffsetDateTime)) -> Result<()> {
    let payload = serde_json::to_string(&notice).map_err(|err| super::Error::internal("writing down a notice", err))?;
    jobs::enqueue(tx, New { kind: jobs::Kind::NoticeMail, payload: &payload, dedupe: Some(dedupe), due_at }, now).await?;
    Ok(())
}

/// The members who get notices: they proved their address, mails reach it, and they are not suspended.
fn recipients(now: OffsetDateTime) -> Select<user_email::Entity> {
    user_email::Entity::find()
        .inner_join(user::Entity)
        .filter(Expr::col((user_email::Entity, user_email::Column::Email)).equals((user::Entity, user::Column::Email)))
        .filter(user_email::Column::VerifiedAt.is_not_null())
        .filter(user_email::Column::Failures.lt(addresses::REFUSED))
        .filter(users::is_suspended(now).not())
}
