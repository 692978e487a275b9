//! The product: one file or folder a noun, whose list is the list of features. Functions take the database (or the
//! [`Context`]) first, the actor second, the input last.
#![warn(missing_docs)]

pub mod audit;
pub mod boards;
pub mod bookmarks;
pub mod bootstrap;
pub mod comments;
pub mod context;
pub mod counters;
pub mod dashboard;
pub mod drafts;
pub mod epoch;
pub mod error;
pub mod files;
pub mod flood;
pub mod idempotency;
pub mod invalidation;
pub mod jobs;
pub mod mail;
pub mod markdown;
pub mod notices;
pub mod notifications;
pub mod organisation;
pub mod page;
pub mod permissions;
pub mod posts;
pub mod revisions;
pub mod roles;
pub mod saved_searches;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod tokens;
pub mod users;
pub mod validation;

pub use crate::entity::{AuditId, BoardId, CommentId, NotificationId, PostId, RoleId, SessionId, UserId};
pub use context::Context;
pub use error::{Error, Problem, Result};
pub use permissions::{Account, Action, Actor, Permissions, Resource};

use crate::shared::UserKey;

impl From<UserId> for UserKey {
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}

impl From<UserKey> for UserId {
    fn from(key: UserKey) -> Self {
        Self(key.0)
    }
}
