//! The command line. One file a subcommand; exit codes: 0 done, 1 it did not work, 2 wrong usage (clap's),
//! 75 try again (`EX_TEMPFAIL` of sysexits.h), 78 the configuration has to be mended first (`EX_CONFIG`).

/// Prints a line about work that is done or goes on. Where the line finds no space (a log on a full disk) or no reader,
/// the work counts all the same; `println!` would end it.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

pub mod backup;
mod bounce;
mod check;
mod cleanup;
mod config;
pub mod edge;
pub mod instance;
pub mod migrate;
pub mod moving;
mod reindex;
pub mod restore;
mod roll;
pub mod seed;
pub mod serve;
pub mod status;
mod user;

use crate::config::{Config, ConfigError, SETTINGS, Sources};
use crate::files::picture::Crop;
use crate::telemetry;
use clap::{Arg, ArgMatches, FromArgMatches, Parser, Subcommand};
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
    /// It did not work now, and is to be tried again by who called.
    #[error("{0}")]
    Later(String),
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

/// A community site for organisations: server-rendered, accessible, never down
#[derive(Parser)]
#[command(
    name = "minschool",
    version,
    after_help = "Each setting is also an environment variable (SITE_LISTEN) and a key of the file (site_listen)."
)]
struct Cli {
    /// a TOML file with settings (also MINSCHOOL_CONFIG)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Open the site and the admin panel (the default)
    Serve,
    Migrate(migrate::Args),
    Seed(seed::Args),
    User(user::Args),
    /// Watch the servers behind nginx: /upstream_status and /metrics
    Edge,
    Status(status::Args),
    Roll(roll::Args),
    Check(check::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Move(moving::Args),
    /// Forget ended sessions, answered forms' keys and old log lines (running instances do it too)
    Cleanup,
    Bounce(bounce::Args),
    Reindex(reindex::Args),
    /// Print the settings in force and where each comes from
    Config,
    /// Open the picture on stdin, for an instance
    #[command(hide = true)]
    OpenPicture,
    /// Cut a square out of the picture on stdin, for an instance
    #[command(hide = true)]
    OpenAvatar {
        /// Which part of it is kept
        crop: Crop,
    },
    /// Write the text of the document on stdin, for an instance
    #[command(hide = true)]
    OpenText,
}

/// The settings that were given as flags, by name. By hand, because the list is data: [`SETTINGS`].
struct Flags(BTreeMap<String, String>);

impl clap::Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(SETTINGS.iter().map(|s| {
            let default = if s.default.is_empty() { String::new() } else { format!(" [default: {}]", s.default) };
            let help = format!("{}{default}", s.help);
            Arg::new(s.name).long(s.flag()).global(true).value_name("VALUE").help(help).help_heading("Settings")
        }))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|s| Some((s.name.to_owned(), matches.get_one::<String>(s.name)?.clone())));
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Runs the command line and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = Cli::parse_from(args);
    match cli.command {
        // Before anything else is read: they will hold hostile bytes.
        Some(Command::OpenPicture) => return crate::files::picture::child::run(),
        Some(Command::OpenAvatar { crop }) => return crate::files::picture::child::run_square(crop),
        Some(Command::OpenText) => return crate::files::text::child::run(),
        _ => {}
    }
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.to_string().lines() {
                // Where there is no space for the words, systemd still sees by the exit code whether to try again.
                let _ = writeln!(std::io::stderr(), "minschool: {line}");
            }
            ExitCode::from(match failure {
                Failure::Config(_) => 78,
                Failure::Later(_) => 75,
                Failure::Away(_) | Failure::Other(_) => 1,
            })
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    let config = match &cli.command {
        Some(Command::Check(_)) => check::settings(cli.sources())?,
        Some(Command::Config) => return config::show(&cli.sources()?),
        _ => Config::read(&cli.sources()?)?,
    };
    in_runtime(config, cli)
}

fn in_runtime(config: Config, cli: Cli) -> Result<(), Failure> {
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
        match &cli.command {
            Some(Command::Migrate(args)) => migrate::run(config, args).await,
            Some(Command::Check(args)) => check::run(config, args).await,
            Some(Command::Seed(args)) => seed::run(config, args).await,
            Some(Command::User(args)) => user::run(config, args).await,
            Some(Command::Edge) => edge::run(config).await,
            Some(Command::Backup(args)) => backup::run(config, args).await,
            Some(Command::Restore(args)) => restore::run(config, args).await,
            Some(Command::Move(args)) => moving::run(config, args).await,
            Some(Command::Cleanup) => cleanup::run(config).await,
            Some(Command::Bounce(args)) => bounce::run(config, args).await,
            Some(Command::Reindex(args)) => reindex::run(config, args).await,
            Some(Command::Status(args)) => status::run(config, args).await,
            Some(Command::Roll(args)) => roll::run(config, args).await,
            Some(Command::Serve | Command::Config | Command::OpenPicture | Command::OpenAvatar { .. } | Command::OpenText) | None => {
                serve::run(config, async || Ok(Config::read(&cli.sources()?)?)).await
            }
        }
    })
}

impl Cli {
    fn sources(&self) -> Result<Sources, Failure> {
        let named = self.config.clone().or_else(|| std::env::var("MINSCHOOL_CONFIG").ok().map(PathBuf::from));
        Ok(Sources::gather(named.as_deref(), |name| std::env::var(name).ok(), &self.settings.0)?)
    }
}
