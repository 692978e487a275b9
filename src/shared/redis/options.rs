//! The address of Redis, the time-outs, and whether it accepts our credentials.

use super::connection::Connection;
use bytes::Bytes;
use fred::{
    clients::Client,
    error::{Error, ErrorKind},
    interfaces::KeysInterface,
    types::RespVersion,
    types::config::{Config, ConnectionConfig, PerformanceConfig, TcpConfig, UnresponsiveConfig},
};
use futures_util::future::try_join_all;
use std::{fmt, time::Duration};

/// The schemes of addresses that are accepted.
const SCHEMES: [&str; 7] = ["redis", "rediss", "redis-sentinel", "rediss-sentinel", "redis-cluster", "rediss-cluster", "redis+unix"];

/// How to connect to Redis.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://`, `rediss://`, `redis-sentinel://`, `redis-cluster://` or `redis+unix://`, with user and password.
    pub url: String,
    /// Goes before every key and channel, for those who share one Redis among several sites. Mostly empty.
    pub prefix: String,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long one command may take before the page goes on without it.
    pub command_timeout: Duration,
}

impl RedisOptions {
    /// The usual time-outs for the Redis at this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: String::new(),
            connect_timeout: Duration::from_millis(500),
            command_timeout: Duration::from_millis(150),
        }
    }

    /// A client that connects once and never again by itself: each connection is validated before it is trusted, so
    /// none may be replaced unseen.
    pub(super) fn client(&self) -> Result<Client, Error> {
        // fred accepts any URL with a host, such as that of another service by mistake.
        if !SCHEMES.contains(&self.scheme()) {
            let expected = "it must begin with redis://, rediss://, redis-sentinel://, redis-cluster:// or redis+unix://";
            return Err(Error::new(ErrorKind::Url, expected));
        }
        // RESP3, in which Redis sends changes over the connection that read (`client_cache`).
        let config = Config { fail_fast: true, version: RespVersion::RESP3, ..Config::from_url(&self.url)? };
        let performance = PerformanceConfig {
            default_command_timeout: self.command_timeout,
            broadcast_channel_capacity: 1024,
            ..PerformanceConfig::default()
        };
        let connection = ConnectionConfig {
            connection_timeout: self.connect_timeout,
            internal_command_timeout: self.connect_timeout,
            max_command_attempts: 1,
            max_command_buffer_len: 10_000,
            unresponsive: UnresponsiveConfig { max_timeout: Some(Duration::from_millis(400)), interval: Duration::from_millis(100) },
            tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
            ..ConnectionConfig::default()
        };
        Ok(Client::new(config, Some(performance), Some(connection), None))
    }

    /// Are keys spread over many servers, so that one command may not name several?
    pub(super) fn is_clustered(&self) -> bool {
        self.scheme().ends_with("-cluster")
    }

    /// A key or a channel, as it is called there.
    pub(super) fn key(&self, key: String) -> String {
        if self.prefix.is_empty() { key } else { format!("{}{key}", self.prefix) }
    }

    fn scheme(&self) -> &str {
        self.url.split_once("://").map_or("", |(scheme, _)| scheme)
    }
}

/// The address may hold a password, so it is never shown.
impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("prefix", &self.prefix)
            .field("connect_timeout", &self.connect_timeout)
            .field("command_timeout", &self.command_timeout)
            .finish_non_exhaustive()
    }
}

/// Why a Redis cannot be used as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The address makes no sense.
    #[error("this is not an address of Redis: {0}")]
    BadUrl(String),
    /// It is there, but the password is missing or wrong.
    #[error("Redis refuses the user name or password")]
    WrongPassword,
    /// It does not answer. That may pass, so it is no reason not to start.
    #[error("Redis does not answer: {0}")]
    Unreachable(String),
}

/// Connects once, as the real connection will, and asks for these values.
pub(in crate::shared) async fn look(options: &RedisOptions, keys: Vec<String>) -> Result<Vec<Option<Bytes>>, ProbeError> {
    let client = options.client().map_err(|error| ProbeError::BadUrl(error.details().to_owned()))?;
    let reached = async {
        let connection = Connection::open(client, options.connect_timeout).await?;
        connection.ping().await?;
        try_join_all(keys.into_iter().map(|key| connection.client.get(options.key(key)))).await
    };
    reached.await.map_err(|error: Error| match error.kind() {
        ErrorKind::Auth => ProbeError::WrongPassword,
        _ => ProbeError::Unreachable(error.details().to_owned()),
    })
}
