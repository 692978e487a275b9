//! Searching: the query with its filters, the steps through the index, the hits.

use super::Kind;
use super::index::FilePage;
use super::rows::{CommentRow, FileRow, MemberRow, PostRow};
use super::sql::{self, Candidate, Wanted};
use crate::clock::OffsetDateTime;
use crate::db::Database;
use crate::domain::boards::Boards;
use crate::domain::{Actor, BoardId, CommentId, Context, PostId, Result, UserId, validation};
use crate::entity::file::FileId;
use crate::entity::post::State;
use crate::entity::search_doc::SearchDocId;
use crate::entity::{comment, file, file_text_page, post, user};
use crate::search::{Terms, other_layout, without_particle};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, RuntimeErr};
use std::collections::HashMap;
use std::time::Duration;

/// Hits on a page.
pub const PAGE: usize = 20;
/// Documents that one step reads and compares.
const CANDIDATES: i64 = 40;
/// Most steps for one page; then the reader decides whether to go on.
const ROUNDS: usize = 10;
/// Time-out of a statement on the index. PostgreSQL ends a statement after 0.8 s by itself (`db::open_for_search`).
pub(super) const TIMEOUT: Duration = Duration::from_millis(1_500);

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Those with all words in the title, then the others; each newest first.
    #[default]
    Best,
    /// Newest first.
    Newest,
}

/// Where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Whether hits in titles are still being looked for.
    in_titles: bool,
    below: SearchDocId,
}

impl Cursor {
    /// Reads what [`Display`](std::fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (in_titles, below) =
            text.strip_prefix('t').map(|below| (true, below)).or(text.strip_prefix('a').map(|below| (false, below)))?;
        Some(Self { in_titles, below: below.parse().ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.in_titles { 't' } else { 'a' }, self.below)
    }
}

/// A query with its filters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// As typed.
    pub text: &'a str,
    /// Only on this board; one that the reader may not read has no hits.
    pub board: Option<BoardId>,
    /// Only by the member of this name; empty: by all.
    pub author: &'a str,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only newer than this.
    pub since: Option<OffsetDateTime>,
    /// The order of hits.
    pub order: Order,
    /// Where this page begins, as the page before returned it.
    pub after: Option<Cursor>,
}

/// A hit, which the reader may read.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The post, comment, member or page of a file.
    pub found: Found,
    /// The title of the post, also of a comment's; the name of a member or a file.
    pub title: String,
    /// The title of the post that a file, or its comment, belongs to.
    pub post_title: String,
    /// Plain text; empty for a member, and for a file that holds none.
    pub text: String,
    /// Who wrote it, or the member.
    pub author: (UserId, String),
    /// When it was written, or the member joined.
    pub created_at: OffsetDateTime,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "ids")]
pub enum Found {
    Post { post: PostId, board: BoardId },
    Comment { comment: CommentId, board: BoardId },
    Member(UserId),
    File { file: FileId, page: i64, post: PostId, comment: Option<CommentId>, board: BoardId },
}

impl Found {
    /// Whether the title of the hit is its own: comments stand under that of their post, pages of a file after its first.
    fn is_titled(self) -> bool {
        !matches!(self, Self::Comment { .. }) && !matches!(self, Self::File { page: 2.., .. })
    }
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// A page of hits.
    pub hits: Vec<Hit>,
    /// Where the next one begins, if there may be more.
    pub next: Option<Cursor>,
    /// The query that was searched for instead, where the typed one found nothing.
    pub instead: Option<String>,
    /// Another query that may have been meant, although the typed one found something.
    pub suggestion: Option<String>,
    /// The search was stopped because it took too long.
    pub is_too_broad: bool,
}

/// Searches the posts, comments, files and members that this person may read.
///
/// # Errors
/// The database's; `Busy` where too many search at once.
pub async fn search(ctx: &Context, actor: Option<&Actor>, boards: &Boards, query: Query<'_>) -> Result<Answer> {
    let db = ctx.search.get().await?;
    let (readable, kinds) = (readable(boards, actor, query.board), query.kind.into_iter().collect());
    let search = Search { db, readable, kinds, query, author: author(db, query.author).await?, span: Span::default() };
    if search.author.is_none() && !query.author.trim().is_empty() {
        return Ok(Answer::default());
    }
    let other = other_layout(query.text);
    let mut answer = search.page(query.text).await?;
    if !answer.hits.is_empty() || answer.is_too_broad || query.after.is_some() {
        answer.suggestion = other.filter(|_| query.after.is_none());
        return Ok(answer);
    }
    for instead in [other, without_particle(query.text)].into_iter().flatten() {
        let found = search.page(&instead).await?;
        if !found.hits.is_empty() {
            return Ok(Answer { instead: Some(instead), ..found });
        }
    }
    Ok(answer)
}

/// Most steps of a count.
const COUNTED: usize = 5;

/// How many posts and comments of others a member finds among the documents of a span, at least; a hundred are enough to say "many".
/// `query.author` is not looked at: members change their names. None: the index takes too long.
///
/// # Errors
/// The database's.
pub(in crate::domain) async fn count_of_others(
    ctx: &Context,
    reader: &Actor,
    boards: &Boards,
    (query, author): (Query<'_>, Option<UserId>),
    span: Span,
) -> Result<Option<usize>> {
    let db = ctx.search.get().await?;
    let kinds = query.kind.map_or_else(|| vec![Kind::Post, Kind::Comment], |kind| vec![kind]);
    let mut search = Search { db, readable: readable(boards, Some(reader), query.board), kinds, query, author, span };
    let mut hits = 0;
    for _ in 0..COUNTED {
        let answer = search.page(query.text).await?;
        if answer.is_too_broad {
            return Ok(None);
        }
        hits += answer.hits.iter().filter(|hit| hit.author.0 != reader.id).count();
        search.query.after = answer.next;
        if answer.next.is_none() {
            break;
        }
    }
    Ok(Some(hits))
}

/// The boards that this person may search.
fn readable(boards: &Boards, actor: Option<&Actor>, only: Option<BoardId>) -> Vec<BoardId> {
    boards.open_to(actor).map(|board| board.id).filter(|id| only.is_none_or(|only| only == *id)).collect()
}

async fn author(db: &Database, name: &str) -> Result<Option<UserId>> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let found =
        user::Entity::find().select_only().column(user::Column::Id).filter(user::Column::NameKey.eq(validation::name_key(name.trim())));
    Ok(found.into_tuple().one(db).await?)
}

/// The documents that are looked at: those between two.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain) struct Span {
    pub above: SearchDocId,
    pub below: SearchDocId,
}

impl Default for Span {
    fn default() -> Self {
        Self { above: SearchDocId(0), below: SearchDocId(i64::MAX) }
    }
}

struct Search<'a> {
    db: &'a Database,
    readable: Vec<BoardId>,
    /// Of these kinds alone; none: of any.
    kinds: Vec<Kind>,
    query: Query<'a>,
    author: Option<UserId>,
    span: Span,
}

impl Search<'_> {
    async fn page(&self, text: &str) -> Result<Answer> {
        let terms = Terms::parse(text);
        if terms.is_empty() || (self.query.board.is_some() && self.readable.is_empty()) {
            return Ok(Answer::default());
        }
        // Initials are looked for in titles alone, in whatever order.
        let in_titles = self.query.order == Order::Best || terms.has_initials();
        let mut place = self.query.after.unwrap_or(Cursor { in_titles, below: self.span.below });
        let mut hits = Vec::new();
        for _ in 0..ROUNDS {
            let Some(candidates) = self.candidates(&terms, place).await? else {
                return Ok(Answer { is_too_broad: true, hits, ..Answer::default() });
            };
            let exhausted = candidates.len() < CANDIDATES as usize;
            let mut rows = self.rows(&candidates).await?;
            for candidate in candidates {
                place.below = candidate.id;
                let hit = rows.remove(&(candidate.kind.rank(), candidate.ref_id)).filter(|hit| self.is_hit(&terms, place, hit));
                hits.extend(hit);
                if hits.len() == PAGE {
                    return Ok(Answer { hits, next: Some(place), ..Answer::default() });
                }
            }
            match (exhausted, place.in_titles) {
                (true, true) => place = Cursor { in_titles: false, below: self.span.below },
                (true, false) => return Ok(Answer { hits, ..Answer::default() }),
                (false, _) => {}
            }
        }
        Ok(Answer { hits, next: Some(place), ..Answer::default() })
    }

    /// Whether the words stand in it. What was found by its title is not found again among the others.
    fn is_hit(&self, terms: &Terms, place: Cursor, hit: &Hit) -> bool {
        let own_title = if hit.found.is_titled() { hit.title.as_str() } else { "" };
        if place.in_titles {
            return terms.are_in_title(own_title, &hit.text);
        }
        let was_found = (self.query.order == Order::Best || terms.has_initials()) && terms.are_in_title(own_title, &hit.text);
        terms.are_in(own_title, &hit.text) && !was_found
    }

    /// None: it took too long.
    async fn candidates(&self, terms: &Terms, place: Cursor) -> Result<Option<Vec<Candidate>>> {
        let grams = if place.in_titles { terms.grams_in_title() } else { terms.grams_anywhere() };
        let wanted = Wanted {
            grams: &grams,
            above: self.span.above,
            below: place.below,
            boards: &self.readable,
            kinds: &self.kinds,
            author: self.author,
            since: self.query.since.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            limit: CANDIDATES,
            is_shown: true,
        };
        match tokio::time::timeout(TIMEOUT, sql::candidates(self.db, &wanted)).await {
            Ok(Err(err)) if was_cancelled(&err) => Ok(None),
            Ok(found) => Ok(Some(found?)),
            Err(_) => Ok(None),
        }
    }

    /// The rows of documents that are in sight, by kind and id.
    async fn rows(&self, candidates: &[Candidate]) -> Result<HashMap<(u8, i64), Hit>> {
        let ids = |kind: Kind| candidates.iter().filter(|c| c.kind == kind).map(|c| c.ref_id).collect::<Vec<_>>();
        let (posts, comments, members, files) = (ids(Kind::Post), ids(Kind::Comment), ids(Kind::Member), ids(Kind::File));
        let (posts, comments, members, files) =
            futures_util::try_join!(self.posts(posts), self.comments(comments), self.members(members), self.files(files))?;
        let posts = posts.into_iter().map(|row| ((Kind::Post.rank(), row.id.0), row.into()));
        let comments = comments.into_iter().map(|row| ((Kind::Comment.rank(), row.id.0), row.into()));
        let members = members.into_iter().map(|row| ((Kind::Member.rank(), row.id.0), row.into()));
        let files = files.into_iter().map(|row| ((Kind::File.rank(), row.page().ref_id()), row.into()));
        Ok(posts.chain(comments).chain(members).chain(files).collect())
    }

    async fn posts(&self, ids: Vec<i64>) -> Result<Vec<PostRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = post::Entity::find().inner_join(user::Entity).filter(post::Column::Id.is_in(ids)).filter(self.in_sight());
        Ok(found.into_partial_model().all(self.db).await?)
    }

    async fn comments(&self, ids: Vec<i64>) -> Result<Vec<CommentRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = comment::Entity::find().inner_join(user::Entity).inner_join(post::Entity).filter(comment::Column::Id.is_in(ids));
        let found = found.filter(comment::Column::State.eq(State::Shown)).filter(self.in_sight());
        Ok(found.into_partial_model().all(self.db).await?)
    }

    async fn members(&self, ids: Vec<i64>) -> Result<Vec<MemberRow>> {
        if ids.is_empty() || self.query.board.is_some() {
            return Ok(Vec::new());
        }
        Ok(user::Entity::find().filter(user::Column::Id.is_in(ids)).into_partial_model().all(self.db).await?)
    }

    /// Pages of files; the first one of a file without text is its name alone.
    async fn files(&self, ids: Vec<i64>) -> Result<Vec<FileRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let pages = ids.into_iter().map(FilePage::of).fold(Condition::any(), |any, page| {
            let number = file_text_page::Column::Number.eq(page.number);
            let number = if page.number == 1 { number.or(file_text_page::Column::Number.is_null()) } else { number };
            any.add(file::Column::Id.eq(page.file).and(number))
        });
        let own = file::Column::CommentId.is_null().or(comment::Column::State.eq(State::Shown));
        Ok(FileRow::find().filter(pages).filter(own).filter(self.in_sight()).into_partial_model().all(self.db).await?)
    }

    fn in_sight(&self) -> sea_orm::sea_query::SimpleExpr {
        post::Column::State.eq(State::Shown).and(post::Column::BoardId.is_in(self.readable.iter().copied()))
    }
}

impl Kind {
    fn rank(self) -> u8 {
        self as u8
    }
}

/// Whether PostgreSQL ended the statement after its longest time (SQLSTATE 57014).
pub(super) fn was_cancelled(err: &DbErr) -> bool {
    match err {
        DbErr::Exec(RuntimeErr::SqlxError(err)) | DbErr::Query(RuntimeErr::SqlxError(err)) => {
            err.as_database_error().and_then(|err| err.code()).is_some_and(|code| code == "57014")
        }
        _ => false,
    }
}
