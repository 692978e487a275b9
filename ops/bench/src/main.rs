//! Measures MinSchool: `ops/bench/run` builds and starts this. Everything runs on private servers, on 127.0.0.1, for a
//! bounded time; nothing of it is a test, for times differ from machine to machine.
//!
//! Rooms: `servers` (what runs), `scenarios` (what is measured), `load` (runs
//! of requests), `open_loop` (more requests than can be answered), `search` (searching a million posts),
//! `streams` (open event streams), `usage` (what processes cost), `baseline` (the bare handler),
//! `report` (the tables).

mod baseline;
mod load;
mod open_loop;
mod report;
mod scenarios;
mod search;
mod servers;
mod streams;
mod usage;

use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};
use load::{Outcome, Pace, Script, Watched};
use open_loop::OpenRow;
use report::{LEVELS, ScenarioRow};
use scenarios::{Members, PASSWORD};
use search::Measured;
use servers::{Backends, Cluster, POSTGRES, Server, StaticCluster, Target, comments};
use std::time::Duration;
use tempfile::TempDir;
use testkit::connection::Connection;
use testkit::http::Request;
use testkit::postgres::PrivatePostgres;
use testkit::redis::PrivateRedis;
use tokio::signal::unix::{SignalKind, signal};

/// Posts in the small database and in the large one.
const SMALL: usize = 10_000;
const LARGE: usize = 1_000_000;
/// Streams that are opened at most.
const STREAMS: usize = 10_000;

fn main() -> Result<()> {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let matches = Command::new("ops/bench/run")
        .about("Measures MinSchool beside a bare handler with one Redis GET")
        .arg(flag("quick", "short runs on 10,000 posts"))
        .arg(flag("small", "10,000 posts alone"))
        .arg(flag("open", "the open loop alone"))
        .arg(flag("search", "searching alone, on PostgreSQL and SQLite (with --small: 10,000 posts)"))
        .arg(Arg::new("only").long("only").value_name("NAME").help("the scenarios alone whose names hold these words, for trying a change"))
        .arg(flag("readme", "write the tables into ops/BENCHMARKS.md"))
        .subcommand(Command::new("baseline").hide(true).arg(Arg::new("redis").required(true)).arg(Arg::new("listen").required(true)))
        .get_matches();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match matches.subcommand() {
            Some(("baseline", args)) => baseline::serve(&text(args, "redis"), &text(args, "listen")).await,
            // The servers end with their handles, also when the run is interrupted.
            _ => tokio::select! { done = bench(&matches) => done, stopped = stop() => stopped },
        }
    })
}

/// Waits for SIGTERM or Ctrl-C.
async fn stop() -> Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! { _ = term.recv() => {}, _ = tokio::signal::ctrl_c() => {} }
    anyhow::bail!("stopped before the end")
}

fn text(args: &ArgMatches, name: &str) -> String {
    args.get_one::<String>(name).cloned().unwrap_or_default()
}

/// How long and how much.
#[derive(Clone, Copy)]
struct Size {
    /// Of each run.
    time: Duration,
    /// Comments and sign-ins in a run, which need a form each.
    forms: usize,
    streams: usize,
}

async fn bench(args: &ArgMatches) -> Result<()> {
    let quick = args.get_flag("quick");
    let size = match quick {
        true => Size { time: Duration::from_millis(1_200), forms: 600, streams: 1_000 },
        false => Size { time: Duration::from_secs(4), forms: 3_000, streams: STREAMS },
    };
    let stage = Stage { redis: PrivateRedis::start(), postgres: PrivatePostgres::start(POSTGRES), folder: tempfile::tempdir()?, size };
    let readme = args.get_flag("readme");
    if args.get_flag("search") {
        let measured = stage.search(if args.get_flag("small") { SMALL } else { LARGE }).await?;
        return report::print(&search::table(&measured), report::SEARCH, readme);
    }
    let backends = stage.backends(SMALL, 1)?;
    backends.reindex()?;
    if let Some(words) = args.get_one::<String>("only") {
        let server = Server::instance(&backends).await?;
        let rows = stage.scenarios(&server, &Members::sign_in(server.address).await?, |name| name.contains(words.as_str())).await?;
        return report::print(&report::scenarios(&rows), report::PAGES, false);
    }
    if !args.get_flag("open") {
        let baseline = stage.baseline().await?;
        let (rows, mut facts) = stage.measure(&backends, baseline).await?;
        if !quick && !args.get_flag("small") {
            facts.extend(stage.compare(&rows).await?);
        }
        report::print(&format!("{}\n{}", report::scenarios(&rows), report::facts(&facts)), report::PAGES, readme)?;
    }
    let rows = stage.open_loop(&backends, quick, args.get_flag("open")).await?;
    report::print(&open_loop::table(&rows), report::OPEN_LOOP, readme)
}

/// A line for those who watch.
fn progress(row: &ScenarioRow, server: &Server) {
    let (best, us, memory) = (row.best(), row.busy().app_us, usage::memory(server.process.id()));
    eprintln!("{}: {best:.0}/s, {us:.0} µs of the app, which then has {memory:.0} MiB", row.name);
}

/// What a run stands on. The order of the fields is the order in which they end.
struct Stage {
    redis: PrivateRedis,
    postgres: PrivatePostgres,
    folder: TempDir,
    size: Size,
}

impl Stage {
    fn watched(&self, target: &Target) -> Watched {
        Watched { apps: target.apps.clone(), stores: vec![self.redis.id(), self.postgres.id()] }
    }

    /// A seeded database, with a Redis database of its own.
    fn backends(&self, posts: usize, redis: u8) -> Result<Backends> {
        let name = format!("bench{posts}");
        let redis = format!("{}/{redis}", self.redis.url());
        let backends = Backends { database: self.postgres.create(&name), redis, folder: self.folder.path().into() };
        let took = backends.seed(1_000, posts, comments(posts), PASSWORD)?;
        self.postgres.settle(&name);
        eprintln!("seeded {posts} posts in {:.0} s", took.as_secs_f64());
        Ok(backends)
    }

    /// Searching on each engine.
    async fn search(&self, posts: usize) -> Result<Vec<Measured>> {
        let (postgres, file) = (self.backends(posts, 1)?, self.folder.path().join("search.db"));
        let in_postgres = || {
            // As the server does by itself when it has been idle for a while.
            self.postgres.settle(&format!("bench{posts}"));
            Ok(self.postgres.size(&format!("bench{posts}")))
        };
        let mut measured = vec![search::measure("PostgreSQL", posts, &postgres, in_postgres, Some(self.postgres.id())).await?];
        let sqlite = Backends { database: format!("sqlite://{}?mode=rwc", file.display()), ..postgres };
        let took = sqlite.seed(1_000, posts, comments(posts), PASSWORD)?;
        eprintln!("seeded {posts} posts in {:.0} s", took.as_secs_f64());
        let in_file = || Ok(std::fs::metadata(&file)?.len());
        measured.push(search::measure("SQLite", posts, &sqlite, in_file, None).await?);
        Ok(measured)
    }

    async fn baseline(&self) -> Result<ScenarioRow> {
        let server = Server::baseline(&self.redis.url()).await?;
        let requests = vec![Request::get("/").to_bytes()].into();
        let script = Script { requests, expects: 200, once: false };
        self.row("bare handler, one Redis GET (the baseline)", &server, &script).await
    }

    /// A scenario at every number of connections, then at half of the best rate.
    async fn row(&self, name: &str, server: &Server, script: &Script) -> Result<ScenarioRow> {
        let mut levels = Vec::new();
        // The first requests fill what is kept ready and open connections to the stores.
        self.run(&server.target(), script, 16, self.size.time / 4, Pace::Closed).await?;
        for connections in LEVELS {
            levels.push(self.run(&server.target(), script, connections, self.size.time, Pace::Closed).await?);
        }
        let mut row = ScenarioRow { name: name.into(), levels, half: Outcome::default() };
        row.half = self.run(&server.target(), script, 64, self.size.time, Pace::Open(row.best() / 2.0)).await?;
        progress(&row, server);
        Ok(row)
    }

    async fn run(&self, target: &Target, script: &Script, connections: usize, time: Duration, pace: Pace) -> Result<Outcome> {
        load::run(target.address, script, connections, time, pace, &self.watched(target)).await
    }

    /// The open loop, against one instance and against three behind nginx. A quick run has the mixed pages alone, but where
    /// nothing else is run all pages against the one instance.
    async fn open_loop(&self, backends: &Backends, quick: bool, alone: bool) -> Result<Vec<OpenRow>> {
        let server = Server::instance(backends).await?;
        let members = Members::sign_in(server.address).await?;
        let scenarios = [
            ("signed-in home", members.home()),
            ("board", members.board()),
            ("post with its comments", members.posts(SMALL)),
            ("mixed", members.mixed(SMALL)),
        ];
        let (mixed, mut rows) = (scenarios.len() - 1, Vec::new());
        for (name, script) in scenarios.iter().skip(if quick && !alone { mixed } else { 0 }) {
            rows.extend(open_loop::rows(self, name, &server.target(), script).await?);
        }
        drop(server);
        let cluster = Cluster::start(backends).await?;
        for (name, script) in scenarios.iter().skip(if quick { mixed } else { 0 }) {
            rows.extend(open_loop::rows(self, &format!("{name}, three behind nginx"), &cluster.target(), script).await?);
        }
        Ok(rows)
    }

    /// Everything that is measured on one database.
    async fn measure(&self, backends: &Backends, baseline: ScenarioRow) -> Result<(Vec<ScenarioRow>, Vec<(String, String)>)> {
        let mut starts = Vec::new();
        for _ in 0..3 {
            starts.push(Server::instance(backends).await?.first_answer);
        }
        let server = Server::instance(backends).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let idle = usage::memory(server.process.id());
        let members = Members::sign_in(server.address).await?;
        eprintln!("idle: {idle:.0} MiB; after {} sign-ins: {:.0} MiB", members.cookies.len(), usage::memory(server.process.id()));
        let mut rows = vec![baseline];
        rows.extend(self.scenarios(&server, &members, |_| true).await?);
        let loaded = usage::memory(server.process.id());
        starts.sort();
        let mut facts = vec![
            ("first answer after the start".into(), format!("{} ms", starts[1].as_millis())),
            ("memory (PSS), idle".into(), format!("{idle:.1} MiB")),
            ("memory (PSS) after all of them".into(), format!("{loaded:.1} MiB")),
        ];
        drop(server);
        facts.extend(self.behind_nginx(backends).await?);
        facts.extend(self.streams(backends).await?);
        Ok((rows, facts))
    }

    /// Pages and forms, as far as they are wanted.
    async fn scenarios(&self, server: &Server, members: &Members, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<ScenarioRow>> {
        let mut rows = Vec::new();
        let pages = [
            ("signed-in home", members.home()),
            ("board", members.board()),
            ("post with its comments", members.posts(SMALL)),
            ("post with 5 comments", members.post_with(5).await?),
            ("post with 50 comments", members.post_with(50).await?),
            ("post with its comments, packed", members.posts(SMALL).packed()),
        ];
        for (name, script) in pages.iter().filter(|(name, _)| is_wanted(name)) {
            rows.push(self.row(name, server, script).await?);
        }
        for (name, spread) in [("a written comment, on many posts", 200), ("a written comment, all on one post", 1)] {
            if is_wanted(name) {
                rows.push(self.forms(name, server, async || members.comments(SMALL, self.size.forms, spread).await).await?);
            }
        }
        let name = "a file of 1 MiB, sent into a draft";
        if is_wanted(name) {
            rows.push(self.forms(name, server, async || Ok(members.files(self.size.forms / 30))).await?);
        }
        if is_wanted("sign-in") {
            rows.push(self.forms("sign-in", server, async || members.sign_ins(self.size.forms / 20).await).await?);
        }
        Ok(rows)
    }

    /// A scenario whose requests may be sent only once: every run has its own.
    async fn forms(&self, name: &str, server: &Server, scripts: impl AsyncFn() -> Result<Script>) -> Result<ScenarioRow> {
        let mut levels = Vec::new();
        // As for pages.
        self.run(&server.target(), &scripts().await?, 64, self.size.time / 4, Pace::Closed).await?;
        for connections in LEVELS {
            levels.push(self.run(&server.target(), &scripts().await?, connections, self.size.time, Pace::Closed).await?);
        }
        let mut row = ScenarioRow { name: name.into(), levels, half: Outcome::default() };
        row.half = self.run(&server.target(), &scripts().await?, 64, self.size.time, Pace::Open(row.best() / 2.0)).await?;
        progress(&row, server);
        Ok(row)
    }

    /// Three instances behind nginx against nginx before servers that only send a file of the same size.
    async fn behind_nginx(&self, backends: &Backends) -> Result<Vec<(String, String)>> {
        let (cluster, mut best) = (Cluster::start(backends).await?, Vec::new());
        let home = Members::sign_in(cluster.target().address).await?.home();
        let page = Connection::to(cluster.target().address).send(&home.requests[0]).await?.body;
        best.push(self.best(&cluster.target(), &home).await?);
        let posts = Members::sign_in(cluster.target().address).await?.posts(SMALL).packed();
        let packed = self.best(&cluster.target(), &posts).await?;
        drop(cluster);
        let files = StaticCluster::start(&page).await?;
        best.push(self.best(&files.target(), &home).await?);
        Ok(vec![
            ("post with its comments, packed, three instances behind nginx".into(), format!("{packed:.0}/s")),
            ("signed-in home, three instances behind nginx".into(), format!("{:.0}/s", best[0])),
            (
                format!("a file of the same {:.0} KB, three servers behind nginx", page.len() as f64 / 1000.0),
                format!("{:.0}/s; the instances reach {:.0} % of it", best[1], best[0] / best[1] * 100.0),
            ),
        ])
    }

    /// The most requests a second at any number of connections.
    async fn best(&self, target: &Target, script: &Script) -> Result<f64> {
        self.run(target, script, 16, self.size.time / 4, Pace::Closed).await?;
        let mut best: f64 = 0.0;
        for connections in LEVELS {
            best = best.max(self.run(target, script, connections, self.size.time, Pace::Closed).await?.per_second);
        }
        Ok(best)
    }

    /// The large database against the small one, and its far pages against its first ones.
    async fn compare(&self, small: &[ScenarioRow]) -> Result<Vec<(String, String)>> {
        let backends = self.backends(LARGE, 2)?;
        backends.reindex()?;
        let server = Server::instance(&backends).await?;
        let members = Members::sign_in(server.address).await?;
        let mut facts = Vec::new();
        for (at, script) in [(1, members.home()), (2, members.board()), (3, members.posts(SMALL))] {
            let name = small[at].name.clone();
            let large = self.row(&name, &server, &script).await?;
            let cost = |row: &ScenarioRow| row.busy().app_us + row.busy().stores_us;
            let change = (cost(&large) / cost(&small[at]) - 1.0) * 100.0;
            facts.push((format!("{name}: CPU with 1,000,000 posts against 10,000"), format!("{change:+.0} %")));
        }
        let last = members.last_page().await?;
        let near = self.row("board, pages 2 to 1,001", &server, &members.board_from(2)).await?;
        let far = self.row("board, the last 1,000 pages", &server, &members.board_from(last.saturating_sub(1_000))).await?;
        let cost = |row: &ScenarioRow| row.busy().app_us + row.busy().stores_us;
        facts.push((
            format!("board, pages up to {last} against pages from 2, none kept ready: CPU"),
            format!("{:.2} ×", cost(&far) / cost(&near)),
        ));
        Ok(facts)
    }
}
