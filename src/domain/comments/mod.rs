//! Comments: threads with one visible level of nesting, and what each new one sets in motion.
//!
//! Rooms: `moderate` (what staff do).

pub mod moderate;

use super::clock::OffsetDateTime;
use super::posts::{self, State};
use super::words::{Body, COMMENT_MAX};
use super::{Action, Actor, Error, Resource, Result, boards, markdown, notifications, once, people, shared_log, sql, words};
use crate::app::App;
use crate::shared::cache::Noun;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};

/// Comments on one page of a thread.
pub const PAGE_SIZE: usize = 100;
/// Most people that one comment may mention.
const MENTIONS: usize = 10;

/// A comment as its post's page shows it.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "columns")]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub author_id: i64,
    pub author: String,
    pub root_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub parent_author: Option<String>,
    pub body: String,
    pub html: String,
    pub state: String,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
}

impl Comment {
    /// Shown, hidden or deleted.
    pub fn state(&self) -> State {
        State::parse(&self.state)
    }

    /// The top-level comment of its thread.
    pub fn thread(&self) -> i64 {
        self.root_id.unwrap_or(self.id)
    }

    /// Whether this person may change it.
    pub fn editable_by(&self, actor: Option<&Actor>) -> bool {
        self.state() == State::Shown && actor.is_some_and(|a| a.id == self.author_id && a.may(Resource::Comment, Action::Write))
    }

    /// Whether this person may delete it.
    pub fn deletable_by(&self, actor: Option<&Actor>) -> bool {
        let own = |a: &Actor| a.id == self.author_id && a.may(Resource::Comment, Action::Delete);
        self.state() != State::Deleted && actor.is_some_and(|a| own(a) || a.may(Resource::Comment, Action::Moderate))
    }
}

const COLUMNS: &str = "c.id, c.post_id, c.author_id, u.name AS author, c.root_id, c.parent_id, pu.name AS parent_author, \
    c.body, c.html, c.state, c.created_at, c.edited_at \
    FROM comments c JOIN users u ON u.id = c.author_id \
    LEFT JOIN comments pc ON pc.id = c.parent_id LEFT JOIN users pu ON pu.id = pc.author_id";

/// A page of a post's comments, in the order in which they are read.
#[derive(Debug)]
pub struct Listing {
    /// The comments.
    pub comments: Vec<Comment>,
    /// How many pages there are.
    pub pages: i64,
}

/// One page of a post's comments. A post rarely has more than one page; only then are they counted.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, post: i64, page: i64) -> Result<Listing> {
    let skip = (page.max(1) - 1).saturating_mul(PAGE_SIZE as i64);
    let sql = format!("SELECT {COLUMNS} WHERE c.post_id = $1 ORDER BY COALESCE(c.root_id, c.id), c.id LIMIT $2 OFFSET $3");
    let mut comments: Vec<Comment> = sql::all(db, &sql, [post.into(), (PAGE_SIZE as i64 + 1).into(), skip.into()]).await?;
    let more = comments.len() > PAGE_SIZE;
    comments.truncate(PAGE_SIZE);
    if page <= 1 && !more {
        return Ok(Listing { comments, pages: 1 });
    }
    let all = sql::number(db, "SELECT COUNT(*) FROM comments WHERE post_id = $1", [post.into()]).await?.unwrap_or(0);
    // A thread that began on the page before begins this one too, so that its answers have something to stand under.
    if let Some(root) = comments.first().and_then(|first| first.root_id) {
        comments.insert(0, find(db, root).await?);
    }
    Ok(Listing { comments, pages: (all + PAGE_SIZE as i64 - 1) / PAGE_SIZE as i64 })
}

/// The page on which a comment stands.
///
/// # Errors
/// The database's.
pub async fn page_of(db: &impl ConnectionTrait, comment: &Comment) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM comments WHERE post_id = $1 AND \
               (COALESCE(root_id, id) < $2 OR (COALESCE(root_id, id) = $2 AND id < $3))";
    let values = [comment.post_id.into(), comment.thread().into(), comment.id.into()];
    Ok(sql::number(db, sql, values).await?.unwrap_or(0) / PAGE_SIZE as i64 + 1)
}

/// A post's comments written after one, oldest first: what an event stream missed.
///
/// # Errors
/// The database's.
pub async fn since(db: &impl ConnectionTrait, post: i64, after: i64) -> Result<Vec<Comment>> {
    let sql = format!("SELECT {COLUMNS} WHERE c.post_id = $1 AND c.id > $2 AND c.state = 'shown' ORDER BY c.id LIMIT $3");
    sql::all(db, &sql, [post.into(), after.into(), (PAGE_SIZE as i64).into()]).await
}

/// The id of a post's newest comment, 0 where there is none.
///
/// # Errors
/// The database's.
pub async fn last_id(db: &impl ConnectionTrait, post: i64) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM comments WHERE post_id = $1";
    Ok(sql::number(db, sql, [post.into()]).await?.unwrap_or(0))
}

/// One comment.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find(db: &impl ConnectionTrait, id: i64) -> Result<Comment> {
    sql::one(db, &format!("SELECT {COLUMNS} WHERE c.id = $1"), [id.into()]).await?.ok_or(Error::NotFound)
}

/// A comment that this person may change, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not change it; the database's.
pub async fn find_editable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<(Comment, posts::Post)> {
    let (comment, post) = find_readable(db, Some(actor), id).await?;
    if comment.editable_by(Some(actor)) { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment that this person may delete, with its post.
///
/// # Errors
/// `NotFound` where they may not read it; `Forbidden` where they may not delete it; the database's.
pub async fn find_deletable(db: &impl ConnectionTrait, actor: &Actor, id: i64) -> Result<(Comment, posts::Post)> {
    let (comment, post) = find_readable(db, Some(actor), id).await?;
    if comment.deletable_by(Some(actor)) { Ok((comment, post)) } else { Err(Error::Forbidden) }
}

/// A comment on a post that this person may read, with the post.
///
/// # Errors
/// `NotFound`; the database's.
pub async fn find_readable(db: &impl ConnectionTrait, actor: Option<&Actor>, id: i64) -> Result<(Comment, posts::Post)> {
    let comment = find(db, id).await?;
    let boards = boards::read_all(db).await?;
    let post = posts::find_readable(db, actor, &boards, comment.post_id).await?;
    let staff = actor.is_some_and(|a| a.may(Resource::Comment, Action::Moderate));
    if comment.state() == State::Shown || staff { Ok((comment, post)) } else { Err(Error::NotFound) }
}

/// What a comment is written under: its post, and the comment that it answers.
#[derive(FromQueryResult)]
struct Place {
    board_id: i64,
    author_id: i64,
    state: String,
    parent_author: Option<i64>,
    parent_root: Option<i64>,
    parent_state: Option<String>,
}

const PLACE: &str = "SELECT p.board_id, p.author_id, p.state, c.author_id AS parent_author, \
    COALESCE(c.root_id, c.id) AS parent_root, c.state AS parent_state \
    FROM posts p LEFT JOIN comments c ON c.id = $2 AND c.post_id = p.id WHERE p.id = $1";

/// Writes a comment: one transaction of at most seven statements, then everybody concerned is told.
///
/// # Errors
/// `NotFound` where the post cannot be read; `Forbidden` where the board takes no comments from this person;
/// `Invalid("body", …)`; `Conflict` when the answered comment is gone; the database's.
pub async fn create(
    app: &App,
    actor: &Actor,
    boards: &[boards::Board],
    key: &once::Key,
    post: i64,
    parent: Option<i64>,
    typed: &str,
) -> Result<once::Settled> {
    let mut told = Vec::new();
    let done = insert(app, actor, boards, key, (post, parent), typed, &mut told).await;
    let settled = once::settle(&app.db, key, done).await?;
    if !settled.repeated {
        tell(app, boards, actor, post, settled.id, &told).await;
    }
    Ok(settled)
}

/// The rows of a new comment; `told` is filled with who is to be told, and why. [`create`] does the rest.
///
/// # Errors
/// As [`create`].
pub async fn insert(
    app: &App,
    actor: &Actor,
    boards: &[boards::Board],
    key: &once::Key,
    (post, parent): (i64, Option<i64>),
    typed: &str,
    told: &mut Vec<(i64, &'static str)>,
) -> Result<i64> {
    let place: Place = sql::one(&app.db, PLACE, [post.into(), parent.unwrap_or(0).into()]).await?.ok_or(Error::NotFound)?;
    check_place(&place, boards, actor, parent)?;
    let body = Body::parse(typed, COMMENT_MAX)?;
    let mentioned = people::named(&app.db, &mentions(&body.0)).await?;
    *told = recipients(&place, actor, &mentioned);
    let now = app.clock.now();
    let html = markdown::render(&body.0);
    let tx = sql::begin(&app.db).await?;
    // The post's row first: it makes those who comment at once take turns, so that a post's comments are numbered
    // in the order in which they are committed, and a stream that knows one number has seen all below it.
    bump_post(&tx, post, now).await?;
    let values: [Value; 7] =
        [post.into(), actor.id.into(), place.parent_root.into(), parent.into(), body.0.into(), html.into(), now.into()];
    let insert = "INSERT INTO comments (post_id, author_id, root_id, parent_id, body, html, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let id = sql::some(sql::number(&tx, insert, values).await?, "a new comment")?;
    sql::run(&tx, "UPDATE users SET comment_count = comment_count + 1 WHERE id = $1", [actor.id.into()]).await?;
    notifications::insert(&tx, told, actor.id, post, id, now).await?;
    once::keep(&tx, key, id, now).await?;
    tx.commit().await?;
    Ok(id)
}

fn check_place(place: &Place, boards: &[boards::Board], actor: &Actor, parent: Option<i64>) -> Result<()> {
    let board = boards.iter().find(|board| board.id == place.board_id).ok_or(Error::NotFound)?;
    let staff = actor.may(Resource::Post, Action::Moderate);
    if !board.reads_for(Some(actor)) || (State::parse(&place.state) != State::Shown && !staff) {
        return Err(Error::NotFound);
    }
    if !board.takes_comments_from(Some(actor)) {
        return Err(Error::Forbidden);
    }
    let answered = place.parent_state.as_deref().map(State::parse);
    if parent.is_some() && answered != Some(State::Shown) { Err(Error::Conflict("comment.parent_gone")) } else { Ok(()) }
}

async fn bump_post(tx: &DatabaseTransaction, post: i64, now: OffsetDateTime) -> Result<()> {
    let update = format!(
        "UPDATE posts SET comment_count = comment_count + 1, last_comment_at = $1, bump = {} WHERE id = $2",
        posts::next_bump(tx.get_database_backend())
    );
    sql::run(tx, &update, [now.into(), post.into()]).await.map(|_| ())
}

/// Who is told and why, each once: an answer counts more than a mention, a mention more than one's own post.
fn recipients(place: &Place, actor: &Actor, mentioned: &[i64]) -> Vec<(i64, &'static str)> {
    let mut all: Vec<(i64, &'static str)> = Vec::new();
    let answered = place.parent_author.map(|id| (id, "reply"));
    let named = mentioned.iter().map(|id| (*id, "mention"));
    for (id, kind) in answered.into_iter().chain(named).chain([(place.author_id, "comment")]) {
        if id != actor.id && all.iter().all(|(known, _)| *known != id) {
            all.push((id, kind));
        }
    }
    all
}

/// The names after `@` in a text. A name may have spaces, but a mention ends at the first one.
fn mentions(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split('@').skip(1) {
        let name: String = part.chars().take_while(|c| c.is_alphanumeric() || "_-.".contains(*c)).take(words::NAME_MAX).collect();
        let name = name.trim_end_matches(['.', '-']).to_owned();
        if name.is_empty() {
            continue;
        }
        // "@회원1님" is said to 회원1: the name is tried with and without the honorific.
        let plain = name.strip_suffix('님').map(str::to_owned);
        names.extend(plain.into_iter().chain([name]));
    }
    names.sort();
    names.dedup();
    names.truncate(MENTIONS);
    names
}

/// After the commit: open pages hear of it, and what was drawn is out of date.
async fn tell(app: &App, boards: &[boards::Board], actor: &Actor, post: i64, comment: i64, told: &[(i64, &'static str)]) {
    let slugs = board_of(app, boards, post).await;
    let mut nouns = vec![Noun::POSTS, Noun::user(actor.id)];
    nouns.extend(slugs.map(|slug| Noun::board(&slug)));
    let people: Vec<i64> = told.iter().map(|(id, _)| *id).collect();
    let topic = topic(post);
    let signals = app.shared.signals();
    // First: what is made ready for the people who are told quotes the post as it is now.
    shared_log::bump(app, &nouns).await;
    futures_util::join!(notifications::announce(app, &people), signals.publish(&topic, comment.to_string()));
}

async fn board_of(app: &App, boards: &[boards::Board], post: i64) -> Option<String> {
    let id = sql::number(&app.db, "SELECT board_id FROM posts WHERE id = $1", [post.into()]).await.ok()??;
    boards.iter().find(|board| board.id == id).map(|board| board.slug.clone())
}

/// The signal's topic of a post's new comments.
pub fn topic(post: i64) -> String {
    format!("post:{post}")
}

/// Changes a comment.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid("body", …)`; the database's.
pub async fn update(app: &App, actor: &Actor, key: &once::Key, id: i64, typed: &str) -> Result<once::Settled> {
    let done = async {
        let (_, post) = find_editable(&app.db, actor, id).await?;
        let body = Body::parse(typed, COMMENT_MAX)?;
        let html = markdown::render(&body.0);
        let now = app.clock.now();
        let tx = sql::begin(&app.db).await?;
        let update = "UPDATE comments SET body = $1, html = $2, edited_at = $3 WHERE id = $4";
        sql::run(&tx, update, [body.0.into(), html.into(), now.into(), id.into()]).await?;
        once::keep(&tx, key, id, now).await?;
        tx.commit().await?;
        posts::changed(app, &post).await?;
        Ok(id)
    };
    once::settle(&app.db, key, done.await).await
}

/// Deletes a comment: its place stays, its words do not show.
///
/// # Errors
/// `NotFound`; `Forbidden`; the database's.
pub async fn destroy(app: &App, actor: &Actor, key: &once::Key, id: i64) -> Result<once::Settled> {
    let done = async {
        let (_, post) = find_deletable(&app.db, actor, id).await?;
        let now = app.clock.now();
        let tx = sql::begin(&app.db).await?;
        set_state(&tx, actor.id, id, State::Deleted, "", now).await?;
        once::keep(&tx, key, id, now).await?;
        tx.commit().await?;
        posts::changed(app, &post).await?;
        Ok(id)
    };
    once::settle(&app.db, key, done.await).await
}

/// Moves a comment between shown, hidden and deleted, and the counts of its post and author with it.
async fn set_state(tx: &impl ConnectionTrait, by: i64, id: i64, state: State, why: &str, now: OffsetDateTime) -> Result<()> {
    let step: i64 = if state == State::Shown { 1 } else { -1 };
    let moves = "FROM comments WHERE id = $2 AND (state = 'shown') <> ($1 = 1)";
    let post = format!("UPDATE posts SET comment_count = comment_count + $1 WHERE id = (SELECT post_id {moves})");
    sql::run(tx, &post, [step.into(), id.into()]).await?;
    let author = format!("UPDATE users SET comment_count = comment_count + $1 WHERE id = (SELECT author_id {moves})");
    sql::run(tx, &author, [step.into(), id.into()]).await?;
    let update = "UPDATE comments SET state = $1, state_by = $2, state_at = $3, state_reason = $4 WHERE id = $5";
    sql::run(tx, update, [state.as_str().into(), by.into(), now.into(), why.into(), id.into()]).await.map(|_| ())
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
