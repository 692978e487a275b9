//! The panel, on its own port.

use super::query;

pub const DASHBOARD: &str = "/";
/// Staff sign in.
pub const LOGIN: &str = "/login";
/// Staff sign out.
pub const LOGOUT: &str = "/logout";
/// The first administrator.
pub const SETUP: &str = "/setup";
/// Members.
pub const USERS: &str = "/users";
/// Roles and what they may do.
pub const ROLES: &str = "/roles";
pub const ROLES_NEW: &str = "/roles/new";
pub const BOARDS: &str = "/boards";
/// What stands at the foot of the site's pages.
pub const ORGANISATION: &str = "/organisation";
pub const BOARDS_NEW: &str = "/boards/new";
/// Moves a board up or down.
pub const BOARDS_ORDER: &str = "/boards/order";
pub const POSTS: &str = "/posts";
pub const COMMENTS: &str = "/comments";
/// Who is signed in where.
pub const SESSIONS: &str = "/sessions";
/// What staff did.
pub const AUDIT: &str = "/audit";
/// What is done beside the requests.
pub const JOBS: &str = "/jobs";
/// Where mail goes, and what fails of it.
pub const MAIL: &str = "/mail";
/// Sends a mail to oneself.
pub const MAIL_TEST: &str = "/mail/test";
/// How the machines are.
pub const SYSTEM: &str = "/system";
/// The part of it that is of now.
pub const SYSTEM_LIVE: &str = "/system/live";
/// The part of it that was.
pub const SYSTEM_HISTORY: &str = "/system/history";
/// What to do when something is wrong.
pub const RUNBOOK: &str = "/system/runbook";

/// How the machines are, with curves over a span; it may stand still.
pub fn system(range: &str, paused: bool) -> String {
    format!("{SYSTEM}?range={range}{}", if paused { "&paused=1" } else { "" })
}

/// The curves over a span.
pub fn system_history(range: &str) -> String {
    format!("{SYSTEM_HISTORY}?range={range}")
}

/// A place of the runbook.
pub fn runbook(anchor: &str) -> String {
    format!("{RUNBOOK}#{anchor}")
}

/// Sign in and come back to `next`.
pub fn login_then(next: &str) -> String {
    format!("/login?next={}", query(next))
}

/// Use the link for the first administrator.
pub fn setup(token: &str) -> String {
    format!("{SETUP}?token={}", query(token))
}

/// One member.
pub fn user(id: i64) -> String {
    format!("/users/{id}")
}

/// Gives a member a role.
pub fn user_role(id: i64) -> String {
    format!("/users/{id}/role")
}

/// Suspends a member.
pub fn user_suspend(id: i64) -> String {
    format!("/users/{id}/suspend")
}

/// Lifts a suspension.
pub fn user_lift(id: i64) -> String {
    format!("/users/{id}/lift")
}

/// Takes a member's picture away.
pub fn user_picture_delete(id: i64) -> String {
    format!("/users/{id}/picture/delete")
}

/// Ends every session of a member.
pub fn user_end_sessions(id: i64) -> String {
    format!("/users/{id}/end-sessions")
}

/// Makes a member of a sign-up that waits.
pub fn sign_up_confirm(id: i64) -> String {
    format!("/sign-ups/{id}/confirm")
}

/// Drops a sign-up that waits.
pub fn sign_up_delete(id: i64) -> String {
    format!("/sign-ups/{id}/delete")
}

/// One role: POST saves what it may do.
pub fn role(id: i64) -> String {
    format!("/roles/{id}")
}

pub fn role_delete(id: i64) -> String {
    format!("/roles/{id}/delete")
}

/// Change a board's settings.
pub fn board_edit(id: i64) -> String {
    format!("/boards/{id}/edit")
}

pub fn session_end(id: i64) -> String {
    format!("/sessions/{id}/end")
}

/// Tries a job again.
pub fn job_retry(id: i64) -> String {
    format!("{JOBS}/{id}/retry")
}

/// Drops a job.
pub fn job_delete(id: i64) -> String {
    format!("{JOBS}/{id}/delete")
}

/// The sessions of one member.
pub fn sessions_of(user: i64) -> String {
    format!("/sessions?user={user}")
}

/// A list with its search and its page; empty values are left out.
pub fn list(base: &str, filters: &[(&str, &str)], page: u64) -> String {
    let mut pairs: Vec<String> =
        filters.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", query(value))).collect();
    if page > 1 {
        pairs.push(format!("page={page}"));
    }
    if pairs.is_empty() { base.to_owned() } else { format!("{base}?{}", pairs.join("&")) }
}
