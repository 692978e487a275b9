//! `minschool seed`.
use super::Failure;
use crate::config::Config;
use clap::{ArgMatches, Command};
/// The subcommand.
pub fn command() -> Command {
    Command::new("seed")
}
/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(_: Config, _: &ArgMatches) -> Result<(), Failure> {
    Ok(())
}
