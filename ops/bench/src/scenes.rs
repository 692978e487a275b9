//! What people do that is measured: signing in by the form, and the requests of each scene.

use crate::client::{self, Connection};
use crate::load::Script;
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;

/// The password of all seeded members.
pub const PASSWORD: &str = "bench: seven green bicycles";
/// Members who are signed in.
pub const MEMBERS: usize = 32;

/// The board that most posts are on.
const BOARD: &str = "/community/free";
const LOGIN: &str = "/login";

/// An instance's address and the cookies of those who are signed in there.
pub struct Visitors {
    place: SocketAddr,
    pub cookies: Vec<String>,
}

impl Visitors {
    /// Signs the first members in, by the real form.
    pub async fn sign_in(place: SocketAddr) -> Result<Self> {
        let mut visitors = Self { place, cookies: Vec::new() };
        for script in [visitors.sign_ins(MEMBERS).await?] {
            for request in &*script.requests {
                let answer = Connection::to(place).send(request).await?;
                let cookie = answer.header("set-cookie").and_then(|line| line.split(';').next());
                visitors
                    .cookies
                    .push(cookie.with_context(|| format!("signing in answered {}: {}", answer.status, answer.text()))?.to_owned());
            }
        }
        Ok(visitors)
    }

    fn cookie(&self, n: usize) -> &str {
        self.cookies.get(n % self.cookies.len().max(1)).map_or("", String::as_str)
    }

    fn pages(&self, path: impl Fn(usize) -> String, n: usize) -> Script {
        let requests = (0..n).map(|n| client::get(&path(n), self.cookie(n))).collect();
        Script { requests: Arc::new(requests), expects: 200, once: false }
    }

    /// The first page.
    pub fn home(&self) -> Script {
        self.pages(|_| "/".into(), MEMBERS)
    }

    /// The first page of a board.
    pub fn board(&self) -> Script {
        self.pages(|_| BOARD.into(), MEMBERS)
    }

    /// Pages of a board, each another one, so that none is kept ready: a thousand from this one on.
    pub fn board_from(&self, first: usize) -> Script {
        self.pages(|n| format!("{BOARD}?page={}", first + n), 1_000)
    }

    /// Posts, each another one, with all their comments.
    pub fn posts(&self, posts: usize) -> Script {
        let ids: Vec<usize> = talked_about(posts).collect();
        self.pages(|n| format!("{BOARD}/{}", ids[n % ids.len()]), ids.len().min(2_000))
    }

    /// How many pages the board has.
    pub async fn last_page(&self) -> Result<usize> {
        let page = Connection::to(self.place).send(&client::get(BOARD, "")).await?.text();
        let numbers = page.split("?page=").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        numbers.max().context("the board has one page")
    }

    /// New comments, each with the one-time key of a form that was opened for it.
    pub async fn comments(&self, posts: usize, n: usize) -> Result<Script> {
        let ids: Vec<usize> = talked_about(posts).take(200).collect();
        let mut connection = Connection::to(self.place);
        let mut requests = Vec::with_capacity(n);
        for n in 0..n {
            let path = format!("{BOARD}/{}", ids[n % ids.len()]);
            let page = connection.send(&client::get(&path, self.cookie(n))).await?.text();
            let action = format!("{path}/comments");
            let once = client::once(&page, &action).with_context(|| format!("no form to comment with on {path}"))?;
            let text = format!("재 보는 댓글 {n}입니다. 고맙습니다!");
            requests.push(client::post(&action, self.cookie(n), &[("once", &once), ("body", &text)]));
        }
        Ok(Script { requests: Arc::new(requests), expects: 303, once: true })
    }

    /// People who sign in.
    pub async fn sign_ins(&self, n: usize) -> Result<Script> {
        let mut connection = Connection::to(self.place);
        let mut requests = Vec::with_capacity(n);
        for n in 0..n {
            let page = connection.send(&client::get(LOGIN, "")).await?;
            if page.status != 200 {
                bail!("the sign-in page answers {}", page.status);
            }
            let once = client::once(&page.text(), LOGIN).context("no form to sign in with")?;
            let email = format!("user{}@example.com", n % MEMBERS + 1);
            requests.push(client::post(LOGIN, "", &[("once", &once), ("email", &email), ("password", PASSWORD)]));
        }
        Ok(Script { requests: Arc::new(requests), expects: 303, once: true })
    }

    /// Opens so many event streams, and keeps them.
    pub async fn streams(&self, n: usize) -> Result<Vec<Connection>> {
        let mut open = Vec::with_capacity(n);
        for n in 0..n {
            let mut connection = Connection::to(self.place);
            connection.open_stream(&client::get("/events", self.cookie(n))).await.with_context(|| format!("stream {n}"))?;
            open.push(connection);
        }
        Ok(open)
    }
}

/// Ids of seeded posts of the board that have many comments: `minschool seed` gives every fiftieth more.
fn talked_about(posts: usize) -> impl Iterator<Item = usize> {
    (0..posts).step_by(50).filter(|n| n % 3 != 1 && n % 40 != 5).map(|n| n + 1)
}
