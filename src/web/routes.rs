//! Routes that declare what middleware, measurements and tests need to know of them, so that none of these reads addresses.

use super::body;
use crate::app::App;
use crate::domain::sessions::Area;
use crate::metrics;
use poem::http::{Method, header};
use poem::{IntoEndpoint, Request, Route as PoemRoute};
use std::sync::Arc;

/// What is behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// HTML for one reader, whose session, language and boards are looked up first.
    Page,
    /// HTML that an open page fetches by script: it does not count as presence.
    Poll,
    /// An event stream: open for hours, so outside the concurrency limit.
    Stream,
    /// A file for one reader, whose session and boards are looked up first; its bytes are sent as they are read.
    File,
    /// The same for everybody and kept by caches.
    Asset,
    /// The same for everybody.
    Plain,
    /// The state of the instance, for programs: answered at any load.
    Probe,
}

/// How often a person may send a form, in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// More than people send, fewer than programs would.
    Write,
    /// The editor asks for a preview at each pause in typing.
    Preview,
    /// Three a minute and window, and one at each time that it goes out of sight.
    Draft,
    /// With scripts each file is a form.
    Upload,
}

impl RateLimit {
    /// The name of the counter, and how many it allows.
    pub fn counter(self) -> (&'static str, u32) {
        match self {
            Self::Write => ("write", 60),
            Self::Preview => ("preview", 240),
            Self::Draft => ("draft", 120),
            Self::Upload => ("upload", 60),
        }
    }
}

/// An address and what holds for it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As poem takes it: `/u/:id`.
    pub path: &'static str,
    pub kind: Kind,
    /// Reached in the panel without signing in.
    pub is_open: bool,
    /// Never stored by the browser: on a shared computer "back" must not show it after signing out.
    pub is_private: bool,
    /// Its address is signed and holds all that a form would: it is taken from any program and any site, and relies on no cookie.
    pub is_signed: bool,
    /// The part of the address that names a board whose generation the page needs.
    board: Option<usize>,
    /// The part of the address that names a post whose generation the page needs.
    post: Option<usize>,
    pub limit: RateLimit,
    /// Largest body, in bytes.
    pub body: usize,
    /// Takes files: its handler reads the body as it arrives, within limits of its own.
    pub is_upload: bool,
    /// It mostly comes without files: one that is no larger than other forms is read and admitted as they are.
    pub is_mostly_text: bool,
    /// What the page may cost a signed-in reader, warm: SQL statements and round trips to Redis. A test counts them.
    pub cost: Option<(u32, u32)>,
}

/// A page, or a form that is sent.
pub const fn page(path: &'static str) -> Route {
    Route {
        path,
        kind: Kind::Page,
        is_open: false,
        is_private: false,
        is_signed: false,
        board: None,
        post: None,
        limit: RateLimit::Write,
        body: body::FORM,
        is_upload: false,
        is_mostly_text: false,
        cost: None,
    }
}

impl Route {
    pub const fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// May cost so many SQL statements and round trips to Redis.
    pub const fn cost(self, statements: u32, round_trips: u32) -> Self {
        Self { cost: Some((statements, round_trips)), ..self }
    }

    pub const fn open(self) -> Self {
        Self { is_open: true, ..self }
    }

    pub const fn private(self) -> Self {
        Self { is_private: true, ..self }
    }

    pub const fn signed(self) -> Self {
        Self { is_signed: true, ..self }
    }

    /// Shows a board, named by this part of the address (counted from 1).
    pub const fn board(self, part: usize) -> Self {
        Self { board: Some(part), ..self }
    }

    /// Shows a post, named by this part of the address.
    pub const fn post(self, part: usize) -> Self {
        Self { post: Some(part), ..self }
    }

    pub const fn upload(self) -> Self {
        Self { is_upload: true, limit: RateLimit::Upload, ..self }
    }

    /// A form that may have files and mostly has none.
    pub const fn with_files(self) -> Self {
        Self { is_upload: true, is_mostly_text: true, ..self }
    }

    pub const fn limit(self, limit: RateLimit) -> Self {
        Self { limit, ..self }
    }

    /// Whether its handler reads the body of this request as it arrives. A form that mostly comes without files and is no larger than
    /// others is read like them.
    pub fn receives_files(self, req: &Request) -> bool {
        let length = || req.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<usize>().ok();
        let is_small = || length().is_some_and(|length| length <= self.body);
        self.is_upload && req.method() == Method::POST && !(self.is_mostly_text && is_small())
    }

    /// The board that an address of this route names.
    pub fn board_of(self, path: &str) -> Option<&str> {
        path.split('/').nth(self.board?)
    }

    /// The post that an address of this route names.
    pub fn post_of(self, path: &str) -> Option<i64> {
        path.split('/').nth(self.post?)?.parse().ok()
    }

    /// Whether its answer depends on who asks.
    pub fn is_personal(self) -> bool {
        matches!(self.kind, Kind::Page | Kind::Poll | Kind::Stream | Kind::File)
    }
}

impl From<&'static str> for Route {
    fn from(path: &'static str) -> Self {
        page(path)
    }
}

/// poem's router, and the routes in it.
#[derive(Default)]
pub struct Routes {
    router: PoemRoute,
    routes: Vec<Route>,
}

impl Routes {
    /// One more address.
    pub fn at<E>(mut self, route: impl Into<Route>, endpoint: E) -> Self
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        let route = route.into();
        self.routes.push(route);
        Self { router: self.router.at(route.path, endpoint), routes: self.routes }
    }

    /// The routes as declared.
    pub fn declared(self) -> Vec<Route> {
        self.routes
    }

    /// The router, and its routes by address; from now on they are measured.
    pub fn split(self, app: &App, area: Area) -> (RouteTable, PoemRoute) {
        // Both routers have "/", so the measurements of the panel have a prefix.
        let prefix = match area {
            Area::Site => "",
            Area::Admin => "admin:",
        };
        let paths: Vec<&'static str> = self.routes.iter().map(|route| route.path).collect();
        let matcher = metrics::Routes::labelled(prefix, &paths);
        let by_place = matcher.order(&paths).into_iter().map(|at| self.routes[at]).collect();
        app.metrics.expect(area, matcher.clone());
        (RouteTable(Arc::new(Table { matcher, by_place })), self.router)
    }
}

/// The routes of a router by address. Cheap to clone.
#[derive(Clone)]
pub struct RouteTable(Arc<Table>);

struct Table {
    matcher: metrics::Routes,
    by_place: Vec<Route>,
}

/// Where nothing is: the page "not found".
const NOWHERE: Route = page("");

impl RouteTable {
    /// The route of an address, and its place among the labels of measurements.
    pub fn find(&self, path: &str) -> (usize, Route) {
        let place = self.0.matcher.find(path);
        (place, self.0.by_place.get(place).copied().unwrap_or(NOWHERE))
    }
}
