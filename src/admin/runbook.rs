//! The operators' runbook, as it was when this program was built, with an anchor for each heading: the alerts' names
//! lead to theirs.

use crate::domain::markdown;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../../ops/RUNBOOK.md");

/// The runbook as HTML.
pub struct Runbook {
    /// Its headings in order: anchor and words.
    pub contents: Vec<(String, String)>,
    pub html: String,
}

/// The runbook; it is made once.
pub fn runbook() -> &'static Runbook {
    static BOOK: LazyLock<Runbook> = LazyLock::new(|| bind(TEXT));
    &BOOK
}

fn bind(text: &str) -> Runbook {
    let mut contents = Vec::new();
    let mut html = String::new();
    for part in markdown::render(&joined(text)).split_inclusive("</h") {
        let Some(place) = part.rfind("<h").filter(|place| is_heading(&part[*place..])) else {
            html.push_str(part);
            continue;
        };
        let (before, heading) = part.split_at(place);
        let words = heading[4..].trim_end_matches("</h");
        let anchor = anchor(words);
        html.push_str(&format!("{before}{} id=\"{anchor}\">{words}</h", &heading[..3]));
        contents.push((anchor, unescape(words)));
    }
    Runbook { contents, html }
}

/// `<h3>`, and not `<hr>`.
fn is_heading(tag: &str) -> bool {
    let bytes = tag.as_bytes();
    bytes.len() > 3 && bytes[2].is_ascii_digit() && bytes[3] == b'>'
}

/// What `render` escapes in a heading's words, as it was.
fn unescape(words: &str) -> String {
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Boards keep the breaks that people type; this text is only wrapped at the width of its editor.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for line in text.lines() {
        let stands_alone = |line: &str| line.is_empty() || line.starts_with('#');
        let begins = stands_alone(line) || stands_alone(before) || line.starts_with(['-', '*']);
        out.push(if begins { '\n' } else { ' ' });
        out.push_str(line);
        before = line;
    }
    out
}

/// `NoUpstream` is `no-upstream`, "Redis is down" is `redis-is-down`.
pub fn anchor(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 4);
    let mut before = '-';
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('-');
        }
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
        before = letter;
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_lines_are_joined() {
        let book = bind("# Runbook\n\nOne line\nand the next.\n\n## NoUpstream\n\n*Check*: `a`\n*Fix*: b\n\n# Alerts\n");

        assert!(book.html.contains("<h4 id=\"no-upstream\">NoUpstream</h4>"), "{}", book.html);
        assert!(book.html.contains("One line and the next."), "{}", book.html);
        assert_eq!(book.contents.iter().map(|(anchor, _)| anchor.as_str()).collect::<Vec<_>>(), ["runbook", "no-upstream", "alerts"]);
    }

    #[test]
    fn every_alert_leads_to_its_entry() {
        let alerts = include_str!("../../ops/prometheus/minschool-alerts.yml");
        let wanted: Vec<&str> =
            alerts.lines().filter_map(|line| line.trim().strip_prefix("runbook: ")?.strip_prefix("/system/runbook#")).collect();

        assert!(wanted.len() > 20, "{wanted:?}");
        for anchor in wanted {
            assert!(runbook().html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        }
    }

    #[test]
    fn no_two_entries_share_an_anchor() {
        let mut anchors: Vec<_> = runbook().contents.iter().map(|(anchor, _)| anchor).collect();
        let all = anchors.len();
        anchors.sort();
        anchors.dedup();

        assert_eq!(anchors.len(), all);
    }
}
