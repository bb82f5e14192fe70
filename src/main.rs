//! `sla`: messages and exit codes.

use clap::Parser;
use sla_report::{cli::Cli, commands};

fn main() {
    let cli = Cli::parse();
    commands::leave_cleanly();
    std::process::exit(commands::run(cli));
}
