//! The real nginx with the shipped files. Only what differs from host to host is written here: ports, folders, and a header
//! that forwards from which address a request comes.

use crate::connection::Connection;
use crate::http::{Request, Response};
use crate::process::{Process, free_port, local};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The header that stands for the address of a visitor (nginx's realip module).
const ADDRESS: &str = "X-Test-Address";
/// The folder of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A running nginx.
pub struct PrivateNginx {
    site: u16,
    process: Process,
    _folder: TempDir,
}

impl PrivateNginx {
    /// Starts it in front of the ports of one instance, and waits until the site answers.
    pub async fn start(site_upstream: u16, admin_upstream: u16) -> Self {
        Self::start_before(&[site_upstream], &[admin_upstream], "").await
    }

    /// Starts it in front of several instances, as an operator sets it up for measuring: requests of this machine are not counted.
    pub async fn start_uncounted(sites: &[u16], admins: &[u16]) -> Self {
        Self::start_before(sites, admins, "127.0.0.0/8 1;").await
    }

    async fn start_before(sites: &[u16], admins: &[u16], known: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (site, admin) = (free_port(), free_port());
        let prefix = folder.path().join("nginx");
        lay_out(&prefix);
        let write = |name: &str, text: String| fs::write(prefix.join("minschool").join(name), text).unwrap();
        write("listen-site.conf", listen(site));
        write("listen-admin.conf", listen(admin));
        write("servers-site.conf", servers(sites));
        write("servers-admin.conf", servers(admins));
        write("known.conf", known.into());
        write("log.conf", "access_log off;".into());
        write("plain.conf", String::new());
        write("place.conf", folders(&prefix));
        let mut nginx = Self { site, process: launch(&prefix), _folder: folder };
        nginx.wait_until_ready(&prefix).await;
        nginx
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The site's port on 127.0.0.1.
    pub fn site(&self) -> u16 {
        self.site
    }

    /// Sends one GET request to the site. Header lines go out byte for byte: one char is one byte, so that a test can send
    /// what is not UTF-8.
    pub async fn get(&self, path: &str, lines: &[&str]) -> Response {
        self.try_get(path, lines).await.unwrap()
    }

    /// Sends one GET request to the site as if it came from an address.
    pub async fn get_from(&self, address: &str, path: &str) -> Response {
        self.get(path, &[&format!("{ADDRESS}: {address}")]).await
    }

    async fn try_get(&self, path: &str, lines: &[&str]) -> std::io::Result<Response> {
        let mut request = Request::get(path).host(format!("localhost:{}", self.site)).header("connection", "close");
        for line in lines {
            request = request.raw_headers(line.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect::<Vec<u8>>());
            request = request.raw_headers("\r\n");
        }
        Connection::to(local(self.site)).send(&request.to_bytes()).await
    }

    async fn wait_until_ready(&mut self, prefix: &Path) {
        for _ in 0..500 {
            if self.try_get("/healthz", &[]).await.is_ok() {
                return;
            }
            let log = fs::read_to_string(prefix.join("error.log")).unwrap_or_default();
            assert!(self.process.ended().is_none(), "nginx ended: {log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nginx does not start");
    }
}

impl Drop for PrivateNginx {
    fn drop(&mut self) {
        // In order, so that its workers end with it.
        self.process.signal("TERM");
        self.process.wait();
    }
}

/// The folder as on a host, by the same lines of shell that the checks and the cluster use.
fn lay_out(prefix: &Path) {
    let script = r#"set -eu; . ops/lib/nginx.sh; lay_out_nginx "$1"; cp ops/nginx/minschool-loadbalancer.conf "$1/sites-enabled/"
        sed -i "s/^user .*/user $(id -un) $(id -gn);/" "$1/nginx.conf""#;
    let done = Command::new("bash").args(["-c", script, "-"]).arg(prefix).current_dir(ROOT).status().unwrap();
    assert!(done.success(), "the files of nginx could not be laid out");
}

fn servers(ports: &[u16]) -> String {
    ports.iter().map(|port| format!("server 127.0.0.1:{port} max_fails=3 fail_timeout=30s;\n")).collect()
}

fn listen(port: u16) -> String {
    format!("listen 127.0.0.1:{port}; server_name localhost; set_real_ip_from 127.0.0.1; real_ip_header {ADDRESS};")
}

fn folders(prefix: &Path) -> String {
    let shipped = fs::read_to_string(prefix.join("minschool/place.conf")).unwrap();
    let prefix = prefix.display();
    let temporary: String =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].iter().map(|kind| format!("{kind}_temp_path {prefix}/{kind};\n")).collect();
    let pages = format!("{ROOT}/ops/nginx/pages");
    shipped.replace("/run/minschool/nginx-", &format!("{prefix}/nginx-")).replace("/usr/share/minschool/nginx", &pages) + &temporary
}

fn launch(prefix: &Path) -> Process {
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.arg("-p").arg(prefix).arg("-c").arg(prefix.join("nginx.conf")).args(["-g", "daemon off;"]);
    Process::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))
}
