//! Search: what is indexed, and who finds it.
//!
//! `index` what writing, hiding and moving do to the index, in their own transactions · `find` a query and its hits, whose `rows` are
//! read · `members` names for lists that are shown while one types · `staff` what the panel's lists look for · `fill` what was written before there was an index.
//!
//! A search goes two steps. The index gives documents that hold all numbers of the query, in the boards that the reader may read;
//! then their rows are read, and only what is in sight now and really holds the words is a hit. So nothing is found that its reader
//! may not read, even where a document were out of date.

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
