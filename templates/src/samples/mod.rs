//! Every view in every state, in both languages, for the gallery and the tests; and the data that they share.

use crate::Lang;
use crate::layout::{Aids, Flash, MemberBadge, NavBoard, Organisation, Shell, Viewer};
use crate::text::common;
use crate::ui::{Author, FieldError, Moment, Tone};
use maud::Markup;
use std::sync::LazyLock;

/// One view in one state.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `ko-post-page`: the language, the noun, the state.
    pub name: String,
    /// What it renders.
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
    let render =
        |lang: Lang| crate::NOUNS.iter().flat_map(move |noun| (noun.samples)(lang)).map(move |(name, markup)| (lang, name, markup));
    [Lang::Ko, Lang::En]
        .into_iter()
        .flat_map(render)
        .map(|(lang, name, markup)| Sample { name: format!("{}-{name}", lang.tag()), markup })
        .collect()
}

/// The samples of a noun: names and markup.
pub(crate) type Rendered = Vec<(&'static str, Markup)>;

pub(crate) static BOARDS: LazyLock<Vec<NavBoard>> = LazyLock::new(|| {
    [("notice", "공지사항"), ("free", "자유게시판"), ("qna", "질문과 답변")]
        .map(|(slug, name)| NavBoard { slug: slug.into(), name: name.into() })
        .into()
});

static LINKS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| vec![("https://www.youtube.com/@example".into(), "youtube.com".into())]);

pub(crate) fn guest(lang: Lang, path: &'static str) -> Shell<'static> {
    Shell {
        lang,
        path,
        viewer: Viewer::Guest,
        online: 12,
        boards: &BOARDS,
        aids: Aids::default(),
        flash: None,
        live: false,
        organisation: Organisation {
            name: "민들레장애인자립생활센터",
            representative: "이두리",
            business_number: "123-82-45678",
            address: "서울특별시 마포구 어울림로 12",
            phone: "02-123-4567",
            email: "hello@example.org",
            links: &LINKS,
        },
        origin: "https://example.org",
    }
}

pub(crate) fn member(lang: Lang, path: &'static str) -> Shell<'static> {
    let badge = MemberBadge { id: 7, name: "김하나", picture: Some("3f2a90bb3f2a90bb"), unread: 3, admin_url: "" };
    Shell { viewer: Viewer::Member(badge), live: true, ..guest(lang, path) }
}

pub(crate) fn staff(lang: Lang, path: &'static str) -> Shell<'static> {
    let badge = MemberBadge { id: 1, name: "운영자", picture: None, unread: 128, admin_url: "https://admin.example.com/" };
    Shell { viewer: Viewer::Member(badge), ..member(lang, path) }
}

pub(crate) fn with_flash<'a>(shell: Shell<'a>, text: &'a str) -> Shell<'a> {
    Shell { flash: Some(Flash { tone: Tone::Success, text }), ..shell }
}

pub(crate) fn moment(lang: Lang, minute: u8) -> Moment {
    let shown = match lang {
        Lang::Ko => format!("11월 22일 14:{minute:02}"),
        Lang::En => format!("22 Nov 14:{minute:02}"),
    };
    Moment { iso: format!("2026-11-22T05:{minute:02}:00Z"), shown, full: String::new() }
}

/// A time of the last hour.
pub(crate) fn ago(lang: Lang, minutes: u8) -> Moment {
    let shown = lang.fill(common::MINUTES_AGO, &[("n", &minutes)]);
    Moment { shown, full: moment(lang, 60 - minutes).shown, ..moment(lang, 60 - minutes) }
}

pub(crate) fn author(id: i64, name: &str) -> Author<'_> {
    Author { id: Some(id), name, picture: (id == 7).then_some("3f2a90bb3f2a90bb") }
}

pub(crate) fn fault<'a>(field: &'a str, key: &'a str, n: u64) -> FieldError<'a> {
    FieldError { field, key, n }
}

#[cfg(test)]
mod tests;
