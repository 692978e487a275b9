//! Believable content for trying the site and for measuring it: the same numbers and the same random
//! seed make the same members, posts and comments. Moments are counted back from now, so that lists look alive;
//! everything else, ids included, is the same on every empty database.
//!
//! Rooms: `words` (what people write about), `text` (composes it), `plan` (who writes what when), `load`
//! (the rows).

mod load;
mod plan;
mod sql;
mod text;
mod words;

use crate::clock::{OffsetDateTime, to_ms};
use crate::domain::{Actor, Context, Error, Result, boards, invalidation, search};
use crate::shared::cache::CacheTag;
use boards::{Access, Board};

/// Updates the statistics of the database's planner.
pub use load::analyze;

/// How much is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub users: usize,
    pub posts: usize,
    pub comments: usize,
    pub password: String,
    pub random_seed: u64,
}

/// What is being written now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Members,
    Posts,
    Comments,
    Notifications,
}

/// What was written.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    /// The number in the first member's address: `user1@example.com`.
    pub first_number: i64,
    /// The id of the first post.
    pub first_post: i64,
    /// How many notifications there are to read.
    pub unread: usize,
}

/// Writes it all, after what is there already. `progress` is called after each batch: its stage, its rows, and how many rows the
/// stage has.
///
/// # Errors
/// The database's; `Internal` where there is no board.
pub async fn run(ctx: &Context, wanted: &Wanted, now: OffsetDateTime, progress: impl Fn(Stage, usize, usize) + Sync) -> Result<Seeded> {
    let hash = ctx.hasher.hash(&wanted.password).await?;
    let plan = plan::Plan::new(wanted.random_seed, wanted.users, wanted.posts, wanted.comments, to_ms(now));
    let all = boards::Boards::read(&ctx.db).await?;
    let all = all.managed_by(&Actor::operator())?;
    let places = places(all)?;
    let base = load::reserve(&ctx.db, &plan).await?;
    let mut writer = text::Writer::new(wanted.random_seed);
    let report = |stage, all: usize| {
        let progress = &progress;
        move |rows| progress(stage, rows, all)
    };
    load::people(&ctx.db, &plan, &base, &hash, &report(Stage::Members, plan.people.len())).await?;
    load::posts(&ctx.db, &plan, &base, &places, &mut writer, &report(Stage::Posts, plan.posts.len())).await?;
    load::comments(&ctx.db, &plan, &base, &mut writer, &report(Stage::Comments, plan.comments.len())).await?;
    load::notified(&ctx.db, &plan, &base, now, &report(Stage::Notifications, plan.notified.len())).await?;
    search::start_anew(&ctx.db).await?;
    load::analyze(&ctx.db).await?;
    let tags: Vec<CacheTag> = all.iter().map(|board| CacheTag::board(&board.slug)).chain([CacheTag::POSTS, CacheTag::BOARDS]).collect();
    invalidation::invalidate(ctx, &tags).await;
    // An instance that is running has not made this change itself and may have no Redis by which it would get the signal.
    invalidation::write_down(ctx, &tags).await;
    let unread = plan.notified.iter().filter(|notified| !notified.read).count();
    Ok(Seeded { first_number: base.number, first_post: base.post(0).0, unread })
}

/// The boards of a new site, or those that stand in for them.
fn places(all: &[Board]) -> Result<load::Boards> {
    let named = |slug: &str| all.iter().find(|board| board.slug == slug && !board.archived);
    let open = named("free").or_else(|| all.iter().find(|board| board.write == Access::Members && !board.archived));
    let any = open.or(all.first()).ok_or_else(|| Error::Internal("there is no board to write on".into()))?;
    let id = |slug: &str| named(slug).unwrap_or(any).id;
    Ok(load::Boards { talk: any.id, questions: id("qna"), notices: id("notice") })
}
