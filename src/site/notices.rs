//! Notifications by mail: what a member chose, and the address in each mail that ends them.

use crate::domain::notices::preferences::{self, Change};
use crate::domain::notices::unsubscribe::{self, Scope};
use crate::domain::notices::{KINDS, Kind, Pace};
use crate::domain::users::addresses;
use crate::domain::{Actor, BoardId};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::present::notices as present_notices;
use crate::web::routes::{Routes, page};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, get, handler};
use serde::Deserialize;
use templates::notices::{self as views, NoticesPage, StopPage, StopState, paths, text};

const FORM: &str = "notices";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::INDEX).private().cost(3, 0), get(index).post(update))
        .at(page(paths::STOP).private().signed().cost(0, 0), get(stop).post(end))
}

async fn own(member: &SignedIn, rejection: &Rejection) -> Result<Response> {
    let (request, email) = (&member.request, &member.session().copy.email);
    let ctx = &request.app.context;
    let chosen = preferences::read(&ctx.db, member.actor.id).await?;
    let reach = present_notices::reach(ctx.sends_mail, addresses::find(&ctx.db, member.actor.id, email).await?);
    let nav = present::nav(request);
    let page = NoticesPage {
        shell: &present::shell(request, &nav),
        email,
        reach,
        kinds: KINDS.map(|kind| (present_notices::kind(kind), present_notices::pace(chosen.of_kind(kind)))).to_vec(),
        boards: present_notices::boards(request, &chosen),
        minutes: request.app.config.mail.notice_delay.as_secs().div_ceil(60),
        once: &form_token::issue(request, FORM),
        errors: &rejection.errors(),
    };
    Ok(rejection.page(request, views::page(&page)))
}

/// GET /my/notifications/mail
#[handler]
pub async fn index(member: SignedIn) -> Result<Response> {
    own(&member, &Rejection::default()).await
}

/// POST /my/notifications/mail: what is not sent stays as it is.
#[handler]
pub async fn update(member: SignedIn, fields: Fields) -> Result<Response> {
    let (request, changes) = (&member.request, changes(&fields));
    let save = async |key| preferences::update(&request.app.context, &member.actor, &request.boards, &key, &changes).await;
    match form::submit(request, FORM, &fields, save).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::INDEX, Flash(text::FLASH_SAVED))),
        Rejected(rejection) => own(&member, &rejection).await,
    }
}

/// What a form chooses; what means nothing is passed over.
fn changes(fields: &Fields) -> Vec<Change> {
    let change = |(name, value): &(String, String)| {
        let pace = Pace::parse(value);
        match name.split_once('.')? {
            ("kind", word) => Some(Change::Kind(Kind::of_word(word)?, pace?)),
            ("board", id) if pace.is_some() || value == views::SAME => Some(Change::Board(id.parse::<BoardId>().ok()?, pace)),
            _ => None,
        }
    };
    fields.pairs().iter().filter_map(change).collect()
}

/// The token of a link.
#[derive(Deserialize, Default)]
pub struct Token {
    t: Option<String>,
}

/// A link that we made, and its member; none where it is not ours or the member is gone.
async fn known(request: &RequestContext, token: &str) -> Result<Option<(Actor, Scope)>> {
    let Some((user, scope)) = unsubscribe::parse(&request.app.context.secret, token) else { return Ok(None) };
    Ok(unsubscribe::find_member(&request.app.context, user).await?.map(|member| (member, scope)))
}

fn shown(request: &RequestContext, status: StatusCode, state: StopState) -> Response {
    let nav = present::nav(request);
    reply::page_with(request, status, views::stop(&StopPage { shell: &present::shell(request, &nav), state }))
}

fn token(link: Option<Query<Token>>) -> String {
    link.and_then(|Query(link)| link.t).unwrap_or_default()
}

/// GET /mail/stop: changes nothing, as programs open the links of mails before people do.
#[handler]
pub async fn stop(request: RequestContext, link: Option<Query<Token>>) -> Result<Response> {
    let token = token(link);
    let Some((member, scope)) = known(&request, &token).await? else {
        return Ok(shown(&request, StatusCode::NOT_FOUND, StopState::Wrong));
    };
    let ends = present_notices::ends(&request, &member, &scope);
    Ok(shown(&request, StatusCode::OK, StopState::Asks { ends, token: &token }))
}

/// POST /mail/stop (RFC 8058): sent by the server of a mail provider, or by the button. Its body holds nothing that the address does not,
/// so it is not read; the signature stands for the session and for the form's key. Twice is the same as once.
#[handler]
pub async fn end(request: RequestContext, link: Option<Query<Token>>) -> Result<Response> {
    let Some((member, scope)) = known(&request, &token(link)).await? else {
        return Ok(shown(&request, StatusCode::NOT_FOUND, StopState::Wrong));
    };
    let before = unsubscribe::end(&request.app.context, member.id, &scope).await?;
    let key = form_token::issue(&request, FORM);
    let is_own = request.actor.as_ref().is_some_and(|actor| actor.id == member.id);
    let back = Some(present_notices::back(&before)).filter(|fields| is_own && !fields.is_empty()).map(|fields| (key.as_str(), fields));
    let ends = present_notices::ends(&request, &member, &scope);
    Ok(shown(&request, StatusCode::OK, StopState::Done { ends, back }))
}
