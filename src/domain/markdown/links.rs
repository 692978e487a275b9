//! Addresses in a text become links, those of videos cards, and those of files the places where they are to be seen.

use super::ADDRESS;
use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use std::sync::LazyLock;

/// How the title of a link begins that stands where a file of the post is to be seen: `![words](file:12)`. The page of the post puts
/// the picture there, where the file is one of its own; everywhere else the words stand alone.
pub(super) const FILE: &str = "file:";

pub(super) fn file_of(address: &str) -> Option<u64> {
    address.strip_prefix(FILE)?.parse().ok()
}

/// Makes the web addresses in a run of text into links.
pub(super) fn link<'a>(text: CowStr<'a>, out: &mut Vec<Event<'a>>) {
    static FINDER: LazyLock<LinkFinder> = LazyLock::new(|| {
        let mut finder = LinkFinder::new();
        finder.kinds(&[LinkKind::Url]);
        finder
    });
    if !text.contains("://") {
        return out.push(Event::Text(text));
    }
    for span in FINDER.spans(&text) {
        let part = span.as_str().to_owned();
        let is_web = (part.starts_with("https://") || part.starts_with("http://")) && part.len() <= ADDRESS;
        if span.kind().is_none() || !is_web {
            out.push(Event::Text(part.into()));
            continue;
        }
        if let Some(id) = video_of(&part) {
            out.push(Event::InlineHtml(card(&id).into()));
            continue;
        }
        let tag =
            Tag::Link { link_type: pulldown_cmark::LinkType::Autolink, dest_url: part.clone().into(), title: "".into(), id: "".into() };
        out.push(Event::Start(tag));
        out.push(Event::Text(part.into()));
        out.push(Event::End(TagEnd::Link));
    }
}

/// A video as a card that leads to it: nothing of YouTube is loaded before a click.
fn card(id: &str) -> String {
    format!("<a class=\"video-card\" href=\"https://www.youtube.com/watch?v={id}\">YouTube · {id}</a>")
}

/// The id of a YouTube video, if the address is one. Only these hosts get a card.
fn video_of(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let id = match url.host_str()? {
        "youtu.be" => url.path().trim_start_matches('/').to_owned(),
        "youtube.com" | "www.youtube.com" | "m.youtube.com" | "www.youtube-nocookie.com" => {
            let named = url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned());
            let placed = ["/shorts/", "/live/", "/embed/"].iter().find_map(|p| url.path().strip_prefix(p));
            named.or_else(|| placed.map(str::to_owned))?
        }
        _ => return None,
    };
    let fits = id.len() == 11 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_youtube_is_a_video() {
        assert_eq!(video_of("https://youtu.be/dQw4w9WgXcQ").as_deref(), Some("dQw4w9WgXcQ"));
        assert_eq!(video_of("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1").as_deref(), Some("dQw4w9WgXcQ"));
        assert_eq!(video_of("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ"), None);
        assert_eq!(video_of("https://www.youtube.com/watch?v=%22onload"), None);
    }

    #[test]
    fn only_a_number_names_a_file() {
        assert_eq!([file_of("file:12"), file_of("file:x"), file_of("file:///etc/passwd"), file_of("12")], [Some(12), None, None, None]);
    }
}
