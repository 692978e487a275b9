//! The views of MinSchool: pure functions from plain structs to HTML.
//!
//! A noun's folder holds its views, their texts and samples of every state; [`admin`] holds the panel's, a folder a noun.
//! Beside the nouns:
//! - [`paths`]: every address of the site and the panel, and nowhere else.
//! - [`text`]: what a sentence in two languages is, and those that every page shares.
//! - [`layout`]: the frame around each page of the site.
//! - [`ui`]: small parts that many pages share (fields, pagination, badges, avatars).
//! - [`live`]: partials that are pushed to open pages.
//! - [`assets`]: the style sheet, the script and the icon, as the build made them.
//! - [`samples`]: every view in every state.
#![allow(missing_docs, reason = "fields of views are named for what they show; docs give what a name cannot")]

pub mod admin;
pub mod assets;
pub mod avatars;
pub mod boards;
pub mod bookmarks;
pub mod comments;
pub mod drafts;
pub mod email;
pub mod errors;
pub mod files;
mod holes;
pub mod home;
pub mod layout;
pub mod live;
pub mod mail;
pub mod notices;
pub mod notifications;
mod once;
pub mod pages;
pub mod password;
pub mod paths;
pub mod posts;
pub mod revisions;
pub mod samples;
pub mod saved_searches;
pub mod search;
pub mod sessions;
pub mod sign_ups;
pub mod text;
pub mod ui;
pub mod upstreams;
pub mod users;

pub use holes::{Page, Piece};
pub use maud::{Markup, PreEscaped};
pub use text::Lang;

/// A noun, as the build finds it in the folders: its sentences, and its views in every state.
struct Noun {
    name: &'static str,
    texts: &'static [(&'static str, text::Text)],
    samples: fn(Lang) -> samples::Rendered,
}

include!(concat!(env!("OUT_DIR"), "/nouns.rs"));

/// Every sentence of a noun: the noun's name, its own, the text.
fn sentences() -> impl Iterator<Item = (&'static str, &'static str, text::Text)> {
    NOUNS.iter().flat_map(|noun| noun.texts.iter().map(|(name, text)| (noun.name, *name, *text)))
}
