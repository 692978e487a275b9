//! `minschool user`: members from the command line, for the first administrator and for emergencies.

use super::{Failure, instance};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::query;
use crate::domain::idempotency;
use crate::domain::sessions::Client;
use crate::domain::users::{NewUser, SignupForm, manage, password_change, sign_in_limits};
use crate::domain::{Actor, Context, Error, audit, bootstrap, roles};
use std::io::BufRead;
use std::time::Duration;
use templates::errors::text as errors;
use templates::text::Lang;

/// Add members and change what they may do
#[derive(clap::Args)]
// Without a subcommand, clap would print the help and say nothing of what is missing.
#[command(arg_required_else_help = false)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Add a member
    Add {
        #[command(flatten)]
        member: Member,
        /// the name on screen
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// admin, moderator, member or another role
        #[arg(long, value_name = "TEXT", default_value = roles::MEMBER)]
        role: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Give a member a role
    Role {
        #[command(flatten)]
        member: Member,
        /// the role
        #[arg(long, value_name = "TEXT")]
        role: String,
    },
    /// Set a member's password; all their sessions end
    Password {
        #[command(flatten)]
        member: Member,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Suspend a member
    Suspend {
        #[command(flatten)]
        member: Member,
        /// why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// for so many days; without it, until lifted
        #[arg(long, value_name = "TEXT")]
        days: Option<i64>,
    },
    /// End the wait after wrong passwords, on the site and in the panel
    Unlock(Member),
    /// List members
    List {
        /// only those whose name or e-mail contains this
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        search: String,
    },
}

#[derive(clap::Args)]
struct Member {
    /// the member's e-mail address
    #[arg(long, value_name = "TEXT")]
    email: String,
}

#[derive(clap::Args)]
struct PasswordSource {
    /// read the password from standard input, one line
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Runs it.
///
/// # Errors
/// In words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let (db, _) = instance::open(&config, true).await?;
    let app = instance::start(config, db, Clock::default()).await?;
    let ctx = &app.context;
    let done = match &args.action {
        Action::Add { member, name, role, password } => add(ctx, &member.email, name, role, password.read()?).await,
        Action::Role { member, role } => set_role(ctx, &member.email, role).await,
        Action::Password { member, password } => set_password(ctx, &member.email, password.read()?).await,
        Action::Suspend { member, reason, days } => suspend(ctx, &member.email, reason, *days).await,
        Action::Unlock(member) => unlock(&app, &member.email).await,
        Action::List { search } => list(ctx, search).await,
    };
    done.map_err(in_words)
}

fn in_words(err: Error) -> Failure {
    match err {
        Error::Invalid(problems) => {
            let texts = problems.iter().map(|p| errors::message(p.message).map_or(p.message, |text| Lang::En.t(text)));
            Failure::Other(texts.collect::<Vec<_>>().join("\n"))
        }
        Error::NotFound => Failure::Other("there is no such member or role; see: minschool user list".into()),
        Error::Busy(_) => Failure::Other("the database or Redis does not answer in time; try again, or see: minschool check".into()),
        other => other.into(),
    }
}

impl PasswordSource {
    fn read(&self) -> Result<String, Failure> {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(|e| Failure::Other(format!("standard input: {e}")))?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// The operator at the command line: may do everything, and the audit log holds where it was done.
fn operator() -> audit::By {
    audit::By { actor: Actor::operator(), client: Client { ip: "-".into(), agent: "minschool user".into() } }
}

async fn add(ctx: &Context, email: &str, name: &str, role: &str, password: String) -> Result<(), Error> {
    let form = SignupForm { email: email.into(), name: name.into(), password, terms: true, privacy: true, ..SignupForm::default() };
    let role = roles::find_by_slug(&ctx.db, role).await?;
    let newcomer = NewUser::check(ctx, &form, role.permissions.into()).await?;
    let now = ctx.clock.now();
    let tx = query::begin(&ctx.db).await?;
    let id = newcomer.insert(&tx, role.id, now).await?;
    if role.slug == roles::ADMIN {
        bootstrap::revoke_invitation(&tx).await?;
    }
    let entry = audit::Entry::new("user.create", audit::Target::User(id), name).after("role", &role.slug);
    audit::write(&tx, &operator(), entry, now).await?;
    tx.commit().await?;
    say!("added member {id}");
    Ok(())
}

async fn set_role(ctx: &Context, email: &str, role: &str) -> Result<(), Error> {
    let (member, role) = (manage::by_email(ctx, email).await?, roles::find_by_slug(&ctx.db, role).await?);
    manage::set_role(ctx, &operator(), &idempotency::Key::random()?, member, role.id, "").await?;
    say!("member {member} is now {}", role.slug);
    Ok(())
}

async fn set_password(ctx: &Context, email: &str, new: String) -> Result<(), Error> {
    let member = manage::by_email(ctx, email).await?;
    password_change::set(ctx, &operator(), member, &new).await?;
    say!("the password of member {member} is changed; all their sessions have ended");
    Ok(())
}

async fn suspend(ctx: &Context, email: &str, reason: &str, days: Option<i64>) -> Result<(), Error> {
    let member = manage::by_email(ctx, email).await?;
    let until = days.map(|days| ctx.clock.now() + time::Duration::days(days));
    manage::suspend(ctx, &operator(), &idempotency::Key::random()?, member, until, reason).await?;
    say!("member {member} is suspended");
    Ok(())
}

async fn unlock(app: &App, email: &str) -> Result<(), Error> {
    // The counters are in Redis, which a process that has just begun does not trust yet.
    for _ in 0..100 {
        if app.config.redis_url.is_none() || app.context.shared.health().is_well() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let member = sign_in_limits::unlock(&app.context, &operator(), email).await?;
    say!("member {member} can sign in at once");
    Ok(())
}

async fn list(ctx: &Context, search: &str) -> Result<(), Error> {
    for member in manage::search(ctx, &operator().actor, search, 1, 1_000).await?.rows {
        let suspended = if member.suspended { "  suspended" } else { "" };
        println!("{:>8}  {:<10}  {}  {}{suspended}", member.id, member.role, member.email, member.name);
    }
    Ok(())
}
