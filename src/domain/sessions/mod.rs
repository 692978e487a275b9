//! Sessions: who is signed in where. The row is the truth; `shared` keeps a hot copy of it. Rooms: this file (begun,
//! looked up, listed), `changes` (ended, voided, renewed) and `device`.

mod changes;
mod device;
mod sql;

use super::mail::{self, MailJob};
use super::page::{Page, skip};
use super::{Actor, Error, Permissions, Result, idempotency, jobs, users};
use crate::clock::{OffsetDateTime, to_ms};
use crate::db::query;
use crate::domain::{Context, SessionId, UserId, tokens};
use crate::entity::session::{ActiveModel, Column, Entity};
use crate::entity::user;
use crate::shared::sessions::SessionCopy;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, LockType, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::sync::Arc;
use time::Duration;

use changes::{DELIVERED, OVERLAP};

pub use crate::entity::session::Area;
pub use changes::{Changed, Refresh, SessionSelector, end, refresh, rotate};
pub use device::device;

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

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The address, as the trusted proxies forward it.
    pub ip: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A session as it is loaded for a request.
#[derive(Clone, Debug)]
pub struct Session {
    /// The SHA-256 of its token.
    pub hash: String,
    /// What is known about it and its member.
    pub copy: Arc<SessionCopy>,
    /// The member's permissions, understood.
    pub permissions: Permissions,
}

impl Session {
    /// From a hot copy.
    pub fn of(hash: String, copy: Arc<SessionCopy>) -> Self {
        let permissions = Permissions::from_words(copy.permissions.iter().map(String::as_str));
        Self { hash, copy, permissions }
    }

    /// Its member as the one who asks.
    pub fn actor(&self) -> Actor {
        Actor { id: self.copy.user_id.into(), name: self.copy.name.clone(), role: self.copy.role.clone(), permissions: self.permissions }
    }
}

/// A session that is to begin.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Whose.
    pub user: UserId,
    /// The hash of the password that was checked.
    pub verified: &'a str,
    /// For which router.
    pub area: Area,
    /// Whether it outlasts the browser.
    pub persistent: bool,
    /// The browser.
    pub client: &'a Client,
    /// The form, where the member is mailed about a browser that had not signed in before: once for a form that is sent twice.
    pub new_device: Option<&'a idempotency::Key>,
}

impl New<'_> {
    fn row(&self, hash: &str, now: OffsetDateTime) -> ActiveModel {
        let span = self.area.span(self.persistent);
        ActiveModel {
            token_hash: Set(hash.to_owned()),
            user_id: Set(self.user),
            area: Set(self.area),
            persistent: Set(self.persistent),
            ip: Set(self.client.ip.clone()),
            user_agent: Set(self.client.agent.chars().filter(|c| !c.is_control()).take(300).collect()),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + span.idle),
            ends_at: Set(now + span.most),
            ..Default::default()
        }
    }
}

/// Signs a member in: the row first, then the hot copy. Gives the token for the cookie; it is stored nowhere. None where the
/// member was suspended or the password changed since it was checked: their row is locked, so that a concurrent change either
/// sees this session and ends it, or is seen here.
///
/// # Errors
/// The database's.
pub async fn start(ctx: &Context, new: New<'_>) -> Result<Option<String>> {
    let token = tokens::random()?;
    let (hash, now) = (tokens::hash(&token), ctx.clock.now());
    let tx = query::begin(&ctx.db).await?;
    let user = user::Entity::find_by_id(new.user);
    let unchanged = user.filter(user::Column::PasswordHash.eq(new.verified)).filter(users::not_suspended(now));
    // SQLite has one writer, and this transaction began as one: there the builder leaves the lock out.
    let found: Option<UserId> = unchanged.select_only().column(user::Column::Id).lock(LockType::Share).into_tuple().one(&tx).await?;
    if found.is_none() {
        return Ok(None);
    }
    let session = Entity::insert(new.row(&hash, now)).exec(&tx).await?.last_insert_id;
    if let Some(form) = new.new_device {
        mail::enqueue_once(ctx, &tx, &MailJob::NewDevice { session }, Some(&format!("device:{}", form.0))).await?;
    }
    tx.commit().await?;
    if new.new_device.is_some() {
        jobs::wake(ctx).await;
    }
    load(ctx, &hash, new.area).await?;
    Ok(Some(token))
}

/// A sign-in form that was sent twice has one session: the earlier one, whose token nobody may have received, ends.
pub async fn replace_repeated(ctx: &Context, key: &idempotency::Key, user: UserId, token: &str) -> Result<()> {
    let now = ctx.clock.now();
    let new = Entity::find().filter(Column::TokenHash.eq(tokens::hash(token))).select_only().column(Column::Id);
    let Some(SessionId(new)) = new.into_tuple().one(&ctx.db).await? else { return Ok(()) };
    let tx = query::begin(&ctx.db).await?;
    let Some(first) = idempotency::replace(&tx, key, new, now).await? else { return Ok(tx.commit().await?) };
    let ended = end(&tx, SessionSelector::One { user, session: SessionId(first) }, "repeated", now).await?;
    tx.commit().await?;
    ended.announce(ctx).await;
    Ok(())
}

/// The session of a token's hash from its row, and its hot copy renewed.
pub async fn load(ctx: &Context, hash: &str, area: Area) -> Result<Option<Session>> {
    // Taken before the row is read: see `shared::sessions`.
    let epoch = ctx.shared.epoch();
    let now = ctx.clock.now();
    let Some(row) = sql::load(&ctx.db, hash, area, now).await? else { return Ok(None) };
    let ends = row.expires_at.min(row.ends_at);
    let ends = row.previous_until.filter(|_| row.is_old).map_or(ends, |until| ends.min(until));
    let copy = Arc::new(SessionCopy {
        user_id: row.user_id.into(),
        email: row.email,
        name: row.name,
        avatar: row.avatar,
        role: row.role,
        permissions: row.permissions.unwrap_or_default().split(',').map(str::to_owned).collect(),
        last_access: to_ms(row.last_seen_at),
        session_id: row.id.0,
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
    });
    // An earlier token is good for a minute and its state changes within it: its copy would hide that.
    if !row.is_old {
        ctx.shared.sessions().put(hash, &copy).await;
    }
    Ok(Some(Session::of(hash.to_owned(), copy)))
}

/// A session in its member's list, or in the admin's.
#[derive(DerivePartialModel, Debug)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct Listed {
    pub id: SessionId,
    pub user_id: UserId,
    #[sea_orm(from_expr = "user::Column::Name.into_expr()")]
    pub name: String,
    pub area: Area,
    pub token_hash: String,
    pub persistent: bool,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
}

/// What holds for a session that has not ended.
pub(crate) fn is_open(now: OffsetDateTime) -> Condition {
    Condition::all().add(Column::RevokedAt.is_null()).add(Column::ExpiresAt.gt(now)).add(Column::EndsAt.gt(now))
}

/// A member's open sessions, the last used first.
pub async fn open(ctx: &Context, user: UserId, limit: i64) -> Result<Vec<Listed>> {
    Ok(page(ctx, Some(user), 1, limit).await?.rows)
}

/// A page of the sessions that are open, a member's or everybody's.
pub async fn page(ctx: &Context, user: Option<UserId>, page: i64, size: i64) -> Result<Page<Listed>> {
    let open = Entity::find()
        .inner_join(user::Entity)
        .filter(is_open(ctx.clock.now()))
        .apply_if(user, |open, user| open.filter(Column::UserId.eq(user)))
        .order_by_desc(Column::LastSeenAt)
        .order_by_desc(Column::Id);
    let rows = open.limit(size as u64 + 1).offset(skip(page, size) as u64).into_partial_model().all(&ctx.db).await?;
    Ok(Page::of(rows, size))
}

/// A session, open or ended, for a mail about it.
///
/// # Errors
/// The database's.
pub async fn find(db: &impl ConnectionTrait, session: SessionId) -> Result<Option<crate::entity::session::Model>> {
    Ok(Entity::find_by_id(session).one(db).await?)
}

/// Whose session it is; `NotFound` when there is none.
pub async fn owner(db: &impl ConnectionTrait, session: SessionId) -> Result<UserId> {
    let owner = Entity::find_by_id(session).select_only().column(Column::UserId).into_tuple().one(db).await?;
    owner.ok_or(Error::NotFound)
}

/// Days for which the member of a session that ran out is still known to the forms that were open in it: as long as forms are good.
const EXPIRED_DAYS: i64 = 3;

/// Whose session it was that ran out a short time ago. One that was ended, and one of a member who is suspended, is nobody's.
///
/// # Errors
/// The database's.
pub async fn expired_member(ctx: &Context, hash: &str, area: Area) -> Result<Option<UserId>> {
    let now = ctx.clock.now();
    let since = now - Duration::days(EXPIRED_DAYS);
    let expired = Entity::find()
        .inner_join(user::Entity)
        .filter(Column::TokenHash.eq(hash))
        .filter(Column::Area.eq(area))
        .filter(Column::RevokedAt.is_null())
        .filter(is_open(now).not())
        .filter(Column::ExpiresAt.gt(since))
        .filter(Column::EndsAt.gt(since))
        .filter(users::not_suspended(now));
    Ok(expired.select_only().column(Column::UserId).into_tuple().one(&ctx.db).await?)
}

/// How many sessions are open.
pub async fn count_open(ctx: &Context) -> Result<i64> {
    Ok(Entity::find().filter(is_open(ctx.clock.now())).count(&ctx.db).await? as i64)
}

/// Moves on when sessions were last used and so when they end, never back: an instance whose clock is behind ends nobody's
/// session. Called for many at once, now and then.
pub async fn touch(ctx: &Context, sessions: &[SessionId], area: Area, persistent: bool, at: OffsetDateTime) -> Result<()> {
    let expires = at + area.span(persistent).idle;
    let update = Entity::update_many()
        .col_expr(Column::LastSeenAt, SimpleExpr::from(at))
        .col_expr(Column::ExpiresAt, SimpleExpr::from(expires))
        .filter(Column::Id.is_in(sessions.iter().copied()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.lt(expires));
    update.exec(&ctx.db).await?;
    Ok(())
}

/// Days for which the rows of ended sessions are kept, for questions about them.
const KEPT_DAYS: i64 = 30;

/// Forgets sessions that ended long ago.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let before = now - Duration::days(KEPT_DAYS);
    let ended = Condition::any().add(Column::ExpiresAt.lt(before)).add(Column::EndsAt.lt(before));
    Ok(Entity::delete_many().filter(ended).exec(db).await?.rows_affected)
}
