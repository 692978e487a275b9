//! A post as its author, visitors and staff see it, and the editor.

use super::form::{self, PostForm, Preview, Purpose};
use super::{Card, DeletePage, ForReader, Neighbour, Post, PostText, text as t};
use crate::comments::samples::empty_thread;
use crate::comments::{Entry, Thread};
use crate::drafts::{Note, Saving};
use crate::files::samples::ITEMS;
use crate::layout::Shell;
use crate::samples::{Rendered, author, fault, guest, member, moment, staff, with_flash};
use crate::ui::State;
use crate::{Lang, Markup};

pub(crate) fn all(lang: Lang) -> Rendered {
    [pages(lang), editor(lang)].concat()
}

fn pages(lang: Lang) -> Rendered {
    let path = "/community/free/42";
    let (reader, boss) = (guest(lang, path), staff(lang, path));
    let flashed = with_flash(member(lang, path), lang.t(t::FLASH_CREATED));
    let mut own = post_page(&flashed, empty_thread(lang), Entry::Closed);
    (own.reader.can_edit, own.reader.can_delete) = (true, true);
    own.text.post.edited = Some(moment(lang, 40));
    let mut by_staff = post_page(&reader, empty_thread(lang), Entry::SignIn);
    (by_staff.text.post.edited, by_staff.text.post.edited_by_staff) = (Some(moment(lang, 40)), true);
    let hidden = moderated(&boss, State::Hidden, "광고");
    let deleted = moderated(&boss, State::Deleted, "");
    let mut attached = post_page(&reader, empty_thread(lang), Entry::SignIn);
    attached.text.files = ITEMS.to_vec();
    vec![
        ("post-files", attached.page()),
        ("post-guest", post_page(&reader, empty_thread(lang), Entry::SignIn).page()),
        ("post-own", own.page()),
        ("post-edited-by-staff", by_staff.page()),
        ("post-hidden-staff", hidden.page()),
        ("post-deleted-staff", deleted.page()),
        ("post-delete", delete(&flashed)),
    ]
}

/// A post and who reads it.
pub(crate) struct PostPage<'a> {
    text: PostText<'a>,
    reader: ForReader<'a>,
}

impl PostPage<'_> {
    pub(crate) fn page(&self) -> Markup {
        super::draw(&self.text).page(&self.reader).into_markup()
    }
}

/// A post as a reader sees it.
pub(crate) fn post_page<'a>(shell: &'a Shell<'a>, thread: Thread<'a>, entry: Entry<'a>) -> PostPage<'a> {
    let lang = shell.lang;
    let post = Post {
        id: 42,
        slug: "free",
        board: "자유게시판",
        title: "겨울 나눔 바자회에 함께해 주세요",
        body_html: BODY,
        author: author(8, "이두리"),
        at: moment(lang, 3),
        edited: None,
        edited_by_staff: false,
        views: 1_204,
        newest_comment: 87,
        is_notice: false,
        state: State::Shown,
        state_reason: "",
    };
    let text = PostText {
        lang,
        origin: shell.origin,
        post,
        files: Vec::new(),
        newer: Some(Neighbour { id: 43, title: "오늘 점심 모임 사진입니다" }),
        older: Some(Neighbour { id: 41, title: "활동지원사 신청은 어디에서 하나요?" }),
        comments: Thread { entry, ..thread },
    };
    let reader = ForReader {
        shell,
        can_edit: false,
        can_delete: false,
        can_moderate: false,
        once: "k-once",
        tools: Vec::new(),
        own_controls: Vec::new(),
        comment_once: "k-once",
    };
    PostPage { text, reader }
}

fn moderated<'a>(shell: &'a Shell<'a>, state: State, reason: &'a str) -> PostPage<'a> {
    let mut page = post_page(shell, empty_thread(shell.lang), Entry::Closed);
    page.text.post.state = state;
    page.text.post.state_reason = reason;
    page.text.post.is_notice = true;
    page.text.newer = None;
    page.reader.can_moderate = true;
    page
}

fn delete(shell: &Shell) -> Markup {
    super::delete(&DeletePage {
        shell, slug: "free", id: 42, title: "겨울 나눔 바자회에 함께해 주세요", comments: 3, once: "k-once"
    })
}

fn editor(lang: Lang) -> Rendered {
    let shell = member(lang, "/community/free/write");
    let errors = [fault("title", "title.empty", 0), fault("body", "body.too_long", 20_000)];
    let wait = [fault("form", "flood.wait", 20)];
    let empty = PostForm {
        most: (100, 50_000),
        shell: &shell,
        slug: "free",
        board: "자유게시판",
        purpose: Purpose::New,
        title: "",
        body: "",
        can_notice: false,
        notice: false,
        revision: None,
        once: "k-once",
        errors: &[],
        preview_html: "",
        saving: Saving { form: "k-form", draft: None, version: 0, at: None },
        note: &Note::None,
        files: Vec::new(),
        needs_alt: false,
        refused: Vec::new(),
    };
    let at = moment(lang, 3);
    let offer = Note::Offer { href: "/community/free/write?draft=8".into(), at: moment(lang, 3) };
    let outdated = Note::Outdated { post: "/community/free/42".into() };
    let continued = Saving { draft: Some(8), version: 3, at: Some(&at), ..empty.saving };
    let written = PostForm {
        title: "바자회",
        body: "**나눔 바자회**\n</textarea><b>태그는 글자로 남습니다</b>",
        preview_html: "<p><strong>나눔 바자회</strong></p>",
        ..empty.clone()
    };
    let preview = |html| form::preview(&Preview { lang, html });
    vec![
        ("fragment-preview", preview("<p><strong>굵게</strong></p>")),
        ("fragment-preview-empty", preview("")),
        ("write", form::page(&empty)),
        ("write-faults", form::page(&PostForm { title: "", errors: &errors, ..written.clone() })),
        ("write-flood-wait", form::page(&PostForm { errors: &wait, ..written.clone() })),
        ("write-draft-offered", form::page(&PostForm { note: &offer, ..empty.clone() })),
        ("write-files", form::page(&PostForm { files: ITEMS.to_vec(), saving: continued, ..written.clone() })),
        ("write-draft", form::page(&PostForm { saving: continued, ..written.clone() })),
        (
            "edit-draft-outdated",
            form::page(&PostForm {
                purpose: Purpose::Edit { id: 42 },
                revision: Some(3),
                saving: continued,
                note: &outdated,
                ..written.clone()
            }),
        ),
        (
            "edit-staff",
            form::page(&PostForm {
                purpose: Purpose::Edit { id: 42 },
                revision: Some(3),
                can_notice: true,
                notice: true,
                ..written.clone()
            }),
        ),
    ]
}

pub(crate) fn card(lang: Lang, id: i64) -> Card<'static> {
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
