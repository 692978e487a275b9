//! Notifications by mail: how soon a member wants which of them, and the page behind the link that ends them.

pub(crate) mod samples;
mod stop;
pub mod text;

use self::text as t;
use crate::email;
use crate::layout::{self, Shell};
use crate::text::{Lang, Text, common};
use crate::ui::{self, Choice, Field, FieldError, Tone};
use crate::users::settings;
use maud::{Markup, html};

pub use stop::{Ends, StopPage, StopState, stop};

/// Addresses.
pub mod paths {
    /// How soon a member wants which notifications by mail.
    pub const INDEX: &str = "/my/notifications/mail";
    /// Ends what its token names: asks on GET, does on POST, from anywhere.
    pub const STOP: &str = "/mail/stop";

    /// The same with a token.
    pub fn stop(token: &str) -> String {
        format!("{STOP}?t={}", crate::paths::query(token))
    }
}

/// How soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    AtOnce,
    Daily,
    Weekly,
    Never,
}

impl Pace {
    const ALL: [Self; 4] = [Self::AtOnce, Self::Daily, Self::Weekly, Self::Never];

    /// What is sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Never => "never",
        }
    }

    fn label(self) -> Text {
        match self {
            Self::AtOnce => t::AT_ONCE,
            Self::Daily => t::DAILY,
            Self::Weekly => t::WEEKLY,
            Self::Never => t::NEVER,
        }
    }
}

/// A kind of notification that is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Comment,
    Reply,
    Mention,
    SavedSearch,
}

impl Kind {
    /// The name of its field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Comment => "kind.comment",
            Self::Reply => "kind.reply",
            Self::Mention => "kind.mention",
            Self::SavedSearch => "kind.search",
        }
    }

    fn label(self) -> Text {
        match self {
            Self::Comment => t::KIND_COMMENT,
            Self::Reply => t::KIND_REPLY,
            Self::Mention => t::KIND_MENTION,
            Self::SavedSearch => t::KIND_SEARCH,
        }
    }
}

/// The name of a board's field.
pub fn board_field(id: i64) -> String {
    format!("board.{id}")
}

/// What is sent for a board that does not differ.
pub const SAME: &str = "same";

/// Whether mails reach the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// They do.
    Yes,
    /// The address is not proved yet.
    Unverified,
    /// Mails to it come back.
    Refused,
    /// The site sends none.
    NoMail,
}

/// A board and what its member chose for it.
#[derive(Clone, Copy, Debug)]
pub struct Board<'a> {
    pub id: i64,
    pub name: &'a str,
    /// None: as its kinds.
    pub pace: Option<Pace>,
}

/// What a member chose: `kind.comment`, …, `board.7`, …, `once`.
#[derive(Clone)]
pub struct NoticesPage<'a> {
    pub shell: &'a Shell<'a>,
    /// Where they would go.
    pub email: &'a str,
    pub reach: Reach,
    pub kinds: Vec<(Kind, Pace)>,
    /// Those that the member may read.
    pub boards: Vec<Board<'a>>,
    /// Minutes that a notification may be read in before it is mailed.
    pub minutes: u64,
    pub once: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError<'a>],
}

/// Renders what a member chose.
pub fn page(p: &NoticesPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            (settings::tabs(p.shell))
            (reach(p))
            p { (lang.fill(t::LEAD, &[("n", &p.minutes)])) }
            form method="post" action=(paths::INDEX) novalidate hx-boost="false" {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                section aria-labelledby="kinds-title" {
                    h2 #kinds-title { (lang.t(t::KINDS_TITLE)) }
                    @for (kind, pace) in &p.kinds { (choice(p, kind.field(), lang.t(kind.label()), *pace)) }
                }
                @if !p.boards.is_empty() {
                    section aria-labelledby="boards-title" {
                        h2 #boards-title { (lang.t(t::BOARDS_TITLE)) }
                        p { (lang.t(t::BOARDS_LEAD)) }
                        @for board in &p.boards { (differing(p, board)) }
                    }
                }
                div.actions { button.button { (lang.t(common::SAVE)) } }
            }
        }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn reach(p: &NoticesPage) -> Markup {
    let lang = p.shell.lang;
    let text = match p.reach {
        Reach::Yes => return html! { p { (lang.fill(t::REACH_YES, &[("email", &p.email)])) } },
        Reach::Unverified => t::REACH_UNVERIFIED,
        Reach::Refused => t::REACH_REFUSED,
        Reach::NoMail => return ui::notice(lang, Tone::Warning, lang.t(t::REACH_NO_MAIL)),
    };
    html! {
        (ui::notice(lang, Tone::Warning, &lang.fill(text, &[("email", &p.email)])))
        p { a.button.secondary href=(email::paths::INDEX) { (lang.t(t::TO_EMAIL)) } }
    }
}

fn choice(p: &NoticesPage, name: &str, label: &str, pace: Pace) -> Markup {
    let lang = p.shell.lang;
    ui::select(&Field { lang, name, label, value: pace.word(), errors: p.errors, ..Field::default() }, &answers(lang))
}

fn differing(p: &NoticesPage, board: &Board) -> Markup {
    let lang = p.shell.lang;
    let same = Choice { value: SAME, label: lang.t(t::AS_ABOVE) };
    let answers: Vec<Choice> = [same].into_iter().chain(answers(lang)).collect();
    let value = board.pace.map_or(SAME, Pace::word);
    ui::select(&Field { lang, name: &board_field(board.id), label: board.name, value, errors: p.errors, ..Field::default() }, &answers)
}

fn answers(lang: Lang) -> [Choice<'static>; 4] {
    Pace::ALL.map(|pace| Choice { value: pace.word(), label: lang.t(pace.label()) })
}
