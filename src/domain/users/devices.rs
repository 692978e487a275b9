//! Browsers in which an account was signed in to before. A signed cookie identifies them, so that a stranger who types wrong
//! passwords for an account does not keep its owner out (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
//!
//! The cookie holds up to four entries joined by dots, the newest first. An entry is a random part and its HMAC together with
//! the router and the account; it names no account, so nobody reads from it who uses a shared computer.

use crate::domain::sessions::Area;
use crate::domain::{Context, Error, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Accounts that one browser is known for.
const ENTRIES: usize = 4;
/// 16 random bytes in base64url.
const RANDOM: usize = 22;
/// An HMAC-SHA-256 (RFC 2104) in base64url.
const SIGNATURE: usize = 43;

/// The random part of this browser's entry for an account, if it has one.
pub(super) fn known<'a>(ctx: &Context, sent: &'a str, area: Area, email: &str) -> Option<&'a str> {
    entries(sent).find(|entry| is_for(ctx, entry, area, email)).map(|entry| &entry[..RANDOM])
}

/// The cookie's new value after signing in: the account's entry first, made where there was none.
///
/// # Errors
/// `Internal` when the operating system gives no randomness.
pub(super) fn renewed(ctx: &Context, sent: &str, area: Area, email: &str) -> Result<String> {
    let (own, others): (Vec<&str>, Vec<&str>) = entries(sent).partition(|entry| is_for(ctx, entry, area, email));
    let first = match own.first() {
        Some(entry) => (*entry).to_owned(),
        None => fresh(ctx, area, email)?,
    };
    let all: Vec<&str> = std::iter::once(first.as_str()).chain(others).take(ENTRIES).collect();
    Ok(all.join("."))
}

fn fresh(ctx: &Context, area: Area, email: &str) -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal("random bytes", e))?;
    let random = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signature = BASE64_URL_SAFE_NO_PAD.encode(mac(ctx, &random, area, email).finalize().into_bytes());
    Ok(random + &signature)
}

/// What has the form of an entry. Only the sign-in of an account can check whose it is, so the others are kept unchecked.
fn entries(sent: &str) -> impl Iterator<Item = &str> {
    let fits = |entry: &&str| {
        entry.len() == RANDOM + SIGNATURE && entry.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    sent.split('.').take(ENTRIES).filter(fits)
}

/// Compared in constant time.
fn is_for(ctx: &Context, entry: &str, area: Area, email: &str) -> bool {
    let (random, signature) = entry.split_at(RANDOM);
    BASE64_URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| mac(ctx, random, area, email).verify_slice(&signature).is_ok())
}

fn mac(ctx: &Context, random: &str, area: Area, email: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(ctx.secret.as_bytes()).expect("HMAC takes a key of any length");
    for part in ["device", area.as_str(), random, email] {
        mac.update(part.as_bytes());
        mac.update(b"\0");
    }
    mac
}
