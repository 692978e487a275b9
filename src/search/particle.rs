//! Korean particles at the end of a word. They are taken off only where a query finds nothing with them.

/// The longer before those that they end with.
const PARTICLES: [&str; 30] = [
    "에서는",
    "으로는",
    "에게서",
    "이라는",
    "에서",
    "에게",
    "으로",
    "까지",
    "부터",
    "처럼",
    "보다",
    "이나",
    "이란",
    "라는",
    "하고",
    "한테",
    "들은",
    "들이",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "의",
    "도",
    "로",
    "와",
    "과",
];
/// A word keeps at least so many syllables.
const LEFT: usize = 2;

/// The query without the particle of its last word; none where it has none.
pub fn without_particle(typed: &str) -> Option<String> {
    let typed = typed.trim_end();
    let last = typed.split_whitespace().next_back()?;
    let stem = PARTICLES.iter().find_map(|particle| last.strip_suffix(particle).filter(|stem| stem.chars().count() >= LEFT))?;
    Some(format!("{}{stem}", &typed[..typed.len() - last.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_particle_of_the_last_word_goes() {
        assert_eq!(without_particle("센터에서").as_deref(), Some("센터"));
        assert_eq!(without_particle("활동 지원은 ").as_deref(), Some("활동 지원"));
        assert_eq!(without_particle("회의"), None, "one syllable would be left");
        assert_eq!(without_particle("공지"), None);
        assert_eq!(without_particle(""), None);
    }
}
