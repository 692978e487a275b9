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

    fn start_with(password: Option<&'static str>, more: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("minschool-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let port = free_port();
        let process = launch(&folder, port, password, more);
        let redis = Self { folder, port, password, process };
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
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        if let Some(password) = self.password {
            stream.write_all(&encode(&["AUTH", password]))?;
        }
        stream.write_all(&encode(command))?;
        let mut reader = BufReader::new(stream);
        if self.password.is_some() {
            read_reply(&mut reader)?;
        }
        read_reply(&mut reader)
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
