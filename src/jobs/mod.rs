//! Work beside the requests.

pub mod maintenance;
