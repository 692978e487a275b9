//! The bytes of files: what a content is, what a name may be, and where bytes are kept.
//!
//! `content` the kind of a content, by its bytes · `name` names as they are kept and sent · `storage` bytes in rows of the database.
#![warn(missing_docs)]

pub mod content;
pub mod name;
pub mod storage;
