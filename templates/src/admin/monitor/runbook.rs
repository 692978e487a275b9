//! What to do when something is wrong: the operators' text, with a place for each alert to lead to.

use super::text as t;
use crate::admin::layout::{self, AdminShell};
use crate::paths::admin as paths;
use maud::{Markup, PreEscaped, html};

pub struct RunbookPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// Its headings: anchor and text.
    pub contents: &'a [(String, String)],
    /// The text as HTML that is safe to show; it is English.
    pub html: &'a str,
}

/// Renders it.
pub fn page(p: &RunbookPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        h1 tabindex="-1" { (lang.t(t::RUNBOOK)) }
        p { (lang.t(t::RUNBOOK_LEAD)) " " a href=(paths::SYSTEM) { (lang.t(t::TO_SYSTEM)) } }
        nav.contents aria-labelledby="contents-title" {
            h2 #contents-title { (lang.t(t::CONTENTS)) }
            ul lang="en" { @for (anchor, heading) in p.contents { li { a href={ "#" (anchor) } { (heading) } } } }
        }
        article.prose.runbook lang="en" { (PreEscaped(p.html)) }
    };
    layout::page(p.shell, lang.t(t::RUNBOOK), main)
}
