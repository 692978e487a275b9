//! How many accounts one network may open.

use super::{Sources, Wrong};
use ipnet::IpNet;
use std::net::IpAddr;

/// See the head of this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUps {
    /// New accounts in an hour from one address.
    pub an_hour: u64,
    /// Networks of many people behind one address; not counted.
    pub shared: Vec<IpNet>,
}

impl SignUps {
    /// Whether new accounts from this address are counted. What is no address (a Unix socket) is.
    pub fn counts(&self, address: &str) -> bool {
        let address = address.parse::<IpAddr>().map(|ip| ip.to_canonical());
        address.map_or(true, |ip| !self.shared.iter().any(|network| network.contains(&ip)))
    }
}

pub(super) fn read(sources: &Sources, wrong: &mut Wrong) -> SignUps {
    SignUps { an_hour: wrong.number(sources, "SIGNUPS_PER_HOUR", 1..=1_000_000), shared: wrong.networks(sources, "SHARED_NETWORKS") }
}
