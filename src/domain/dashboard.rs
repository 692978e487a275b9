//! The numbers on the dashboard. Nothing here counts a large table: what is written down is added up, and the
//! newest day is found through its ids.

use super::Result;
use crate::db::query;
use crate::domain::Context;
use sea_orm::FromQueryResult;

/// How much there is, and how much of it is from the last 24 hours.
#[derive(Clone, Copy, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "named for what they count")]
pub struct Numbers {
    pub users: i64,
    pub users_today: i64,
    pub posts: i64,
    pub posts_today: i64,
    pub comments: i64,
    pub comments_today: i64,
    pub sessions: i64,
    pub sessions_admin: i64,
    pub suspended: i64,
}

/// Counts. Posts and comments are added up from the boards' marks and the members' rows' counters.
///
/// # Errors
/// The database's.
pub async fn numbers(ctx: &Context) -> Result<Numbers> {
    let sql = "SELECT (SELECT COUNT(*) FROM users) AS users, \
        (SELECT COUNT(*) FROM users WHERE created_at > $1) AS users_today, \
        CAST((SELECT COALESCE(SUM(shown), 0) FROM page_marks WHERE sort = 'new') AS BIGINT) AS posts, \
        (SELECT COUNT(*) FROM posts WHERE state = 'shown' AND created_at > $1) AS posts_today, \
        CAST((SELECT COALESCE(SUM(comment_count), 0) FROM users) AS BIGINT) AS comments, \
        (SELECT COUNT(*) FROM comments WHERE state = 'shown' AND created_at > $1) AS comments_today, \
        (SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND expires_at > $2 AND ends_at > $2) AS sessions, \
        (SELECT COUNT(*) FROM sessions WHERE area = 'admin' AND revoked_at IS NULL AND expires_at > $2 AND ends_at > $2) AS sessions_admin, \
        (SELECT COUNT(*) FROM users WHERE suspended_at IS NOT NULL AND (suspended_until IS NULL OR suspended_until > $2)) AS suspended";
    let now = ctx.clock.now();
    Ok(query::some(query::one(&ctx.db, sql, [(now - time::Duration::days(1)).into(), now.into()]).await?, "the numbers of the dashboard")?)
}
