//! Members on the site, a file a page.

pub mod mail_sent;
pub mod names;
pub mod online;
pub mod profile;
pub mod register;
pub(crate) mod samples;
pub mod settings;
pub mod sign_in;
pub mod text;
