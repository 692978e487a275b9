//! The panel, on its own port with its own frame. A noun's folder holds its pages, their texts and samples.

pub mod audit;
pub mod boards;
pub mod comments;
pub mod dashboard;
pub mod errors;
pub mod jobs;
pub mod layout;
pub mod mail;
pub mod monitor;
pub mod organisation;
pub mod posts;
pub mod roles;
pub(crate) mod samples;
pub mod sessions;
pub mod sign_ups;
pub mod text;
pub mod users;
