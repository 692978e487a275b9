//! `minschool check`: looks at everything that an instance needs, prints what is wrong with it and how to mend it.

use super::{Failure, instance, migrate};
use crate::config::mail::{Security, Way};
use crate::config::{Config, Sources};
use crate::db;
use crate::monitor::clock_sync;
use crate::shared::{ProbeError, RedisOptions, Shared};
use std::path::Path;

/// What nginx shows when no instance answers, as `ops/install` lays it down.
const ERROR_PAGE: &str = "/usr/share/minschool/nginx/error.html";

/// nginx's own files for this host, as `ops/install` lays them down.
const NGINX: &str = "/etc/nginx/minschool";

/// Look at everything an instance needs, and say what is wrong with it
#[derive(clap::Args)]
pub struct Args {
    /// settings and folders only; ask no server
    #[arg(long)]
    offline: bool,
}

/// What was looked at, and what is wrong with it.
type Finding = (&'static str, Result<String, String>);

/// Runs it.
///
/// # Errors
/// `Config` (exit 78) where something is wrong; each line has been printed then.
pub fn settings(sources: Result<Sources, Failure>) -> Result<Config, Failure> {
    let read = sources.and_then(|sources| match sources.exposed() {
        exposed if exposed.is_empty() => Ok(Config::read(&sources)?),
        exposed => Err(Failure::Config(exposed.join("\n"))),
    });
    match &read {
        Ok(_) => print(&("settings", Ok("all understood".into()))),
        Err(err) => print(&("settings", Err(err.to_string()))),
    }
    read
}

/// Looks at the rest.
///
/// # Errors
/// As [`settings`].
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let mut findings: Vec<Finding> = vec![("folders", folders(&config)), ("error page", error_page(Path::new(ERROR_PAGE)))];
    findings.push(("addresses", addresses(&config, Path::new(NGINX))));
    findings.push(("contact", Ok(contact(&config))));
    findings.push(("mail", Ok(mail(&config))));
    if !args.offline {
        findings.extend(database(&config).await);
        findings.push(("Redis", redis(&config).await));
    }
    findings.iter().for_each(print);
    match findings.iter().filter(|(_, found)| found.is_err()).count() {
        0 => Ok(()),
        wrong => Err(Failure::Config(format!("{wrong} of these must be mended before it runs"))),
    }
}

fn print((what, found): &Finding) {
    match found {
        Ok(text) => println!("ok    {what:<11} {text}"),
        Err(text) => println!("WRONG {what:<11} {}", text.replace('\n', "\n                  ")),
    }
}

fn folders(config: &Config) -> Result<String, String> {
    instance::prepare_folder(config).map_err(|err| err.to_string())?;
    Ok(if config.on_postgres() { "none needed".into() } else { format!("{} can be written to", config.data_dir.display()) })
}

/// Where nginx' configuration names a page, it has to be there: else people see nginx' own "404".
fn error_page(path: &Path) -> Result<String, String> {
    if !path.parent().is_some_and(Path::exists) {
        return Ok("nginx is not set up by ops/install on this machine".into());
    }
    if path.exists() { Ok("is in its place".into()) } else { Err(format!("{} is missing; run ops/install again", path.display())) }
}

/// A public address with http behind an nginx with https: cookies without `Secure`, forms from the https pages refused.
fn addresses(config: &Config, nginx: &Path) -> Result<String, String> {
    let routers =
        [("PUBLIC_URL", &config.public_url, "listen-site.conf"), ("ADMIN_PUBLIC_URL", &config.admin_public_url, "listen-admin.conf")];
    for (name, url, file) in routers {
        let listen = std::fs::read_to_string(nginx.join(file)).unwrap_or_default();
        let mut lines = listen.lines().map(str::trim).filter(|line| line.starts_with("listen "));
        if url.scheme() == "http" && lines.any(|line| line.split([' ', ';']).any(|word| word == "ssl")) {
            return Err(format!("nginx serves https ({file}), and {name} is {url}; set {name} to the https address"));
        }
    }
    let plain = [&config.public_url, &config.admin_public_url].into_iter().find(|url| url.scheme() == "http" && !is_near(url));
    Ok(match plain {
        Some(url) => {
            format!("{url} is http: passwords and sessions can be read on the way; https is for every network but a machine's own")
        }
        None => "fit".into(),
    })
}

/// Whether an address leads to this machine only.
fn is_near(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn mail(config: &Config) -> String {
    match &config.mail.way {
        Way::Relay(relay) => {
            let how = match relay.security {
                Security::Tls => "encrypted",
                Security::StartTls => "encrypted by STARTTLS",
                Security::Plain => "on this machine",
            };
            format!("goes to {}:{}, {how}, from {}", relay.host, relay.port, config.mail.from)
        }
        Way::Log => "no SMTP_URL: mails are written to the log, with their links, as the site is for this machine only".into(),
        Way::None => "no SMTP_URL: the site sends none, and who forgets a password has to ask the staff".into(),
    }
}

fn contact(config: &Config) -> String {
    match &config.public.security_contact {
        Some(uri) => format!("vulnerabilities are reported to {uri}"),
        None => "no SECURITY_CONTACT: there is no /.well-known/security.txt, and who finds a vulnerability does not know whom to write to"
            .into(),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    let db = match db::open(config).await {
        Ok(db) => db,
        Err(err) => return vec![("database", Err(format!("{err}; check DATABASE_URL, and whether the server runs")))],
    };
    let schema = if config.migrate { migrate::check_age(&db).await } else { migrate::check_complete(&db).await };
    let clock = match clock_sync::clocks_apart(&db).await {
        Ok(None) => Ok("agrees with the database's".to_owned()),
        Ok(Some(apart)) => Err(format!("is {apart} s away from the database's; let both follow a time server (timedatectl set-ntp true)")),
        Err(err) => Err(err.to_string()),
    };
    vec![
        ("database", Ok("lets us in".into())),
        ("schema", schema.map(|()| "is one that this program works on".into()).map_err(|err| err.to_string())),
        ("clock", clock),
    ]
}

async fn redis(config: &Config) -> Result<String, String> {
    let Some(url) = &config.redis_url else {
        return Ok("not used: shared state is in the process, so there may be one instance only".into());
    };
    match Shared::probe(&RedisOptions::new(url)).await {
        Ok(()) => Ok("lets us in".into()),
        Err(ProbeError::Unreachable(why)) => Err(format!("does not answer ({why}); the site runs without it, but slower")),
        Err(err) => Err(format!("{err}; check REDIS_URL")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_error_page_is_reported_where_nginx_is_set_up() {
        let folder = std::env::temp_dir().join(format!("minschool-check-{}", std::process::id()));
        let page = folder.join("error.html");
        assert!(error_page(&page).is_ok(), "no nginx, no page");

        std::fs::create_dir_all(&folder).expect("a folder");
        assert!(error_page(&page).is_err_and(|text| text.contains("ops/install")));
        std::fs::write(&page, "").expect("a file");
        assert!(error_page(&page).is_ok());
        std::fs::remove_dir_all(&folder).expect("gone");
    }

    #[test]
    fn plain_addresses_behind_an_nginx_with_https_are_a_fault() {
        let folder = std::env::temp_dir().join(format!("minschool-check-nginx-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("listen-site.conf"), "# listen ssl\nlisten 443 ssl http2;\nserver_name example.org;").expect("a file");
        let config = |url: &str| {
            let flags = std::collections::BTreeMap::from([("PUBLIC_URL".to_owned(), url.to_owned())]);
            Config::read(&Sources::gather(None, |_| None, &flags).expect("known settings")).expect("good settings")
        };

        assert!(addresses(&config("http://example.org"), &folder).is_err_and(|text| text.contains("PUBLIC_URL")));
        assert!(addresses(&config(""), &folder).is_err(), "nobody set it");
        assert_eq!(addresses(&config("https://example.org"), &folder).as_deref(), Ok("fit"));
        std::fs::remove_dir_all(&folder).expect("gone");
        assert_eq!(addresses(&config(""), &folder).as_deref(), Ok("fit"));
        assert!(addresses(&config("http://example.org"), &folder).is_ok_and(|text| text.contains("can be read")));
    }
}
