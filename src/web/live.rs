//! Event streams: the bell, and new comments on an open post. A signal wakes a stream, which then reads new rows from SQL: so the next
//! signal makes up for a lost one.
//!
//! Framed by hand and not by `poem::web::sse`: an instance holds thousands of idle streams, so a stream's memory is measured.

mod news;

pub use news::RecentNews;

use super::error::{HttpError, Result};
use super::present;
use super::request::RequestContext;
use crate::app::App;
use crate::domain::boards::{self, Board, Boards};
use crate::domain::comments::Comment;
use crate::domain::posts::Post;
use crate::domain::{BoardId, CommentId, Error, NotificationId, PostId, UserId, comments, notifications, posts};
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
use tokio::time::sleep;

/// Pause between two comment lines on a stream: proxies keep it open, and its member counts as present.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long a browser waits before it opens a stream that ended, in milliseconds.
const RETRY: &str = "retry: 1000\n\n";
/// How long a stream waits to be opened, and the pause between two tries. Less than the time-out of a request (`layers`).
const LONGEST_WAIT: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_millis(250);
/// The comment line while the database is away.
const LATER: &[u8] = b": later\n\n";
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

struct Feed {
    request: RequestContext,
    topic: Topic,
    listener: Listener,
    /// What was read for other streams of the same post; none for a bell.
    recent: Option<RecentNews>,
    begun: tokio::time::Instant,
    greeted: bool,
    _open: crate::metrics::Held,
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
    let _open = request.app.metrics.streams.hold();
    let feed = Feed { request, topic, listener, recent, begun: tokio::time::Instant::now(), greeted: false, _open };
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
        if !std::mem::replace(&mut self.greeted, true) {
            // What was missed since the last event comes first.
            let app = self.request.app.clone();
            let _turn = app.openings.acquire().await;
            let boards = self.request.boards.clone();
            let missed = Box::pin(self.news(&boards, None)).await.unwrap_or_default();
            let mut first = BytesMut::from(format!("{RETRY}id: {}\n: hello\n\n", self.topic.event_id()).as_bytes());
            first.extend_from_slice(&missed);
            return Some(first.freeze());
        }
        if self.begun.elapsed() > LONGEST {
            return None;
        }
        let app = self.request.app.clone();
        let woken = tokio::select! {
            () = app.stop.cancelled() => return None,
            woken = tokio::time::timeout(HEARTBEAT, self.listener.recv()) => woken.is_ok(),
        };
        // Both are boxed, so that a stream that waits above holds no memory for them.
        let boards = match Box::pin(self.look(woken)).await {
            Look::Over => return None,
            Look::NotNow => return Some(Bytes::from_static(LATER)),
            Look::Quiet => {
                self.be_here();
                return Some(Bytes::from_static(b": here\n\n"));
            }
            Look::News(boards) => boards,
        };
        self.be_here();
        let signal = self.listener.arrival();
        match Box::pin(self.news(&boards, Some(signal))).await {
            Ok(news) => Some(news),
            // Nothing is sent about a post that its reader may not read any longer.
            Err(Error::NotFound) => None,
            Err(_) => Some(Bytes::from_static(LATER)),
        }
    }

    /// What its reader may see now. The stream ends when its session ends or changes, and the browser opens it again, with the rights of
    /// that moment.
    async fn look(&self, woken: bool) -> Look {
        let app = &self.request.app;
        let generations: &[CacheTag] = if woken { &[CacheTag::BOARDS] } else { &[] };
        let session = self.request.session.as_ref();
        let plan =
            Plan { session: session.map(|session| session.hash.as_str()), generations, recent: self.recent.is_some(), ..Plan::default() };
        let answer = app.context.shared.fetch(&plan).await.known().unwrap_or_default();
        if let Some(session) = session {
            let version = match answer.session {
                Some(copy) => Some(copy.version),
                None => match crate::domain::sessions::load(&app.context, &session.hash, self.request.head.area).await {
                    Ok(found) => found.map(|found| found.copy.version),
                    // SQL did not answer: nothing can be sent now, and the stream stays open.
                    Err(_) => return Look::NotNow,
                },
            };
            if version != Some(session.copy.version) {
                return Look::Over;
            }
        }
        if !woken {
            return Look::Quiet;
        }
        match boards::all(&app.context, answer.generations.into_iter().next().flatten()).await {
            Ok(boards) => Look::News(boards),
            Err(_) => Look::NotNow,
        }
    }

    fn be_here(&self) {
        if let Some(session) = self.request.session.as_ref().filter(|session| session.copy.shows_presence) {
            self.request.app.context.shared.presence().touch(session.copy.user_id);
            self.request.app.context.counters.saw(session, self.request.head.area);
        }
    }

    /// What is new, for these boards' rights.
    async fn news(&mut self, boards: &Boards, signal: Option<u64>) -> Result<Bytes, Error> {
        match (self.topic, signal) {
            (Topic::Bell { last }, _) => self.bell_news(boards, last).await,
            (Topic::Post { id, board, last }, Some(signal)) => self.common_news(boards, (id, board, last), signal).await,
            (Topic::Post { id, last, .. }, None) => self.post_news(boards, id, last).await,
        }
    }

    async fn bell_news(&mut self, boards: &Boards, last: NotificationId) -> Result<Bytes, Error> {
        let (ctx, lang) = (&self.request.app.context, self.request.lang);
        let reader = self.request.actor.as_ref().ok_or(Error::NotFound)?;
        let fresh = notifications::since(ctx, reader, boards, last).await?;
        let unread = notifications::count_unread(ctx, reader, boards).await?;
        let sentence = fresh.last().map(|newest| present::sentence(newest, lang)).unwrap_or_default();
        self.topic = Topic::Bell { last: fresh.last().map_or(last, |newest| newest.id) };
        let bell = templates::live::bell(&BellUpdate { lang, unread, sentence: &sentence });
        Ok(event(self.topic.event_id(), bell).into())
    }

    /// What one signal brought, as most readers see it.
    async fn common_news(&mut self, boards: &Boards, (id, board, last): (PostId, BoardId, CommentId), signal: u64) -> Result<Bytes, Error> {
        let Some(recent) = self.recent.clone() else { return self.post_news(boards, id, last).await };
        let actor = self.request.actor.as_ref();
        let (answers, moderates) = (boards.find_readable(actor, board)?.takes_comments_from(actor), comments::moderates(actor));
        let key = NewsKey { post: id, after: last, signal, lang: self.request.lang, answers, moderates };
        let news = match recent.get(key, read_common(&self.request, boards, id, last)).await {
            Common::News(news) => news,
            Common::NotNow => return Err(Error::Busy(1)),
            Common::OwnRights => return self.post_news(boards, id, last).await,
        };
        if news.board != board || news.authors.contains(&self.request.viewer_id()) {
            return self.post_news(boards, id, last).await;
        }
        self.topic = Topic::Post { id, board, last: news.last };
        Ok(news.events.clone())
    }

    async fn post_news(&mut self, boards: &Boards, id: PostId, last: CommentId) -> Result<Bytes, Error> {
        let (ctx, actor) = (&self.request.app.context, self.request.actor.as_ref());
        let post = posts::find_readable(&ctx.db, actor, boards, id).await?;
        let fresh = comments::since(&ctx.db, &post, last).await?;
        let board = boards.find_readable(actor, post.board_id)?;
        let Some(last) = fresh.last().map(|comment| comment.id) else { return Ok(NOTHING) };
        let events = events(&self.request, board, &post, &fresh, true);
        self.topic = Topic::Post { id, board: post.board_id, last };
        Ok(events)
    }
}

/// News for all streams whose readers see the same as this one's.
async fn read_common(request: &RequestContext, boards: &Boards, id: PostId, last: CommentId) -> Common {
    let (ctx, actor) = (&request.app.context, request.actor.as_ref());
    let post = match posts::find_readable(&ctx.db, actor, boards, id).await {
        Ok(post) if post.state == posts::State::Shown => post,
        Ok(_) | Err(Error::NotFound) => return Common::OwnRights,
        Err(_) => return Common::NotNow,
    };
    let (Ok(board), Ok(fresh)) = (boards.find_readable(actor, post.board_id), comments::since(&ctx.db, &post, last).await) else {
        return Common::NotNow;
    };
    let events = match fresh.is_empty() {
        true => NOTHING,
        false => events(request, board, &post, &fresh, false),
    };
    let authors = fresh.iter().map(|comment| comment.author_id).collect();
    let last = fresh.last().map_or(last, |comment| comment.id);
    Common::News(Arc::new(News { board: post.board_id, authors, last, events }))
}

/// One event for each comment. `alone`: for this reader, and not for all with the same rights.
fn events(request: &RequestContext, board: &Board, post: &Post, fresh: &[Comment], alone: bool) -> Bytes {
    let mut out = String::new();
    for row in fresh {
        let html = request.app.context.known.show(&row.html);
        let comment = match alone {
            true => present::comment(request, board, post, row, &html),
            false => present::common_comment(request, board, post, row, &html),
        };
        let own = alone && row.author_id == request.viewer_id();
        let news = NewComment { lang: request.lang, comment, count: present::count(post.comment_count), own };
        out.push_str(&event(row.id.0, templates::live::new_comment(&news)));
    }
    out.into()
}

/// What a stream may do with its next piece.
enum Look {
    /// Nothing any more: it ends.
    Over,
    /// Nothing now: the database did not answer.
    NotNow,
    /// Send a comment line, so that proxies keep the connection.
    Quiet,
    /// Send what is new, with the rights of these boards.
    News(Arc<Boards>),
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
