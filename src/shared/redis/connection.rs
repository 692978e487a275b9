//! Makes the connection, has it validated, publishes it, and gives it up when it ends or the breaker opens; then
//! begins again. At most one connection is alive at a time.

use super::tracking::Tracking;
use super::{BackOff, Redis};
use crate::shared::{Accept, Reconnected, Validator, cache, health::RedisState, keys, store::Write};
use fred::{
    clients::Client,
    error::{Error, ErrorKind},
    interfaces::ClientLike,
    types::InfoKind,
};
use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time};

/// The owner of the truth may take so long to decide; it asks SQL.
const VALIDATION: Duration = Duration::from_secs(10);
/// A connection that lasted so long was a good one. One that is cut at once must not be made anew without end.
const STEADY: Duration = Duration::from_secs(1);
/// So many keys are deleted at once before a connection is trusted.
const CHUNK: usize = 500;

/// A connection that is closed, and its task ended, when this is dropped.
pub(super) struct Connection {
    pub(super) client: Client,
    task: JoinHandle<Result<(), Error>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    /// Connects once.
    pub(super) async fn open(client: Client, patience: Duration) -> Result<Self, Error> {
        let task = client.connect();
        let mut connection = Self { client, task };
        let connected = connection.client.wait_for_connect();
        tokio::select! {
            result = time::timeout(patience * 3, connected) => result.map_err(|_| too_late())??,
            end = &mut connection.task => return Err(reason(end)),
        }
        Ok(connection)
    }

    /// Fails while Redis is still loading its data, too.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        let _: String = self.client.ping(None).await?;
        Ok(())
    }

    /// Waits until the connection ends.
    pub(super) async fn ended(&mut self) -> Error {
        reason((&mut self.task).await)
    }
}

/// Keeps a trusted connection for as long as this is polled.
pub(in crate::shared) async fn keep(redis: Arc<Redis>, validator: Validator) {
    let (mut back_off, mut generation, mut last_run) = (BackOff::default(), 0, None);
    loop {
        let rest = redis.breaker().rest(Instant::now());
        time::sleep(rest).await;
        if !redis.breaker().probe(Instant::now()) {
            continue;
        }
        generation += 1;
        match redis.open(&validator, generation, &mut last_run).await {
            Ok((connection, tracking)) => {
                let since = Instant::now();
                redis.serve(connection, tracking, generation).await;
                if since.elapsed() > STEADY {
                    back_off = BackOff::default();
                }
            }
            Err(error) => redis.not_opened(&error),
        }
        if redis.breaker().passes() {
            time::sleep(back_off.next()).await;
        }
    }
}

impl Redis {
    /// Connects, and does everything that must be done before the connection is trusted.
    async fn open(
        &self,
        validator: &Validator,
        generation: u64,
        last_run: &mut Option<Arc<str>>,
    ) -> Result<(Connection, Option<Tracking>), Error> {
        let mut connection = Connection::open(self.options.client()?, self.options.connect_timeout).await?;
        let run_id = run_id(&connection).await?;
        let question = validator(Reconnected { run_id: run_id.clone(), generation });
        let verdict = tokio::select! {
            verdict = time::timeout(VALIDATION, question) => verdict.map_err(|_| too_late())?,
            error = connection.ended() => return Err(error),
        };
        let accept = verdict.map_err(|reject| Error::new(ErrorKind::Config, reject.0))?;
        self.raise(&accept, last_run.as_ref() == Some(&run_id));
        self.catch_up(&connection.client, accept).await?;
        *last_run = Some(run_id.clone());
        let tracking = Tracking::start(self, &connection.client).await;
        self.publish(&connection.client, tracking.as_ref().map(Tracking::cache), generation, run_id);
        Ok((connection, tracking))
    }

    fn raise(&self, accept: &Accept, same_run: bool) {
        self.trust.raise_epoch(accept.epoch);
        if !same_run {
            // Generations of another run may repeat numbers that were seen before.
            self.pieces.clear();
        }
    }

    /// Sends what could not be sent while Redis was away.
    async fn catch_up(&self, client: &Client, accept: Accept) -> Result<(), Error> {
        accept.drop_sessions.iter().for_each(|hash| self.trust.reject(hash, i64::MAX));
        let mut writes: Vec<Write> = accept.drop_sessions.iter().map(|hash| Write::Delete(keys::session(hash))).collect();
        writes.extend(cache::invalidations(&accept.stale));
        for chunk in writes.chunks(CHUNK) {
            self.apply_all(client, chunk.to_vec()).await?;
        }
        Ok(())
    }

    /// Until the connection ends or is given up.
    async fn serve(&self, mut connection: Connection, mut tracking: Option<Tracking>, generation: u64) {
        let tracked = async {
            if let Some(tracking) = &mut tracking {
                self.track(tracking).await;
            }
            std::future::pending::<()>().await;
        };
        let mut tracked = pin!(tracked);
        // A trip of an earlier connection may still be announced; it took that one, not this.
        while self.generation() == Some(generation) {
            tokio::select! {
                error = connection.ended() => {
                    tracing::warn!(%error, "the connection to Redis ended: {error}");
                    self.withdraw(RedisState::Connecting);
                }
                () = self.tripped.notified() => {}
                () = &mut tracked => {}
            }
        }
    }

    fn not_opened(&self, error: &Error) {
        tracing::debug!(%error, "no connection to Redis: {error}");
        let mut breaker = self.breaker();
        // A failed probe opens it again. Without a trip before, the back-off alone decides.
        if breaker.is_open() {
            breaker.failed(Instant::now());
        }
    }
}

/// Which run of Redis this is. Of a cluster: which runs of its servers.
async fn run_id(connection: &Connection) -> Result<Arc<str>, Error> {
    connection.ping().await?;
    let client = &connection.client;
    if !client.is_clustered() {
        return found(&client.info::<String>(Some(InfoKind::Server)).await?).map(Arc::from);
    }
    let mut runs = Vec::new();
    for server in client.active_connections() {
        let info: String = client.with_cluster_node(server).info(Some(InfoKind::Server)).await?;
        runs.push(found(&info)?.to_owned());
    }
    runs.sort();
    Ok(runs.join(",").into())
}

fn found(info: &str) -> Result<&str, Error> {
    info.lines()
        .find_map(|line| line.strip_prefix("run_id:"))
        .map(str::trim)
        .ok_or_else(|| Error::new(ErrorKind::Protocol, "INFO names no run_id"))
}

fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "it took too long")
}

fn reason(end: Result<Result<(), Error>, tokio::task::JoinError>) -> Error {
    match end {
        Ok(Err(error)) => error,
        Ok(Ok(())) => Error::new(ErrorKind::IO, "closed"),
        Err(_) => Error::new(ErrorKind::Canceled, "given up"),
    }
}
