//! Members who are offered while a name is typed after an `@`.

use super::text as t;
use crate::text::Lang;
use crate::ui::{self, Avatar};
use maud::{Markup, html};

/// The list; `writing.js` puts it below the field.
#[derive(Clone)]
pub struct Names<'a> {
    pub lang: Lang,
    pub members: Vec<Offer<'a>>,
}

/// A member.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub who: Avatar<'a>,
    /// The name as it is written after the `@`.
    pub written: &'a str,
}

/// Renders it; nothing where nobody is offered.
pub fn list(p: &Names) -> Markup {
    html! {
        @if !p.members.is_empty() {
            ul.names #names role="listbox" aria-label=(p.lang.t(t::NAMES))
                data-said=(p.lang.count(t::NAMES_ONE, t::NAMES_MANY, p.members.len() as u64)) {
                @for offer in &p.members {
                    li role="option" id={ "name-" (offer.who.member) } aria-selected="false" data-name=(offer.written) {
                        (ui::avatar(&offer.who, ui::AvatarSize::Small)) span { (offer.who.name) }
                    }
                }
            }
        }
    }
}
