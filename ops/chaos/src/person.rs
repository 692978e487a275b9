//! A browser: it keeps its cookies, follows nothing, and never tries a second time of its own accord. As browsers do, it
//! sends a request once more on a new connection when a kept one broke before a byte of the answer came (RFC 9112,
//! section 9.3.1): nginx closes kept connections at a reload.

use anyhow::{Context, Result, ensure};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::{Client, RequestBuilder, redirect::Policy};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a person waits for at most; nothing of ours may take that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came back.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub retry_after: bool,
    pub text: String,
}

/// See the head of this file.
#[derive(Clone)]
pub struct Person {
    client: Client,
    site: String,
    cookies: BTreeMap<String, String>,
}

impl Person {
    /// Somebody new at this address.
    pub fn at(site: &str) -> Result<Self> {
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).tcp_nodelay(true).build()?;
        Ok(Self { client, site: site.trim_end_matches('/').to_owned(), cookies: BTreeMap::new() })
    }

    /// The same person at another address, such as an instance's own.
    pub fn moved_to(&self, site: &str) -> Self {
        Self { site: site.trim_end_matches('/').to_owned(), ..self.clone() }
    }

    /// Whether a session's cookie is held.
    pub fn holds_session(&self) -> bool {
        self.cookies.contains_key("ms_site")
    }

    /// Reads a page.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.site));
        self.send(request).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let request = self.client.post(format!("{}{path}", self.site)).header("sec-fetch-site", "same-origin");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded(fields));
        self.send(request).await
    }

    /// Writes a post, and says where it is.
    pub async fn write_post(&mut self, title: &str) -> Result<String> {
        let path = "/community/free/write";
        let written = self.submit(path, path, &[("title", title), ("body", "여기에 댓글을 답니다.")]).await?;
        ensure!(written.status == 303, "a post answered {}: {}", written.status, written.text);
        Ok(written.location)
    }

    /// Sends the form that goes to `action` on the page at `page`, with its one-time key.
    pub async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let form = self.get(page).await?;
        if form.status == 503 && form.retry_after {
            // There is no form to send now; with it goes what would have been typed.
            return Ok(Answer { text: fields.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(" "), ..form });
        }
        let key =
            once(&form.text, action).with_context(|| format!("no form for {action} on {page} ({}): {:.300}", form.status, form.text))?;
        let mut fields = fields.to_vec();
        fields.push(("once", &key));
        self.post(action, &fields).await
    }

    /// Opens a stream; its bytes are read from what is given back.
    pub async fn stream(&self, path: &str) -> Result<reqwest::Response> {
        // A stream has no end that one could wait for.
        let request = self.client.get(format!("{}{path}", self.site)).timeout(Duration::from_secs(24 * 3600));
        Ok(self.dressed(request).send().await?.error_for_status()?)
    }

    /// With another address, as a proxy would tell it.
    pub async fn post_from(&mut self, address: &str, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let request =
            self.client.post(format!("{}{path}", self.site)).header("x-forwarded-for", address).header("sec-fetch-site", "same-origin");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded(fields));
        self.send(request).await
    }

    fn dressed(&self, request: RequestBuilder) -> RequestBuilder {
        let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept-language", "ko");
        if line.is_empty() { request } else { request.header(COOKIE, line.join("; ")) }
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer> {
        let request = self.dressed(request).build()?;
        let again = request.try_clone();
        let response = match (self.client.execute(request).await, again) {
            (Err(fault), Some(again)) if broke(&fault) => {
                Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?.execute(again).await?
            }
            (done, _) => done?,
        };
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str()?.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (status, retry_after) = (response.status().as_u16(), response.headers().contains_key(RETRY_AFTER));
        Ok(Answer { status, location, retry_after, text: response.text().await? })
    }
}

/// Whether a connection broke before there was an answer; one that could not be opened is another matter.
fn broke(fault: &reqwest::Error) -> bool {
    fault.is_request() && !fault.is_connect() && !fault.is_timeout()
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let byte = |b: u8| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") };
    let text = |text: &str| text.bytes().map(byte).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

/// The one-time key of the form that goes to `action`.
pub fn once(html: &str, action: &str) -> Option<String> {
    let target = format!("action=\"{action}\"");
    let forms = html.split(&target).skip(1).filter_map(|part| part.split("</form>").next());
    let key = forms.filter_map(|form| form.split("name=\"once\"").nth(1)).next()?;
    Some(key.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}
