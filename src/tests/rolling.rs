//! `minschool roll`: one after the other, each only when the last is ready, and no further than the first that is not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output};

/// Something that answers every question so.
fn answering(status: &'static str, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = write!(stream, "HTTP/1.0 {status}\r\n\r\n{body}\n");
        }
    });
    address
}

fn roll(upstreams: &[SocketAddr], args: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let upstreams: Vec<String> = upstreams.iter().map(SocketAddr::to_string).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("DATA_DIR", folder.path());
    // Nobody is there: readiness alone decides.
    command.env("EDGE_UPSTREAMS", upstreams.join(",")).env("EDGE_URL", "unix:/nonexistent/edge.sock");
    let Output { status, stdout, stderr } = command.arg("roll").args(["--patience", "2"]).args(args).output().unwrap();
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn instances_are_restarted_in_turn() {
    let (a, b) = (answering("200 OK", "ready"), answering("200 OK", "ready"));

    let (code, output) = roll(&[a, b], &["--instances", "left,right", "--command", "echo restarting {}"]);

    assert_eq!(code, Some(0), "{output}");
    let places: Vec<_> =
        ["restarting left", &a.to_string(), "restarting right", &b.to_string()].map(|word| output.find(word).unwrap()).into();
    assert!(places.is_sorted(), "{output}");
    assert!(output.contains("no edge answers"), "{output}");
}

#[test]
fn the_first_that_is_not_ready_is_the_last() {
    for not_ready in [answering("503 Service Unavailable", "no database"), answering("200 OK", "reading only")] {
        let (code, output) = roll(&[not_ready, answering("200 OK", "ready")], &["--command", "echo restarting {}"]);

        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains("not ready within 2 s") && output.contains("restarting 0") && !output.contains("restarting 1"), "{output}");
    }
}

#[test]
fn a_command_that_fails_ends_it() {
    let (code, output) = roll(&[answering("200 OK", "ready")], &["--command", "exit 7"]);

    assert_eq!(code, Some(1));
    assert!(output.contains("instance 0") && output.contains("the others were left as they are"), "{output}");
}
