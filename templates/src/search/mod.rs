//! Search: the field in the header, and the page of what was found.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::files::paths as files;
use crate::layout::{self, Shell};
use crate::once::PerLang;
use crate::paths as site_paths;
use crate::saved_searches::{self, Watch};
use crate::text::Lang;
use crate::ui::{self, Author, Choice, Field, Moment, Tone};
use maud::{Markup, PreEscaped, html};

/// Addresses.
pub mod paths {
    use super::Asked;
    use crate::paths::query;

    /// The page.
    pub const INDEX: &str = "/search";

    /// The page with what is asked for, from a place on (empty: from the first hit).
    pub fn page(asked: &Asked, after: &str) -> String {
        let fields = [
            ("q", asked.text),
            ("kind", asked.kind),
            ("board", asked.board),
            ("since", asked.since),
            ("by", asked.by),
            ("sort", asked.sort),
            ("after", after),
        ];
        let pairs: Vec<String> =
            fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", query(value))).collect();
        if pairs.is_empty() { INDEX.to_owned() } else { format!("{INDEX}?{}", pairs.join("&")) }
    }
}

/// What is asked for, as it stands in the address. Empty: not chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// As typed.
    pub text: &'a str,
    /// `post`, `comment`, `file` or `member`.
    pub kind: &'a str,
    /// A board's slug.
    pub board: &'a str,
    /// `week`, `month` or `year`.
    pub since: &'a str,
    /// A member's name.
    pub by: &'a str,
    /// `new`; empty for the best first.
    pub sort: &'a str,
}

/// The page.
#[derive(Clone)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct SearchPage<'a> {
    pub shell: &'a Shell<'a>,
    pub asked: Asked<'a>,
    /// Slug and name of each board that can be chosen.
    pub boards: Vec<(&'a str, &'a str)>,
    /// None: nothing was asked for.
    pub results: Option<Results<'a>>,
    /// Being notified of what is new for this search; none for visitors, and where members cannot be.
    pub watch: Option<Watch<'a>>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Results<'a> {
    pub hits: Vec<Hit<'a>>,
    /// Where the next page begins; empty: there is none.
    pub next: &'a str,
    /// Whether a page stands before this one.
    pub is_later_page: bool,
    /// What was looked for instead of what was typed.
    pub instead: Option<&'a str>,
    /// What may have been meant.
    pub suggestion: Option<&'a str>,
    pub is_too_broad: bool,
    /// How many characters were looked at, where more were typed.
    pub shortened_to: Option<u64>,
}

/// A hit.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Hit<'a> {
    pub found: Found<'a>,
    pub title: Vec<Part<'a>>,
    /// Around the words; none for a member.
    pub excerpt: Vec<Part<'a>>,
    pub author: Author<'a>,
    pub at: Moment,
}

/// What it is, and where.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "ids, slugs and names")]
pub enum Found<'a> {
    Post {
        id: i64,
        slug: &'a str,
        board: &'a str,
    },
    Comment {
        id: i64,
        board: &'a str,
    },
    Member {
        id: i64,
    },
    /// `page`: the page of its text on which the words stand; none where they stand in its name.
    File {
        id: i64,
        name: &'a str,
        page: Option<u64>,
        of: OfPost<'a>,
        board: &'a str,
    },
}

/// The post that a file belongs to, by itself or by a comment.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "ids, slug of the board and title")]
pub struct OfPost<'a> {
    pub id: i64,
    pub slug: &'a str,
    pub title: &'a str,
    pub comment: Option<i64>,
}

impl OfPost<'_> {
    /// Where the file stands.
    fn address(&self) -> String {
        self.comment.map_or_else(|| site_paths::post(self.slug, self.id), site_paths::comment)
    }
}

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Part<'a> {
    pub text: &'a str,
    pub is_hit: bool,
}

/// The way to search in the header: the field, or a link where there is no room for it (`.site-search`). How much room there is depends
/// on the names of the boards, so the style sheet asks for the width of this place and not for that of the window.
pub(crate) fn header(lang: Lang) -> PreEscaped<&'static str> {
    static HEADER: PerLang = PerLang::new();
    HEADER.get(lang, || {
        html! {
            div.site-search {
                form method="get" role="search" aria-label=(lang.t(t::TITLE)) action=(paths::INDEX) {
                    input type="search" name="q" maxlength="200" aria-label=(lang.t(t::FIELD)) placeholder=(lang.t(t::TITLE));
                    button.button.quiet aria-label=(lang.t(t::FIND)) { (glass()) }
                }
                a.to-search href=(paths::INDEX) aria-label=(lang.t(t::TITLE)) { (glass()) }
            }
        }
    })
}

pub(crate) fn glass() -> Markup {
    html! {
        svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            circle cx="10.5" cy="10.5" r="6.5" {}
            path d="m15.5 15.5 5 5" {}
        }
    }
}

/// Renders the page.
pub fn page(p: &SearchPage) -> Markup {
    let lang = p.shell.lang;
    let title = match p.asked.text.trim() {
        "" => lang.t(t::TITLE).to_owned(),
        text => lang.fill(t::TITLE_OF, &[("text", &text)]),
    };
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (title) }
            (form(p))
            @if let Some(results) = &p.results { (shown(p, results)) }
        }
    };
    layout::page(p.shell, &title, main)
}

fn form(p: &SearchPage) -> Markup {
    let (lang, asked) = (p.shell.lang, &p.asked);
    let is_narrowed = [asked.kind, asked.board, asked.since, asked.by].iter().any(|value| !value.is_empty());
    let choice = |value, text| Choice { value, label: lang.t(text) };
    let kinds = [
        choice("", t::KIND_ALL),
        choice("post", t::KIND_POST),
        choice("comment", t::KIND_COMMENT),
        choice("file", t::KIND_FILE),
        choice("member", t::KIND_MEMBER),
    ];
    let periods = [choice("", t::SINCE_ALL), choice("week", t::SINCE_WEEK), choice("month", t::SINCE_MONTH), choice("year", t::SINCE_YEAR)];
    let boards: Vec<Choice> =
        std::iter::once(choice("", t::BOARD_ALL)).chain(p.boards.iter().map(|(slug, name)| Choice { value: slug, label: name })).collect();
    let field = |name, label, value| Field { lang, name, label: lang.t(label), value, ..Field::default() };
    html! {
        form.search method="get" role="search" aria-label=(lang.t(t::DETAILED)) action=(paths::INDEX) {
            div.words {
                (ui::field(&Field { kind: "search", hint: lang.t(t::HINT), ..field("q", t::FIELD, asked.text) }))
                button.button { (lang.t(t::FIND)) }
            }
            details.filters-more open[is_narrowed] {
                summary.button.secondary { (lang.t(t::MORE_FILTERS)) }
                div.filters {
                    (ui::select(&field("kind", t::KIND, asked.kind), &kinds))
                    (ui::select(&field("board", t::BOARD, asked.board), &boards))
                    (ui::select(&field("since", t::SINCE, asked.since), &periods))
                    (ui::field(&Field { hint: lang.t(t::BY_HINT), ..field("by", t::BY, asked.by) }))
                }
            }
            @if !asked.sort.is_empty() { (ui::hidden("sort", asked.sort)) }
        }
    }
}

fn shown(p: &SearchPage, results: &Results) -> Markup {
    let (lang, asked) = (p.shell.lang, &p.asked);
    // What follows these hits is found by the same words as they are.
    let found = Asked { text: results.instead.unwrap_or(asked.text), ..*asked };
    let nothing = if results.is_later_page { t::NOTHING_MORE } else { t::NOTHING };
    html! {
        @if let Some(n) = results.shortened_to { p.muted { (lang.fill(t::SHORTENED, &[("n", &n)])) } }
        @if let Some(instead) = results.instead {
            p { (lang.fill(t::INSTEAD, &[("text", &asked.text.trim()), ("instead", &instead)])) }
        }
        @if let Some(other) = results.suggestion {
            p {
                (lang.t(t::SUGGESTION_LEAD)) " "
                a href=(paths::page(&Asked { text: other, ..*asked }, "")) { (lang.fill(t::SUGGESTION, &[("text", &other)])) }
            }
        }
        @if let Some(watch) = &p.watch { (saved_searches::toggle(lang, &found, watch)) }
        (order(lang, &found))
        @if results.is_too_broad { (ui::notice(lang, Tone::Warning, lang.t(t::TOO_BROAD))) }
        @if !results.hits.is_empty() {
            section aria-labelledby="results" {
                h2.visually-hidden #results { (lang.t(t::RESULTS)) }
                ul.cards { @for hit in &results.hits { (card(lang, hit)) } }
            }
        } @else if !results.is_too_broad && results.next.is_empty() {
            (ui::empty(lang.t(nothing), lang.t(t::NOTHING_TEXT), None))
        }
        @if !results.next.is_empty() {
            p { a.button.secondary href=(paths::page(&found, results.next)) { (lang.t(t::MORE)) } }
        }
    }
}

fn order(lang: Lang, asked: &Asked) -> Markup {
    let link = |sort: &'static str, text| {
        let current = (asked.sort == sort).then_some("page");
        html! { li { a href=(paths::page(&Asked { sort, ..*asked }, "")) aria-current=[current] { (lang.t(text)) } } }
    };
    html! {
        nav.tabs aria-label=(lang.t(t::ORDER)) { ul { (link("", t::BEST)) (link("new", t::NEWEST)) } }
    }
}

fn card(lang: Lang, hit: &Hit) -> Markup {
    let (kind, board, href) = match hit.found {
        Found::Post { id, slug, board } => (t::POST, board, site_paths::post(slug, id)),
        Found::Comment { id, board } => (t::COMMENT, board, site_paths::comment(id)),
        Found::Member { id } => (t::MEMBER, "", site_paths::profile(id)),
        Found::File { id, name, page: Some(page), board, .. } => (t::IN_FILE, board, files::text_page(id, name, page)),
        Found::File { of, board, .. } => (t::FILE, board, of.address()),
    };
    html! {
        li.card.hit {
            h3 { (ui::badge("quiet", lang.t(kind))) " " a href=(href) { (marked(&hit.title)) } }
            @if !hit.excerpt.is_empty() { p.excerpt { (marked(&hit.excerpt)) } }
            p.meta {
                @if !board.is_empty() { span.board { (board) } }
                @if let Found::File { of, .. } = hit.found {
                    @let text = if of.comment.is_some() { t::COMMENT_ON } else { t::OF_POST };
                    a href=(of.address()) { (lang.fill(text, &[("title", &of.title)])) }
                }
                @if let Found::Member { .. } = hit.found { span { (lang.t(t::JOINED)) } } @else { span { (ui::author(lang, &hit.author)) } }
                (ui::time(&hit.at))
            }
        }
    }
}

fn marked(parts: &[Part]) -> Markup {
    html! { @for part in parts { @if part.is_hit { mark { (part.text) } } @else { (part.text) } } }
}
