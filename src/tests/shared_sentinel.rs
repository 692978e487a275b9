//! The shared state behind Sentinel, which puts a replica in the place of a Redis that died; and over TLS.

use crate::shared_fixture::{accept_all, copy, eventually};
use minschool::clock::monotonic::MonotonicClock;
use minschool::shared::{Effect::Delivered, Known::Known, RedisOptions, Shared};
use testkit::redis::PrivateRedis;
use testkit::sentinel::PrivateSentinel;

#[tokio::test]
async fn sentinel_names_another_redis_when_the_first_dies() {
    let mut first = PrivateRedis::start();
    let second = PrivateRedis::start_replica_of(&first);
    let sentinel = PrivateSentinel::watch(&first);
    let shared = Shared::redis(RedisOptions::new(sentinel.url()), MonotonicClock::default(), "a secret");
    shared.start(accept_all());
    let well = async || shared.health().is_well() && shared.signals().are_delivered();
    eventually("it is trusted and its signals arrive", well).await;
    assert_eq!(shared.sessions().put("aa", &copy(1)).await, Delivered);
    assert!(first.command(&["GET", "session:aa"]).contains("userId"), "it was written to the first");
    eventually("the replica has caught up", async || second.command(&["GET", "session:aa"]).contains("userId")).await;

    first.kill();
    // Sentinel cuts the connections to a Redis whose part changes, this one too.
    let leads = || second.try_command(&["ROLE"]).is_ok_and(|role| role.contains("master"));
    eventually("the replica takes over", async || leads()).await;
    eventually("the shared state has found it", well).await;

    eventually("sessions are written again", async || shared.sessions().put("bb", &copy(2)).await == Delivered).await;
    assert!(second.command(&["GET", "session:bb"]).contains("userId"));
    // Sentinel cuts the connections to a Redis whose part has changed, so one answer may be missing.
    eventually("and read", async || matches!(shared.sessions().get("bb").await, Known(Some(_)))).await;
}

/// Certificates are the system's business, so this is asked of a process of its own.
#[test]
fn redis_is_reached_over_tls_if_its_certificate_is_good() {
    let redis = PrivateRedis::start_with_tls();
    let config = |authority: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_minschool"));
        let folder = tempfile::tempdir().unwrap();
        command.env_clear().env("REDIS_URL", redis.tls_url()).env("SSL_CERT_FILE", authority);
        command.env("DATA_DIR", folder.path()).env("RUST_MIN_STACK", "8388608").env("LOG_FORMAT", "text");
        let answer = command.args(["user", "list"]).output().unwrap();
        String::from_utf8_lossy(&answer.stderr).into_owned() + &String::from_utf8_lossy(&answer.stdout)
    };

    let good = config(&redis.authority());
    let unknown = config("/dev/null");

    assert!(!good.contains("Redis does not answer"), "{good}");
    assert!(unknown.contains("Redis does not answer"), "{unknown}");
}
