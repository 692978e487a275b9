//! All metrics as OpenMetrics text.

use super::backups;
use super::process::Process;
use super::text::{self, Sheet};
use crate::app::App;
use crate::db::{Pool, disk_full, statements};
use crate::domain::jobs::{self, Kind};
use crate::monitor::counts::Counts;
use crate::shared::health::BackendKind;
use crate::shared::meter;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use std::fmt::{self, Result};
use std::sync::atomic::Ordering;

/// Whether this instance wants requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Load balancers should send some.
    pub ready: bool,
    /// It is about to end.
    pub draining: bool,
    /// The database is away: pages are shown as they were last.
    pub reading: bool,
}

/// Reads all there is and writes it down.
pub async fn text(app: &App, readiness: Readiness) -> String {
    let counts = app.metrics.asked.counts(app).await;
    text::of(Scrape { app: app.clone(), readiness, counts, process: Process::now(), pool: Pool::of(&app.context.db) })
}

struct Scrape {
    app: App,
    readiness: Readiness,
    counts: Option<Counts>,
    process: Process,
    pool: Pool,
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> Result {
        f.debug_struct("Scrape").field("counts", &self.counts).field("process", &self.process).finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result {
        let mut sheet = Sheet::new(encoder);
        self.requests(&mut sheet)?;
        self.database(&mut sheet)?;
        self.redis(&mut sheet)?;
        self.people(&mut sheet)?;
        self.jobs(&mut sheet)?;
        self.process(&mut sheet)?;
        self.instance(&mut sheet)
    }
}

impl Scrape {
    fn requests(&self, sheet: &mut Sheet<'_>) -> Result {
        let metrics = &self.app.metrics;
        let mut times =
            sheet.histograms("minschool_http_request_duration_seconds", "Time from a request to its answer, by route template.")?;
        for router in [&metrics.site, &metrics.panel] {
            router.get().map_or(Ok(()), |router| router.write(&mut times))?;
        }
        sheet.gauge("minschool_http_in_flight", "Requests being answered now.", Some(metrics.in_flight.now() as f64))?;
        sheet.gauge("minschool_http_waiting", "Requests that wait for the concurrency limit.", Some(metrics.waiting.now() as f64))?;
        let refused = metrics.refused.load(Ordering::Relaxed);
        sheet.counter("minschool_http_refused", "Requests that the concurrency limit refused (503).", refused)?;
        sheet.gauge("minschool_event_streams", "Event streams (SSE) open now.", Some(metrics.streams.now() as f64))
    }

    fn database(&self, sheet: &mut Sheet<'_>) -> Result {
        let pool = self.pool;
        let mut states = sheet.gauges("minschool_db_pool_connections", "Database connections of this instance.")?;
        for (state, count) in [("idle", pool.idle), ("used", pool.used), ("max", pool.max)] {
            states.gauge_of(&[("state", state)], count.into())?;
        }
        sheet.counter(
            "minschool_db_acquire_timeouts",
            "Waits for a database connection that were in vain.",
            statements::acquire_timeouts(),
        )?;
        sheet.counter("minschool_db_disk_full", "SQL statements that were refused because the disk is full.", disk_full::refusals())?;
        sheet.counter("minschool_db_statements", "SQL statements that were run.", statements::total())
    }

    /// Where there is no Redis, nothing can be measured of it.
    fn redis(&self, sheet: &mut Sheet<'_>) -> Result {
        let health = self.app.context.shared.health();
        let up = (health.backend == BackendKind::Redis).then(|| f64::from(u8::from(health.is_well())));
        sheet.gauge("minschool_redis_up", "Whether Redis is trusted and asked: the breaker is closed.", up)?;
        let (kept, missing) = meter::kept_values();
        sheet.counter("minschool_redis_kept_values", "Values of Redis that were found in this process.", kept)?;
        sheet.counter("minschool_redis_missing_values", "Values that Redis was asked for, because they were not.", missing)?;
        sheet.counter("minschool_redis_exchanges", "Round trips to Redis.", meter::total())
    }

    fn people(&self, sheet: &mut Sheet<'_>) -> Result {
        let of = |number: fn(&Counts) -> i64| self.counts.as_ref().map(|counts| number(counts) as f64);
        sheet.gauge("minschool_sessions_active", "Sessions that have not ended, of the whole cluster.", of(|c| c.sessions))?;
        sheet.gauge("minschool_online_users", "Members who are here now, on any instance.", of(|c| c.online))?;
        sheet.gauge("minschool_files_bytes", "Bytes of all files, of the whole cluster.", of(|c| c.files))?;
        let most = self.app.context.limits.files_bytes as f64;
        sheet.gauge("minschool_files_limit_bytes", "Bytes that all files may have (FILES_GIB).", Some(most))?;
        if let Some(cache) = self.app.file_cache.as_ref().map(|cache| cache.counts()) {
            sheet.gauge(
                "minschool_file_cache_bytes",
                "Bytes of files on this instance's disk (FILE_CACHE_MIB).",
                Some(cache.bytes as f64),
            )?;
            sheet.counter("minschool_file_cache_hits", "Rows of files that were read from there.", cache.hits)?;
            sheet.counter("minschool_file_cache_misses", "Rows of files that were read from the database.", cache.misses)?;
        }
        sheet.gauge("minschool_schema_version", "Number of the newest step of the database's schema.", of(|c| c.schema))
    }

    /// Of the whole cluster, like the numbers of people. Every kind has its lines, so that a rise from nothing is seen.
    fn jobs(&self, sheet: &mut Sheet<'_>) -> Result {
        let mut lines = sheet.gauges("minschool_jobs", "Jobs by kind and state, of the whole cluster.")?;
        if let Some(counts) = &self.counts {
            for kind in Kind::all().map(Kind::word) {
                for (state, jobs) in jobs::by_state(&counts.jobs, &kind) {
                    lines.gauge_of(&[("kind", &kind), ("state", state)], jobs as f64)?;
                }
            }
        }
        let now = self.app.context.clock.now();
        let late = self.counts.as_ref().map(|counts| jobs::lateness(&counts.jobs, now).as_seconds_f64());
        sheet.gauge("minschool_jobs_oldest_due_seconds", "How late the oldest job is that is due and that no worker holds.", late)
    }

    fn process(&self, sheet: &mut Sheet<'_>) -> Result {
        let process = &self.process;
        sheet.counter_of_seconds("process_cpu_seconds", "CPU time of this process.", process.cpu_seconds)?;
        sheet.gauge("process_resident_memory_bytes", "Memory of this process that is really there.", process.resident)?;
        sheet.gauge("process_open_fds", "Open files and connections.", process.open_fds)?;
        sheet.gauge("process_start_time_seconds", "When this process began, since 1970.", Some(self.app.metrics.started))?;
        sheet.gauge("minschool_cgroup_memory_bytes", "Memory of the control group (memory.current).", process.cgroup)
    }

    fn instance(&self, sheet: &mut Sheet<'_>) -> Result {
        let number = |yes: bool| Some(f64::from(u8::from(yes)));
        let last = |name| backups::last(&self.app.config.data_dir, name);
        sheet.info("minschool_build_info", "What is running.", &[("version", env!("CARGO_PKG_VERSION"))])?;
        sheet.gauge("minschool_ready", "Whether this instance wants requests.", number(self.readiness.ready))?;
        sheet.gauge("minschool_reading_only", "Whether the database is away and saved pages are shown.", number(self.readiness.reading))?;
        sheet.gauge("minschool_draining", "Whether this instance is about to end.", number(self.readiness.draining))?;
        let clock = self.app.context.clock.monotonic().offset_seconds();
        sheet.gauge("minschool_clock_offset_seconds", "How far this machine's clock is ahead of the time in rows.", Some(clock))?;
        sheet.gauge("minschool_backup_last_success_timestamp_seconds", "When the last good backup was made.", last(backups::BACKUP))?;
        sheet.gauge("minschool_restore_drill_last_success_timestamp_seconds", "When a backup was last proven.", last(backups::DRILL))
    }
}
