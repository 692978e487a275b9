//! /my/email and /email/…: a member's address, and the buttons behind the links of mails.

use crate::domain::idempotency::Key;
use crate::domain::users::addresses;
use crate::domain::users::email::{self, Purpose as Link};
use crate::domain::{self, UserId, idempotency};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Routes, page};
use crate::web::{Fields, Flash, LinkToken, Rejection, RequestContext, Result, SignedIn, form, form_token, present, reply};
use poem::http::StatusCode;
use poem::{Response, get, handler, post};
use templates::email::{self as views, EmailPage, LinkPage, Purpose, State, paths, text};

const CHANGE: &str = "email.change";
const SEND: &str = "email.send";
const LINK: &str = "email.link";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::INDEX).private().cost(1, 0), get(index).post(update))
        .at(page(paths::SEND).private(), post(send))
        .at(page(paths::VERIFY).private().cost(1, 0), get(verification).post(verify))
        .at(page(paths::CHANGE).private().cost(1, 0), get(change).post(take))
        .at(page(paths::VERIFIED).private().cost(0, 0), get(verified))
        .at(page(paths::CHANGED).private().cost(0, 0), get(changed))
}

async fn own(member: &SignedIn, wanted: &str, rejection: &Rejection) -> Result<Response> {
    let (request, email) = (&member.request, &member.session().copy.email);
    let ctx = &request.app.context;
    let known = addresses::find(&ctx.db, member.actor.id, email).await?;
    let nav = present::nav(request);
    let page = EmailPage {
        shell: &present::shell(request, &nav),
        email,
        state: state(known),
        sends_mail: ctx.sends_mail,
        wanted,
        once: &form_token::issue(request, CHANGE),
        once_send: &form_token::issue(request, SEND),
        errors: &present::errors(&rejection.problems),
        wait: rejection.wait,
    };
    Ok(rejection.page(request, views::page(&page)))
}

fn state(known: addresses::Known) -> State {
    match known {
        _ if known.failures > 0 => State::Refused,
        _ if known.is_verified => State::Verified,
        _ => State::Unverified,
    }
}

/// GET /my/email
#[handler]
pub async fn index(member: SignedIn) -> Result<Response> {
    own(&member, "", &Rejection::default()).await
}

/// POST /my/email
#[handler]
pub async fn update(member: SignedIn, fields: Fields) -> Result<Response> {
    let (request, wanted, current) = (&member.request, fields.text("email"), fields.text("current"));
    let ask = async |key: Key| email::ask_change(&request.app.context, member.session(), &key, wanted, current).await;
    match form::submit(request, CHANGE, &fields, ask).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::INDEX, Flash(text::FLASH_CHANGE_SENT))),
        Rejected(rejection) => own(&member, wanted, &rejection).await,
    }
}

/// POST /my/email/send
#[handler]
pub async fn send(member: SignedIn, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let ask = async |key: Key| email::ask_verification(&request.app.context, &member.actor, &key).await;
    match form::submit(request, SEND, &fields, ask).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::INDEX, Flash(text::FLASH_SENT))),
        Rejected(rejection) => own(&member, "", &rejection).await,
    }
}

/// What a link of this kind is in the rules.
fn rule(purpose: Purpose) -> Link {
    match purpose {
        Purpose::Verify => Link::VerifyEmail,
        Purpose::Change => Link::ChangeEmail,
    }
}

async fn button(request: &RequestContext, purpose: Purpose, token: &str, rejection: &Rejection) -> Result<Response> {
    let email = email::find(&request.app.context, token, rule(purpose)).await?;
    let (key, nav, errors) = (form_token::issue(request, LINK), present::nav(request), rejection.errors());
    let page = LinkPage { shell: &present::shell(request, &nav), purpose, email: email.as_deref(), token, once: &key, errors: &errors };
    match &email {
        Some(_) => Ok(rejection.page(request, views::link(&page))),
        None => Ok(reply::page_with(request, StatusCode::GONE, views::link(&page))),
    }
}

/// GET /email/verify: changes nothing, as programs open the links of mails before people do.
#[handler]
pub async fn verification(request: RequestContext, LinkToken(token): LinkToken) -> Result<Response> {
    button(&request, Purpose::Verify, &token, &Rejection::default()).await
}

/// GET /email/change: changes nothing either.
#[handler]
pub async fn change(request: RequestContext, LinkToken(token): LinkToken) -> Result<Response> {
    button(&request, Purpose::Change, &token, &Rejection::default()).await
}

/// POST /email/verify
#[handler]
pub async fn verify(request: RequestContext, fields: Fields) -> Result<Response> {
    use_up(&request, &fields, Purpose::Verify, async |key, token| email::verify(&request.app.context, &key, token).await).await
}

/// POST /email/change
#[handler]
pub async fn take(request: RequestContext, fields: Fields) -> Result<Response> {
    use_up(&request, &fields, Purpose::Change, async |key, token| email::change(&request.app.context, &key, token).await).await
}

async fn use_up(
    request: &RequestContext,
    fields: &Fields,
    purpose: Purpose,
    rule: impl AsyncFnOnce(Key, &str) -> domain::Result<idempotency::Outcome<UserId>>,
) -> Result<Response> {
    let token = fields.text("token");
    match form::submit(request, LINK, fields, async |key| rule(key, token).await).await? {
        Accepted(_) => Ok(reply::see_other(request, if purpose == Purpose::Verify { paths::VERIFIED } else { paths::CHANGED })),
        Rejected(rejection) => button(request, purpose, token, &rejection).await,
    }
}

fn done(request: &RequestContext, purpose: Purpose) -> Response {
    let nav = present::nav(request);
    reply::page(views::done(&present::shell(request, &nav), purpose))
}

/// GET /email/verified
#[handler]
pub fn verified(request: RequestContext) -> Response {
    done(&request, Purpose::Verify)
}

/// GET /email/changed
#[handler]
pub fn changed(request: RequestContext) -> Response {
    done(&request, Purpose::Change)
}
