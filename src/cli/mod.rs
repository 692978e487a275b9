//! The command line. One file a subcommand; exit codes: 0 done, 1 it did not work, 2 wrong usage (clap's),
//! 78 the configuration has to be mended first (EX_CONFIG of sysexits.h).

/// Prints a line about work that is done or goes on. Where the line finds no space (a log on a full disk) or no reader,
/// the work counts all the same; `println!` would end it.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

pub mod backup;
mod check;
mod cleanup;
mod config;
pub mod edge;
pub mod instance;
pub mod migrate;
pub mod moving;
pub mod restore;
mod roll;
pub mod seed;
pub mod serve;
pub mod status;
mod user;

use crate::config::{Config, ConfigError, SETTINGS, Sources};
use crate::telemetry;
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The operator has to change a setting first.
    #[error("{0}")]
    Config(String),
    /// The database is not there; it may come.
    #[error("{0}")]
    Away(String),
    /// It did not work this time.
    #[error("{0}")]
    Other(String),
}

impl From<ConfigError> for Failure {
    fn from(err: ConfigError) -> Self {
        Self::Config(err.to_string())
    }
}

impl From<crate::domain::Error> for Failure {
    fn from(err: crate::domain::Error) -> Self {
        Self::Other(err.to_string())
    }
}

impl From<crate::db::OpenError> for Failure {
    fn from(err: crate::db::OpenError) -> Self {
        Self::Other(err.to_string())
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(err: sea_orm::DbErr) -> Self {
        crate::domain::Error::from(err).into()
    }
}

impl From<crate::backup::BackupError> for Failure {
    fn from(err: crate::backup::BackupError) -> Self {
        Self::Other(err.to_string())
    }
}

/// Runs the command line and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = command().get_matches_from(args);
    match dispatch(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.to_string().lines() {
                // Where there is no space for the words, the exit code still tells systemd whether to try again.
                let _ = writeln!(std::io::stderr(), "minschool: {line}");
            }
            ExitCode::from(if matches!(failure, Failure::Config(_)) { 78 } else { 1 })
        }
    }
}

fn command() -> Command {
    let settings = SETTINGS.iter().map(|s| {
        let default = if s.default.is_empty() { String::new() } else { format!(" [default: {}]", s.default) };
        let help = format!("{}{default}", s.help);
        Arg::new(s.name).long(s.flag()).global(true).value_name("VALUE").help(help).help_heading("Settings")
    });
    let file = Arg::new("config").long("config").global(true).value_name("FILE").help("a TOML file with settings (also MINSCHOOL_CONFIG)");
    Command::new("minschool")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A community site for organisations: server-rendered, accessible, never down")
        .after_help("Each setting is also an environment variable (SITE_LISTEN) and a key of the file (site_listen).")
        .arg(file)
        .args(settings)
        .subcommand(Command::new("serve").about("Open the site and the admin panel (the default)"))
        .subcommand(migrate::command())
        .subcommand(seed::command())
        .subcommand(user::command())
        .subcommand(Command::new("edge").about("Watch the servers behind nginx: /upstream_status and /metrics"))
        .subcommand(status::command())
        .subcommand(roll::command())
        .subcommand(check::command())
        .subcommand(backup::command())
        .subcommand(restore::command())
        .subcommand(moving::command())
        .subcommand(cleanup::command())
        .subcommand(Command::new("config").about("Print the settings in force and where each comes from"))
}

fn dispatch(matches: &ArgMatches) -> Result<(), Failure> {
    if matches.subcommand_matches("check").is_some() {
        return in_runtime(check::settings(sources(matches))?, matches);
    }
    let found = sources(matches)?;
    if let Some(("config", _)) = matches.subcommand() {
        return config::show(&found);
    }
    in_runtime(Config::read(&found)?, matches)
}

fn in_runtime(config: Config, matches: &ArgMatches) -> Result<(), Failure> {
    telemetry::start(&config);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.workers > 0 {
        builder.worker_threads(config.workers);
    }
    // Room for unoptimised builds; what is not used costs nothing.
    let runtime = builder
        .thread_stack_size(4 * 1024 * 1024)
        .enable_all()
        .build()
        .map_err(|e| Failure::Other(format!("the runtime did not start: {e}")))?;
    runtime.block_on(async {
        match matches.subcommand() {
            Some(("migrate", args)) => migrate::run(config, args).await,
            Some(("check", args)) => check::run(config, args).await,
            Some(("seed", args)) => seed::run(config, args).await,
            Some(("user", args)) => user::run(config, args).await,
            Some(("edge", _)) => edge::run(config).await,
            Some(("backup", args)) => backup::run(config, args).await,
            Some(("restore", args)) => restore::run(config, args).await,
            Some(("move", args)) => moving::run(config, args).await,
            Some(("cleanup", _)) => cleanup::run(config).await,
            Some(("status", args)) => status::run(config, args).await,
            Some(("roll", args)) => roll::run(config, args).await,
            _ => serve::run(config, async || Ok(Config::read(&sources(matches)?)?)).await,
        }
    })
}

fn sources(matches: &ArgMatches) -> Result<Sources, Failure> {
    let matches = innermost(matches);
    let named = matches.get_one::<String>("config").cloned().or_else(|| std::env::var("MINSCHOOL_CONFIG").ok());
    let flags: BTreeMap<String, String> =
        SETTINGS.iter().filter_map(|s| Some((s.name.to_owned(), matches.get_one::<String>(s.name)?.clone()))).collect();
    Ok(Sources::gather(named.map(PathBuf::from).as_deref(), |name| std::env::var(name).ok(), &flags)?)
}

/// The matches of the subcommand that was given: global flags are found there wherever they were written.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, deeper)) = matches.subcommand() {
        matches = deeper;
    }
    matches
}
