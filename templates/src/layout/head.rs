//! What a page publishes about itself to search engines and to programs that show a link: description, canonical address, Open
//! Graph (<https://ogp.me>). Pages without it ask not to be indexed.

use crate::paths;
use crate::text::{Lang, common};
use maud::{Markup, PreEscaped, Render, html};
use std::sync::OnceLock;

/// Characters of a description; search engines show about as many.
const LONGEST: usize = 150;

#[derive(Clone, Copy)]
pub struct About<'a> {
    /// One or two sentences of plain text, 150 characters at most; may be empty.
    pub description: &'a str,
    /// The address that stands for all spellings of this page's, such as `/community/free?page=2`.
    pub path: &'a str,
    /// Whether it is one text by one person rather than a page of the site.
    pub is_article: bool,
}

/// What a page needs before its body; the admin's pages share it.
pub fn head(title: &str) -> Markup {
    head_with(title, Markup::default())
}

/// The same with more elements after the title.
pub(crate) fn head_with(title: &str, more: impl Render) -> Markup {
    html! {
        head {
            (settings())
            title { (title) }
            (more)
            (files())
        }
    }
}

/// How browsers and htmx are to take the page.
fn settings() -> PreEscaped<&'static str> {
    static SETTINGS: OnceLock<String> = OnceLock::new();
    PreEscaped(SETTINGS.get_or_init(|| {
        html! {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=r#"{"defaultTimeout":15000,"transitions":false,"extensions":"sse","noSwap":[204,304]}"#;
        }
        .into_string()
    }))
}

/// The files that a page needs.
fn files() -> PreEscaped<&'static str> {
    static FILES: OnceLock<String> = OnceLock::new();
    PreEscaped(FILES.get_or_init(|| {
        html! {
            link rel="icon" type="image/svg+xml" href=(paths::icon());
            link rel="stylesheet" href=(paths::css());
            script defer src=(paths::js()) {}
        }
        .into_string()
    }))
}

/// What a page says that search engines leave out.
pub(super) const NOT_INDEXED: PreEscaped<&str> = PreEscaped(r#"<meta name="robots" content="noindex">"#);

/// What a page says about itself; `origin` is the site's, such as `https://example.org`.
pub(crate) fn metadata(lang: Lang, origin: &str, title: &str, about: &About) -> Markup {
    let (address, description) = (format!("{origin}{}", about.path), about.description);
    let locale = if lang == Lang::Ko { "ko_KR" } else { "en_US" };
    html! {
        @if !description.is_empty() {
            meta name="description" content=(description);
            meta property="og:description" content=(description);
        }
        link rel="canonical" href=(address);
        meta property="og:title" content=(title);
        meta property="og:type" content=(if about.is_article { "article" } else { "website" });
        meta property="og:url" content=(address);
        meta property="og:site_name" content=(lang.t(common::SITE_NAME));
        meta property="og:locale" content=(locale);
    }
}

/// The description of a page that shows this sanitised HTML.
pub(crate) fn description(safe: &str) -> String {
    shorten(&plain_text(safe))
}

/// The text of sanitised HTML: tags away, the entities that the sanitiser writes decoded.
fn plain_text(safe: &str) -> String {
    let mut text = String::new();
    for (n, part) in safe.split('<').enumerate() {
        let content = if n == 0 { part } else { part.split_once('>').map_or("", |(_, content)| content) };
        text.push_str(content);
        text.push(' ');
        // What is shown of it is far shorter, whatever its length.
        if text.len() > LONGEST * 16 {
            break;
        }
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&nbsp;", " ");
    plain.replace("&amp;", "&")
}

pub(crate) fn shorten(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= LONGEST {
        return folded;
    }
    let cut: String = folded.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_plain_and_short() {
        assert_eq!(shorten(&plain_text("<p>a &lt;b&gt; &amp;amp;</p>\n<ul><li>c</li></ul>")), "a <b> &amp; c");
        assert_eq!(shorten(&"가 ".repeat(200)).chars().last(), Some('…'));
        assert!(shorten(&plain_text(&"<p>가</p>".repeat(100_000))).chars().count() <= LONGEST);
    }
}
