//! The page of a post. What all readers with the same rights see of it is drawn once and kept in this process; for each reader
//! its holes are filled: own buttons, the form for a comment.

use super::comment_form;
use crate::domain::boards::Board;
use crate::domain::comments::{self, Comment};
use crate::domain::posts::{self, Post, State, list};
use crate::domain::{Action, Actor, PostId, Resource, bookmarks, files, notifications, revisions};
use crate::shared::cache::Generation;
use crate::shared::fragment_cache::{Bounds, FragmentCache};
use crate::shared::single_flight::SingleFlight;
use crate::site::boards::BoardQuery;
use crate::web::packed::Packed;
use crate::web::{Generations, RequestContext, Result, form_token, present, reply};
use maud::Markup;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use templates::comments::{self as thread_views, Entry, Purpose, Thread};
use templates::paths;
use templates::posts::{Drawn, ForReader, Neighbour, PostText, draw};
use templates::revisions as revision_views;

/// Longest age of a kept page: the count of views on it changes no generation.
const LIFE: Duration = Duration::from_secs(60);
/// A page with five comments takes about 12 KB.
const PAGES: Bounds = Bounds { pieces: 16_384, bytes: 64 * 1024 * 1024, life: LIFE };
const READERS: Bounds = Bounds { pieces: 4_096, bytes: 4 * 1024 * 1024, life: LIFE };

/// The caches of drawn pages and of readers' bookmarks and unread posts. Cheap to clone.
#[derive(Clone)]
pub struct PostPages(Arc<Kept>);

struct Kept {
    pages: FragmentCache<Arc<Page>>,
    /// The pages that are being drawn.
    loads: SingleFlight<Arc<Page>>,
    readers: FragmentCache<Arc<OfReader>>,
}

/// Which posts a member has bookmarked and has unread notifications about.
#[derive(Default)]
struct OfReader {
    bookmarked: Vec<PostId>,
    /// `None`: too many to be listed.
    unread: Option<Vec<PostId>>,
}

impl OfReader {
    async fn load(request: &RequestContext, reader: &Actor) -> Result<Self> {
        let db = &request.app.context.db;
        let unread = async {
            match request.unread {
                0 => Ok(Some(Vec::new())),
                _ => notifications::unread_posts(db, reader).await,
            }
        };
        let (bookmarked, unread) = futures_util::try_join!(bookmarks::posts(db, reader), unread)?;
        Ok(Self { bookmarked, unread })
    }

    fn has_bookmarked(&self, post: PostId) -> bool {
        self.bookmarked.binary_search(&post).is_ok()
    }

    fn has_unread_about(&self, post: PostId) -> bool {
        self.unread.as_ref().is_none_or(|posts| posts.binary_search(&post).is_ok())
    }

    fn size(&self) -> usize {
        size_of::<Self>() + size_of::<PostId>() * (self.bookmarked.len() + self.unread.as_ref().map_or(0, Vec::len))
    }
}

impl Default for PostPages {
    fn default() -> Self {
        Self(Arc::new(Kept { pages: FragmentCache::new(PAGES), loads: SingleFlight::default(), readers: FragmentCache::new(READERS) }))
    }
}

/// A drawn page, for readers with the same rights.
struct Page {
    /// Without its text, which is in `drawn`.
    post: Post,
    /// In reading order, without their texts.
    comments: Vec<Comment>,
    pages: i64,
    drawn: Drawn,
    /// How often it was read since it was drawn.
    reads: AtomicU32,
    /// The parts of `drawn` as gzip, made at the second reading.
    packed: OnceLock<Arc<[Packed]>>,
}

impl Page {
    /// Its parts as gzip. `None` at the first reading: compressing a page that is read once would cost more than it saves.
    fn packed(&self) -> Option<Arc<[Packed]>> {
        let is_read_again = self.reads.fetch_add(1, Ordering::Relaxed) > 0;
        is_read_again.then(|| self.packed.get_or_init(|| self.drawn.parts().into_iter().map(Packed::of).collect()).clone())
    }
}

/// Which page of a post, and for whom.
struct Wanted<'a> {
    request: &'a RequestContext,
    slug: &'a str,
    id: PostId,
    /// The page of its comments, from 1.
    number: i64,
}

/// What one reader is to see.
enum Loaded<'a> {
    /// A page that readers with the same rights share.
    Shared(&'a Board, Arc<Page>),
    /// A page that was read for this reader, and whether it is among their bookmarks.
    Own(&'a Board, Arc<Page>, bool),
    /// The post is on another board than the address says.
    Elsewhere(&'a Board),
}

/// GET /community/:board/:id
#[handler]
pub async fn show(
    request: RequestContext,
    kept: Data<&PostPages>,
    Path((slug, id)): Path<(String, PostId)>,
    place: Option<Query<BoardQuery>>,
) -> Result<Response> {
    let wanted = Wanted { request: &request, slug: &slug, id, number: place.map_or(1, |Query(place)| place.number()) };
    let (board, page, is_bookmarked, may_be_unread) = match kept.load(&wanted).await? {
        Loaded::Own(board, page, is_bookmarked) => (board, page, is_bookmarked, true),
        Loaded::Shared(board, page) => {
            let reader = kept.of_reader(&request).await?;
            (board, page, reader.has_bookmarked(id), reader.has_unread_about(id))
        }
        Loaded::Elsewhere(board) => return Ok(reply::see_other(&request, &paths::post(&board.slug, id.0))),
    };
    request.app.context.counters.read(id);
    if may_be_unread {
        mark_notifications_read(&request, id);
    }
    let packed = request.head.accepts_gzip.then(|| page.packed()).flatten();
    Ok(reply::page_in_pieces(complete(&request, board, &page, is_bookmarked), packed))
}

impl PostPages {
    /// The page as it is kept, or else drawn once for all readers with the same rights who ask at the same moment: when something on a page
    /// that many read has changed, they would otherwise all read its rows at once.
    async fn load<'a>(&self, wanted: &Wanted<'a>) -> Result<Loaded<'a>> {
        if let Some((board, page)) = self.find(wanted) {
            return Ok(Loaded::Shared(board, page));
        }
        let (Ok(board), Some(state)) = (wanted.request.board_at(wanted.slug), state(wanted.request)) else {
            return Box::pin(read(wanted)).await;
        };
        // What this request has read itself.
        let mut own = None;
        let key = key(wanted, board);
        let shared = self.0.loads.once(&key, state.mark(), async || {
            // Another load may have ended since the look above.
            if let Some((_, page)) = self.find(wanted) {
                return Ok(page);
            }
            match own.insert(Box::pin(read(wanted)).await) {
                Ok(Loaded::Own(board, page, _)) if self.keep(wanted, board, page) => Ok(page.clone()),
                _ => Err(()),
            }
        });
        match (shared.await, own) {
            (_, Some(own)) => own,
            (Ok(page), None) if is_on(wanted, board, &page) => Ok(Loaded::Shared(board, page)),
            _ => Box::pin(read(wanted)).await,
        }
    }

    /// The kept page, if nothing on it has changed, and its board, if this reader may read it now.
    fn find<'a>(&self, wanted: &Wanted<'a>) -> Option<(&'a Board, Arc<Page>)> {
        let board = wanted.request.board_at(wanted.slug).ok()?;
        let page = self.0.pages.get(&key(wanted, board), state(wanted.request)?)?;
        is_on(wanted, board, &page).then_some((board, page))
    }

    /// Keeps the page of a post that is shown to all who may read its board and see its list. Whether it is one.
    fn keep(&self, wanted: &Wanted<'_>, board: &Board, page: &Arc<Page>) -> bool {
        let is_listed = wanted.request.board_at(wanted.slug).is_ok();
        let exists = wanted.number <= page.pages.max(1);
        let Some(state) = state(wanted.request).filter(|_| page.post.state == State::Shown && is_listed && exists) else { return false };
        // Packed, text is a third as long and more.
        let size = page.drawn.size() * 4 / 3 + size_of::<Page>() + page.comments.len() * size_of::<Comment>();
        self.0.pages.put(&key(wanted, board), state, page.clone(), size);
        true
    }

    /// What the reader has of posts.
    async fn of_reader(&self, request: &RequestContext) -> Result<Arc<OfReader>> {
        let Some(reader) = &request.actor else { return Ok(Arc::default()) };
        let key = reader.id.to_string();
        if let Some(kept) = request.generations.reader.and_then(|state| self.0.readers.get(&key, state)) {
            return Ok(kept);
        }
        let loaded = Arc::new(OfReader::load(request, reader).await?);
        if let Some(state) = request.generations.reader {
            self.0.readers.put(&key, state, loaded.clone(), loaded.size());
        }
        Ok(loaded)
    }
}

/// Whether this reader finds the post on this board.
fn is_on(wanted: &Wanted<'_>, board: &Board, page: &Page) -> bool {
    wanted.request.board_of(&page.post).is_ok_and(|of| of.id == board.id)
}

/// The generation of a post's page. Writers raise the post's for what is added, and `withdrawn` for anything on the site that is edited,
/// hidden or deleted.
fn state(request: &RequestContext) -> Option<Generation> {
    let Generations { post, withdrawn, boards, .. } = request.generations;
    Some(Generation::all([post?, withdrawn?, boards?]))
}

/// The key of a page: guests, readers who may answer and those who see hidden comments or all changes have different ones.
fn key(wanted: &Wanted<'_>, board: &Board) -> String {
    let (actor, lang) = (wanted.request.actor.as_ref(), wanted.request.lang.tag());
    let answers = board.takes_comments_from(actor);
    let [guest, answers, moderates, history] =
        [actor.is_none(), answers, comments::moderates(actor), revisions::all_may_see(actor, board)].map(u8::from);
    format!("{}.{}.{lang}.{guest}{answers}{moderates}{history}", wanted.id, wanted.number)
}

/// Reads the post and what stands beside it, as this reader may see it, and draws it.
async fn read<'a>(wanted: &Wanted<'a>) -> Result<Loaded<'a>> {
    let (request, actor) = (wanted.request, wanted.request.actor.as_ref());
    let (post, bookmark) = posts::find_with(&request.app.context.db, actor, &request.boards, wanted.id, &bookmarks::OF_READER).await?;
    let board = request.board_of(&post)?;
    if board.slug != wanted.slug {
        return Ok(Loaded::Elsewhere(board));
    }
    Ok(Loaded::Own(board, Arc::new(draw_page(wanted, board, post).await?), bookmark.is_some()))
}

/// Reads what stands beside the post, and draws it all.
async fn draw_page(wanted: &Wanted<'_>, board: &Board, mut post: Post) -> Result<Page> {
    let (request, number) = (wanted.request, wanted.number);
    let (app, actor) = (&request.app, request.actor.as_ref());
    let attached = async {
        match post.file_count {
            0 => Ok(Vec::new()),
            _ => files::of_post(&app.context.db, &post).await,
        }
    };
    let (mut listing, (older, newer), attached) = futures_util::try_join!(
        comments::list(&app.context.db, actor, &post, number),
        list::neighbours(&app.context.db, actor, board, &post),
        attached
    )?;
    app.context.known.prepare(listing.comments.iter().map(|comment| comment.html.as_str()).chain([post.html.as_str()])).await;
    let clean: Vec<Cow<'_, str>> = listing.comments.iter().map(|comment| app.context.known.show(&comment.html)).collect();
    let neighbour = |n: &'_ list::Neighbour| (n.id, n.title.clone());
    let (older, newer) = (older.as_ref().map(neighbour), newer.as_ref().map(neighbour));
    let (shown, items) = (app.context.known.show(&post.html), present::files(&attached));
    let (shown, items) = templates::files::place(shown, items);
    let drawn = draw(&PostText {
        lang: request.lang,
        origin: app.config.origin(),
        post: present::post(request, board, &post, &shown),
        files: items,
        newer: newer.as_ref().map(|(id, title)| Neighbour { id: id.0, title }),
        older: older.as_ref().map(|(id, title)| Neighbour { id: id.0, title }),
        comments: Thread {
            lang: request.lang,
            slug: &board.slug,
            post: post.id.0,
            count: present::count(post.comment_count),
            branches: present::thread(request, board, &post, &listing.comments, &clean),
            page: present::count(number),
            total_pages: present::count(listing.pages).max(1),
            entry: entry(wanted, board, &post),
        },
    });
    drop((clean, shown));
    for text in [&mut post.body, &mut post.html].into_iter().chain(listing.comments.iter_mut().flat_map(|c| [&mut c.body, &mut c.html])) {
        *text = String::new();
    }
    listing.comments.iter_mut().for_each(|comment| comment.files = Vec::new());
    let (reads, packed) = (AtomicU32::new(0), OnceLock::new());
    Ok(Page { post, comments: listing.comments, pages: listing.pages, drawn, reads, packed })
}

/// What readers with the same rights find below the comments.
fn entry<'a>(wanted: &Wanted<'a>, board: &'a Board, post: &Post) -> Entry<'a> {
    let actor = wanted.request.actor.as_ref();
    let purpose = Purpose::New { slug: &board.slug, post: post.id.0 };
    match (present::takes_comments(actor, board, post), actor) {
        (true, _) => Entry::Form(present::comment_form(wanted.request.lang, board, purpose)),
        (false, None) if !board.archived => Entry::SignIn,
        _ => Entry::Closed,
    }
}

/// The page with what is its reader's.
fn complete(request: &RequestContext, board: &Board, page: &Page, is_bookmarked: bool) -> templates::Page {
    let (actor, post) = (request.actor.as_ref(), &page.post);
    let can_moderate = actor.is_some_and(|a| a.may(Resource::Post, Action::Moderate));
    let takes_comments = present::takes_comments(actor, board, post);
    let comment_key = if takes_comments { form_token::issue(request, &comment_form(post.id)) } else { String::new() };
    let turn = if can_moderate { form_token::issue(request, "post.moderate") } else { String::new() };
    let nav = present::nav(request);
    let has_history = post.edited_at.is_some() && revisions::may_see(actor, board, post.author_id);
    let of = revision_views::paths::Of::Post(&board.slug, post.id.0);
    let history = has_history.then(|| revision_views::link(request.lang, of));
    page.drawn.page(&ForReader {
        shell: &present::shell(request, &nav),
        can_edit: post.editable_by(actor, board),
        can_delete: post.deletable_by(actor),
        can_moderate,
        once: &turn,
        tools: crate::site::bookmarks::button(request, post.id, is_bookmarked).into_iter().chain(history).collect(),
        own_controls: own_controls(request, board, page),
        comment_once: &comment_key,
    })
}

/// What the reader may do with those comments that are their own.
fn own_controls(request: &RequestContext, board: &Board, page: &Page) -> Vec<(usize, Markup)> {
    let Some(reader) = &request.actor else { return Vec::new() };
    let own = page.comments.iter().enumerate().filter(|(_, comment)| comment.author_id == reader.id);
    let controls = |comment| thread_views::controls(request.lang, &present::comment(request.into(), board, &page.post, comment, ""));
    own.map(|(place, comment)| (place, controls(comment))).collect()
}

/// A member who reads a post has read the notifications about it. The page does not wait for that.
fn mark_notifications_read(request: &RequestContext, post: PostId) {
    if request.unread == 0 {
        return;
    }
    let (Some(reader), request) = (request.actor.clone(), request.clone()) else { return };
    tokio::spawn(async move {
        if let Err(err) = notifications::mark_read_about(&request.app.context, &reader, &request.boards, post).await {
            tracing::warn!("could not mark notifications as read: {err}");
        }
    });
}
