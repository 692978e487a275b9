//! Small parts that many pages share. Rooms: [`mod@avatar`], [`mod@form`] (fields and errors), [`mod@list`] (tables, pages, empty states).

pub mod avatar;
pub mod form;
pub mod list;

pub use avatar::{Avatar, Size as AvatarSize, avatar, drawn_cover};
pub use form::{
    ButtonForm, Choice, Field, FieldError, account_name, button_form, check, choices, error_summary, fault_list, field, file, files,
    hidden, once, password, select, textarea, textarea_below,
};
pub use list::{Table, empty, pagination, table};

use crate::paths;
use crate::posts::text as posts_text;
use crate::text::{Lang, Text, common};
use maud::{Markup, html};

/// A time, once for machines (RFC 3339) and once as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// `2026-11-22T05:03:00Z`
    pub iso: String,
    /// `12분 전`, `11월 22일 14:03`
    pub shown: String,
    /// The whole time where `shown` is relative to now; else empty.
    pub full: String,
}

/// Who wrote something. `id` is `None` for a member who has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author<'a> {
    /// The member's number; `None` for a member who has left.
    pub id: Option<i64>,
    /// The name that the member chose.
    pub name: &'a str,
    /// What names the picture that the member chose.
    pub picture: Option<&'a str>,
}

impl<'a> Author<'a> {
    /// The picture beside the name.
    pub fn avatar(&self) -> Avatar<'a> {
        Avatar { member: self.id.unwrap_or_default(), name: self.name, picture: self.picture }
    }
}

/// What became of a post or a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Everybody who may read sees it.
    #[default]
    Shown,
    /// Staff took it out of sight.
    Hidden,
    /// Its author or staff deleted it.
    Deleted,
}

/// A message's tone, always given by a word and an icon too, never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Success,
    /// Good to know.
    Notice,
    /// Take care.
    Warning,
    /// It did not work.
    Failure,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Success => "success",
            Tone::Notice => "info",
            Tone::Warning => "warning",
            Tone::Failure => "failure",
        }
    }

    fn word(self) -> Text {
        match self {
            Tone::Success => common::SUCCESS,
            Tone::Notice => common::NOTICE,
            Tone::Warning => common::WARNING,
            Tone::Failure => common::FAILURE,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Tone::Success => "✓",
            Tone::Notice => "i",
            Tone::Warning | Tone::Failure => "!",
        }
    }
}

/// A banner with a tone.
pub fn notice(lang: Lang, tone: Tone, text: &str) -> Markup {
    html! {
        div.notice.(tone.class()) role=(if tone == Tone::Failure { "alert" } else { "status" }) {
            span.sign aria-hidden="true" { (tone.sign()) }
            p { strong { (lang.t(tone.word())) } " " (text) }
        }
    }
}

/// A moment that machines can read as well.
pub fn time(at: &Moment) -> Markup {
    html! { time datetime=(at.iso) title=[(!at.full.is_empty()).then_some(&at.full)] { (at.shown) } }
}

/// The author's name, leading to the profile where there is one.
pub fn author(lang: Lang, who: &Author) -> Markup {
    html! {
        @match who.id {
            Some(id) => a.author href=(paths::profile(id)) { (who.name) },
            None => span.author.muted { (lang.t(common::SOMEONE_GONE)) },
        }
    }
}

/// A word on a coloured ground, such as "공지".
pub fn badge(kind: &'static str, label: &str) -> Markup {
    html! { span.badge.(kind) { (label) } }
}

/// A sentence that something is hidden or deleted; nothing where it is shown.
pub fn state(lang: Lang, state: State) -> Markup {
    html! {
        @match state {
            State::Shown => {},
            State::Hidden => (badge("warning", lang.t(posts_text::STATE_HIDDEN))),
            State::Deleted => (badge("failure", lang.t(posts_text::STATE_DELETED))),
        }
    }
}

/// A number with its thousands parted: 1234567 → 1,234,567.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
    }
}
