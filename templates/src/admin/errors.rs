//! What staff see when something went wrong.

use super::layout::{self, AdminShell};
use crate::errors::{self, Problem};
use crate::paths::admin as paths;
use maud::{Markup, html};

/// An error inside the staff's frame.
#[derive(Clone, Copy)]
pub struct ErrorPage<'a> {
    pub shell: &'a AdminShell<'a>,
    /// What went wrong.
    pub problem: Problem<'a>,
}

/// Renders it.
pub fn page(p: &ErrorPage) -> Markup {
    let lang = p.shell.lang;
    let title = errors::title(lang, &p.problem);
    let main = html! { div.narrow { (errors::body(lang, &p.problem, paths::DASHBOARD)) } };
    layout::page(p.shell, title, main)
}
