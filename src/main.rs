//! MinSchool.
fn main() {}
