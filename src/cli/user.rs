//! `minschool user`: members from the command line, for the first administrator and for emergencies.

use super::{Failure, instance};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::query;
use crate::domain::idempotency;
use crate::domain::sessions::Client;
use crate::domain::users::{NewUser, SignupForm, manage, password_change, sign_in_limits};
use crate::domain::{Actor, Error, audit, bootstrap, roles};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::io::BufRead;
use std::time::Duration;
use templates::errors::text as errors;
use templates::text::Lang;

/// The subcommand.
pub fn command() -> Command {
    let text = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("TEXT").help(help);
    let email = || text("email", "the member's e-mail address").required(true);
    let stdin = Arg::new("password-stdin").long("password-stdin").action(ArgAction::SetTrue).required(true);
    let stdin = stdin.help("read the password from standard input, one line");
    let until = text("days", "for so many days; without it, until lifted").value_parser(clap::value_parser!(i64));
    Command::new("user")
        .about("Add members and change what they may do")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add a member")
                .arg(email())
                .arg(text("name", "the name on screen").required(true))
                .arg(text("role", "admin, moderator, member or another role").default_value(roles::MEMBER))
                .arg(stdin.clone()),
        )
        .subcommand(Command::new("role").about("Give a member a role").arg(email()).arg(text("role", "the role").required(true)))
        .subcommand(Command::new("password").about("Set a member's password; all their sessions end").arg(email()).arg(stdin))
        .subcommand(Command::new("suspend").about("Suspend a member").arg(email()).arg(text("reason", "why").required(true)).arg(until))
        .subcommand(Command::new("unlock").about("End the wait after wrong passwords, on the site and in the panel").arg(email()))
        .subcommand(Command::new("list").about("List members").arg(text("search", "only those whose name or e-mail contains this")))
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &ArgMatches) -> Result<(), Failure> {
    let (db, _) = instance::open(&config, true).await?;
    let app = instance::start(config, db, Clock::default()).await?;
    let (verb, args) = args.subcommand().ok_or_else(|| Failure::Other("no subcommand".into()))?;
    let text = |name: &str| args.try_get_one::<String>(name).ok().flatten().cloned().unwrap_or_default();
    let done = match verb {
        "add" => add(&app, &text("email"), &text("name"), &text("role"), read_password()?).await,
        "role" => set_role(&app, &text("email"), &text("role")).await,
        "password" => set_password(&app, &text("email"), read_password()?).await,
        "suspend" => suspend(&app, &text("email"), &text("reason"), args.get_one::<i64>("days").copied()).await,
        "unlock" => unlock(&app, &text("email")).await,
        _ => list(&app, &text("search")).await,
    };
    done.map_err(in_words)
}

fn in_words(err: Error) -> Failure {
    match err {
        Error::Invalid(problems) => {
            let said = problems.iter().map(|p| errors::message(p.message).map_or(p.message, |text| Lang::En.t(text)));
            Failure::Other(said.collect::<Vec<_>>().join("\n"))
        }
        Error::NotFound => Failure::Other("there is no such member or role; see: minschool user list".into()),
        Error::Busy(_) => Failure::Other("the database or Redis does not answer in time; try again, or see: minschool check".into()),
        other => other.into(),
    }
}

fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|e| Failure::Other(format!("standard input: {e}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The operator at the command line: may do everything, and the audit log says where it was done.
fn operator() -> audit::By {
    audit::By { actor: Actor::operator(), client: Client { ip: "-".into(), agent: "minschool user".into() } }
}

async fn add(app: &App, email: &str, name: &str, role: &str, password: String) -> Result<(), Error> {
    let form = SignupForm { email: email.into(), name: name.into(), password, terms: true, privacy: true };
    let role = roles::find_by_slug(&app.db, role).await?;
    let newcomer = NewUser::check(app, &form, role.permissions.into()).await?;
    let now = app.clock.now();
    let tx = query::begin(&app.db).await?;
    let id = newcomer.insert(&tx, role.id, now).await?;
    if role.slug == roles::ADMIN {
        bootstrap::revoke_invitation(&tx).await?;
    }
    let entry = audit::Entry::new("user.create", "user", id, name).after("role", &role.slug);
    audit::write(&tx, &operator(), entry, now).await?;
    tx.commit().await?;
    say!("added member {id}");
    Ok(())
}

async fn set_role(app: &App, email: &str, role: &str) -> Result<(), Error> {
    let (member, role) = (manage::by_email(app, email).await?, roles::find_by_slug(&app.db, role).await?);
    manage::set_role(app, &operator(), &idempotency::Key::random()?, member, role.id, "").await?;
    say!("member {member} is now {}", role.slug);
    Ok(())
}

async fn set_password(app: &App, email: &str, new: String) -> Result<(), Error> {
    let member = manage::by_email(app, email).await?;
    password_change::set(app, &operator(), member, &new).await?;
    say!("the password of member {member} is changed; all their sessions have ended");
    Ok(())
}

async fn suspend(app: &App, email: &str, reason: &str, days: Option<i64>) -> Result<(), Error> {
    let member = manage::by_email(app, email).await?;
    let until = days.map(|days| app.clock.now() + time::Duration::days(days));
    manage::suspend(app, &operator(), &idempotency::Key::random()?, member, until, reason).await?;
    say!("member {member} is suspended");
    Ok(())
}

async fn unlock(app: &App, email: &str) -> Result<(), Error> {
    // The counters are in Redis, which a process that has just begun does not trust yet.
    for _ in 0..100 {
        if app.config.redis_url.is_none() || app.shared.health().is_well() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let member = sign_in_limits::unlock(app, &operator(), email).await?;
    say!("member {member} can sign in at once");
    Ok(())
}

async fn list(app: &App, search: &str) -> Result<(), Error> {
    for member in manage::search(app, &operator().actor, search, 1, 1_000).await?.rows {
        let suspended = if member.suspended { "  suspended" } else { "" };
        println!("{:>8}  {:<10}  {}  {}{suspended}", member.id, member.role, member.email, member.name);
    }
    Ok(())
}
