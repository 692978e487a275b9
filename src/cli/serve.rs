//! `minschool serve`: opens the site and the admin panel.

use super::{Failure, instance};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::bootstrap;
use crate::domain::jobs::schedules::Schedule;
use crate::jobs::{cleanup, digests, file_texts, maintenance, saved_searches, worker};
use crate::systemd::notify;
use crate::systemd::sockets::Sockets;
use crate::web::serve::{GRACE, Listener, Timeouts, serve};
use crate::{admin, mail, site, telemetry};
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What comes again and takes no long time.
static SCHEDULES: LazyLock<Vec<Schedule>> = LazyLock::new(|| [&cleanup::SCHEDULES[..], &saved_searches::SCHEDULES].concat());

/// Runs an instance until it is to stop. `reread` reads the configuration once more (SIGHUP).
///
/// # Errors
/// In words: what is in the way and how to mend it.
pub async fn run(mut config: Config, reread: impl AsyncFn() -> Result<Config, Failure>) -> Result<(), Failure> {
    let mut sockets = Sockets::passed();
    let site = open(&mut sockets, "site", config.site_listen, "SITE_LISTEN").await?;
    let panel = open(&mut sockets, "admin", config.admin_listen, "ADMIN_LISTEN").await?;
    name_port(&mut config.public_url, &site.listener);
    name_port(&mut config.admin_public_url, &panel.listener);
    instance::prepare_folder(&config)?;
    let _instance_lock = turning_away(&site.listener, &panel.listener, instance_lock(&config)).await?;
    let (db, opened) = instance::open(&config, true).await?;
    let invitation = if opened || !config.on_postgres() { bootstrap::invite_first_admin(&db).await? } else { None };
    let app = instance::start(config, db, Clock::default()).await?;
    let closing = CancellationToken::new();
    let work = tokio::spawn(maintenance::run(app.clone()));
    let handlers = cleanup::handlers().into_iter().chain(saved_searches::handlers()).collect();
    let jobs = tokio::spawn(worker::run(app.clone(), worker::Settings::new(handlers, &SCHEDULES)));
    // Workers of their own: a document may take ten seconds of CPU time, and a relay that does not answer must not hold up what is
    // done for the site itself.
    let texts = tokio::spawn(worker::run(app.clone(), worker::Settings::new(file_texts::handlers(), &[])));
    let mails = tokio::spawn(worker::run(app.clone(), worker::Settings::new(mail::handlers(), &[])));
    let notices = tokio::spawn(worker::run(app.clone(), worker::Settings::new(mail::notice_handlers(), &digests::SCHEDULES)));
    tokio::spawn(app.watch_database());
    tokio::spawn(notify::keep_alive());
    let orders = Orders::listen()?;
    greet(&app, invitation.as_deref());
    let patience = Timeouts::with_idle(Duration::from_secs(app.config.idle_seconds));
    let servers = async {
        tokio::join!(
            serve(site, site::router(&app), patience, closing.clone()),
            serve(panel, admin::router(&app), patience, closing.clone())
        )
    };
    notify::ready("open");
    tokio::pin!(servers);
    tokio::select! {
        _ = &mut servers => {}
        () = orders.obey(&app, &closing, reread) => { servers.await; }
    }
    finish_writes(&app).await;
    app.stop.cancel();
    for work in [jobs, texts, mails, notices] {
        work.await.map_err(|e| Failure::Other(format!("a worker did not end well: {e}")))?;
    }
    // What was counted in passing is written before the process ends.
    app.ended.cancel();
    work.await.map_err(|e| Failure::Other(format!("the upkeep did not end well: {e}")))
}

/// Waits for the writes whose visitors have left.
async fn finish_writes(app: &App) {
    app.writes.close();
    if tokio::time::timeout(GRACE, app.writes.wait()).await.is_err() {
        tracing::warn!("some writes took longer than {} s and were cut", GRACE.as_secs());
    }
}

/// Takes this instance's lock as soon as the database answers, however long that takes: restarting the process would not make it answer
/// sooner.
async fn instance_lock(config: &Config) -> Result<instance::Permit, Failure> {
    let mut warned = false;
    loop {
        match instance::acquire_lock(config).await {
            Err(Failure::Away(why)) => {
                if !std::mem::replace(&mut warned, true) {
                    tracing::error!("{why}; waiting for it");
                }
                notify::waiting("waiting for the database");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            done => return done,
        }
    }
}

/// Runs `opening`. Where that takes longer than a start does, connections are closed at once: their sender (nginx)
/// asks another instance, instead of waiting for one that is not ready.
async fn turning_away<T>(site: &TcpListener, panel: &TcpListener, opening: impl Future<Output = T>) -> T {
    tokio::pin!(opening);
    tokio::select! {
        done = &mut opening => return done,
        () = tokio::time::sleep(START) => {}
    }
    loop {
        tokio::select! {
            done = &mut opening => return done,
            _ = site.accept() => {}
            _ = panel.accept() => {}
        }
    }
}

/// A start takes no longer, if the database is there.
const START: Duration = Duration::from_secs(2);

/// The socket that systemd passed, or else our own.
async fn open(sockets: &mut Sockets, name: &str, address: SocketAddr, setting: &str) -> Result<Listener, Failure> {
    let wrong = |e: std::io::Error| Failure::Config(format!("the socket \"{name}\" that was passed cannot be used: {e}"));
    match sockets.tcp(name).map_err(wrong)? {
        Some(socket) => Ok(Listener { listener: TcpListener::from_std(socket).map_err(wrong)?, held: true }),
        None => Ok(Listener { listener: bind(address, setting).await?, held: false }),
    }
}

async fn bind(address: SocketAddr, name: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| {
        let flag = name.to_lowercase().replace('_', "-");
        let words = match e.kind() {
            std::io::ErrorKind::AddrInUse => "is in use by another program".to_owned(),
            std::io::ErrorKind::PermissionDenied => "may not be opened by this user".to_owned(),
            _ => format!("cannot be opened ({e})"),
        };
        Failure::Other(format!("{name}: {address} {words}; choose another with {name} or --{flag}"))
    })
}

/// Port 0 means "any": what browsers see is the one that was given.
fn name_port(public: &mut Url, listener: &TcpListener) {
    if public.port() == Some(0)
        && let Ok(address) = listener.local_addr()
    {
        // An http address takes any port.
        let _ = public.set_port(Some(address.port()));
    }
}

/// Prints where the site is, and the link for the first administrator.
fn greet(app: &App, invitation: Option<&str>) {
    let config = &app.config;
    say!("MinSchool {}", env!("CARGO_PKG_VERSION"));
    say!("  site   {}", config.public_url);
    say!("  admin  {}", config.admin_public_url);
    if !config.on_postgres() {
        say!("  data   {} (SQLite; one instance)", config.data_dir.display());
    }
    if let Some(token) = invitation {
        say!("\n첫 관리자를 만들 주소입니다. 한 번만 쓸 수 있습니다.");
        say!("The first administrator is made here; the link works once:");
        say!("  {}", join(&config.admin_public_url, &templates::paths::admin::setup(token)));
    }
}

fn join(origin: &Url, path: &str) -> String {
    format!("{}{path}", origin.as_str().trim_end_matches('/'))
}

/// Signals from outside.
struct Orders {
    term: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Orders {
    fn listen() -> Result<Self, Failure> {
        let receive = |kind| signal(kind).map_err(|e| Failure::Other(format!("signals cannot be received: {e}")));
        let (term, interrupt, hangup) =
            (receive(SignalKind::terminate())?, receive(SignalKind::interrupt())?, receive(SignalKind::hangup())?);
        Ok(Self { term, interrupt, hangup })
    }

    /// Obeys until the sockets are to be closed. Stopping has two phases: first the instance answers that it wants no more
    /// requests, and goes on answering those that come; only when their senders had time to notice, it accepts no
    /// more. A second order to stop skips the wait.
    async fn obey(mut self, app: &App, closing: &CancellationToken, reread: impl AsyncFn() -> Result<Config, Failure>) {
        loop {
            tokio::select! {
                _ = self.term.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hangup.recv() => reload(&app.config, reread().await),
            }
        }
        tracing::info!("stopping: answers in flight are finished first");
        notify::stopping("draining");
        app.stop.cancel();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(app.config.drain_lag_ms)) => {}
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        closing.cancel();
    }
}

/// Takes over what can change while the instance runs, the log, and logs that the rest has to wait for a restart.
fn reload(present: &Config, read: Result<Config, Failure>) {
    notify::reloading();
    match read {
        Ok(wanted) => {
            telemetry::refilter(&wanted.log);
            let same = Config { log: present.log.clone(), ..wanted.clone() } == Config { ..present.clone() };
            tracing::info!("the configuration was read again{}", if same { "" } else { "; some of it holds after a restart only" });
        }
        Err(err) => tracing::error!("the configuration was read again and not taken over: {err}"),
    }
    notify::ready("open");
}
