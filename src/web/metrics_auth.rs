//! Who may read the measurements: programs on this machine, and holders of the token. To all others they are
//! not there.

use poem::Request;
use poem::http::header;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Whether this request may.
pub fn opens(req: &Request, token: Option<&str>) -> bool {
    is_from_here(req) || token.is_some_and(|token| bears(req, token))
}

/// From a program on this machine and not by way of a proxy, which would bring strangers along.
fn is_from_here(req: &Request) -> bool {
    let peer = req.remote_addr();
    let near =
        peer.as_socket_addr().is_some_and(|address| address.ip().to_canonical().is_loopback()) || peer.as_unix_socket_addr().is_some();
    near && !["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| req.headers().contains_key(*name))
}

/// `Authorization: Bearer …` (RFC 6750). What is compared are digests, all of their bytes: how long that takes shows
/// nothing about the token.
fn bears(req: &Request, token: &str) -> bool {
    let sent = req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(sent) = sent.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return false;
    };
    let (sent, token) = (Sha256::digest(sent.1.trim()), Sha256::digest(token));
    sent.ct_eq(&token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let asks = |value: &str| Request::builder().header(header::AUTHORIZATION, value).finish();

        assert!(opens(&asks("Bearer a-token-of-sixteen"), Some("a-token-of-sixteen")));
        assert!(opens(&asks("bearer a-token-of-sixteen"), Some("a-token-of-sixteen")));
        for wrong in ["Bearer a-token-of-sixtee", "Bearer ", "Bearer", "", "Basic a-token-of-sixteen", "Bearer a-token-of-sixteenn"] {
            assert!(!opens(&asks(wrong), Some("a-token-of-sixteen")), "{wrong}");
        }
        assert!(!opens(&asks("Bearer "), None), "without a token nothing does");
    }
}
