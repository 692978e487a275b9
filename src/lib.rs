//! MinSchool.
