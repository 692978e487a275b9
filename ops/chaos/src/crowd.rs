//! What people do all the while: they read, write, sign in and out, and listen to their bells.

use crate::cluster::Cluster;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::person::{Answer, Person};
use anyhow::{Result, bail};
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
/// The password of everybody here.
const PASSWORD: &str = "일곱 대의 초록 자전거 drill";
/// Between two pages of one reader.
const GLANCE: Duration = Duration::from_millis(60);
/// Between two comments of one writer: a member may send sixty forms a minute.
const THOUGHT: Duration = Duration::from_millis(1_300);

/// Between two visits of who comes and goes: all sign in from one address, which may send sixty forms a minute.
const VISIT: Duration = Duration::from_secs(4);

/// See the head of this file.
pub struct Crowd {
    members: Vec<Person>,
    guest: Person,
    /// The post that is talked about.
    pub post: String,
    pub ledger: Arc<Ledger>,
}

impl Crowd {
    /// Signs everybody up and in, by the real forms.
    pub async fn gather(cluster: &Cluster) -> Result<Self> {
        let guest = Person::at(cluster.site())?;
        let mut members = Vec::new();
        for n in 0..MEMBERS {
            members.push(join(guest.clone(), n).await?);
        }
        let owner = members.first_mut().expect("there are members");
        let post = owner.write_post("훈련").await?;
        Ok(Self { members, guest, post, ledger: Arc::default() })
    }

    /// Somebody who is signed in and does nothing of their own accord.
    pub fn idler(&self, n: usize) -> Person {
        self.members[MEMBERS - 1 - n].clone()
    }

    /// Somebody who is not signed in.
    pub fn guest(&self) -> Person {
        self.guest.clone()
    }

    /// Lets everybody do what they do, until told to stop.
    pub fn begin(&self, drill: &str, stop: &CancellationToken) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for n in 0..GUESTS {
            tasks.spawn(until(stop.clone(), read(self.ledger.clone(), self.guest.clone(), self.post.clone(), n, false)));
        }
        let mut members = self.members.iter().skip(1).cloned();
        for (n, reader) in members.by_ref().take(READERS).enumerate() {
            tasks.spawn(until(stop.clone(), read(self.ledger.clone(), reader, self.post.clone(), n, true)));
        }
        for listener in [&self.members[0]; LISTENERS] {
            tasks.spawn(until(stop.clone(), listen(self.ledger.clone(), listener.clone())));
        }
        tasks.spawn(until(stop.clone(), come_and_go(self.ledger.clone(), self.guest.clone())));
        // The last three are left to the drills, and one comes and goes.
        for (n, writer) in members.take(MEMBERS - 1 - READERS - 4).enumerate() {
            tasks.spawn(until(stop.clone(), write(self.ledger.clone(), writer, self.post.clone(), format!("drill {drill} {n}"))));
        }
        tasks
    }
}

fn email(n: usize) -> String {
    format!("drill{n}@example.com")
}

async fn join(mut person: Person, n: usize) -> Result<Person> {
    let (email, name) = (email(n), format!("훈련{n}"));
    let fields = [("email", email.as_str()), ("name", &name), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")];
    let joined = person.submit("/signup", "/signup", &fields).await?;
    if joined.status != 303 {
        bail!("signing up answered {}: {:.400}", joined.status, joined.text);
    }
    sign_in(&mut person, n).await?;
    Ok(person)
}

async fn sign_in(person: &mut Person, n: usize) -> Result<Answer> {
    let answer = person.submit("/login", "/login", &[("email", &email(n)), ("password", PASSWORD)]).await?;
    if answer.status == 303 && !person.holds_session() {
        bail!("signing in gave no session");
    }
    Ok(answer)
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()> + Send) {
    stop.run_until_cancelled(work).await;
}

/// What an answer to a page is worth.
fn page(answer: &Result<Answer>) -> Outcome {
    match answer {
        Ok(answer) if answer.status == 200 && (answer.text.contains("보관한 화면") || answer.text.contains("저장해 둔 화면")) => {
            Outcome::Stale
        }
        Ok(answer) if answer.status == 200 => Outcome::Good,
        Ok(answer) if matches!(answer.status, 503 | 429) && answer.retry_after => Outcome::NotNow,
        _ => Outcome::Failed,
    }
}

/// What an answer to a form is worth. "Not now" has to give back what was typed.
pub fn form(answer: &Result<Answer>, typed: &str) -> Outcome {
    match answer {
        Ok(answer) if answer.status == 303 => Outcome::Good,
        Ok(answer) if answer.status == 503 && answer.retry_after && answer.text.contains(typed) => Outcome::NotNow,
        _ => Outcome::Failed,
    }
}

/// The answer, for the list of faults.
pub fn words(what: &str, answer: &Result<Answer>) -> String {
    match answer {
        Ok(answer) => format!("{what}: {} {}", answer.status, heading(&answer.text)),
        Err(fault) => format!("{what}: {fault:#}"),
    }
}

/// What a page calls itself.
fn heading(html: &str) -> String {
    let until = |from: &str| html.split(from).nth(1).unwrap_or_default().chars().take_while(|c| *c != '<').take(80).collect::<String>();
    format!("{} {}", until("<title>"), until("class=\"lead\">"))
}

async fn read(ledger: Arc<Ledger>, mut person: Person, post: String, n: usize, signed_in: bool) {
    let paths = ["/", "/community/free", post.as_str(), "/community"];
    for path in paths.iter().cycle().skip(n) {
        let began = Instant::now();
        let answer = person.get(path).await;
        let outcome = page(&answer);
        ledger.note(Entry { began, took: began.elapsed(), outcome, form: false }, || words(path, &answer));
        if signed_in && outcome == Outcome::Good && answer.is_ok_and(|answer| !answer.text.contains("\"/logout\"")) {
            ledger.signed_out();
        }
        sleep(GLANCE).await;
    }
}

async fn write(ledger: Arc<Ledger>, mut person: Person, post: String, mark: String) {
    let action = format!("{post}/comments");
    for n in 0.. {
        let text = format!("{mark} {n}");
        let Ok(answer) = person.get(&post).await else {
            sleep(THOUGHT).await;
            continue;
        };
        let Some(key) = form::idempotency_key(&answer.text, &action) else {
            sleep(THOUGHT / 2).await;
            continue;
        };
        let began = Instant::now();
        let answer = person.post(&action, &[(form::KEY, &key), ("body", &text)]).await;
        let outcome = form(&answer, &text);
        ledger.note(Entry { began, took: began.elapsed(), outcome, form: true }, || words(&action, &answer));
        if outcome == Outcome::Good {
            ledger.promise(text);
        }
        sleep(THOUGHT).await;
    }
}

/// Signs in and out again, as the last but one member.
async fn come_and_go(ledger: Arc<Ledger>, guest: Person) {
    loop {
        let mut person = guest.clone();
        let began = Instant::now();
        if person.get("/login").await.is_ok_and(|page| page.status == 200) {
            let began = Instant::now();
            let answer = sign_in(&mut person, MEMBERS - 4).await;
            // The form shows the address again; the password is not sent back.
            let outcome = form(&answer, &email(MEMBERS - 4));
            ledger.note(Entry { began, took: began.elapsed(), outcome, form: true }, || words("sign in", &answer));
            if outcome == Outcome::Good {
                let answer = person.submit("/logout", "/logout", &[]).await;
                let outcome = form(&answer, "");
                ledger.note(Entry { began, took: began.elapsed(), outcome, form: true }, || words("sign out", &answer));
            }
        }
        sleep(VISIT.saturating_sub(began.elapsed())).await;
    }
}

async fn listen(ledger: Arc<Ledger>, person: Person) {
    loop {
        if let Ok(mut stream) = person.stream("/events").await {
            while let Ok(piece) = stream.next().await
                && !piece.is_empty()
            {
                if piece.windows(6).any(|six| six == b"#bell\"") {
                    ledger.rang();
                }
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
}
