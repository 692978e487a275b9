//! Search over posts, comments, files and members, within the rights of the reader.
//!
//! `index` updates the index in the transactions of writing, hiding and moving · `find` searches, `rows` reads the rows of hits · `members`
//! completes names while one types · `staff` searches for the panel's lists · `fill` indexes what was written before.
//!
//! A search has two steps. The index returns documents that contain all numbers of the query, on the boards that the reader may read;
//! then their rows are read, and a row is a hit only if it is shown now and contains the words. So no reader finds what they may not
//! read, even if a document of the index were out of date.

mod fill;
mod find;
mod index;
mod members;
mod rows;
mod sql;
mod staff;

pub use crate::entity::search_doc::Kind;
pub use fill::{Filled, fill, start_anew};
pub use find::{Answer, Cursor, Found, Hit, Order, PAGE, Query, search};
pub(in crate::domain) use find::{Span, count_of_others};
pub(in crate::domain) use index::{
    Doc, FileOwner, GRAMS, Grams, integers, move_post, put, put_all, remove_files, set_post_shown, update_comment_shown,
};
pub(in crate::domain) use members::members;
pub(in crate::domain) use staff::{Matches, matching};
