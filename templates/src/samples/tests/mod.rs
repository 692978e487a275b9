//! What holds for every view: strict CSP, one heading, labels, unique ids. Their looks are in [`snapshots`].

mod snapshots;

use super::all;
use std::collections::BTreeSet;

/// The start tags of a piece of HTML as (name, attributes). Enough for what Maud writes.
fn tags(html: &str) -> Vec<(&str, &str)> {
    let starts = html.split('<').skip(1).filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
    starts.map(|part| part.split('>').next().unwrap_or(part)).map(|tag| tag.split_once(' ').unwrap_or((tag, ""))).collect()
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let start = format!(" {attributes}").find(&format!(" {name}=\""))? + name.len() + 2;
    attributes.get(start..)?.split('"').next()
}

#[test]
fn nothing_needs_more_than_a_strict_policy() {
    for sample in all() {
        for (tag, attributes) in tags(&sample.markup.0) {
            let (name, has) = (&sample.name, |word: &str| format!(" {attributes}").contains(word));
            assert!(tag != "style", "{name} has a style element");
            assert!(tag != "script" || has(" src="), "{name} has an inline script");
            assert!(!has(" style="), "{name} has an inline style: {attributes}");
            assert!(!has(" hx-on") && !has("js:") && !has("javascript:"), "{name} evaluates text: {attributes}");
            let handler = attributes.split(' ').any(|a| a.split('=').next().is_some_and(|n| n.starts_with("on") && n.len() > 4));
            assert!(!handler, "{name} has a handler: {attributes}");
            if let Some(trigger) = attribute(attributes, "hx-trigger") {
                assert!(!trigger.contains('['), "{name} has a trigger filter");
            }
        }
    }
}

#[test]
fn every_page_has_one_first_heading_a_title_and_a_language() {
    for sample in all().into_iter().filter(super::Sample::is_page) {
        let html = &sample.markup.0;
        assert_eq!(html.matches("<h1").count(), 1, "{}", sample.name);
        assert_eq!(html.matches("<title>").count(), 1, "{}", sample.name);
        assert_eq!(html.matches("<main").count(), 1, "{}", sample.name);
        assert!(html.contains(&format!(" lang=\"{}\"", &sample.name[..2])), "{}", sample.name);
    }
}

#[test]
fn headings_never_skip_a_level() {
    for sample in all().into_iter().filter(super::Sample::is_page) {
        let mut last = 0;
        for (tag, _) in tags(&sample.markup.0) {
            let Some(level) = tag.strip_prefix('h').and_then(|n| n.parse::<u8>().ok()) else {
                continue;
            };
            assert!(level <= last + 1, "{} jumps from h{last} to h{level}", sample.name);
            last = level;
        }
    }
}

#[test]
fn every_field_has_a_name_for_screen_readers() {
    for sample in all() {
        let tags = tags(&sample.markup.0);
        let labelled: BTreeSet<_> = tags.iter().filter(|(tag, _)| *tag == "label").filter_map(|(_, a)| attribute(a, "for")).collect();
        for (tag, attributes) in &tags {
            let unseen = attribute(attributes, "type") == Some("hidden") || attributes.split(' ').any(|a| a == "hidden");
            if !["input", "select", "textarea"].contains(tag) || unseen {
                continue;
            }
            let named =
                attribute(attributes, "id").is_some_and(|id| labelled.contains(id)) || attribute(attributes, "aria-label").is_some();
            assert!(named, "{}: {tag} {attributes}", sample.name);
        }
    }
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    for sample in all().into_iter().filter(super::Sample::is_page) {
        let tags = tags(&sample.markup.0);
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|(_, a)| attribute(a, "id")) {
            assert!(ids.insert(id), "{} has #{id} twice", sample.name);
        }
        for (tag, attributes) in &tags {
            for name in ["aria-labelledby", "aria-describedby", "for"] {
                for id in attribute(attributes, name).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{}: {tag} {name} leads to #{id}, which is not there", sample.name);
                }
            }
            let link = attribute(attributes, "href").and_then(|href| href.strip_prefix('#'));
            assert!(link.is_none_or(|id| ids.contains(id)), "{}: #{link:?} is not there", sample.name);
        }
    }
}

#[test]
fn every_form_that_writes_works_without_scripts() {
    for sample in all().into_iter().filter(super::Sample::is_page) {
        for (_, attributes) in tags(&sample.markup.0).into_iter().filter(|(tag, _)| *tag == "form") {
            assert!(attribute(attributes, "action").is_some_and(|action| action.starts_with('/')), "{}: {attributes}", sample.name);
            assert!(attribute(attributes, "method").is_some(), "{}: {attributes}", sample.name);
        }
    }
}

#[test]
fn english_pages_speak_english_wherever_the_words_are_ours() {
    let frame = crate::layout::regions(crate::Lang::En).into_string();

    assert!(!frame.chars().any(|c| ('가'..='힣').contains(&c)), "{frame}");
}
