//! Which words of a text were removed and added.
//!
//! By `similar` (Myers' algorithm) over the words of UAX 29. Texts that differ so much that this takes long are compared as far as
//! the time goes; the rest counts as replaced.

use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// Longest time for one comparison.
const LONGEST: Duration = Duration::from_millis(200);
/// Of unchanged text between changes, this much stays at either end, in characters.
const AROUND: usize = 200;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands in both.
    Kept,
    /// It stands in the old one alone.
    Removed,
    /// It stands in the new one alone.
    Added,
    /// Unchanged text that is left out; the piece is empty.
    Skipped,
}

/// A run of words with the same fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// The words, with what is between them.
    pub text: String,
}

/// The pieces of both texts in reading order. A long unchanged run is cut in its middle.
pub fn words(old: &str, new: &str) -> Vec<Piece> {
    let compared = TextDiff::configure().timeout(LONGEST).diff_unicode_words(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in compared.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Change::Kept,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        };
        match pieces.last_mut() {
            Some(last) if last.change == fate => last.text.push_str(change.value()),
            _ => pieces.push(Piece { change: fate, text: change.value().to_owned() }),
        }
    }
    let last = pieces.len().saturating_sub(1);
    pieces.into_iter().enumerate().flat_map(|(place, piece)| abridge(piece, place == 0, place == last)).collect()
}

/// Leaves out the middle of a long unchanged piece; of the first piece its beginning, of the last its end.
fn abridge(piece: Piece, is_first: bool, is_last: bool) -> Vec<Piece> {
    let length = piece.text.chars().count();
    let (head, tail) = (if is_first { 0 } else { AROUND }, if is_last { 0 } else { AROUND });
    if piece.change != Change::Kept || length <= 3 * AROUND {
        return vec![piece];
    }
    let cut = |from: usize, count: usize| Piece { change: Change::Kept, text: piece.text.chars().skip(from).take(count).collect() };
    let pieces = [cut(0, head), Piece { change: Change::Skipped, text: String::new() }, cut(length - tail, tail)];
    pieces.into_iter().filter(|piece| piece.change == Change::Skipped || !piece.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let sign = |piece: &Piece| match piece.change {
            Change::Kept => piece.text.clone(),
            Change::Removed => format!("[-{}-]", piece.text),
            Change::Added => format!("[+{}+]", piece.text),
            Change::Skipped => "[...]".into(),
        };
        words(old, new).iter().map(sign).collect()
    }

    #[test]
    fn words_are_compared_whole() {
        assert_eq!(shown("모임은 금요일 두 시입니다", "모임은 토요일 두 시입니다"), "모임은 [-금요일-][+토요일+] 두 시입니다");
        assert_eq!(shown("같은 글", "같은 글"), "같은 글");
        assert_eq!(shown("", "새 글"), "[+새 글+]");
        assert_eq!(shown("", ""), "");
    }

    #[test]
    fn long_text_that_did_not_change_is_left_out() {
        let same = "낱말 ".repeat(400);
        let text = shown(&format!("{same}옛것 {same}옛것 {same}"), &format!("{same}새것 {same}새것 {same}"));

        assert!(text.starts_with("[...]") && text.ends_with("[...]"), "{text}");
        assert_eq!(text.matches("[...]").count(), 3);
        assert_eq!((text.matches("[-옛것-]").count(), text.matches("[+새것+]").count()), (2, 2));
    }
}
