//! A process of its own whose disk is full: its log has no space, its database has none, its backup has none.

use crate::processes::{join, minschool, start_alone};
use crate::support::postgres_database;
use std::fs::{File, OpenOptions};
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::http::Response;
use testkit::instance::{PrivateInstance, isolate};
use testkit::process::{Process, free_port, listens, wait_until};

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

/// What it prints and what it logs has no space: that is no reason to end.
#[test]
fn an_instance_whose_output_has_no_space_serves_and_stops_in_order() {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut command = minschool();
    isolate(&mut command).env("DATA_DIR", folder.path()).env("SITE_LISTEN", format!("127.0.0.1:{port}"));
    let process = Process::spawn(command.args(["--log", "debug"]).stdout(full()).stderr(full()).stdin(Stdio::null()));
    let mut instance = PrivateInstance { process, site: port, admin: 0 };

    wait_until("it listens", Duration::from_secs(10), || listens(port));

    assert_eq!(instance.get("/", "").status, 200);
    assert_eq!(instance.get("/nowhere", "").status, 404);
    instance.process.signal("TERM");
    assert_eq!(instance.process.wait().code(), Some(0));
}

#[test]
fn the_exit_code_does_not_depend_on_space_for_the_words() {
    let mut command = minschool();
    isolate(&mut command).env("SITE_LISTEN", "nowhere");

    let ended = command.stdout(full()).stderr(full()).status().unwrap();

    assert_eq!(ended.code(), Some(78));
}

/// No file may be longer than a kibibyte: a backup does not fit, or its label does not.
#[test]
fn a_backup_that_finds_no_space_leaves_nothing_and_takes_nothing_away() {
    let database = postgres_database();
    let (folder, shelf) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", script, env!("CARGO_BIN_EXE_minschool")]);
        isolate(&mut command).env("DATABASE_URL", &database).env("DATA_DIR", folder.path()).env("BACKUP_DIR", shelf.path());
        command.output().unwrap()
    };
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(shelf.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert!(run("exec \"$0\" seed --users 10 --posts 50 --comments 50 --password x").status.success());
    assert!(run("exec \"$0\" backup --plain").status.success());
    let before = (names(), std::fs::read(folder.path().join("backup-last-success")).unwrap());

    for most in [1, 0] {
        let refused = run(&format!("trap '' XFSZ; ulimit -f {most}; exec \"$0\" backup --plain --keep 1d"));

        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && words.contains("there is no space for this backup"), "{words}");
        assert_eq!((names(), std::fs::read(folder.path().join("backup-last-success")).unwrap()), before);
    }
}

/// The longest file that the process may write, as `prlimit` has it. It is told in a signal that a shell ignores for it,
/// and then as a fault of the write: to SQLite the same as a quota that is used up.
fn limit_files(instance: &PrivateInstance, most: &str) {
    let done = Command::new("prlimit").args(["--pid", &instance.process.id().to_string(), &format!("--fsize={most}:unlimited")]).status();
    assert!(done.unwrap().success());
}

/// Where a form that was taken leads to.
fn address(answer: &Response) -> String {
    assert_eq!(answer.status, 303, "{answer:.900}");
    answer.header("location").unwrap().to_owned()
}

#[test]
fn sqlite_without_space_is_read_on_and_written_again_when_there_is_some() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; exec \"$0\"", env!("CARGO_BIN_EXE_minschool")]);
    let mut instance = start_alone(command, folder.path());
    let ada = join(&instance, "ada");
    let write = "/community/free/write";
    let post = address(&instance.submit(write, write, &ada, &[("title", "글"), ("body", "읽을 글")]));
    let body = "한 시간 동안 쓴 글 ".repeat(3000);

    limit_files(&instance, "0");
    // Everybody at once: no connection is left that was not refused.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let refused = instance.submit(write, write, &ada, &[("title", "긴 글"), ("body", &body)]);
                assert_eq!(refused.status, 503, "{:.900}", refused);
            });
        }
    });
    for n in 0..12 {
        let refused = instance.submit(write, write, &ada, &[("title", "긴 글"), ("body", &body)]);
        assert_eq!(refused.status, 503, "{n}: {:.900}", refused);
        assert!(
            refused.contains("저장 공간이 가득 차서") && refused.contains(&body) && refused.header("retry-after") == Some("60"),
            "{:.900}",
            refused
        );
        let read = instance.get(&post, &ada);
        assert!(read.status == 200 && read.contains("읽을 글") && read.contains("로그아웃"), "{:.900}", read);
    }
    limit_files(&instance, "unlimited");

    let mut stored = Vec::new();
    for n in 0..12 {
        let answer = instance.submit(write, write, &ada, &[("title", "긴 글"), ("body", &format!("{body}{n}"))]);
        stored.push(address(&answer));
    }
    instance.process.kill();
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\"", env!("CARGO_BIN_EXE_minschool")]);
    let early = isolate(&mut command).env("DATA_DIR", folder.path()).output().unwrap();
    let words = String::from_utf8_lossy(&early.stderr);
    assert!(early.status.code() == Some(1) && words.contains("the disk is full"), "systemd tries again: {words}");
    let next = start_alone(minschool(), folder.path());
    for post in stored {
        assert_eq!(next.get(&post, &ada).status, 200, "{post} was acknowledged");
    }
}
