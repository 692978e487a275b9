//! Domain values as the plain structs that views draw.
//!
//! Rooms: `posts` (cards, a post, its thread), `staff` (the admin's frame and rows), `jobs`, `mail`, `system` and
//! `curves` (how the machines are and were).

mod curves;
pub mod jobs;
pub mod mail;
pub mod notices;
mod posts;
mod staff;
mod system;

pub use crate::domain::sessions::device;
pub use curves::{curves, span};
pub use posts::{
    Reader, Shown, author, avatar, board_description, board_name, card, comment, comment_form, common_comment, files, look, new_comment,
    post, reading, state, takes_comments, thread,
};
pub use staff::{admin_shell, audit_rows, role_name, session_rows};
pub use system::live;

use super::request::RequestContext;
use crate::clock::OffsetDateTime;
use crate::domain::files as files_rules;
use crate::domain::notifications::Notification;
use crate::domain::organisation::Organisation;
use crate::domain::users::{avatar, password};
use crate::domain::{Action, Problem, Resource, notifications, validation};
use templates::layout::{self, Flash, MemberBadge, NavBoard, Shell, Viewer};
use templates::notifications::Kind;
use templates::text::{Lang, Text, common};
use templates::ui::{FieldError, Moment, Tone};
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};

/// Korea has one time zone and no summer time.
const SEOUL: UtcOffset = offset!(+9);

/// A date and time in the reader's language; with the year where it is not this one.
pub fn moment(at: OffsetDateTime, now: OffsetDateTime, lang: Lang) -> Moment {
    let (local, today) = (at.to_offset(SEOUL), now.to_offset(SEOUL));
    let this_year = local.year() == today.year();
    let shown = match (lang, this_year) {
        (Lang::Ko, true) => local.format(format_description!("[month padding:none]월 [day padding:none]일 [hour]:[minute]")),
        (Lang::Ko, false) => local.format(format_description!("[year]년 [month padding:none]월 [day padding:none]일")),
        (Lang::En, true) => local.format(format_description!("[day padding:none] [month repr:short], [hour]:[minute]")),
        (Lang::En, false) => local.format(format_description!("[day padding:none] [month repr:short] [year]")),
    };
    Moment { iso: at.format(&Rfc3339).unwrap_or_default(), shown: shown.unwrap_or_default(), full: String::new() }
}

/// A time as readers of posts look for it: how long ago within the hour, the hour of today and yesterday, else [`moment`]. What is
/// drawn with it may be kept for a minute, no longer.
pub fn ago(at: OffsetDateTime, now: OffsetDateTime, lang: Lang) -> Moment {
    let plain = moment(at, now, lang);
    let (local, today) = (at.to_offset(SEOUL).date(), now.to_offset(SEOUL).date());
    // Rows of another instance may be a moment ahead of this one's clock.
    let minutes = (now - at).whole_minutes().max(0);
    let shown = match minutes {
        0 => lang.t(common::JUST_NOW).to_owned(),
        1..60 => lang.fill(common::MINUTES_AGO, &[("n", &minutes)]),
        _ if local == today => lang.fill(common::TODAY_AT, &[("time", &time_of_day(at))]),
        _ if Some(local) == today.previous_day() => lang.fill(common::YESTERDAY_AT, &[("time", &time_of_day(at))]),
        _ => return plain,
    };
    Moment { full: day(at, lang), shown, ..plain }
}

/// Hours and minutes.
pub fn time_of_day(at: OffsetDateTime) -> String {
    at.to_offset(SEOUL).format(format_description!("[hour]:[minute]")).unwrap_or_default()
}

/// A day as people read it.
pub fn day(at: OffsetDateTime, lang: Lang) -> String {
    let local = at.to_offset(SEOUL);
    let text = match lang {
        Lang::Ko => local.format(format_description!("[year]년 [month padding:none]월 [day padding:none]일 [hour]:[minute]")),
        Lang::En => local.format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]")),
    };
    text.unwrap_or_default()
}

/// A count from a column, which is never negative.
pub fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// The boards that the menu offers this visitor.
pub fn nav(request: &RequestContext) -> Vec<NavBoard> {
    request
        .boards
        .listed(request.actor.as_ref())
        .map(|board| NavBoard { slug: board.slug.clone(), name: board_name(board, request.lang).to_owned() })
        .collect()
}

/// The frame of a page.
pub fn shell<'a>(request: &'a RequestContext, nav: &'a [NavBoard]) -> Shell<'a> {
    Shell {
        lang: request.lang,
        path: &request.head.path,
        viewer: viewer(request),
        online: request.app.context.shared.presence().here().known().unwrap_or(0).max(is_here(request)),
        boards: nav,
        aids: request.aids,
        flash: flash(request),
        live: request.actor.is_some(),
        organisation: organisation(&request.organisation),
        origin: request.app.config.origin(),
    }
}

fn organisation(known: &Organisation) -> layout::Organisation<'_> {
    layout::Organisation {
        name: &known.name,
        representative: &known.representative,
        business_number: &known.business_number,
        address: &known.address,
        phone: &known.phone,
        email: &known.email,
        links: &known.named_links,
    }
}

/// The reader of this page counts, although the number is read only every two seconds.
fn is_here(request: &RequestContext) -> u32 {
    u32::from(request.session.as_ref().is_some_and(|session| session.copy.shows_presence))
}

fn viewer(request: &RequestContext) -> Viewer<'_> {
    match &request.actor {
        None => Viewer::Guest,
        Some(actor) => Viewer::Member(MemberBadge {
            id: actor.id.0,
            name: &actor.name,
            picture: picture(request),
            unread: request.unread,
            admin_url: if actor.may(Resource::Panel, Action::Read) { request.app.config.admin_public_url.as_str() } else { "" },
        }),
    }
}

/// The picture of the member who asks.
fn picture(request: &RequestContext) -> Option<&str> {
    request.session.as_ref()?.copy.avatar.as_deref()
}

/// The sentence of the flash cookie.
fn flash(request: &RequestContext) -> Option<Flash<'static>> {
    let message = Text::flash(request.head.flash.as_deref()?)?;
    Some(Flash { tone: Tone::Success, text: request.lang.t(message) })
}

/// A notification, for the list and the bell.
pub fn kind(n: &Notification) -> Kind {
    match n.kind {
        notifications::Kind::Reply => Kind::Reply,
        notifications::Kind::Mention => Kind::Mention,
        notifications::Kind::SignUpAgain => Kind::SignUpAgain,
        notifications::Kind::AddressRefused => Kind::AddressRefused,
        notifications::Kind::SavedSearch => Kind::SavedSearch { hits: count(n.hits.unwrap_or_default()) },
        notifications::Kind::Comment => Kind::Comment,
    }
}

/// The sentence of a notification.
pub fn sentence(n: &Notification, lang: Lang) -> String {
    templates::notifications::sentence(lang, kind(n), n.actor.as_deref().unwrap_or_default(), about(n))
}

/// The title of the post that it is about, or the words of the search.
pub fn about(n: &Notification) -> &str {
    n.post_title.as_deref().or(n.words.as_deref()).unwrap_or_default()
}

/// The problems of a form, with the limits that their sentences name.
pub fn errors(problems: &[Problem]) -> Vec<FieldError<'static>> {
    problems.iter().map(|p| FieldError { field: p.field, key: p.message, n: limit(p.message, p.field) }).collect()
}

fn limit(message: &str, field: &str) -> u64 {
    let n = match (message, field) {
        ("name.too_long", _) => validation::NAME_MAX,
        ("title.too_long", _) => validation::TITLE_MAX,
        ("body.too_long", _) => validation::POST_MAX,
        ("comment.too_long", _) => validation::COMMENT_MAX,
        ("reason.too_long", _) => validation::REASON_MAX,
        ("password.too_short", _) => password::MIN,
        ("password.too_short_staff" | "password.short_for_panel", _) => password::MIN_STAFF,
        ("password.too_long", _) => password::MAX,
        ("description.too_long", _) => 200,
        ("avatar.too_large", _) => (avatar::SIZE_MAX / 1024 / 1024) as usize,
        ("file.too_large", _) => (files_rules::SIZE_MAX / 1024 / 1024) as usize,
        ("comment.files_too_many", _) => files_rules::of_comments::OF_COMMENT_MAX,
        ("file.too_many", _) => files_rules::OF_POST_MAX,
        ("file.post_full", _) => (files_rules::OF_POST_BYTES / 1024 / 1024) as usize,
        ("organisation.too_long", _) => crate::domain::organisation::LINE_MAX,
        ("organisation.links", _) => crate::domain::organisation::LINKS_MAX,
        ("board.name_too_long", _) => crate::domain::boards::NAME_MAX,
        _ => 0,
    };
    n as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_are_those_of_seoul() {
        let (at, now) = (datetime!(2026-12-31 15:30 UTC), datetime!(2027-01-02 00:00 UTC));

        assert_eq!(moment(at, now, Lang::Ko).shown, "1월 1일 00:30");
        assert_eq!(moment(at, now, Lang::En).shown, "1 Jan, 00:30");
        assert_eq!(moment(datetime!(2025-03-02 01:00 UTC), now, Lang::Ko).shown, "2025년 3월 2일");
    }

    #[test]
    fn what_is_recent_is_said_by_how_long_ago_it_was() {
        // 09:30 in Seoul.
        let now = datetime!(2026-11-26 00:30 UTC);
        let shown = |at| (ago(at, now, Lang::Ko).shown, ago(at, now, Lang::En).shown);
        let pair = |ko: &str, en: &str| (ko.to_owned(), en.to_owned());

        assert_eq!(shown(datetime!(2026-11-26 00:30:05 UTC)), pair("방금", "just now"));
        assert_eq!(shown(datetime!(2026-11-26 00:29:05 UTC)), pair("방금", "just now"));
        assert_eq!(shown(datetime!(2026-11-26 00:18 UTC)), pair("12분 전", "12 min ago"));
        assert_eq!(shown(datetime!(2026-11-25 23:31 UTC)), pair("59분 전", "59 min ago"));
        assert_eq!(shown(datetime!(2026-11-25 23:30 UTC)), pair("오늘 08:30", "today, 08:30"));
        assert_eq!(shown(datetime!(2026-11-25 04:20 UTC)), pair("어제 13:20", "yesterday, 13:20"));
        assert_eq!(shown(datetime!(2026-11-24 04:20 UTC)), pair("11월 24일 13:20", "24 Nov, 13:20"));
        assert_eq!(ago(datetime!(2026-11-26 00:18 UTC), now, Lang::Ko).full, "2026년 11월 26일 09:18");
        assert_eq!(ago(datetime!(2026-11-24 04:20 UTC), now, Lang::Ko).full, "");
    }
}
