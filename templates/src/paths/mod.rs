//! Every address of the site, a file a noun, and in [`admin`] of the panel. No other folder spells one.

pub mod admin;
mod assets;
mod boards;
mod comments;
mod notifications;
mod operations;
mod pages;
mod posts;
pub mod revisions;
mod sessions;
mod users;

pub use assets::{STATIC, asset, css, icon, js, upload, writing};
pub use boards::{COMMUNITY, board, board_page, write};
pub use comments::{comment, comment_anchor, comment_delete, comment_edit, comment_on, comment_reply};
pub use notifications::{EVENTS, NOTIFICATIONS, NOTIFICATIONS_READ_ALL, notification_read, notifications_before};
pub use operations::{HEALTHY, METRICS, READY, UPSTREAM_STATUS};
pub use pages::{ACCESSIBILITY, HOME, PRIVACY, SECURITY_TXT, TERMS};
pub use posts::{PREVIEW, post, post_comments, post_delete, post_edit, post_events, post_hide, post_page, post_restore};
pub use sessions::{MY_SESSIONS, MY_SESSIONS_END_OTHERS, session_end};
pub use users::{
    LOGIN, LOGIN_CHANGED, LOGIN_LEFT, LOGOUT, MEMBER_NAMES, MY, MY_PASSWORD, MY_PROFILE, MY_READING, SIGNUP, WHO, login_confirmed,
    login_joined, login_then, member_names, profile, signup_then,
};

/// Escapes a value for the query part of an address.
pub fn query(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_page_has_the_plain_address() {
        assert_eq!(board_page("free", 1, false), "/community/free");
        assert_eq!(board_page("free", 3, true), "/community/free?page=3&sort=active");
    }

    #[test]
    fn a_query_value_is_escaped() {
        assert_eq!(login_then("/community/free?page=2&sort=active"), "/login?next=/community/free%3Fpage%3D2%26sort%3Dactive");
        assert_eq!(admin::list(admin::USERS, &[("q", "김 하나")], 2), "/users?q=%EA%B9%80%20%ED%95%98%EB%82%98&page=2");
    }
}
