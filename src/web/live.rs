//! Event streams: the bell, and new comments on an open post. A signal wakes a stream, which then reads new rows from SQL: so the next
//! signal makes up for a lost one.
//!
//! Framed by hand and not by `poem::web::sse`: an instance holds thousands of idle streams, so a stream's memory is measured.

mod news;

pub use news::RecentNews;

use super::error::{HttpError, Result};
use super::present::{self, Reader};
use super::request::RequestContext;
use crate::app::App;
use crate::domain::boards::{self, Board, Boards};
use crate::domain::comments::Comment;
use crate::domain::posts::Post;
use crate::domain::sessions::{self, Area, Session};
use crate::domain::{Actor, BoardId, CommentId, Error, NotificationId, PostId, UserId, comments, notifications, posts};
use crate::shared::batch_read::Plan;
use crate::shared::cache::CacheTag;
use crate::shared::signals::Listener;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use maud::Markup;
use news::{Common, News, NewsKey};
use poem::http::header;
use poem::{Body, Request, Response};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use templates::live::{BellUpdate, NewComment};
use templates::text::Lang;
use tokio::time::sleep;

/// Pause between two comment lines on a stream: proxies keep it open, and its member counts as present.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Pause before news that could not be read are looked for once more.
const ONCE_MORE: Duration = Duration::from_secs(2);
/// How long a browser waits before it opens a stream that ended, in milliseconds.
const RETRY: &str = "retry: 1000\n\n";
/// How long a stream waits to be opened, and the pause between two tries. Less than the time-out of a request (`layers`).
const LONGEST_WAIT: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_millis(250);
/// The comment line while the database is away.
const LATER: Bytes = Bytes::from_static(b": later\n\n");
/// The comment line after a pause.
const HERE: Bytes = Bytes::from_static(b": here\n\n");
/// The comment line after a signal that brought nothing new.
const NOTHING: Bytes = Bytes::from_static(b": nothing\n\n");
/// A stream ends after this time, and the browser opens it again.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// The subject of a stream, with the newest row that the page shows.
#[derive(Clone, Copy)]
enum Topic {
    Bell { last: NotificationId },
    Post { id: PostId, board: BoardId, last: CommentId },
}

impl Topic {
    /// The id of that row, as the browser sends it back in `Last-Event-ID`.
    fn event_id(self) -> i64 {
        match self {
            Self::Bell { last } => last.0,
            Self::Post { last, .. } => last.0,
        }
    }
}

/// What a stream keeps while it waits. An instance holds ten thousand of them: what else they need is looked up when one wakes.
struct Feed {
    app: App,
    lang: Lang,
    /// The session that opened it; none for a visitor.
    session: Option<OpenedBy>,
    topic: Topic,
    listener: Listener,
    /// What was read for other streams of the same post; none for a bell.
    recent: Option<RecentNews>,
    /// How often what the last signal brought could not be read. 0: it was, or there was no signal.
    failed: u32,
    begun: tokio::time::Instant,
    /// The request that opened it, until its first piece.
    opening: Option<RequestContext>,
    _open: crate::metrics::Held,
}

struct OpenedBy {
    hash: Box<str>,
    version: i64,
    area: Area,
}

/// What the reader of a stream may see at this moment.
struct Rights {
    actor: Option<Actor>,
    boards: Arc<Boards>,
}

/// The stream of a member's bell. It begins where the page's last one ended.
///
/// # Errors
/// The database's.
pub async fn bell(request: RequestContext, user: UserId, req: &Request) -> Result<Response> {
    let listener = request.app.context.shared.signals().subscribe(&notifications::topic(user));
    let app = request.app.clone();
    let last = match last_event(req) {
        Some(id) => id,
        None => in_turn(&app, || notifications::last_id(&app.context, user)).await?,
    };
    Ok(open(request, Topic::Bell { last }, listener, None))
}

/// The stream of a post's comments that are newer than `after`, or than what the browser had when its last stream ended.
///
/// # Errors
/// `NotFound` where the visitor may not read the post; the database's.
pub async fn post(request: RequestContext, recent: RecentNews, id: PostId, after: Option<CommentId>, req: &Request) -> Result<Response> {
    let listener = request.app.context.shared.signals().subscribe(&comments::topic(id));
    let app = request.app.clone();
    let post = in_turn(&app, || posts::find_readable(&app.context.db, request.actor.as_ref(), &request.boards, id)).await?;
    // What was written between the drawing of the page and the opening of its stream comes first.
    let last = last_event(req).or(after).unwrap_or(post.newest_comment);
    Ok(open(request, Topic::Post { id, board: post.board_id, last }, listener, Some(recent)))
}

/// Runs the look-ups before a stream is opened, of a few streams at once: when an instance ends, all its streams reconnect together, and
/// would take the database's connections from pages. They are tried again while the database is away, because the browser opens a stream
/// that was refused only after half a minute.
///
/// # Errors
/// Those of `work`; `Busy` when the database stays away, or when the instance stops.
pub(super) async fn in_turn<T, F>(app: &App, work: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let until = Instant::now() + LONGEST_WAIT;
    loop {
        let turn = app.openings.acquire().await;
        match work().await {
            Err(Error::Busy(_)) if Instant::now() < until && !app.stop.is_cancelled() => {
                drop(turn);
                sleep(AGAIN).await;
            }
            done => return done,
        }
    }
}

fn last_event<Id: FromStr>(req: &Request) -> Option<Id> {
    req.headers().get("last-event-id")?.to_str().ok()?.parse().ok()
}

fn open(request: RequestContext, topic: Topic, listener: Listener, recent: Option<RecentNews>) -> Response {
    let session = request.session.as_ref().map(|session| OpenedBy {
        hash: session.hash.as_str().into(),
        version: session.copy.version,
        area: request.head.area,
    });
    let (app, lang, begun) = (request.app.clone(), request.lang, tokio::time::Instant::now());
    let _open = app.metrics.streams.hold();
    let feed = Feed { app, lang, session, topic, listener, recent, failed: 0, begun, opening: Some(request), _open };
    let body = stream::unfold(Box::new(feed), |mut feed| async move {
        let piece = feed.next().await?;
        Some((Ok::<_, std::io::Error>(piece), feed))
    });
    Response::builder()
        .header(header::CONTENT_TYPE, "text/event-stream")
        .header(header::CACHE_CONTROL, "no-cache, no-store")
        .header("x-accel-buffering", "no")
        .body(Body::from_bytes_stream(body))
}

impl Feed {
    /// The next bytes for the browser. None ends the stream: the instance stops, or the session is over.
    async fn next(&mut self) -> Option<Bytes> {
        // What asks the database is boxed, here and below, so that a stream that waits, and one whose news are drawn already, have no
        // memory for it.
        if let Some(request) = self.opening.take() {
            return Some(Box::pin(self.first(request)).await);
        }
        if self.begun.elapsed() > LONGEST {
            return None;
        }
        let pause = if self.failed > 0 { ONCE_MORE } else { HEARTBEAT };
        let woken = tokio::select! {
            () = self.app.stop.cancelled() => return None,
            woken = tokio::time::timeout(pause, self.listener.recv()) => woken.is_ok() || self.failed > 0,
        };
        match Box::pin(self.later(woken)).await {
            Some(Ok(piece)) => {
                self.failed = 0;
                Some(piece)
            }
            // The database does not answer. The stream stays open.
            Some(Err(_)) => {
                self.failed += u32::from(woken);
                Some(LATER)
            }
            None => None,
        }
    }

    /// The first piece: what was missed since the last event.
    async fn first(&mut self, request: RequestContext) -> Bytes {
        let app = self.app.clone();
        let _turn = app.openings.acquire().await;
        let rights = Rights { actor: request.actor.clone(), boards: request.boards.clone() };
        let missed = match self.news(&rights, None).await {
            Ok(news) => news,
            Err(Error::NotFound) => Bytes::new(),
            Err(_) => {
                self.failed = 1;
                Bytes::new()
            }
        };
        let mut first = BytesMut::from(format!("{RETRY}id: {}\n: hello\n\n", self.topic.event_id()).as_bytes());
        first.extend_from_slice(&missed);
        first.freeze()
    }

    /// Any other piece: what is new after a signal, else a comment line, so that proxies keep the connection. The stream ends when its
    /// session ends or changes, and the browser opens it again, with the rights of that moment.
    async fn later(&mut self, woken: bool) -> Option<Result<Bytes, Error>> {
        let generations: &[CacheTag] = if woken { &[CacheTag::BOARDS] } else { &[] };
        let hash = self.session.as_ref().map(|session| &*session.hash);
        let plan = Plan { session: hash, generations, recent: self.recent.is_some(), ..Plan::default() };
        let answer = self.app.context.shared.fetch(&plan).await.known().unwrap_or_default();
        let mut actor = None;
        if let Some(opened) = &self.session {
            let found = match answer.session {
                Some(copy) => Some(Session::of(opened.hash.to_string(), copy)),
                None => match Box::pin(sessions::load(&self.app.context, &opened.hash, opened.area)).await {
                    Ok(found) => found,
                    Err(err) => return Some(Err(err)),
                },
            };
            let session = found.filter(|session| session.copy.version == opened.version)?;
            if session.copy.shows_presence {
                self.app.context.shared.presence().touch(session.copy.user_id);
                self.app.context.counters.saw(&session, opened.area);
            }
            actor = Some(session.actor());
        }
        if !woken {
            return Some(Ok(HERE));
        }
        let boards = match boards::all(&self.app.context, answer.generations.into_iter().next().flatten()).await {
            Ok(boards) => boards,
            Err(err) => return Some(Err(err)),
        };
        let signal = self.listener.arrival();
        match self.news(&Rights { actor, boards }, Some(signal)).await {
            // Nothing is sent about a post that its reader may not read any longer.
            Err(Error::NotFound) => None,
            news => Some(news),
        }
    }

    /// What is new, for a reader with these rights.
    async fn news(&mut self, rights: &Rights, signal: Option<u64>) -> Result<Bytes, Error> {
        match (self.topic, signal) {
            (Topic::Bell { last }, _) => Box::pin(self.bell_news(rights, last)).await,
            (Topic::Post { id, board, last }, Some(signal)) => self.common_news(rights, (id, board, last), signal).await,
            (Topic::Post { id, last, .. }, None) => Box::pin(self.post_news(rights, id, last)).await,
        }
    }

    async fn bell_news(&mut self, rights: &Rights, last: NotificationId) -> Result<Bytes, Error> {
        let (ctx, lang) = (&self.app.context, self.lang);
        let reader = rights.actor.as_ref().ok_or(Error::NotFound)?;
        let fresh = notifications::since(ctx, reader, &rights.boards, last).await?;
        let unread = notifications::count_unread(ctx, reader, &rights.boards).await?;
        let sentence = fresh.last().map(|newest| present::sentence(newest, lang)).unwrap_or_default();
        self.topic = Topic::Bell { last: fresh.last().map_or(last, |newest| newest.id) };
        let bell = templates::live::bell(&BellUpdate { lang, unread, sentence: &sentence });
        Ok(event(self.topic.event_id(), bell).into())
    }

    /// What one signal brought, as most readers see it.
    async fn common_news(&mut self, rights: &Rights, (id, board, last): (PostId, BoardId, CommentId), signal: u64) -> Result<Bytes, Error> {
        let Some(recent) = &self.recent else { return Box::pin(self.post_news(rights, id, last)).await };
        let actor = rights.actor.as_ref();
        let (answers, moderates) = (rights.boards.find_readable(actor, board)?.takes_comments_from(actor), comments::moderates(actor));
        let key = NewsKey { post: id, after: last, signal, failed: self.failed, lang: self.lang, answers, moderates };
        let news = match recent.get(key, || Box::pin(read_common(&self.app, rights, self.lang, id, last))).await {
            Common::News(news) => news,
            Common::NotNow => return Err(Error::Busy(1)),
            Common::OwnRights => return Box::pin(self.post_news(rights, id, last)).await,
        };
        if news.board != board || actor.is_some_and(|actor| news.authors.contains(&actor.id)) {
            return Box::pin(self.post_news(rights, id, last)).await;
        }
        self.topic = Topic::Post { id, board, last: news.last };
        Ok(news.events.clone())
    }

    async fn post_news(&mut self, rights: &Rights, id: PostId, last: CommentId) -> Result<Bytes, Error> {
        let (db, actor) = (&self.app.context.db, rights.actor.as_ref());
        let post = posts::find_readable(db, actor, &rights.boards, id).await?;
        let fresh = comments::since(db, &post, last).await?;
        let board = rights.boards.find_readable(actor, post.board_id)?;
        let Some(last) = fresh.last().map(|comment| comment.id) else { return Ok(NOTHING) };
        let events = events(&self.app, rights.reader(&self.app, self.lang), board, &post, &fresh, true);
        self.topic = Topic::Post { id, board: post.board_id, last };
        Ok(events)
    }
}

impl Rights {
    fn reader(&self, app: &App, lang: Lang) -> Reader<'_> {
        Reader { actor: self.actor.as_ref(), lang, now: app.context.clock.now() }
    }
}

/// News for all streams whose readers see the same as this one's.
async fn read_common(app: &App, rights: &Rights, lang: Lang, id: PostId, last: CommentId) -> Common {
    let (db, actor) = (&app.context.db, rights.actor.as_ref());
    let post = match posts::find_readable(db, actor, &rights.boards, id).await {
        Ok(post) if post.state == posts::State::Shown => post,
        Ok(_) | Err(Error::NotFound) => return Common::OwnRights,
        Err(_) => return Common::NotNow,
    };
    let (Ok(board), Ok(fresh)) = (rights.boards.find_readable(actor, post.board_id), comments::since(db, &post, last).await) else {
        return Common::NotNow;
    };
    let events = match fresh.is_empty() {
        true => NOTHING,
        false => events(app, rights.reader(app, lang), board, &post, &fresh, false),
    };
    let authors = fresh.iter().map(|comment| comment.author_id).collect();
    let last = fresh.last().map_or(last, |comment| comment.id);
    Common::News(Arc::new(News { board: post.board_id, authors, last, events }))
}

/// One event for each comment. `alone`: for this reader, and not for all with the same rights.
fn events(app: &App, reader: Reader, board: &Board, post: &Post, fresh: &[Comment], alone: bool) -> Bytes {
    let mut out = String::new();
    for row in fresh {
        let html = app.context.known.show(&row.html);
        let comment = match alone {
            true => present::comment(reader, board, post, row, &html),
            false => present::common_comment(reader, board, post, row, &html),
        };
        let own = alone && row.author_id == reader.id();
        let news = NewComment { lang: reader.lang, comment, count: present::count(post.comment_count), own };
        out.push_str(&event(row.id.0, templates::live::new_comment(&news)));
    }
    out.into()
}

/// One event (HTML standard, section 9.2.5): each line of the data has its own `data:`.
fn event(id: i64, markup: Markup) -> String {
    let text = markup.into_string();
    let mut out = format!("id: {id}\n");
    for line in text.split(['\n', '\r']) {
        out.push_str("data: ");
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
    out
}

/// A stream that the instance will not open now.
pub fn refuse(app: &App) -> Result<()> {
    if app.stop.is_cancelled() { Err(HttpError::Status(503)) } else { Ok(()) }
}
