//! Sessions: who is signed in where. The row is the truth; `shared` keeps a hot copy of it. Rooms: this file (begun,
//! looked up, listed) and `changes` (ended, voided, renewed).

mod changes;

use super::page::{Page, skip};
use super::{Actor, Permissions, Result, idempotency};
use crate::clock::{OffsetDateTime, to_ms};
use crate::db::query;
use crate::domain::{Context, tokens};
use crate::shared::sessions::SessionCopy;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use time::Duration;

use changes::{DELIVERED, OVERLAP};

pub use changes::{Changed, Renew, Which, end, renew, rotate};

/// Where a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// The site.
    Site,
    /// The admin panel.
    Admin,
}

/// How long a session lasts: unused, and at the most.
struct Span {
    idle: Duration,
    most: Duration,
}

impl Area {
    /// The word in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Admin => "admin",
        }
    }

    fn span(self, persistent: bool) -> Span {
        match (self, persistent) {
            (Self::Admin, _) => Span { idle: Duration::minutes(30), most: Duration::hours(8) },
            (Self::Site, false) => Span { idle: Duration::hours(24), most: Duration::days(7) },
            (Self::Site, true) => Span { idle: Duration::days(30), most: Duration::days(90) },
        }
    }
}

/// From where somebody is asking.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The address, as the trusted proxies tell it.
    pub ip: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A session as a request knows it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The SHA-256 of its token.
    pub hash: String,
    /// What is known about it and its member.
    pub copy: SessionCopy,
    /// The member's permissions, understood.
    pub permissions: Permissions,
}

impl Session {
    /// From a hot copy.
    pub fn of(hash: String, copy: SessionCopy) -> Self {
        let permissions = Permissions::from_words(copy.permissions.iter().map(String::as_str));
        Self { hash, copy, permissions }
    }

    /// Its member as the one who asks.
    pub fn actor(&self) -> Actor {
        Actor { id: self.copy.user_id, name: self.copy.name.clone(), role: self.copy.role.clone(), permissions: self.permissions }
    }
}

const STILL_GOOD: &str = "SELECT id FROM users WHERE id = $1 AND password_hash = $2 \
    AND (suspended_at IS NULL OR suspended_until <= $3)";

/// Signs a member in: the row first, then the hot copy. Gives the token for the cookie; it is stored nowhere. None where the
/// member was suspended or the password changed since `verified`, the hash that was checked: their row is locked, so that
/// whoever changes it either sees this session and ends it, or is seen here.
///
/// # Errors
/// The database's.
pub async fn start(ctx: &Context, user: i64, verified: &str, area: Area, persistent: bool, client: &Client) -> Result<Option<String>> {
    let token = tokens::random()?;
    let (hash, now) = (tokens::hash(&token), ctx.clock.now());
    let span = area.span(persistent);
    let insert = "INSERT INTO sessions (token_hash, user_id, area, persistent, ip, user_agent, created_at, \
                  last_seen_at, expires_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)";
    let agent: String = client.agent.chars().filter(|c| !c.is_control()).take(300).collect();
    let values: [Value; 9] = [
        hash.clone().into(),
        user.into(),
        area.as_str().into(),
        persistent.into(),
        client.ip.clone().into(),
        agent.into(),
        now.into(),
        (now + span.idle).into(),
        (now + span.most).into(),
    ];
    let tx = query::begin(&ctx.db).await?;
    // SQLite has one writer, and this transaction began as one.
    let lock = if tx.get_database_backend() == DbBackend::Postgres { " FOR SHARE" } else { "" };
    let found = query::number(&tx, &format!("{STILL_GOOD}{lock}"), [user.into(), verified.into(), now.into()]).await?;
    if found.is_none() {
        return Ok(None);
    }
    query::run(&tx, insert, values).await?;
    tx.commit().await?;
    load(ctx, &hash, area).await?;
    Ok(Some(token))
}

/// A sign-in form that was sent twice has one session: the earlier one, whose token nobody may have received, ends.
///
/// # Errors
/// The database's.
pub async fn replace_repeated(ctx: &Context, key: &idempotency::Key, user: i64, token: &str) -> Result<()> {
    let now = ctx.clock.now();
    let find = "SELECT id FROM sessions WHERE token_hash = $1";
    let Some(new) = query::number(&ctx.db, find, [tokens::hash(token).into()]).await? else { return Ok(()) };
    let tx = query::begin(&ctx.db).await?;
    let upsert = "INSERT INTO once_keys (form_key, result, created_at) VALUES ($1, $2, $3) ON CONFLICT (form_key) DO NOTHING";
    if query::run(&tx, upsert, [key.0.clone().into(), new.into(), now.into()]).await? == 1 {
        return Ok(tx.commit().await?);
    }
    let first = query::number(&tx, "SELECT result FROM once_keys WHERE form_key = $1", [key.0.clone().into()]).await?;
    query::run(&tx, "UPDATE once_keys SET result = $1 WHERE form_key = $2", [new.into(), key.0.clone().into()]).await?;
    let ended = end(&tx, Which::One { user, session: first.unwrap_or(0) }, "repeated", now).await?;
    tx.commit().await?;
    ended.tell(ctx).await;
    Ok(())
}

/// What a session's row and its member's say.
#[derive(FromQueryResult)]
struct Row {
    id: i64,
    user_id: i64,
    persistent: bool,
    version: i64,
    last_seen_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    rotate: bool,
    is_old: bool,
    previous_until: Option<OffsetDateTime>,
    email: String,
    name: String,
    language: Option<String>,
    aids: String,
    shows_presence: bool,
    role: String,
    permissions: Option<String>,
}

const LOAD: &str = "SELECT s.id, s.user_id, s.persistent, s.version, s.last_seen_at, s.expires_at, s.ends_at, \
    s.rotate, s.token_hash <> $1 AS is_old, s.previous_until, u.email, u.name, u.language, u.aids, u.shows_presence, r.slug AS role, \
    (SELECT string_agg(p.resource || ':' || p.action, ',') FROM role_permissions p WHERE p.role_id = r.id) AS permissions \
    FROM sessions s JOIN users u ON u.id = s.user_id JOIN roles r ON r.id = u.role_id \
    WHERE (s.token_hash = $1 OR (s.previous_hash = $1 AND s.previous_until > $3)) \
    AND s.area = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND s.ends_at > $3 \
    AND (u.suspended_at IS NULL OR u.suspended_until <= $3)";

/// The session of a token's hash from its row, and its hot copy renewed.
///
/// # Errors
/// The database's.
pub async fn load(ctx: &Context, hash: &str, area: Area) -> Result<Option<Session>> {
    // Taken before the row is read: see `shared::sessions`.
    let epoch = ctx.shared.epoch();
    let now = ctx.clock.now();
    let values = [hash.into(), area.as_str().into(), now.into()];
    let Some(row) = query::one::<Row>(&ctx.db, LOAD, values).await? else { return Ok(None) };
    let ends = row.expires_at.min(row.ends_at);
    let ends = row.previous_until.filter(|_| row.is_old).map_or(ends, |until| ends.min(until));
    let copy = SessionCopy {
        user_id: row.user_id,
        email: row.email,
        name: row.name,
        role: row.role,
        permissions: row.permissions.unwrap_or_default().split(',').map(str::to_owned).collect(),
        last_access: to_ms(row.last_seen_at),
        session_id: row.id,
        area: area.as_str().to_owned(),
        version: row.version,
        epoch,
        expires_at: to_ms(ends),
        // The answer that brought the new token may have been lost; a browser that had it would not send the earlier one.
        rotate: row.rotate || row.previous_until.is_some_and(|until| row.is_old && until - now < OVERLAP - DELIVERED),
        persistent: row.persistent,
        language: row.language.unwrap_or_default(),
        aids: row.aids,
        shows_presence: row.shows_presence,
    };
    // An earlier token is good for a minute and its state changes within it: its copy would hide that.
    if !row.is_old {
        ctx.shared.sessions().put(hash, &copy).await;
    }
    Ok(Some(Session::of(hash.to_owned(), copy)))
}

/// A session in its member's list, or in the admin's.
#[derive(FromQueryResult, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    pub area: String,
    pub token_hash: String,
    pub persistent: bool,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
}

const OPEN: &str = "SELECT s.id, s.user_id, u.name, s.area, s.token_hash, s.persistent, s.ip, s.user_agent, s.created_at, s.last_seen_at \
    FROM sessions s JOIN users u ON u.id = s.user_id \
    WHERE ($1 = 0 OR s.user_id = $1) AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.ends_at > $2 \
    ORDER BY s.last_seen_at DESC, s.id DESC LIMIT $3 OFFSET $4";

/// A member's open sessions, the last used first.
///
/// # Errors
/// The database's.
pub async fn open(ctx: &Context, user: i64, limit: i64) -> Result<Vec<Listed>> {
    Ok(page(ctx, Some(user), 1, limit).await?.rows)
}

/// A page of the sessions that are open, a member's or everybody's.
///
/// # Errors
/// The database's.
pub async fn page(ctx: &Context, user: Option<i64>, page: i64, size: i64) -> Result<Page<Listed>> {
    let values = [user.unwrap_or(0).into(), ctx.clock.now().into(), (size + 1).into(), skip(page, size).into()];
    Ok(Page::of(query::all(&ctx.db, OPEN, values).await?, size))
}

/// Whose session it is.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn owner(db: &impl ConnectionTrait, session: i64) -> Result<i64> {
    query::number(db, "SELECT user_id FROM sessions WHERE id = $1", [session.into()]).await?.ok_or(super::Error::NotFound)
}

/// How many sessions are open.
///
/// # Errors
/// The database's.
pub async fn count_open(ctx: &Context) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND expires_at > $1 AND ends_at > $1";
    Ok(query::number(&ctx.db, sql, [ctx.clock.now().into()]).await?.unwrap_or(0))
}

/// Moves on when sessions were last used and so when they end, never back: an instance whose clock is behind ends nobody's
/// session. Called for many at once, now and then.
///
/// # Errors
/// The database's.
pub async fn touch(ctx: &Context, sessions: &[i64], area: Area, persistent: bool, at: OffsetDateTime) -> Result<()> {
    let places = query::places(3, sessions.len());
    let update =
        format!("UPDATE sessions SET last_seen_at = $1, expires_at = $2 WHERE id IN ({places}) AND revoked_at IS NULL AND expires_at < $2");
    let expires = at + area.span(persistent).idle;
    let values = [Value::from(at), expires.into()].into_iter().chain(sessions.iter().map(|id| Value::from(*id)));
    query::run(&ctx.db, &update, values).await.map(|_| ()).map_err(Into::into)
}

/// Days for which the rows of ended sessions are kept, for questions about them.
const KEPT_DAYS: i64 = 30;

/// Forgets sessions that ended long ago.
///
/// # Errors
/// The database's.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let before = now - Duration::days(KEPT_DAYS);
    Ok(query::run(db, "DELETE FROM sessions WHERE expires_at < $1 OR ends_at < $1", [before.into()]).await?)
}
