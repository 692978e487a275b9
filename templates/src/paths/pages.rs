//! The first page and the pages of fixed text.

/// The first page.
pub const HOME: &str = "/";
/// Terms of use.
pub const TERMS: &str = "/terms";
/// How personal data are treated.
pub const PRIVACY: &str = "/privacy";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "/accessibility";
/// Where a vulnerability is reported (RFC 9116 section 3).
pub const SECURITY_TXT: &str = "/.well-known/security.txt";
