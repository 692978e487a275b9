//! A private Redis without persistence, which can be killed, frozen and given an old file.

use crate::certificates;
use crate::process::{Process, free_port, local, wait_until};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The longest start of a server.
const START: Duration = Duration::from_secs(10);

/// A running server.
pub struct PrivateRedis {
    // Before the folder: fields are dropped in this order.
    process: Process,
    folder: TempDir,
    port: u16,
    password: Option<&'static str>,
    tls_port: Option<u16>,
}

impl PrivateRedis {
    /// Starts one without a password.
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), None, &[])
    }

    /// Starts one with a password.
    pub fn start_with_password(password: &'static str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), Some(password), &[])
    }

    /// Starts a cluster of one server, which refuses commands that name keys of several slots like any other.
    pub fn start_cluster() -> Self {
        let bus = free_port().to_string();
        let args = ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", "--cluster-port", &bus];
        let redis = Self::start_in(tempfile::tempdir().unwrap(), None, &args);
        assert_eq!(redis.command(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
        wait_until("the cluster forms", START, || redis.command(&["CLUSTER", "INFO"]).contains("cluster_state:ok"));
        redis
    }

    /// Starts a replica of another.
    pub fn start_replica_of(primary: &Self) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), None, &["--replicaof", "127.0.0.1", &primary.port.to_string()])
    }

    /// Starts one that also listens with a certificate of its own authority.
    pub fn start_with_tls() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        certificates::make(folder.path(), "redis");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (port_arg, cert, key, ca) = (port.to_string(), path("redis.pem"), path("redis.key"), path("ca.pem"));
        let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
        let args = [&["--tls-port", &port_arg, "--tls-auth-clients", "no"], &files[..]].concat();
        let redis = Self::start_in(folder, None, &args);
        Self { tls_port: Some(port), ..redis }
    }

    fn start_in(folder: TempDir, password: Option<&'static str>, args: &[&str]) -> Self {
        let port = free_port();
        let process = launch(&folder, port, password, args);
        let redis = Self { process, folder, port, password, tls_port: None };
        redis.wait_until_ready();
        redis
    }

    fn wait_until_ready(&self) {
        wait_until("redis-server answers", START, || self.try_command(&["PING"]).is_ok_and(|reply| reply == "PONG"));
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL without a password.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The URL with this password.
    pub fn url_with(&self, password: &str) -> String {
        format!("redis://:{password}@127.0.0.1:{}", self.port)
    }

    /// The URL of its Unix socket.
    pub fn socket_url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("redis.sock").display())
    }

    /// The URL of its port with TLS.
    pub fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.tls_port.unwrap())
    }

    /// The certificate file of the authority that signed its certificate.
    pub fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, with what [`Self::save`] wrote, if anything.
    pub fn restart(&mut self) {
        self.process = launch(&self.folder, self.port, self.password, &[]);
        self.wait_until_ready();
    }

    /// Writes its data to the file that the next restart reads.
    pub fn save(&self) {
        assert_eq!(self.command(&["SAVE"]), "OK");
    }

    /// SIGSTOP: it neither answers nor closes.
    pub fn freeze(&self) {
        self.process.signal("STOP");
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.process.signal("CONT");
    }

    /// Sends a command over a connection of its own; an array is returned as lines.
    pub fn command(&self, words: &[&str]) -> String {
        self.try_command(words).unwrap()
    }

    /// The same where the connection may be cut.
    ///
    /// # Errors
    /// The connection could not be opened or was closed.
    pub fn try_command(&self, words: &[&str]) -> io::Result<String> {
        command(self.port, self.password, words)
    }

    /// A value of INFO.
    pub fn info(&self, section: &str, name: &str) -> String {
        let info = self.command(&["INFO", section]);
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap_or_default().to_owned()
    }

    /// How often a command was called.
    pub fn calls(&self, command: &str) -> u64 {
        let line = self.info("commandstats", &format!("cmdstat_{command}"));
        let calls = line.strip_prefix("calls=").and_then(|rest| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse().unwrap())
    }
}

fn launch(folder: &TempDir, port: u16, password: Option<&str>, args: &[&str]) -> Process {
    let mut command = Command::new("redis-server");
    command.current_dir(folder.path()).args(["--port", &port.to_string(), "--unixsocket", "redis.sock", "--bind", "127.0.0.1"]);
    command.args(["--save", ""]).args(args);
    if let Some(password) = password {
        command.args(["--requirepass", password]);
    }
    Process::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Sends one command to a server, and gives its reply.
pub(crate) fn command(port: u16, password: Option<&str>, words: &[&str]) -> io::Result<String> {
    let mut stream = TcpStream::connect(local(port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    if let Some(password) = password {
        stream.write_all(&encode(&["AUTH", password]))?;
    }
    stream.write_all(&encode(words))?;
    let mut reader = BufReader::new(stream);
    if password.is_some() {
        read_reply(&mut reader)?;
    }
    read_reply(&mut reader)
}

fn encode(words: &[&str]) -> Vec<u8> {
    let strings = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), strings.collect::<String>()).into_bytes()
}

fn read_reply(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let Some((kind, rest)) = line.trim_end().split_at_checked(1) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    match (kind, rest.parse::<i64>()) {
        ("$", Ok(length)) if length >= 0 => {
            let mut bytes = vec![0; length as usize + 2];
            reader.read_exact(&mut bytes)?;
            bytes.truncate(length as usize);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        ("*", Ok(count)) => {
            let items = (0..count.max(0)).map(|_| read_reply(reader)).collect::<Result<Vec<_>, _>>()?;
            Ok(items.join("\n"))
        }
        ("$", _) => Ok(String::new()),
        _ => Ok(rest.to_owned()),
    }
}
