//! MinSchool's one binary: see `minschool --help`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    minschool::cli::run(std::env::args_os())
}
