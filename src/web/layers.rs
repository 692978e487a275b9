//! Everything that happens to a request before its handler, in the order of [`LAYERS`].

use super::body::Bodies;
use super::concurrency_limit::{ConcurrencyLimit, Permit};
use super::error::{self, HttpError};
use super::fields::Fields;
use super::request::{self, RequestContext};
use super::routes::{Kind, Route, RouteTable};
use super::{address, cookies, degraded, live, origin, packed, reply};
use crate::app::App;
use crate::db::{query, statements};
use crate::domain::sessions::Area;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use poem::http::{HeaderName, HeaderValue, Method, header};
use poem::{Endpoint, EndpointExt, Request, Response};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Time within which an answer begins. That of a stream begins at once, so this does not end it.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The same for a form with files, which takes minutes over a slow line.
const UPLOAD: Duration = Duration::from_secs(600);
/// Largest future of a request without its handler, in bytes. It is copied whole to the heap, and a future that passes another one on
/// without a `Box` has room for several of it: three such steps made 60 KB of 6, and two more copies.
const LARGEST: usize = 16 * 1024;
/// Retry-After of a refused request, in seconds.
const PAUSE: u64 = 2;

/// The layers, outermost first, as ARCHITECTURE.md lists them. The code below follows this order: `outer` up to the time-out,
/// `admission` up to the concurrency limit, `with_session` the rest.
pub const LAYERS: &[&str] = &[
    "request id",
    "metrics",
    "security headers",
    "panic",
    "time-out",
    "same origin",
    "body",
    "concurrency limit",
    "session",
    "rate limits",
    "presence",
    "degraded",
    "handler",
];

/// Puts all layers around a router.
pub fn wrap<E: Endpoint + 'static>(app: &App, area: Area, routes: RouteTable, router: E) -> impl Endpoint<Output = Response> + use<E> {
    let limiter = Arc::new(ConcurrencyLimit::new(app.config.in_flight));
    let state = MiddlewareState { app: app.clone(), area, routes, limiter, bodies: Arc::default() };
    let inner = state.clone();
    router
        .map_to_response()
        .around(move |ep, req| with_session(inner.clone(), ep, req))
        .data(app.clone())
        .around(move |ep, req| outer(state.clone(), ep, req))
}

#[derive(Clone)]
struct MiddlewareState {
    app: App,
    area: Area,
    routes: RouteTable,
    limiter: Arc<ConcurrencyLimit>,
    bodies: Arc<Bodies>,
}

/// The outer layers: each request gets one answer with all headers and one line in the log, after a panic or a time-out too.
async fn outer<E: Endpoint<Output = Response>>(state: MiddlewareState, ep: Arc<E>, mut req: Request) -> poem::Result<Response> {
    let begun = Instant::now();
    let id = request_id(&req);
    let (method, path) = (req.method().clone(), req.uri().path().to_owned());
    let (place, route) = state.routes.find(&path);
    let timed = state.app.metrics.begin(state.area, &method, place);
    let head = request::RequestHead::of(&state.app, state.area, route, &req, id.clone());
    req.extensions_mut().insert(head.clone());
    let plain = || RequestContext::bare(head.clone());
    let is_personal = route.kind != Kind::Asset && cookies::any_of_ours(req.headers());
    address::warn_of_plain_address(&req, &state.app.config.trusted_proxies, public_url(&state));
    let longest = if route.receives_files(&req) { UPLOAD } else { TIMEOUT };
    let admitted = admission(&state, route, &plain, ep, req);
    debug_assert!(size_of_val(&admitted) <= LARGEST, "the future of a request has {} bytes", size_of_val(&admitted));
    let answering = AssertUnwindSafe(tokio::time::timeout(longest, Box::pin(admitted))).catch_unwind();
    let named = state.app.config.sql_comments.then(|| id.clone());
    let (answered, statements) = statements::counting(query::with_request(named, answering)).await;
    let mut response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => error::page(&plain(), &HttpError::Status(503)),
        Err(_) => {
            tracing::error!(request.id = %id, "a handler panicked at {method} {path}");
            error::page(&plain(), &HttpError::Status(500))
        }
    };
    headers(&state, route, &mut response, &id);
    if is_personal {
        // Keeps the page out of nginx's cache, whatever nginx made of the cookie (ngx_http_proxy_module, proxy_cache_valid).
        response.headers_mut().insert("x-accel-expires", HeaderValue::from_static("0"));
    }
    timed.done(response.status(), statements);
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(request.id = %id, status = response.status().as_u16(), "{method} {path} took {ms:.1} ms");
    Ok(response)
}

/// The number of a request in the log: nginx's, if it sent one that looks like it, else a new one.
fn request_id(req: &Request) -> String {
    let sent = req.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let fits = |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    sent.filter(fits).map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned)
}

/// Reads the body, then takes a permit of the concurrency limit, waits a moment for one, or refuses.
async fn admission<E: Endpoint<Output = Response>>(
    state: &MiddlewareState,
    route: Route,
    plain: &impl Fn() -> RequestContext,
    ep: Arc<E>,
    req: Request,
) -> Response {
    // Before the body is read: an error page gives back the fields that were sent, and those of another site it must not.
    if !route.is_signed && !origin::is_ours(public_url(state), &req) {
        return error::page(&plain(), &HttpError::CrossSite);
    }
    if route.receives_files(&req) {
        // Its handler reads the body, and bounds how many are read at once. A permit would be held for as long as a slow client sends.
        return match ep.call(req).await {
            Ok(response) => response,
            Err(error) => error::answer(&plain(), &error),
        };
    }
    let is_stream = req.method() == Method::GET && route.kind == Kind::Stream;
    let (req, _held) = match state.bodies.receive(&state.app, req, route.body).await {
        Ok(received) => received,
        Err(err) => return error::page(&plain(), &err),
    };
    // Streams have a limit of their own (`live`): all of them come back at once when an instance ends, and a refused one would
    // show nothing new for half a minute.
    let permit = if is_stream { None } else { state.limiter.try_acquire() };
    // A probe is not refused: a busy instance would look as if it were down.
    let _permit = match permit {
        None if !is_stream && route.kind != Kind::Probe => match wait_for_permit(state).await {
            None => return Box::pin(overloaded(&plain(), req)).await,
            permit => permit,
        },
        permit => permit,
    };
    match ep.call(req).await {
        Ok(response) => response,
        Err(error) => error::answer(&plain(), &error),
    }
}

/// Waits in the queue of the concurrency limit.
async fn wait_for_permit(state: &MiddlewareState) -> Option<Permit<'_>> {
    let _waiting = state.app.metrics.waiting.hold();
    let permit = state.limiter.acquire().await;
    if permit.is_none() {
        state.app.metrics.refused.fetch_add(1, Ordering::Relaxed);
    }
    permit
}

/// 503 with Retry-After. A form is read first, so that the page can give its fields back.
async fn overloaded(request: &RequestContext, req: Request) -> Response {
    if req.method() == Method::POST {
        let (req, mut body) = req.split();
        if let Ok(fields) = Fields::read(&req, &mut body).await {
            // A form is read once.
            let _ = request.head.sent.set(fields.pairs().to_vec());
        }
    }
    error::page(request, &HttpError::Domain(crate::domain::Error::Busy(PAUSE)))
}

/// The address of this router as browsers see it.
fn public_url(state: &MiddlewareState) -> &url::Url {
    match state.area {
        Area::Site => &state.app.config.public_url,
        Area::Admin => &state.app.config.admin_public_url,
    }
}

/// The inner layers: the session, the rate limits, and a page for each error.
async fn with_session<E: Endpoint<Output = Response> + 'static>(
    state: MiddlewareState,
    ep: Arc<E>,
    mut req: Request,
) -> poem::Result<Response> {
    let Some(head) = req.extensions().get::<Arc<request::RequestHead>>().cloned() else {
        let missing = crate::domain::Error::Internal("a request without its head".into());
        return Err(HttpError::Domain(missing).into());
    };
    let route = head.route;
    if !route.is_personal() {
        return ep.call(req).await;
    }
    let is_stream = req.method() == Method::GET && route.kind == Kind::Stream;
    let known = match is_stream {
        true => Box::pin(live::in_turn(&state.app, || RequestContext::load(head.clone()))).await,
        false => degraded::unless_away(&state.app, RequestContext::load(head.clone())).await,
    };
    let request = match known {
        Ok(request) => request,
        Err(err) => return Ok(error::page(&RequestContext::bare(head), &HttpError::Domain(err))),
    };
    if let Err(err) = within_limits(&request, req.method()).await {
        return Ok(error::page(&request, &err));
    }
    record_presence(&request);
    let wrote = !is_safe(req.method());
    let is_page = req.method() == Method::GET && !matches!(route.kind, Kind::Stream | Kind::File);
    req.extensions_mut().insert(request.clone());
    let stale = degraded::StaleCopies::of(&request, is_page);
    let handling = handled(&state.app, ep, req).map_err(Failed::Handler);
    let answered = if is_stream { handling.await } else { degraded::unless_away(&state.app, handling).await };
    let response = match (answered, stale) {
        (Ok(response), Some(stale)) => stale.keep(&request, response).await,
        (Ok(response), None) => response,
        (Err(failed), stale) => {
            let answer = failed.page(&request);
            let kept = stale.filter(|_| answer.status().is_server_error()).and_then(|stale| stale.page(&request));
            kept.unwrap_or(answer)
        }
    };
    let mut response = packed::pack(&request, response);
    if is_page && request.head.flash.is_some() && !leads_on(&response) {
        cookies::set(response.headers_mut(), &cookies::no_flash(request.secure()));
    }
    if wrote && leads_on(&response) {
        cookies::ensure_flash(response.headers_mut(), request.secure());
    }
    if is_page {
        renew(&request, &mut response).await;
    }
    if request.dead_cookie && !response.headers().contains_key(header::SET_COOKIE) {
        cookies::set(response.headers_mut(), &cookies::no_session(request.head.area, request.secure()));
    }
    Ok(response)
}

/// Runs the handler. One that writes runs in a separate task: a closed connection, a time-out or an outage must not cancel it
/// between its COMMIT and what follows, such as the signals to open pages of other members.
///
/// Boxed, because each function that passes a future on copies it: see [`LARGEST`].
fn handled<E: Endpoint<Output = Response> + 'static>(app: &App, ep: Arc<E>, req: Request) -> BoxFuture<'_, poem::Result<Response>> {
    let is_read = is_safe(req.method());
    let handling = async move { ep.call(req).await }.boxed();
    if is_read { handling } else { app.uncut(handling).boxed() }
}

/// Whether the browser asks for another page now.
fn leads_on(response: &Response) -> bool {
    response.status().is_redirection() || response.headers().contains_key(reply::HX_REDIRECT)
}

/// Methods that change nothing (RFC 9110 section 9.2.1).
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Why the handler gave no answer.
enum Failed {
    Handler(poem::Error),
    Domain(crate::domain::Error),
}

impl From<crate::domain::Error> for Failed {
    fn from(err: crate::domain::Error) -> Self {
        Self::Domain(err)
    }
}

impl Failed {
    fn page(self, request: &RequestContext) -> Response {
        match self {
            Self::Handler(error) => error::answer(request, &error),
            Self::Domain(err) => error::page(request, &HttpError::Domain(err)),
        }
    }
}

/// Gives a session a new token, where its member's rights have changed.
async fn renew(request: &RequestContext, response: &mut Response) {
    let Some(session) = request.session.as_ref().filter(|session| session.copy.rotate) else { return };
    // Boxed, because it is rare: every page's future would hold the room for it.
    match Box::pin(crate::domain::sessions::rotate(&request.app.context, session)).await {
        Ok(Some(token)) => {
            let cookie = cookies::session(request.head.area, request.secure(), token, session.copy.persistent);
            cookies::set(response.headers_mut(), &cookie);
        }
        Ok(None) => {}
        // The session is good as it is; its next page tries again.
        Err(err) => tracing::warn!("a session could not be given a new token: {err}"),
    }
}

async fn within_limits(request: &RequestContext, method: &Method) -> Result<(), HttpError> {
    if method != Method::POST { Ok(()) } else { limit(request, request.head.route.limit.counter()).await }
}

/// Counts one request of this visitor against a limit a minute: of the member, else of their network.
///
/// # Errors
/// `Slow` beyond it.
pub async fn limit(request: &RequestContext, (action, most): (&'static str, u32)) -> Result<(), HttpError> {
    if !request.app.config.rate_limits {
        return Ok(());
    }
    let who = match &request.actor {
        Some(actor) => format!("member:{}", actor.id),
        None => format!("address:{}", crate::domain::users::network::key(&request.head.client.ip)),
    };
    let decision = request.app.context.shared.limits().hit(action, &who, most, Duration::from_secs(60)).await;
    if decision.allowed { Ok(()) } else { Err(crate::domain::Error::Slow(decision.retry_after.as_secs().max(1)).into()) }
}

/// Records that a member is online. Nothing is waited for.
fn record_presence(request: &RequestContext) {
    let Some(session) = &request.session else { return };
    // What an open page fetches by itself extends no session.
    if request.head.route.kind == Kind::Poll {
        return;
    }
    let now = request.app.context.clock.now();
    request.app.context.counters.saw(session, request.head.area);
    if request.head.area == Area::Site && session.copy.shows_presence {
        request.app.context.shared.presence().touch(session.copy.user_id);
    }
    let now = crate::clock::to_ms(now);
    if now - session.copy.last_access > 60_000 {
        let (app, hash, mut copy) = (request.app.clone(), session.hash.clone(), session.copy.as_ref().clone());
        copy.last_access = now;
        tokio::spawn(async move { app.context.shared.sessions().put(&hash, &copy).await });
    }
}

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// Security headers (OWASP Secure Headers Project) and what caches must know.
fn headers(state: &MiddlewareState, route: Route, response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // These concern documents. hyper keeps an answer's headers for as long as the answer lasts, and a stream lasts for hours.
    if route.kind != Kind::Stream {
        set(header::X_FRAME_OPTIONS, "DENY");
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), browsing-topics=()");
    }
    if state.app.stop.is_cancelled() {
        // A client that keeps this connection open finds another instance for the next request (RFC 9112 section 9.6).
        set(header::CONNECTION, "close");
    }
    if route.kind != Kind::Asset {
        // On a shared computer "back" must not show them after signing out (OWASP session management cheat sheet).
        let is_private = state.area == Area::Admin || route.is_private;
        set(header::CACHE_CONTROL, if is_private { "no-store" } else { "private, no-cache" });
        set(header::VARY, reply::VARY);
    }
    if state.app.secure(state.area)
        && let Ok(value) = HeaderValue::from_str(&state.app.config.public.hsts)
    {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", value);
    }
}
