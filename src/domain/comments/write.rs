//! Writing, changing and deleting comments, and what each new one sets in motion.

use super::super::audit::{self, By};
use super::super::boards::{Access, Board, Boards};
use super::super::posts::{self, Post, State, moderate::ModerationAction};
use super::super::{Actor, Error, Result, flood, markdown, notifications};
use super::{find_deletable, find_editable};
use crate::clock::OffsetDateTime;
use crate::db::{Transaction, query};
use crate::domain::users::profile;
use crate::domain::validation::{self, Body, COMMENT_MAX};
use crate::domain::{BoardId, CommentId, Context, PostId, UserId, idempotency, invalidation};
use crate::shared::cache::CacheTag;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

/// Most people that one comment may mention.
const MENTIONS: usize = 10;

/// A comment as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// The post.
    pub post: PostId,
    /// The comment that it answers.
    pub parent: Option<CommentId>,
    /// The text as typed.
    pub body: &'a str,
}

/// What a comment is written under: its post, and the comment that it answers.
#[derive(FromQueryResult)]
struct Place {
    board_id: BoardId,
    author_id: UserId,
    state: String,
    parent_author: Option<UserId>,
    parent_root: Option<CommentId>,
    parent_state: Option<String>,
}

const PLACE: &str = "SELECT p.board_id, p.author_id, p.state, c.author_id AS parent_author, \
    COALESCE(c.root_id, c.id) AS parent_root, c.state AS parent_state \
    FROM posts p LEFT JOIN comments c ON c.id = $2 AND c.post_id = p.id WHERE p.id = $1";

/// A member whom a comment concerns, and why: the kind of the notification.
pub type Recipient = (UserId, notifications::Kind);

/// Writes a comment: one transaction of at most seven statements; after it, its recipients' bells ring. A form that was
/// answered before rings them again, because the process that answered it may have ended before it could.
///
/// # Errors
/// `NotFound` where the post cannot be read; `Forbidden` where the board takes no comments from this person;
/// `Invalid("body", …)`; `Slow`; `Conflict` when the answered comment is gone; the database's.
pub async fn create(ctx: &Context, actor: &Actor, boards: &Boards, key: &idempotency::Key, new: New<'_>) -> Result<idempotency::Outcome> {
    let mut recipients = Vec::new();
    let done = insert(ctx, actor, boards, key, new, &mut recipients).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    let told = match outcome.repeated {
        false => recipients.into_iter().map(|(member, _)| member).collect(),
        true => notifications::recipients(&ctx.db, CommentId(outcome.id)).await?,
    };
    announce(ctx, boards, actor, new.post, CommentId(outcome.id), &told).await;
    Ok(outcome)
}

/// The rows of a new comment; `recipients` is filled with those who get a notification. [`create`] does the rest.
///
/// # Errors
/// As [`create`].
pub async fn insert(
    ctx: &Context,
    actor: &Actor,
    boards: &Boards,
    key: &idempotency::Key,
    new: New<'_>,
    recipients: &mut Vec<Recipient>,
) -> Result<i64> {
    let place: Place =
        query::one(&ctx.db, PLACE, [new.post.into(), new.parent.unwrap_or_default().into()]).await?.ok_or(Error::NotFound)?;
    let board = check_place(&place, boards, actor, new.parent)?;
    let body = Body::parse(new.body, COMMENT_MAX)?;
    let html = markdown::comment(&body.0)?;
    flood::comment(ctx, actor).await?;
    *recipients = choose(ctx, &place, board, actor, &mentions(&body.0)).await?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    // The post's row first: it makes those who comment at once take turns, so that a post's comments are numbered
    // in the order in which they are committed, and a stream that knows one number has seen all below it.
    bump_post(&tx, new.post, now).await?;
    let values: [Value; 7] =
        [new.post.into(), actor.id.into(), place.parent_root.into(), new.parent.into(), body.0.into(), html.into(), now.into()];
    let insert = "INSERT INTO comments (post_id, author_id, root_id, parent_id, content, html, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let id = query::some(query::number(&tx, insert, values).await?, "a new comment")?;
    query::run(&tx, "UPDATE users SET comment_count = comment_count + 1 WHERE id = $1", [actor.id.into()]).await?;
    notifications::insert(&tx, recipients, actor.id, new.post, CommentId(id), now).await?;
    idempotency::record(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}

fn check_place<'a>(place: &Place, boards: &'a Boards, actor: &Actor, parent: Option<CommentId>) -> Result<&'a Board> {
    let board = boards.find_readable(Some(actor), place.board_id)?;
    let state = State::parse(&place.state);
    if !posts::in_sight(state, place.author_id, Some(actor)) {
        return Err(Error::NotFound);
    }
    let open = state == State::Shown || actor.may(super::Resource::Post, super::Action::Moderate);
    if !open || !board.takes_comments_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    let answered = place.parent_state.as_deref().map(State::parse);
    if parent.is_some() && answered != Some(State::Shown) { Err(Error::Conflict("comment.parent_gone")) } else { Ok(board) }
}

async fn bump_post(tx: &Transaction, post: PostId, now: OffsetDateTime) -> Result<()> {
    let update = format!(
        "UPDATE posts SET comment_count = comment_count + 1, last_comment_at = $1, bump = {} WHERE id = $2",
        posts::next_bump(tx.get_database_backend())
    );
    query::run(tx, &update, [now.into(), post.into()]).await.map(|_| ()).map_err(Into::into)
}

/// Who gets a notification and why, each once: an answer counts more than a mention, a mention more than one's own post.
/// Only those who may read the post: a notification quotes it.
async fn choose(ctx: &Context, place: &Place, board: &Board, actor: &Actor, mentioned: &[String]) -> Result<Vec<Recipient>> {
    let state = State::parse(&place.state);
    let mut involved: Vec<UserId> = place.parent_author.into_iter().chain([place.author_id]).collect();
    // Where every member reads, nobody's rights need to be asked for.
    let every_member = board.read <= Access::Members && state == State::Shown;
    let asked = if every_member { &[][..] } else { &involved[..] };
    let known = profile::actors(&ctx.db, mentioned, asked).await?;
    let reads = |who: &&Actor| board.reads_for(Some(who)) && posts::in_sight(state, place.author_id, Some(who));
    let readers: Vec<&Actor> = known.iter().filter(reads).collect();
    if !every_member {
        involved.retain(|id| readers.iter().any(|who| who.id == *id));
    }
    let named =
        readers.iter().filter(|who| mentioned.contains(&validation::name_key(&who.name))).map(|who| (who.id, notifications::Kind::Mention));
    let answered = involved.iter().filter(|id| Some(**id) == place.parent_author).map(|id| (*id, notifications::Kind::Reply));
    let mut all: Vec<Recipient> = Vec::new();
    for (id, kind) in answered.chain(named).chain(involved.iter().map(|id| (*id, notifications::Kind::Comment))) {
        if id != actor.id && all.iter().all(|(known, _)| *known != id) {
            all.push((id, kind));
        }
    }
    Ok(all)
}

/// The names after `@` in a text, as names are compared. A name may have spaces, but a mention ends at the first one.
fn mentions(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split('@').skip(1) {
        let name: String = part.chars().take_while(|c| c.is_alphanumeric() || "_-.".contains(*c)).take(validation::NAME_MAX).collect();
        let name = name.trim_end_matches(['.', '-']).to_owned();
        if name.is_empty() {
            continue;
        }
        // "@회원1님" is said to 회원1: the name is tried with and without the honorific.
        let plain = name.strip_suffix('님').map(str::to_owned);
        names.extend(plain.into_iter().chain([name]));
    }
    let mut names: Vec<String> = names.iter().map(|name| validation::name_key(name)).collect();
    names.sort();
    names.dedup();
    names.truncate(MENTIONS);
    names
}

/// After the commit: open pages learn of it, and what was drawn is out of date.
async fn announce(ctx: &Context, boards: &Boards, actor: &Actor, post: PostId, comment: CommentId, told: &[UserId]) {
    let slug = board_of(ctx, boards, post).await;
    let mut tags = vec![CacheTag::POSTS, CacheTag::user(actor.id.0)];
    tags.extend(slug.map(|slug| CacheTag::board(&slug)));
    let topic = topic(post);
    let signals = ctx.shared.signals();
    // First: what is made ready for the recipients quotes the post as it is now.
    invalidation::invalidate(ctx, &tags).await;
    futures_util::join!(notifications::announce(ctx, boards, told), signals.publish(&topic, comment.to_string()));
}

async fn board_of(ctx: &Context, boards: &Boards, post: PostId) -> Option<String> {
    let id = query::number(&ctx.db, "SELECT board_id FROM posts WHERE id = $1", [post.into()]).await.ok()??;
    boards.all().iter().find(|board| board.id == BoardId(id)).map(|board| board.slug.clone())
}

/// The signal's topic of a post's new comments.
pub fn topic(post: PostId) -> String {
    format!("post:{post}")
}

/// Changes a comment.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid("body", …)`; the database's.
pub async fn update(ctx: &Context, actor: &Actor, key: &idempotency::Key, id: CommentId, typed: &str) -> Result<idempotency::Outcome> {
    let mut stale = Vec::new();
    let done = amend(ctx, actor, key, id, typed, &mut stale).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn amend(ctx: &Context, actor: &Actor, key: &idempotency::Key, id: CommentId, typed: &str, stale: &mut Vec<CacheTag>) -> Result<i64> {
    let (_, post) = find_editable(&ctx.db, actor, id).await?;
    let body = Body::parse(typed, COMMENT_MAX)?;
    let html = markdown::comment(&body.0)?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    *stale = shown_by(&Boards::read(&tx).await?, &post);
    let update = "UPDATE comments SET content = $1, html = $2, edited_at = $3 WHERE id = $4 AND state = 'shown'";
    if query::run(&tx, update, [body.0.into(), html.into(), now.into(), id.into()]).await? == 0 {
        return Err(Error::Forbidden);
    }
    idempotency::record(&tx, key, id.0, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    tx.commit().await?;
    Ok(id.0)
}

/// Deletes a comment: its place stays, its words do not show. Another member's is noted in the audit log.
///
/// # Errors
/// `NotFound`; `Forbidden`; the database's.
pub async fn destroy(ctx: &Context, by: &By, key: &idempotency::Key, id: CommentId) -> Result<idempotency::Outcome> {
    let mut stale = Vec::new();
    let done = delete(ctx, by, key, id, &mut stale).await;
    let outcome = idempotency::replay(&ctx.db, key, done).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn delete(ctx: &Context, by: &By, key: &idempotency::Key, id: CommentId, stale: &mut Vec<CacheTag>) -> Result<i64> {
    let boards = Boards::read(&ctx.db).await?;
    let (comment, post) = find_deletable(&ctx.db, &by.actor, &boards, id).await?;
    *stale = shown_by(&boards, &post);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    set_state(&tx, by.actor.id.0, id, State::Deleted, "", now).await?;
    if by.actor.id != comment.author_id {
        audit::write(&tx, by, ModerationAction::Delete.entry("comment", id.0, &excerpt(&comment.body), &comment.state), now).await?;
    }
    idempotency::record(&tx, key, id.0, now).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    tx.commit().await?;
    Ok(id.0)
}

/// How a comment is called in the audit log.
pub(super) fn excerpt(body: &str) -> String {
    body.chars().take(60).collect()
}

/// What shows the comments of a post.
fn shown_by(boards: &Boards, post: &Post) -> Vec<CacheTag> {
    boards.all().iter().find(|board| board.id == post.board_id).map(|board| posts::shown_by(post, board)).unwrap_or_default()
}

#[derive(FromQueryResult)]
struct Counted {
    post_id: PostId,
    author_id: UserId,
}

/// Moves a comment between shown, hidden and deleted, and the counts of its post and author with it. The row of the comment
/// is changed first: of two forms that hide it at once, only the one that found it shown counts it down. Then the post,
/// then the member, as everywhere, so that no two transactions wait for each other.
pub(super) async fn set_state(
    tx: &impl ConnectionTrait,
    by: i64,
    id: CommentId,
    state: State,
    why: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let (step, counted, rest) = state.crossings();
    let update = |condition: &str| {
        format!(
            "UPDATE comments SET state = $1, state_by = $2, state_at = $3, state_reason = $4 WHERE id = $5 AND {condition} \
             RETURNING post_id, author_id"
        )
    };
    let values = || -> [Value; 5] { [state.as_str().into(), by.into(), now.into(), why.into(), id.into()] };
    if let Some(row) = query::one::<Counted>(tx, &update(counted), values()).await? {
        let post = "UPDATE posts SET comment_count = comment_count + $1 WHERE id = $2";
        query::run(tx, post, [step.into(), row.post_id.into()]).await?;
        let author = "UPDATE users SET comment_count = comment_count + $1 WHERE id = $2";
        query::run(tx, author, [step.into(), row.author_id.into()]).await?;
    } else if let Some(rest) = rest {
        query::one::<Counted>(tx, &update(rest), values()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_understood_with_and_without_honorific() {
        assert_eq!(mentions("@회원1님 안녕하세요, @ada. 그리고 a@b"), ["ada", "b", "회원1", "회원1님"]);
        assert!(mentions("골뱅이 @ 혼자").is_empty());
    }
}
