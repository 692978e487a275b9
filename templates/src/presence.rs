//! Who is here now.

use crate::layout::{self, Shell};
use crate::text::people as words;
use crate::{paths, ui};
use maud::{Markup, html};

/// The members who are here.
#[derive(Clone)]
pub struct WhoPage<'a> {
    /// The frame.
    pub shell: &'a Shell<'a>,
    /// How many there are, named or not.
    pub count: u64,
    /// Those who show their names: number and name.
    pub members: Vec<(i64, &'a str)>,
    /// How many do not show theirs.
    pub unnamed: u64,
}

/// Draws them.
pub fn page(p: &WhoPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(words::WHO_TITLE)) }
            p.lead { (lang.count(words::WHO_ONE, words::WHO_MANY, p.count)) }
            @if p.members.is_empty() { (ui::empty(lang.t(words::WHO_EMPTY), lang.t(words::WHO_EMPTY_TEXT), None)) }
            @else {
                ul.people { @for (id, name) in &p.members { li { a href=(paths::profile(*id)) { (ui::avatar(*id, name, 40)) span { (name) } } } } }
            }
            @if p.unnamed > 0 { p { (lang.fill(words::WHO_HIDDEN, &[("n", &ui::number(p.unnamed))])) } }
            p.muted { (lang.t(words::WHO_OPT_OUT)) }
        }
    };
    layout::page(p.shell, lang.t(words::WHO_TITLE), main)
}
