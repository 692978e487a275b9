//! `minschool status`: how the servers behind nginx are, in the terminal; with `--watch`, again and again.

use super::Failure;
use crate::config::Config;
use crate::edge::{http_client, text_report};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Pause between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// Puts the cursor home, and clears what is below.
const HOME: &str = "\x1b[H\x1b[J";

/// Show how the servers behind nginx are (asks minschool edge at EDGE_URL)
#[derive(clap::Args)]
pub struct Args {
    /// look again every 2 s until Ctrl-C
    #[arg(long, short)]
    watch: bool,
}

/// Prints it.
///
/// # Errors
/// Without `--watch`, when the edge does not answer; with it, that is shown like everything else.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let terminal = std::io::stdout().is_terminal();
    // https://no-color.org
    let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let edge = &config.watching.edge_url;
    if !args.watch {
        let report = http_client::report(edge).await.map_err(Failure::Other)?;
        print(&text_report::render(&report, colours));
        return Ok(());
    }
    loop {
        let seen = http_client::report(edge).await.map_or_else(|err| err + "\n", |report| text_report::render(&report, colours));
        if !print(&format!("{}{seen}", if terminal { HOME } else { "" })) {
            // Whoever read it has left.
            return Ok(());
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn print(text: &str) -> bool {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}
