//! Markdown to HTML that is safe to show: what people write never becomes script, style or a request
//! to a third party, and no text, however nested, costs more than its length.
//!
//! Rooms: `links` (addresses, videos and files in a text), `known` (texts that were looked at before).

mod known;
mod links;

use super::{Error, Result};
use ammonia::Builder;
use links::{FILE, file_of, link};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

pub use known::Known;

/// Deepest nesting of lists and quotes that is drawn; deeper ones are drawn at this depth.
const DEPTH: usize = 12;
/// Most cells that the tables of one text may have; a text with more is shown as typed.
const CELLS: usize = 2_000;
/// Longest address of a link, in bytes; a longer one is drawn as text. A hundred Korean syllables, percent-encoded, fit.
const ADDRESS: usize = 1_000;

/// How much HTML a text may become. A link that is defined once and used a thousand times would else make megabytes of a
/// few kilobytes, on a page that shows a hundred comments.
struct Growth {
    /// Bytes that every text may become.
    free: usize,
    /// Bytes more for each byte typed. A text that needs more is shown as typed.
    factor: usize,
    /// A text that even then is longer is refused.
    most: usize,
}

const POST: Growth = Growth { free: 65_536, factor: 32, most: 256 * 1024 };
const COMMENT: Growth = Growth { free: 4_096, factor: 8, most: 32 * 1024 };

/// A longer text or HTML, in bytes, is not worked on by a thread that serves requests: the worst 50,000 characters take
/// 50 ms, and everything else that the thread serves would wait for them.
const HEAVY: usize = 16 * 1024;

/// Runs work on a text of this length where it holds up nobody.
async fn aside<T: Send + 'static>(length: usize, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    if length < HEAVY {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|err| Error::internal("drawing a text", err))
}

/// The HTML of a post's Markdown text, sanitised.
///
/// # Errors
/// `Invalid("body", …)` where it would be longer than 256 KiB.
pub async fn post(text: &str) -> Result<String> {
    let text = text.to_owned();
    aside(text.len(), move || bounded(&text, &POST)).await?
}

/// The HTML of a text that is not stored: a preview.
///
/// # Errors
/// `Internal`.
pub async fn preview(text: &str) -> Result<String> {
    let text = text.to_owned();
    aside(text.len(), move || render_with(&text, &POST)).await
}

/// The HTML of a comment's Markdown text, sanitised.
///
/// # Errors
/// `Invalid("body", …)` where it would be longer than 32 KiB.
pub fn comment(text: &str) -> Result<String> {
    bounded(text, &COMMENT)
}

fn bounded(text: &str, growth: &Growth) -> Result<String> {
    let html = render_with(text, growth);
    if html.len() > growth.most { Err(Error::invalid("body", "body.too_complex")) } else { Ok(html) }
}

/// The HTML of a short text of our own.
pub fn render(text: &str) -> String {
    render_with(text, &POST)
}

fn render_with(text: &str, growth: &Growth) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut shaper = Shaper::default();
    let mut events = Vec::new();
    for event in Parser::new_ext(text, options) {
        if shaper.cells > CELLS {
            return as_typed(text);
        }
        shaper.shape(event, &mut events);
    }
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events.into_iter());
    let most = growth.most.min(growth.free + text.len() * growth.factor);
    if out.len() > most { as_typed(text) } else { sanitise(&out) }
}

/// HTML as sanitised once more before it is shown, in case an older version of this file let something through. Control
/// characters, which HTML forbids and `&#1;` would bring in, go: views mark holes with them.
pub fn sanitise(html: &str) -> String {
    let mut clean = CLEANER.clean(html).to_string();
    clean.retain(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    clean
}

fn as_typed(text: &str) -> String {
    let mut out = String::from("<pre>");
    html::push_html(&mut out, std::iter::once(Event::Text(text.into())));
    out.push_str("</pre>");
    out
}

/// Turns the parser's events into what we draw.
#[derive(Default)]
struct Shaper {
    /// For each open tag, whether it is drawn.
    open: Vec<bool>,
    drawn: usize,
    cells: usize,
    links: usize,
    code: bool,
    /// The levels, as typed, of the headings that the present place stands under.
    above: Vec<HeadingLevel>,
}

impl Shaper {
    fn shape<'a>(&mut self, event: Event<'a>, out: &mut Vec<Event<'a>>) {
        match event {
            Event::Start(tag) => self.start(tag, out),
            Event::End(tag) => self.end(tag, out),
            // A line break is a line break: that is how Korean boards are written.
            Event::SoftBreak => out.push(Event::HardBreak),
            Event::Html(raw) | Event::InlineHtml(raw) => out.push(Event::Text(raw)),
            Event::Text(text) if self.links == 0 && !self.code => link(text, out),
            other => out.push(other),
        }
    }

    fn start<'a>(&mut self, tag: Tag<'a>, out: &mut Vec<Event<'a>>) {
        if let (Tag::Image { dest_url, .. }, 0) = (&tag, self.links)
            && let Some(id) = file_of(dest_url)
        {
            self.links += 1;
            self.drawn += 1;
            self.open.push(true);
            return out.push(Event::InlineHtml(format!("<a title=\"{FILE}{id}\">").into()));
        }
        let tag = match tag {
            Tag::Heading { level, .. } => Tag::Heading { level: self.under(level), id: None, classes: vec![], attrs: vec![] },
            // A picture on another server would let that server see who reads here: show a link instead.
            Tag::Image { link_type, dest_url, title, id } => Tag::Link { link_type, dest_url, title, id },
            other => other,
        };
        self.cells += usize::from(matches!(tag, Tag::TableCell));
        self.code |= matches!(tag, Tag::CodeBlock(_));
        let link = matches!(tag, Tag::Link { .. });
        let short = !matches!(&tag, Tag::Link { dest_url, .. } if dest_url.len() > ADDRESS);
        // A link within a link (an image in a link) would be invalid HTML.
        let render = if link { self.links == 0 && short } else { self.drawn < DEPTH || is_inline(&tag) };
        self.links += usize::from(link);
        self.drawn += usize::from(render);
        self.open.push(render);
        if render {
            out.push(Event::Start(tag));
        }
    }

    fn end<'a>(&mut self, tag: TagEnd, out: &mut Vec<Event<'a>>) {
        let tag = match tag {
            TagEnd::Heading(_) => TagEnd::Heading(self.rendered_level()),
            TagEnd::Image => TagEnd::Link,
            other => other,
        };
        self.links -= usize::from(tag == TagEnd::Link);
        self.code &= tag != TagEnd::CodeBlock;
        if self.open.pop().unwrap_or(false) {
            self.drawn -= 1;
            out.push(Event::End(tag));
        }
    }
}

impl Shaper {
    /// The level at which a heading is drawn. The page has the first two; below them no level is left out, whatever
    /// signs the writer used (WCAG 1.3.1): people who read by headings would look for what is missing.
    fn under(&mut self, typed: HeadingLevel) -> HeadingLevel {
        while self.above.last().is_some_and(|level| *level >= typed) {
            self.above.pop();
        }
        self.above.push(typed);
        self.rendered_level()
    }

    fn rendered_level(&self) -> HeadingLevel {
        match self.above.len() {
            0 | 1 => HeadingLevel::H3,
            2 => HeadingLevel::H4,
            3 => HeadingLevel::H5,
            _ => HeadingLevel::H6,
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Paragraph | Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell)
}

/// The tags that a text may have. There is no image, frame, form, style or script among them.
const TAGS: &[&str] = &[
    "p",
    "br",
    "hr",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href", "title"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener noreferrer"))
        .allowed_classes(HashMap::from([("a", HashSet::from(["video-card"]))]));
    cleaner
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_in_any_disguise_is_only_text() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "<a href=\"https://x.kr\" onclick=\"alert(1)\">x</a>",
            "![x](https://evil.example/pixel.gif)",
            "<style>body{display:none}</style>",
            "<svg><animate onbegin=alert(1)>",
        ];
        for text in hostile {
            let html = render(text);
            assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<style"), "{html}");
            assert!(!html.contains("<svg") && !html.contains("href=\"javascript") && !html.contains("href=\"data"), "{html}");
            assert!(!html.contains("<a href=\"https://x.kr\" onclick"), "{html}");
        }
    }

    #[test]
    fn addresses_become_links_that_give_nothing_away() {
        let html = render("보세요: https://example.kr/a?b=1&c=2 입니다");

        assert!(html.contains("href=\"https://example.kr/a?b=1&amp;c=2\""), "{html}");
        assert!(html.contains("rel=\"nofollow ugc noopener noreferrer\""), "{html}");
    }

    #[test]
    fn a_bomb_costs_no_more_than_its_length() {
        let bombs = [
            ">".repeat(40_000),
            "*".repeat(40_000),
            "[".repeat(40_000),
            "- ".repeat(20_000),
            format!("|{}\n|{}\n{}", "a|".repeat(2_000), "-|".repeat(2_000), "|a|\n".repeat(2_000)),
            "**a ".repeat(10_000),
            "`".repeat(40_000),
        ];
        for bomb in bombs {
            let html = render(&bomb);
            assert!(html.len() < 65_536 + bomb.len() * POST.factor, "{} bytes from {:?}", html.len(), &bomb[..8]);
        }
    }

    #[test]
    fn a_comment_becomes_no_more_than_32_kib() {
        let definition = format!("[a]: http://x.example/{}\n\n{}", "y".repeat(900), "[a]".repeat(800));
        let hostile = [definition, "[b](http://x.example)".repeat(230), "![](http://x.example) ".repeat(220), "**a** ".repeat(800)];
        for text in hostile {
            let html = comment(&text).expect("a text that grows is shown as typed");
            assert!(html.len() <= COMMENT.most, "{} bytes from {}", html.len(), text.len());
        }
        assert!(comment(&"&".repeat(8_000)).is_err(), "what does not even fit as typed is refused");
    }

    #[test]
    fn an_address_longer_than_a_thousand_bytes_is_text() {
        let long = format!("https://x.example/{}", "y".repeat(1_000));

        assert!(!render(&long).contains("<a"));
        assert!(!render(&format!("[여기]({long})")).contains("<a"));
        assert!(render("https://x.example/y").contains("<a"));
    }

    #[test]
    fn a_line_break_is_a_line_break() {
        assert!(render("하나\n둘").contains("하나<br>\n둘"), "{}", render("하나\n둘"));
    }

    #[test]
    fn headings_begin_below_those_of_the_page() {
        assert_eq!(render("# 제목").trim(), "<h3>제목</h3>");
    }

    #[test]
    fn headings_leave_no_level_out() {
        let drawn = |text: &str| -> Vec<String> {
            let html = render(text);
            html.match_indices("<h").map(|(at, _)| html[at + 1..at + 3].to_owned()).collect()
        };

        assert_eq!(drawn("## 가\n\n#### 나\n\n## 다\n\n# 라\n\n## 마"), ["h3", "h4", "h3", "h3", "h4"]);
        assert_eq!(drawn("###### 가"), ["h3"]);
        assert_eq!(drawn("# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6"), ["h3", "h4", "h5", "h6", "h6", "h6"]);
    }
}
