//! Words that do not come back: a metaphor or a pronoun for a technical noun has to be decoded by each reader (STYLE.md 12-13a).
//! Texts that people read on the screen are not looked at.

use std::path::{Path, PathBuf};

const BANNED: [&str; 26] = [
    "whoever", "somebody", "told", "tell", "tells", "hear", "hears", "house", "watchman", "vitals", "seat", "seats", "door", "doors",
    "beat", "beats", "keeper", "pulse", "ears", "glide", "shelf", "vault", "deed", "handbook", "heard", "sketch",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && name != "node_modules" && name != "snapshots" {
            sources(&path, found);
        } else if is_source(&path) {
            found.push(path);
        }
    }
}

/// Papers are not looked at, and neither are texts for people nor what npm wrote.
fn is_source(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_text = std::fs::read(path).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok());
    is_text && !["words.rs", "text.rs", "package-lock.json"].contains(&name) && !name.ends_with(".md")
}

#[test]
fn banned_words_are_in_no_name_and_no_comment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for room in ["src", "templates/src", "templates/examples", "migration/src", "ops", "e2e", "static"] {
        sources(&root.join(room), &mut files);
    }
    assert!(files.len() > 400, "{} files", files.len());
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (line, words) in text.lines().zip(1..).map(|(line, n)| (n, words_of(line))) {
            let banned = words.iter().filter(|word| BANNED.contains(&word.as_str()));
            found.extend(banned.map(|word| format!("{}:{line}: {word}", file.strip_prefix(root).unwrap().display())));
        }
    }
    assert!(found.is_empty(), "say what happens and to what (STYLE.md 12-13a):\n{}", found.join("\n"));
}

/// The words of a line in lower case; `SomeName` and `some_name` are two words each.
fn words_of(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in line.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if begins || !letter.is_alphabetic() {
            words.push(String::new());
        }
        if letter.is_alphabetic() {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

#[test]
fn names_are_taken_apart_into_their_words() {
    let words: Vec<String> = words_of("fn keep_beat(of: HouseKeeper)").into_iter().filter(|word| !word.is_empty()).collect();

    assert_eq!(words, ["fn", "keep", "beat", "of", "house", "keeper"]);
}
