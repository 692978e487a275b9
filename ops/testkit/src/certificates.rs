//! A certificate for 127.0.0.1 and localhost, signed by an authority of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes `ca.pem`, the authority, and `{name}.pem` and `{name}.key` into a folder.
pub fn make(folder: &Path, name: &str) {
    let openssl = |args: &str| {
        let done = Command::new("openssl").args(args.split(' ')).current_dir(folder).stderr(Stdio::null()).status();
        assert!(done.expect("openssl is installed").success(), "openssl {args}");
    };
    openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority");
    openssl(&format!("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"));
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost").unwrap();
    openssl(&format!("x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem"));
}
