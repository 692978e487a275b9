//! MinSchool: the community site of an organisation, in one binary.

pub mod config;
pub mod entity;
pub mod domain;
