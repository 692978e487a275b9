//! GET /search

use super::saved_searches;
use crate::clock::OffsetDateTime;
use crate::domain::Error;
use crate::domain::saved_searches::New;
use crate::domain::search::{self, Answer, Cursor, Kind, Order, Query};
use crate::search::{LONGEST, Part, Terms, excerpt, mark};
use crate::web::layers::limit;
use crate::web::routes::{Routes, page};
use crate::web::{Fields, RequestContext, Result, present, reply};
use poem::web::Query as Asking;
use poem::{Response, get, handler};
use serde::Deserialize;
use templates::search::{self as views, Asked, Found, Hit, Results, SearchPage, paths};
use time::Duration;

pub fn routes(routes: Routes) -> Routes {
    // The form. What a search costs is counted by `tests::search`.
    routes.at(page(paths::INDEX).cost(0, 0), get(show))
}

/// What is asked for. Whatever is typed there, there is an answer.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Form {
    q: String,
    kind: String,
    board: String,
    since: String,
    by: String,
    sort: String,
    after: String,
}

impl Form {
    /// The same from a form, whose address and order say nothing.
    pub fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self { q: text("q"), kind: text("kind"), board: text("board"), by: text("by"), ..Self::default() }
    }

    /// What is saved of it.
    ///
    /// # Errors
    /// `NotFound` where the board is not there for this reader.
    pub fn new_search(&self, request: &RequestContext) -> Result<New<'_>> {
        let board = match self.board.as_str() {
            "" => None,
            slug => Some(request.boards.find_listed(request.actor.as_ref(), slug)?.id),
        };
        Ok(New { words: &self.q, kind: self.kind(), board, author: &self.by })
    }

    pub fn asked(&self) -> Asked<'_> {
        let Self { q, kind, board, since, by, sort, .. } = self;
        Asked { text: q, kind, board, since, by, sort: if sort == "new" { sort } else { "" } }
    }

    fn kind(&self) -> Option<Kind> {
        [Kind::Post, Kind::Comment, Kind::Member, Kind::File].into_iter().find(|kind| word(Some(*kind)) == self.kind)
    }

    fn since(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let days = match self.since.as_str() {
            "week" => 7,
            "month" => 31,
            "year" => 366,
            _ => return None,
        };
        now.checked_sub(Duration::days(days))
    }
}

/// The word of a kind in addresses; empty for all.
pub fn word(kind: Option<Kind>) -> &'static str {
    match kind {
        None => "",
        Some(Kind::Post) => "post",
        Some(Kind::Comment) => "comment",
        Some(Kind::Member) => "member",
        Some(Kind::File) => "file",
    }
}

/// Searches a minute: of a member, of all visitors of one network.
const OF_MEMBER: u32 = 60;
const OF_VISITORS: u32 = 20;

async fn find(request: &RequestContext, form: &Form) -> Result<Answer> {
    limit(request, ("search", if request.actor.is_some() { OF_MEMBER } else { OF_VISITORS })).await?;
    answer(request, form).await
}

/// What was found, or the form alone.
#[handler]
pub async fn show(request: RequestContext, form: Option<Asking<Form>>) -> Result<Response> {
    let form = form.map(|Asking(form)| form).unwrap_or_default();
    let actor = request.actor.as_ref();
    let open: Vec<_> = request.boards.open_to(actor).collect();
    let boards = open.iter().map(|board| (board.slug.as_str(), present::board_name(board, request.lang))).collect();
    let answer = if form.q.trim().is_empty() { None } else { Some(find(&request, &form).await?) };
    let looked_for = answer.as_ref().and_then(|answer| answer.instead.as_deref()).unwrap_or(&form.q);
    let watch = match &answer {
        Some(answer) => watch(&request, &form, answer).await?,
        None => None,
    };
    let terms = Terms::parse(looked_for);
    let marked: Vec<Marked> = answer.iter().flat_map(|answer| &answer.hits).map(|hit| Marked::of(&terms, hit)).collect();
    let next = answer.as_ref().and_then(|answer| answer.next).map(|next| next.to_string()).unwrap_or_default();
    let nav = present::nav(&request);
    let page = SearchPage {
        shell: &present::shell(&request, &nav),
        asked: form.asked(),
        boards,
        results: answer.as_ref().map(|answer| Results {
            hits: marked.iter().filter_map(|hit| shown(&request, hit)).collect(),
            next: &next,
            is_later_page: !form.after.is_empty(),
            instead: answer.instead.as_deref(),
            suggestion: answer.suggestion.as_deref(),
            is_too_broad: answer.is_too_broad,
            shortened_to: (form.q.trim().chars().count() > LONGEST).then_some(LONGEST as u64),
        }),
        watch: watch.as_ref().map(saved_searches::button),
    };
    Ok(reply::page(views::page(&page)))
}

/// The button, for what was looked for. A board that its reader may not see has none.
async fn watch(request: &RequestContext, form: &Form, answer: &Answer) -> Result<Option<saved_searches::Button>> {
    let Ok(new) = form.new_search(request) else { return Ok(None) };
    let words = answer.instead.as_deref().unwrap_or(new.words);
    saved_searches::watch(request, &New { words, ..new }).await
}

async fn answer(request: &RequestContext, form: &Form) -> Result<Answer> {
    let actor = request.actor.as_ref();
    // A board that is not there, or not for this reader, has nothing that they could find.
    let board = match form.board.as_str() {
        "" => None,
        slug => match request.boards.find_listed(actor, slug) {
            Ok(board) => Some(board.id),
            Err(Error::NotFound) => return Ok(Answer::default()),
            Err(err) => return Err(err.into()),
        },
    };
    let query = Query {
        text: &form.q,
        board,
        author: &form.by,
        kind: form.kind(),
        since: form.since(request.app.context.clock.now()),
        order: if form.sort == "new" { Order::Newest } else { Order::Best },
        after: Cursor::parse(&form.after),
    };
    Ok(search::search(&request.app.context, actor, &request.boards, query).await?)
}

/// A hit with its words marked.
struct Marked<'a> {
    hit: &'a search::Hit,
    title: Vec<Part>,
    excerpt: Vec<Part>,
}

impl<'a> Marked<'a> {
    fn of(terms: &Terms, hit: &'a search::Hit) -> Self {
        let excerpt = if hit.text.is_empty() { Vec::new() } else { excerpt(terms, &hit.text) };
        Self { hit, title: mark(terms, &hit.title), excerpt }
    }
}

/// None: its board is gone.
fn shown<'a>(request: &'a RequestContext, marked: &'a Marked) -> Option<Hit<'a>> {
    let hit = marked.hit;
    let board = |id| request.boards.find_readable(request.actor.as_ref(), id).ok();
    let found = match hit.found {
        search::Found::Post { post, board: id } => {
            let board = board(id)?;
            Found::Post { id: post.0, slug: &board.slug, board: present::board_name(board, request.lang) }
        }
        search::Found::Comment { comment, board: id } => {
            Found::Comment { id: comment.0, board: present::board_name(board(id)?, request.lang) }
        }
        search::Found::Member(id) => Found::Member { id: id.0 },
        search::Found::File { file, page, post, comment, board: id } => {
            let (board, is_text) = (board(id)?, !hit.text.is_empty());
            let of = views::OfPost { id: post.0, slug: &board.slug, title: &hit.post_title, comment: comment.map(|id| id.0) };
            Found::File {
                id: file.0,
                name: &hit.title,
                page: is_text.then_some(page as u64),
                of,
                board: present::board_name(board, request.lang),
            }
        }
    };
    Some(Hit {
        found,
        title: parts(&marked.title),
        excerpt: parts(&marked.excerpt),
        author: present::author(hit.author.0, &hit.author.1),
        at: present::ago(hit.created_at, request.app.context.clock.now(), request.lang),
    })
}

fn parts(parts: &[Part]) -> Vec<views::Part<'_>> {
    parts.iter().map(|part| views::Part { text: &part.text, is_hit: part.is_hit }).collect()
}
