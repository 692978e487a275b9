//! The clients of a run: they read, write, sign in and out, and hold event streams open.

use crate::client::{Answer, Client};
use crate::cluster::Cluster;
use crate::relay::Relay;
use crate::results::{Outcome, Recorder, Request};
use anyhow::{Result, bail, ensure};
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::form;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Members; the first owns the posts that the others comment on.
const MEMBERS: usize = 18;
const READERS: usize = 5;
const GUESTS: usize = 3;
const LISTENERS: usize = 3;
/// The password of all members.
const PASSWORD: &str = "일곱 대의 초록 자전거 drill";
/// Between two pages of one reader.
const GLANCE: Duration = Duration::from_millis(60);
/// Between two comments of one writer: a member may send sixty forms a minute.
const THOUGHT: Duration = Duration::from_millis(1_300);

/// Between two sign-ins of the member who signs in and out: all sign in from one address, which may send sixty forms a minute.
const VISIT: Duration = Duration::from_secs(4);

/// Members who are signed in, and where they send what came of it.
pub struct Workload {
    members: Vec<Client>,
    guest: Client,
    /// The post that is commented on.
    pub post: String,
    pub recorder: Arc<Recorder>,
}

impl Workload {
    /// Signs all members up and in, by the real forms.
    pub async fn prepare(cluster: &Cluster) -> Result<Self> {
        let guest = Client::at(cluster.site())?;
        let mut members = Vec::new();
        for n in 0..MEMBERS {
            members.push(join(guest.clone(), n, cluster.relay()).await?);
        }
        let owner = members.first_mut().expect("there are members");
        let post = owner.write_post("훈련").await?;
        Ok(Self { members, guest, post, recorder: Arc::default() })
    }

    /// A member who is signed in and whom no task of the workload uses.
    pub fn idle_client(&self, n: usize) -> Client {
        self.members[MEMBERS - 1 - n].clone()
    }

    /// A client without cookies.
    pub fn guest(&self) -> Client {
        self.guest.clone()
    }

    /// Starts all clients; they run until `stop`.
    pub fn start(&self, drill: &str, stop: &CancellationToken) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for n in 0..GUESTS {
            tasks.spawn(until(stop.clone(), read(self.recorder.clone(), self.guest.clone(), self.post.clone(), n, false)));
        }
        let mut members = self.members.iter().skip(1).cloned();
        for (n, reader) in members.by_ref().take(READERS).enumerate() {
            tasks.spawn(until(stop.clone(), read(self.recorder.clone(), reader, self.post.clone(), n, true)));
        }
        for listener in [&self.members[0]; LISTENERS] {
            tasks.spawn(until(stop.clone(), listen(self.recorder.clone(), listener.clone())));
        }
        tasks.spawn(until(stop.clone(), sign_in_and_out(self.recorder.clone(), self.guest.clone())));
        // The last three are left to the drills, and one comes and goes.
        for (n, writer) in members.take(MEMBERS - 1 - READERS - 4).enumerate() {
            tasks.spawn(until(stop.clone(), write(self.recorder.clone(), writer, self.post.clone(), format!("drill {drill} {n}"))));
        }
        tasks
    }
}

/// The address of a member.
pub fn email(n: usize) -> String {
    format!("drill{n}@example.com")
}

/// Signs a member up and in; with a relay by the button behind the link of its mail.
async fn join(mut client: Client, n: usize, relay: Option<&Relay>) -> Result<Client> {
    let (email, name) = (email(n), format!("훈련{n}"));
    let fields = [("email", email.as_str()), ("name", &name), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];
    let joined = client.submit("/signup", "/signup", &fields).await?;
    if joined.status != 303 {
        bail!("signing up answered {}: {:.400}", joined.status, joined.text);
    }
    if let Some(relay) = relay {
        let token = relay.token_for(&email).await?;
        let (link, fields) = (format!("/signup/confirm?token={token}"), [("token", token.as_str()), ("password", PASSWORD)]);
        let confirmed = client.submit(&link, "/signup/confirm", &fields).await?;
        ensure!(confirmed.status == 303, "confirming a sign-up answered {}: {:.400}", confirmed.status, confirmed.text);
    } else {
        sign_in(&mut client, n).await?;
    }
    Ok(client)
}

async fn sign_in(client: &mut Client, n: usize) -> Result<Answer> {
    let answer = client.submit("/login", "/login", &[("email", &email(n)), ("password", PASSWORD)]).await?;
    if answer.status == 303 && !client.holds_session() {
        bail!("signing in gave no session");
    }
    Ok(answer)
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()> + Send) {
    stop.run_until_cancelled(work).await;
}

/// How a request for a page ended.
fn page_outcome(answer: &Result<Answer>) -> Outcome {
    match answer {
        Ok(answer) if answer.status == 200 && (answer.text.contains("보관한 화면") || answer.text.contains("저장해 둔 화면")) => {
            Outcome::Stale
        }
        Ok(answer) if answer.status == 200 => Outcome::Good,
        Ok(answer) if matches!(answer.status, 503 | 429) && answer.retry_after => Outcome::NotNow,
        _ => Outcome::Failed,
    }
}

/// How a form ended. "Not now" has to give back what was typed.
pub fn form_outcome(answer: &Result<Answer>, typed: &str) -> Outcome {
    match answer {
        Ok(answer) if answer.status == 303 => Outcome::Good,
        Ok(answer) if answer.status == 503 && answer.retry_after && answer.text.contains(typed) => Outcome::NotNow,
        _ => Outcome::Failed,
    }
}

/// An answer, for the list of failures.
pub fn describe(what: &str, answer: &Result<Answer>) -> String {
    match answer {
        Ok(answer) => format!("{what}: {} {}", answer.status, heading(&answer.text)),
        Err(error) => format!("{what}: {error:#}"),
    }
}

/// The title and the first sentence of a page.
fn heading(html: &str) -> String {
    let until = |from: &str| html.split(from).nth(1).unwrap_or_default().chars().take_while(|c| *c != '<').take(80).collect::<String>();
    format!("{} {}", until("<title>"), until("class=\"lead\">"))
}

async fn read(recorder: Arc<Recorder>, mut client: Client, post: String, n: usize, signed_in: bool) {
    let paths = ["/", "/community/free", post.as_str(), "/community"];
    for path in paths.iter().cycle().skip(n) {
        let began = Instant::now();
        let answer = client.get(path).await;
        let outcome = page_outcome(&answer);
        recorder.record(Request { began, took: began.elapsed(), outcome, form: false }, || describe(path, &answer));
        if signed_in && outcome == Outcome::Good && answer.is_ok_and(|answer| !answer.text.contains("\"/logout\"")) {
            recorder.signed_out();
        }
        sleep(GLANCE).await;
    }
}

async fn write(recorder: Arc<Recorder>, mut client: Client, post: String, mark: String) {
    let action = format!("{post}/comments");
    for n in 0.. {
        let text = format!("{mark} {n}");
        let Ok(answer) = client.get(&post).await else {
            sleep(THOUGHT).await;
            continue;
        };
        let Some(key) = form::idempotency_key(&answer.text, &action) else {
            sleep(THOUGHT / 2).await;
            continue;
        };
        let began = Instant::now();
        let answer = client.post(&action, &[(form::KEY, &key), ("body", &text)]).await;
        let outcome = form_outcome(&answer, &text);
        recorder.record(Request { began, took: began.elapsed(), outcome, form: true }, || describe(&action, &answer));
        if outcome == Outcome::Good {
            recorder.acknowledge(text);
        }
        sleep(THOUGHT).await;
    }
}

/// Signs in and out again and again, as one member.
async fn sign_in_and_out(recorder: Arc<Recorder>, guest: Client) {
    loop {
        let mut client = guest.clone();
        let began = Instant::now();
        if client.get("/login").await.is_ok_and(|page| page.status == 200) {
            let began = Instant::now();
            let answer = sign_in(&mut client, MEMBERS - 4).await;
            // The form shows the address again; the password is not sent back.
            let outcome = form_outcome(&answer, &email(MEMBERS - 4));
            recorder.record(Request { began, took: began.elapsed(), outcome, form: true }, || describe("sign in", &answer));
            if outcome == Outcome::Good {
                let answer = client.submit("/logout", "/logout", &[]).await;
                let outcome = form_outcome(&answer, "");
                recorder.record(Request { began, took: began.elapsed(), outcome, form: true }, || describe("sign out", &answer));
            }
        }
        sleep(VISIT.saturating_sub(began.elapsed())).await;
    }
}

async fn listen(recorder: Arc<Recorder>, client: Client) {
    loop {
        if let Ok(mut stream) = client.stream("/events").await {
            while let Ok(piece) = stream.next().await
                && !piece.is_empty()
            {
                if piece.windows(6).any(|six| six == b"#bell\"") {
                    recorder.event_received();
                }
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
}
