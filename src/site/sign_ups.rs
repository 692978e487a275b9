//! /signup/…: that a mail is on its way, and the form behind its link.

use crate::domain::idempotency::Key;
use crate::domain::users::sign_in::{Credentials, SignIn, sign_in};
use crate::domain::users::sign_ups::{self, Confirmation, Found};
use crate::domain::{UserId, users};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::sign_in::with_session;
use crate::web::{Fields, Flash, LinkToken, Rejection, RequestContext, Result, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, get, handler};
use serde::Deserialize;
use templates::paths::login_confirmed;
use templates::sign_ups::{self as views, Behind, ConfirmPage, SentPage, paths};

const CONFIRM: &str = "signup.confirm";

pub fn routes(routes: Routes) -> Routes {
    routes.at(page(paths::SENT).private().cost(0, 0), get(sent)).at(page(paths::CONFIRM).private().cost(1, 0), get(edit).post(update))
}

/// Where to go after the sign-up.
#[derive(Deserialize)]
pub struct Destination {
    next: Option<String>,
}

/// GET /signup/sent
#[handler]
pub fn sent(request: RequestContext, destination: Option<Query<Destination>>) -> Response {
    let next = destination.and_then(|Query(destination)| destination.next).unwrap_or_default();
    let nav = present::nav(&request);
    reply::page(views::sent(&SentPage { shell: &present::shell(&request, &nav), next: reply::local(&next) }))
}

/// `fields`: the form, where it was sent.
async fn button(request: &RequestContext, token: &str, fields: Option<&Fields>, rejection: &Rejection) -> Result<Response> {
    let typed = fields.filter(|fields| fields.has("name")).map(|fields| fields.text("name"));
    let found = sign_ups::find(&request.app.context, token).await?;
    let (behind, next) = match &found {
        Found::Waiting { email, name, next } => (Behind::Waiting { email, name: typed.unwrap_or(name) }, next.as_deref()),
        Found::HasAccount { email, next } => (Behind::HasAccount { email }, next.as_deref()),
        // Its row is gone, but the form may have been open.
        Found::Nothing => (Behind::Nothing, fields.map(|fields| fields.text("next"))),
    };
    let next = reply::local(next.unwrap_or_default());
    let (key, nav, errors) = (form_token::issue(request, CONFIRM), present::nav(request), rejection.errors());
    let renames = typed.is_some() || errors.iter().any(|error| error.field == "name");
    let page = ConfirmPage { shell: &present::shell(request, &nav), behind, renames, token, next, once: &key, errors: &errors };
    match behind {
        Behind::Waiting { .. } => Ok(rejection.page(request, views::confirm(&page))),
        // It was there once, or its reader may think so (RFC 9110 section 15.5.11).
        Behind::HasAccount { .. } | Behind::Nothing => Ok(reply::page_with(request, StatusCode::GONE, views::confirm(&page))),
    }
}

/// GET /signup/confirm: changes nothing, as programs open the links of mails before people do.
#[handler]
pub async fn edit(request: RequestContext, LinkToken(token): LinkToken) -> Result<Response> {
    button(&request, &token, None, &Rejection::default()).await
}

/// POST /signup/confirm
#[handler]
pub async fn update(request: RequestContext, fields: Fields) -> Result<Response> {
    let (ctx, token) = (&request.app.context, fields.text("token"));
    let name = fields.has("name").then(|| fields.text("name"));
    let confirmation = Confirmation { token, password: fields.text("password"), name };
    match form::submit(&request, CONFIRM, &fields, async |key| sign_ups::confirm(ctx, &key, confirmation).await).await? {
        Accepted(member) => enter(&request, member.id, &fields).await,
        Rejected(rejection) => button(&request, token, Some(&fields), &rejection).await,
    }
}

/// Signs a new member in with the password that they sent, for a form that is sent twice too; where that does not work, they sign in by
/// the form. The page to go on to is a field of the form: the row that named it is gone.
async fn enter(request: &RequestContext, member: UserId, fields: &Fields) -> Result<Response> {
    let (ctx, head, next) = (&request.app.context, &request.head, reply::local(fields.text("next")));
    let email = users::find(&ctx.db, member).await?.email;
    let typed = Credentials { email, password: fields.text("password").into(), persistent: false };
    let key = Key(format!("{}.enter", fields.text("once")));
    match sign_in(ctx, head.area, &key, &typed, &head.client, &head.device).await {
        Ok(SignIn::Accepted { token, device }) => {
            let response = reply::see_other_with(request, next, Flash(views::text::FLASH_JOINED));
            Ok(with_session(request, response, token, device, false).await)
        }
        _ => Ok(reply::see_other(request, &login_confirmed(next))),
    }
}
