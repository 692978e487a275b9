//! Three instances as they are run: processes of their own on one PostgreSQL and Redis. One is killed with -9, and
//! nobody notices.

use crate::support::{PASSWORD, only_sqlite, postgres_database};
use crate::support_servers::PrivateRedis;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running instance.
struct Instance {
    process: Child,
    port: u16,
}

impl Instance {
    fn start(database: &str, redis: &PrivateRedis) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
        command.env_clear().env("DATABASE_URL", database).env("REDIS_URL", redis.url());
        command.env("SITE_LISTEN", "127.0.0.1:0").env("ADMIN_LISTEN", "127.0.0.1:0");
        command.env("PASSWORD_MEMORY_KIB", "8").env("PASSWORD_ROUNDS", "1").env("RATE_LIMITS", "off").env("RUST_MIN_STACK", "8388608");
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
    fn ask(&self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
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
    fn submit(&self, page: &str, action: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.ask("GET", page, cookie, "");
        let once = form.between(&format!("action=\"{action}\""), "</form>").between("name=\"once\" value=\"", "\"").0;
        let mut fields: Vec<(&str, &str)> = fields.to_vec();
        fields.push(("once", &once));
        self.ask("POST", action, cookie, &serde_urlencoded::to_string(fields).unwrap())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Answer(String);

impl Answer {
    fn status(&self) -> &str {
        self.0.split(' ').nth(1).unwrap_or_default()
    }

    fn between(&self, from: &str, to: &str) -> Self {
        let rest = self.0.split_once(from).map(|(_, rest)| rest).unwrap_or_default();
        Self(rest.split(to).next().unwrap_or_default().to_owned())
    }

    fn session(&self) -> String {
        format!("ms_site={}", self.between("set-cookie: ms_site=", ";").0)
    }

    fn says(&self, words: &str) -> bool {
        self.0.contains(words)
    }
}

fn join(on: &Instance, name: &str) -> String {
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
