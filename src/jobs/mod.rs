//! Work beside the requests.
//!
//! `maintenance` what each instance does for itself, by timers · `worker` claims jobs and does them · `cleanup` the jobs that
//! delete what has grown old, and their schedules

pub mod cleanup;
pub mod maintenance;
pub mod worker;
