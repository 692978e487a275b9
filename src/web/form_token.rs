//! One-time keys of forms: issued here, signed, good for one form, one person and three days.

use super::request::RequestContext;
use crate::domain::idempotency::Key;
use crate::domain::{Error, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Seconds for which a form may be open. Must stay below `domain::idempotency::KEPT_DAYS`.
const GOOD_FOR: i64 = 3 * 24 * 3600;
/// Random bytes, and the first bytes of the signature.
const PART: usize = 16;

/// A new key for a form of this visitor. `form` names what it does, such as `post.create`.
pub fn issue(request: &RequestContext, form: &str) -> String {
    let mut bytes = Vec::with_capacity(8 + 2 * PART);
    bytes.extend_from_slice(&request.app.context.clock.now().unix_timestamp().to_be_bytes());
    let mut random = [0_u8; PART];
    // Without randomness the key would repeat and a form would get another one's answer; an unsigned one is refused instead.
    if getrandom::fill(&mut random).is_err() {
        return String::new();
    }
    bytes.extend_from_slice(&random);
    let signature = mac(request, form, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&signature[..PART]);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a key that came back is one that was issued to this visitor for this form, not too long ago.
///
/// # Errors
/// `Invalid("form", "form.stale")`: the form is drawn again with all that was typed and a new key.
pub fn check(request: &RequestContext, form: &str, sent: &str) -> Result<Key> {
    let stale = || Error::invalid("form", "form.stale");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sent).map_err(|_| stale())?;
    let (payload, signature) = bytes.split_at_checked(8 + PART).ok_or_else(stale)?;
    let issued = payload.first_chunk().map(|at| i64::from_be_bytes(*at)).ok_or_else(stale)?;
    let age = request.app.context.clock.now().unix_timestamp() - issued;
    // Instances' clocks may differ by a little, so a key may come from a moment that is yet to be.
    let signed = signature.len() == PART && mac(request, form, payload).verify_truncated_left(signature).is_ok();
    if !(-300..GOOD_FOR).contains(&age) || !signed {
        return Err(stale());
    }
    Ok(Key(sent.to_owned()))
}

/// The same for a page whose buttons share a key: each `target` can be answered once.
///
/// # Errors
/// As [`check`].
pub fn check_one(request: &RequestContext, form: &str, sent: &str, target: impl std::fmt::Display) -> Result<Key> {
    check(request, form, sent).map(|key| Key(format!("{}.{target}", key.0)))
}

fn mac(request: &RequestContext, form: &str, payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(request.app.context.secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(payload);
    mac.update(&request.viewer_id().0.to_be_bytes());
    mac.update(form.as_bytes());
    mac
}
