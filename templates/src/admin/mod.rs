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
pub mod system;
pub mod users;

use crate::text::{Text, admin as words, admin_content as content, common};
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
        "post" => words::RES_POSTS,
        "comment" => words::RES_COMMENTS,
        "board" => words::RES_BOARDS,
        "user" => words::RES_USERS,
        "role" => words::RES_ROLES,
        "session" => words::RES_SESSIONS,
        "audit" => words::RES_AUDIT,
        "panel" => words::RES_PANEL,
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

/// What an entry of the audit log says was done; unknown deeds are shown as they are.
pub fn deed_name(key: &str) -> Option<Text> {
    Some(match key {
        "user.create" => words::DEED_USER_CREATE,
        "user.password" => words::DEED_USER_PASSWORD,
        "user.role" => words::DEED_USER_ROLE,
        "user.suspend" => words::DEED_USER_SUSPEND,
        "user.unlock" => words::DEED_USER_UNLOCK,
        "user.lift" => words::DEED_USER_LIFT,
        "session.end" => words::DEED_SESSION_END,
        "role.create" => words::DEED_ROLE_CREATE,
        "role.grant" => words::DEED_ROLE_GRANT,
        "role.delete" => words::DEED_ROLE_DELETE,
        "board.create" => words::DEED_BOARD_CREATE,
        "board.update" => words::DEED_BOARD_UPDATE,
        "board.order" => words::DEED_BOARD_ORDER,
        "post.hide" => words::DEED_POST_HIDE,
        "post.restore" => words::DEED_POST_RESTORE,
        "post.edit" => words::DEED_POST_EDIT,
        "post.delete" => words::DEED_POST_DELETE,
        "post.move" => words::DEED_POST_MOVE,
        "comment.hide" => words::DEED_COMMENT_HIDE,
        "comment.restore" => words::DEED_COMMENT_RESTORE,
        "comment.delete" => words::DEED_COMMENT_DELETE,
        _ => return None,
    })
}

/// What an entry of the audit log says was changed; unknown fields are shown as they are.
pub fn field_name(key: &str) -> Option<Text> {
    Some(match key {
        "title" => crate::text::posts::TITLE,
        "body" => crate::text::posts::BODY,
        "role" => words::COL_ROLE,
        "permissions" => words::FIELD_PERMISSIONS,
        "until" | "suspended" => words::FIELD_SUSPENDED,
        "sessions" => words::SESSIONS,
        "state" => words::COL_STATE,
        "board" => content::COL_BOARD,
        "slug" => content::SLUG,
        "name" => content::NAME,
        "name_en" => content::NAME_EN,
        "description" => content::DESCRIPTION,
        "list" => content::WHO_LIST,
        "read" => content::WHO_READ,
        "write" => content::WHO_WRITE,
        "comment" => content::WHO_COMMENT,
        "archived" => content::ARCHIVED,
        "position" => content::COL_ORDER,
        _ => return None,
    })
}

/// The words for values that stand for something: states, audiences, yes and no; others are shown as they are.
pub fn value_name(value: &str) -> Option<Text> {
    Some(match value {
        "shown" => content::STATE_SHOWN,
        "hidden" => content::STATE_HIDDEN,
        "deleted" => content::STATE_DELETED,
        "everyone" => content::EVERYONE,
        "members" => content::MEMBERS,
        "staff" => content::STAFF,
        "admins" => content::ADMINS,
        "nobody" => content::NOBODY,
        "on" => common::YES,
        "off" => common::NO,
        _ => return None,
    })
}
