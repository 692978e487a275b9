//! The staff side.
