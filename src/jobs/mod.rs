//! Work beside the requests.

pub mod maintenance;
mod search_fill;
