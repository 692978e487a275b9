//! What is measured: the requests of each scenario, and signing in by the form, which they need.

use crate::load::Script;
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::connection::Connection;
use testkit::form;
use testkit::http::Request;

/// The password of all seeded members.
pub const PASSWORD: &str = "bench: seven green bicycles";
/// Members who are signed in.
pub const COUNT: usize = 32;

/// Bytes of a file that is sent.
pub const FILE: usize = 1024 * 1024;

/// How comments begin that are written here.
pub const COMMENT: &str = "재 보는 댓글";

/// The board that most posts are on.
const BOARD: &str = "/community/free";
const LOGIN: &str = "/login";

/// An instance's address and the cookies of members who are signed in there.
pub struct Members {
    address: SocketAddr,
    pub cookies: Vec<String>,
}

impl Members {
    /// Signs the first members in, by the real form.
    pub async fn sign_in(address: SocketAddr) -> Result<Self> {
        let mut members = Self { address, cookies: Vec::new() };
        for script in [members.sign_ins(COUNT).await?] {
            for request in &*script.requests {
                let answer = Connection::to(address).send(request).await?;
                let cookie = answer.header("set-cookie").and_then(|line| line.split(';').next());
                members.cookies.push(cookie.with_context(|| format!("signing in answered {answer}"))?.to_owned());
            }
        }
        Ok(members)
    }

    fn cookie(&self, n: usize) -> &str {
        self.cookies.get(n % self.cookies.len().max(1)).map_or("", String::as_str)
    }

    fn pages(&self, path: impl Fn(usize) -> String, n: usize) -> Script {
        let requests = (0..n).map(|n| get(&path(n), self.cookie(n))).collect();
        Script { requests: Arc::new(requests), expects: 200, once: false }
    }

    /// The first page.
    pub fn home(&self) -> Script {
        self.pages(|_| "/".into(), COUNT)
    }

    /// The first page of a board.
    pub fn board(&self) -> Script {
        self.pages(|_| BOARD.into(), COUNT)
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

    /// Reading as it comes: of ten pages four are the first page, three the board and three posts.
    pub fn mixed(&self, posts: usize) -> Script {
        let (home, board, posts) = (self.home(), self.board(), self.posts(posts));
        let kinds = [&home, &posts, &board, &home, &board, &posts, &home, &board, &home, &posts];
        // A number that shares no factor with the lengths, so that every kind meets every member.
        let request = |n: usize| {
            let requests = &kinds[n % kinds.len()].requests;
            requests[n / kinds.len() * 7 % requests.len()].clone()
        };
        Script { requests: Arc::new((0..6_000).map(request).collect()), ..home }
    }

    /// One post that is written now, with so many comments.
    pub async fn post_with(&self, comments: usize) -> Result<Script> {
        let path = self.write_post(&format!("댓글이 {comments}개인 글")).await?;
        for request in &*self.comments_on(std::slice::from_ref(&path), comments).await?.requests {
            let answer = Connection::to(self.address).send(request).await?;
            if answer.status != 303 {
                bail!("a comment was answered with {answer}");
            }
        }
        Ok(self.pages(|_| path.clone(), COUNT))
    }

    /// Writes a post by the real form; returns its path.
    pub async fn write_post(&self, title: &str) -> Result<String> {
        let (mut connection, action) = (Connection::to(self.address), format!("{BOARD}/write"));
        let page = connection.send(&get(&action, self.cookie(0))).await?.text();
        let key = form::idempotency_key(&page, &action).with_context(|| format!("no form to write with: {page}"))?;
        let body = "한 사람이 쓰고 여럿이 읽는 글입니다.\n\n둘째 문단입니다.";
        let request = post(&action, self.cookie(0), &[(form::KEY, &key), ("title", title), ("body", body)]);
        let answer = connection.send(&request).await?;
        Ok(answer.header("location").with_context(|| format!("a post was answered with {answer}"))?.to_owned())
    }

    /// How many pages the board has.
    pub async fn last_page(&self) -> Result<usize> {
        let page = Connection::to(self.address).send(&get(BOARD, "")).await?.text();
        let numbers = page.split("?page=").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        numbers.max().context("the board has one page")
    }

    /// New comments on many posts, or all on one.
    pub async fn comments(&self, posts: usize, n: usize, spread: usize) -> Result<Script> {
        let paths: Vec<String> = talked_about(posts).take(spread).map(|id| format!("{BOARD}/{id}")).collect();
        self.comments_on(&paths, n).await
    }

    /// New comments, each with the idempotency key of a form that was opened for it.
    async fn comments_on(&self, paths: &[String], n: usize) -> Result<Script> {
        let mut connection = Connection::to(self.address);
        let mut requests = Vec::with_capacity(n);
        for n in 0..n {
            let path = &paths[n % paths.len()];
            let page = connection.send(&get(path, self.cookie(n))).await?.text();
            let action = format!("{path}/comments");
            let key = form::idempotency_key(&page, &action).with_context(|| format!("no form to comment with on {path}"))?;
            let text = format!("{COMMENT} {n}입니다. 고맙습니다!");
            requests.push(post(&action, self.cookie(n), &[(form::KEY, &key), ("body", &text)]));
        }
        Ok(Script { requests: Arc::new(requests), expects: 303, once: true })
    }

    /// Files of [`FILE`] bytes, each another one and into a draft of its own.
    pub fn files(&self, n: usize) -> Script {
        let address = format!("{BOARD}/files");
        let fields = [("title", "파일을 재 보는 글"), ("body", "한 파일이 함께 갑니다.")];
        let requests = (0..n).map(|n| {
            let request = Request::multipart(&address, &fields, ("bench.bin", &noise()));
            request.header("accept-language", "ko").header("user-agent", "bench").cookie(self.cookie(n)).to_bytes()
        });
        Script { requests: Arc::new(requests.collect()), expects: 303, once: true }
    }

    /// Sign-ins, each with the idempotency key of a form that was opened for it.
    pub async fn sign_ins(&self, n: usize) -> Result<Script> {
        let mut connection = Connection::to(self.address);
        let mut requests = Vec::with_capacity(n);
        for n in 0..n {
            let page = connection.send(&get(LOGIN, "")).await?;
            if page.status != 200 {
                bail!("the sign-in page answers {}", page.status);
            }
            let key = form::idempotency_key(&page.text(), LOGIN).context("no form to sign in with")?;
            let email = format!("user{}@example.com", n % COUNT + 1);
            requests.push(post(LOGIN, "", &[(form::KEY, &key), ("email", &email), ("password", PASSWORD)]));
        }
        Ok(Script { requests: Arc::new(requests), expects: 303, once: true })
    }

    /// A post to be read by many: the address of its stream, and a comment to be sent.
    pub async fn news(&self) -> Result<(String, Vec<u8>)> {
        let path = self.write_post("많은 이가 읽는 글").await?;
        let address = format!("/events/posts/{}", path.rsplit('/').next().unwrap_or_default());
        let script = self.comments_on(std::slice::from_ref(&path), 1).await?;
        Ok((address, script.requests[0].clone()))
    }

    /// The request for an event stream, by members in turn.
    pub fn stream(&self, address: &str, n: usize) -> Vec<u8> {
        get(address, self.cookie(n))
    }
}

fn get(path: &str, cookie: &str) -> Vec<u8> {
    Request::get(path).header("accept-language", "ko").header("user-agent", "bench").cookie(cookie).to_bytes()
}

fn post(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    Request::form(path, fields).header("accept-language", "ko").header("user-agent", "bench").cookie(cookie).to_bytes()
}

/// Bytes that no other file has: one with the same content would not be stored again.
fn noise() -> Vec<u8> {
    static FILES: AtomicU64 = AtomicU64::new(1);
    let mut state = FILES.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let words = (0..FILE / 8).flat_map(|_| {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.collect()
}

/// Ids of seeded posts of the board that have many comments: `minschool seed` gives every fiftieth more.
fn talked_about(posts: usize) -> impl Iterator<Item = usize> {
    (0..posts).step_by(50).filter(|n| n % 3 != 1 && n % 40 != 5).map(|n| n + 1)
}
