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
pub mod boards;
pub mod comments;
pub mod errors;
pub mod home;
pub mod layout;
pub mod live;
pub mod notifications;
pub mod pages;
pub mod paths;
pub mod posts;
pub mod samples;
pub mod sessions;
pub mod text;
pub mod ui;
pub mod upstreams;
pub mod users;

pub use maud::{Markup, PreEscaped};
pub use text::Lang;

/// Lists the nouns once: each has its sentences in `text` and the states of its views in `samples`.
macro_rules! nouns {
    ($($($part:ident)::+),* $(,)?) => {
        /// The sentences of a noun with their names.
        #[cfg(test)]
        const TEXTS: &[(&str, &[(&str, text::Text)])] =
            &[("common", text::common::ALL), $((stringify!($($part)::+), $($part)::+::text::ALL)),*];
        /// The views of a noun in every state.
        const SAMPLES: &[fn(Lang) -> samples::Rendered] = &[$($($part)::+::samples::all),*];
    };
}

nouns![
    home,
    boards,
    posts,
    comments,
    notifications,
    users,
    sessions,
    pages,
    errors,
    admin,
    admin::dashboard,
    admin::users,
    admin::roles,
    admin::sessions,
    admin::audit,
    admin::boards,
    admin::posts,
    admin::comments,
    admin::monitor,
    upstreams,
];
