//! `minschool edge` as it is run: beside nginx, whose log the tests write, before servers that the tests make and
//! break. It knows neither the database nor Redis, because there are none here.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use testkit::http::{Request, Response, connect, exchange};
use testkit::instance::printed_port;
use testkit::process::{Process, local, wait_until};

/// A server that answers as a test sets it, until it is killed.
struct Upstream {
    address: SocketAddr,
    answer: Arc<Mutex<Option<&'static str>>>,
}

const READY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nready\n";
const DRAINING: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 9\r\n\r\ndraining\n";

impl Upstream {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, answer) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Some(READY))));
        let shared = answer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A closed channel ends it: the port closes with the loop.
                let Some(answer) = *shared.lock().unwrap() else { return };
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, answer }
    }

    fn say(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = Some(answer);
    }

    fn kill(&self) {
        *self.answer.lock().unwrap() = None;
        // Wakes it, so that it sees that.
        let _ = TcpStream::connect(self.address);
    }
}

/// A running edge.
struct Edge {
    port: u16,
    log: PathBuf,
    nginx: UnixDatagram,
    _process: Process,
    _folder: TempDir,
}

impl Edge {
    fn start(upstreams: &[&Upstream]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("nginx-log.sock");
        let mut command = edge(&folder, upstreams);
        command.env("EDGE_LISTEN", "127.0.0.1:0").env("EDGE_LOG_SOCKET", &log);
        let mut process = Process::spawn(command.stdout(Stdio::piped()));
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port = printed_port(&mut lines, "status");
        let nginx = UnixDatagram::unbound().unwrap();
        wait_until("the log is received", Duration::from_secs(5), || nginx.connect(&log).is_ok());
        Self { port, log, nginx, _process: process, _folder: folder }
    }

    /// What nginx writes of a request.
    fn log(&self, status: &str, up: &str, us: &str, ut: &str, uc: &str) {
        let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let line = format!(
            r#"<190>Nov 22 18:00:00 minschool: {{"t":"{at:.3}","id":"a1","m":"GET","p":"/community/한글","s":"{status}","rt":"0.010","up":"{up}","us":"{us}","ut":"{ut}","uc":"{uc}","b":"1000","c":"","h":"80"}}"#
        );
        self.nginx.send(line.as_bytes()).unwrap();
    }

    fn ask(&self, path: &str, headers: &str) -> Response {
        talk(&mut connect(local(self.port)).unwrap(), path, headers)
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&self.ask("/upstream_status?format=json", "").body).unwrap()
    }

    fn server(&self, upstream: &Upstream) -> Value {
        let report = self.report();
        let name = upstream.address.to_string();
        report["servers"].as_array().unwrap().iter().find(|row| row["server"] == name.as_str()).cloned().unwrap_or_default()
    }

    fn becomes(&self, upstream: &Upstream, state: &str) {
        wait_until(state, Duration::from_secs(5), || self.server(upstream)["state"] == state);
    }
}

fn edge(folder: &TempDir, upstreams: &[&Upstream]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    let addresses: Vec<String> = upstreams.iter().map(|upstream| upstream.address.to_string()).collect();
    command.arg("edge").env_clear().env("EDGE_UPSTREAMS", addresses.join(",")).current_dir(folder.path()).stderr(Stdio::null());
    command
}

/// One request with these header lines; the connection ends with it.
fn talk(stream: &mut (impl Read + Write), path: &str, headers: &str) -> Response {
    exchange(stream, &Request::get(path).raw_headers(headers).header("connection", "close")).unwrap()
}

#[test]
fn a_server_that_is_killed_is_seen_to_be_down_within_five_seconds() {
    let (a, b) = (Upstream::start(), Upstream::start());
    let edge = Edge::start(&[&a, &b]);
    edge.becomes(&a, "up");
    edge.becomes(&b, "up");

    a.kill();
    edge.becomes(&a, "down");

    assert_eq!(edge.server(&b)["state"], "up");
    assert!(edge.server(&a)["last_error"]["text"].as_str().unwrap().contains("nobody listens"));
    b.say(DRAINING);
    edge.becomes(&b, "draining");
    b.say(READY);
    edge.becomes(&b, "up");
    assert!(edge.report()["changes"].as_array().unwrap().len() >= 5, "each of that is remembered");
}

#[test]
fn an_error_in_the_log_is_looked_into_at_once() {
    let a = Upstream::start();
    let edge = Edge::start(&[&a]);
    edge.becomes(&a, "up");
    // Long enough for a server to be asked out of turn, and well before its next turn.
    std::thread::sleep(Duration::from_millis(400));
    a.kill();

    edge.log("502", &a.address.to_string(), "502", "0.000", "-");

    wait_until("it is asked before its turn", Duration::from_millis(1200), || edge.server(&a)["state"] == "down");
}

#[test]
fn requests_are_counted_where_they_were_answered() {
    let (a, b) = (Upstream::start(), Upstream::start());
    let edge = Edge::start(&[&a, &b]);
    let (at_a, at_b) = (a.address.to_string(), b.address.to_string());
    for _ in 0..30 {
        edge.log("200", &at_a, "200", "0.010", "0.000");
    }
    for _ in 0..8 {
        edge.log("404", &at_b, "404", "0.100", "0.000");
    }
    edge.log("200", &format!("{at_a}, {at_b}"), "504, 200", "1.000, 0.100", "0.000, 0.000");
    edge.log("502", "minschool_site", "502", "0.000", "-");
    edge.log("200", "-", "-", "-", "-");
    wait_until("all is read", Duration::from_secs(5), || edge.report()["log"]["lines"] == 41);

    let (a, b, total) = (edge.server(&a), edge.server(&b), edge.report()["total"]["1m"].clone());

    assert_eq!(
        (&a["1m"]["requests"], &a["1m"]["2xx"], &a["1m"]["timeouts"], &a["1m"]["retries"]),
        (&31.into(), &30.into(), &1.into(), &1.into())
    );
    assert_eq!((&b["1m"]["requests"], &b["1m"]["4xx"], &b["1m"]["retries"]), (&9.into(), &8.into(), &0.into()));
    assert_eq!((&a["1m"]["share"], &b["5m"]["share"]), (&77.5.into(), &22.5.into()));
    assert!((7.0..=10.0).contains(&a["1h"]["p50"].as_f64().unwrap()), "{a}");
    assert_eq!((&total["requests"], &total["5xx"], &total["no_live_upstreams"]), (&41.into(), &1.into(), &1.into()));
    assert!(total["log_lag_ms"].as_u64().unwrap() < 5_000);
}

#[test]
fn garbage_does_no_harm() {
    let a = Upstream::start();
    let edge = Edge::start(&[&a]);
    edge.becomes(&a, "up");
    let mut sent = 0;
    for n in 0..5_000_u32 {
        let noise: Vec<u8> = (0..n % 700).map(|i| (n.wrapping_mul(2_654_435_761).wrapping_add(i * i) >> 3) as u8).collect();
        sent += u32::from(edge.nginx.send(&noise).is_ok());
    }
    for port in 1..2_000 {
        edge.log("200", &format!("10.9.8.7:{port}"), "200", "1e308", "0.000");
    }
    edge.log("200", &a.address.to_string(), "200", "0.010", "0.000");

    wait_until("the line after it is read", Duration::from_secs(10), || edge.server(&a)["1m"]["2xx"] == 1);
    let report = edge.report();
    assert!(report["log"]["bad_lines"].as_u64().unwrap() >= u64::from(sent) / 2, "{}", report["log"]);
    assert!(report["servers"].as_array().unwrap().len() <= 34);
    assert_eq!(edge.server(&a)["state"], "up");
}

#[test]
fn the_report_is_text_json_a_page_and_metrics() {
    let a = Upstream::start();
    let edge = Edge::start(&[&a]);
    edge.becomes(&a, "up");
    edge.log("200", &a.address.to_string(), "200", "0.010", "0.000");
    edge.log("302", &a.address.to_string(), "302", "0.010", "0.000");
    wait_until("it is read", Duration::from_secs(5), || edge.report()["log"]["lines"] == 2);

    let text = edge.ask("/upstream_status", "Accept: */*\r\n");
    let json = edge.ask("/upstream_status", "Accept: application/json\r\n");
    let page = edge.ask("/upstream_status", "Accept: text/html,*/*;q=0.8\r\n");
    let english = edge.ask("/upstream_status", "Accept: text/html\r\nAccept-Language: en\r\n");
    let metrics = edge.ask("/metrics", "");

    let kind = |answer: &Response| answer.header("content-type").unwrap_or_default().to_owned();
    assert!(kind(&text).starts_with("text/plain") && text.contains("SERVER") && text.contains(&a.address.to_string()), "{text}");
    assert!(kind(&json).starts_with("application/json") && json.contains("\"state\": \"up\""), "{json}");
    assert!(page.contains("<html class=\"admin\" lang=\"ko\"") && page.contains("서버 상태") && page.contains("정상"), "{page}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !page.contains("<script"), "{page}");
    assert!(english.contains("State of the servers"), "{english}");
    let name = format!("{{upstream=\"{}\"}}", a.address);
    for line in [
        format!("minschool_edge_upstream_up{name} 1.0"),
        format!("minschool_edge_upstream_requests_total{name} 2"),
        format!("minschool_edge_upstream_errors_total{name} 0"),
        format!("minschool_edge_upstream_retries_total{name} 0"),
        format!("minschool_edge_upstream_response_seconds_count{name} 2"),
        "minschool_edge_requests_total{code=\"200\"} 1".into(),
        "minschool_edge_requests_total{code=\"302\"} 1".into(),
        "minschool_edge_log_lines_total 2".into(),
        "minschool_edge_log_bad_lines_total 0".into(),
        "# EOF".into(),
    ] {
        assert!(metrics.text().lines().any(|found| found == line), "{line} is not in {metrics}");
    }
    assert_eq!(edge.ask("/metrics", "X-Forwarded-For: 1.2.3.4\r\n").status, 404);
    assert_eq!(edge.ask("/healthz", "").status, 200);
    assert_eq!(edge.ask("/nowhere", "").status, 404);
}

#[test]
fn the_terminal_shows_the_same_and_says_what_is_wrong() {
    let a = Upstream::start();
    let edge = Edge::start(&[&a]);
    edge.becomes(&a, "up");
    let status = |url: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_minschool")).arg("status").env_clear().env("EDGE_URL", url).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };

    let (code, shown) = status(&format!("http://127.0.0.1:{}", edge.port));
    let (nobody, why) = status("unix:/nowhere/edge.sock");
    let (wrong, mend) = status("nonsense");

    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(&a.address.to_string()) && shown.contains("up") && !shown.contains('\x1b'), "{shown}");
    assert!(nobody == Some(1) && why.contains("EDGE_URL"), "{why}");
    assert!(wrong == Some(78) && mend.contains("EDGE_URL"), "{mend}");
}

#[test]
fn a_socket_that_a_killed_edge_left_is_taken_over_and_one_in_use_is_not() {
    let a = Upstream::start();
    let first = Edge::start(&[&a]);
    let folder = tempfile::tempdir().unwrap();
    let mut second = edge(&folder, &[&a]);
    second.env("EDGE_LISTEN", "127.0.0.1:0").env("EDGE_LOG_SOCKET", &first.log);

    let mut refused = Process::spawn(second.stdout(Stdio::null()));
    wait_until("it gives up", Duration::from_secs(10), || refused.ended().is_some());
    assert_eq!(refused.wait().code(), Some(1), "the socket is in use");

    let left = folder.path().join("left.sock");
    drop(UnixDatagram::bind(&left).unwrap());
    let mut third = edge(&folder, &[&a]);
    third.env("EDGE_LISTEN", "127.0.0.1:0").env("EDGE_LOG_SOCKET", &left).stdout(Stdio::null());
    let mut third = Process::spawn(&mut third);
    let nginx = UnixDatagram::unbound().unwrap();
    wait_until("it is received again", Duration::from_secs(5), || nginx.connect(&left).is_ok());
    third.signal("TERM");
    assert!(third.wait().success());
    assert!(!left.exists(), "what it made it takes away");
}

#[test]
fn sockets_that_systemd_holds_are_found_by_their_names() {
    use command_fds::{CommandFdExt, FdMapping};
    let a = Upstream::start();
    let folder = tempfile::tempdir().unwrap();
    let (socket, log) = (folder.path().join("edge.sock"), folder.path().join("nginx-log.sock"));
    let (listener, datagrams) = (UnixListener::bind(&socket).unwrap(), UnixDatagram::bind(&log).unwrap());
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let mut command = edge(&folder, &[&a]);
    let manager = UnixDatagram::bind(folder.path().join("notify.sock")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    command.env("NOTIFY_SOCKET", folder.path().join("notify.sock"));
    command.env("LISTEN_FDS", "3").env("LISTEN_FDNAMES", "nginx-log:edge:edge").stdout(Stdio::null());
    let passed = [datagrams.into(), listener.into(), port.into()];
    let mapped = passed.into_iter().zip(3..).map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd }).collect();
    let _running = Process::spawn(command.fd_mappings(mapped).unwrap());
    drop(command);
    let nginx = UnixDatagram::unbound().unwrap();
    nginx.connect(&log).unwrap();
    let mut message = [0; 256];
    let length = manager.recv(&mut message).expect("systemd is notified");
    assert!(String::from_utf8_lossy(&message[..length]).contains("READY=1"));

    nginx.send(br#"<190>x: {"s":"200","up":"-"}"#).unwrap();

    let ask = || {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        talk(&mut stream, "/upstream_status", "")
    };
    wait_until("the line is read", Duration::from_secs(5), || ask().contains("log: 1 lines"));
    assert_eq!(talk(&mut connect(address).unwrap(), "/healthz", "").status, 200, "a name may stand for several");
    let url = format!("unix:{}", socket.display());
    let shown = Command::new(env!("CARGO_BIN_EXE_minschool")).arg("status").env_clear().env("EDGE_URL", url).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains(&a.address.to_string()));
}
