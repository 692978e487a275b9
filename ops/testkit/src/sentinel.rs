//! A private Sentinel, which promotes a replica when the primary Redis dies.

use crate::process::{Process, free_port, wait_until};
use crate::redis::{PrivateRedis, command};
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A running Sentinel.
pub struct PrivateSentinel {
    port: u16,
    _process: Process,
    _folder: TempDir,
}

impl PrivateSentinel {
    /// Starts one that watches a Redis with a replica; its own vote is enough.
    pub fn watch(redis: &PrivateRedis) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let lines = [
            format!("port {port}"),
            "bind 127.0.0.1".into(),
            format!("sentinel monitor main 127.0.0.1 {} 1", redis.port()),
            "sentinel down-after-milliseconds main 300".into(),
            "sentinel failover-timeout main 2000".into(),
        ];
        fs::write(folder.path().join("sentinel.conf"), lines.join("\n")).unwrap();
        let mut program = Command::new("redis-server");
        program.current_dir(folder.path()).args(["sentinel.conf", "--sentinel"]).stdout(Stdio::null()).stderr(Stdio::null());
        let sentinel = Self { port, _process: Process::spawn(&mut program), _folder: folder };
        // The replica has to be known before the primary dies.
        wait_until("Sentinel knows the replica", Duration::from_secs(10), || sentinel.knows_a_replica());
        sentinel
    }

    /// The URL that leads to the Redis that is primary now.
    pub fn url(&self) -> String {
        format!("redis-sentinel://127.0.0.1:{}?sentinelServiceName=main", self.port)
    }

    fn knows_a_replica(&self) -> bool {
        let replicas = command(self.port, None, &["SENTINEL", "REPLICAS", "main"]).unwrap_or_default();
        replicas.contains("master-link-status\nok")
    }
}
