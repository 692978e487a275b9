//! What answers say in their headers, and what the headers of a request may do.

use crate::command_line::{folder, minschool, words};
use crate::processes::{join, session, start_alone};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, config};
use minschool::config::Config;
use poem::http::Method;
use rstest::rstest;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use testkit::http::{Request, send};
use testkit::instance::printed_port;
use testkit::process::{Process, local};
use url::Url;

#[rstest]
#[tokio::test]
async fn browsers_use_https_alone_as_long_as_the_operator_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let plain = test.visitor().get("/terms").await;
    let secure = test.node_with(over_https(&test, "31536000", "host")).await;
    let wider = test.node_with(over_https(&test, "300", "subdomains")).await;
    let ended = test.node_with(over_https(&test, "0", "host")).await;

    assert_eq!(plain.header(HSTS), "");
    for (node, value) in [(&secure, "max-age=31536000"), (&wider, "max-age=300; includeSubDomains"), (&ended, "max-age=0")] {
        for path in ["/terms", "/nowhere", "/static/none.css"] {
            assert_eq!(test.visitor().on(node).get(path).await.header(HSTS), value, "{path}");
        }
        assert_eq!(test.visitor().on(node).get_admin("/login").await.header(HSTS), value);
    }
}

#[rstest]
#[tokio::test]
async fn over_https_a_form_from_a_plain_page_of_the_same_host_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let node = test.node_with(over_https(&test, "300", "host")).await;
    let sent = async |origin: &str| {
        let mut visitor = test.visitor().on(&node).with("host", "example.org").with("origin", origin);
        visitor.send(Method::POST, "/my/reading", Some("theme=dark".into()), false).await.status
    };

    assert_eq!(sent("http://example.org").await, 403);
    assert_eq!(sent("https://example.org.evil.example").await, 403);
    assert_eq!(sent("https://example.org").await, 303);
}

#[rstest]
#[tokio::test]
async fn a_cookie_of_another_site_that_is_not_utf8_signs_nobody_out(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let token = ada.cookie("ms_site").unwrap().to_owned();
    let mut request = test.visitor().request(Method::GET, "/my/profile", None);
    let line = [b"x=\xe9\xff; ms_site=".as_slice(), token.as_bytes(), b"; y=\xe9".as_slice()].concat();
    request.headers_mut().insert("cookie", poem::http::HeaderValue::from_bytes(&line).unwrap());

    let page = ada.raw(request, "/my/profile", false).await;

    assert_eq!(page.status, 200, "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn what_is_ones_own_is_kept_by_no_browser(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut root = test.staff("root", minschool::domain::roles::ADMIN).await;

    for path in ["/my/profile", "/my/sessions", "/my/password", "/my/reading"] {
        assert_eq!(root.get(path).await.header("cache-control"), "no-store", "{path}");
    }
    for path in ["/", "/users", "/nowhere"] {
        assert_eq!(root.get_admin(path).await.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(root.get("/community").await.header("cache-control"), "private, no-cache");
    let left: Page = root.send(Method::POST, "/logout", Some(String::new()), false).await;
    let panel = root.send(Method::POST, "/logout", Some(String::new()), true).await;
    assert_eq!((left.header("clear-site-data"), panel.header("clear-site-data")), ("\"cache\"", "\"cache\""));
}

#[rstest]
#[tokio::test]
async fn who_finds_a_vulnerability_learns_whom_to_write_to(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut known = config(&test.backends);
    known.public.security_contact = Some("mailto:security@example.org".into());
    known.public_url = Url::parse("https://example.org").unwrap();
    let node = test.node_with(known).await;

    let nobody = test.visitor().get("/.well-known/security.txt").await;
    let page = test.visitor().on(&node).get("/.well-known/security.txt").await;

    assert_eq!((nobody.status, page.status), (404, 200));
    assert!(page.header("content-type").starts_with("text/plain"));
    let line = |name: &str| page.html.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    assert_eq!(line("Contact:"), "mailto:security@example.org");
    assert_eq!(line("Preferred-Languages:"), "ko, en");
    assert_eq!(line("Canonical:"), "https://example.org/.well-known/security.txt");
    let expires = time::OffsetDateTime::parse(&line("Expires:"), &time::format_description::well_known::Rfc3339).unwrap();
    let days = (expires - test.app.context.clock.now()).whole_days();
    assert!((30..365).contains(&days), "{days}");
}

const HSTS: &str = "strict-transport-security";

/// An instance that is reached over HTTPS.
fn over_https(test: &TestApp, seconds: &str, scope: &str) -> Config {
    let flags = [
        ("PUBLIC_URL", "https://example.org"),
        ("ADMIN_PUBLIC_URL", "https://admin.example.org"),
        ("HSTS_SECONDS", seconds),
        ("HSTS_SCOPE", scope),
    ];
    let flags = flags.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let read = Config::read(&minschool::config::Sources::gather(None, |_| None, &flags).unwrap()).unwrap();
    Config { public_url: read.public_url, admin_public_url: read.admin_public_url, public: read.public, ..config(&test.backends) }
}

#[test]
fn a_proxy_with_https_and_a_plain_public_address_are_logged_once() {
    let folder = folder();
    let mut child = Process::spawn(minschool(&folder).stdout(Stdio::piped()).stderr(Stdio::piped()));
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let port = printed_port(&mut lines, "site");
    let rest = std::thread::spawn(move || lines.collect::<Vec<_>>());
    let noise = child.0.stderr.take().unwrap();
    let noise = std::thread::spawn(move || std::io::read_to_string(noise).unwrap());

    for _ in 0..3 {
        assert_eq!(send(local(port), Request::get("/terms").header("x-forwarded-proto", "https")).unwrap().status, 200);
    }
    child.signal("TERM");
    child.wait();

    let output = rest.join().unwrap().join("\n") + &noise.join().unwrap();
    assert_eq!(output.matches("browsers use https").count(), 1, "{output}");
    assert!(output.contains("PUBLIC_URL"), "{output}");
}

#[test]
fn behind_a_socket_for_both_kinds_of_addresses_visitors_keep_their_own() {
    let folder = folder();
    let mut command = crate::processes::minschool();
    command.args(["--site-listen", "[::]:0"]);
    let instance = start_alone(command, folder.path());
    join(&instance, "ada");

    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    // The proxy is 127.0.0.1, which such a socket shows as ::ffff:127.0.0.1.
    let answer = instance.submit("/login", "/login", "x=1\r\nX-Forwarded-For: 203.0.113.7", &fields);

    assert!(instance.get("/my/sessions", &session(&answer)).contains("203.0.113.7"));
}

#[test]
fn a_secret_in_a_file_that_everybody_can_read_is_refused_by_check() {
    let folder = folder();
    let file = folder.path().join("minschool.toml");
    std::fs::write(&file, format!("redis_url = \"redis://:{PASSWORD}@127.0.0.1:1\"\n")).unwrap();
    let check = |mode: u32| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        minschool(&folder).args(["check", "--offline", "--config", "minschool.toml"]).output().unwrap()
    };

    let (open, closed) = (check(0o644), check(0o640));

    assert_eq!((open.status.code(), closed.status.code()), (Some(78), Some(0)), "{} {}", words(&open), words(&closed));
    assert!(words(&open).contains("redis_url") && words(&open).contains("credentials/redis-url"), "{}", words(&open));
    assert!(!words(&open).contains(PASSWORD), "{}", words(&open));
}
