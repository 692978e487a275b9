//! The network that an address belongs to, as far as limits distinguish addresses.

use crate::domain::tokens;
use std::net::{IpAddr, Ipv6Addr};

/// Bits of an IPv6 address that its network decides. One connection gets a /64 at least (RFC 6177; RFC 4291 section 2.5.4), so
/// its owner can use any of 2^64 addresses below it.
const PREFIX: u32 = 64;

/// A short name of the network, for a limit's key. Hashed, so that Redis holds no address of a person.
pub fn key(address: &str) -> String {
    let network = match address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << (128 - PREFIX))).to_string(),
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => address.to_owned(),
    };
    hashed(&network)
}

/// A short name for a text that a key must not show.
pub(super) fn hashed(text: &str) -> String {
    tokens::hash(text)[..24].to_owned()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn addresses_of_one_ipv6_connection_are_one_network() {
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_ne!(key("unix"), key(""));
    }
}
