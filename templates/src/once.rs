//! Parts of the frame that are the same on every page: drawn once a language, not once a page. maud escapes byte by byte, and each
//! part that is a `Markup` is made on its own and copied into the page.

use crate::text::Lang;
use maud::{Markup, PreEscaped, Render};
use std::sync::OnceLock;

/// HTML that depends on nothing but the language.
pub(crate) struct PerLang {
    ko: OnceLock<Box<str>>,
    en: OnceLock<Box<str>>,
}

impl PerLang {
    pub(crate) const fn new() -> Self {
        Self { ko: OnceLock::new(), en: OnceLock::new() }
    }

    /// The HTML, drawn by the first who asks.
    pub(crate) fn get(&'static self, lang: Lang, draw: impl FnOnce() -> Markup) -> PreEscaped<&'static str> {
        let place = match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        };
        PreEscaped(place.get_or_init(|| draw().into_string().into()))
    }
}

/// Nothing, and room in the page's text for so many bytes more: it is moved less often while it grows.
pub(crate) struct Room(pub(crate) usize);

impl Render for Room {
    fn render_to(&self, out: &mut String) {
        out.reserve(self.0);
    }
}

/// HTML that was drawn before. It makes room for itself and for what stands behind it, so that the text it is written into is moved once.
pub(crate) struct Kept<'a>(pub(crate) &'a str);

/// Bytes behind the main part of a page, about.
const BEHIND: usize = 2048;

impl Render for Kept<'_> {
    fn render_to(&self, out: &mut String) {
        out.reserve(self.0.len() + BEHIND);
        out.push_str(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn each_language_is_drawn_once() {
        static PART: PerLang = PerLang::new();
        let draw = |lang: Lang| html! { p { (lang.tag()) } };

        let both = [Lang::Ko, Lang::En].map(|lang| PART.get(lang, || draw(lang)).0);

        assert_eq!(both, ["<p>ko</p>", "<p>en</p>"]);
        assert_eq!(PART.get(Lang::En, || unreachable!()).0, "<p>en</p>");
        assert_eq!(html! { (Room(100)) "x" }.into_string(), "x");
    }
}
