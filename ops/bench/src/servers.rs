//! Private servers for one run: PostgreSQL, Redis, an instance, the ceiling. All listen on 127.0.0.1 and end
//! with this process.

use crate::client::{self, Connection};
use anyhow::{Context, Result, bail};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The folder of a run, taken away at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one.
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("minschool-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that ends with its handle.
pub struct Running(Child);

impl Running {
    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A private Redis without persistence.
pub struct Redis {
    pub process: Running,
    port: u16,
}

impl Redis {
    /// Starts it and waits until it listens.
    pub fn start(folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new("redis-server");
        command.current_dir(folder).args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let process = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("redis-server")?);
        wait_for("Redis", Duration::from_secs(10), || std::net::TcpStream::connect(address(port)).is_ok())?;
        Ok(Self { process, port })
    }

    /// The address of one of its databases.
    pub fn url(&self, database: u8) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }
}

/// A private PostgreSQL as Debian ships it: durable, with a quarter of a gigabyte of buffers.
pub struct Postgres {
    watcher: Child,
    port: u16,
    pub pid: u32,
}

impl Postgres {
    /// Starts it and waits until it lets us in.
    pub fn start(folder: &Path) -> Result<Self> {
        let (port, data) = (free_port()?, folder.join("postgres"));
        fs::create_dir_all(&data)?;
        let mut watcher = Command::new("bash")
            .args(["-c", WATCHER, "bash"])
            .args([programs()?.as_path(), &data, Path::new(&port.to_string())])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let ready = || fs::read_to_string(data.join("data/postmaster.pid")).is_ok_and(|text| text.contains("ready"));
        if let Err(fault) = wait_for("PostgreSQL", Duration::from_secs(60), ready) {
            let _ = watcher.kill();
            return Err(fault);
        }
        let file = fs::read_to_string(data.join("data/postmaster.pid"))?;
        let pid = file.lines().next().and_then(|line| line.trim().parse().ok()).context("PostgreSQL's number")?;
        Ok(Self { watcher, port, pid })
    }

    /// A new database.
    pub fn create(&self, name: &str) -> Result<String> {
        let port = self.port.to_string();
        let made = Command::new(programs()?.join("createdb")).args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]).status()?;
        if !made.success() {
            bail!("createdb {name} failed");
        }
        Ok(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
    }

    /// A checkpoint, so that what was seeded is not written while we measure.
    pub fn settle(&self, name: &str) -> Result<()> {
        let port = self.port.to_string();
        let sql = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", name, "-q", "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT"];
        Command::new(programs()?.join("psql")).args(sql).stdout(Stdio::null()).status()?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The end of the pipe is the watcher's sign to stop the server.
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// The programs of the newest installed version: Debian keeps them out of the way.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.sort();
    found.pop().context("PostgreSQL is not installed")
}

/// Starts the server as a user that may run it (not root), and stops it when this process is gone.
const WATCHER: &str = r#"
set -u
bin=$1 folder=$2 port=$3
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; as=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
cd /
"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
"${as[@]}" "$bin/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 \
  -c shared_buffers=256MB -c max_wal_size=4GB -c max_connections=100 &
cat > /dev/null
kill -INT $!
wait
"#;

fn wait_for(what: &str, longest: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
    let until = Instant::now() + longest;
    while !ready() {
        if Instant::now() > until {
            bail!("{what} does not start");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The program that stands beside this one.
fn program(name: &str) -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Where an instance finds its servers.
#[derive(Clone)]
pub struct Ground {
    pub database: String,
    pub redis: String,
    pub folder: PathBuf,
}

impl Ground {
    fn command(&self) -> Result<Command> {
        let mut command = Command::new(program("minschool")?);
        command.env("DATABASE_URL", &self.database).env("REDIS_URL", &self.redis).env("DATA_DIR", &self.folder);
        command.env("RATE_LIMITS", "off").stdout(Stdio::null()).stderr(Stdio::inherit()).env("LOG", "warn,minschool=warn");
        Ok(command)
    }

    /// Fills the database; says how long it took.
    pub fn seed(&self, users: usize, posts: usize, comments: usize, password: &str) -> Result<Duration> {
        let begun = Instant::now();
        let mut command = self.command()?;
        command.arg("seed").stderr(Stdio::null());
        for (flag, number) in [("--users", users), ("--posts", posts), ("--comments", comments)] {
            command.args([flag, &number.to_string()]);
        }
        if !command.args(["--password", password]).status()?.success() {
            bail!("minschool seed failed");
        }
        Ok(begun.elapsed())
    }
}

/// A server under measurement.
pub struct Server {
    pub process: Running,
    pub place: SocketAddr,
    /// From its start to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// An instance of MinSchool.
    pub async fn instance(ground: &Ground) -> Result<Self> {
        let (site, admin) = (free_port()?, free_port()?);
        let mut command = ground.command()?;
        command.env("LOG", "info").stderr(Stdio::null());
        command.env("SITE_LISTEN", address(site).to_string()).env("ADMIN_LISTEN", address(admin).to_string());
        Self::start(&mut command, site).await
    }

    /// The bare handler with one Redis GET.
    pub async fn ceiling(redis: &str) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(program("bench")?);
        Self::start(command.args(["ceiling", redis, &address(port).to_string()]), port).await
    }

    async fn start(command: &mut Command, port: u16) -> Result<Self> {
        let place = address(port);
        let begun = Instant::now();
        let process = Running(command.spawn()?);
        while begun.elapsed() < Duration::from_secs(20) {
            if let Ok(200) = Connection::to(place).status(&client::get("/", "")).await {
                return Ok(Self { process, place, first_answer: begun.elapsed() });
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("a server does not answer at {place}")
    }
}
