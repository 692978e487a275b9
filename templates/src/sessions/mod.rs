//! Where a member is signed in, and ending it there.

pub(crate) mod samples;
pub mod text;

use self::text as t;
use crate::layout::{self, Shell};
use crate::paths;
use crate::ui::{self, ButtonForm, Moment};
use crate::users::settings;
use maud::{Markup, html};

/// The member's sessions.
#[derive(Clone)]
pub struct SessionsPage<'a> {
    pub shell: &'a Shell<'a>,
    /// This one first.
    pub sessions: Vec<Device<'a>>,
    /// One-time key; each form of the page ends something, so they may share it.
    pub once: &'a str,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Device<'a> {
    /// The session's number.
    pub id: i64,
    /// The device in words.
    pub device: &'a str,
    /// Its IP address.
    pub ip: &'a str,
    /// When it signed in.
    pub created: Moment,
    /// When it was last used.
    pub last_seen: Moment,
    /// The one that asks.
    pub is_current: bool,
    /// It stays signed in.
    pub persistent: bool,
}

/// Renders them.
pub fn page(p: &SessionsPage) -> Markup {
    let lang = p.shell.lang;
    let main = html! {
        div.wrap.narrow {
            h1 tabindex="-1" { (lang.t(t::SESSIONS_TITLE)) }
            (settings::tabs(p.shell))
            p { (lang.t(t::SESSIONS_TEXT)) }
            ul.devices { @for session in &p.sessions { (device(p, session)) } }
            @if p.sessions.len() > 1 {
                @let form = ButtonForm::new(paths::MY_SESSIONS_END_OTHERS, p.once, lang.t(t::END_OTHERS));
                (ui::button_form(&ButtonForm { class: "danger", ..form }))
            } @else {
                p.muted { (lang.t(t::ONLY_THIS)) }
            }
        }
    };
    layout::page(p.shell, lang.t(t::SESSIONS_TITLE), main)
}

fn device(p: &SessionsPage, d: &Device) -> Markup {
    let lang = p.shell.lang;
    html! {
        li.device {
            div {
                h2 {
                    (d.device)
                    @if d.is_current { " " (ui::badge("new", lang.t(t::THIS_DEVICE))) }
                    @if d.persistent { " " (ui::badge("quiet", lang.t(t::KEPT))) }
                }
                dl.facts {
                    div { dt { (lang.t(t::LAST_SEEN)) } dd { (ui::time(&d.last_seen)) } }
                    div { dt { (lang.t(t::STARTED)) } dd { (ui::time(&d.created)) } }
                    div { dt { (lang.t(t::ADDRESS)) } dd { (d.ip) } }
                }
            }
            @if !d.is_current {
                @let (action, label) = (paths::session_end(d.id), lang.fill(t::END_ONE_LABEL, &[("device", &d.device)]));
                @let form = ButtonForm::new(&action, p.once, lang.t(t::END_ONE));
                (ui::button_form(&ButtonForm { label: &label, class: "secondary", ..form }))
            }
        }
    }
}
