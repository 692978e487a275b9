//! What the integration tests, `ops/bench` and `ops/chaos` share: private servers that end with their handle, an HTTP/1.1
//! client, forms. A server that does not start is a panic that names it; there is nothing that a caller could do instead.
//!
//! `http` requests and responses as bytes, a blocking exchange · `connection` an asynchronous kept connection · `form` encoding
//! and the idempotency key of a form · `process` child processes, ports · `postgres`, `redis`, `sentinel`, `nginx`, `instance`,
//! `smtp` one private server each · `certificates` for those that encrypt · `fault_proxy` a TCP proxy that can be cut and frozen.
#![expect(clippy::unwrap_used, reason = "a private server that cannot be started or controlled ends the run")]

pub mod certificates;
pub mod connection;
pub mod fault_proxy;
pub mod form;
pub mod http;
pub mod instance;
pub mod nginx;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod sentinel;
pub mod smtp;
