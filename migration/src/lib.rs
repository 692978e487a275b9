//! The schema of MinSchool.
