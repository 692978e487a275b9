//! The task that measures, sends heartbeats and compares those of the others, every five seconds until the instance ends.

use super::events::{self, Event, EventKind};
use super::heartbeat::{self, Heartbeat, InstanceState, Sample, SampleWindow};
use super::{RedisSample, counts, history};
use crate::app::App;
use crate::clock::monotonic::ClockStep;
use crate::clock::to_ms;
use crate::db::disk_full;
use crate::domain::Result;
use crate::shared::instances::{HEARTBEAT_TTL, RedisCounts};
use crate::shared::{Known, health::Health};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::time::{Instant as Tick, MissedTickBehavior, interval_at};

/// Pause between two heartbeats.
const EVERY: Duration = Duration::from_secs(5);
/// Pause between the first and the second.
const SOON: Duration = Duration::from_secs(1);
/// Minutes for which an instance that left is looked for.
const REMEMBERED: i64 = 15;

/// Runs until the end.
pub async fn run(app: App) {
    let mut reporter = Reporter::new(&app);
    let (mut health, mut database) = (app.context.shared.health_changes(), app.db_health.changes());
    reporter.note(EventKind::Up, app.metrics.started_ms());
    reporter.round().await;
    // The first word is "starting"; nobody should have to wait long for the next.
    let mut ticks = interval_at(Tick::now() + SOON, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut draining = false;
    loop {
        tokio::select! {
            () = app.ended.cancelled() => break,
            () = app.stop.cancelled(), if !draining => {
                draining = true;
                reporter.note(EventKind::Draining, app.metrics.started_ms());
                reporter.round().await;
            }
            Ok(()) = health.changed() => {
                let health = health.borrow_and_update().clone();
                // Connecting for the first time is no news.
                if reporter.rounds > 1 || health.is_well() {
                    reporter.redis_changed(&health);
                }
            }
            Ok(()) = database.changed() => {
                let back = *database.borrow_and_update();
                reporter.note_now(if back { EventKind::DatabaseBack } else { EventKind::DatabaseAway });
            }
            _ = ticks.tick() => reporter.round().await,
        }
    }
    app.context.shared.instances().leave(&app.config.watching.instance).await;
}

/// What is kept in mind from one round to the next.
pub struct Reporter {
    app: App,
    last: Sample,
    /// The look at the beginning of the minute, and which minute it is.
    minute: (i64, Sample),
    recent: SampleWindow,
    redis: Option<(Instant, RedisCounts)>,
    /// None: not trusted yet since the beginning, which is no news.
    redis_is_well: Option<bool>,
    disk: Disk,
    others: BTreeMap<String, Other>,
    rounds: u32,
    /// The last step of the machine's clock that was reported.
    step: Option<ClockStep>,
}

/// Whether the database has space, as far as its refusals show.
struct Disk {
    refusals: u64,
    /// When it refused last. None: it is not full.
    full: Option<Instant>,
}

/// A disk that refused nothing for so long is not full any more: a row is written every minute.
const RELIEF: Duration = Duration::from_secs(90);

impl Disk {
    /// Takes note of new refusals, and returns whether they are the first.
    fn looks_full(&mut self, refusals: u64) -> bool {
        if std::mem::replace(&mut self.refusals, refusals) == refusals {
            return false;
        }
        self.full.replace(Instant::now()).is_none()
    }

    /// Nothing was refused now: returns whether that is the end of it.
    fn is_relieved(&mut self) -> bool {
        self.full.take_if(|last| last.elapsed() >= RELIEF).is_some()
    }
}

/// Another instance, by its last heartbeat.
struct Other {
    heartbeat: Heartbeat,
    seen: Instant,
    is_lost: bool,
}

impl Reporter {
    /// Begins.
    pub fn new(app: &App) -> Self {
        let look = Sample::now(app);
        let mut recent = SampleWindow::default();
        recent.keep(look.clone());
        Self {
            minute: (history::minute(app.context.clock.now()), look.clone()),
            last: look,
            recent,
            redis: None,
            redis_is_well: app.context.shared.health().is_well().then_some(true),
            disk: Disk { refusals: disk_full::refusals(), full: None },
            others: BTreeMap::new(),
            rounds: 0,
            step: None,
            app: app.clone(),
        }
    }

    /// Measures and reports it, once.
    pub async fn round(&mut self) {
        let look = Sample::now(&self.app);
        if self.disk.looks_full(disk_full::refusals()) {
            self.note_now(EventKind::DiskFull);
        }
        let disk_full = self.disk.full.is_some();
        let heartbeat =
            Heartbeat { disk_full, ..heartbeat::heartbeat(&self.app, self.state(), &look.since(&self.last), &look, &self.recent) };
        self.last = look.clone();
        self.app.monitor.lock().own = Some(heartbeat.clone());
        if let Ok(text) = serde_json::to_vec(&heartbeat) {
            self.app.context.shared.instances().heartbeat(&heartbeat.name, text).await;
        }
        self.mind_clock();
        self.ask_redis().await;
        match self.write(&heartbeat, look).await {
            Ok(()) if self.disk.is_relieved() => {
                tracing::info!("the database's disk takes what is written again");
                self.note_now(EventKind::DiskFree);
            }
            Ok(()) => {}
            // The outage itself is reported elsewhere.
            Err(err) => tracing::debug!("what was measured is not written: {err}"),
        }
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds == 2 {
            self.redis_changed(&self.app.context.shared.health());
        }
    }

    /// As if so much time had gone by since the others' heartbeats.
    pub fn receive_nothing_for(&mut self, span: Duration) {
        let earlier = |at: Instant| at.checked_sub(span).unwrap_or(at);
        self.others.values_mut().for_each(|other| other.seen = earlier(other.seen));
    }

    fn state(&self) -> InstanceState {
        if self.app.stop.is_cancelled() {
            InstanceState::Draining
        } else if self.rounds == 0 {
            InstanceState::Starting
        } else if self.app.db_health.is_up() {
            InstanceState::Ready
        } else {
            InstanceState::Reading
        }
    }

    /// Logs that the machine's clock was set. Times in rows go on as they went.
    fn mind_clock(&mut self) {
        let Some(step) = self.app.context.clock.monotonic().step().filter(|step| Some(*step) != self.step) else { return };
        self.step = Some(step);
        let offset = self.app.context.clock.monotonic().offset_seconds();
        tracing::warn!("the clock of this machine jumped by {} s; time goes on as before, {offset:.0} s away from it", step.seconds);
        // One that jumps again and again is one thing that happened, a minute.
        self.note(EventKind::ClockJumped, step.at_ms.div_euclid(60_000));
    }

    async fn ask_redis(&mut self) {
        let now = Instant::now();
        let counts = self.app.context.shared.instances().redis().await.known().flatten();
        let rates = match (&self.redis, &counts) {
            (Some((then, old)), Some(new)) if old.run_id == new.run_id => Some(rates(now.duration_since(*then), old, new)),
            _ => None,
        };
        let at = to_ms(self.app.context.clock.now());
        self.app.monitor.lock().redis = counts.clone().map(|counts| RedisSample { counts, rates, at });
        self.redis = counts.map(|counts| (now, counts));
    }

    async fn write(&mut self, heartbeat: &Heartbeat, look: Sample) -> Result<()> {
        events::flush(&self.app).await?;
        let now = history::minute(self.app.context.clock.now());
        let (minute, begun) = &self.minute;
        // At the start at once, so that the others know the name.
        if now != *minute || self.rounds == 0 {
            history::write_instance(&self.app, *minute, heartbeat, &look.since(begun)).await?;
            let redis = self.app.monitor.redis();
            history::write_cluster(&self.app, now, &counts::counts(&self.app).await?, redis.as_ref()).await?;
        }
        if now != *minute {
            self.recent.keep(look.clone());
            self.minute = (now, look);
        }
        self.listen(now).await
    }

    /// Reads the reports of the others, and notices those that have ended.
    async fn listen(&mut self, minute: i64) -> Result<()> {
        let own = &self.app.config.watching.instance;
        let mut names = history::names(&self.app.context.db, minute - REMEMBERED).await?;
        names.retain(|name| name != own);
        // No heartbeat can be read while Redis is away, and that is no news about the instances.
        let Known::Known(heartbeats) = self.app.context.shared.instances().heartbeats(&names).await else {
            self.others.values_mut().for_each(|other| other.seen = Instant::now());
            return Ok(());
        };
        for (name, bytes) in names.into_iter().zip(heartbeats) {
            match bytes.and_then(|bytes| serde_json::from_slice::<Heartbeat>(&bytes).ok()) {
                Some(heartbeat) => self.seen(name, heartbeat),
                None => self.silent(&name),
            }
        }
        Ok(())
    }

    fn seen(&mut self, name: String, heartbeat: Heartbeat) {
        let before = self.others.get(&name).filter(|other| other.is_lost).map(|other| (other.heartbeat.at, other.heartbeat.started));
        // One that was started anew reports that by itself.
        if let Some((mark, started)) = before
            && started == heartbeat.started
        {
            self.note_of(&name, EventKind::Back, mark);
        }
        self.others.insert(name, Other { heartbeat, seen: Instant::now(), is_lost: false });
    }

    fn silent(&mut self, name: &str) {
        let Some(other) = self.others.get_mut(name) else { return };
        if other.is_lost || other.heartbeat.state == InstanceState::Draining || other.seen.elapsed() < HEARTBEAT_TTL {
            return;
        }
        other.is_lost = true;
        let mark = other.heartbeat.at;
        tracing::warn!("instance {name} has reported nothing for {} s", HEARTBEAT_TTL.as_secs());
        self.note_of(name, EventKind::Lost, mark);
    }

    fn redis_changed(&mut self, health: &Health) {
        let is_well = health.is_well();
        match self.redis_is_well.replace(is_well) {
            Some(was_well) if was_well != is_well => self.note_now(if is_well { EventKind::RedisBack } else { EventKind::RedisAway }),
            // It was away when this instance began, and was not reached within the first second.
            None if !is_well => self.note_now(EventKind::RedisAway),
            _ => {}
        }
    }

    fn note(&self, kind: EventKind, mark: i64) {
        self.note_of(&self.app.config.watching.instance, kind, mark);
    }

    fn note_now(&self, kind: EventKind) {
        self.note(kind, to_ms(self.app.context.clock.now()));
    }

    fn note_of(&self, name: &str, kind: EventKind, mark: i64) {
        self.app.monitor.note(Event { kind, instance: name.to_owned(), dedupe_key: mark, at: self.app.context.clock.now() });
    }
}

fn rates(span: Duration, old: &RedisCounts, new: &RedisCounts) -> [f64; 3] {
    let rate = |of: fn(&RedisCounts) -> u64| of(new).saturating_sub(of(old)) as f64 / span.as_secs_f64().max(0.001);
    [rate(|c| c.total_commands_processed), rate(|c| c.expired_keys), rate(|c| c.evicted_keys)]
}
