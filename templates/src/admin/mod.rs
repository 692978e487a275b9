//! The staff's side, on its own port, with its own frame. One file a noun.

pub mod audit;
pub mod boards;
pub mod comments;
pub mod dashboard;
pub mod errors;
pub mod layout;
pub mod login;
pub mod posts;
pub mod roles;
pub mod sessions;
pub mod setup;
pub mod users;

use crate::text::Text;
use crate::text::{admin as words, admin_content as content};
use crate::ui::State;

/// The states that the lists of posts and comments can be narrowed to: what is sent, what is read.
pub const STATES: [(&str, Text); 4] =
    [("", content::STATE_ANY), ("shown", content::STATE_SHOWN), ("hidden", content::STATE_HIDDEN), ("deleted", content::STATE_DELETED)];

/// The word for a state.
pub fn state_name(state: State) -> Text {
    match state {
        State::Shown => content::STATE_SHOWN,
        State::Hidden => content::STATE_HIDDEN,
        State::Deleted => content::STATE_DELETED,
    }
}

/// The word for a resource of a permission; unknown ones are shown as they are.
pub fn resource_name(key: &str) -> Option<Text> {
    Some(match key {
        "posts" => words::RES_POSTS,
        "comments" => words::RES_COMMENTS,
        "boards" => words::RES_BOARDS,
        "users" => words::RES_USERS,
        "roles" => words::RES_ROLES,
        "sessions" => words::RES_SESSIONS,
        "audit" => words::RES_AUDIT,
        "settings" => words::RES_SETTINGS,
        _ => return None,
    })
}

/// The word for an action of a permission; unknown ones are shown as they are.
pub fn action_name(key: &str) -> Option<Text> {
    Some(match key {
        "read" => words::ACT_READ,
        "write" => words::ACT_WRITE,
        "delete" => words::ACT_DELETE,
        "moderate" => words::ACT_MODERATE,
        "manage" => words::ACT_MANAGE,
        _ => return None,
    })
}
