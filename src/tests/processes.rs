//! Three instances as they are run: processes of their own on one PostgreSQL and Redis. One is killed with -9, and
//! nobody notices.

use crate::support::{PASSWORD, only_sqlite, postgres_database};
use crate::support_servers::PrivateRedis;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running instance.
pub struct Instance {
    pub process: Child,
    pub port: u16,
}

impl Instance {
    fn start(database: &str, redis: &PrivateRedis) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_minschool")), database, redis)
    }

    fn start_by(mut command: Command, database: &str, redis: &PrivateRedis) -> Self {
        Self::settle(&mut command).env("DATABASE_URL", database).env("REDIS_URL", redis.url());
        Self::run(command)
    }

    /// Alone, on SQLite in a folder.
    pub fn alone(mut command: Command, folder: &Path) -> Self {
        Self::settle(&mut command).env("DATA_DIR", folder);
        Self::run(command)
    }

    /// What all have in common: no settings but these.
    pub fn settle(command: &mut Command) -> &mut Command {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("SITE_LISTEN", "127.0.0.1:0").env("ADMIN_LISTEN", "127.0.0.1:0");
        command.env("PASSWORD_MEMORY_KIB", "8").env("PASSWORD_ROUNDS", "1").env("RATE_LIMITS", "off").env("RUST_MIN_STACK", "8388608")
    }

    fn run(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let site = lines.find_map(|line| line.unwrap().trim().strip_prefix("site").map(str::to_owned)).expect("it prints its address");
        let port = site.trim().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        // What it prints afterwards goes nowhere, but must not fail.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub fn ask(&self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
        let mut stream = self.connect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        Answer(String::from_utf8_lossy(&all).into_owned())
    }

    /// The form at a path, filled in and sent; gives the answer.
    pub fn submit(&self, page: &str, action: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.ask("GET", page, cookie, "");
        let once = form.between(&format!("action=\"{action}\""), "</form>").between("name=\"once\" value=\"", "\"").0;
        let mut fields: Vec<(&str, &str)> = fields.to_vec();
        fields.push(("once", &once));
        self.ask("POST", action, cookie, &serde_urlencoded::to_string(fields).unwrap())
    }
}

impl Instance {
    /// SIGTERM.
    pub fn tell_to_stop(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub struct Answer(pub String);

impl Answer {
    pub fn status(&self) -> &str {
        self.0.split(' ').nth(1).unwrap_or_default()
    }

    pub fn between(&self, from: &str, to: &str) -> Self {
        let rest = self.0.split_once(from).map(|(_, rest)| rest).unwrap_or_default();
        Self(rest.split(to).next().unwrap_or_default().to_owned())
    }

    fn session(&self) -> String {
        format!("ms_site={}", self.between("set-cookie: ms_site=", ";").0)
    }

    pub fn says(&self, words: &str) -> bool {
        self.0.contains(words)
    }
}

pub fn join(on: &Instance, name: &str) -> String {
    let email = format!("{name}@example.com");
    let fields = [("email", email.as_str()), ("name", name), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];
    assert_eq!(on.submit("/signup", "/signup", "", &fields).status(), "303");
    let welcome = on.submit("/login", "/login", "", &[("email", &email), ("password", PASSWORD)]);
    assert_eq!(welcome.status(), "303", "{}", welcome.0);
    welcome.session()
}

/// A member's bell on an instance, read as it rings.
fn listen(on: &Instance, cookie: &str) -> TcpStream {
    let mut stream = on.connect();
    let head = format!("GET /events HTTP/1.1\r\nHost: localhost:{}\r\nCookie: {cookie}\r\n\r\n", on.port);
    stream.write_all(head.as_bytes()).unwrap();
    hear(&mut stream, "hello");
    stream
}

/// Reads until these words have come, and says how long that took.
fn hear(stream: &mut TcpStream, words: &str) -> Duration {
    let (begun, mut seen, mut piece) = (Instant::now(), Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains(words) {
        let n = stream.read(&mut piece).expect("it is heard within ten seconds");
        assert!(n > 0, "the stream ended before {words:?}: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..n]);
    }
    begun.elapsed()
}

#[test]
fn an_instance_is_killed_and_nobody_notices() {
    if only_sqlite() {
        return eprintln!("skipped: MINSCHOOL_TEST_ENGINES is sqlite");
    }
    let database = tokio::runtime::Runtime::new().unwrap().block_on(postgres_database());
    let redis = PrivateRedis::start();
    let start = || Instance::start(&database, &redis);
    let (mut a, b, c) = std::thread::scope(|scope| {
        let starting = [scope.spawn(start), scope.spawn(start), scope.spawn(start)];
        let [a, b, c] = starting.map(|instance| instance.join().unwrap());
        (a, b, c)
    });
    let (ada, bob) = (join(&a, "ada"), join(&a, "bob"));
    let write = a.submit("/community/free/write", "/community/free/write", &ada, &[("title", "글"), ("body", "글")]);
    let post = write.between("location: ", "\r\n").0;
    assert!(b.ask("GET", "/", &ada, "").says("ada님") && c.ask("GET", "/", &bob, "").says("bob님"), "signed in everywhere");
    let mut bell = listen(&c, &ada);

    a.process.kill().unwrap();
    a.process.wait().unwrap();

    assert!(b.ask("GET", "/", &ada, "").says("ada님") && c.ask("GET", "/", &bob, "").says("bob님"), "nobody is signed out");
    let comment = b.submit(&post, &format!("{post}/comments"), &bob, &[("body", "다른 인스턴스에서")]);
    assert_eq!(comment.status(), "303", "{}", comment.0);
    hear(&mut bell, "bob님이");
    assert!(c.ask("GET", "/notifications", &ada, "").says("다른 인스턴스에서"));
}

#[test]
fn an_instance_that_stops_answers_until_others_know_of_it() {
    if only_sqlite() {
        return eprintln!("skipped: MINSCHOOL_TEST_ENGINES is sqlite");
    }
    let database = tokio::runtime::Runtime::new().unwrap().block_on(postgres_database());
    let redis = PrivateRedis::start();
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    command.args(["--drain-lag-ms", "2000"]);
    let mut a = Instance::start_by(command, &database, &redis);
    let ada = join(&a, "ada");
    let mut bell = listen(&a, &ada);
    let mut slow = a.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").unwrap();

    a.tell_to_stop();
    hear(&mut bell, "0\r\n\r\n");

    let ready = a.ask("GET", "/readyz", "", "");
    assert!(ready.status() == "503" && ready.says("draining"), "{}", ready.0);
    let mut kept = a.connect();
    kept.write_all(format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\nCookie: {ada}\r\n\r\n", a.port).as_bytes()).unwrap();
    let mut answer = String::new();
    kept.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close") && answer.contains("ada님"), "{answer}");
    slow.write_all(b"\r\n").unwrap();
    let mut late = String::new();
    slow.read_to_string(&mut late).unwrap();
    assert!(late.starts_with("HTTP/1.1 200"), "a request that had begun is answered: {late}");
    assert_eq!(a.process.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(("127.0.0.1", a.port)).is_err());
}

/// The port stays open from one process to the next: who connects in between waits, and is answered by the next.
#[test]
fn a_socket_that_somebody_holds_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut keeper = Command::new("systemd-socket-activate");
    keeper.args(["--fdname=admin:site", "-l", &format!("127.0.0.1:{admin}"), "-l", &format!("127.0.0.1:{port}")]);
    let set = [("DATA_DIR", folder.path().to_str().unwrap()), ("PASSWORD_MEMORY_KIB", "8"), ("PASSWORD_ROUNDS", "1")];
    set.iter().for_each(|(name, value)| {
        keeper.arg(format!("--setenv={name}={value}"));
    });
    // It becomes the first process; a shell in between starts the second on the same sockets.
    let twice = r#"for n in 1 2; do env LISTEN_PID=$BASHPID bash -c 'export LISTEN_PID=$$; exec "$0" serve' "$0"; done"#;
    keeper.args(["bash", "-c", twice, env!("CARGO_BIN_EXE_minschool")]);
    let process = keeper.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("systemd is installed (ops/test does that)");
    let mut instance = Instance { process, port };

    let patience = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "nobody listens");
        std::thread::sleep(Duration::from_millis(10));
    }
    let first = instance.ask("GET", "/", "", "");
    let child = Command::new("pgrep").args(["-P", &instance.process.id().to_string()]).output().unwrap();
    let child = String::from_utf8(child.stdout).unwrap().trim().to_owned();
    assert!(Command::new("kill").args(["-TERM", &child]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(1200));
    let second = instance.ask("GET", "/", "", "");

    assert!(first.status() == "200" && second.status() == "200", "{} {}", first.0, second.0);
    let now = Command::new("pgrep").args(["-P", &instance.process.id().to_string()]).output().unwrap();
    let now = String::from_utf8(now.stdout).unwrap().trim().to_owned();
    assert!(now != child && !now.is_empty(), "another process answers: {child} {now}");
    Command::new("kill").args(["-TERM", &now]).status().unwrap();
    instance.process.wait().unwrap();
}

#[test]
fn an_instance_that_starts_while_the_database_is_away_waits_for_it_and_holds_nobody_up() {
    if only_sqlite() {
        return eprintln!("skipped: MINSCHOOL_TEST_ENGINES is sqlite");
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (redis, direct) = (PrivateRedis::start(), runtime.block_on(postgres_database()));
    let (host, name) = direct.rsplit_once('/').unwrap();
    let wire = runtime.block_on(crate::support::Wire::to(host.rsplit_once(':').unwrap().1.parse().unwrap()));
    wire.cut();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    command.args(["--site-listen", &format!("127.0.0.1:{port}")]);
    let database = format!("postgres://postgres@127.0.0.1:{}/{name}", wire.port);

    let starting = std::thread::spawn(move || Instance::start_by(command, &database, &redis));
    std::thread::sleep(Duration::from_secs(4));
    let begun = Instant::now();
    let mut early = TcpStream::connect(("127.0.0.1", port)).unwrap();
    early.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let got = early.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").and_then(|()| early.read(&mut [0; 64]));
    assert!(matches!(got, Ok(0) | Err(_)) && begun.elapsed() < Duration::from_secs(2), "{got:?}");
    wire.mend();

    let instance = starting.join().unwrap();
    assert_eq!(instance.ask("GET", "/", "", "").status(), "200");
}

/// What is logged may be read by whoever may read logs: it names nobody, and nothing in it opens a door.
#[test]
fn logs_hold_no_secret_and_nothing_about_people() {
    if only_sqlite() {
        return eprintln!("skipped: MINSCHOOL_TEST_ENGINES is sqlite");
    }
    let database = tokio::runtime::Runtime::new().unwrap().block_on(postgres_database());
    let (redis, folder) = (PrivateRedis::start_with_password("redisgeheim"), tempfile::tempdir().unwrap());
    let log = folder.path().join("log");
    let mut command = Command::new("bash");
    let script =
        format!("exec \"$0\" --log debug --log-format json --redis-url '{}' 2> '{}'", redis.url_with("redisgeheim"), log.display());
    command.args(["-c", &script, env!("CARGO_BIN_EXE_minschool")]);
    let instance = Instance::start_by(command, &database, &redis);
    let ada = join(&instance, "lovelace");
    let wrong = instance.submit("/login", "/login", "", &[("email", "lovelace@example.com"), ("password", "falsches Wort")]);
    assert_eq!(wrong.status(), "422", "{}", wrong.0);
    let write =
        instance.submit("/community/free/write", "/community/free/write", &ada, &[("title", "geheimer Titel"), ("body", "geheimer Text")]);
    assert_eq!(write.status(), "303");
    instance.ask("GET", "/my/sessions?q=suchwort", &ada, "");
    instance.ask("POST", "/nowhere", &ada, "body=geheimer+Text");

    let logged = std::fs::read_to_string(&log).unwrap();
    let token = ada.trim_start_matches("ms_site=");
    let secrets = ["lovelace", PASSWORD, "falsches", "geheimer", "suchwort", "redisgeheim", token];

    assert!(logged.lines().count() > 10, "there is something to look at: {logged}");
    for secret in secrets {
        let line = logged.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
    let lines = logged.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>();
    assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "each line is one JSON object");
}
