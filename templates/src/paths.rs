//! Every address of the site (and, in [`admin`], of the staff's side). No other file spells one.

/// The first page.
pub const HOME: &str = "/";
/// The list of boards.
pub const COMMUNITY: &str = "/community";
/// Turns Markdown into a preview fragment.
pub const PREVIEW: &str = "/preview";
/// Who is here now.
pub const WHO: &str = "/who";
/// Sign in.
pub const LOGIN: &str = "/login";
/// Sign up.
pub const SIGNUP: &str = "/signup";
/// Sign out: asks on GET, does on POST.
pub const LOGOUT: &str = "/logout";
/// A member's own settings.
pub const MY_PROFILE: &str = "/my/profile";
/// Change the password.
pub const MY_PASSWORD: &str = "/my/password";
/// Everything that is one member's own.
pub const MY: &str = "/my/";
/// Where a vulnerability is reported (RFC 9116 section 3).
pub const SECURITY_TXT: &str = "/.well-known/security.txt";
/// Where a member is signed in.
pub const MY_SESSIONS: &str = "/my/sessions";
/// Ends every session but this one.
pub const MY_SESSIONS_END_OTHERS: &str = "/my/sessions/end-others";
/// Language and reading aids, for visitors too.
pub const MY_READING: &str = "/my/reading";
/// A member's notifications.
pub const NOTIFICATIONS: &str = "/notifications";
/// Marks every notification as read.
pub const NOTIFICATIONS_READ_ALL: &str = "/notifications/read-all";
/// The stream that rings a member's bell.
pub const EVENTS: &str = "/events";
/// Terms of use.
pub const TERMS: &str = "/terms";
/// How personal data are treated.
pub const PRIVACY: &str = "/privacy";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The folder of embedded files.
pub const STATIC: &str = "/static/";
/// Whether an instance wants requests.
pub const READY: &str = "/readyz";
/// Whether a process answers.
pub const HEALTHY: &str = "/healthz";
/// What a process measures.
pub const METRICS: &str = "/metrics";
/// How the servers behind nginx are; the edge answers.
pub const UPSTREAM_STATUS: &str = "/upstream_status";

/// One board.
pub fn board(slug: &str) -> String {
    format!("/community/{slug}")
}

/// One board at a page and in an order; the plain address where both are the usual ones.
pub fn board_page(slug: &str, page: u64, by_activity: bool) -> String {
    let path = board(slug);
    match (page, by_activity) {
        (0 | 1, false) => path,
        (0 | 1, true) => format!("{path}?sort=active"),
        (n, false) => format!("{path}?page={n}"),
        (n, true) => format!("{path}?page={n}&sort=active"),
    }
}

/// Write into a board.
pub fn write(slug: &str) -> String {
    format!("/community/{slug}/write")
}

/// One post.
pub fn post(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}")
}

/// One post with a page of its comments.
pub fn post_page(slug: &str, id: i64, page: u64) -> String {
    if page <= 1 { format!("/community/{slug}/{id}#comments") } else { format!("/community/{slug}/{id}?page={page}#comments") }
}

/// Change a post.
pub fn post_edit(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/edit")
}

/// Delete a post: asks on GET, does on POST.
pub fn post_delete(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/delete")
}

/// Staff bring a post back.
pub fn post_restore(id: i64) -> String {
    format!("/posts/{id}/restore")
}

/// Staff hide a post.
pub fn post_hide(id: i64) -> String {
    format!("/posts/{id}/hide")
}

/// A post's comments: POST writes one.
pub fn post_comments(slug: &str, id: i64) -> String {
    format!("/community/{slug}/{id}/comments")
}

/// Leads to a comment on the page where it stands.
pub fn comment(id: i64) -> String {
    format!("/comments/{id}")
}

/// Where a comment stands on the page that is open.
pub fn comment_anchor(id: i64) -> String {
    format!("#comment-{id}")
}

/// A comment on its page of a post's comments.
pub fn comment_on(slug: &str, post: i64, page: u64, id: i64) -> String {
    let page = if page > 1 { format!("?page={page}") } else { String::new() };
    format!("/community/{slug}/{post}{page}#comment-{id}")
}

/// Answer a comment.
pub fn comment_reply(id: i64) -> String {
    format!("/comments/{id}/reply")
}

/// Change a comment.
pub fn comment_edit(id: i64) -> String {
    format!("/comments/{id}/edit")
}

/// Delete a comment: asks on GET, does on POST.
pub fn comment_delete(id: i64) -> String {
    format!("/comments/{id}/delete")
}

/// A member's page.
pub fn profile(id: i64) -> String {
    format!("/u/{id}")
}

/// Ends one session.
pub fn session_end(id: i64) -> String {
    format!("/my/sessions/{id}/end")
}

/// Marks a notification as read and leads to what it tells of.
pub fn notification_read(id: i64) -> String {
    format!("/notifications/{id}/read")
}

/// Notifications older than one.
pub fn notifications_before(id: i64) -> String {
    format!("/notifications?before={id}")
}

/// The stream of a post's comments that are newer than the newest that the page knows of.
pub fn post_events(id: i64, newest: i64) -> String {
    format!("/events/posts/{id}?after={newest}")
}

/// Sign in and come back to `next`.
pub fn login_then(next: &str) -> String {
    format!("/login?next={}", query(next))
}

/// Sign in, after signing out.
pub const LOGIN_LEFT: &str = "/login?why=left";

/// Sign in for the first time, and go on to `next`.
pub fn login_joined(next: &str) -> String {
    format!("/login?why=joined&next={}", query(next))
}

/// Sign up and come back to `next`.
pub fn signup_then(next: &str) -> String {
    format!("/signup?next={}", query(next))
}

/// An embedded file by its hashed name.
pub fn asset(name: &str) -> String {
    format!("{STATIC}{name}")
}

/// The style sheet.
pub fn css() -> &'static str {
    concat!("/static/", crate::assets::css_name!())
}

/// The script.
pub fn js() -> &'static str {
    concat!("/static/", crate::assets::js_name!())
}

/// The icon.
pub fn icon() -> &'static str {
    concat!("/static/", crate::assets::icon_name!())
}

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

/// The staff's side, on its own port.
pub mod admin {
    use super::query;

    /// The dashboard.
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
    /// A new role.
    pub const ROLES_NEW: &str = "/roles/new";
    /// Boards.
    pub const BOARDS: &str = "/boards";
    /// A new board.
    pub const BOARDS_NEW: &str = "/boards/new";
    /// Moves a board up or down.
    pub const BOARDS_ORDER: &str = "/boards/order";
    /// Posts.
    pub const POSTS: &str = "/posts";
    /// Comments.
    pub const COMMENTS: &str = "/comments";
    /// Who is signed in where.
    pub const SESSIONS: &str = "/sessions";
    /// What staff did.
    pub const AUDIT: &str = "/audit";
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

    /// Ends every session of a member.
    pub fn user_end_sessions(id: i64) -> String {
        format!("/users/{id}/end-sessions")
    }

    /// One role: POST saves what it may do.
    pub fn role(id: i64) -> String {
        format!("/roles/{id}")
    }

    /// Deletes a role.
    pub fn role_delete(id: i64) -> String {
        format!("/roles/{id}/delete")
    }

    /// Change a board's settings.
    pub fn board_edit(id: i64) -> String {
        format!("/boards/{id}/edit")
    }

    /// Ends one session.
    pub fn session_end(id: i64) -> String {
        format!("/sessions/{id}/end")
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
