//! Signing in and up, profiles, settings, who is online.

use super::query;

/// Sign in.
pub const LOGIN: &str = "/login";
/// Sign in, after signing out.
pub const LOGIN_LEFT: &str = "/login?why=left";
/// Sign in, after setting a new password.
pub const LOGIN_CHANGED: &str = "/login?why=changed";

/// Sign in and come back to `next`.
pub fn login_then(next: &str) -> String {
    format!("/login?next={}", query(next))
}

/// Sign in for the first time, and go on to `next`.
pub fn login_joined(next: &str) -> String {
    format!("/login?why=joined&next={}", query(next))
}

/// Sign in for the first time, after the form behind a mailed link, and go on to `next`.
pub fn login_confirmed(next: &str) -> String {
    format!("/login?why=confirmed&next={}", query(next))
}

/// Sign up.
pub const SIGNUP: &str = "/signup";

/// Sign up and come back to `next`.
pub fn signup_then(next: &str) -> String {
    format!("/signup?next={}", query(next))
}

/// Sign out: asks on GET, does on POST.
pub const LOGOUT: &str = "/logout";
/// Everything that is one member's own.
pub const MY: &str = "/my/";
/// A member's own settings.
pub const MY_PROFILE: &str = "/my/profile";
/// Change the password.
pub const MY_PASSWORD: &str = "/my/password";
/// Language and reading aids, for visitors too.
pub const MY_READING: &str = "/my/reading";
/// Who is here now.
pub const WHO: &str = "/who";

/// Members by a part of their names.
pub const MEMBER_NAMES: &str = "/members/names";

/// The same for a comment under a post, without the part.
pub fn member_names(post: i64) -> String {
    format!("{MEMBER_NAMES}?post={post}&q=")
}

/// A member's page.
pub fn profile(id: i64) -> String {
    format!("/u/{id}")
}
