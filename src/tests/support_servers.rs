//! Private servers for tests: each on its own port and folder, gone when the test ends.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// A Redis of one's own, to be killed, frozen and given an old file.
pub struct PrivateRedis {
    folder: PathBuf,
    port: u16,
    password: Option<&'static str>,
    /// The port behind a certificate, and the folder of its files.
    tls: Option<(String, PathBuf)>,
    process: Child,
}

impl PrivateRedis {
    /// Lets everybody in.
    pub fn start() -> Self {
        Self::start_with(None, &[])
    }

    /// Lets in who knows the password.
    pub fn start_with_password(password: &'static str) -> Self {
        Self::start_with(Some(password), &[])
    }

    /// A cluster of one server, which refuses commands that name keys of several slots like any other.
    pub fn start_cluster() -> Self {
        let bus = free_port().to_string();
        let address = ["--cluster-announce-ip", "127.0.0.1", "--cluster-port", &bus];
        let redis = Self::start_with(None, &[&["--cluster-enabled", "yes"], &address[..]].concat());
        assert_eq!(redis.say(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
        let patience = Instant::now() + Duration::from_secs(10);
        while !redis.say(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
            assert!(Instant::now() < patience, "the cluster does not form");
            thread::sleep(Duration::from_millis(20));
        }
        redis
    }

    /// A copy of another, which may stand in for it.
    pub fn start_replica_of(first: &Self) -> Self {
        Self::start_with(None, &["--replicaof", "127.0.0.1", &first.port.to_string()])
    }

    /// Also listens behind a certificate of its own authority.
    pub fn start_with_tls() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let openssl = |args: &str| {
            let done = Command::new("openssl").args(args.split(' ')).current_dir(&folder).stderr(Stdio::null()).status();
            assert!(done.expect("openssl is installed").success(), "openssl {args}");
        };
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority");
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout redis.key -out redis.csr -subj /CN=redis");
        fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost").unwrap();
        openssl("x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out redis.pem");
        let path = |name: &str| folder.join(name).display().to_string();
        let (port, cert, key, ca) = (free_port().to_string(), path("redis.pem"), path("redis.key"), path("ca.pem"));
        let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
        let mut redis = Self::start_with(None, &[&["--tls-port", &port, "--tls-auth-clients", "no"], &files[..]].concat());
        redis.tls = Some((port, folder));
        redis
    }

    /// Where it is behind its certificate.
    pub fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.tls.as_ref().unwrap().0)
    }

    /// The file of the authority that vouches for it.
    pub fn authority(&self) -> String {
        self.tls.as_ref().unwrap().1.join("ca.pem").display().to_string()
    }

    fn start_with(password: Option<&'static str>, more: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("minschool-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let port = free_port();
        let process = launch(&folder, port, password, more);
        let redis = Self { folder, port, password, tls: None, process };
        redis.wait_until_ready();
        redis
    }

    /// Where it is, without a password.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where it is, for those on the same machine.
    pub fn socket_url(&self) -> String {
        format!("redis+unix://{}", self.folder.join("redis.sock").display())
    }

    /// Where it is, with this password.
    pub fn url_with(&self, password: &str) -> String {
        format!("redis://:{password}@127.0.0.1:{}", self.port)
    }

    /// It dies without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// It is started again, with the file that lies in its folder, if any.
    pub fn restart(&mut self) {
        self.process = launch(&self.folder, self.port, self.password, &[]);
        self.wait_until_ready();
    }

    /// It writes down what it holds now, for the next restart.
    pub fn save(&self) {
        assert_eq!(self.say(&["SAVE"]), "OK");
    }

    /// It neither answers nor closes (SIGSTOP).
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// It goes on (SIGCONT).
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// One command over a connection of its own; an array is answered as lines.
    pub fn say(&self, command: &[&str]) -> String {
        self.try_say(command).unwrap()
    }

    fn try_say(&self, command: &[&str]) -> std::io::Result<String> {
        converse(self.port, self.password, command)
    }

    /// A line of INFO.
    pub fn info(&self, section: &str, name: &str) -> String {
        let info = self.say(&["INFO", section]);
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap_or_default().to_owned()
    }

    /// How often a command was called.
    pub fn calls(&self, command: &str) -> u64 {
        let line = self.info("commandstats", &format!("cmdstat_{command}"));
        let calls = line.strip_prefix("calls=").and_then(|rest| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse().unwrap())
    }

    fn wait_until_ready(&self) {
        let patience = Instant::now() + Duration::from_secs(10);
        while self.try_say(&["PING"]).ok().as_deref() != Some("PONG") {
            assert!(Instant::now() < patience, "redis-server does not start");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
        if let Some((_, files)) = &self.tls {
            let _ = fs::remove_dir_all(files);
        }
    }
}

/// Watches a Redis and puts a replica in its place when it dies.
pub struct Sentinel {
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Sentinel {
    /// Begins to watch; one vote is enough.
    pub fn watch(redis: &PrivateRedis) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap().keep(), free_port());
        let lines = [
            format!("port {port}"),
            "bind 127.0.0.1".into(),
            format!("sentinel monitor main 127.0.0.1 {} 1", redis.port),
            "sentinel down-after-milliseconds main 300".into(),
            "sentinel failover-timeout main 2000".into(),
        ];
        fs::write(folder.join("sentinel.conf"), lines.join("\n")).unwrap();
        let mut command = Command::new("redis-server");
        command.current_dir(&folder).args(["sentinel.conf", "--sentinel"]).stdout(Stdio::null()).stderr(Stdio::null());
        let sentinel = Self { folder, port, process: command.spawn().expect("redis-server is installed") };
        let patience = Instant::now() + Duration::from_secs(10);
        // The replica has to be known before the first dies.
        while !sentinel.knows_a_replica() {
            assert!(Instant::now() < patience, "the sentinel sees no replica");
            thread::sleep(Duration::from_millis(20));
        }
        sentinel
    }

    /// The address to ask for whichever Redis is in charge.
    pub fn url(&self) -> String {
        format!("redis-sentinel://127.0.0.1:{}?sentinelServiceName=main", self.port)
    }

    fn knows_a_replica(&self) -> bool {
        let told = converse(self.port, None, &["SENTINEL", "REPLICAS", "main"]).unwrap_or_default();
        told.contains("master-link-status\nok")
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn launch(folder: &PathBuf, port: u16, password: Option<&str>, more: &[&str]) -> Child {
    let mut command = Command::new("redis-server");
    command.current_dir(folder).args(["--port", &port.to_string(), "--unixsocket", "redis.sock", "--bind", "127.0.0.1", "--save", ""]);
    command.args(more);
    if let Some(password) = password {
        command.args(["--requirepass", password]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("redis-server is installed")
}

/// One command to a server, and what it says.
fn converse(port: u16, password: Option<&str>, command: &[&str]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    if let Some(password) = password {
        stream.write_all(&encode(&["AUTH", password]))?;
    }
    stream.write_all(&encode(command))?;
    let mut reader = BufReader::new(stream);
    if password.is_some() {
        read_reply(&mut reader)?;
    }
    read_reply(&mut reader)
}

fn encode(command: &[&str]) -> Vec<u8> {
    let words = command.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", command.len(), words.collect::<String>()).into_bytes()
}

fn read_reply(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.trim_end();
    let Some((kind, rest)) = line.split_at_checked(1) else {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
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
