//! Every view in every state, in both languages: for the gallery, for the snapshots, and for whoever wants to see.

mod admin;
mod admin_content;
mod content;
mod forms;
mod fragments;
mod people;
mod system;
mod upstreams;

use crate::Lang;
use crate::layout::{Aids, Flash, MemberBadge, NavBoard, Shell, Viewer};
use crate::posts::Card;
use crate::ui::{Author, Fault, Moment, State, Tone};
use maud::Markup;
use std::sync::LazyLock;

/// One view in one state.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `ko-post-page`: the language, the noun, the state.
    pub name: String,
    /// What it draws.
    pub markup: Markup,
}

impl Sample {
    /// Whether it is a whole page rather than a fragment.
    pub fn is_page(&self) -> bool {
        self.markup.0.starts_with("<!DOCTYPE")
    }
}

/// Everything.
pub fn all() -> Vec<Sample> {
    let rooms = [content::all, fragments::all, forms::all, people::all, admin::all, admin_content::all, upstreams::all, system::all];
    let draw = |lang: Lang| rooms.into_iter().flat_map(move |room| room(lang)).map(move |(name, markup)| (lang, name, markup));
    [Lang::Ko, Lang::En]
        .into_iter()
        .flat_map(draw)
        .map(|(lang, name, markup)| Sample { name: format!("{}-{name}", lang.tag()), markup })
        .collect()
}

/// What a room of samples gives: names and drawings.
type Drawn = Vec<(&'static str, Markup)>;

static BOARDS: LazyLock<Vec<NavBoard>> = LazyLock::new(|| {
    [("notice", "공지사항"), ("free", "자유게시판"), ("qna", "질문과 답변")]
        .map(|(slug, name)| NavBoard { slug: slug.into(), name: name.into() })
        .into()
});

fn guest(lang: Lang, path: &'static str) -> Shell<'static> {
    Shell {
        lang,
        path,
        viewer: Viewer::Guest,
        online: 12,
        boards: &BOARDS,
        aids: Aids::default(),
        flash: None,
        live: false,
        origin: "https://example.org",
    }
}

fn member(lang: Lang, path: &'static str) -> Shell<'static> {
    let badge = MemberBadge { id: 7, name: "김하나", unread: 3, admin_url: "" };
    Shell { viewer: Viewer::Member(badge), live: true, ..guest(lang, path) }
}

fn staff(lang: Lang, path: &'static str) -> Shell<'static> {
    let badge = MemberBadge { id: 1, name: "운영자", unread: 128, admin_url: "https://admin.example.com/" };
    Shell { viewer: Viewer::Member(badge), ..member(lang, path) }
}

fn with_flash<'a>(shell: Shell<'a>, text: &'a str) -> Shell<'a> {
    Shell { flash: Some(Flash { tone: Tone::Success, text }), ..shell }
}

fn moment(lang: Lang, minute: u8) -> Moment {
    let shown = match lang {
        Lang::Ko => format!("11월 22일 14:{minute:02}"),
        Lang::En => format!("22 Nov 14:{minute:02}"),
    };
    Moment { iso: format!("2026-11-22T05:{minute:02}:00Z"), shown }
}

fn author(id: i64, name: &str) -> Author<'_> {
    Author { id: Some(id), name }
}

fn fault<'a>(field: &'a str, key: &'a str, n: u64) -> Fault<'a> {
    Fault { field, key, n }
}

fn card(lang: Lang, id: i64) -> Card<'static> {
    const TITLES: [&str; 6] = [
        "겨울 나눔 바자회에 함께해 주세요",
        "휠체어로 갈 수 있는 동네 카페를 모아 봅시다",
        "활동지원사 신청은 어디에서 하나요?",
        "오늘 점심 모임 사진입니다",
        "아주아주긴제목도줄이바뀌어화면밖으로나가지않아야합니다https://example.com/a/very/long/address/that/never/ends/and/has/no/spaces",
        "한 줄 인사",
    ];
    const NAMES: [&str; 4] = ["김하나", "이두리", "Ada", "박서준"];
    let n = id as usize;
    Card {
        id,
        slug: "free",
        board: "",
        title: TITLES[n % TITLES.len()],
        author: author(id % 4 + 7, NAMES[n % NAMES.len()]),
        at: moment(lang, (id * 7 % 60) as u8),
        views: (id as u64 * 137) % 2_500,
        comments: (id as u64 * 5) % 14,
        is_notice: false,
        is_new: id % 5 == 0,
        is_hot: id % 7 == 3,
        state: State::Shown,
    }
}

const BODY: &str = r#"<p>안녕하세요. 이번 겨울에도 <strong>나눔 바자회</strong>를 엽니다. 누구나 오실 수 있고, 건물 입구부터 화장실까지 <em>턱이 없습니다</em>.</p>
<h2>언제, 어디에서</h2><ul><li>12월 12일 토요일 오전 10시부터 오후 4시까지</li><li>센터 1층 큰방 (<a href="https://example.com/map" rel="nofollow noopener">오시는 길</a>)</li></ul>
<blockquote><p>작년에 산 장갑을 아직도 잘 쓰고 있어요.</p></blockquote>
<p><a class="video-card" href="https://www.youtube.com/watch?v=dQw4w9WgXcQ" rel="nofollow noopener">작년 바자회 영상 (YouTube)</a></p>
<table><thead><tr><th>물건</th><th>값</th></tr></thead><tbody><tr><td>손뜨개 장갑</td><td>5,000원</td></tr><tr><td>유자차</td><td>8,000원</td></tr></tbody></table>
<pre><code>https://example.com/a/very/long/line/of/code/that/does/not/wrap/but/scrolls/inside/its/own/box</code></pre>"#;

#[cfg(test)]
mod tests;
