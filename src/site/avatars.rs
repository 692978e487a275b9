//! Pictures of members: chosen and removed in the settings of a profile, and shown to everybody.

use super::files::receive::{self, Received, SizeLimit};
use super::settings::{self, SentPicture};
use crate::domain::users::avatar;
use crate::domain::{Error, Problem};
use crate::files::picture::{self, Crop, Squares};
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::routes::{Kind, Routes, page};
use crate::web::{Fields, Flash, HttpError, Rejection, RequestContext, Result, SignedIn, avatars, form, reply};
use poem::{Body, Request, Response, get, handler};
use templates::avatars::{paths, text};
use templates::paths as site_paths;

/// The name of the form, of which each button is answered once.
pub const FORM: &str = "picture";
/// The field of the file.
const FIELD: &str = "picture";

pub fn routes(routes: Routes) -> Routes {
    routes
        .at(page(paths::SHOW).kind(Kind::File), get(avatars::show))
        .at(page(paths::UPDATE).upload().private(), get(to_settings).post(update))
        .at(page(paths::DESTROY).private(), get(to_settings).post(destroy))
}

/// GET: where a form without scripts lands after a reload.
#[handler]
pub fn to_settings(request: RequestContext) -> Response {
    reply::see_other(&request, site_paths::MY_PROFILE)
}

/// POST /my/profile/picture
#[handler]
pub async fn update(request: RequestContext, req: &Request, body: Body) -> Result<Response> {
    let (member, mut received) = receive::receive(&request, req, body).await?.signed_in(&request).await?;
    let crop = Crop::from_word(received.fields().text("crop"));
    let again = |rejection| settings::with_picture(&member, &SentPicture { crop, rejection });
    let squares = match cut(&member, &mut received, crop).await {
        Ok(squares) => squares,
        Err(HttpError::Domain(Error::Invalid(problems))) => return Ok(again(Rejection { problems, wait: None })),
        Err(HttpError::Domain(Error::Slow(_))) => return Ok(again(Problem { field: FIELD, message: "file.wait" }.into())),
        Err(err) => return Err(err),
    };
    let member = match member.clone().reloaded(received.fields()).await {
        Ok(member) => member,
        Err(err) => {
            discard(&member, &squares).await;
            return Err(err);
        }
    };
    let again = |rejection| settings::with_picture(&member, &SentPicture { crop, rejection });
    let set = async |key| avatar::set(&request.app.context, &member.actor, &key, &squares).await;
    let done = form::submit_one(&request, (FORM, "save"), received.fields(), set).await;
    // What did not become ready: the form was answered before, or was refused.
    discard(&member, &squares).await;
    match done? {
        Accepted(_) => Ok(reply::see_other_with(&request, site_paths::MY_PROFILE, Flash(text::FLASH_SAVED))),
        Rejected(rejection) => Ok(again(rejection)),
    }
}

async fn discard(member: &SignedIn, squares: &Squares) {
    for square in [&squares.large, &squares.small] {
        receive::drop_arrived(member, square).await;
    }
}

/// The squares of the picture that was sent; nothing is kept of it itself.
async fn cut(member: &SignedIn, received: &mut Received, crop: Crop) -> Result<Squares> {
    let sent = received.file(member, FIELD, SizeLimit { bytes: avatar::SIZE_MAX, message: "avatar.too_large" }).await?;
    let raw = sent.ok_or_else(|| Error::invalid(FIELD, "avatar.none"))?;
    let ctx = &member.request.app.context;
    let squares = match raw.kind.is_picture() {
        true => Some(picture::square(&ctx.db, &ctx.limits.program, &raw, crop, member.actor.id, ctx.clock.now()).await),
        false => None,
    };
    receive::drop_arrived(member, &raw).await;
    let squares = squares.ok_or_else(|| Error::invalid(FIELD, "avatar.no_picture"))?;
    Ok(squares.map_err(|failure| receive::refused(FIELD, failure))?)
}

/// POST /my/profile/picture/delete
#[handler]
pub async fn destroy(member: SignedIn, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let remove = async |key| avatar::remove(&request.app.context, &member.actor, &key).await;
    match form::submit_one(request, (FORM, "remove"), &fields, remove).await? {
        Accepted(_) => Ok(reply::see_other_with(request, site_paths::MY_PROFILE, Flash(text::FLASH_REMOVED))),
        Rejected(rejection) => Ok(settings::with_picture(&member, &SentPicture { rejection, ..SentPicture::default() })),
    }
}
