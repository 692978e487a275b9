//! The walls between rooms: what each room may not name, that files say what they are for, and how long they get.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of ours may have this many lines.
const LONGEST: usize = 400;

/// Room → words that it may not use → why.
const WALLS: &[(&str, &[&str], &str)] = &[
    ("src/site", &["sea_orm", "fred::", "entity::", "crate::admin", "crate::db"], "handlers ask the domain"),
    ("src/admin", &["sea_orm", "fred::", "entity::", "crate::site", "crate::db"], "handlers ask the domain"),
    ("src/web", &["sea_orm", "fred::", "entity::", "crate::site", "crate::admin"], "HTTP does not know the tables"),
    (
        "src/domain",
        &[
            "poem::",
            "maud::",
            "templates::",
            "fred::",
            "crate::web",
            "crate::site",
            "crate::admin",
            "crate::metrics",
            "crate::monitor",
            "crate::jobs",
        ],
        "the product does not know HTTP or the machinery",
    ),
    ("src/monitor", &["poem::", "maud::", "templates::", "fred::", "crate::web", "crate::site", "crate::admin"], "numbers, not pages"),
    ("src/jobs", &["poem::", "maud::", "templates::", "fred::", "crate::web", "crate::site", "crate::admin"], "work, not pages"),
    ("src/mail", &["poem::", "maud::", "fred::", "crate::web", "crate::site", "crate::admin"], "letters are drawn by templates"),
    ("src/search", &["crate::", "poem::", "sea_orm", "fred::"], "what is searched for is text, wherever it lies"),
    ("ops/testkit", &["minschool::"], "servers for tests know nothing of what is tested"),
    ("src/outgoing", &["crate::", "poem::", "sea_orm", "fred::"], "where a connection may lead depends on nothing of ours"),
    ("src/db", &["poem::", "fred::", "crate::web", "crate::entity", "crate::site", "crate::admin"], "a connection knows no tables"),
    ("src/clock", &["crate::", "poem::", "sea_orm", "fred::"], "time knows nothing of ours"),
    ("src/histogram.rs", &["crate::", "poem::", "sea_orm", "fred::"], "instances and the edge count alike, and know nothing of each other"),
    ("src/shared", &["poem::", "sea_orm", "crate::entity", "crate::domain", "crate::web", "crate::db"], "the shared state stands alone"),
    (
        "src/edge",
        &["sea_orm", "fred::", "crate::app", "crate::domain", "crate::shared", "crate::entity", "crate::site", "crate::admin"],
        "the edge reports the truth while database, Redis and instances are away",
    ),
    (
        "src/metrics",
        &["sea_orm", "fred::", "crate::entity", "crate::site", "crate::admin"],
        "numbers of the database come from the monitor",
    ),
    (
        "src/backup",
        &["poem::", "maud::", "templates::", "fred::", "crate::web", "crate::site", "crate::admin"],
        "a copy knows tables, not pages",
    ),
    (
        "src/files",
        &["poem::", "maud::", "templates::", "fred::", "crate::web", "crate::site", "crate::admin", "crate::domain"],
        "bytes know no posts",
    ),
    ("src/entity", &["crate::", "poem::", "fred::"], "tables know nothing of ours"),
    ("templates/src", &["poem", "sea_orm", "fred", "tokio", "SystemTime", "Instant::now"], "a view is a function of its struct"),
    ("migration/src", &["poem", "fred", "minschool::"], "the schema knows nothing of ours"),
];

/// Words that only one file (or room) may use.
const ONLY: &[(&str, &[&str])] = &[
    ("hx-request", &["src/web/reply.rs"]),
    ("hx-retarget", &["src/web/reply.rs"]),
    ("hx-redirect", &["src/web/reply.rs"]),
    ("use fred", &["src/shared", "ops/bench"]),
    ("\"session:", &["src/shared"]),
    ("\"online:users\"", &["src/shared"]),
    ("db.begin()", &["src/db/query.rs", "src/cli/migrate.rs"]),
    ("ErrorPage {", &["src/web/error.rs", "templates/src"]),
    ("BarePage {", &["src/web/error.rs", "templates/src"]),
];

/// Our source files, tests apart.
fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for room in ["src", "templates/src", "templates/examples", "migration/src", "ops"] {
        walk(&root.join(room), &mut found);
    }
    found.into_iter().map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap())).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: without comments and without its own tests.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    shipped.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn rooms_keep_their_walls() {
    for (path, text) in files() {
        let (name, code) = (path.to_string_lossy().into_owned(), code(&text));
        for (room, words, why) in WALLS.iter().filter(|(room, ..)| name.starts_with(room)) {
            for word in *words {
                assert!(!code.contains(word), "{name} in {room} names {word}: {why}");
            }
        }
    }
}

#[test]
fn some_words_have_one_home() {
    for (path, text) in files().into_iter().filter(|(path, _)| !path.starts_with("src/tests")) {
        let (name, code) = (path.to_string_lossy().into_owned(), code(&text));
        for (word, homes) in ONLY {
            let at_home = homes.iter().any(|home| name.starts_with(home));
            assert!(at_home || !code.contains(word), "{name} uses {word}, whose home is {homes:?}");
        }
    }
}

/// Statements that are text. Each has in its `sql.rs` the reason why the builder cannot express it.
const TEXTS: usize = 15;

#[test]
fn sql_is_text_only_in_files_named_sql() {
    let calls = ["query::run(", "query::all(", "query::all::<", "query::one(", "query::one::<", "query::number(", "Statement::from_"];
    let mut texts = 0;
    for (path, text) in files().into_iter().filter(|(path, _)| path.starts_with("src") && !path.starts_with("src/tests")) {
        let (name, code) = (path.to_string_lossy().into_owned(), code(&text));
        let found: usize = calls.iter().map(|call| code.matches(call).count()).sum();
        let is_home = name.ends_with("/sql.rs") || name.starts_with("src/db/");
        assert!(found == 0 || is_home, "{name} runs SQL as text; use the entities, or move it to a file named sql.rs");
        texts += if name.ends_with("/sql.rs") { found } else { 0 };
    }
    assert!(texts <= TEXTS, "{texts} statements are text");
}

#[test]
fn only_paths_spells_an_address() {
    let routers = ["src/site/mod.rs", "src/admin/mod.rs", "src/web/layers.rs", "src/web/reply.rs"];
    for (path, text) in files().into_iter().filter(|(path, _)| !path.starts_with("src/tests") && !path.starts_with("ops")) {
        let name = path.to_string_lossy().into_owned();
        if routers.contains(&name.as_str())
            || name.starts_with("templates/src/paths/")
            || text.contains("pub mod paths {")
            || name.contains("samples")
            || name.contains("examples")
        {
            continue;
        }
        for place in ["/community", "/login", "/my/", "/notifications", "/comments/", "/users/", "/roles", "/events"] {
            assert!(!code(&text).contains(&format!("\"{place}")), "{name} spells {place}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    for (path, text) in files() {
        assert!(text.starts_with("//!"), "{} has no //! head", path.display());
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_message_of_the_domain_has_its_sentence() {
    for (path, text) in files().into_iter().filter(|(path, _)| path.starts_with("src") && !path.starts_with("src/tests")) {
        for part in code(&text).split("invalid(\"").skip(1).chain(code(&text).split("bad(").skip(1)) {
            let quoted: Vec<&str> = part.split('"').collect();
            let Some(key) = quoted.iter().take(4).find(|word| word.contains('.') && !word.contains(' ')) else { continue };
            assert!(templates::errors::text::message(key).is_some(), "{}: {key} has no sentence", path.display());
        }
    }
}

#[test]
fn nothing_third_party_and_no_address_of_a_registry_is_committed() {
    for name in ["static/package-lock.json", "e2e/package-lock.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let Ok(text) = fs::read_to_string(&path) else { continue };
        assert!(!text.contains("\"resolved\""), "{name} names where packages were fetched from");
    }
}
