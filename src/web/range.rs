//! Which part of a content a request asks for (RFC 9110 sections 13 and 14).

use poem::http::{HeaderMap, HeaderName, header};
use std::ops::Range;

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The browser has it.
    NotModified,
    Whole,
    Part(Range<u64>),
    /// There is no such part.
    Unsatisfiable,
}

/// Reads it from the head of a request for a content with this entity tag and so many bytes.
pub fn asked(headers: &HeaderMap, tag: &str, size: u64) -> Asked {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|sent| matches(sent.trim(), tag))) {
        return Asked::NotModified;
    }
    // A part of something else would be put together with what the browser has.
    let is_same = text(header::IF_RANGE).is_none_or(|sent| sent == tag);
    match text(header::RANGE).filter(|_| is_same) {
        Some(range) => part(range, size),
        None => Asked::Whole,
    }
}

/// Weak comparison (section 8.8.3.2).
fn matches(sent: &str, tag: &str) -> bool {
    sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag
}

/// Several parts at once, and what cannot be read, are answered with the whole.
fn part(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.strip_prefix("bytes=").filter(|range| !range.contains(',')).and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (number(first), number(last), first.trim().is_empty(), last.trim().is_empty()) {
        (None, Some(0), true, _) => return Asked::Unsatisfiable,
        (None, Some(tail), true, _) => size.saturating_sub(tail)..size,
        (Some(from), None, _, true) => from..size,
        (Some(from), Some(to), ..) if from <= to => from..size.min(to.saturating_add(1)),
        _ => return Asked::Whole,
    };
    if range.start >= size { Asked::Unsatisfiable } else { Asked::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_sent_and_everything_else_is_the_whole() {
        for (range, is) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-4", Asked::Part(2..5)),
            ("bytes=5-", Asked::Part(5..10)),
            ("bytes=5-99", Asked::Part(5..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=10-", Asked::Unsatisfiable),
            ("bytes=-0", Asked::Unsatisfiable),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=4-2", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ] {
            assert_eq!(part(range, 10), is, "{range}");
        }
    }
}
