//! `minschool seed`: fills a house with believable content, to try it out or to measure it.

use super::{Failure, instance};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::tokens;
use crate::seed::{self, Stage, Wanted};
use clap::{Arg, ArgMatches, Command, value_parser};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

/// The subcommand.
pub fn command() -> Command {
    let number = |name: &'static str, default: &'static str, most: u64, help: &'static str| {
        let parser = value_parser!(u64).range(0..=most);
        Arg::new(name).long(name).value_name("N").value_parser(parser).default_value(default).help(help)
    };
    let password = Arg::new("password").long("password").value_name("PASSWORD");
    Command::new("seed")
        .about("Fill the house with believable content, after what is there already")
        .after_help("The same numbers and the same --random-seed make the same content; its dates are counted back from now.")
        .arg(number("users", "100", 1_000_000, "members: user1@example.com, user2@example.com, ..."))
        .arg(number("posts", "1000", 10_000_000, "posts"))
        .arg(number("comments", "5000", 50_000_000, "comments"))
        .arg(password.help("the password of all these members [default: a new one, which is printed]"))
        .arg(number("random-seed", "1", u64::MAX, "what chance begins with"))
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &ArgMatches) -> Result<(), Failure> {
    let wanted = wanted(args)?;
    let (db, opened) = instance::open(&config, false).await?;
    let app = instance::start(config, db, Clock::default()).await?;
    let report = Report::default();
    let seeded = seed::run(&app, &wanted, app.clock.now(), |stage, rows, all| report.more(stage, rows, all)).await?;
    report.end();
    let (first, last) = (seeded.first_number, seeded.first_number + wanted.users as i64 - 1);
    if !opened {
        say!("the house was open already: everything was added after what is there (the first new post is {})", seeded.first_post);
    }
    say!("{} members, {} posts, {} comments; {} notifications to read", wanted.users, wanted.posts, wanted.comments, seeded.unread);
    say!("sign in as user{first}@example.com … user{last}@example.com, password: {}", wanted.password);
    Ok(())
}

fn wanted(args: &ArgMatches) -> Result<Wanted, Failure> {
    let number = |name: &str| args.get_one::<u64>(name).copied().unwrap_or_default();
    let count = |name: &str| usize::try_from(number(name)).unwrap_or(usize::MAX);
    let password = match args.get_one::<String>("password") {
        Some(password) => password.clone(),
        None => tokens::random()?.chars().filter(char::is_ascii_alphanumeric).take(16).collect(),
    };
    let wanted =
        Wanted { users: count("users"), posts: count("posts"), comments: count("comments"), password, random_seed: number("random-seed") };
    match wanted {
        Wanted { users: 0, .. } => Err(Failure::Other("--users: somebody has to write; ask for at least 1".into())),
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
        let mut bar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bar.as_ref().is_none_or(|bar| bar.stage != stage) {
            bar.take().into_iter().for_each(Bar::end);
        }
        bar.get_or_insert_with(|| Bar::new(stage, all)).more(rows, all);
    }

    fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().into_iter().for_each(Bar::end);
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
