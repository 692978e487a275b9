//! Work beside the requests.
//!
//! `file_texts` reads documents · `maintenance` what each instance does for itself, by timers · `worker` claims jobs and does them · `cleanup` the jobs that
//! delete what has grown old, and their schedules · `search_fill` fills the search index with what was written before there was one.

pub mod cleanup;
pub mod file_texts;
pub mod maintenance;
mod search_fill;
pub mod worker;
