//! Passwords: judged by zxcvbn, hashed with argon2id at OWASP's parameters, a few at a time.
//!
//! One hash costs tens of milliseconds and 19 MiB, so hashing waits in a short queue of its own. When
//! the queue is full, signing in answers "busy" at once and everything else stays fast.

use crate::domain::{Account, Error, Result};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::Arc;
use std::time::Duration;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use unicode_normalization::UnicodeNormalization;

/// Shortest password of a member, in characters. NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where the password stands
/// alone; members are advised to take as many.
pub const MIN: usize = 10;
/// Shortest password with which the panel is entered.
pub const MIN_STAFF: usize = 15;
/// Characters that a password must have beside words that are public about its owner, such as the name.
const OWN: usize = 8;
/// Characters that zxcvbn looks at: a hundred of the worst take it a third of a second.
const JUDGED: usize = 40;
/// Longest password, in bytes: longer ones only cost time.
pub const MAX: usize = 256;

/// Hashes that may wait; more are shed.
const QUEUE: usize = 16;
/// Longest wait for a hash.
const PATIENCE: Duration = Duration::from_secs(3);
/// Retry-After of a shed request, in seconds.
const PAUSE: u64 = 2;

enum Job {
    Hash(String),
    /// The password and the hash that it may match; none: no account has that address.
    Verify(String, Option<String>),
    /// A new password, and words that its owner is known by.
    Judge(String, Vec<String>, Account),
}

enum Answer {
    Hash(String),
    Verified { matches: bool, outdated: bool },
    Judged(Option<Error>),
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the password is right.
    pub matches: bool,
    /// Whether the stored hash has other parameters than today's and should be made anew.
    pub outdated: bool,
}

/// The hashing queue of an instance.
#[derive(Clone)]
pub struct Hasher {
    queue: BoxCloneSyncService<Job, Answer, BoxError>,
}

impl Hasher {
    /// A queue with its workers: half of the cores, at least one. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// `Internal` when argon2 refuses the parameters.
    pub fn start(memory_kib: u32, rounds: u32) -> Result<Self> {
        let params = Params::new(memory_kib, rounds, 1, None).map_err(|e| Error::internal("argon2 parameters", e))?;
        let bench = Arc::new(Bench::new(params)?);
        let workers = std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).max(1));
        let service = ServiceBuilder::new()
            .load_shed()
            .timeout(PATIENCE)
            .buffer(QUEUE)
            .concurrency_limit(workers)
            .service_fn(move |job| work(bench.clone(), job));
        Ok(Self { queue: BoxCloneSyncService::new(service) })
    }

    /// Whether a new password will do: see [`check_strength`].
    ///
    /// # Errors
    /// As [`check_strength`]; `Busy` when the queue is full.
    pub async fn check_strength(&self, password: &str, about: &[&str], account: Account) -> Result<()> {
        let about = about.iter().map(|word| (*word).to_owned()).collect();
        match self.run(Job::Judge(password.to_owned(), about, account)).await? {
            Answer::Judged(None) => Ok(()),
            Answer::Judged(Some(err)) => Err(err),
            Answer::Hash(_) | Answer::Verified { .. } => Err(another_question()),
        }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn hash(&self, password: &str) -> Result<String> {
        match self.run(Job::Hash(password.to_owned())).await? {
            Answer::Hash(hash) => Ok(hash),
            Answer::Verified { .. } | Answer::Judged(_) => Err(another_question()),
        }
    }

    /// Whether `password` matches `hash`. Without a hash it takes as long and answers no, so that
    /// time does not show which addresses have an account.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<Verdict> {
        match self.run(Job::Verify(password.to_owned(), hash)).await? {
            Answer::Verified { matches, outdated } => Ok(Verdict { matches, outdated }),
            Answer::Hash(_) | Answer::Judged(_) => Err(another_question()),
        }
    }

    async fn run(&self, job: Job) -> Result<Answer> {
        self.queue
            .clone()
            .oneshot(job)
            .await
            .map_err(|err| if err.is::<Error>() { Error::internal("hashing a password", err) } else { Error::Busy(PAUSE) })
    }
}

async fn work(bench: Arc<Bench>, job: Job) -> std::result::Result<Answer, BoxError> {
    tokio::task::spawn_blocking(move || bench.work(job)).await?.map_err(Into::into)
}

/// The hashing itself, on a blocking thread.
struct Bench {
    argon: Argon2<'static>,
    /// What is checked for unknown addresses: random bytes with today's parameters, which cost as much to check as a hash and, unlike
    /// one, nothing to make when an instance starts.
    decoy: String,
}

impl Bench {
    fn new(params: Params) -> Result<Self> {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut random = [0; Params::DEFAULT_OUTPUT_LEN];
        getrandom::fill(&mut random).map_err(argon_fault)?;
        let decoy = phc(&argon, &random[..Salt::RECOMMENDED_LENGTH], Output::new(&random).map_err(argon_fault)?)?;
        Ok(Self { argon, decoy })
    }

    fn work(&self, job: Job) -> Result<Answer> {
        match job {
            Job::Judge(password, about, account) => {
                let about: Vec<&str> = about.iter().map(String::as_str).collect();
                Ok(Answer::Judged(check_strength(&password, &about, account).err()))
            }
            Job::Hash(password) => hash(&self.argon, &password).map(Answer::Hash),
            Job::Verify(password, stored) => {
                // An account that nobody can sign in to has a mark instead of a hash.
                let stored = stored.filter(|hash| PasswordHash::new(hash).is_ok());
                let known = stored.is_some();
                let stored = PasswordHash::new(stored.as_deref().unwrap_or(&self.decoy)).map_err(argon_fault)?;
                let right = matches(&password, &stored)?;
                let today = self.argon.params();
                let outdated = Params::try_from(&stored).map_or(true, |p| (p.m_cost(), p.t_cost()) != (today.m_cost(), today.t_cost()));
                Ok(Answer::Verified { matches: right && known, outdated })
            }
        }
    }
}

fn hash(argon: &Argon2<'_>, password: &str) -> Result<String> {
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(argon_fault)?;
    let output = output(argon, password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
    phc(argon, &salt, output)
}

/// A hash with its parameters, as it is stored.
fn phc(argon: &Argon2<'_>, salt: &[u8], output: Output) -> Result<String> {
    let made = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params()).map_err(argon_fault)?,
        salt: Some(Salt::new(salt).map_err(argon_fault)?),
        hash: Some(output),
    };
    Ok(made.to_string())
}

/// Whether a password is the one that was hashed, whatever the parameters were then. Outputs are compared in constant time.
fn matches(password: &str, stored: &PasswordHash) -> Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(argon_fault)?;
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(argon_fault)?;
    let argon = Argon2::new(algorithm, version, Params::try_from(stored).map_err(argon_fault)?);
    Ok(output(&argon, password, salt, expected.len())? == *expected)
}

fn output(argon: &Argon2<'_>, password: &str, salt: &[u8], length: usize) -> Result<Output> {
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..length).ok_or_else(|| Error::Internal("a password hash of an unknown length".into()))?;
    argon.hash_password_into_with_memory(password.as_bytes(), salt, out, memory(argon.params())).map_err(argon_fault)?;
    Output::new(out).map_err(argon_fault)
}

/// glibc gives blocks above this size back to the system when they are freed (mallopt(3), M_MMAP_THRESHOLD); smaller
/// ones, 19 MiB among them, it would keep for each thread that ever hashed.
const GIVEN_BACK: usize = 33 * 1024 * 1024 / Block::SIZE;

/// The memory of one hash. What is only reserved costs nothing.
fn memory(params: &Params) -> Vec<Block> {
    let blocks = params.block_count();
    let mut memory = Vec::with_capacity(blocks.max(GIVEN_BACK));
    memory.resize(blocks, Block::new());
    memory
}

fn another_question() -> Error {
    Error::Internal("the hasher answered another question".into())
}

fn argon_fault(err: impl std::fmt::Display) -> Error {
    Error::internal("argon2", err)
}

/// Whether a new password will do. `about` are words that its owner is known by: the address, the name. It may take 70 ms
/// of a core: within a server, ask [`Hasher::check_strength`].
///
/// # Errors
/// `Invalid("password", …)`: too short, too long, made of what is known of its owner, or easily guessed.
pub fn check_strength(password: &str, about: &[&str], account: Account) -> Result<()> {
    let bad = |message| Err(Error::invalid("password", message));
    let length = password.chars().count();
    if length < MIN {
        return bad(if account == Account::Staff { "password.too_short_staff" } else { "password.too_short" });
    } else if length < MIN_STAFF && account == Account::Staff {
        return bad("password.too_short_staff");
    } else if password.len() > MAX {
        return bad("password.too_long");
    } else if is_own(password, about) {
        return bad("password.own");
    }
    let head: String = password.chars().take(JUDGED).collect();
    if zxcvbn::zxcvbn(&head, about).score() < zxcvbn::Score::Three { bad("password.weak") } else { Ok(()) }
}

/// Whether too little is left of it without the address, the part of it before the @, and the name.
fn is_own(password: &str, about: &[&str]) -> bool {
    let plain = |text: &str| text.nfkc().collect::<String>().to_lowercase();
    let words = about.iter().flat_map(|word| [plain(word), plain(word.split('@').next().unwrap_or_default())]);
    let left = words.filter(|word| word.chars().count() >= 3).fold(plain(password), |left, word| left.replace(&word, ""));
    left.chars().count() < OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easily_guessed_passwords_are_refused() {
        let member = |password, about: &[&str]| check_strength(password, about, Account::Member);

        assert!(member("password123", &[]).is_err());
        assert!(member("짧다", &[]).is_err());
        assert!(member("초록 자전거 7", &[]).is_err(), "nine characters");
        assert!(member("달리는 초록 자전거 7대", &[]).is_ok());
        assert!(check_strength("달리는 초록 자전거 7대", &[], Account::Staff).is_err(), "thirteen characters");
        assert!(check_strength("달리는 초록 자전거 일곱 대", &[], Account::Staff).is_ok());
    }

    #[test]
    fn what_is_known_of_its_owner_is_no_password() {
        let own = ["xk4wq9-vanmorrow@example.com", "반모로우 선생"];
        for password in
            ["xk4wq9-vanmorrow", "XK4WQ9-vanmorrow77", "xk4wq9-vanmorrow@example.com", "반모로우 선생 1234", "반모로우 선생반모로우 선생"]
        {
            assert!(check_strength(password, &own, Account::Member).is_err(), "{password}");
        }
        assert!(check_strength("xk4wq9-vanmorrow 초록 자전거 일곱", &own, Account::Member).is_ok());
    }

    #[tokio::test]
    async fn unknown_people_are_checked_too_and_never_match() {
        let hasher = Hasher::start(8, 1).expect("parameters fit");
        let hash = hasher.hash("nobody has this password").await.expect("hashed");

        assert!(hasher.verify("nobody has this password", Some(hash)).await.expect("verified").matches);
        assert!(!hasher.verify("nobody has this password", None).await.expect("verified").matches);
    }

    #[test]
    fn an_unknown_address_costs_as_much_as_a_known_one() {
        let bench = Bench::new(Params::new(64, 3, 1, None).expect("parameters fit")).expect("random bytes");
        let decoy = PasswordHash::new(&bench.decoy).expect("it is read as a hash");

        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(costs(&Params::try_from(&decoy).expect("with parameters")), costs(bench.argon.params()));
        assert_eq!(decoy.hash.map(|hash| hash.len()), Some(Params::DEFAULT_OUTPUT_LEN));
        assert_eq!(decoy.salt.map(|salt| salt.len()), Some(Salt::RECOMMENDED_LENGTH));
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_outdated() {
        let old = Hasher::start(8, 1).expect("parameters fit").hash("x").await.expect("hashed");
        let today = Hasher::start(16, 2).expect("parameters fit");

        let verdict = today.verify("x", Some(old)).await.expect("verified");

        assert_eq!(verdict, Verdict { matches: true, outdated: true });
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_shed_at_once() {
        let hasher = Hasher::start(8192, 3).expect("parameters fit");

        let all = futures_util::future::join_all((0..64).map(|_| hasher.hash("x"))).await;

        assert!(all.iter().any(|r| matches!(r, Err(Error::Busy(_)))));
        assert!(all.iter().any(Result::is_ok));
    }
}
