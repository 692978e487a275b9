//! The views of MinSchool.
