//! MinSchool's one binary: see `minschool --help`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    minschool::cli::run(std::env::args_os())
}
