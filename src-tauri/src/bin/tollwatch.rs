//! The command line: see `tollwatch --help`. A program of its own, because Windows hides what a window prints.

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what it is for

fn main() -> std::process::ExitCode {
    tollwatch::cli::main()
}
