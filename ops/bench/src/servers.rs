//! The servers of one run: PostgreSQL and Redis from the testkit, an instance, the baseline. All listen on 127.0.0.1 and end
//! with this process.

use anyhow::{Result, bail};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::connection::Connection;
use testkit::http::Request;
use testkit::instance::PrivateInstance;
use testkit::nginx::PrivateNginx;
use testkit::process::{Process, free_port, local};

/// As Debian ships it, durable, with a quarter of a gigabyte of buffers.
pub const POSTGRES: &[&str] = &["shared_buffers=256MB", "max_wal_size=4GB", "max_connections=100"];

/// The program that stands beside this one.
fn program(name: &str) -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Where an instance finds its servers.
#[derive(Clone)]
pub struct Backends {
    pub database: String,
    pub redis: String,
    pub folder: PathBuf,
}

impl Backends {
    fn command(&self) -> Result<Command> {
        let mut command = Command::new(program("minschool")?);
        command.env("DATABASE_URL", &self.database).env("REDIS_URL", &self.redis).env("DATA_DIR", &self.folder);
        command.env("RATE_LIMITS", "off").env("SITE_LISTEN", "127.0.0.1:0").env("ADMIN_LISTEN", "127.0.0.1:0");
        Ok(command)
    }

    /// Fills the database; returns how long it took.
    pub fn seed(&self, users: usize, posts: usize, comments: usize, password: &str) -> Result<Duration> {
        let begun = Instant::now();
        let mut command = self.command()?;
        command.arg("seed").stdout(Stdio::null()).stderr(Stdio::null()).env("LOG", "warn,minschool=warn");
        for (flag, number) in [("--users", users), ("--posts", posts), ("--comments", comments)] {
            command.args([flag, &number.to_string()]);
        }
        if !command.args(["--password", password]).status()?.success() {
            bail!("minschool seed failed");
        }
        Ok(begun.elapsed())
    }

    /// Fills the search index, which an instance would do beside its requests; returns how long it took.
    pub fn reindex(&self) -> Result<Duration> {
        let begun = Instant::now();
        if !self.command()?.arg("reindex").stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
            bail!("minschool reindex failed");
        }
        Ok(begun.elapsed())
    }
}

/// Comments in a database of so many posts.
pub fn comments(posts: usize) -> usize {
    posts.max(20_000)
}

/// An address and the instances behind it.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub apps: Vec<u32>,
}

/// A server under measurement.
pub struct Server {
    pub process: Process,
    pub address: SocketAddr,
    /// The panel's port; none of the baseline.
    admin: u16,
    /// From its start to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// An instance of MinSchool.
    pub async fn instance(backends: &Backends) -> Result<Self> {
        Self::named(backends, "bench").await
    }

    async fn named(backends: &Backends, name: &str) -> Result<Self> {
        let begun = Instant::now();
        let instance = PrivateInstance::start(backends.command()?.env("LOG", "info").env("INSTANCE", name));
        Ok(Self { admin: instance.admin, ..Self::first_answer(begun, instance.process, instance.site).await? })
    }

    /// The bare handler with one Redis GET.
    pub async fn baseline(redis: &str) -> Result<Self> {
        let (begun, port) = (Instant::now(), free_port());
        let process = Process::spawn(Command::new(program("bench")?).args(["baseline", redis, &local(port).to_string()]));
        Self::first_answer(begun, process, port).await
    }

    pub fn target(&self) -> Target {
        Target { address: self.address, apps: vec![self.process.id()] }
    }

    async fn first_answer(begun: Instant, process: Process, port: u16) -> Result<Self> {
        let address = local(port);
        while begun.elapsed() < Duration::from_secs(20) {
            if let Ok(200) = Connection::to(address).status(&Request::get("/").to_bytes()).await {
                return Ok(Self { process, address, admin: 0, first_answer: begun.elapsed() });
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("a server does not answer at {address}")
    }
}

/// nginx that answers every address with the same page from a file, on three ports: what an instance costs nothing to draw.
struct StaticServers {
    process: Process,
    ports: Vec<u16>,
    _folder: TempDir,
}

impl StaticServers {
    async fn start(page: &[u8]) -> Result<Self> {
        let (folder, ports) = (tempfile::tempdir()?, (0..3).map(|_| free_port()).collect::<Vec<_>>());
        let place = folder.path().display();
        let server =
            |port: &u16| format!("server {{ listen 127.0.0.1:{port}; location / {{ root {place}; try_files /page.html =404; }} }}\n");
        let temporary: String =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].iter().map(|kind| format!("{kind}_temp_path {place}/{kind};\n")).collect();
        let config = format!(
            "daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes auto;\nevents {{ worker_connections 4096; }}\n\
             http {{ access_log off; default_type text/html; sendfile on; open_file_cache max=10;\n\
             keepalive_requests 1000000; {temporary}{} }}\n",
            ports.iter().map(server).collect::<String>()
        );
        fs::write(folder.path().join("nginx.conf"), config)?;
        fs::write(folder.path().join("page.html"), page)?;
        // Its workers are another account's where it is started by root.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let mut command = Command::new(program);
        command.arg("-c").arg(folder.path().join("nginx.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let servers = Self { process: Process::spawn(&mut command), ports, _folder: folder };
        let begun = Instant::now();
        while !matches!(Connection::to(local(servers.ports[0])).status(&Request::get("/").to_bytes()).await, Ok(200)) {
            if begun.elapsed() > Duration::from_secs(5) {
                bail!("nginx does not answer with a file");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(servers)
    }
}

impl Drop for StaticServers {
    fn drop(&mut self) {
        // In order, so that its workers end with it.
        self.process.signal("TERM");
        self.process.wait();
    }
}

/// The shipped files of nginx before servers that only send a page of so many bytes: the most that it passes on here.
pub struct StaticCluster {
    nginx: PrivateNginx,
    servers: StaticServers,
}

impl StaticCluster {
    pub async fn start(page: &[u8]) -> Result<Self> {
        let servers = StaticServers::start(page).await?;
        let nginx = PrivateNginx::start_uncounted(&servers.ports, &servers.ports).await;
        Ok(Self { nginx, servers })
    }

    pub fn target(&self) -> Target {
        Target { address: local(self.nginx.site()), apps: vec![self.servers.process.id()] }
    }
}

/// Three instances behind the shipped files of nginx.
pub struct Cluster {
    nginx: PrivateNginx,
    servers: Vec<Server>,
}

impl Cluster {
    pub async fn start(backends: &Backends) -> Result<Self> {
        let mut servers = Vec::new();
        for name in ["bench-0", "bench-1", "bench-2"] {
            servers.push(Server::named(backends, name).await?);
        }
        let ports = |port: fn(&Server) -> u16| servers.iter().map(port).collect::<Vec<_>>();
        let nginx = PrivateNginx::start_uncounted(&ports(|server| server.address.port()), &ports(|server| server.admin)).await;
        Ok(Self { nginx, servers })
    }

    pub fn target(&self) -> Target {
        Target { address: local(self.nginx.site()), apps: self.servers.iter().map(|server| server.process.id()).collect() }
    }
}
