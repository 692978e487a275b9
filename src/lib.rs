//! MinSchool.
pub mod shared;
