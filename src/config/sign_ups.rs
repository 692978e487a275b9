//! How many accounts one network may open.

use super::{Sources, Wrong};
use ipnet::IpNet;
use std::net::IpAddr;

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

#[cfg(test)]
mod tests {
    use super::super::{Config, Sources};
    use std::collections::BTreeMap;

    #[test]
    fn new_accounts_from_a_shared_network_are_not_counted() {
        let read = |text: &str| {
            let flags = BTreeMap::from([("SHARED_NETWORKS".to_owned(), text.to_owned())]);
            Config::read(&Sources::gather(None, |_| None, &flags).expect("no file is read"))
        };

        let config = read("203.0.113.0/24, 2001:db8::/32").expect("these are networks").sign_ups;

        assert_eq!(config.an_hour, 5);
        assert_eq!(["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1::1"].map(|ip| config.counts(ip)), [false; 3]);
        assert_eq!(["198.51.100.1", "2001:db9::1", "unix", ""].map(|ip| config.counts(ip)), [true; 4]);
        assert!(read("the school").expect_err("a name is no network").0[0].contains("SHARED_NETWORKS"));
    }
}
