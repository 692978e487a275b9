//! A snapshot of each view in Korean, of each frame once, and English with the same tags.
//!
//! `cargo insta review` shows what differs and takes it over, as does `INSTA_UPDATE=always cargo test -p templates`; it also
//! removes what no sample draws any more when run as `cargo insta test --unreferenced=delete`.

use super::{attribute, tags};
use crate::samples::{Sample, all};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{fs, path::Path};

/// Frames by name, and a page that has each.
const FRAMES: [(&str, &str); 8] = [
    ("frame-guest", "home-guest"),
    ("frame-member", "home-member"),
    ("frame-staff", "home-staff-flash"),
    ("frame-panel", "admin-dashboard"),
    ("frame-panel-restricted", "admin-dashboard-new"),
    ("frame-panel-signed-out", "admin-login"),
    ("frame-error", "error-503-bare"),
    ("frame-upstreams", "upstreams"),
];

/// Attributes whose values are read by people, or name the language.
const TEXTS: [&str; 25] = [
    "data-said",
    "data-left",
    "data-over",
    "data-unsent",
    "data-sample",
    "data-stop",
    "data-stop-of",
    "data-retry-of",
    "data-done",
    "data-wait",
    "aria-label",
    "placeholder",
    "title",
    "content",
    "lang",
    "data-retry",
    "data-close",
    "data-server",
    "data-network",
    "data-kept",
    "data-leaving",
    "data-show",
    "data-conceal",
    "data-failed",
    "data-signed-out",
];

/// A page cut into what its frame is and what is its own.
struct Parts {
    /// The page with a mark in place of what is its own.
    frame: String,
    /// The start tag of `html`, the head's own elements, the links that are current, and `#main`.
    own: String,
}

/// Cuts a page; a fragment is all its own.
fn parts(sample: &Sample) -> Parts {
    let html = &sample.markup.0;
    if !sample.is_page() {
        return Parts { frame: String::new(), own: html.clone() };
    }
    let (start, rest) = html.split_once("<head>").expect("a head");
    let (root, lang) = (start.trim_start_matches("<!DOCTYPE html>"), attribute(start, "lang").expect("a language"));
    let (head, rest) = rest.split_once("<title>").expect("a title");
    let (own_head, rest) = rest.split_once("<link rel=\"icon\"").expect("an icon");
    let (before, rest) = rest.split_once("<main").expect("a main part");
    let (main, after) = rest.rsplit_once("</main>").expect("its end");
    let current: String =
        tags(before).into_iter().filter(|(_, a)| attribute(a, "aria-current").is_some()).map(|(tag, a)| format!("<{tag} {a}>")).collect();
    let frame = format!("{head}<title>...<link rel=\"icon\"{before}<main>...</main>{after}");
    let frame = frame.replace(" aria-current=\"page\"", "").replace(" aria-current=\"true\"", "");
    let class = attribute(root, "class").unwrap_or_default();
    Parts {
        frame: format!("<html class=\"{class}\" lang=\"{lang}\">{}", without_path(&frame)),
        own: format!("{root}<title>{own_head}{current}<main{main}</main>"),
    }
}

/// The form for the language holds the page's own address.
fn without_path(frame: &str) -> String {
    let Some((before, rest)) = frame.split_once("name=\"next\" value=\"") else { return frame.to_owned() };
    format!("{before}name=\"next\" value=\"...{}", &rest[rest.find('"').unwrap_or_default()..])
}

fn korean() -> BTreeMap<String, Sample> {
    all().into_iter().filter_map(|sample| Some((sample.name.strip_prefix("ko-")?.to_owned(), sample))).collect()
}

/// One tag a line, so that a difference is a line; hashed file names are left out, so that a change of
/// colour is no change of markup.
fn legible(html: &str) -> String {
    let mut text = html.replace("><", ">\n<");
    for asset in crate::assets::all() {
        text = text.replace(asset.name, "ASSET");
    }
    text
}

#[test]
fn every_view_looks_as_it_was_last_agreed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let samples = korean();
    let own = samples.iter().map(|(name, sample)| (name.as_str(), parts(sample).own));
    let frames = FRAMES.iter().map(|(name, page)| (*name, parts(&samples[*page]).frame));
    let drawn: BTreeMap<&str, String> = own.chain(frames).collect();
    assert_eq!(drawn.len(), samples.len() + FRAMES.len(), "a sample and a frame share a name");

    let compare = |(name, html): (&&str, &String)| {
        let same = || settings.bind(|| insta::assert_snapshot!(*name, legible(html)));
        catch_unwind(AssertUnwindSafe(same)).is_err().then(|| (*name).to_owned())
    };
    let other: Vec<String> = drawn.iter().filter_map(compare).collect();
    assert!(other.is_empty(), "these look different: {}", other.join(", "));

    let kept = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")).expect("the folder of snapshots");
    let kept = kept.filter_map(|entry| entry.expect("a snapshot").file_name().to_string_lossy().strip_suffix(".snap").map(str::to_owned));
    let leftover: Vec<String> = kept.filter(|name| !drawn.contains_key(name.as_str())).collect();
    assert!(leftover.is_empty(), "no sample draws these any more: {}", leftover.join(", "));
}

#[test]
fn every_page_has_one_of_the_frames() {
    let samples = korean();
    assert_eq!(samples.len() * 2, all().len(), "two samples share a name");
    let frames: BTreeSet<String> = FRAMES.iter().map(|(_, page)| parts(&samples[*page]).frame).collect();
    assert_eq!(frames.len(), FRAMES.len(), "two frames are the same");
    for (name, sample) in samples.iter().filter(|(_, sample)| sample.is_page()) {
        assert!(frames.contains(&parts(sample).frame), "{name} has another frame:\n{}", legible(&parts(sample).frame));
    }
}

/// The tags in order, without what people read.
fn skeleton(html: &str) -> Vec<String> {
    let plain = |tag: (&str, &str)| {
        // Which language is offered or chosen differs, as it must.
        if attribute(tag.1, "name") == Some("language") {
            return format!("{} language", tag.0);
        }
        let mut text = format!("{} {}", tag.0, tag.1);
        for name in TEXTS {
            if let Some(value) = attribute(tag.1, name) {
                text = text.replace(&format!("{name}=\"{value}\""), name);
            }
        }
        text
    };
    tags(html).into_iter().map(plain).collect()
}

#[test]
fn english_has_the_tags_of_korean() {
    let korean = korean();
    for sample in all() {
        let Some(name) = sample.name.strip_prefix("en-") else { continue };
        let (ours, theirs) = (skeleton(&sample.markup.0), skeleton(&korean[name].markup.0));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}");
        }
        assert_eq!(ours.len(), theirs.len(), "{name}");
    }
}
