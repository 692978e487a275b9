//! MinSchool's one binary: see `minschool --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    minschool::cli::run(std::env::args_os())
}
