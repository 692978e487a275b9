//! A browser with one connection: it keeps its cookies, follows nothing, and never tries a second time of its own accord but
//! where a kept connection broke (see `testkit::connection`): nginx closes kept connections at a reload.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use testkit::connection::{Connection, EventStream};
use testkit::form;
use testkit::http::Request;
use testkit::process::local;

/// The parts of a response that drills look at.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub retry_after: bool,
    pub text: String,
}

/// A browser and its cookies.
pub struct Client {
    connection: Connection,
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self { connection: Connection::to(self.connection.address()), host: self.host.clone(), cookies: self.cookies.clone() }
    }
}

impl Client {
    /// A browser without cookies for a site on this machine, such as `http://localhost:3000`.
    pub fn at(site: &str) -> Result<Self> {
        let host = site.split("://").nth(1).unwrap_or_default().trim_end_matches('/');
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).with_context(|| format!("no port in {site:?}"))?;
        Ok(Self { connection: Connection::to(local(port)), host: host.into(), cookies: BTreeMap::new() })
    }

    /// A browser with the same cookies at another address of this machine, such as an instance's own.
    pub fn moved_to(&self, site: &str) -> Result<Self> {
        Ok(Self { cookies: self.cookies.clone(), ..Self::at(site)? })
    }

    /// Whether a session's cookie is held.
    pub fn holds_session(&self) -> bool {
        self.cookies.contains_key("ms_site")
    }

    /// Reads a page.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(Request::get(path)).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        self.send(Request::form(path, fields)).await
    }

    /// Sends a form with a file.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Result<Answer> {
        self.send(Request::multipart(path, fields, file)).await
    }

    /// Reads a file.
    pub async fn get_bytes(&mut self, path: &str) -> Result<Vec<u8>> {
        let response = self.connection.send(&self.to_bytes(Request::get(path))).await?;
        ensure!(response.status == 200, "{path}: {}", response.status);
        Ok(response.body)
    }

    /// Sends a form as a proxy does for a visitor at an address.
    pub async fn post_from(&mut self, address: &str, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        self.send(Request::form(path, fields).header("x-forwarded-for", address)).await
    }

    /// Writes a post, and returns where it is.
    pub async fn write_post(&mut self, title: &str) -> Result<String> {
        let path = "/community/free/write";
        let written = self.submit(path, path, &[("title", title), ("body", "여기에 댓글을 답니다.")]).await?;
        ensure!(written.status == 303, "a post answered {}: {}", written.status, written.text);
        Ok(written.location)
    }

    /// Sends the form that goes to `action` on the page at `page`, with its idempotency key.
    pub async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let answer = self.get(page).await?;
        if answer.status == 503 && answer.retry_after {
            // There is no form to send now; with it goes what would have been typed.
            return Ok(Answer { text: fields.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" "), ..answer });
        }
        let key = form::idempotency_key(&answer.text, action)
            .with_context(|| format!("no form for {action} on {page} ({}): {:.300}", answer.status, answer.text))?;
        self.post(action, &[fields, &[(form::KEY, key.as_str())]].concat()).await
    }

    /// Opens a stream on a connection of its own.
    pub async fn stream(&self, path: &str) -> Result<EventStream> {
        Ok(self.connection.open_stream(&self.to_bytes(Request::get(path))).await?)
    }

    fn to_bytes(&self, request: Request) -> Vec<u8> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.host(&self.host).header("accept-language", "ko").cookie(&cookies.join("; ")).to_bytes()
    }

    async fn send(&mut self, request: Request) -> Result<Answer> {
        let request = self.to_bytes(request);
        let response = self.connection.send(&request).await?;
        for line in response.headers("set-cookie") {
            let Some((name, value)) = line.split(';').next().unwrap_or_default().split_once('=') else { continue };
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Ok(Answer {
            status: response.status,
            location: response.header("location").unwrap_or_default().to_owned(),
            retry_after: response.header("retry-after").is_some(),
            text: response.text(),
        })
    }
}
