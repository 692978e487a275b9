//! The real nginx with the shipped files, in front of the routers of a test's house. Only what differs from host to
//! host is written here: ports, folders, and a header that says from which address a request comes.

use crate::support::TestApp;
use minschool::web::serve::{Door, Patience, serve};
use std::fs;
use std::net::TcpListener as Socket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The header that stands for the address of a visitor (nginx's realip module).
const FROM: &str = "X-Test-Address";

/// See the head of this file.
pub struct Nginx {
    site: u16,
    process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Serves the routers of a house on ports of their own, and starts nginx in front of them.
    pub async fn before(test: &TestApp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (site, admin) = (free_port(), free_port());
        let prefix = folder.path().join("nginx");
        lay_out(&prefix);
        let write = |name: &str, text: String| fs::write(prefix.join("minschool").join(name), text).unwrap();
        write("listen-site.conf", listen(site));
        write("listen-admin.conf", listen(admin));
        write("servers-site.conf", format!("server 127.0.0.1:{};", open(test, test.site.clone()).await));
        write("servers-admin.conf", format!("server 127.0.0.1:{};", open(test, test.admin.clone()).await));
        write("log.conf", "access_log off;".into());
        write("plain.conf", String::new());
        write("place.conf", place(&prefix));
        let mut nginx = Self { site, process: launch(&prefix), _folder: folder };
        nginx.wait_until_ready(&prefix).await;
        nginx
    }

    /// One request to the site: a path and the lines of its head. Lines go out byte for byte.
    pub async fn ask(&self, path: &str, lines: &[&str]) -> String {
        converse(self.site, path, lines).await.unwrap()
    }

    /// One request to the site from an address.
    pub async fn ask_from(&self, address: &str, path: &str) -> String {
        self.ask(path, &[&format!("{FROM}: {address}")]).await
    }

    async fn wait_until_ready(&mut self, prefix: &Path) {
        for _ in 0..500 {
            if converse(self.site, "/healthz", &[]).await.is_ok() {
                return;
            }
            let log = fs::read_to_string(prefix.join("error.log")).unwrap_or_default();
            assert!(self.process.try_wait().unwrap().is_none(), "nginx ended: {log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nginx does not start");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

/// The status of an answer.
pub fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

async fn open(test: &TestApp, router: impl poem::Endpoint<Output = poem::Response> + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let door = Door { listener, held: false };
    tokio::spawn(serve(door, router, Patience::with_idle(Duration::from_secs(75)), test.app.stop.clone()));
    port
}

fn free_port() -> u16 {
    Socket::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The folder as on a host, by the same lines of shell that the checks and the cluster use.
fn lay_out(prefix: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = r#"set -eu; . ops/lib/nginx.sh; lay_out_nginx "$1"; cp ops/nginx/minschool-loadbalancer.conf "$1/sites-enabled/"
        sed -i "s/^user .*/user $(id -un) $(id -gn);/" "$1/nginx.conf""#;
    let done = Command::new("bash").args(["-c", script, "-"]).arg(prefix).current_dir(root).status().unwrap();
    assert!(done.success(), "the files of nginx could not be laid out");
}

fn listen(port: u16) -> String {
    format!("listen 127.0.0.1:{port}; server_name localhost; set_real_ip_from 127.0.0.1; real_ip_header {FROM};")
}

fn place(prefix: &Path) -> String {
    let shipped = fs::read_to_string(prefix.join("minschool/place.conf")).unwrap();
    let shown = prefix.display();
    let temporary: String =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].iter().map(|kind| format!("{kind}_temp_path {shown}/{kind};\n")).collect();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/ops/nginx/pages");
    shipped.replace("/run/minschool/nginx-", &format!("{shown}/nginx-")).replace("/usr/share/minschool/nginx", pages) + &temporary
}

fn launch(prefix: &Path) -> Child {
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.arg("-p").arg(prefix).arg("-c").arg(prefix.join("nginx.conf")).args(["-g", "daemon off;"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx is installed (ops/test does that)")
}

async fn converse(port: u16, path: &str, lines: &[&str]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut head = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n").into_bytes();
    for line in lines {
        // One char is one byte, so that a test can send what is not UTF-8.
        head.extend(line.chars().map(|byte| u8::try_from(u32::from(byte)).unwrap()));
        head.extend(b"\r\n");
    }
    head.extend(b"\r\n");
    stream.write_all(&head).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await??;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
