//! Three instances as they are run: processes of their own on one PostgreSQL and Redis. One is killed with -9, and
//! nobody notices.

use crate::support::{PASSWORD, postgres, postgres_database};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::fault_proxy::FaultProxy;
use testkit::http::{Request, Response, connect};
use testkit::instance::{PrivateInstance, isolate};
use testkit::process::{Process, free_port, listens, local, signal, wait_until};
use testkit::redis::PrivateRedis;

pub fn minschool() -> Command {
    Command::new(env!("CARGO_BIN_EXE_minschool"))
}

fn start(mut command: Command, database: &str, redis: &PrivateRedis) -> PrivateInstance {
    PrivateInstance::start(isolate(&mut command).env("DATABASE_URL", database).env("REDIS_URL", redis.url()))
}

/// An instance alone, on SQLite in a folder.
pub fn start_alone(mut command: Command, folder: &Path) -> PrivateInstance {
    PrivateInstance::start(isolate(&mut command).env("DATA_DIR", folder))
}

/// A new member, and the cookie of their session.
pub fn join(on: &PrivateInstance, name: &str) -> String {
    let email = format!("{name}@example.com");
    let fields = [("email", email.as_str()), ("name", name), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];
    assert_eq!(on.submit("/signup", "/signup", "", &fields).status, 303);
    session(&on.submit("/login", "/login", "", &[("email", &email), ("password", PASSWORD)]))
}

/// The cookie of a session that was begun.
pub fn session(answer: &Response) -> String {
    assert_eq!(answer.status, 303, "{answer}");
    format!("ms_site={}", answer.cookie("ms_site").unwrap())
}

/// A member's bell on an instance, read as it rings.
fn listen(on: &PrivateInstance, cookie: &str) -> TcpStream {
    let mut stream = connect(local(on.site)).unwrap();
    stream.write_all(&Request::get("/events").cookie(cookie).to_bytes()).unwrap();
    wait_for(&mut stream, "hello");
    stream
}

/// Reads until these words have come, and returns how long that took.
fn wait_for(stream: &mut TcpStream, words: &str) -> Duration {
    let (begun, mut seen, mut piece) = (Instant::now(), Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains(words) {
        let n = stream.read(&mut piece).expect("it arrives within twenty seconds");
        assert!(n > 0, "the stream ended before {words:?}: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..n]);
    }
    begun.elapsed()
}

#[test]
fn an_instance_is_killed_and_nobody_notices() {
    let database = postgres_database();
    let redis = PrivateRedis::start();
    let start = || start(minschool(), &database, &redis);
    let (mut a, b, c) = std::thread::scope(|scope| {
        let starting = [scope.spawn(start), scope.spawn(start), scope.spawn(start)];
        let [a, b, c] = starting.map(|instance| instance.join().unwrap());
        (a, b, c)
    });
    let (ada, bob) = (join(&a, "ada"), join(&a, "bob"));
    let write = a.submit("/community/free/write", "/community/free/write", &ada, &[("title", "글"), ("body", "글")]);
    let post = write.header("location").unwrap();
    assert!(b.get("/", &ada).contains("ada님") && c.get("/", &bob).contains("bob님"), "signed in everywhere");
    let mut bell = listen(&c, &ada);

    a.process.kill();

    assert!(b.get("/", &ada).contains("ada님") && c.get("/", &bob).contains("bob님"), "nobody is signed out");
    let comment = b.submit(post, &format!("{post}/comments"), &bob, &[("body", "다른 인스턴스에서")]);
    assert_eq!(comment.status, 303, "{comment}");
    wait_for(&mut bell, "bob님이");
    assert!(c.get("/notifications", &ada).contains("다른 인스턴스에서"));
}

#[test]
fn an_instance_that_stops_answers_until_others_know_of_it() {
    let database = postgres_database();
    let redis = PrivateRedis::start();
    let mut command = minschool();
    command.args(["--drain-lag-ms", "2000"]);
    let mut a = start(command, &database, &redis);
    let ada = join(&a, "ada");
    let mut bell = listen(&a, &ada);
    let mut slow = connect(local(a.site)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").unwrap();

    a.process.signal("TERM");
    wait_for(&mut bell, "0\r\n\r\n");

    let ready = a.get("/readyz", "");
    assert!(ready.status == 503 && ready.contains("draining"), "{ready}");
    let mut kept = connect(local(a.site)).unwrap();
    kept.write_all(&Request::get("/").cookie(&ada).to_bytes()).unwrap();
    let mut answer = String::new();
    kept.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close") && answer.contains("ada님"), "{answer}");
    slow.write_all(b"\r\n").unwrap();
    let mut late = String::new();
    slow.read_to_string(&mut late).unwrap();
    assert!(late.starts_with("HTTP/1.1 200"), "a request that had begun is answered: {late}");
    assert_eq!(a.process.wait().code(), Some(0));
    assert!(!listens(a.site));
}

/// The port stays open from one process to the next: who connects in between waits, and is answered by the next.
#[test]
fn a_held_socket_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let (site, admin) = (free_port(), free_port());
    let mut activator = Command::new("systemd-socket-activate");
    activator.args(["--fdname=admin:site", "-l", &format!("127.0.0.1:{admin}"), "-l", &format!("127.0.0.1:{site}")]);
    let set = [("DATA_DIR", folder.path().to_str().unwrap()), ("PASSWORD_MEMORY_KIB", "8"), ("PASSWORD_ROUNDS", "1")];
    set.iter().for_each(|(name, value)| {
        activator.arg(format!("--setenv={name}={value}"));
    });
    // It becomes the first process; a shell in between starts the second on the same sockets.
    let twice = r#"for n in 1 2; do env LISTEN_PID=$BASHPID bash -c 'export LISTEN_PID=$$; exec "$0" serve' "$0"; done"#;
    activator.args(["bash", "-c", twice, env!("CARGO_BIN_EXE_minschool")]);
    let process = Process::spawn(activator.stdout(Stdio::null()).stderr(Stdio::null()));
    let mut instance = PrivateInstance { process, site, admin };

    wait_until("it listens", Duration::from_secs(10), || listens(site));
    let first = instance.get("/", "");
    let child = Command::new("pgrep").args(["-P", &instance.process.id().to_string()]).output().unwrap();
    let child = String::from_utf8(child.stdout).unwrap().trim().to_owned();
    signal(&child, "TERM");
    std::thread::sleep(Duration::from_millis(1200));
    let second = instance.get("/", "");

    assert_eq!((first.status, second.status), (200, 200), "{first} {second}");
    let now = Command::new("pgrep").args(["-P", &instance.process.id().to_string()]).output().unwrap();
    let now = String::from_utf8(now.stdout).unwrap().trim().to_owned();
    assert!(now != child && !now.is_empty(), "another process answers: {child} {now}");
    signal(&now, "TERM");
    instance.process.wait();
}

#[test]
fn an_instance_that_starts_while_the_database_is_away_waits_for_it_and_holds_nobody_up() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (redis, direct, server) = (PrivateRedis::start(), postgres_database(), postgres().port());
    let proxy = runtime.block_on(FaultProxy::to(server));
    proxy.cut();
    let port = free_port();
    let mut command = minschool();
    command.args(["--site-listen", &format!("127.0.0.1:{port}")]);
    let database = direct.replace(&format!(":{server}/"), &format!(":{}/", proxy.port));

    let starting = std::thread::spawn(move || start(command, &database, &redis));
    std::thread::sleep(Duration::from_secs(4));
    let begun = Instant::now();
    let mut early = connect(local(port)).unwrap();
    let got = early.write_all(&Request::get("/").to_bytes()).and_then(|()| early.read(&mut [0; 64]));
    assert!(matches!(got, Ok(0) | Err(_)) && begun.elapsed() < Duration::from_secs(2), "{got:?}");
    proxy.restore();

    let instance = starting.join().unwrap();
    assert_eq!(instance.get("/", "").status, 200);
}

/// Logs hold no personal data and no secrets.
#[test]
fn logs_hold_no_secret_and_nothing_about_people() {
    let database = postgres_database();
    let (redis, folder) = (PrivateRedis::start_with_password("redisgeheim"), tempfile::tempdir().unwrap());
    let log = folder.path().join("log");
    let begin = |mail: &str, log: &Path| {
        let url = redis.url_with("redisgeheim");
        let script = format!("exec \"$0\" {mail} --log debug --log-format json --redis-url '{url}' 2> '{}'", log.display());
        let mut command = Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_minschool")]);
        start(command, &database, &redis)
    };
    // Without a relay a site that is being developed writes mails to the log, so that one is not looked at; with one a sign-up waits.
    join(&begin("", &folder.path().join("with mails")), "lovelace");
    let instance = begin("--smtp-url smtp://user:relaygeheim@127.0.0.1:9 --mail-from noreply@example.org", &log);
    let fields = [("email", "lovelace.two@example.com"), ("name", "lovelacetwo"), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];
    assert_eq!(instance.submit("/signup", "/signup", "", &fields).status, 303);
    let ada = session(&instance.submit("/login", "/login", "", &[("email", "lovelace@example.com"), ("password", PASSWORD)]));
    let wrong = instance.submit("/login", "/login", "", &[("email", "lovelace@example.com"), ("password", "falsches Wort")]);
    assert_eq!(wrong.status, 422, "{wrong}");
    let write =
        instance.submit("/community/free/write", "/community/free/write", &ada, &[("title", "geheimer Titel"), ("body", "geheimer Text")]);
    assert_eq!(write.status, 303);
    instance.get("/my/sessions?q=suchwort", &ada);
    instance.send(Request::form("/nowhere", &[("body", "geheimer Text")]).cookie(&ada));

    let logged = std::fs::read_to_string(&log).unwrap();
    let token = ada.trim_start_matches("ms_site=");
    let secrets = ["lovelace", PASSWORD, "falsches", "geheimer", "suchwort", "redisgeheim", "relaygeheim", token];

    assert!(logged.lines().count() > 10, "there is something to look at: {logged}");
    for secret in secrets {
        let line = logged.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
    let lines = logged.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>();
    assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "each line is one JSON object");
}
