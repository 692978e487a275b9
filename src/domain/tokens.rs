//! Random tokens for cookies and links, and the hash by which they are stored.

use super::{Error, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// 256 random bits in URL-safe Base64 (OWASP session management: at least 64 bits of entropy).
///
/// # Errors
/// `Internal` when the operating system gives no randomness.
pub fn random() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal("random bytes", e))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The SHA-256 of a token in hexadecimal, which is all that is stored of it.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
