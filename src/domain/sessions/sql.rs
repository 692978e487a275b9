//! Statements that the builder cannot say or that are asked too often to be built each time.

use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::{Result, SessionId, UserId};
use crate::entity::session::Area;
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult};

/// A session with what its member's and their role's rows say.
#[derive(FromQueryResult)]
pub(super) struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub persistent: bool,
    pub version: i64,
    pub last_seen_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub rotate: bool,
    pub is_old: bool,
    pub previous_until: Option<OffsetDateTime>,
    pub email: String,
    pub name: String,
    pub avatar: Option<String>,
    pub language: Option<String>,
    pub aids: String,
    pub shows_presence: bool,
    pub role: String,
    /// `resource:action`, joined by commas.
    pub permissions: Option<String>,
}

const LOAD: &str = "SELECT s.id, s.user_id, s.persistent, s.version, s.last_seen_at, s.expires_at, s.ends_at, \
    s.rotate, s.token_hash <> $1 AS is_old, s.previous_until, u.email, u.name, u.avatar, u.language, u.aids, u.shows_presence, r.slug AS role, \
    (SELECT string_agg(p.resource || ':' || p.action, ',') FROM role_permissions p WHERE p.role_id = r.id) AS permissions \
    FROM sessions s JOIN users u ON u.id = s.user_id JOIN roles r ON r.id = u.role_id \
    WHERE (s.token_hash = $1 OR (s.previous_hash = $1 AND s.previous_until > $3)) \
    AND s.area = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND s.ends_at > $3 \
    AND (u.suspended_at IS NULL OR u.suspended_until <= $3)";

/// As text: it runs for every page whose session is not in Redis, and building it costs more than running it.
pub(super) async fn load(db: &impl ConnectionTrait, hash: &str, area: Area, now: OffsetDateTime) -> Result<Option<SessionRow>> {
    Ok(query::one(db, LOAD, [hash.into(), area.to_value().into(), now.into()]).await?)
}
