//! Who is here now.

use super::text as t;
use crate::layout::{self, Shell};
use crate::paths;
use crate::ui::{self, Avatar};
use maud::{Markup, html};

/// The members who are here.
#[derive(Clone)]
pub struct WhoPage<'a> {
    pub shell: &'a Shell<'a>,
    /// How many there are, named or not.
    pub count: u64,
    /// Those who show their names.
    pub members: Vec<Avatar<'a>>,
    /// How many do not show theirs.
    pub unnamed: u64,
}

/// Renders them.
pub fn page(p: &WhoPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(t::WHO_TITLE)) }
            p.lead { (lang.count(t::WHO_ONE, t::WHO_MANY, p.count)) }
            @if p.members.is_empty() { (ui::empty(lang.t(t::WHO_EMPTY), lang.t(t::WHO_EMPTY_TEXT), None)) }
            @else {
                ul.people { @for who in &p.members { li { a href=(paths::profile(who.member)) { (ui::avatar(who, ui::AvatarSize::Middle)) span { (who.name) } } } } }
            }
            @if p.unnamed > 0 { p { (lang.fill(t::WHO_HIDDEN, &[("n", &ui::number(p.unnamed))])) } }
            p.muted { (lang.t(t::WHO_OPT_OUT)) }
        }
    };
    layout::page(p.shell, lang.t(t::WHO_TITLE), main)
}
