//! The binary as an operator meets it: what it prints, what it refuses, how it exits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use testkit::process::Process;
use testkit::redis::PrivateRedis;

pub fn minschool(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    command.env_clear().env("DATA_DIR", folder.path().join("data")).env("PASSWORD_MEMORY_KIB", "8").env("PASSWORD_ROUNDS", "1");
    command.env("SITE_LISTEN", "127.0.0.1:0").env("ADMIN_LISTEN", "127.0.0.1:0").current_dir(folder.path());
    command
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// Starts an instance, and reads what it prints until there is an invitation or no more.
fn start(command: &mut Command) -> (Process, String) {
    let mut process = Process::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut printed = String::new();
    let mut reader = BufReader::new(process.0.stdout.take().unwrap());
    while !printed.contains("setup?token=") && reader.read_line(&mut printed).unwrap() > 0 {}
    (process, printed)
}

/// SIGTERM, and how it ended.
fn stop(mut process: Process) -> Option<i32> {
    process.signal("TERM");
    process.wait().code()
}

#[test]
fn it_starts_without_configuration_and_stops_on_a_signal() {
    let folder = folder();

    let (running, printed) = start(&mut minschool(&folder));

    assert!(printed.contains("http://localhost") && printed.contains("/setup?token="), "{printed}");
    assert!(folder.path().join("data/minschool.db").exists());
    assert_eq!(stop(running), Some(0));
}

#[test]
fn a_second_instance_on_sqlite_is_refused() {
    let folder = folder();
    let (_running, _) = start(&mut minschool(&folder));

    let output = minschool(&folder).output().unwrap();

    assert_eq!(output.status.code(), Some(78));
    assert!(words(&output).contains("SQLite serves one instance"), "{}", words(&output));
}

#[test]
fn a_port_in_use_is_reported_with_the_remedy() {
    let (folder, taken) = (folder(), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = taken.local_addr().unwrap().to_string();

    let output = minschool(&folder).env("SITE_LISTEN", &address).output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("in use by another program") && words(&output).contains("--site-listen"), "{}", words(&output));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_reported() {
    let folder = folder();
    std::fs::write(folder.path().join("file"), "").unwrap();

    let output = minschool(&folder).env("DATA_DIR", folder.path().join("file/data")).output().unwrap();

    assert_eq!(output.status.code(), Some(78));
    assert!(words(&output).contains("DATA_DIR"), "{}", words(&output));
}

/// A database that a newer version has taken one more step with.
fn newer_database(step: &str) -> TempDir {
    let folder = folder();
    assert!(minschool(&folder).arg("migrate").status().unwrap().success());
    let path = folder.path().join("data/minschool.db");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sea_orm::ConnectionTrait;
        let db = sea_orm::Database::connect(format!("sqlite://{}", path.display())).await.unwrap();
        db.execute_unprepared(&format!("INSERT INTO seaql_migrations VALUES ('{step}', 0)")).await.unwrap();
        db.close().await.unwrap();
    });
    folder
}

#[test]
fn a_database_from_which_a_newer_version_took_something_is_refused() {
    let folder = newer_database("m9999_future_contract");

    let output = minschool(&folder).output().unwrap();

    assert_eq!(output.status.code(), Some(78));
    assert!(words(&output).contains("newer than this program"), "{}", words(&output));
}

#[test]
fn a_version_runs_beside_a_newer_one_that_only_added_something() {
    let folder = newer_database("m9999_future");

    let (running, printed) = start(&mut minschool(&folder));

    assert!(printed.contains("http://localhost"), "{printed}");
    assert_eq!(stop(running), Some(0));
}

#[test]
fn a_wrong_password_of_redis_is_reported_without_it() {
    let (folder, redis) = (folder(), PrivateRedis::start_with_password("right"));

    let output = minschool(&folder).env("REDIS_URL", redis.url_with("geheim-falsch")).output().unwrap();

    assert_eq!(output.status.code(), Some(78));
    assert!(words(&output).contains("REDIS_URL") && !words(&output).contains("geheim-falsch"), "{}", words(&output));
}

#[test]
fn wrong_settings_are_all_named_with_their_mend() {
    let folder = folder();
    std::fs::write(folder.path().join("m.toml"), "site_listn = \"x\"\n").unwrap();

    let output = minschool(&folder).args(["config", "--config", "m.toml"]).output().unwrap();
    let two = minschool(&folder).env("SITE_LISTEN", "here").env("IN_FLIGHT", "0").arg("config").output().unwrap();

    assert_eq!((output.status.code(), two.status.code()), (Some(78), Some(78)));
    assert!(words(&output).contains("m.toml:1") && words(&output).contains("site_listen"), "{}", words(&output));
    assert!(words(&two).contains("SITE_LISTEN") && words(&two).contains("IN_FLIGHT"), "{}", words(&two));
}

#[test]
fn config_hides_secrets_and_says_where_each_value_comes_from() {
    let folder = folder();
    std::fs::write(folder.path().join("m.toml"), "in_flight = 77\n").unwrap();

    let output = minschool(&folder)
        .env("DATABASE_URL", "postgres://u:geheim@localhost/x")
        .env("MINSCHOOL_CONFIG", "m.toml")
        .args(["config", "--workers", "3"])
        .output()
        .unwrap();

    let printed = words(&output);
    assert!(output.status.success(), "{printed}");
    assert!(!printed.contains("geheim") && printed.contains("***"), "{printed}");
    let line = |name: &str| printed.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("IN_FLIGHT").contains("77") && line("IN_FLIGHT").contains("# file"));
    assert!(line("WORKERS").contains('3') && line("WORKERS").contains("# flag"));
    assert!(line("SITE_LISTEN").contains("# environment") && line("IDLE_SECONDS").contains("# default"));
}

fn with_password(command: &mut Command, password: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stdout.extend(output.stderr.clone());
    output
}

#[test]
fn members_are_added_and_changed_from_the_command_line() {
    let folder = folder();
    let add = |email: &str, name: &str, password: &str| {
        with_password(
            minschool(&folder).args(["user", "add", "--email", email, "--name", name, "--role", "admin", "--password-stdin"]),
            password,
        )
    };

    assert!(add("boss@example.com", "관리자1", "달리는 초록 자전거 일곱 대").status.success());
    let weak = add("weak@example.com", "약한", "1234567890123456789");
    let twice = add("BOSS@example.com", "다른이", "달리는 초록 자전거 일곱 대");
    let role = minschool(&folder).args(["user", "role", "--email", "boss@example.com", "--role", "nothing"]).output().unwrap();
    let suspend =
        minschool(&folder).args(["user", "suspend", "--email", "boss@example.com", "--reason", "x", "--days", "3"]).output().unwrap();
    let list = minschool(&folder).args(["user", "list"]).output().unwrap();

    assert_eq!((weak.status.code(), twice.status.code(), role.status.code()), (Some(1), Some(1), Some(1)));
    assert!(words(&weak).contains("easy to guess"), "{}", words(&weak));
    assert!(suspend.status.success(), "{}", words(&suspend));
    assert!(words(&list).contains("boss@example.com") && words(&list).contains("suspended"), "{}", words(&list));
}

#[test]
fn help_and_usage_exit_as_people_expect() {
    let folder = folder();

    let help = minschool(&folder).arg("--help").output().unwrap();
    let wrong = minschool(&folder).arg("--nonsense").output().unwrap();

    assert_eq!((help.status.code(), wrong.status.code()), (Some(0), Some(2)));
    for word in ["serve", "migrate", "seed", "user", "config", "--site-listen"] {
        assert!(words(&help).contains(word), "{word}");
    }
}

#[test]
fn user_says_that_its_subcommand_is_missing() {
    let folder = folder();

    let output = minschool(&folder).arg("user").output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.starts_with("error: ") && message.contains("requires a subcommand") && message.contains("add, role"), "{message}");
}

#[test]
fn several_instances_on_postgres_without_redis_are_refused() {
    let folder = folder();
    let url = crate::support::postgres_database();
    let (_running, _) = start(minschool(&folder).env("DATABASE_URL", &url));

    let output = minschool(&folder).env("DATABASE_URL", &url).output().unwrap();

    assert_eq!(output.status.code(), Some(78));
    assert!(words(&output).contains("REDIS_URL"), "{}", words(&output));
}

#[test]
fn the_log_of_a_start_names_no_secret() {
    let folder = folder();
    let mut child = minschool(&folder).env("LOG", "debug").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    child.kill().unwrap();
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    child.wait().unwrap();

    assert!(!log.contains("argon2id$") && !log.contains("form_secret"), "{log}");
}

#[test]
fn check_looks_at_everything_and_says_what_to_mend() {
    let folder = folder();

    let good = minschool(&folder).arg("check").output().unwrap();
    std::fs::write(folder.path().join("bad.toml"), "site_listn = \"x\"").unwrap();
    let typo = minschool(&folder).args(["--config", "bad.toml", "check"]).output().unwrap();
    let gone = minschool(&folder).args(["check"]).env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x").output().unwrap();
    let offline = minschool(&folder).args(["check", "--offline"]).env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x").output().unwrap();

    assert_eq!(good.status.code(), Some(0), "{}", words(&good));
    assert!(words(&good).contains("ok    schema"), "{}", words(&good));
    assert_eq!(typo.status.code(), Some(78));
    assert!(words(&typo).contains("bad.toml:1") && words(&typo).contains("site_listen"), "{}", words(&typo));
    assert_eq!(gone.status.code(), Some(78));
    assert!(words(&gone).contains("WRONG database") && words(&gone).contains("DATABASE_URL"), "{}", words(&gone));
    assert_eq!(offline.status.code(), Some(0), "{}", words(&offline));
}

#[test]
fn a_secret_comes_from_the_folder_of_credentials() {
    let folder = folder();
    std::fs::write(folder.path().join("redis-url"), "redis://:geheim@r:6379\n").unwrap();

    let output = minschool(&folder).arg("config").env("CREDENTIALS_DIRECTORY", folder.path()).output().unwrap();

    assert!(words(&output).contains("redis://:***@r:6379") && words(&output).contains("# credential"), "{}", words(&output));
}
