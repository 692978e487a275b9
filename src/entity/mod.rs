//! The tables, one file each; no behaviour.

pub mod audit;
pub mod board;
pub mod comment;
pub mod consent;
pub mod notification;
pub mod once_key;
pub mod post;
pub mod role;
pub mod role_permission;
pub mod session;
pub mod setting;
pub mod user;
