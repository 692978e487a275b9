//! `minschool serve`: opens the site and the admin panel.

use super::{Failure, instance};
use crate::app::App;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::{house, upkeep};
use crate::web::serve::serve;
use crate::{admin, site};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

/// Runs an instance until it is told to stop.
///
/// # Errors
/// In words: what is in the way and how to mend it.
pub async fn run(mut config: Config) -> Result<(), Failure> {
    let site = bind(config.site_listen, "SITE_LISTEN").await?;
    let panel = bind(config.admin_listen, "ADMIN_LISTEN").await?;
    name_port(&mut config.public_url, &site);
    name_port(&mut config.admin_public_url, &panel);
    instance::prepare_folder(&config)?;
    let _seat = instance::take_seat(&config).await?;
    let (db, opened) = instance::open(&config, true).await?;
    let invitation = if opened || !config.on_postgres() { house::invite_first_admin(&db).await? } else { None };
    let app = instance::start(config, db, Clock::default()).await?;
    stop_on_signal(&app)?;
    let work = tokio::spawn(upkeep::run(app.clone()));
    greet(&app, invitation.as_deref());
    let idle = Duration::from_secs(app.config.idle_seconds);
    tokio::join!(serve(site, site::router(&app), idle, app.stop.clone()), serve(panel, admin::router(&app), idle, app.stop.clone()));
    // What was counted in passing is written before the process ends.
    work.await.map_err(|e| Failure::Other(format!("the upkeep did not end well: {e}")))
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

/// Port 0 means "any": what browsers are told is the one that was given.
fn name_port(public: &mut Url, listener: &TcpListener) {
    if public.port() == Some(0)
        && let Ok(address) = listener.local_addr()
    {
        // An http address takes any port.
        let _ = public.set_port(Some(address.port()));
    }
}

/// Says where the site is, and how the first administrator gets in.
fn greet(app: &App, invitation: Option<&str>) {
    let config = &app.config;
    println!("MinSchool {}", env!("CARGO_PKG_VERSION"));
    println!("  site   {}", config.public_url);
    println!("  admin  {}", config.admin_public_url);
    if !config.on_postgres() {
        println!("  data   {} (SQLite; one instance)", config.data_dir.display());
    }
    if let Some(token) = invitation {
        println!("\n첫 관리자를 만들 주소입니다. 한 번만 쓸 수 있습니다.");
        println!("The first administrator is made here; the link works once:");
        println!("  {}", join(&config.admin_public_url, &templates::paths::admin::setup(token)));
    }
}

fn join(origin: &Url, path: &str) -> String {
    format!("{}{path}", origin.as_str().trim_end_matches('/'))
}

fn stop_on_signal(app: &App) -> Result<(), Failure> {
    let listen = |kind| signal(kind).map_err(|e| Failure::Other(format!("signals cannot be heard: {e}")));
    let (mut term, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let app = app.clone();
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping: answers in flight are finished first");
        app.stop.cancel();
    });
    Ok(())
}
