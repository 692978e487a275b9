//! A member's own settings: name, password, and the reading aids that visitors have too.

use super::text as t;
use crate::avatars::{self, PictureForm};
use crate::email;
use crate::layout::{self, Aids, Motion, Shell, Spacing, TextSize, Theme, Viewer};
use crate::notices;
use crate::paths;
use crate::text::{Lang, common};
use crate::ui::{self, Choice, Field, FieldError};
use maud::{Markup, html};

/// Name, language and presence: `name`, `language`, `presence`, `once`.
#[derive(Clone, Copy)]
pub struct ProfileForm<'a> {
    pub shell: &'a Shell<'a>,
    /// The e-mail, which is only shown.
    pub email: &'a str,
    pub name: &'a str,
    pub language: Lang,
    /// Whether others see the member in the list of who is here.
    pub shows_presence: bool,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
    /// The form of its picture.
    pub picture: PictureForm<'a>,
}

/// A new password: `current`, `password`, `once`.
#[derive(Clone, Copy)]
pub struct PasswordForm<'a> {
    pub shell: &'a Shell<'a>,
    /// For the browser's password store.
    pub email: &'a str,
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Reading aids and language: `theme`, `size`, `spacing`, `motion`, `language`, `next`.
#[derive(Clone, Copy)]
pub struct ReadingForm<'a> {
    /// The frame, whose aids and language are the ones chosen now.
    pub shell: &'a Shell<'a>,
    /// Where to go afterwards.
    pub next: &'a str,
}

/// Renders the settings of a member.
pub fn profile(p: &ProfileForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, errors: p.errors, ..Field::default() };
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::PROFILE)) }
            (tabs(p.shell))
            form method="post" action=(paths::MY_PROFILE) novalidate hx-boost="false" {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                dl.facts { div { dt { (lang.t(t::EMAIL_NOW)) } dd { (p.email) " " a href=(email::paths::INDEX) { (lang.t(email::text::CHANGE_TITLE)) } } } }
                (ui::field(&Field { name: "name", label: lang.t(t::NAME_NOW), value: p.name, autocomplete: "nickname", required: true, ..base }))
                (language(&base, p.language))
                (ui::check(&Field { name: "presence", label: lang.t(t::PRESENCE), hint: lang.t(t::PRESENCE_HINT), ..base }, p.shows_presence))
                div.actions { button.button { (lang.t(common::SAVE)) } }
            }
            (avatars::settings(&p.picture))
        }
    };
    // One of the two forms was sent.
    let errors = if p.errors.is_empty() { p.picture.errors } else { p.errors };
    layout::form_page(p.shell, lang.t(t::PROFILE), errors, main)
}

fn language(base: &Field, chosen: Lang) -> Markup {
    let answers = [Lang::Ko, Lang::En].map(|lang| Choice { value: lang.tag(), label: lang.name() });
    ui::choices(&Field { name: "language", label: base.lang.t(t::LANGUAGE), value: chosen.tag(), ..*base }, &answers)
}

/// Renders the form for a new password.
pub fn password(p: &PasswordForm) -> Markup {
    let lang = p.shell.lang;
    let base = Field { lang, kind: "password", required: true, errors: p.errors, ..Field::default() };
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::PASSWORD_TITLE)) }
            (tabs(p.shell))
            p { (lang.t(t::PASSWORD_NOTE)) }
            form method="post" action=(paths::MY_PASSWORD) novalidate hx-boost="false" data-once-only {
                (ui::error_summary(lang, "", p.errors))
                (ui::once(p.once))
                (ui::account_name(p.email))
                (ui::password(&Field { name: "current", label: lang.t(t::PASSWORD_CURRENT), autocomplete: "current-password", ..base }))
                (ui::password(&Field { name: "password", label: lang.t(t::PASSWORD_NEW), hint: lang.t(t::PASSWORD_HINT), autocomplete: "new-password", ..base }))
                div.actions { button.button { (lang.t(t::PASSWORD_BUTTON)) } }
            }
        }
    };
    layout::form_page(p.shell, lang.t(t::PASSWORD_TITLE), p.errors, main)
}

/// Renders the reading aids.
pub fn reading(p: &ReadingForm) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::READING_TITLE)) }
            @if matches!(p.shell.viewer, Viewer::Member(_)) { (tabs(p.shell)) }
            p.lead { (lang.t(t::READING_TEXT)) }
            // The choices live on the html element, so the whole page is asked for.
            form method="post" action=(paths::MY_READING) novalidate hx-boost="false" {
                (ui::hidden("next", p.next))
                (aids(lang, &p.shell.aids))
                (language(&Field { lang, ..Field::default() }, lang))
                div.actions { button.button { (lang.t(common::SAVE)) } }
            }
        }
    };
    layout::page(p.shell, lang.t(t::READING_TITLE), main)
}

fn aids(lang: Lang, aids: &Aids) -> Markup {
    let choice = |value, label| Choice { value, label: lang.t(label) };
    let base = Field { lang, ..Field::default() };
    let themes = [
        choice(Theme::System.word(), t::THEME_SYSTEM),
        choice(Theme::Light.word(), t::THEME_LIGHT),
        choice(Theme::Dark.word(), t::THEME_DARK),
        choice(Theme::Contrast.word(), t::THEME_CONTRAST),
    ];
    let sizes = [
        choice(TextSize::Normal.word(), t::SIZE_100),
        choice(TextSize::Large.word(), t::SIZE_125),
        choice(TextSize::Larger.word(), t::SIZE_150),
    ];
    let spacings = [choice(Spacing::Normal.word(), t::SPACING_NORMAL), choice(Spacing::Wide.word(), t::SPACING_WIDE)];
    let motions = [choice(Motion::Full.word(), t::MOTION_FULL), choice(Motion::Reduced.word(), t::MOTION_REDUCED)];
    html! {
        (ui::choices(&Field { name: "theme", label: lang.t(t::THEME), value: aids.theme.word(), ..base }, &themes))
        (ui::choices(&Field { name: "size", label: lang.t(t::SIZE), value: aids.size.word(), ..base }, &sizes))
        (ui::choices(&Field { name: "spacing", label: lang.t(t::SPACING), value: aids.spacing.word(), ..base }, &spacings))
        (ui::choices(&Field { name: "motion", label: lang.t(t::MOTION), value: aids.motion.word(), ..base }, &motions))
    }
}

/// The pages of a member's settings.
pub fn tabs(shell: &Shell) -> Markup {
    let lang = shell.lang;
    let here = shell.path.split('?').next().unwrap_or_default();
    let pages = [
        (paths::MY_PROFILE, t::PROFILE),
        (email::paths::INDEX, email::text::TAB),
        (notices::paths::INDEX, notices::text::TAB),
        (paths::MY_PASSWORD, t::PASSWORD),
        (paths::MY_SESSIONS, t::SESSIONS),
        (paths::MY_READING, t::READING),
    ];
    html! {
        nav.tabs aria-label=(lang.t(t::MENU)) {
            ul { @for (href, label) in pages { li { a href=(href) aria-current=[(here == href).then_some("page")] { (lang.t(label)) } } } }
        }
    }
}
