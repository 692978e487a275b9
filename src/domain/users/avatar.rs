//! A member's picture: two square contents of a member, named by the digest of the larger one.
//!
//! Everybody may see it, as they see the name: names stand beside public posts.

use super::manage;
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::audit::{self, Entry};
use crate::domain::files::{self, Refused};
use crate::domain::idempotency::{self, Outcome, Uncommitted, idempotent};
use crate::domain::sessions::{self, Changed, Refresh};
use crate::domain::{Action, Actor, Context, Error, Resource, Result, UserId, invalidation, users};
use crate::entity::avatar::{ActiveModel, Column, Entity};
use crate::entity::blob::{self, BlobId, ContentKind};
use crate::entity::user;
use crate::files::picture::Squares;
use crate::files::storage;
use crate::shared::cache::CacheTag;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect};

pub use crate::entity::avatar::AvatarSize;

/// Largest picture that is taken, in bytes: as phones take them.
pub const SIZE_MAX: u64 = 10 * 1024 * 1024;
/// The form's field with the picture.
const FIELD: &str = "picture";
/// Characters of a digest that name a picture in its address. They only distinguish one picture of a member from the next.
const NAMED_BY: usize = 16;

/// A picture as it is sent.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Content {
    pub blob_id: BlobId,
    pub size: i64,
    pub kind: ContentKind,
}

/// The picture of a member by its name: an earlier one is gone.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &impl ConnectionTrait, member: UserId, name: &str, size: AvatarSize) -> Result<Content> {
    let of_member = Entity::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id);
    let content = Entity::belongs_to(blob::Entity).from(Column::BlobId).to(blob::Column::Id);
    let found = Entity::find_by_id((member, size))
        .select_only()
        .column(Column::BlobId)
        .columns([blob::Column::Size, blob::Column::Kind])
        .join(JoinType::InnerJoin, of_member.into())
        .join(JoinType::InnerJoin, content.into())
        .filter(user::Column::Avatar.eq(name));
    found.into_model().one(db).await?.ok_or(Error::NotFound)
}

/// Gives a member the picture that has arrived, in the place of an earlier one.
///
/// # Errors
/// `Invalid("picture", "file.too_slow" | "file.site_full")`.
pub async fn set(ctx: &Context, actor: &Actor, key: &idempotency::Key, sent: &Squares) -> Result<Outcome<UserId>> {
    let mut changed = Changed::default();
    let outcome = idempotent(ctx, key, store(ctx, actor.id, sent, &mut changed)).await?;
    announce(ctx, outcome, changed).await
}

async fn store(ctx: &Context, member: UserId, sent: &Squares, changed: &mut Changed) -> Result<Uncommitted<UserId>> {
    let now = ctx.clock.now();
    let tx = files::settling(FIELD, || try_store(ctx, member, sent, now)).await?;
    *changed = withdraw(&tx, member, now).await?;
    files::check_fits(ctx, &tx, FIELD).await?;
    Ok(Uncommitted { tx, id: member })
}

async fn try_store(ctx: &Context, member: UserId, sent: &Squares, now: OffsetDateTime) -> Result<Transaction, Refused> {
    let tx = query::begin(&ctx.db).await?;
    let name = sent.large.sha256.chars().take(NAMED_BY).collect();
    name_picture(&tx, member, Some(name)).await?;
    for (size, arrived) in [(AvatarSize::Large, &sent.large), (AvatarSize::Small, &sent.small)] {
        let blob = storage::settle(&tx, arrived, now).await?;
        let row = ActiveModel { user_id: Set(member), size: Set(size), blob_id: Set(blob) };
        Entity::insert(row).exec_without_returning(&tx).await?;
    }
    Ok(tx)
}

/// Writes down what a member's picture is called, and takes the earlier one away. The member's row is locked first: of two forms
/// that are sent at once the later one's picture stays, in both sizes.
async fn name_picture(tx: &Transaction, member: UserId, name: Option<String>) -> Result<(), DbErr> {
    let named = user::ActiveModel { avatar: Set(name), ..Default::default() };
    user::Entity::update_many().set(named).filter(user::Column::Id.eq(member)).exec(tx).await?;
    Entity::delete_many().filter(Column::UserId.eq(member)).exec(tx).await?;
    Ok(())
}

/// Takes a member's own picture away: the drawn one comes back. Twice is the same as once.
///
/// # Errors
/// The database's.
pub async fn remove(ctx: &Context, actor: &Actor, key: &idempotency::Key) -> Result<Outcome<UserId>> {
    let mut changed = Changed::default();
    let work = async {
        let tx = query::begin(&ctx.db).await?;
        name_picture(&tx, actor.id, None).await?;
        changed = withdraw(&tx, actor.id, ctx.clock.now()).await?;
        Ok(Uncommitted { tx, id: actor.id })
    };
    let outcome = idempotent(ctx, key, work).await?;
    announce(ctx, outcome, changed).await
}

/// Takes another member's picture away, as staff.
///
/// # Errors
/// `Forbidden`; `Invalid` for oneself; `NotFound` for nobody, and for a member without a picture.
pub async fn remove_of(ctx: &Context, by: &audit::By, key: &idempotency::Key, member: UserId) -> Result<Outcome<UserId>> {
    by.actor.must(Resource::User, Action::Moderate)?;
    let mut changed = Changed::default();
    let work = async {
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        let found = users::find(&tx, member).await?;
        manage::check_reach(&tx, &by.actor, &found).await?;
        found.avatar.ok_or(Error::NotFound)?;
        name_picture(&tx, member, None).await?;
        let entry = Entry::new("user.picture", audit::Target::User(member), &found.name);
        audit::write(&tx, by, entry, now).await?;
        changed = withdraw(&tx, member, now).await?;
        Ok(Uncommitted { tx, id: member })
    };
    let outcome = idempotent(ctx, key, work).await?;
    announce(ctx, outcome, changed).await
}

/// What shows a member's picture: drawn pages of posts, what is kept of notifications, and the member's page.
fn shown_by(member: UserId) -> [CacheTag; 3] {
    [CacheTag::POSTS, CacheTag::WITHDRAWN, CacheTag::user(member.into())]
}

/// In the transaction that changes a picture: the earlier one is shown nowhere a second later, in the header of its own member neither.
async fn withdraw(tx: &Transaction, member: UserId, now: OffsetDateTime) -> Result<Changed> {
    invalidation::withdraw(tx, &shown_by(member), now).await?;
    sessions::refresh(tx, Refresh::Looks(member), now).await
}

/// The same after the commit.
async fn announce(ctx: &Context, outcome: Outcome<UserId>, changed: Changed) -> Result<Outcome<UserId>> {
    if !outcome.repeated {
        changed.announce(ctx).await;
    }
    invalidation::invalidate(ctx, &shown_by(outcome.id)).await;
    Ok(outcome)
}
