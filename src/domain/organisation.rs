//! Who runs the site: name, address, telephone and what else an organisation has to say of itself at the foot of each page (전자상거래법
//! article 10 for those who sell; custom for all others).
//!
//! One value in `settings`, as JSON. Instances keep it as of the generation of the boards, which a change raises.

use super::audit::{self, By};
use super::idempotency::{Key, Outcome, Uncommitted, idempotent};
use super::{Action, Context, Error, Problem, Resource, Result, invalidation, settings, validation};
use crate::db::query;
use crate::shared::cache::{CacheTag, Generation};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const NAME: &str = "organisation";
/// Longest line, in characters.
pub const LINE_MAX: usize = 120;
/// Most links.
pub const LINKS_MAX: usize = 6;

/// What the organisation publishes about itself. Whatever is empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "fields of the form")]
pub struct Organisation {
    pub name: String,
    pub representative: String,
    pub business_number: String,
    pub address: String,
    pub phone: String,
    pub email: String,
    /// Addresses of other pages of the organisation, one a line.
    pub links: String,
    /// Those that are addresses, each with the host that names it.
    #[serde(skip)]
    pub named_links: Vec<(String, String)>,
}

/// What this instance keeps.
pub type Kept = parking_lot::Mutex<Option<(Generation, Arc<Organisation>)>>;

impl Organisation {
    /// The lines of the form with their names.
    fn lines(&mut self) -> [(&'static str, &mut String); 6] {
        [
            ("name", &mut self.name),
            ("representative", &mut self.representative),
            ("business_number", &mut self.business_number),
            ("address", &mut self.address),
            ("phone", &mut self.phone),
            ("email", &mut self.email),
        ]
    }

    fn name_links(&self) -> Vec<(String, String)> {
        let link = |line: &str| {
            let url = url::Url::parse(line).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            let host = url.host_str()?.trim_start_matches("www.").to_owned();
            Some((url.to_string(), host))
        };
        self.links.lines().filter_map(link).collect()
    }

    fn check(&self) -> Result<Self> {
        let mut fit = self.clone();
        let mut problems = Vec::new();
        for (field, line) in fit.lines() {
            *line = validation::line(line);
            if line.chars().count() > LINE_MAX {
                problems.push(Problem { field, message: "organisation.too_long" });
            }
        }
        fit.links = self.links.lines().map(validation::line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let lines = fit.links.lines().count();
        if lines > LINKS_MAX || fit.name_links().len() != lines || fit.links.len() > LINKS_MAX * 300 {
            problems.push(Problem { field: "links", message: "organisation.links" });
        }
        if problems.is_empty() { Ok(fit) } else { Err(Error::Invalid(problems)) }
    }
}

/// What is stored.
pub async fn read(db: &impl ConnectionTrait) -> Result<Organisation> {
    let json = settings::get(db, NAME).await?;
    let stored: Organisation = json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    Ok(Organisation { named_links: stored.name_links(), ..stored })
}

/// The same as this instance keeps it. `generation` is that of the boards, as this request read it; without it (Redis unknown) the
/// last that is known, since nothing depends on it.
pub async fn kept(ctx: &Context, generation: Option<Generation>) -> Result<Arc<Organisation>> {
    if let Some((known, organisation)) = &*ctx.organisation.lock()
        && generation.is_none_or(|now| *known == now)
    {
        return Ok(organisation.clone());
    }
    // Boxed, because it is rare: every page's future would hold the room for it.
    let organisation = Arc::new(Box::pin(read(&ctx.db)).await?);
    if let Some(now) = generation {
        *ctx.organisation.lock() = Some((now, organisation.clone()));
    }
    Ok(organisation)
}

/// Stores it. Noted in the audit log.
///
/// # Errors
/// `Forbidden`; `Invalid`.
pub async fn save(ctx: &Context, by: &By, key: &Key, typed: &Organisation) -> Result<Outcome<i64>> {
    by.actor.must(Resource::Board, Action::Manage)?;
    let work = async {
        let (mut fit, now) = (typed.check()?, ctx.clock.now());
        let json = serde_json::to_string(&fit).map_err(|err| Error::internal("the organisation", err))?;
        let tx = query::begin(&ctx.db).await?;
        let mut before = read(&tx).await?;
        settings::set(&tx, NAME, &json).await?;
        let mut entry = audit::Entry::new("organisation.update", audit::Target::User(by.actor.id), &fit.name);
        let links = (before.links.clone(), fit.links.clone());
        for ((field, old), (_, new)) in before.lines().into_iter().zip(fit.lines()) {
            entry = entry.change(field, old, new);
        }
        audit::write(&tx, by, entry.change("links", &links.0, &links.1), now).await?;
        invalidation::withdraw(&tx, &[CacheTag::BOARDS], now).await?;
        Ok(Uncommitted { tx, id: 0 })
    };
    let outcome = idempotent(ctx, key, work).await?;
    invalidation::invalidate(ctx, &[CacheTag::BOARDS]).await;
    Ok(outcome)
}
