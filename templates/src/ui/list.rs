//! Tables of data, moving through the pages of a list, and what is shown when there is nothing in it.

use crate::text::{Lang, Text, common};
use maud::{Markup, html};

/// How many numbers stand in a row.
const WINDOW: u64 = 5;

/// A table of data. Where the window is narrower it is scrolled sideways, by keyboard too.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    pub lang: Lang,
    /// Its name for those who do not see what stands around it.
    pub caption: &'a str,
    pub heads: &'a [Text],
    /// The id of its body, where a summary of errors leads to it; empty: none.
    pub id: &'a str,
    /// Elements `tr`.
    pub rows: &'a Markup,
}

/// Renders it.
pub fn table(p: &Table) -> Markup {
    html! {
        div.scroller tabindex="0" role="region" aria-label=(p.caption) {
            table.data {
                caption.visually-hidden { (p.caption) }
                thead { tr { @for head in p.heads { th scope="col" { (p.lang.t(*head)) } } } }
                tbody id=[Some(p.id).filter(|id| !id.is_empty())] { (p.rows) }
            }
        }
    }
}

/// Links to the first, previous, nearby, next and last page; nothing where one page holds it all.
pub fn pagination(lang: Lang, page: u64, total: u64, link: &dyn Fn(u64) -> String) -> Markup {
    if total <= 1 {
        return Markup::default();
    }
    let (first, last) = window(page, total);
    html! {
        nav.pagination aria-label=(lang.t(common::PAGES)) {
            p.visually-hidden { (lang.fill(common::PAGE_OF, &[("n", &page), ("total", &total)])) }
            ul {
                @if page > 1 {
                    (step(lang.t(common::FIRST), &link(1), "first", None))
                    (step(lang.t(common::PREVIOUS), &link(page - 1), "prev", Some("prev")))
                }
                @for n in first..=last {
                    li {
                        a href=(link(n)) aria-current=[(n == page).then_some("page")] {
                            span aria-hidden="true" { (n) }
                            span.visually-hidden { (lang.fill(common::PAGE_N, &[("n", &n)])) }
                        }
                    }
                }
                @if page < total {
                    (step(lang.t(common::NEXT), &link(page + 1), "next", Some("next")))
                    (step(lang.t(common::LAST), &link(total), "last", None))
                }
            }
        }
    }
}

fn step(label: &str, href: &str, class: &str, rel: Option<&str>) -> Markup {
    html! { li.(class) { a href=(href) rel=[rel] { (label) } } }
}

/// The numbers around the page, never running over either end.
fn window(page: u64, total: u64) -> (u64, u64) {
    let first = page.saturating_sub(WINDOW / 2).min(total.saturating_sub(WINDOW - 1)).max(1);
    (first, (first + WINDOW - 1).min(total))
}

/// A sentence that a list is empty, and what to do about it.
pub fn empty(title: &str, text: &str, action: Option<(&str, &str)>) -> Markup {
    html! {
        div.empty {
            p.empty-title { (title) }
            p { (text) }
            @if let Some((href, label)) = action { p { a.button.secondary href=(href) { (label) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_numbers_stand_around_the_page() {
        assert_eq!(window(1, 100), (1, 5));
        assert_eq!(window(50, 100), (48, 52));
        assert_eq!(window(100, 100), (96, 100));
        assert_eq!(window(2, 3), (1, 3));
    }

    #[test]
    fn a_single_page_needs_no_links() {
        assert!(pagination(Lang::Ko, 1, 1, &|n| n.to_string()).into_string().is_empty());
    }

    #[test]
    fn the_open_page_is_marked() {
        let html = pagination(Lang::Ko, 3, 9, &|n| format!("?page={n}")).into_string();

        assert!(html.contains(r#"<a href="?page=3" aria-current="page""#), "{html}");
    }
}
