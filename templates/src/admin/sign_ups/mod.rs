//! Sign-ups that wait for the button behind a mailed link, below the list of members.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::paths::admin as paths;
use crate::text::{Lang, Text};
use crate::ui::{self, ButtonForm, Moment};
use maud::{Markup, html};

/// The id of the list, to which the link above the members leads.
const ID: &str = "sign-ups";

/// The newest sign-ups that wait.
#[derive(Clone, Debug, Default)]
pub struct Waiting<'a> {
    pub rows: Vec<WaitingRow<'a>>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// One-time key; each sign-up is confirmed or dropped once with it.
    pub once: &'a str,
}

/// A sign-up that waits.
#[derive(Clone, Debug)]
pub struct WaitingRow<'a> {
    pub id: i64,
    pub name: &'a str,
    pub email: &'a str,
    pub at: Moment,
}

/// How many wait, as a link to the list; nothing where nobody does.
pub fn count(lang: Lang, p: &Waiting) -> Markup {
    let n = p.rows.len() as u64;
    let words = if p.more { lang.fill(t::COUNT_MORE, &[("n", &n)]) } else { lang.count(t::COUNT_ONE, t::COUNT_MANY, n) };
    html! { @if n > 0 { p { a href={ "#" (ID) } { (words) } } } }
}

/// The list; nothing where nobody waits.
pub fn list(lang: Lang, p: &Waiting) -> Markup {
    html! {
        @if !p.rows.is_empty() {
            section aria-labelledby=(ID) {
                h2 #(ID) tabindex="-1" { (lang.t(t::TITLE)) }
                p.muted { (lang.t(t::LEAD)) }
                @if p.more { p.muted { (lang.fill(t::NEWEST, &[("n", &p.rows.len())])) } }
                ul.cards { @for row in &p.rows { (card(lang, row, p.once)) } }
            }
        }
    }
}

fn card(lang: Lang, row: &WaitingRow, once: &str) -> Markup {
    let label = |text| lang.fill(text, &[("name", &row.name)]);
    html! {
        li.card.job {
            h3 { (row.name) }
            p.meta { span { (row.email) } span { (lang.t(t::SINCE)) " " (ui::time(&row.at)) } }
            div.actions {
                (button((lang, once), &paths::sign_up_confirm(row.id), "secondary", t::CONFIRM, &label(t::CONFIRM_LABEL)))
                (button((lang, once), &paths::sign_up_delete(row.id), "quiet", t::DROP, &label(t::DROP_LABEL)))
            }
        }
    }
}

fn button((lang, once): (Lang, &str), action: &str, class: &str, text: Text, label: &str) -> Markup {
    ui::button_form(&ButtonForm { label, class, ..ButtonForm::new(action, once, lang.t(text)) })
}
