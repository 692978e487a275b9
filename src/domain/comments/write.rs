//! Writing, changing and deleting comments, and the notifications and signals of a new one.

use super::super::audit::{self, By};
use super::super::boards::{Access, Board, Boards};
use super::super::posts::{self, Post, State, moderate::ModerationAction};
use super::super::{Actor, Error, Result, flood, markdown, notifications};
use super::insert::{OpenRows, Rows, Text, in_a_transaction};
use super::{find_deletable, find_editable, mentions, statement, thread};
use crate::clock::OffsetDateTime;
use crate::db::{Template, Transaction, query};
use crate::domain::files::of_comments::{self, Changes, Incoming, Ready};
use crate::domain::files::texts;
use crate::domain::idempotency::{Uncommitted, idempotent, recorded_by};
use crate::domain::search::{self, Doc, Grams};
use crate::domain::users::{self, profile};
use crate::domain::validation::{self, Body, COMMENT_MAX};
use crate::domain::{BoardId, CommentId, Context, PostId, UserId, idempotency, invalidation, revisions};
use crate::entity::comment::{ActiveModel, Column, Entity};
use crate::entity::post;
use crate::shared::AfterCommit;
use crate::shared::cache::CacheTag;
use bytes::Bytes;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, JoinType, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DerivePartialModel, EntityTrait, FromQueryResult, PartialModelTrait, QueryFilter, QuerySelect,
    QueryTrait, Related,
};

/// A comment as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// The post.
    pub post: PostId,
    /// The comment that it answers.
    pub parent: Option<CommentId>,
    /// The text as typed.
    pub body: &'a str,
    /// Its files.
    pub files: &'a [Incoming],
}

/// What a comment is written under: its post, and the comment that it answers.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "post::Entity")]
struct Target {
    board_id: BoardId,
    author_id: UserId,
    state: State,
    #[sea_orm(from_expr = "Column::AuthorId.into_expr()")]
    parent_author: Option<UserId>,
    #[sea_orm(from_expr = "thread()")]
    parent_root: Option<CommentId>,
    #[sea_orm(from_expr = "Column::State.into_expr()")]
    parent_state: Option<State>,
}

async fn find_target(db: &impl ConnectionTrait, new: &New<'_>) -> Result<Target> {
    static FIND: Template = Template::new();
    let engine = db.get_database_backend();
    let build = |[post, parent]: [i64; 2]| {
        let parent = <post::Entity as Related<Entity>>::to()
            .on_condition(move |_, comments| Expr::col((comments, Column::Id)).eq(parent).into_condition());
        Target::select_cols(post::Entity::find_by_id(post).join(JoinType::LeftJoin, parent).select_only()).build(engine)
    };
    let statement = FIND.fill(engine, build, [new.post.0, new.parent.unwrap_or_default().0]);
    Target::find_by_statement(statement).one(db).await?.ok_or(Error::NotFound)
}

/// A member whom a comment concerns, and why: the kind of the notification.
pub type Recipient = (UserId, notifications::Kind);

/// Writes a comment, and notifies its recipients after the commit. A repeated form notifies them again, because the process that
/// answered it first may have ended before it could.
///
/// # Errors
/// `NotFound` where the post cannot be read; `Forbidden` where the board takes no comments from this person;
/// `Invalid`: `body`, and the field of each picture that must be described; `Slow` beyond the flood limit; `Conflict` when the answered
/// comment is gone.
pub async fn create(
    ctx: &Context,
    actor: &Actor,
    boards: &Boards,
    key: &idempotency::Key,
    new: New<'_>,
) -> Result<idempotency::Outcome<CommentId>> {
    let (outcome, concerned) = insert(ctx, actor, boards, key, new).await?;
    let concerned = match outcome.repeated {
        false => concerned,
        true => {
            Concerned { recipients: notifications::recipients(&ctx.db, outcome.id).await?, board: board_of(ctx, boards, new.post).await }
        }
    };
    announce(ctx, actor, new.post, outcome.id, &concerned).await;
    Ok(outcome)
}

/// Whose notifications and which board a new comment changes beside its post.
#[derive(Debug, Default)]
pub struct Concerned {
    recipients: Vec<UserId>,
    /// The slug of its board.
    board: Option<String>,
}

/// The rows of a new comment; [`create`] does the rest.
///
/// # Errors
/// As [`create`].
pub async fn insert(
    ctx: &Context,
    actor: &Actor,
    boards: &Boards,
    key: &idempotency::Key,
    new: New<'_>,
) -> Result<(idempotency::Outcome<CommentId>, Concerned)> {
    let mut concerned = Concerned::default();
    let files = of_comments::make_ready(ctx, new.files).await?;
    let outcome = match ctx.db.get_database_backend() {
        DbBackend::Postgres if files.is_empty() => {
            recorded_by(ctx, key, in_one_statement(ctx, actor, boards, key, new, &mut concerned)).await?
        }
        // Boxed: this is three times as large as the one statement, and not what comments on PostgreSQL need.
        _ => {
            let checked = async {
                let rows = check(ctx, actor, boards, new, &mut concerned).await?;
                flood::comment(ctx, actor).await?;
                in_a_transaction(ctx, rows, &files).await
            };
            Box::pin(idempotent(ctx, key, checked)).await?
        }
    };
    Ok((outcome, concerned))
}

async fn in_one_statement(
    ctx: &Context,
    actor: &Actor,
    boards: &Boards,
    key: &idempotency::Key,
    new: New<'_>,
    concerned: &mut Concerned,
) -> Result<CommentId> {
    let open = open_rows(ctx, actor, boards, &new);
    let is_counted = open.is_some();
    if let Some(rows) = open {
        flood::comment(ctx, actor).await?;
        if let Some(written) = statement::write_if_open(ctx, key, rows).await? {
            let board = boards.all().iter().find(|board| board.id == written.board).map(|board| board.slug.clone());
            *concerned = Concerned { recipients: written.recipients, board };
            return Ok(written.id);
        }
    }
    let rows = check(ctx, actor, boards, new, concerned).await?;
    if !is_counted {
        flood::comment(ctx, actor).await?;
    }
    statement::write(ctx, key, rows).await
}

/// None: it cannot be stored as it is, or it names members, whose rights have to be known.
fn open_rows(ctx: &Context, actor: &Actor, boards: &Boards, new: &New<'_>) -> Option<OpenRows> {
    let text = parse(new).ok().filter(|text| mentions::of(&text.content).is_empty())?;
    let is_open = |board: &&Board| board.read <= Access::Members && board.takes_comments_from(Some(actor));
    let boards = boards.all().iter().filter(is_open).map(|board| board.id).collect();
    Some(OpenRows { boards, post: new.post, author: actor.id, parent: new.parent, text, now: ctx.clock.now() })
}

fn parse(new: &New<'_>) -> Result<Text> {
    let body = Body::parse(new.body, COMMENT_MAX)?;
    let html = markdown::comment(&body.0)?;
    Ok(Text { grams: Grams::of("", &html), content: body.0, html })
}

/// Whether this person may write such a comment: asked before its files are received.
///
/// # Errors
/// As [`create`].
pub async fn check_writable(ctx: &Context, actor: &Actor, boards: &Boards, new: New<'_>) -> Result<()> {
    let target = find_target(&ctx.db, &new).await?;
    check_target(&target, boards, actor, new.parent).map(|_| ())
}

/// The rows of a comment that this person may write.
async fn check(ctx: &Context, actor: &Actor, boards: &Boards, new: New<'_>, concerned: &mut Concerned) -> Result<Rows> {
    let target = find_target(&ctx.db, &new).await?;
    let board = check_target(&target, boards, actor, new.parent)?;
    let text = parse(&new)?;
    of_comments::check_described(board, new.files)?;
    let recipients = choose(ctx, &target, board, actor, &mentions::of(&text.content)).await?;
    *concerned = Concerned { recipients: recipients.iter().map(|(member, _)| *member).collect(), board: Some(board.slug.clone()) };
    Ok(Rows { post: new.post, author: actor.id, root: target.parent_root, parent: new.parent, text, recipients, now: ctx.clock.now() })
}

fn check_target<'a>(target: &Target, boards: &'a Boards, actor: &Actor, parent: Option<CommentId>) -> Result<&'a Board> {
    let board = boards.find_readable(Some(actor), target.board_id)?;
    if !posts::in_sight(target.state, target.author_id, Some(actor)) {
        return Err(Error::NotFound);
    }
    let open = target.state == State::Shown || actor.may(super::Resource::Post, super::Action::Moderate);
    if !open || !board.takes_comments_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    if parent.is_some() && target.parent_state != Some(State::Shown) { Err(Error::Conflict("comment.parent_gone")) } else { Ok(board) }
}

/// The recipients of notifications, each once and with the first of these reasons: an answer to them, a mention, a comment on their
/// post. Only those who may read the post, because a notification quotes it.
async fn choose(ctx: &Context, target: &Target, board: &Board, actor: &Actor, mentioned: &[String]) -> Result<Vec<Recipient>> {
    let mut involved: Vec<UserId> = target.parent_author.into_iter().chain([target.author_id]).collect();
    // On boards that every member may read the rights of recipients need not be loaded.
    let every_member = board.read <= Access::Members && target.state == State::Shown;
    let asked = if every_member { &[][..] } else { &involved[..] };
    let known = profile::actors(&ctx.db, mentioned, asked).await?;
    let reads = |who: &&Actor| board.reads_for(Some(who)) && posts::in_sight(target.state, target.author_id, Some(who));
    let readers: Vec<&Actor> = known.iter().filter(reads).collect();
    if !every_member {
        involved.retain(|id| readers.iter().any(|who| who.id == *id));
    }
    let named =
        readers.iter().filter(|who| mentioned.contains(&validation::name_key(&who.name))).map(|who| (who.id, notifications::Kind::Mention));
    let answered = involved.iter().filter(|id| Some(**id) == target.parent_author).map(|id| (*id, notifications::Kind::Reply));
    let mut all: Vec<Recipient> = Vec::new();
    for (id, kind) in answered.chain(named).chain(involved.iter().map(|id| (*id, notifications::Kind::Comment))) {
        if id != actor.id && all.iter().all(|(known, _)| *known != id) {
            all.push((id, kind));
        }
    }
    Ok(all)
}

/// After the commit: invalidates caches and sends signals to open pages.
async fn announce(ctx: &Context, actor: &Actor, post: PostId, comment: CommentId, concerned: &Concerned) {
    let mut tags = vec![CacheTag::POSTS, CacheTag::post(post.0), CacheTag::user(actor.id.into())];
    tags.extend(concerned.board.as_deref().map(CacheTag::board));
    tags.extend(concerned.recipients.iter().map(|member| CacheTag::reader((*member).into())));
    let bells = concerned.recipients.iter().map(|member| (notifications::topic(*member), Bytes::new()));
    let signals = bells.chain([(topic(post), comment.to_string().into())]).collect();
    let notified = concerned.recipients.iter().map(|member| (*member).into()).collect();
    invalidation::after_commit(ctx, AfterCommit { stale: tags, notified, signals }).await;
}

async fn board_of(ctx: &Context, boards: &Boards, post: PostId) -> Option<String> {
    let board = post::Entity::find_by_id(post).select_only().column(post::Column::BoardId).into_tuple::<BoardId>();
    let id = board.one(&ctx.db).await.ok()??;
    boards.all().iter().find(|board| board.id == id).map(|board| board.slug.clone())
}

/// The signal's topic of a post's new comments.
pub fn topic(post: PostId) -> String {
    format!("post:{post}")
}

/// Changes a comment and its files.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid`: `body`; `files` (`comment.files_too_many`, `file.member_full`); the field of each new picture that
/// must be described, and `alt` for those that are there.
pub async fn update(
    ctx: &Context,
    actor: &Actor,
    key: &idempotency::Key,
    id: CommentId,
    typed: &Typed<'_>,
) -> Result<idempotency::Outcome<CommentId>> {
    let mut stale = Vec::new();
    let added = of_comments::make_ready(ctx, typed.added).await?;
    let outcome = idempotent(ctx, key, amend(ctx, actor, id, (typed, &added), &mut stale)).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

/// A comment as its form changes it.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as they are named")]
pub struct Typed<'a> {
    pub body: &'a str,
    pub files: Changes,
    /// What has arrived with it.
    pub added: &'a [Incoming],
}

async fn amend(
    ctx: &Context,
    actor: &Actor,
    id: CommentId,
    (typed, added): (&Typed<'_>, &[Ready]),
    stale: &mut Vec<CacheTag>,
) -> Result<Uncommitted<CommentId>> {
    let (comment, post) = find_editable(&ctx.db, actor, id).await?;
    let body = Body::parse(typed.body, COMMENT_MAX)?;
    let html = markdown::comment(&body.0)?;
    let grams = Grams::of("", &html);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let boards = Boards::read(&tx).await?;
    let board = boards.find_readable(Some(actor), post.board_id)?;
    of_comments::check_described(board, typed.added)?;
    *stale = posts::shown_by(&post, board);
    revisions::keep_comment(&tx, &comment, &body.0).await?;
    let change = ActiveModel { content: Set(body.0), html: Set(html), edited_at: Set(Some(now)), ..Default::default() };
    let update = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.eq(State::Shown));
    if update.exec(&tx).await?.rows_affected == 0 {
        return Err(Error::Forbidden);
    }
    // After the comment's row, as everywhere. From here on nobody hides or moves the post before the commit.
    let place = texts::comment_as_owner(&tx, id).await?.filter(|place| place.is_shown).ok_or(Error::Forbidden)?;
    of_comments::change(&tx, id, &typed.files).await?;
    of_comments::add(&tx, id, added, now).await?;
    of_comments::check_all_described(&tx, board, id).await?;
    let under = (place.post_id, place.board_id);
    search::put(&tx, Doc::comment(id, under, place.author_id, comment.created_at, place.is_shown, grams)).await?;
    invalidation::withdraw(&tx, stale, now).await?;
    Ok(Uncommitted { tx, id })
}

/// Deletes a comment: its place in the thread stays, without its text. Deleting another member's is written to the audit log.
///
/// # Errors
/// `NotFound`; `Forbidden`.
pub async fn destroy(ctx: &Context, by: &By, key: &idempotency::Key, id: CommentId) -> Result<idempotency::Outcome<CommentId>> {
    let mut stale = Vec::new();
    let outcome = idempotent(ctx, key, delete(ctx, by, id, &mut stale)).await?;
    invalidation::invalidate(ctx, &stale).await;
    Ok(outcome)
}

async fn delete(ctx: &Context, by: &By, id: CommentId, stale: &mut Vec<CacheTag>) -> Result<Uncommitted<CommentId>> {
    let boards = Boards::read(&ctx.db).await?;
    let (comment, post) = find_deletable(&ctx.db, &by.actor, &boards, id).await?;
    *stale = shown_by(&boards, &post);
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    set_state(&tx, by.actor.id, id, State::Deleted, "", now).await?;
    if by.actor.id != comment.author_id {
        audit::write(&tx, by, ModerationAction::Delete.entry(audit::Target::Comment(id), &excerpt(&comment.body), comment.state), now)
            .await?;
    }
    invalidation::withdraw(&tx, stale, now).await?;
    Ok(Uncommitted { tx, id })
}

/// The beginning of a comment, by which the audit log names it.
pub(in crate::domain) fn excerpt(body: &str) -> String {
    body.chars().take(60).collect()
}

/// The cache tags of what shows the comments of a post.
fn shown_by(boards: &Boards, post: &Post) -> Vec<CacheTag> {
    boards.all().iter().find(|board| board.id == post.board_id).map(|board| posts::shown_by(post, board)).unwrap_or_default()
}

/// Moves a comment between shown, hidden and deleted, and the counts of its post and author with it. The row of the comment
/// is changed first: of two forms that hide it at once, only the one that found it shown counts it down. Then the post,
/// then the member, as everywhere, so that no two transactions wait for each other.
pub(super) async fn set_state(tx: &Transaction, by: UserId, id: CommentId, state: State, why: &str, now: OffsetDateTime) -> Result<()> {
    let update = |from: &[State]| {
        let change = ActiveModel {
            state: Set(state),
            state_by: Set(Some(by)),
            state_at: Set(Some(now)),
            state_reason: Set(Some(why.to_owned())),
            ..Default::default()
        };
        let update = Entity::update_many().set(change).filter(Column::Id.eq(id)).filter(Column::State.is_in(from.iter().copied()));
        update.into_query().returning(Query::returning().columns([Column::PostId, Column::AuthorId])).take()
    };
    let (step, counted) = state.counted_from();
    if let Some(row) = tx.query_one(&update(counted)).await? {
        let (post, author): (PostId, UserId) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let count = post::Column::CommentCount;
        let update = post::Entity::update_many().col_expr(count, count.into_expr().add(step)).filter(post::Column::Id.eq(post));
        update.exec(tx).await?;
        users::count_comments(tx, author, step).await?;
    } else if let Some(uncounted) = state.uncounted_from() {
        tx.query_one(&update(&[uncounted])).await?;
    }
    search::update_comment_shown(tx, id, state == State::Shown).await
}
