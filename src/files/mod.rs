//! The bytes of files: what a content is, what a name may be, and where bytes are kept.
//!
//! `content` the kind of a content, by its bytes · `name` names as they are kept and sent · `storage` bytes in rows of the database ·
//! `cache` those that were read lately, on the disk · `child` the process that opens hostile bytes · `limits` what it may use · `picture` pictures, and `text` documents, opened in it.
#![warn(missing_docs)]

pub mod cache;
mod child;
pub mod content;
mod limits;
pub mod name;
pub mod picture;
pub mod storage;
pub mod text;
