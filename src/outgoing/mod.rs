//! Connections that this program opens to other servers by itself: where they may lead, and how long opening one may take.
//! All that goes out resolves its server here: mail today.
//!
//! An address that comes from a person or from another server (a webhook, a push service) may be made to lead into the
//! operator's own network (OWASP SSRF Prevention Cheat Sheet). So a name is resolved first, every address that it has is looked at, and
//! the connection is opened to one that was looked at: a second answer of the name server cannot lead it elsewhere. A server
//! that the operator configured may be anywhere.

mod address;

pub use address::is_public;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::timeout;

/// Longest time for resolving a name, and for opening a connection.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Where a connection may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: the operator named the server.
    Configured,
    /// To public addresses only.
    Public,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address.
    #[error("{0} cannot be resolved: {1}")]
    Unknown(String, String),
    /// The name leads to an address of a network that is not public.
    #[error("{0} leads to {1}, which is no public address")]
    Private(String, IpAddr),
}

/// The addresses of a server, each of them one that may be connected to.
///
/// # Errors
/// `Unknown`, `Private`.
pub async fn resolve(host: &str, port: u16, reach: Reach) -> Result<Vec<SocketAddr>, Unreachable> {
    let unknown = |why: String| Unreachable::Unknown(host.to_owned(), why);
    let found = timeout(PATIENCE, lookup_host((host, port))).await.map_err(|_| unknown("the name server does not answer".into()))?;
    let found: Vec<SocketAddr> = found.map_err(|err| unknown(err.to_string()))?.collect();
    if found.is_empty() {
        return Err(unknown("it has no address".into()));
    }
    match found.iter().find(|address| reach == Reach::Public && !is_public(address.ip())) {
        Some(private) => Err(Unreachable::Private(host.to_owned(), private.ip())),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_is_reached_only_where_the_operator_says_so() {
        let refused = resolve("localhost", 25, Reach::Public).await;

        assert!(matches!(refused, Err(Unreachable::Private(..))), "{refused:?}");
        assert!(resolve("localhost", 25, Reach::Configured).await.is_ok_and(|found| found.iter().all(|to| to.ip().is_loopback())));
        assert!(matches!(resolve("no-such-host.invalid", 25, Reach::Configured).await, Err(Unreachable::Unknown(..))));
    }
}
