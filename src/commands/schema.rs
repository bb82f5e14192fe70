//! `sla schema`, `sla completions` and `sla man`.

use clap::CommandFactory;

use super::{Failure, OUTPUT};
use crate::cli::{Cli, CompletionsArgs, SchemaArgs, SchemaOf};

const CONFIG: &str = include_str!("../../docs/schema/config.v1.schema.json");
const SUMMARY: &str = include_str!("../../docs/schema/summary.v1.schema.json");
const MANIFEST: &str = include_str!("../../docs/schema/manifest.v1.schema.json");

/// Runs `sla schema`.
pub fn run(args: &SchemaArgs) -> Result<(), Failure> {
    say!(
        "{}",
        match args.of {
            SchemaOf::Config => CONFIG.trim_end(),
            SchemaOf::Summary => SUMMARY.trim_end(),
            SchemaOf::Manifest => MANIFEST.trim_end(),
        }
    );
    Ok(())
}

/// Runs `sla completions`.
pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sla", &mut script);
    say!("{}", String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

/// Runs `sla man`.
pub fn man() -> Result<(), Failure> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command().name("sla")).render(&mut page);
    rendered.map_err(|error| Failure::new(OUTPUT, format!("error: {error}")))?;
    say!("{}", String::from_utf8_lossy(&page).trim_end());
    Ok(())
}
