//! What README.md, ARCHITECTURE.md and the papers in `ops` say about the code is there.

use minschool::web::layers::LAYERS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAPERS: [&str; 9] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "ops/RUNBOOK.md",
    "ops/SCALE.md",
    "ops/BENCHMARKS.md",
    "ops/DRILLS.md",
    "ops/FAULTS.md",
];

/// Folders that are not in the repository: what builds and runs leave behind.
const LEFT_BEHIND: [&str; 4] = ["target", "data", "node_modules", "test-results"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

/// The part of a paper below a heading, up to the next heading of the same level.
fn section(name: &str, heading: &str) -> String {
    let text = read(name);
    let (_, below) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{name} has no section {heading}"));
    below.split("\n## ").next().unwrap_or_default().to_owned()
}

/// What stands in backticks on one line.
fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The paths in the first column of the table of rooms, in its order.
fn rooms() -> Vec<String> {
    let table = section("ARCHITECTURE.md", "Rooms");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.flat_map(|row| in_backticks(&format!("`{}", row.split(" |").next().unwrap_or_default())).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_rooms_are_the_modules_of_the_crate() {
    let library = read("src/lib.rs");
    let modules = library.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    let modules: BTreeSet<&str> = modules.collect();
    let rooms = rooms();
    let listed = rooms.iter().filter_map(|room| room.strip_prefix("src/")).map(|room| room.trim_end_matches(".rs"));

    // The tests are a binary of their own.
    assert_eq!(listed.filter(|room| *room != "tests").collect::<BTreeSet<_>>(), modules);
}

#[test]
fn the_rooms_name_every_folder_at_the_top() {
    let entries = fs::read_dir(root()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir());
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let folders: BTreeSet<String> = names.filter(|name| !name.starts_with('.') && !LEFT_BEHIND.contains(&name.as_str())).collect();
    let listed: BTreeSet<String> = rooms().iter().filter_map(|room| room.split('/').next()).map(str::to_owned).collect();

    assert_eq!(listed, folders);
}

#[test]
fn every_room_is_there() {
    for room in rooms() {
        assert!(root().join(&room).exists(), "ARCHITECTURE.md lists {room}, which is not there");
    }
}

/// Whether a source file, comments and its own tests apart, names a module of the crate.
fn names(text: &str, module: &str) -> bool {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .any(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(module))
}

#[test]
fn the_product_and_what_it_uses_name_no_room_above_them() {
    let rooms = rooms();
    let place = |room: &str| rooms.iter().position(|name| name == room).unwrap();
    for at in place("src/domain")..=place("src/config") {
        let above = rooms[..at].iter().filter_map(|room| room.strip_prefix("src/")).map(|room| room.trim_end_matches(".rs"));
        let above: Vec<&str> = above.collect();
        let beside = root().join(format!("{}.rs", rooms[at]));
        for path in sources(&root().join(&rooms[at])).into_iter().chain(beside.exists().then_some(beside)) {
            let text = fs::read_to_string(&path).unwrap();
            for module in &above {
                assert!(!names(&text, module), "{} names {module}, which is above {}", path.display(), rooms[at]);
            }
        }
    }
}

/// The source files in a folder and below it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

#[test]
fn the_layers_stand_in_the_paper_in_their_order() {
    let text = section("ARCHITECTURE.md", "A request");
    let numbered = text.lines().filter_map(|line| line.split_once(". **")).filter(|(number, _)| number.parse::<u8>().is_ok());
    let listed: Vec<&str> = numbered.filter_map(|(_, rest)| rest.split("**").next()).collect();

    assert_eq!(listed, LAYERS);
}

#[test]
fn relative_links_lead_to_files() {
    let mut seen = 0;
    for name in PAPERS {
        let text = read(name);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || target.contains("://") || target.starts_with('/') {
                continue;
            }
            let folder = Path::new(name).parent().unwrap();
            assert!(root().join(folder).join(path).exists(), "{name} links to {target}, which is not there");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// Whether it looks like a path of the repository: it begins with a room or ends like a file, and has no place-holder.
fn is_path(word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-@".contains(&byte));
    let first = word.split_once('/').map(|(first, _)| first);
    let starts_at_the_top = first.is_some_and(|first| root().join(first).is_dir() && !first.is_empty() && !LEFT_BEHIND.contains(&first));
    let is_source = !word.starts_with('/') && [".rs", ".md", ".sh"].iter().any(|ending| word.ends_with(ending));
    plain && (starts_at_the_top || is_source)
}

/// A path may leave out `src/`; a file without a folder may be anywhere.
fn exists(word: &str) -> bool {
    let below_a_room = |room: &str| root().join(room).join(word).exists();
    below_a_room("")
        || below_a_room("src")
        || !word.contains('/') && ["src", "templates", "ops"].iter().any(|room| has(&root().join(room), word))
}

fn has(folder: &Path, name: &str) -> bool {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().any(|path| if path.is_dir() { has(&path, name) } else { path.ends_with(name) })
}

#[test]
fn paths_in_backticks_are_there() {
    let mut seen = 0;
    for name in PAPERS {
        let text = read(name);
        // A command's program is a path, its arguments may be.
        for word in in_backticks(&text).flat_map(str::split_whitespace).filter(|word| is_path(word)) {
            assert!(exists(word), "{name} names {word}, which is not there");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

/// The tests that the paper on faults names, as (file, test).
fn tests_against_faults(table: &str) -> Vec<(&str, &str)> {
    in_backticks(table).filter_map(|name| name.split_once("::")).filter(|(file, _)| !file.starts_with("lib ")).collect()
}

#[test]
fn the_tests_that_the_faults_name_are_there() {
    let text = read("ops/FAULTS.md");
    let table = text.split("<!-- faults: begin -->").nth(1).unwrap().split("<!-- faults: end -->").next().unwrap();
    let tests = tests_against_faults(table);

    for (file, test) in &tests {
        let text = read(&format!("src/tests/{file}.rs"));
        assert!(text.contains(&format!("fn {test}(")), "ops/FAULTS.md names {file}::{test}, which is not there");
    }
    assert!(tests.len() > 30, "{}", tests.len());
}

#[test]
fn the_headline_numbers_stand_in_the_papers() {
    let promises = section("README.md", "What it promises");
    let (benchmarks, drills, faults) = (read("ops/BENCHMARKS.md"), read("ops/DRILLS.md"), read("ops/FAULTS.md"));
    let rows = |text: &str, begin: &str| text.split(begin).nth(1).unwrap().lines().filter(|line| line.starts_with("| ")).count() - 1;
    let counted = format!("|{}|{}|", rows(&drills, "<!-- ops/chaos: begin -->"), rows(&faults, "<!-- faults: begin -->"));
    let known: BTreeSet<String> = quantities(&[benchmarks, drills, counted].concat());

    let claimed = quantities(&promises);

    assert!(claimed.len() > 10, "{claimed:?}");
    for quantity in claimed {
        assert!(known.contains(&quantity), "README.md promises {quantity}, which is in no paper");
    }
}

/// The numbers of a text, each with its unit if it has one, as in "44µs".
fn quantities(text: &str) -> BTreeSet<String> {
    let text = text.replace(',', "");
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let begins = text.char_indices().filter(|(at, letter)| letter.is_ascii_digit() && !text[..*at].ends_with(is_part));
    let found = begins.map(|(at, _)| {
        let rest = &text[at..];
        let (number, rest) = rest.split_at(rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()));
        let unit = ["%", "µs", "ms", "KiB", "MiB"].into_iter().find(|unit| rest.trim_start().starts_with(unit)).unwrap_or_default();
        format!("{}{unit}", number.trim_end_matches('.'))
    });
    found.collect()
}
