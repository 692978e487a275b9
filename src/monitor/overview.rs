//! The state of all instances, for the panel's system page.

use super::counts::Counts;
use super::events::{self, Event, EventKind};
use super::heartbeat::Heartbeat;
use super::{RedisSample, history};
use crate::app::App;
use crate::domain::{Action, Actor, Resource, Result};
use crate::metrics::{Sum, backups};
use crate::shared::Known;
use std::collections::BTreeMap;

/// Minutes for which an instance that is silent stays on the list.
const LISTED: i64 = 60;
/// So many of what happened are shown.
const EVENTS: i64 = 20;

pub struct Overview {
    /// The instances by name.
    pub instances: Vec<Instance>,
    /// Whether the others' heartbeats could be read: Redis answered, or there is none.
    pub sees_all: bool,
    /// What Redis reported last.
    pub redis: Option<RedisSample>,
    /// Sessions and members who are here. None: the database does not answer.
    pub counts: Option<Counts>,
    /// What happened, the newest first.
    pub events: Vec<Event>,
    /// When the last good backup was made, and when the last one was proven (seconds since 1970).
    pub backup: [Option<f64>; 2],
}

pub struct Instance {
    pub name: String,
    /// What it reports.
    pub word: NodeStatus,
}

/// What an instance reports.
pub enum NodeStatus {
    /// This, lately.
    Heartbeat(Box<Heartbeat>),
    /// It announced its end, and ended.
    Left,
    /// Nothing.
    Silent,
    /// Its heartbeat could not be read.
    Unseen,
}

impl Overview {
    /// The last minutes by route over all instances, the slowest first.
    pub fn slowest(&self, most: usize) -> Vec<(String, Sum)> {
        let mut all: BTreeMap<&str, Sum> = BTreeMap::new();
        let heartbeats = self.instances.iter().filter_map(|instance| match &instance.word {
            NodeStatus::Heartbeat(heartbeat) => Some(heartbeat),
            _ => None,
        });
        heartbeats.flat_map(|heartbeat| &heartbeat.routes).for_each(|(label, sum)| all.entry(label).or_default().add(sum));
        let mut slowest: Vec<_> = all.into_iter().map(|(label, sum)| (label.to_owned(), sum)).collect();
        slowest.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.quantile(0.95)));
        slowest.truncate(most);
        slowest
    }
}

/// Whether this member may see it.
///
/// # Errors
/// `Forbidden`: who may read what staff did may read what the machines did.
pub fn may_look(actor: &Actor) -> Result<()> {
    actor.must(Resource::Audit, Action::Read)
}

/// Looks.
///
/// # Errors
/// `Forbidden`.
pub async fn look(app: &App, actor: &Actor) -> Result<Overview> {
    may_look(actor)?;
    let names = history::names(&app.context.db, history::minute(app.context.clock.now()) - LISTED).await?;
    let events = events::newest(&app.context.db, EVENTS).await?;
    let heartbeats = app.context.shared.instances().heartbeats(&names).await;
    let sees_all = !heartbeats.is_unknown();
    let mut heartbeats = match heartbeats {
        Known::Known(heartbeats) => heartbeats,
        Known::Unknown => Vec::new(),
    }
    .into_iter();
    let own = app.monitor.own();
    let instance = |name: String| {
        let report = heartbeats.next().flatten().and_then(|bytes| serde_json::from_slice::<Heartbeat>(&bytes).ok());
        let word = match report.or_else(|| own.clone().filter(|own| own.name == name)) {
            Some(heartbeat) => NodeStatus::Heartbeat(Box::new(heartbeat)),
            None if !sees_all => NodeStatus::Unseen,
            None if left(&events, &name) => NodeStatus::Left,
            None => NodeStatus::Silent,
        };
        Instance { name, word }
    };
    let instances = names.into_iter().map(instance).collect();
    let last = |name| backups::last(&app.config.data_dir, name);
    Ok(Overview {
        instances,
        sees_all,
        redis: app.monitor.redis(),
        counts: app.metrics.counts(app).await,
        events,
        backup: [last(backups::BACKUP), last(backups::DRILL)],
    })
}

/// Whether the last that is known of an instance is that it would end.
fn left(events: &[Event], name: &str) -> bool {
    let own =
        events.iter().find(|event| event.instance == name && matches!(event.kind, EventKind::Up | EventKind::Draining | EventKind::Lost));
    own.is_some_and(|event| event.kind == EventKind::Draining)
}
