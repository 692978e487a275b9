//! Who has to wait before signing in or joining, and what an operator can do about it.
//!
//! Wrong passwords are counted at one of these: the account, where the browser is unknown (site and panel apart, so that
//! nobody closes the panel from the site), or the browser and the account, where it is known (`devices`). For unknown
//! browsers each network (`network`) is counted as well, by accounts and not by tries.

use super::{Registration, SignupForm, devices, manage, network};
use crate::clock::OffsetDateTime;
use crate::db::query;
use crate::domain::audit::{self, By};
use crate::domain::sessions::{Area, Client};
use crate::domain::validation::Email;
use crate::domain::{Context, Error, Result, UserId, idempotency, users};
use std::time::Duration;

/// Accounts for which a wrong password is typed from one network on one day, before the network is slowed. An office, a
/// school or a mobile carrier puts hundreds of people behind one address. Of a thousand who sign in with a new browser on one
/// day perhaps a hundred mistype, and most of them then succeed, which raises the number. Lists of stolen passwords are tried
/// on thousands of accounts, where nearly all fail (OWASP Credential Stuffing Prevention Cheat Sheet).
const FREE_ACCOUNTS: u64 = 300;
/// So many more for each account that is signed in to from there on that day: people succeed more often than they fail,
/// and each account counts once, so that an attacker's own one is worth no more than this.
const FORGIVEN: u64 = 3;
/// Longest wait of a network. Shorter than an account's, as others there wait too.
const NETWORK_WAIT: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);

/// The counters that one try to sign in meets.
pub(super) struct SignInCounters {
    /// Of the account, or of the account in this browser.
    own: String,
    /// Of the network; none for a browser that is known, which can only try the account that it is known for.
    network: Option<Network>,
}

struct Network {
    /// The network on this day: both of its counters begin together.
    today: String,
    /// The account as seen from there.
    account: String,
    wait: String,
}

fn account(area: Area, email: &str) -> String {
    format!("account:{}:{}", area.as_str(), network::hashed(email))
}

impl SignInCounters {
    /// None where limits are off. `device` is the cookie of this browser.
    pub(super) fn of(ctx: &Context, area: Area, email: &str, client: &Client, device: &str) -> Option<Self> {
        if !ctx.limits.enforced {
            return None;
        }
        if let Some(random) = devices::known(ctx, device, area, email) {
            let own = format!("device:{}:{}", area.as_str(), network::hashed(&format!("{random}:{email}")));
            return Some(Self { own, network: None });
        }
        let place = network::key(&client.ip);
        let today = format!("{place}:{}", ctx.clock.now().to_julian_day());
        let network = Network { account: format!("{today}:{}", network::hashed(email)), wait: format!("network:{place}"), today };
        Some(Self { own: account(area, email), network: Some(network) })
    }

    /// # Errors
    /// `Slow` while there is a wait.
    pub(super) async fn check_wait(&self, ctx: &Context) -> Result<()> {
        let limits = ctx.shared.limits();
        let network = async {
            match &self.network {
                Some(network) => limits.wait_for(&network.wait).await,
                None => Duration::ZERO,
            }
        };
        let (own, network) = futures_util::join!(limits.wait_for(&self.own), network);
        match own.max(network) {
            Duration::ZERO => Ok(()),
            left => Err(Error::Slow(left.as_secs().max(1))),
        }
    }

    /// The password was wrong, or there is no such account.
    pub(super) async fn failed(&self, ctx: &Context) {
        let limits = ctx.shared.limits();
        limits.record_failure(&self.own).await;
        let Some(network) = &self.network else { return };
        if limits.increment("failed-account", &network.account, DAY).await > 1 {
            return;
        }
        let failed = limits.increment("failed-accounts", &network.today, DAY).await;
        let entered = limits.get("entered-accounts", &network.today).await;
        let beyond = failed.saturating_sub(FREE_ACCOUNTS + FORGIVEN * entered);
        limits.make_wait(&network.wait, beyond, NETWORK_WAIT).await;
    }

    /// The password was right.
    pub(super) async fn entered(&self, ctx: &Context) {
        let limits = ctx.shared.limits();
        limits.reset(&self.own).await;
        let Some(network) = &self.network else { return };
        if limits.increment("entered-account", &network.account, DAY).await == 1 {
            limits.increment("entered-accounts", &network.today, DAY).await;
        }
    }
}

/// Lets an account be signed in to at once, whatever was typed for it before. A browser that is known keeps its own wait, of
/// a quarter of an hour at most.
///
/// # Errors
/// `Invalid("email", …)`; `NotFound`; `Busy` where Redis could not be reached.
pub async fn unlock(ctx: &Context, by: &By, email: &str) -> Result<UserId> {
    let (member, email) = (manage::by_email(ctx, email).await?, Email::parse(email)?);
    for area in [Area::Site, Area::Admin] {
        if !ctx.shared.limits().reset(&account(area, email.as_str())).await {
            return Err(Error::Busy(1));
        }
    }
    let name = users::find(&ctx.db, member).await?.name;
    let tx = query::begin(&ctx.db).await?;
    audit::write(&tx, by, audit::Entry::new("user.unlock", audit::Target::User(member), &name), ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(member)
}

/// Forgets the wrong passwords that were typed for an account, because its owner has set a new one. The panel keeps its own wait.
pub(super) async fn forgive(ctx: &Context, email: &str) {
    ctx.shared.limits().reset(&account(Area::Site, email)).await;
}

/// Joins a visitor, while their network has opened fewer accounts in this hour than the operator allows. A known address
/// counts like a new one, as the answer must not distinguish them; a form with faults does not count.
///
/// # Errors
/// `Slow` until the hour is over; those of [`users::register`].
pub async fn register(ctx: &Context, key: &idempotency::Key, form: &SignupForm, client: &Client) -> Result<Registration> {
    if !ctx.limits.enforced || !ctx.limits.sign_ups.counts(&client.ip) {
        return users::register(ctx, key, form).await;
    }
    let now = ctx.clock.now();
    let here = format!("{}:{}", network::key(&client.ip), now.unix_timestamp().div_euclid(3600));
    let limits = ctx.shared.limits();
    // Counted before the work, so that forms sent at the same moment cannot all pass, and given back where nothing came of it.
    let tried = limits.increment("sign-up", &here, HOUR).await;
    let unused = limits.get("sign-up-unused", &here).await;
    let done = match tried.saturating_sub(unused) > ctx.limits.sign_ups.an_hour {
        true => Err(Error::Slow(rest_of_hour(now))),
        false => users::register(ctx, key, form).await,
    };
    if done.is_err() {
        limits.increment("sign-up-unused", &here, HOUR).await;
    }
    done
}

fn rest_of_hour(now: OffsetDateTime) -> u64 {
    3600 - now.unix_timestamp().rem_euclid(3600).unsigned_abs()
}
