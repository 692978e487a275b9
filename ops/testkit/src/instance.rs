//! `minschool serve` as a process of its own.

use crate::form;
use crate::http::{Request, Response, send};
use crate::process::{Process, local};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// A running instance.
pub struct PrivateInstance {
    /// The child process.
    pub process: Process,
    /// The site's port on 127.0.0.1.
    pub site: u16,
    /// The panel's port on 127.0.0.1.
    pub admin: u16,
}

impl PrivateInstance {
    /// Starts a program, and waits until it prints its addresses.
    pub fn start(command: &mut Command) -> Self {
        let mut process = Process::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        let (site, admin) = (printed_port(&mut lines, "site"), printed_port(&mut lines, "admin"));
        // What it prints afterwards goes nowhere, but must not fail.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, site, admin }
    }

    /// Sends one request to the site on a connection of its own.
    pub fn send(&self, request: Request) -> Response {
        send(local(self.site), request.host(format!("localhost:{}", self.site))).unwrap()
    }

    /// Reads a page of the site.
    pub fn get(&self, path: &str, cookie: &str) -> Response {
        self.send(Request::get(path).cookie(cookie))
    }

    /// Sends the form on a page of the site that goes to `action`, with its idempotency key.
    pub fn submit(&self, page: &str, action: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let html = self.get(page, cookie).text();
        // Without a key the server refuses the form, and the caller sees how.
        let key = form::idempotency_key(&html, action).unwrap_or_default();
        self.send(Request::form(action, &[fields, &[(form::KEY, key.as_str())]].concat()).cookie(cookie))
    }
}

/// Gives a command PATH, settings that make tests fast, any free ports, and no other settings.
pub fn isolate(command: &mut Command) -> &mut Command {
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("SITE_LISTEN", "127.0.0.1:0").env("ADMIN_LISTEN", "127.0.0.1:0");
    command.env("PASSWORD_MEMORY_KIB", "8").env("PASSWORD_ROUNDS", "1").env("RATE_LIMITS", "off").env("RUST_MIN_STACK", "8388608")
}

/// The port in the line `NAME  http://HOST:PORT/…` that a program prints.
pub fn printed_port(lines: &mut impl Iterator<Item = String>, name: &str) -> u16 {
    let url = lines.find_map(|line| line.trim().strip_prefix(name).map(|url| url.trim().to_owned()));
    let url = url.unwrap_or_else(|| panic!("no address of \"{name}\" was printed"));
    let host = url.split("://").nth(1).unwrap_or(&url).split('/').next().unwrap_or_default();
    host.rsplit(':').next().unwrap_or_default().parse().unwrap()
}
