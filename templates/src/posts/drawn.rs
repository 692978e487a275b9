//! A post's page in two steps: what all readers with the same rights see is drawn once and can be kept; for each reader its holes
//! are filled.

use super::{Neighbour, Post, text as t};
use crate::comments::{self, Entry, Thread};
use crate::files::{self, Item};
use crate::holes::{Fragment, Page};
use crate::layout::{self, About, Shell, head};
use crate::text::{Lang, common};
use crate::ui::{self, ButtonForm, State};
use crate::{holes, paths};
use maud::{Markup, PreEscaped, html};

/// What all readers with the same rights see of a post: its text, its comments, the posts beside it.
#[derive(Clone, Debug)]
pub struct PostText<'a> {
    pub lang: Lang,
    /// The site's origin, such as `https://example.org`.
    pub origin: &'a str,
    pub post: Post<'a>,
    /// What is attached to it.
    pub files: Vec<Item<'a>>,
    /// The next newer post of the board.
    pub newer: Option<Neighbour<'a>>,
    /// The next older post of the board.
    pub older: Option<Neighbour<'a>>,
    pub comments: Thread<'a>,
}

/// What one reader sees besides.
#[derive(Clone)]
pub struct ForReader<'a> {
    pub shell: &'a Shell<'a>,
    /// The reader may change the post.
    pub can_edit: bool,
    /// The reader may delete it.
    pub can_delete: bool,
    /// The reader may hide and restore it.
    pub can_moderate: bool,
    /// One-time key of the hide or restore form.
    pub once: &'a str,
    /// What other nouns offer below the text, drawn.
    pub tools: Vec<Markup>,
    /// The controls of those comments that are the reader's own, each with its place in reading order, from 0.
    pub own_controls: Vec<(usize, Markup)>,
    /// One-time key of the form for a comment, where there is one.
    pub comment_once: &'a str,
}

/// A post's text, drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    lang: Lang,
    slug: String,
    id: i64,
    state: State,
    newest_comment: i64,
    title: String,
    /// What the page says about itself to search engines.
    metadata: Markup,
    has_form: bool,
    /// The holes: actions, the controls of each comment, the one-time key of the form, the stream.
    html: Fragment,
}

/// Draws what all readers with the same rights see.
pub fn draw(p: &PostText) -> Drawn {
    let html = html! {
        div.wrap.reading {
            (article(p))
            (comments::thread(&p.comments))
            (neighbours(p))
            (holes::hole(Markup::default()))
        }
    };
    let (path, description) = (paths::post(p.post.slug, p.post.id), head::description(p.post.body_html));
    let about = About { description: &description, path: &path, is_article: true };
    Drawn {
        lang: p.lang,
        slug: p.post.slug.to_owned(),
        id: p.post.id,
        state: p.post.state,
        newest_comment: p.post.newest_comment,
        title: p.post.title.to_owned(),
        metadata: head::metadata(p.lang, p.origin, p.post.title, &about),
        has_form: matches!(p.comments.entry, Entry::Form(_)),
        html: Fragment::of(html),
    }
}

impl Drawn {
    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        self.html.size() + self.title.len() + self.metadata.0.len() + size_of::<Self>()
    }

    /// The parts of the HTML that are the same for all readers but those who have a comment of their own in it.
    pub fn parts(&self) -> Vec<&str> {
        self.html.between(&self.breaks())
    }

    /// The holes that are filled for each reader: actions, one-time key, stream.
    fn breaks(&self) -> Vec<usize> {
        let last = self.html.holes() - 1;
        vec![0, last - 1, last]
    }

    /// The page for one reader.
    pub fn page(&self, r: &ForReader) -> Page {
        let last = self.html.holes() - 1;
        let mut fillings = vec![(0, actions(self, r))];
        fillings.extend(r.own_controls.iter().map(|(place, controls)| (place + 1, controls.clone())));
        fillings.push((last - 1, if self.has_form { ui::once(r.comment_once) } else { Markup::default() }));
        let stream = if r.shell.live { layout::stream(&paths::post_events(self.id, self.newest_comment)) } else { Markup::default() };
        fillings.push((last, stream));
        let main = self.html.fill_between(self.breaks(), fillings);
        // Staff see what is hidden or deleted; a description would carry it on.
        let written = match self.state {
            State::Shown => layout::public_page_with(r.shell, &self.title, &self.metadata, &main),
            State::Hidden | State::Deleted => layout::page(r.shell, &self.title, &main),
        };
        main.into_page(written)
    }
}

fn article(p: &PostText) -> Markup {
    let (lang, post) = (p.lang, &p.post);
    html! {
        article.post {
            header {
                p.crumb { a href=(paths::board(post.slug)) { (post.board) } }
                h1 tabindex="-1" {
                    @if post.is_notice { (ui::badge("notice-mark", lang.t(common::NOTICE_POST))) " " }
                    (post.title)
                }
                (byline(lang, post))
                (standing(lang, post))
            }
            // The writer's own headings begin at the third level; without this one the second would be missing.
            h2.visually-hidden { (lang.t(t::BODY)) }
            div.prose { (PreEscaped(post.body_html)) }
            (files::list(lang, &p.files))
            (holes::hole(Markup::default()))
        }
    }
}

fn byline(lang: Lang, post: &Post) -> Markup {
    html! {
        div.byline {
            (ui::avatar(&post.author.avatar(), ui::AvatarSize::Middle))
            p.meta {
                span.who { (ui::author(lang, &post.author)) }
                (ui::time(&post.at))
                @if let Some(edited) = &post.edited {
                    @let text = if post.edited_by_staff { t::EDITED_BY_STAFF } else { t::EDITED };
                    span { (lang.fill(text, &[("when", &edited.shown)])) }
                }
                span { (lang.count(t::VIEWS_ONE, t::VIEWS_MANY, post.views)) }
            }
        }
    }
}

/// Explains to staff, and to the author of a hidden post, why others do not see it.
fn standing(lang: Lang, post: &Post) -> Markup {
    let text = match post.state {
        State::Shown => return Markup::default(),
        State::Hidden => lang.t(t::HIDDEN),
        State::Deleted => lang.t(t::DELETED),
    };
    let reason = match post.state_reason {
        "" => String::new(),
        reason => lang.fill(t::REASON, &[("reason", &reason)]),
    };
    ui::notice(lang, ui::Tone::Warning, format!("{text} {reason}").trim_end())
}

fn actions(d: &Drawn, r: &ForReader) -> Markup {
    let lang = d.lang;
    if !(r.can_edit || r.can_delete || r.can_moderate) && r.tools.is_empty() {
        return Markup::default();
    }
    let (turn, label) = match d.state {
        State::Shown => (paths::post_hide(d.id), common::HIDE),
        State::Hidden | State::Deleted => (paths::post_restore(d.id), common::RESTORE),
    };
    html! {
        div.actions role="group" aria-label=(lang.t(t::ACTIONS)) {
            @for tool in &r.tools { (tool) }
            @if r.can_edit { a.button.secondary href=(paths::post_edit(&d.slug, d.id)) { (lang.t(common::EDIT)) } }
            @if r.can_delete && d.state != State::Deleted {
                a.button.secondary href=(paths::post_delete(&d.slug, d.id)) { (lang.t(common::DELETE)) }
            }
            @if r.can_moderate {
                (ui::button_form(&ButtonForm { class: "secondary", ..ButtonForm::new(&turn, r.once, lang.t(label)) }))
            }
        }
    }
}

fn neighbours(p: &PostText) -> Markup {
    let lang = p.lang;
    html! {
        nav.neighbours aria-label=(lang.t(t::NEIGHBOURS)) {
            ul {
                @if let Some(post) = &p.newer { (neighbour(lang.t(t::NEWER), p.post.slug, post, "next")) }
                @if let Some(post) = &p.older { (neighbour(lang.t(t::OLDER), p.post.slug, post, "prev")) }
            }
            p { a.button.secondary href=(paths::board(p.post.slug)) { (lang.t(t::TO_LIST)) } }
        }
    }
}

fn neighbour(label: &str, slug: &str, post: &Neighbour, rel: &str) -> Markup {
    html! { li { span.muted { (label) } " " a href=(paths::post(slug, post.id)) rel=(rel) { (post.title) } } }
}
