//! A long text in pages: each is a row, a page on the screen and a document of the search index.

use super::CHARACTERS;

/// Characters of a page at most.
const PAGE: usize = 10_000;
/// Pages of a text at most: two that follow each other have more than `PAGE` characters together, and so has one that is cut.
pub const PAGES_MAX: usize = 2 * CHARACTERS / PAGE + 1;

/// Divides a text between its paragraphs; a paragraph that is longer than a page is divided within.
pub fn pages(text: &str) -> Vec<String> {
    let (mut pages, mut page, mut room) = (Vec::new(), String::new(), PAGE);
    for paragraph in text.split("\n\n").flat_map(pieces).filter(|paragraph| !paragraph.is_empty()) {
        let size = paragraph.chars().count() + 2;
        if size > room && !page.is_empty() {
            pages.push(std::mem::take(&mut page));
            room = PAGE;
        }
        if !page.is_empty() {
            page.push_str("\n\n");
        }
        page.push_str(paragraph);
        room = room.saturating_sub(size);
    }
    if !page.is_empty() {
        pages.push(page);
    }
    pages
}

/// A paragraph in pieces that fit on a page, each after a blank where there is one in its last tenth.
fn pieces(paragraph: &str) -> Vec<&str> {
    let (mut rest, mut pieces) = (paragraph, Vec::new());
    while let Some((end, _)) = rest.char_indices().nth(PAGE - 2) {
        let early = rest.char_indices().nth(PAGE - PAGE / 10).map_or(end, |(at, _)| at);
        let at = rest[early..end].rfind(char::is_whitespace).map_or(end, |at| early + at);
        pieces.push(rest[..at].trim());
        rest = &rest[at..];
    }
    pieces.push(rest.trim());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_divided_between_paragraphs_and_nothing_of_it_is_lost() {
        let text = (0..500).map(|n| format!("{n} {}", "가나다 ".repeat(20))).collect::<Vec<_>>().join("\n\n");

        let pages = pages(&text);

        assert!(pages.len() > 3 && pages.iter().all(|page| page.chars().count() <= PAGE));
        assert_eq!(pages.join("\n\n").split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
    }

    #[test]
    fn a_paragraph_longer_than_a_page_is_divided_at_a_blank() {
        let pages = pages(&"낱말이다 ".repeat(5_000));

        assert!(pages.len() == 3 && pages.iter().all(|page| page.ends_with("낱말이다") && page.starts_with("낱말이다")));
        assert!(super::pages(&"가".repeat(CHARACTERS)).len() <= PAGES_MAX);
        assert_eq!(super::pages("\n\n\n\n"), Vec::<String>::new());
    }
}
