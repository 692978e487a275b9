//! What makes text searchable, without a database: `fold` makes texts comparable, `grams` are the numbers under which a text is
//! indexed, `terms` is a query, `keyboard` undoes a wrong keyboard layout, `particle` takes a Korean particle off, `excerpt` shows
//! where something was found, `plain` is the text of HTML.
//!
//! A text is found by every pair of neighbouring characters in it, so a query of two syllables finds them in the middle of a word.
//! Which rows are indexed and who may find them is `domain::search`.

mod excerpt;
mod fold;
mod grams;
mod keyboard;
mod particle;
mod plain;
mod terms;

pub use excerpt::{Part, excerpt, mark};
pub use fold::Folded;
pub use grams::of_document;
pub use keyboard::other_layout;
pub use particle::without_particle;
pub use plain::plain_text;
pub use terms::{LONGEST, Terms};
