//! Whose address a request comes from. X-Forwarded-For is believed only of the proxies that the operator
//! named, and read from the right: what stands left of the first stranger, the stranger may have written.

use ipnet::IpNet;
use poem::Request;
use std::net::IpAddr;

/// The address of whoever is asking.
pub fn client(req: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = req.remote_addr().as_socket_addr().map(|address| address.ip());
    // A Unix socket has no address; whoever may open it is a proxy of ours.
    let is_proxy = peer.is_none_or(|ip| is_trusted(ip, trusted));
    if !is_proxy {
        return peer;
    }
    let chain = req.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = chain.flat_map(|value| value.split(',')).map(str::trim).collect();
    nearest_stranger(&hops, trusted).or(peer)
}

fn nearest_stranger(hops: &[&str], trusted: &[IpNet]) -> Option<IpAddr> {
    let mut nearest = None;
    for hop in hops.iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        nearest = Some(ip);
        if !is_trusted(ip, trusted) {
            break;
        }
    }
    nearest
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_is_not_believed() {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];

        let seen = nearest_stranger(&["1.2.3.4", "9.9.9.9", "10.0.0.2"], &trusted);

        assert_eq!(seen, "9.9.9.9".parse().ok());
        assert_eq!(nearest_stranger(&["nonsense"], &trusted), None);
        assert_eq!(nearest_stranger(&["8.8.8.8", "<script>", "10.0.0.2"], &trusted), "10.0.0.2".parse().ok());
    }
}
