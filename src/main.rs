//! The `doorward` program. See `doorward --help`.

fn main() -> std::process::ExitCode {
    doorward::cli::main(std::env::args_os())
}
