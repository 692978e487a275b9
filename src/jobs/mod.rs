//! Work beside the requests.
//!
//! `maintenance` what each instance does for itself, by timers · `worker` claims jobs and does them · `cleanup` the jobs that
//! delete what has grown old, and their schedules · `digests` the same for digests · `notices` looks for notifications to be mailed ·
//! `file_texts` reads documents · `search_fill` fills the search index with what was written before there was one · `saved_searches` looks
//! for what members keep searches for.

pub mod cleanup;
pub mod digests;
pub mod file_texts;
pub mod maintenance;
mod notices;
pub mod saved_searches;
mod search_fill;
pub mod worker;
