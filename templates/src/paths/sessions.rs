//! A member's sessions.

/// Where a member is signed in.
pub const MY_SESSIONS: &str = "/my/sessions";
/// Ends every session but this one.
pub const MY_SESSIONS_END_OTHERS: &str = "/my/sessions/end-others";

pub fn session_end(id: i64) -> String {
    format!("/my/sessions/{id}/end")
}
