//! What is loaded for a request before its handler runs: the session, language and reading aids, the boards. At most one round trip
//! to Redis (none for values that this process keeps until Redis sends that they changed), and no SQL where Redis answers.

use super::reply::HtmxTarget;
use super::routes::{Kind, Route};
use super::{address, cookies, language, packed};
use crate::app::App;
use crate::domain::boards::{self, Board, Boards};
use crate::domain::organisation::{self, Organisation};
use crate::domain::posts::Post;
use crate::domain::sessions::{self, Area, Client, Session};
use crate::domain::{Actor, Result, UserId, notifications, tokens};
use crate::shared::Known;
use crate::shared::batch_read::{Answer, Plan};
use crate::shared::cache::{CacheTag, Generation};
use crate::shared::sessions::SessionCopy;
use poem::http::header;
use poem::{FromRequest, RequestBody};
use std::sync::{Arc, OnceLock};
use templates::layout::Aids;
use templates::text::Lang;

/// What handlers know of a request. Cheap to clone (an `Arc`).
#[derive(Clone)]
pub struct RequestContext {
    inner: Arc<RequestParts>,
}

/// What the request itself contains, before any lookup. Error pages need no more.
pub struct RequestHead {
    /// The instance.
    pub app: App,
    /// Which router is asked.
    pub area: Area,
    /// What holds for its address.
    pub route: Route,
    /// The address with its query.
    pub path: String,
    pub client: Client,
    /// The name of the flash message that the previous answer left in a cookie.
    pub flash: Option<String>,
    /// The id of this request in the log.
    pub request_id: String,
    /// Whether it changes nothing (RFC 9110 section 9.2.1).
    is_read: bool,
    /// Whether the answer may be sent as gzip. Never for guests: nginx caches one copy of a page for all of them, whatever their browsers
    /// accept.
    pub accepts_gzip: bool,
    /// Whether a whole page, its main part or a fragment is wanted.
    pub target: HtmxTarget,
    /// The fields of the form that came, once it was read.
    pub sent: OnceLock<Vec<(String, String)>>,
    /// The device cookie, which names the accounts that were signed in to in this browser before; empty: none came.
    pub device: String,
    /// The hash of the session's token that came.
    hash: Option<String>,
    /// Language and reading aids of this browser's cookie.
    reading: (Option<Lang>, Aids),
    /// The language that the browser prefers.
    preferred: Lang,
}

impl RequestHead {
    /// Reads it from the head of a request.
    pub fn of(app: &App, area: Area, route: Route, req: &poem::Request, request_id: String) -> Arc<Self> {
        let headers = req.headers();
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Arc::new(Self {
            app: app.clone(),
            area,
            route,
            path: req.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            client: client(app, req),
            flash: cookies::get(headers, cookies::FLASH).map(|word| word.into_owned()),
            request_id,
            is_read: req.method().is_safe(),
            accepts_gzip: cookies::any_of_ours(headers) && packed::accepts_gzip(headers),
            target: HtmxTarget::of(req),
            sent: OnceLock::new(),
            device: cookies::get(headers, cookies::DEVICE).map(|value| value.into_owned()).unwrap_or_default(),
            hash: cookies::token(headers, area, app.secure(area)).map(|token| tokens::hash(&token)),
            reading: cookies::get(headers, cookies::READING).map(|word| language::unpack(&word)).unwrap_or_default(),
            preferred: language::preferred(accepted),
        })
    }

    /// Whether values may be shown that are up to half a second old. Not on the page after a form, which has to show what was sent (the
    /// form's answer leaves a flash cookie, see `layers`), and not in streams and fragments, which are asked for after a change.
    fn accepts_recent(&self) -> bool {
        self.is_read && self.flash.is_none() && self.route.kind == Kind::Page
    }

    /// Language and reading aids: the member's, else the cookie's, else the browser's.
    fn reading(&self, session: Option<&Session>) -> (Lang, Aids) {
        let cookie = self.reading;
        let own = session.map(|s| (Lang::from_tag(&s.copy.language), s.copy.aids.as_str()));
        let (chosen, aids) = match own {
            Some((lang, packed)) if !packed.is_empty() => (lang.or(cookie.0), language::unpack(packed).1),
            Some((lang, _)) => (lang.or(cookie.0), cookie.1),
            None => cookie,
        };
        (chosen.unwrap_or(self.preferred), aids)
    }
}

/// See [`RequestContext`].
pub struct RequestParts {
    /// The instance, as in the head.
    pub app: App,
    /// What stands in the request itself.
    pub head: Arc<RequestHead>,
    /// The session of a signed-in member.
    pub session: Option<Session>,
    /// Its member.
    pub actor: Option<Actor>,
    /// How many of their notifications are unread.
    pub unread: u32,
    /// The states of what the page may show.
    pub generations: Generations,
    /// The boards in their order.
    pub boards: Arc<Boards>,
    /// Who runs the site.
    pub organisation: Arc<Organisation>,
    /// The language of the page.
    pub lang: Lang,
    /// How pages look to the reader.
    pub aids: Aids,
    /// Whether a session cookie came that belongs to no session: the answer deletes it.
    pub dead_cookie: bool,
}

/// The generations of what a page may show. None where Redis did not answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Generations {
    /// Of the boards, and of who runs the site.
    pub boards: Option<Generation>,
    /// Of all posts.
    pub posts: Option<Generation>,
    /// Of what was withdrawn.
    pub withdrawn: Option<Generation>,
    /// Of the posts of the board that the address names.
    pub board: Option<Generation>,
    /// Of the post that the address names.
    pub post: Option<Generation>,
    /// Of the member's own bookmarks and notifications, on a post's page.
    pub reader: Option<Generation>,
}

impl std::ops::Deref for RequestContext {
    type Target = RequestParts;

    fn deref(&self) -> &RequestParts {
        &self.inner
    }
}

impl RequestContext {
    /// Loads what every page needs.
    ///
    /// # Errors
    /// The database's, where Redis did not answer and SQL does not either.
    pub async fn load(head: Arc<RequestHead>) -> Result<Self> {
        let (app, area, hash) = (&head.app, head.area, head.hash.as_deref());
        let tags = Tags::of(&head);
        let plan = Plan {
            session: hash,
            unread: true,
            reader: tags.post.is_some(),
            recent: head.accepts_recent(),
            generations: &tags.all,
            entries: &[],
        };
        let answer = match app.context.shared.fetch(&plan).await {
            Known::Known(answer) => answer,
            Known::Unknown => Answer::default(),
        };
        let generations = tags.generations(&answer);
        let session = session(app, area, hash, answer.session).await?;
        let (actor, boards) = (session.as_ref().map(Session::actor), boards::all(&app.context, generations.boards).await?);
        let organisation = match area {
            Area::Site => organisation::kept(&app.context, generations.boards).await?,
            Area::Admin => Arc::default(),
        };
        let unread = match (&actor, area) {
            (Some(actor), Area::Site) => notifications::unread(&app.context, actor, &boards, answer.unread).await?,
            _ => 0,
        };
        let (lang, aids) = head.reading(session.as_ref());
        let inner = RequestParts {
            app: app.clone(),
            boards,
            organisation,
            actor,
            dead_cookie: hash.is_some() && session.is_none(),
            session,
            unread,
            generations,
            lang,
            aids,
            head: head.clone(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The hash of the token of a session cookie that belongs to no session.
    pub fn dead_session(&self) -> Option<&str> {
        self.head.hash.as_deref().filter(|_| self.dead_cookie)
    }

    /// Without any lookup: for error pages while neither Redis nor the database answers.
    pub fn bare(head: Arc<RequestHead>) -> Self {
        let (lang, aids) = head.reading(None);
        let inner = RequestParts {
            app: head.app.clone(),
            head,
            session: None,
            actor: None,
            unread: 0,
            generations: Generations::default(),
            boards: Arc::default(),
            organisation: Arc::default(),
            lang,
            aids,
            dead_cookie: false,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The member's id; 0 for a visitor.
    pub fn viewer_id(&self) -> UserId {
        self.actor.as_ref().map_or(UserId(0), |actor| actor.id)
    }

    /// Whether cookies of this router are for HTTPS only.
    pub fn secure(&self) -> bool {
        self.app.secure(self.head.area)
    }

    /// The board at an address, if this visitor may see it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn board_at(&self, slug: &str) -> Result<&Board> {
        self.boards.find_listed(self.actor.as_ref(), slug)
    }

    /// The board of a post that this visitor may read.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn board_of(&self, post: &Post) -> Result<&Board> {
        self.boards.find_readable(self.actor.as_ref(), post.board_id)
    }
}

impl App {
    /// Whether this router is reached over HTTPS.
    pub fn secure(&self, area: Area) -> bool {
        let origin = match area {
            Area::Site => &self.config.public_url,
            Area::Admin => &self.config.admin_public_url,
        };
        origin.scheme() == "https"
    }
}

/// The tags whose generations a page needs: first [`Tags::EVERY_PAGE`], then those of what the address names.
struct Tags {
    all: Vec<CacheTag>,
    /// The places of those that the address names.
    board: Option<usize>,
    post: Option<usize>,
}

impl Tags {
    const EVERY_PAGE: [CacheTag; 3] = [CacheTag::BOARDS, CacheTag::POSTS, CacheTag::WITHDRAWN];

    fn of(head: &RequestHead) -> Self {
        let path = head.path.split('?').next().unwrap_or_default();
        let mut all = Self::EVERY_PAGE.to_vec();
        let mut place = |tag| {
            all.push(tag);
            all.len() - 1
        };
        // Only of boards that exist: otherwise each made-up address would store a generation in Redis.
        let slug = head.route.board_of(path).filter(|slug| boards::may_have(&head.app.context, slug));
        let board = slug.map(|slug| place(CacheTag::board(slug)));
        let post = head.route.post_of(path).map(|id| place(CacheTag::post(id)));
        Self { all, board, post }
    }

    fn generations(&self, answer: &Answer) -> Generations {
        let at = |place: usize| answer.generations.get(place).copied().flatten();
        let [boards, posts, withdrawn] = [0, 1, 2].map(at);
        let [board, post] = [self.board, self.post].map(|place| place.and_then(at));
        Generations { boards, posts, withdrawn, board, post, reader: answer.reader }
    }
}

/// The session: its hot copy, else its row.
async fn session(app: &App, area: Area, hash: Option<&str>, copy: Option<Arc<SessionCopy>>) -> Result<Option<Session>> {
    let Some(hash) = hash else { return Ok(None) };
    if let Some(copy) = copy.filter(|copy| copy.area == area.as_str()) {
        return Ok(Some(Session::of(hash.to_owned(), copy)));
    }
    // Boxed, because it is rare: every page's future would hold the room for it.
    let session = Box::pin(sessions::load(&app.context, hash, area)).await?;
    if session.is_none() {
        // The copy in Redis of a session that has ended: it is deleted for the other instances too.
        app.context.shared.sessions().drop_one(hash).await;
    }
    Ok(session)
}

fn client(app: &App, req: &poem::Request) -> Client {
    let agent = req.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ip = address::client(req, &app.config.trusted_proxies).map_or_else(|| "unix".into(), |ip| ip.to_string());
    Client { ip, agent: agent.to_owned() }
}

impl<'a> FromRequest<'a> for RequestContext {
    async fn from_request(req: &'a poem::Request, _: &mut RequestBody) -> poem::Result<Self> {
        let request = req.extensions().get::<RequestContext>().cloned();
        request.ok_or_else(|| super::HttpError::from(crate::domain::Error::Internal("a route without the viewer layer".into())).into())
    }
}
