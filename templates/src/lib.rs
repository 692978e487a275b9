//! The views of MinSchool: pure functions from plain structs to HTML.
//!
//! Rooms:
//! - [`paths`]: every address of the site and the admin, and nowhere else.
//! - [`text`]: every sentence, in Korean and in English.
//! - [`layout`]: the frame around each page of the site.
//! - [`ui`]: small parts that many pages share (fields, pagination, badges, avatars).
//! - [`assets`]: the style sheet, the script and the icon, as the build made them.
//! - [`samples`]: every view in every state.
//! - one file a noun for the site; [`admin`] for the staff's side; [`live`] for what is pushed.

pub mod about;
pub mod admin;
pub mod assets;
pub mod auth;
pub mod boards;
pub mod comments;
pub mod errors;
pub mod home;
pub mod layout;
pub mod live;
pub mod notifications;
pub mod pages;
pub mod paths;
pub mod post_form;
pub mod posts;
pub mod presence;
pub mod profiles;
pub mod samples;
pub mod sessions;
pub mod settings;
pub mod text;
pub mod ui;
pub mod upstreams;

pub use maud::{Markup, PreEscaped};
pub use text::Lang;
