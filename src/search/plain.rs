//! The text of sanitised HTML.

/// Elements within a word: the letters on both sides of their tags stand together. The tags of all others are blanks.
const WITHIN: [&str; 9] = ["a", "b", "code", "del", "em", "i", "mark", "s", "strong"];

/// The text of HTML that our sanitiser wrote: tags away, its entities decoded, white space folded.
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for (n, part) in html.split('<').enumerate() {
        let content = match part.split_once('>') {
            Some((tag, content)) if n > 0 => {
                let name = tag.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
                if !WITHIN.contains(&name) {
                    text.push(' ');
                }
                content
            }
            _ => part,
        };
        text.push_str(content);
    }
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    if !plain.contains('&') {
        return plain;
    }
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&nbsp;", " ");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_blocks_stay_apart() {
        assert_eq!(plain_text("<p><strong>활동</strong>지원</p>\n<ul><li>하나</li><li>둘</li></ul>"), "활동지원 하나 둘");
        assert_eq!(plain_text("<p>a &lt;b&gt; &amp;amp;<br>c</p>"), "a <b> &amp; c");
    }
}
