//! Claims jobs and does them: a few at once on each instance, until the instance stops.
//!
//! A handler does what is outside of the database first and then returns an open transaction with what it wrote; the job is marked
//! as done in that transaction, so that an effect in SQL happens exactly once. An effect outside of it (a mail, a call to another
//! server) happens at least once: the handler has to send it under a number by which the other side knows it again.

use crate::app::App;
use crate::db::Transaction;
use crate::domain::jobs::lease::{self, Claim, LEASE, MOST_TRIES};
use crate::domain::jobs::schedules::{self, Schedule};
use crate::domain::jobs::{self, Failure, Kind};
use crate::domain::{Error, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

/// Jobs that an instance does at once: fewer than it has connections to the database.
const AT_ONCE: usize = 2;
/// Pause between two looks at the table. SQLite has no other instance whose signals could get lost, and its looks are cheap.
const POLL: Duration = Duration::from_secs(2);
const POLL_SQLITE: Duration = Duration::from_secs(1);
/// The part by which a pause is made longer or shorter at random, so that instances do not look at the same moment.
const SPREAD: f64 = 0.2;
/// A lease is renewed three times before it would end.
const RENEW: Duration = Duration::from_secs(LEASE.as_secs() / 3);
/// Longest time for one try, where nothing else is set.
const LONGEST_TRY: Duration = Duration::from_secs(600);
/// Time that running jobs have to end when the instance stops.
const GRACE: Duration = Duration::from_secs(5);

/// What is done for a kind of job.
pub type Handler = Arc<dyn Fn(App, Claim) -> BoxFuture<'static, Result<Transaction, Failure>> + Send + Sync>;

/// The kinds of jobs that a worker does.
pub type Handlers = BTreeMap<Kind, Handler>;

/// What a worker does.
pub struct Settings {
    /// What is done for each kind of job; jobs of other kinds are left to other workers.
    pub handlers: Handlers,
    /// Adds the jobs of these when their time has come.
    pub schedules: &'static [Schedule],
    /// A handler is ended after this time, and its job is tried again later. The lease is renewed for as long as a handler runs, so
    /// without a limit one that hangs would keep its job for ever. Ten minutes.
    pub longest_try: Duration,
}

impl Settings {
    /// With the default limit.
    pub fn new(handlers: Handlers, schedules: &'static [Schedule]) -> Self {
        Self { handlers, schedules, longest_try: LONGEST_TRY }
    }
}

/// An async function as a [`Handler`].
pub fn handler<F>(work: impl Fn(App, Claim) -> F + Send + Sync + 'static) -> Handler
where
    F: Future<Output = Result<Transaction, Failure>> + Send + 'static,
{
    Arc::new(move |app, job| work(app, job).boxed())
}

/// Runs until the instance stops.
pub async fn run(app: App, settings: Settings) {
    let mut worker = Worker { settings, running: JoinSet::new(), claims: Vec::new(), is_registered: false, app };
    let stop = worker.app.stop.clone();
    let mut woken = worker.app.context.shared.signals().subscribe(jobs::TOPIC);
    let mut fails = false;
    while !stop.is_cancelled() {
        worker.poll(&mut fails).await;
        let pause = worker.pause();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = woken.recv() => {}
            Some(ended) = worker.running.join_next() => worker.ended(ended),
            () = sleep(pause) => {}
        }
    }
    worker.stop().await;
}

struct Worker {
    app: App,
    settings: Settings,
    running: JoinSet<Claim>,
    /// The claims of those that run.
    claims: Vec<Claim>,
    /// Whether every schedule has its row.
    is_registered: bool,
}

impl Worker {
    /// Looks for jobs, and logs a failure when it begins and when it ends, not every two seconds.
    async fn poll(&mut self, fails: &mut bool) {
        match self.claim_due().await {
            Err(err) if !std::mem::replace(fails, true) => tracing::warn!("looking for jobs does not work: {err}"),
            Ok(()) if std::mem::replace(fails, false) => tracing::info!("looking for jobs works again"),
            _ => {}
        }
    }

    /// Adds the jobs of schedules that are due, claims as many jobs as there is room for, and starts them.
    async fn claim_due(&mut self) -> Result<()> {
        let ctx = self.app.context.clone();
        let (now, schedules) = (ctx.clock.now(), self.settings.schedules);
        if !self.app.db_health.is_up() {
            return Err(Error::Internal("the database does not answer".into()));
        }
        if !self.is_registered {
            schedules::register(&ctx.db, schedules, now).await?;
            self.is_registered = true;
        }
        if !schedules.is_empty() {
            schedules::fire(&ctx.db, schedules, now).await?;
        }
        let free = AT_ONCE - self.running.len();
        if free > 0 {
            let kinds: Vec<Kind> = self.settings.handlers.keys().copied().collect();
            for job in lease::claim(&ctx.db, &kinds, free as u64, now).await? {
                self.start(job);
            }
        }
        Ok(())
    }

    fn start(&mut self, job: Claim) {
        // Only kinds that have a handler are claimed.
        let Some(handler) = self.settings.handlers.get(&job.kind) else { return };
        self.running.spawn(work(self.app.clone(), handler.clone(), job.clone(), self.settings.longest_try));
        self.claims.push(job);
    }

    fn ended(&mut self, ended: std::result::Result<Claim, JoinError>) {
        match ended {
            Ok(job) => self.claims.retain(|claim| *claim != job),
            // A handler's panic is caught: this is one of ours. The job is claimed again when its lease ends.
            Err(err) => tracing::error!("a job's task ended: {err}"),
        }
    }

    fn pause(&self) -> Duration {
        let poll = if self.app.config.on_postgres() { POLL } else { POLL_SQLITE };
        poll.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * rand::random::<f64>())
    }

    /// Lets what runs come to its end for a while, and gives the other jobs back, so that no instance waits for their leases.
    async fn stop(mut self) {
        let end = async {
            while let Some(ended) = self.running.join_next().await {
                self.ended(ended);
            }
        };
        if timeout(GRACE, end).await.is_ok() {
            return;
        }
        // What is cut rolls its transaction back.
        self.running.shutdown().await;
        for job in &self.claims {
            match lease::give_back(&self.app.context.db, job).await {
                Ok(_) => tracing::info!(job.id = job.id.0, "gave job {} back", job.id),
                Err(err) => tracing::warn!(job.id = job.id.0, "job {} waits for the end of its lease: {err}", job.id),
            }
        }
    }
}

async fn work(app: App, handler: Handler, job: Claim, longest: Duration) -> Claim {
    let done = tokio::select! {
        done = attempt(&app, handler, &job, longest) => done,
        () = keep_lease(&app, &job) => {
            tracing::warn!(job.id = job.id.0, "job {} is another worker's now", job.id);
            return job;
        }
    };
    if let Err(failure) = done {
        match &failure {
            Failure::Later(_) => tracing::debug!(job.id = job.id.0, "job {} ({}) waits: {failure}", job.id, job.kind.word()),
            _ => tracing::warn!(job.id = job.id.0, "try {} of job {} ({}) failed: {failure}", job.tries, job.id, job.kind.word()),
        }
        if let Err(err) = lease::fail(&app.context.db, &job, &failure, app.context.clock.now()).await {
            // Its lease ends by itself.
            tracing::warn!(job.id = job.id.0, "the failure of job {} is not written down: {err}", job.id);
        }
    }
    job
}

async fn attempt(app: &App, handler: Handler, job: &Claim, longest: Duration) -> Result<(), Failure> {
    if job.tries > MOST_TRIES {
        // It may be the job that ends them.
        return Err(Failure::Permanent("each of its workers ended before it was done".into()));
    }
    let effect = AssertUnwindSafe(async { handler(app.clone(), job.clone()).await }).catch_unwind();
    let tx = match timeout(longest, effect).await {
        Ok(Ok(effect)) => effect?,
        Ok(Err(_)) => return Err(Failure::Temporary("its handler panicked; the log says where".into())),
        Err(_) => return Err(Failure::Temporary(format!("it took longer than {longest:?}"))),
    };
    if lease::finish(&tx, job, app.context.clock.now()).await? {
        tx.commit().await?;
        tracing::debug!(job.id = job.id.0, "job {} ({}) is done", job.id, job.kind.word());
    } else {
        tx.rollback().await?;
        tracing::warn!(job.id = job.id.0, "job {} was taken over; what this worker did is undone", job.id);
    }
    Ok(())
}

/// Renews the lease until it is lost.
async fn keep_lease(app: &App, job: &Claim) {
    loop {
        sleep(RENEW).await;
        match lease::renew(&app.context.db, job, app.context.clock.now()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(err) => tracing::warn!(job.id = job.id.0, "the lease of job {} is not renewed: {err}", job.id),
        }
    }
}
