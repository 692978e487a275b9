//! A private PostgreSQL. It ends with this process, however that ends: a shell waits for the end of a pipe, stops the server
//! and removes its files (`ops/testkit/postgres.sh`).

use crate::process::{free_port, wait_until};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Settings for tests: what is written may be lost with the machine.
pub const NOT_DURABLE: &[&str] =
    &["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=400", "shared_buffers=64MB"];

/// A running server.
pub struct PrivatePostgres {
    /// None: another process started it and stops it.
    watcher: Option<Child>,
    folder: PathBuf,
    port: u16,
}

impl PrivatePostgres {
    /// The server that `ops/testkit/shared-postgres` started for all processes of a test run, if it did.
    pub fn shared() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("MINSCHOOL_TEST_POSTGRES")?);
        let port = fs::read_to_string(folder.join("port")).unwrap().trim().parse().unwrap();
        Some(Self { watcher: None, folder, port })
    }

    /// Starts a server with these settings, and waits until it accepts connections.
    pub fn start(settings: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (port, number) = (free_port(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Not `tempfile`: the user postgres has to reach it.
        let folder = std::env::temp_dir().join(format!("minschool-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let watcher = Command::new("bash")
            .args(["-c", WATCHER, "bash"])
            .args([programs().as_path(), &folder, Path::new(&port.to_string())])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { watcher: Some(watcher), folder, port };
        let started = || fs::read_to_string(server.folder().join("postmaster.pid")).is_ok_and(|text| text.contains("ready"));
        wait_until("PostgreSQL accepts connections", Duration::from_secs(60), started);
        server
    }

    /// The folder of its files.
    pub fn folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of its first process.
    pub fn id(&self) -> u32 {
        let file = fs::read_to_string(self.folder().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().trim().parse().unwrap()
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a new, empty database, and gives its URL.
    pub fn create(&self, database: &str) -> String {
        let made = self.program("createdb", &[database]);
        assert!(made.status.success(), "createdb {database}: {}", String::from_utf8_lossy(&made.stderr));
        self.url(database)
    }

    /// A copy of a database that `fill` has filled; it is made with the first one, also where several processes ask for one.
    pub fn create_like(&self, template: &str, database: &str, fill: impl FnOnce(&str)) -> String {
        let copy = || self.program("createdb", &["--template", template, database]);
        if !copy().status.success() {
            let lock = fs::File::create(std::env::temp_dir().join(format!("minschool-template-{}.lock", self.port))).unwrap();
            lock.lock().unwrap();
            let mut made = copy();
            if !made.status.success() {
                fill(&self.create("unfinished"));
                let rename = format!("ALTER DATABASE unfinished RENAME TO \"{template}\"");
                let renamed = self.program("psql", &["-X", "-q", "-c", &rename]);
                assert!(renamed.status.success(), "{}", String::from_utf8_lossy(&renamed.stderr));
                made = copy();
            }
            assert!(made.status.success(), "createdb {database}: {}", String::from_utf8_lossy(&made.stderr));
        }
        self.url(database)
    }

    /// Vacuums, analyses and writes a checkpoint, so that none of that happens while something is measured.
    pub fn settle(&self, database: &str) {
        let done = self.program("psql", &["-d", database, "-q", "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT"]);
        assert!(done.status.success(), "psql {database}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// The bytes of a database on the disk.
    pub fn size(&self, database: &str) -> u64 {
        let output = self.program("psql", &["-d", database, "-X", "-A", "-t", "-c", "SELECT pg_database_size(current_database())"]);
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
    }

    fn program(&self, name: &str, args: &[&str]) -> Output {
        let mut command = Command::new(programs().join(name));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres"]).args(args).output().unwrap()
    }

    /// Stops all of its processes where they are: nothing is answered, and nothing is closed.
    pub fn freeze(&self) {
        self.signal_all("STOP");
    }

    /// Continues all of its processes.
    pub fn thaw(&self) {
        self.signal_all("CONT");
    }

    fn signal_all(&self, name: &str) {
        let pid = self.id();
        // The first process first: it starts no others then.
        let script = format!("kill -{name} {pid}; kill -{name} $(pgrep -P {pid}) 2>/dev/null || true");
        assert!(Command::new("bash").args(["-c", &script]).status().unwrap().success());
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            // The end of the pipe is the watcher's sign to stop the server.
            drop(watcher.stdin.take());
            let _ = watcher.wait();
        }
    }
}

/// The programs of the newest installed version, which Debian keeps out of PATH.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed (ops/test does that)");
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.sort();
    found.pop().expect("PostgreSQL is installed (ops/test does that)")
}

/// Starts the server, and stops it when this process is gone.
const WATCHER: &str = include_str!("../postgres.sh");
