//! Bookmarks: the button on a post's page, and a member's own list with folders and notes.

use self::text as t;
use crate::layout::{self, Shell};
use crate::live;
use crate::paths::post;
use crate::text::{Lang, common};
use crate::ui::{self, ButtonForm, Field, FieldError, Moment};
use maud::{Markup, html};

/// Addresses; `:id` is a post's.
pub mod paths {
    use crate::paths::query;

    /// A member's bookmarks.
    pub const INDEX: &str = "/my/bookmarks";
    /// One of them: POST changes folder and note.
    pub const EDIT: &str = "/my/bookmarks/:id";
    /// Keeps a post.
    pub const CREATE: &str = "/posts/:id/bookmark";
    /// Keeps it no longer.
    pub const DESTROY: &str = "/posts/:id/bookmark/delete";

    /// One of these addresses for a post.
    pub fn of(template: &str, post: i64) -> String {
        template.replace(":id", &post.to_string())
    }

    /// The list, of one folder (the one without a name holds what is in none) and from a place on.
    pub fn list(folder: Option<&str>, before: Option<i64>) -> String {
        let folder = folder.map(|folder| format!("folder={}", query(folder)));
        let pairs: Vec<String> = folder.into_iter().chain(before.map(|id| format!("before={id}"))).collect();
        if pairs.is_empty() { INDEX.to_owned() } else { format!("{INDEX}?{}", pairs.join("&")) }
    }
}

/// The sentences.
pub mod text {
    crate::text::catalogue! {
        TITLE = "내 스크랩", "My bookmarks";
        ADD = "스크랩", "Bookmark";
        REMOVE = "스크랩 해제", "Remove bookmark";
        REMOVE_OF = "스크랩 해제: {title}", "Remove bookmark: {title}";
        FOLDERS = "폴더", "Folders";
        ALL_FOLDERS = "전체", "All";
        NO_FOLDER = "폴더 없음", "No folder";
        GONE = "지금은 볼 수 없는 글", "This post cannot be seen now";
        CHANGE = "폴더와 메모 고치기", "Edit folder and note";
        CHANGE_OF = "폴더와 메모 고치기: {title}", "Edit folder and note: {title}";
        FOLDER = "폴더", "Folder";
        FOLDER_HINT = "40자까지. 비워 두면 폴더에 넣지 않습니다.", "Up to 40 characters. Leave it empty for no folder.";
        NOTE = "메모", "Note";
        NOTE_HINT = "나만 볼 수 있습니다. 200자까지.", "Only you can see it. Up to 200 characters.";
        EMPTY = "아직 스크랩한 글이 없습니다", "No bookmarks yet";
        EMPTY_TEXT = "글 화면에서 「스크랩」을 누르면 여기에 모입니다.", "Press “Bookmark” on a post's page to keep it here.";
        OLDER = "이전 스크랩 더 보기", "Show older bookmarks";
        TO_ALL = "스크랩 모두 보기", "Show all bookmarks";
        FLASH_ON = "스크랩했습니다.", "The post is bookmarked.";
        FLASH_OFF = "스크랩을 해제했습니다.", "The bookmark is removed.";
        FLASH_SAVED = "폴더와 메모를 저장했습니다.", "Folder and note are saved.";
        BOOKMARK_FULL = "스크랩은 1,000개까지 할 수 있습니다. 필요 없는 것을 먼저 해제해 주세요", "You can have up to 1,000 bookmarks. Remove some that you no longer need first";
        BOOKMARK_FOLDER_TOO_LONG = "폴더 이름은 40자까지 쓸 수 있습니다", "The folder's name can have up to 40 characters";
        BOOKMARK_NOTE_TOO_LONG = "메모는 200자까지 쓸 수 있습니다", "The note can have up to 200 characters";
    }
}

/// The button on a post's page.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Toggle<'a> {
    pub lang: Lang,
    pub post: i64,
    pub is_on: bool,
    /// Where it leads without scripts.
    pub next: &'a str,
    pub once: &'a str,
}

/// A member's list.
#[derive(Clone)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct BookmarksPage<'a> {
    pub shell: &'a Shell<'a>,
    /// Newest first.
    pub items: Vec<Item<'a>>,
    pub folders: Vec<Folder<'a>>,
    /// The open one.
    pub folder: Option<&'a str>,
    /// One bookmark with its form, not the list.
    pub is_alone: bool,
    /// The last one shown, where there are older ones.
    pub older_than: Option<i64>,
    /// Where the forms lead.
    pub next: &'a str,
    pub once: &'a str,
    pub errors: &'a [FieldError<'a>],
}

/// A folder; the one without a name holds what is in none.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Folder<'a> {
    pub name: &'a str,
    pub bookmarks: u64,
}

/// One bookmark.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct Item<'a> {
    pub post: i64,
    /// `None` for a post that its reader may not see now.
    pub seen: Option<SeenPost<'a>>,
    pub at: Moment,
    pub folder: &'a str,
    pub note: &'a str,
    /// Folder and note as they stand in the form.
    pub typed: (&'a str, &'a str),
}

/// What the list shows of a post.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the other fields say what they are")]
pub struct SeenPost<'a> {
    pub title: &'a str,
    pub slug: &'a str,
    pub board: &'a str,
}

/// The button: a form that is swapped for its other state. Its label says what pressing does, so it has no `aria-pressed`
/// (WAI-ARIA Authoring Practices, "Button": one or the other).
pub fn toggle(b: &Toggle) -> Markup {
    let (action, label) = if b.is_on { (paths::DESTROY, t::REMOVE) } else { (paths::CREATE, t::ADD) };
    let action = paths::of(action, b.post);
    html! {
        form method="post" action=(action) novalidate hx-post=(action) hx-target="this" hx-select="" hx-swap="outerHTML" hx-sync="this:drop" {
            (ui::once(b.once))
            (ui::hidden("next", b.next))
            button.button.secondary #bookmark { (b.lang.t(label)) }
        }
    }
}

/// The answer to the button by script.
pub fn turned(lang: Lang, is_on: bool, toggle: &Markup) -> Markup {
    let message = if is_on { t::FLASH_ON } else { t::FLASH_OFF };
    html! { (toggle) (live::say(lang.t(message))) (live::focus("bookmark")) }
}

/// Renders the list.
pub fn page(p: &BookmarksPage) -> Markup {
    let lang = p.shell.lang;
    let prefix = p.items.first().filter(|_| p.is_alone).map(prefix).unwrap_or_default();
    let main = html! {
        div.wrap.reading {
            h1 tabindex="-1" { (lang.t(t::TITLE)) }
            (ui::error_summary(lang, &prefix, p.errors))
            @if p.is_alone { p { a href=(paths::INDEX) { (lang.t(t::TO_ALL)) } } } @else { (folders(p)) }
            @if p.items.is_empty() { (ui::empty(lang.t(t::EMPTY), lang.t(t::EMPTY_TEXT), None)) }
            @else { ul.cards { @for item in &p.items { (entry(p, item)) } } }
            @if let Some(id) = p.older_than { p { a.button.secondary href=(paths::list(p.folder, Some(id))) { (lang.t(t::OLDER)) } } }
        }
    };
    layout::form_page(p.shell, lang.t(t::TITLE), p.errors, main)
}

fn prefix(item: &Item) -> String {
    format!("bookmark-{}-", item.post)
}

fn folders(p: &BookmarksPage) -> Markup {
    let lang = p.shell.lang;
    let link = |folder: Option<&str>, label: &str| {
        html! { li { a href=(paths::list(folder, None)) aria-current=[(folder == p.folder).then_some("page")] { (label) } } }
    };
    html! {
        @if p.folders.iter().any(|folder| !folder.name.is_empty()) {
            nav.tabs aria-label=(lang.t(t::FOLDERS)) {
                ul {
                    (link(None, lang.t(t::ALL_FOLDERS)))
                    @for folder in &p.folders {
                        @let name = if folder.name.is_empty() { lang.t(t::NO_FOLDER) } else { folder.name };
                        (link(Some(folder.name), &format!("{name} ({})", ui::number(folder.bookmarks))))
                    }
                }
            }
        }
    }
}

fn entry(p: &BookmarksPage, item: &Item) -> Markup {
    let lang = p.shell.lang;
    let title = item.seen.map_or(lang.t(t::GONE), |seen| seen.title);
    html! {
        li.card {
            h2 {
                @if let Some(seen) = &item.seen { a href=(post(seen.slug, item.post)) { (title) } } @else { span.muted { (title) } }
            }
            p.meta {
                @if let Some(seen) = &item.seen { span.board { (seen.board) } }
                (ui::time(&item.at))
                @if !item.folder.is_empty() { span { (lang.t(t::FOLDER)) ": " (item.folder) } }
            }
            @if !item.note.is_empty() { p.note { (item.note) } }
            div.actions {
                details open[p.is_alone] {
                    summary.button.quiet.small aria-label=(lang.fill(t::CHANGE_OF, &[("title", &title)])) { (lang.t(t::CHANGE)) }
                    (change(p, item))
                }
                (remove(p, item, title))
            }
        }
    }
}

fn remove(p: &BookmarksPage, item: &Item, title: &str) -> Markup {
    let (action, label) = (paths::of(paths::DESTROY, item.post), p.shell.lang.fill(t::REMOVE_OF, &[("title", &title)]));
    let next = if p.is_alone { paths::INDEX } else { p.next };
    ui::button_form(&ButtonForm {
        label: &label,
        class: "quiet small",
        next,
        ..ButtonForm::new(&action, p.once, p.shell.lang.t(t::REMOVE))
    })
}

fn change(p: &BookmarksPage, item: &Item) -> Markup {
    let (lang, prefix, (folder, note)) = (p.shell.lang, prefix(item), item.typed);
    let errors = if p.is_alone { p.errors } else { &[] };
    let field = Field { lang, prefix: &prefix, errors, ..Field::default() };
    html! {
        form method="post" action=(paths::of(paths::EDIT, item.post)) novalidate hx-sync="this:drop" data-guard {
            (ui::once(p.once))
            (ui::hidden("next", p.next))
            (ui::field(&Field { name: "folder", label: lang.t(t::FOLDER), hint: lang.t(t::FOLDER_HINT), value: folder, ..field }))
            (ui::field(&Field { name: "note", label: lang.t(t::NOTE), hint: lang.t(t::NOTE_HINT), value: note, ..field }))
            div.actions { button.button { (lang.t(common::SAVE)) } }
        }
    }
}

/// The button in both states; the list with and without folders, with a post that is gone, and with errors.
pub(crate) mod samples {
    use super::{BookmarksPage, Folder, Item, SeenPost, Toggle, paths};
    use crate::Lang;
    use crate::samples::{Rendered, fault, member, moment};

    pub(crate) fn all(lang: Lang) -> Rendered {
        let shell = member(lang, paths::INDEX);
        let toggle = |is_on| super::toggle(&Toggle { lang, post: 42, is_on, next: "/community/free/42", once: "k-once" });
        let seen = SeenPost { title: "겨울 나눔 바자회에 함께해 주세요", slug: "free", board: "자유게시판" };
        let item = |post, seen, folder, note| Item { post, seen, at: moment(lang, 12), folder, note, typed: (folder, note) };
        let list = BookmarksPage {
            shell: &shell,
            items: vec![item(42, Some(seen), "행사", "장갑 사기"), item(41, None, "", "")],
            folders: vec![Folder { name: "", bookmarks: 1 }, Folder { name: "행사", bookmarks: 1 }],
            folder: None,
            is_alone: false,
            older_than: Some(7),
            next: paths::INDEX,
            once: "k-once",
            errors: &[],
        };
        let none = BookmarksPage { items: Vec::new(), folders: Vec::new(), older_than: None, ..list.clone() };
        let (long, full) = ([fault("folder", "bookmark.folder_too_long", 0)], [fault("form", "bookmark.full", 0)]);
        let alone = BookmarksPage {
            items: vec![item(42, Some(seen), "행사", "")],
            is_alone: true,
            older_than: None,
            errors: &long,
            ..list.clone()
        };
        vec![
            ("fragment-bookmark-off", toggle(false)),
            ("fragment-bookmark-turned-on", super::turned(lang, true, &toggle(true))),
            ("bookmarks", super::page(&list)),
            ("bookmarks-folder", super::page(&BookmarksPage { folder: Some("행사"), ..list.clone() })),
            ("bookmarks-full", super::page(&BookmarksPage { errors: &full, ..list.clone() })),
            ("bookmarks-none", super::page(&none)),
            ("bookmark-faults", super::page(&alone)),
        ]
    }
}
