//! Event streams: the bell, and new comments on an open post. A stream is told "something happened" by a
//! signal and reads what it is from SQL, so a lost signal is made up for by the next one.

use super::error::{Fault, Result};
use super::present;
use super::visit::Visit;
use crate::app::App;
use crate::domain::{comments, notifications, posts};
use crate::shared::Known;
use crate::shared::signals::Listener;
use bytes::Bytes;
use futures_util::stream;
use maud::Markup;
use poem::http::header;
use poem::{Body, Request, Response};
use std::time::Duration;
use templates::live::{BellUpdate, NewComment};

/// A word on each stream in so many seconds: proxies keep it open, and a member with an open page is here.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long a browser waits before it opens a stream that ended, in milliseconds.
const RETRY: &str = "retry: 1000\n\n";
/// Streams end after this long and are opened anew, so that none outlives its instance's memory of it.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What a stream is about.
enum Topic {
    Bell { user: i64 },
    Post { id: i64 },
}

struct Feed {
    visit: Visit,
    topic: Topic,
    listener: Listener,
    /// The newest row that the page knows of.
    last: i64,
    begun: tokio::time::Instant,
    greeted: bool,
    _open: crate::metrics::Held,
}

/// The stream of a member's bell. It begins where the page's last one ended.
///
/// # Errors
/// The database's.
pub async fn bell(visit: Visit, user: i64, req: &Request) -> Result<Response> {
    let listener = visit.app.shared.signals().subscribe(&notifications::topic(user));
    let app = visit.app.clone();
    let _turn = app.openings.acquire().await;
    let last = match last_event(req) {
        Some(id) => id,
        None => notifications::last_id(&visit.app, user).await?,
    };
    Ok(open(visit, Topic::Bell { user }, listener, last))
}

/// The stream of a post's comments that are newer than `after`, or than what the browser had when its last stream ended.
///
/// # Errors
/// `NotFound` where the visitor may not read the post; the database's.
pub async fn post(visit: Visit, id: i64, after: Option<i64>, req: &Request) -> Result<Response> {
    let listener = visit.app.shared.signals().subscribe(&comments::topic(id));
    let app = visit.app.clone();
    let _turn = app.openings.acquire().await;
    posts::find_readable(&visit.app.db, visit.actor.as_ref(), &visit.boards, id).await?;
    // What was written between the drawing of the page and the opening of its stream comes first.
    let last = match last_event(req).or(after) {
        Some(id) => id,
        None => comments::last_id(&visit.app.db, id).await?,
    };
    Ok(open(visit, Topic::Post { id }, listener, last))
}

fn last_event(req: &Request) -> Option<i64> {
    req.headers().get("last-event-id")?.to_str().ok()?.parse().ok()
}

fn open(visit: Visit, topic: Topic, listener: Listener, last: i64) -> Response {
    let _open = visit.app.metrics.streams.hold();
    let feed = Feed { visit, topic, listener, last, begun: tokio::time::Instant::now(), greeted: false, _open };
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
            let app = self.visit.app.clone();
            let _turn = app.openings.acquire().await;
            let missed = Box::pin(self.news()).await.unwrap_or_default();
            return Some(Bytes::from(format!("{RETRY}id: {}\n: hello\n\n{missed}", self.last)));
        }
        if self.begun.elapsed() > LONGEST {
            return None;
        }
        let app = self.visit.app.clone();
        let woken = tokio::select! {
            () = app.stop.cancelled() => return None,
            woken = tokio::time::timeout(HEARTBEAT, self.listener.recv()) => woken.is_ok(),
        };
        // Boxed, both: an open stream spends its life waiting above, and should hold no room for what comes after.
        if !Box::pin(self.still_allowed(woken)).await {
            return None;
        }
        self.be_here();
        match woken {
            true => Some(Box::pin(self.news()).await.map_or_else(|_| Bytes::from_static(b": later\n\n"), Bytes::from)),
            false => Some(Bytes::from_static(b": here\n\n")),
        }
    }

    /// Nothing is told to a session that has ended, nor about a post that is out of sight.
    async fn still_allowed(&self, woken: bool) -> bool {
        let app = &self.visit.app;
        if let Some(session) = &self.visit.session {
            let copy = app.shared.sessions().get(&session.hash).await;
            let known = matches!(copy, Known::Known(Some(_)));
            if !known {
                match crate::domain::sessions::load(app, &session.hash, self.visit.area).await {
                    Ok(Some(_)) => {}
                    Ok(None) => return false,
                    // SQL did not answer: nothing can be told now, but nobody is sent away.
                    Err(_) => return true,
                }
            }
        }
        match self.topic {
            // The post is looked at before something is told of it.
            Topic::Post { id } if woken => {
                let found = posts::find_readable(&app.db, self.visit.actor.as_ref(), &self.visit.boards, id).await;
                !matches!(found, Err(crate::domain::Error::NotFound))
            }
            Topic::Post { .. } | Topic::Bell { .. } => true,
        }
    }

    fn be_here(&self) {
        if let Some(session) = self.visit.session.as_ref().filter(|session| session.copy.shows_presence) {
            self.visit.app.shared.presence().touch(session.copy.user_id);
            self.visit.app.activity.saw(session, self.visit.area);
        }
    }

    async fn news(&mut self) -> Result<String, crate::domain::Error> {
        match self.topic {
            Topic::Bell { user } => self.bell_news(user).await,
            Topic::Post { id } => self.post_news(id).await,
        }
    }

    async fn bell_news(&mut self, user: i64) -> Result<String, crate::domain::Error> {
        let app = &self.visit.app;
        let fresh = notifications::since(app, user, self.last).await?;
        let unread = notifications::count_unread(app, user).await?;
        let sentence = fresh.last().map(|newest| present::sentence(newest, self.visit.lang)).unwrap_or_default();
        self.last = fresh.last().map_or(self.last, |newest| newest.id);
        Ok(event(self.last, templates::live::bell(&BellUpdate { lang: self.visit.lang, unread, sentence: &sentence })))
    }

    async fn post_news(&mut self, id: i64) -> Result<String, crate::domain::Error> {
        let app = &self.visit.app;
        let fresh = comments::since(&app.db, id, self.last).await?;
        let Some(last) = fresh.last().map(|comment| comment.id) else { return Ok(": nothing\n\n".into()) };
        let post = posts::find_readable(&app.db, self.visit.actor.as_ref(), &self.visit.boards, id).await?;
        let open = takes_comments(&self.visit, &post);
        let mut out = String::new();
        for row in &fresh {
            let html = app.known.show(&row.html);
            let comment = present::comment(&self.visit, &post, row, &html, open);
            let own = row.author_id == self.visit.viewer_id();
            let news = NewComment { lang: self.visit.lang, comment, count: present::count(post.comment_count), own };
            out.push_str(&event(row.id, templates::live::new_comment(&news)));
        }
        self.last = last;
        Ok(out)
    }
}

/// Whether this visitor may comment on a post.
pub fn takes_comments(visit: &Visit, post: &posts::Post) -> bool {
    let board = visit.boards.iter().find(|board| board.id == post.board_id);
    post.state() == posts::State::Shown && board.is_some_and(|board| board.takes_comments_from(visit.actor.as_ref()))
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
    if app.stop.is_cancelled() { Err(Fault::Status(503)) } else { Ok(()) }
}
