//! `sla`: messages and exit codes.

use clap::Parser;
use sla_report::{cli::Cli, commands};

fn main() {
    let cli = Cli::parse();
    std::process::exit(commands::run(cli));
}
