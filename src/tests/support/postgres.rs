//! One private PostgreSQL for the whole run, with a database for each test. It ends with the test process,
//! however that ends: its watcher waits for the end of a pipe.

use sea_orm::{ConnectionTrait, Database};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

struct Server {
    port: u16,
    _watcher: Child,
}

/// The address of a new, empty database.
pub async fn database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = server().await;
    let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(url(server.port, "postgres")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    url(server.port, &name)
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

async fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(|| start(place()))).await.unwrap();
    answers(server.port).await;
    server
}

async fn answers(port: u16) {
    for _ in 0..500 {
        if let Ok(db) = Database::connect(url(port, "postgres")).await {
            db.close().await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("PostgreSQL does not start");
}

/// A server of one test's own, which may be stopped for a while.
pub struct OwnPostgres {
    server: Server,
    folder: PathBuf,
}

impl OwnPostgres {
    pub async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("minschool-postgres-{}-own", std::process::id()));
        let server = start(folder.clone());
        answers(server.port).await;
        Self { server, folder }
    }

    pub fn url(&self) -> String {
        url(self.server.port, "postgres")
    }

    /// Stops all of its processes where they are: nothing is answered, and nothing is closed.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        // The server first: it starts no others then.
        let script = format!("kill -{name} {pid}; kill -{name} $(pgrep -P {pid}) 2>/dev/null || true");
        assert!(Command::new("bash").args(["-c", &script]).status().unwrap().success());
    }
}

/// The programs of the newest installed version: Debian keeps them out of the way.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed (ops/test does that)");
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.sort();
    found.pop().expect("PostgreSQL is installed (ops/test does that)")
}

/// Where the server of this run keeps its files.
pub fn folder() -> PathBuf {
    place().join("data")
}

fn place() -> PathBuf {
    std::env::temp_dir().join(format!("minschool-postgres-{}", std::process::id()))
}

fn start(folder: PathBuf) -> Server {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    std::fs::create_dir_all(&folder).unwrap();
    let mut script = tempfile::NamedTempFile::new().unwrap();
    script.write_all(WATCHER.as_bytes()).unwrap();
    let (_, path) = script.keep().unwrap();
    let watcher = Command::new("bash")
        .arg(&path)
        .args([programs().as_path(), folder.as_path(), Path::new(&port.to_string())])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Server { port, _watcher: watcher }
}

/// Starts the server as a user that may run it (not root), and stops it when this process is gone.
const WATCHER: &str = r#"
set -u
bin=$1 folder=$2 port=$3
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; as=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
cd /
"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
"${as[@]}" "$bin/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 -c fsync=off \
  -c full_page_writes=off -c synchronous_commit=off -c max_connections=400 -c shared_buffers=64MB &
cat > /dev/null
kill -QUIT $!
wait
rm -rf "$folder" "$0"
"#;
