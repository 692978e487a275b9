//! Threads, the forms that write into them, and what is sent alone: answers to scripts and pushed partials.

use super::{Branch, Comment, CommentForm, Count, Created, DeletePage, Entry, FormPage, Most, Purpose, ReplyTo, Thread};
use crate::Lang;
use crate::files::{Item, Picture, Reading};
use crate::live::{self, NewComment};
use crate::posts::samples::post_page;
use crate::samples::{Rendered, author, fault, guest, member, moment};
use crate::ui::{Author, FieldError, State};
use maud::Markup;

pub(crate) fn all(lang: Lang) -> Rendered {
    [threads(lang), forms(lang), pushed(lang), vec![("comment-history", own(lang))]].concat()
}

fn comment(lang: Lang, id: i64) -> Comment<'static> {
    Comment {
        id,
        root: id,
        author: author(9, "Ada"),
        by_post_author: false,
        at: moment(lang, 12),
        edited: false,
        removed_by_staff: false,
        body_html: "<p>꼭 갈게요! 점자 안내문도 있나요?</p>",
        files: Vec::new(),
        state: State::Shown,
        reply_to: None,
        can_reply: true,
        can_edit: false,
        can_delete: false,
        has_history: false,
    }
}

/// The comment that its writer changed.
fn own(lang: Lang) -> Markup {
    super::comment(lang, &Comment { edited: true, can_edit: true, can_delete: true, has_history: true, ..comment(lang, 1) })
}

fn reply(lang: Lang, id: i64) -> Comment<'static> {
    Comment {
        root: 1,
        author: author(8, "이두리"),
        by_post_author: true,
        body_html: "<p>네, 입구에 놓아 두겠습니다.</p>",
        ..comment(lang, id)
    }
}

fn branches(lang: Lang) -> Vec<Branch<'static>> {
    let own = Comment {
        author: author(7, "김하나"),
        edited: true,
        removed_by_staff: false,
        can_edit: true,
        can_delete: true,
        reply_to: Some(ReplyTo { id: 2, name: "이두리" }),
        body_html: "<p>고맙습니다.</p>",
        ..reply(lang, 3)
    };
    let gone = Comment { state: State::Deleted, body_html: "", can_reply: false, ..comment(lang, 4) };
    let hidden = Comment { state: State::Hidden, body_html: "", can_reply: false, ..comment(lang, 5) };
    let hidden_staff = Comment { state: State::Hidden, ..comment(lang, 6) };
    let left = Comment { author: Author { id: None, name: "", picture: None }, ..comment(lang, 7) };
    vec![
        Branch { comment: comment(lang, 1), replies: vec![reply(lang, 2), own] },
        Branch { comment: gone, replies: vec![Comment { root: 4, ..reply(lang, 8) }] },
        Branch { comment: hidden, replies: Vec::new() },
        Branch { comment: hidden_staff, replies: Vec::new() },
        Branch { comment: left, replies: Vec::new() },
    ]
}

fn form<'a>(lang: Lang, purpose: Purpose<'a>, body: &'a str, errors: &'a [FieldError<'a>]) -> CommentForm<'a> {
    let most = Most { characters: 5_000, files: 5, megabytes: 25 };
    CommentForm { lang, purpose, most, needs_alt: false, body, files: &[], removed: &[], refused: &[], alts: &[], once: "k-once", errors }
}

/// A picture and a document.
fn files() -> [Item<'static>; 2] {
    let picture = Some(Picture { width: 4_000, height: 3_000, moves: false });
    let document = Item { id: 12, name: "안내문.hwp", alt: "", bytes: 48_000, picture: None, reading: Reading::Text };
    [
        Item {
            id: 11, name: "바자회.jpg", alt: "천막 아래 줄 선 사람들", bytes: 1_400_000, picture, reading: Reading::Nothing
        },
        document,
    ]
}

const NEW: Purpose = Purpose::New { slug: "free", post: 42 };

const REPLY: Purpose = Purpose::Reply { slug: "free", post: 42, comment: 1, name: "Ada" };

const EDIT: Purpose = Purpose::Edit { comment: 3 };

/// A thread without comments.
pub(crate) fn empty_thread<'a>(lang: Lang) -> Thread<'a> {
    Thread { lang, slug: "free", post: 42, count: 0, branches: Vec::new(), page: 1, total_pages: 1, entry: Entry::Closed }
}

fn threads(lang: Lang) -> Rendered {
    let (reader, visitor) = (member(lang, "/community/free/42"), guest(lang, "/community/free/42"));
    let removed = Comment { state: State::Deleted, removed_by_staff: true, body_html: "", can_reply: false, ..comment(lang, 4) };
    let talk = Thread { count: 58, branches: branches(lang), page: 3, total_pages: 3, ..empty_thread(lang) };
    let new = Entry::Form(form(lang, NEW, "", &[]));
    vec![
        ("post-comments", post_page(&reader, talk.clone(), new).page()),
        ("post-comments-guest", post_page(&visitor, talk, Entry::SignIn).page()),
        ("post-no-comments", post_page(&reader, empty_thread(lang), new).page()),
        ("fragment-comment", super::comment(lang, &comment(lang, 1))),
        ("fragment-comment-files", super::comment(lang, &Comment { files: files().to_vec(), ..comment(lang, 1) })),
        ("fragment-comment-removed-by-staff", super::comment(lang, &removed)),
        ("fragment-count", super::count(&Count { lang, count: 1 })),
    ]
}

fn forms(lang: Lang) -> Rendered {
    let empty = [fault("body", "body.empty", 0)];
    let long = [fault("form", "form.stale", 0), fault("body", "body.too_long", 5_000)];
    let (refused, files_fault) = ([("큰 사진.jpg", fault("files", "file.too_large", 25))], [fault("files", "comment.files_refused", 0)]);
    let undescribed = [fault("description.1", "file.alt_required", 0), fault("files", "comment.files_again", 0)];
    let shell = member(lang, "/comments/1/reply");
    let page = |form, quoted_html| {
        super::form_page(&FormPage {
            shell: &shell,
            slug: "free",
            post: 42,
            post_title: "겨울 나눔 바자회에 함께해 주세요",
            quoted_html,
            form,
        })
    };
    vec![
        ("fragment-comment-form", super::form(&form(lang, NEW, "", &[]))),
        ("fragment-comment-form-faults", super::form(&form(lang, NEW, "", &empty))),
        ("fragment-comment-form-refused", super::form(&CommentForm { refused: &refused, ..form(lang, NEW, "오래 쓴 글", &files_fault) })),
        ("fragment-edit-form-files", super::form(&CommentForm { files: &files(), ..form(lang, EDIT, "고맙습니다.", &[]) })),
        (
            "fragment-edit-form-refused",
            super::form(&CommentForm {
                files: &files(),
                removed: &[12],
                refused: &refused,
                ..form(lang, EDIT, "고맙습니다.", &files_fault)
            }),
        ),
        ("fragment-comment-form-slots", super::form(&CommentForm { needs_alt: true, ..form(lang, NEW, "", &[]) })),
        (
            "fragment-comment-form-undescribed",
            super::form(&CommentForm { needs_alt: true, alts: &["", "천막"], ..form(lang, NEW, "사진입니다", &undescribed) }),
        ),
        (
            "fragment-edit-form-slots",
            super::form(&CommentForm { needs_alt: true, files: &files(), ..form(lang, EDIT, "고맙습니다.", &[]) }),
        ),
        ("fragment-reply-form", super::form(&form(lang, REPLY, "", &[]))),
        ("fragment-edit-form", super::form(&form(lang, EDIT, "고맙습니다.", &[]))),
        ("comment-reply", page(form(lang, REPLY, "", &[]), "<p>꼭 갈게요!</p>")),
        ("comment-edit-faults", page(form(lang, EDIT, "고맙습니다.", &long), "")),
        ("comment-delete", super::delete(&DeletePage { shell: &shell, id: 3, body_html: "<p>고맙습니다.</p>", once: "k-once" })),
    ]
}

fn pushed(lang: Lang) -> Rendered {
    let created = |comment, purpose| super::created(&Created { lang, comment, count: 59, form: form(lang, purpose, "", &[]) });
    vec![
        ("fragment-created", created(comment(lang, 9), NEW)),
        ("fragment-created-reply", created(reply(lang, 10), REPLY)),
        ("fragment-saved", super::saved(lang, &reply(lang, 3))),
        ("fragment-live-comment", live::new_comment(&NewComment { lang, comment: comment(lang, 11), count: 60, own: false })),
    ]
}
