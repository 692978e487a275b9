//! `minschool seed`: fills a site with believable content, to try it out or to measure it.

use super::{Failure, instance};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::tokens;
use crate::seed::{self, Stage, Wanted};
use clap::value_parser;
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::Mutex;
use std::io::IsTerminal;

/// Fill the site with believable content, after what is there already
#[derive(clap::Args)]
#[command(after_help = "The same numbers and the same --random-seed make the same content; its dates are counted back from now.")]
pub struct Args {
    /// members: user1@example.com, user2@example.com, ...
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u64).range(0..=1_000_000))]
    users: u64,
    /// posts
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u64).range(0..=10_000_000))]
    posts: u64,
    /// comments
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = value_parser!(u64).range(0..=50_000_000))]
    comments: u64,
    /// the password of all these members [default: a new one, which is printed]
    #[arg(long)]
    password: Option<String>,
    /// what chance begins with
    #[arg(long, value_name = "N", default_value_t = 1)]
    random_seed: u64,
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let wanted = wanted(args)?;
    let (db, opened) = instance::open(&config, false).await?;
    let app = instance::start(config, db, Clock::default()).await?;
    let report = Report::default();
    let seeded = seed::run(&app.context, &wanted, app.context.clock.now(), |stage, rows, all| report.more(stage, rows, all)).await?;
    report.end();
    let (first, last) = (seeded.first_number, seeded.first_number + wanted.users as i64 - 1);
    if !opened {
        say!("the site had content already: everything was added after what is there (the first new post is {})", seeded.first_post);
    }
    say!("{} members, {} posts, {} comments; {} notifications to read", wanted.users, wanted.posts, wanted.comments, seeded.unread);
    say!("sign in as user{first}@example.com … user{last}@example.com, password: {}", wanted.password);
    Ok(())
}

fn wanted(args: &Args) -> Result<Wanted, Failure> {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let password = match &args.password {
        Some(password) => password.clone(),
        None => tokens::random()?.chars().filter(char::is_ascii_alphanumeric).take(16).collect(),
    };
    let wanted = Wanted {
        users: count(args.users),
        posts: count(args.posts),
        comments: count(args.comments),
        password,
        random_seed: args.random_seed,
    };
    match wanted {
        Wanted { users: 0, .. } => Err(Failure::Other("--users: content needs authors; ask for at least 1".into())),
        Wanted { posts: 0, comments: 1.., .. } => {
            Err(Failure::Other("--comments: there are no posts to comment on; give --posts too".into()))
        }
        wanted => Ok(wanted),
    }
}

/// A bar on a terminal, a line for each tenth elsewhere.
#[derive(Default)]
struct Report(Mutex<Option<Bar>>);

struct Bar {
    stage: Stage,
    done: usize,
    drawn: Option<ProgressBar>,
}

impl Report {
    fn more(&self, stage: Stage, rows: usize, all: usize) {
        let mut bar = self.0.lock();
        if bar.as_ref().is_none_or(|bar| bar.stage != stage) {
            bar.take().into_iter().for_each(Bar::end);
        }
        bar.get_or_insert_with(|| Bar::new(stage, all)).more(rows, all);
    }

    fn end(&self) {
        self.0.lock().take().into_iter().for_each(Bar::end);
    }
}

impl Bar {
    fn new(stage: Stage, all: usize) -> Self {
        let drawn = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:>14} {bar:40} {human_pos}/{human_len} ({eta} left)");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(all as u64).with_style(style).with_message(name(stage))
        });
        Self { stage, done: 0, drawn }
    }

    fn more(&mut self, rows: usize, all: usize) {
        let before = self.done * 10 / all.max(1);
        self.done += rows;
        match &self.drawn {
            Some(bar) => bar.inc(rows as u64),
            None if self.done * 10 / all.max(1) > before => eprintln!("{}: {} of {all}", name(self.stage), self.done),
            None => {}
        }
    }

    fn end(self) {
        self.drawn.into_iter().for_each(|bar| bar.finish());
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Members => "members",
        Stage::Posts => "posts",
        Stage::Comments => "comments",
        Stage::Notifications => "notifications",
    }
}
