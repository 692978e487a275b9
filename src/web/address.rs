//! The client's address. X-Forwarded-For is used only from the proxies that the operator named, and read from the right: whatever is to the
//! left of the first other address can be forged.

use ipnet::IpNet;
use poem::Request;
use std::net::IpAddr;
use std::sync::Once;
use url::Url;

/// The address of the client. IPv4 as a socket for both kinds shows it (`::ffff:127.0.0.1`, RFC 4291 section 2.5.5.2)
/// is IPv4 here, or a proxy on this machine would not be known and all visitors would be one address.
pub fn client(req: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer(req);
    if !is_proxy(peer, trusted) {
        return peer;
    }
    let chain = req.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = chain.flat_map(|value| value.split(',')).map(str::trim).collect();
    nearest_stranger(&hops, trusted).or(peer)
}

/// Logs once, when a trusted proxy received a request over HTTPS and the public address is http: session cookies are then
/// sent without `Secure`, and no Strict-Transport-Security is.
pub fn warn_of_plain_address(req: &Request, trusted: &[IpNet], public: &Url) {
    static WARNED: Once = Once::new();
    let over_https = || req.headers().get_all("x-forwarded-proto").iter().next_back().is_some_and(|scheme| scheme == "https");
    if public.scheme() == "http" && over_https() && is_proxy(peer(req), trusted) {
        WARNED.call_once(|| {
            tracing::warn!(
                "a proxy says that browsers use https, but the public address is {public}: cookies are sent without Secure; \
                 set PUBLIC_URL and ADMIN_PUBLIC_URL to the https addresses"
            );
        });
    }
}

fn peer(req: &Request) -> Option<IpAddr> {
    req.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical())
}

/// A Unix socket has no address; what may open it is a proxy of ours.
fn is_proxy(peer: Option<IpAddr>, trusted: &[IpNet]) -> bool {
    peer.is_none_or(|ip| is_trusted(ip, trusted))
}

fn nearest_stranger(hops: &[&str], trusted: &[IpNet]) -> Option<IpAddr> {
    let mut nearest = None;
    for hop in hops.iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>().map(|ip| ip.to_canonical()) else { break };
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
