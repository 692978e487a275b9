//! Names of what the audit log stores as keys: actions, fields, values.

use super::text as t;
use crate::admin::boards::text as admin_boards_text;
use crate::admin::jobs::text as admin_jobs_text;
use crate::admin::organisation::text as organisation_text;
use crate::admin::posts::text as admin_posts_text;
use crate::admin::sign_ups;
use crate::admin::text as admin_text;
use crate::avatars;
use crate::posts::text as posts_text;
use crate::text::{Text, common};

/// The name of an action; unknown ones are shown as they are.
pub fn action_name(key: &str) -> Option<Text> {
    Some(match key {
        "user.create" => t::ACTION_USER_CREATE,
        "user.password" => t::ACTION_USER_PASSWORD,
        "user.role" => t::ACTION_USER_ROLE,
        "user.suspend" => t::ACTION_USER_SUSPEND,
        "user.unlock" => t::ACTION_USER_UNLOCK,
        "user.picture" => avatars::text::ACTION_REMOVE,
        "user.lift" => t::ACTION_USER_LIFT,
        "sign_up.confirm" => sign_ups::text::ACTION_CONFIRM,
        "sign_up.delete" => sign_ups::text::ACTION_DELETE,
        "session.end" => t::ACTION_SESSION_END,
        "role.create" => t::ACTION_ROLE_CREATE,
        "role.grant" => t::ACTION_ROLE_GRANT,
        "role.delete" => t::ACTION_ROLE_DELETE,
        "board.create" => t::ACTION_BOARD_CREATE,
        "board.update" => t::ACTION_BOARD_UPDATE,
        "board.order" => t::ACTION_BOARD_ORDER,
        "post.hide" => t::ACTION_POST_HIDE,
        "post.restore" => t::ACTION_POST_RESTORE,
        "post.edit" => t::ACTION_POST_EDIT,
        "post.delete" => t::ACTION_POST_DELETE,
        "post.move" => t::ACTION_POST_MOVE,
        "comment.hide" => t::ACTION_COMMENT_HIDE,
        "comment.restore" => t::ACTION_COMMENT_RESTORE,
        "comment.delete" => t::ACTION_COMMENT_DELETE,
        "organisation.update" => organisation_text::ACTION_UPDATE,
        "revision.erase" => t::ACTION_REVISION_ERASE,
        "job.retry" => t::ACTION_JOB_RETRY,
        "job.delete" => t::ACTION_JOB_DELETE,
        _ => return None,
    })
}

/// What an entry of the audit log lists as changed; unknown fields are shown as they are.
pub fn field_name(key: &str) -> Option<Text> {
    Some(match key {
        "title" => posts_text::TITLE,
        "body" => posts_text::BODY,
        "role" => admin_text::COL_ROLE,
        "permissions" => t::FIELD_PERMISSIONS,
        "until" | "suspended" => t::FIELD_SUSPENDED,
        "sessions" => admin_text::SESSIONS,
        "state" => admin_text::COL_STATE,
        "board" => admin_boards_text::COL_BOARD,
        "slug" => admin_boards_text::SLUG,
        "name" => admin_boards_text::NAME,
        "name_en" => admin_boards_text::NAME_EN,
        "description" => admin_boards_text::DESCRIPTION,
        "description_en" => admin_boards_text::DESCRIPTION_EN,
        "look" => admin_boards_text::LOOK,
        "needs_alt" => admin_boards_text::NEEDS_ALT,
        "revisions" => admin_boards_text::WHO_REVISIONS,
        "representative" => organisation_text::REPRESENTATIVE,
        "business_number" => organisation_text::BUSINESS_NUMBER,
        "address" => organisation_text::ADDRESS,
        "phone" => organisation_text::PHONE,
        "email" => organisation_text::EMAIL,
        "links" => organisation_text::LINKS,
        "revision" => t::FIELD_REVISION,
        "list" => admin_boards_text::WHO_LIST,
        "read" => admin_boards_text::WHO_READ,
        "write" => admin_boards_text::WHO_WRITE,
        "comment" => admin_boards_text::WHO_COMMENT,
        "archived" => admin_boards_text::ARCHIVED,
        "position" => admin_boards_text::COL_ORDER,
        "tries" => t::FIELD_TRIES,
        "last_error" => admin_jobs_text::LAST_ERROR,
        _ => return None,
    })
}

/// The words for values that stand for something: states, audiences, yes and no; others are shown as they are.
pub fn value_name(value: &str) -> Option<Text> {
    Some(match value {
        "shown" => admin_posts_text::STATE_SHOWN,
        "hidden" => admin_posts_text::STATE_HIDDEN,
        "deleted" => admin_posts_text::STATE_DELETED,
        "everyone" => admin_boards_text::EVERYONE,
        "members" => admin_boards_text::MEMBERS,
        "staff" => admin_boards_text::STAFF,
        "admins" => admin_boards_text::ADMINS,
        "nobody" => admin_boards_text::NOBODY,
        "on" => common::YES,
        "off" => common::NO,
        _ => return None,
    })
}
