//! The bell in the header and the list behind it.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::text::Lang;
use crate::ui::{self, Avatar, ButtonForm, Moment};
use crate::{notices, paths, saved_searches, search};
use maud::{Markup, html};

/// The bell with its number.
#[derive(Clone, Copy, Debug)]
pub struct Bell {
    pub lang: Lang,
    /// How many notifications are unread.
    pub unread: u32,
}

/// The notifications of a member.
#[derive(Clone)]
pub struct NotificationsPage<'a> {
    pub shell: &'a Shell<'a>,
    /// Newest first.
    pub items: Vec<Item<'a>>,
    /// How many are unread in all.
    pub unread: u32,
    /// The last one shown, where there are older ones.
    pub older_than: Option<i64>,
    /// One-time key; marking as read twice is the same as once, so the forms share it.
    pub once: &'a str,
}

/// One notification.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub id: i64,
    /// What happened.
    pub kind: Kind,
    /// Who did it.
    pub actor: &'a str,
    /// The actor's number, for the picture.
    pub actor_id: i64,
    /// What names the picture that the actor chose.
    pub actor_picture: Option<&'a str>,
    /// The title of the post it happened on, or the words of a search.
    pub about: &'a str,
    /// The beginning of what was written, as plain text.
    pub excerpt: &'a str,
    /// When it happened.
    pub at: Moment,
    /// Not read yet.
    pub unread: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A comment on my post.
    Comment,
    /// An answer to my comment.
    Reply,
    /// A comment with `@me` in it.
    Mention,
    /// An attempt to sign up with my e-mail.
    SignUpAgain,
    /// Mails to my address came back.
    AddressRefused,
    /// So many posts and comments that my saved search finds.
    SavedSearch { hits: u64 },
}

/// The bell: a link with its number in words for those who do not see it. It is replaced when it rings.
pub fn bell(b: &Bell) -> Markup {
    let shown = if b.unread > 99 { "99+".to_owned() } else { b.unread.to_string() };
    let label = match b.unread {
        0 => b.lang.t(t::BELL_NONE).to_owned(),
        _ => b.lang.fill(t::BELL_MANY, &[("n", &shown)]),
    };
    html! {
        a.bell #bell href=(paths::NOTIFICATIONS) {
            span.visually-hidden { (label) }
            svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
                path d="M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6zM10 19a2 2 0 0 0 4 0" {}
            }
            @if b.unread > 0 { span.number aria-hidden="true" { (shown) } }
        }
    }
}

/// What happened, in one sentence; the stream sends it too.
pub fn sentence(lang: Lang, kind: Kind, actor: &str, about: &str) -> String {
    let text = match kind {
        Kind::SavedSearch { hits } => return found(lang, hits, about),
        Kind::Comment => t::KIND_COMMENT,
        Kind::Reply => t::KIND_REPLY,
        Kind::Mention => t::KIND_MENTION,
        Kind::SignUpAgain => t::KIND_SIGN_UP_AGAIN,
        Kind::AddressRefused => t::KIND_ADDRESS_REFUSED,
    };
    lang.fill(text, &[("name", &actor), ("post", &about)])
}

/// More than these are not counted to the last.
const COUNTED: u64 = 99;

fn found(lang: Lang, hits: u64, words: &str) -> String {
    let n = if hits > COUNTED { format!("{COUNTED}+") } else { hits.to_string() };
    lang.fill(if hits == 1 { t::KIND_SEARCH_ONE } else { t::KIND_SEARCH_MANY }, &[("words", &words), ("n", &n)])
}

/// Renders the list.
pub fn page(p: &NotificationsPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            div.page-head {
                h1 tabindex="-1" { (lang.t(t::TITLE)) }
                @if p.unread > 0 {
                    @let form = ButtonForm::new(paths::NOTIFICATIONS_READ_ALL, p.once, lang.t(t::READ_ALL));
                    (ui::button_form(&ButtonForm { class: "secondary", changes_header: true, ..form }))
                }
            }
            (list(p))
            p { a href=(notices::paths::INDEX) { (lang.t(t::BY_MAIL)) } }
            p { a href=(saved_searches::paths::INDEX) { (lang.t(saved_searches::text::TITLE)) } }
        }
    };
    layout::page(p.shell, lang.t(t::TITLE), main)
}

fn list(p: &NotificationsPage) -> Markup {
    let lang = p.shell.lang;
    if p.items.is_empty() {
        return ui::empty(lang.t(t::EMPTY), lang.t(t::EMPTY_TEXT), None);
    }
    html! {
        p.muted {
            @if p.unread > 0 { (lang.count(t::UNREAD_ONE, t::UNREAD_MANY, p.unread.into())) }
            @else { (lang.t(t::ALL_READ)) }
        }
        ul.notifications { @for item in &p.items { (entry(p, item)) } }
        @if let Some(id) = p.older_than {
            p { a.button.secondary href=(paths::notifications_before(id)) { (lang.t(t::OLDER)) } }
        }
    }
}

/// A button leads on, because reading it changes something; it looks like the link that it stands for.
fn entry(p: &NotificationsPage, item: &Item) -> Markup {
    let lang = p.shell.lang;
    html! {
        li.is-unread[item.unread] {
            @if let Kind::SavedSearch { .. } = item.kind { span.sign { (search::glass()) } } @else {
                (ui::avatar(&Avatar { member: item.actor_id, name: item.actor, picture: item.actor_picture }, ui::AvatarSize::Middle))
            }
            form method="post" action=(paths::notification_read(item.id)) novalidate hx-boost="false" {
                (ui::once(p.once))
                button.linkish { (sentence(lang, item.kind, item.actor, item.about)) }
                @if !item.excerpt.is_empty() { p.excerpt { (item.excerpt) } }
                p.meta { (ui::time(&item.at)) @if item.unread { (ui::badge("new", lang.t(t::UNREAD_MARK))) } }
            }
        }
    }
}
