//! Search: the field in the header, and the page of what was found.

use self::text as t;
use crate::layout::{self, Shell};
use crate::once::PerLang;
use crate::paths as site_paths;
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

/// The sentences.
pub mod text {
    crate::text::catalogue! {
        TITLE = "검색", "Search";
        TITLE_OF = "'{text}' 검색", "Search: {text}";
        DETAILED = "자세히 찾기", "Detailed search";
        FIELD = "찾을 말", "Words to find";
        FIND = "찾기", "Search";
        HINT = "글, 댓글, 회원 이름에서 찾습니다. 한 글자도, 낱말 가운데도, 초성(ㄱㅈ)으로도 찾을 수 있습니다.",
            "Finds posts, comments and members' names: parts of words too, and the first consonants of Korean titles and names.";
        MORE_FILTERS = "조건", "Filters";
        KIND = "종류", "Kind";
        KIND_ALL = "모두", "All";
        KIND_POST = "글", "Posts";
        KIND_COMMENT = "댓글", "Comments";
        KIND_MEMBER = "회원", "Members";
        BOARD = "게시판", "Board";
        BOARD_ALL = "모든 게시판", "All boards";
        SINCE = "기간", "Period";
        SINCE_ALL = "전체 기간", "Any time";
        SINCE_WEEK = "지난 한 주", "Past week";
        SINCE_MONTH = "지난 한 달", "Past month";
        SINCE_YEAR = "지난 한 해", "Past year";
        BY = "쓴 사람", "Written by";
        BY_HINT = "회원 이름 그대로", "The member's exact name";
        ORDER = "순서", "Order";
        BEST = "제목에 있는 것부터", "In titles first";
        NEWEST = "새것부터", "Newest first";
        RESULTS = "찾은 것", "Results";
        POST = "글", "Post";
        COMMENT = "댓글", "Comment";
        COMMENT_ON = "댓글: {title}", "Comment on {title}";
        MEMBER = "회원", "Member";
        JOINED = "가입", "Joined";
        MORE = "더 찾기", "Find more";
        NOTHING = "찾은 것이 없습니다", "Nothing was found";
        NOTHING_MORE = "더 찾은 것이 없습니다", "Nothing more was found";
        NOTHING_TEXT = "낱말을 줄이거나 조건을 풀어 보세요. 읽을 수 있는 게시판에서만 찾습니다.",
            "Try fewer words or filters. Only boards that you may read are searched.";
        TOO_BROAD = "너무 넓게 찾았습니다. 낱말을 더 쓰거나 조건을 골라 주세요.", "That search is too broad. Add words or choose filters.";
        INSTEAD = "'{text}'(으)로는 찾은 것이 없어 '{instead}'(으)로 찾았습니다.", "Nothing was found for “{text}”, so “{instead}” was searched.";
        SUGGESTION = "'{text}'(으)로 찾기", "Search for “{text}” instead";
        SUGGESTION_LEAD = "글자판이 바뀌어 있었나요?", "Was the keyboard in the other language?";
        SHORTENED = "앞 {n}자로 찾았습니다.", "The first {n} characters were searched.";
    }
}

/// What is asked for, as it stands in the address. Empty: not chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// As typed.
    pub text: &'a str,
    /// `post`, `comment` or `member`.
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
    Post { id: i64, slug: &'a str, board: &'a str },
    Comment { id: i64, board: &'a str },
    Member { id: i64 },
}

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Part<'a> {
    pub text: &'a str,
    pub is_hit: bool,
}

/// The field in the header, where there is room.
pub(crate) fn header(lang: Lang) -> PreEscaped<&'static str> {
    static HEADER: PerLang = PerLang::new();
    HEADER.get(lang, || {
        html! {
            form.site-search method="get" role="search" aria-label=(lang.t(t::TITLE)) action=(paths::INDEX) {
                input type="search" name="q" maxlength="200" aria-label=(lang.t(t::FIELD)) placeholder=(lang.t(t::TITLE));
                button.button.quiet aria-label=(lang.t(t::FIND)) { (glass()) }
            }
        }
    })
}

/// What stands in the header where there is no room for the field.
pub(crate) fn link(lang: Lang) -> PreEscaped<&'static str> {
    static LINK: PerLang = PerLang::new();
    LINK.get(lang, || html! { a.to-search href=(paths::INDEX) aria-label=(lang.t(t::TITLE)) { (glass()) } })
}

fn glass() -> Markup {
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
    let kinds =
        [choice("", t::KIND_ALL), choice("post", t::KIND_POST), choice("comment", t::KIND_COMMENT), choice("member", t::KIND_MEMBER)];
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
    };
    html! {
        li.card.hit {
            h3 { (ui::badge("quiet", lang.t(kind))) " " a href=(href) { (marked(&hit.title)) } }
            @if !hit.excerpt.is_empty() { p.excerpt { (marked(&hit.excerpt)) } }
            p.meta {
                @if !board.is_empty() { span.board { (board) } }
                @if let Found::Member { .. } = hit.found { span { (lang.t(t::JOINED)) } } @else { span { (ui::author(lang, &hit.author)) } }
                (ui::time(&hit.at))
            }
        }
    }
}

fn marked(parts: &[Part]) -> Markup {
    html! { @for part in parts { @if part.is_hit { mark { (part.text) } } @else { (part.text) } } }
}

pub(crate) mod samples {
    use super::{Asked, Found, Hit, Part, Results, SearchPage};
    use crate::Lang;
    use crate::samples::{Rendered, guest, member, moment};
    use crate::ui::Author;

    fn hits(lang: Lang) -> Vec<Hit<'static>> {
        let author = Author { id: Some(7), name: "김하늘" };
        let plain = |text| Part { text, is_hit: false };
        let hit = |text| Part { text, is_hit: true };
        vec![
            Hit {
                found: Found::Post { id: 5, slug: "notice", board: "공지사항" },
                title: vec![plain("겨울 "), hit("활동 지원"), plain(" 신청 안내")],
                excerpt: vec![plain("…12월부터 "), hit("활동지원"), plain(" 시간이 바뀝니다. 신청하실 분은 사무실로…")],
                author,
                at: moment(lang, 3),
            },
            Hit {
                found: Found::Comment { id: 9, board: "자유게시판" },
                title: vec![plain("다음 주 나들이")],
                excerpt: vec![plain("저도 "), hit("활동지원"), plain("사와 함께 갑니다.")],
                author,
                at: moment(lang, 30),
            },
            Hit {
                found: Found::Member { id: 8 },
                title: vec![hit("활동지원"), plain("팀")],
                excerpt: Vec::new(),
                author,
                at: moment(lang, 45),
            },
        ]
    }

    pub(crate) fn all(lang: Lang) -> Rendered {
        let boards = vec![("notice", "공지사항"), ("free", "자유게시판")];
        let asked = Asked { text: "활동지원", ..Asked::default() };
        let (member, guest) = (member(lang, "/search?q=x"), guest(lang, "/search"));
        let page = |asked, results| super::page(&SearchPage { shell: &member, asked, boards: boards.clone(), results });
        let found = Results { hits: hits(lang), next: "a12", ..Results::default() };
        let narrowed = Asked { kind: "post", board: "free", since: "year", by: "김하늘", sort: "new", ..asked };
        let slip = Results { suggestion: Some("안녕"), next: "", ..found.clone() };
        vec![
            ("search", super::page(&SearchPage { shell: &guest, asked: Asked::default(), boards: boards.clone(), results: None })),
            ("search-found", page(asked, Some(found.clone()))),
            ("search-narrowed", page(narrowed, Some(found.clone()))),
            ("search-instead", page(Asked { text: "ghkfehd", ..asked }, Some(Results { instead: Some("활동"), ..found.clone() }))),
            ("search-suggestion", page(Asked { text: "dkssud", ..asked }, Some(slip))),
            ("search-nothing", page(asked, Some(Results::default()))),
            ("search-nothing-more", page(asked, Some(Results { is_later_page: true, ..Results::default() }))),
            ("search-too-broad", page(asked, Some(Results { is_too_broad: true, shortened_to: Some(100), ..Results::default() }))),
        ]
    }
}
