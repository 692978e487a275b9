//! /my/…: what a member, or a visitor, enters about themselves and how pages should look to them.

use super::avatars;
use crate::domain::SessionId;
use crate::domain::sessions::{self, Area, SessionSelector};
use crate::domain::users::{self, Settings, avatar, password_change, profile};
use crate::files::picture::Crop;
use crate::web::form::Submission::{Accepted, Rejected};
use crate::web::{Fields, Flash, Rejection, RequestContext, Result, SignedIn, cookies, form, form_token, language, present, reply};
use poem::web::{Path, Query};
use poem::{Response, handler};
use serde::Deserialize;
use templates::avatars::PictureForm;
use templates::layout::{Aids, Motion, Spacing, TextSize, Theme};
use templates::paths;
use templates::sessions::{Device, SessionsPage};
use templates::text::Lang;
use templates::ui::Avatar;
use templates::users::settings::{self as views, PasswordForm, ProfileForm, ReadingForm};

/// The form of a member's picture as it was sent: the part that was chosen, and what was wrong with it.
#[derive(Default)]
pub struct SentPicture {
    pub crop: Crop,
    pub rejection: Rejection,
}

/// The settings of a profile, with the form of its picture as it was sent.
pub fn with_picture(member: &SignedIn, sent: &SentPicture) -> Response {
    profile(member, &present_settings(member), &Rejection::default(), sent)
}

fn profile(member: &SignedIn, wanted: &Settings, rejection: &Rejection, picture: &SentPicture) -> Response {
    let request = &member.request;
    let (key, nav, errors) = (form_token::issue(request, "profile"), present::nav(request), rejection.errors());
    let (picture_key, picture_errors) = (form_token::issue(request, avatars::FORM), picture.rejection.errors());
    let copy = &member.session().copy;
    let page = ProfileForm {
        shell: &present::shell(request, &nav),
        email: &copy.email,
        name: &wanted.name,
        language: wanted.language.as_deref().and_then(Lang::from_tag).unwrap_or(request.lang),
        shows_presence: wanted.shows_presence,
        once: &key,
        errors: &errors,
        picture: PictureForm {
            lang: request.lang,
            avatar: Avatar { member: member.actor.id.0, name: &copy.name, picture: copy.avatar.as_deref() },
            most: avatar::SIZE_MAX / 1024 / 1024,
            crop: picture.crop.word(),
            once: &picture_key,
            errors: &picture_errors,
        },
    };
    let sent = if picture.rejection.is_empty() { rejection } else { &picture.rejection };
    sent.page(request, views::profile(&page))
}

/// What is in force.
fn present_settings(member: &SignedIn) -> Settings {
    let copy = &member.session().copy;
    Settings {
        name: copy.name.clone(),
        language: Some(copy.language.clone()).filter(|tag| !tag.is_empty()),
        aids: copy.aids.clone(),
        shows_presence: copy.shows_presence,
    }
}

/// GET /my/profile
#[handler]
pub fn edit(member: SignedIn) -> Response {
    with_picture(&member, &SentPicture::default())
}

/// POST /my/profile
#[handler]
pub async fn update(member: SignedIn, fields: Fields) -> Result<Response> {
    let request = &member.request;
    let wanted = Settings {
        name: fields.text("name").into(),
        language: Lang::from_tag(fields.text("language")).map(|lang| lang.tag().to_owned()),
        aids: member.session().copy.aids.clone(),
        shows_presence: fields.ticked("presence"),
    };
    let update = async |key| users::update(&request.app.context, &member.actor, &key, &wanted).await;
    match form::submit(request, "profile", &fields, update).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::MY_PROFILE, Flash(templates::users::text::FLASH_SAVED))),
        Rejected(rejection) => Ok(profile(&member, &wanted, &rejection, &SentPicture::default())),
    }
}

fn password(member: &SignedIn, rejection: &Rejection) -> Response {
    let request = &member.request;
    let (key, nav, errors) = (form_token::issue(request, "password"), present::nav(request), rejection.errors());
    let email = &member.session().copy.email;
    let page = PasswordForm { shell: &present::shell(request, &nav), email, once: &key, errors: &errors };
    rejection.page(request, views::password(&page))
}

/// GET /my/password
#[handler]
pub fn edit_password(member: SignedIn) -> Response {
    password(&member, &Rejection::default())
}

/// POST /my/password
#[handler]
pub async fn update_password(member: SignedIn, fields: Fields) -> Result<Response> {
    let (request, session) = (&member.request, member.session());
    let (current, new) = (fields.text("current"), fields.text("password"));
    let change = async |key| password_change::change(&request.app.context, session, &key, current, new, &request.head.client).await;
    match form::submit(request, "password", &fields, change).await? {
        Accepted(token) => {
            let mut response = reply::see_other_with(request, paths::MY_PASSWORD, Flash(templates::users::text::FLASH_PASSWORD));
            let cookie = cookies::session(Area::Site, request.secure(), token, session.copy.persistent);
            cookies::set(response.headers_mut(), &cookie);
            Ok(response)
        }
        Rejected(rejection) => Ok(password(&member, &rejection)),
    }
}

/// Where a reader came from.
#[derive(Deserialize, Default)]
pub struct From {
    next: Option<String>,
}

/// GET /my/reading
#[handler]
pub fn edit_reading(request: RequestContext, from: Option<Query<From>>) -> Response {
    let next = from.and_then(|Query(from)| from.next).unwrap_or_default();
    let nav = present::nav(&request);
    reply::page(views::reading(&ReadingForm { shell: &present::shell(&request, &nav), next: reply::local(&next) }))
}

/// POST /my/reading: language and reading aids, for members in their row, for visitors in a cookie. Saying
/// the same twice is the same as once, so this form needs no key. What is not sent stays as it is.
#[handler]
pub async fn update_reading(request: RequestContext, fields: Fields) -> Result<Response> {
    let sent = |name: &str| Some(fields.text(name)).filter(|word| !word.is_empty()).map(str::to_owned);
    let now = request.aids;
    let aids = Aids {
        theme: sent("theme").map_or(now.theme, |word| Theme::from_word(&word)),
        size: sent("size").map_or(now.size, |word| TextSize::from_word(&word)),
        motion: sent("motion").map_or(now.motion, |word| Motion::from_word(&word)),
        spacing: sent("spacing").map_or(now.spacing, |word| Spacing::from_word(&word)),
    };
    let lang = Lang::from_tag(fields.text("language"));
    let word = language::pack(Some(lang.unwrap_or(request.lang)), aids);
    if let Some(actor) = &request.actor {
        profile::set_reading(&request.app.context, actor.id, lang.map(Lang::tag), &word).await?;
    }
    let mut response = reply::see_other_with(&request, reply::local(fields.text("next")), Flash(templates::users::text::FLASH_SAVED));
    cookies::set(response.headers_mut(), &cookies::reading(word, request.secure()));
    Ok(response)
}

/// GET /my/sessions
#[handler]
pub async fn devices(member: SignedIn) -> Result<Response> {
    let request = &member.request;
    let rows = sessions::open(&request.app.context, member.actor.id, 100).await?;
    let devices: Vec<String> = rows.iter().map(|row| present::device(&row.user_agent)).collect();
    let (key, nav, now) = (form_token::issue(request, "sessions"), present::nav(request), request.app.context.clock.now());
    let current = member.session().copy.session_id;
    let shown = rows.iter().zip(&devices).map(|(row, device)| Device {
        id: row.id.0,
        device,
        ip: &row.ip,
        created: present::moment(row.created_at, now, request.lang),
        last_seen: present::ago(row.last_seen_at, now, request.lang),
        is_current: row.id == SessionId(current),
        persistent: row.persistent,
    });
    let page = SessionsPage { shell: &present::shell(request, &nav), sessions: shown.collect(), once: &key };
    Ok(reply::page(templates::sessions::page(&page)))
}

/// POST /my/sessions/:id/end
#[handler]
pub async fn end_one(member: SignedIn, Path(id): Path<SessionId>, fields: Fields) -> Result<Response> {
    end(&member, &fields, SessionSelector::One { user: member.actor.id, session: id }, Flash(templates::sessions::text::FLASH_ENDED)).await
}

/// POST /my/sessions/end-others
#[handler]
pub async fn end_others(member: SignedIn, fields: Fields) -> Result<Response> {
    let keep = member.session().copy.session_id;
    end(
        &member,
        &fields,
        SessionSelector::Others { user: member.actor.id, keep: SessionId(keep) },
        Flash(templates::sessions::text::FLASH_ENDED_OTHERS),
    )
    .await
}

/// Ending a session twice is the same as once, and each button of the page has the same key, so a key is
/// checked but not used up.
async fn end(member: &SignedIn, fields: &Fields, which: SessionSelector, flash: Flash) -> Result<Response> {
    let request = &member.request;
    match form::submit(request, "sessions", fields, async |_| users::end_sessions(&request.app.context, which).await).await? {
        Accepted(_) => Ok(reply::see_other_with(request, paths::MY_SESSIONS, flash)),
        Rejected(_) => Ok(reply::see_other(request, paths::MY_SESSIONS)),
    }
}
