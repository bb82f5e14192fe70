//! `sla query`: one answer from the tables of a report, nothing written.

use std::io::Read;

use polars::prelude::PolarsError;
use serde_json::{Map, Value, json};

use super::{Failure, Stages};
use crate::cli::{QueryArgs, QueryFormat};
use crate::import::STANDARD_INPUT;
use crate::paper::{Cell, Format, Table};
use crate::render::csv::{Dialect, Style};
use crate::tables::Facts;
use crate::{query, render, tables};

/// Rows of a table on a terminal; CSV and JSON have them all.
const PRINTED: usize = 200;

/// For other programs.
const RAW: Style = Style { dialect: Dialect::Rfc4180, is_safe: false };

/// Runs the command.
pub fn run(args: &QueryArgs) -> Result<(), Failure> {
    let mut stages = Stages::new(&args.common);
    let mut sql = args.sql.clone();
    if sql == STANDARD_INPUT {
        sql.clear();
        std::io::stdin()
            .read_to_string(&mut sql)
            .map_err(|error| Failure::usage(format!("error: can't read standard input: {error}")))?;
    }
    let query = query::ad_hoc(&sql).map_err(|problems| Failure::usage(problems.to_string()))?;
    let config = super::prepare(&args.common)?;
    let asked = args.common.as_of.as_deref().map(|text| super::as_of(&config, text)).transpose()?;
    super::period::check(&config, &args.period)?;
    let mut imported = super::read(&config)?;
    stages.done("import", || format!("{} tickets", imported.data.tickets.len()));
    super::judge_rejects(&config, &imported)?;
    let period = super::period::resolve(&config, &args.period, asked, imported.data.last_at)?;
    let wanted = query::wanted(std::slice::from_ref(&query));
    let failed = |error: PolarsError| Failure::usage(format!("error: {error}"));
    let draft = |facts: &Facts, _: &mut Stages| tables::Draft::new(facts, &wanted).map_err(failed);
    let draft = super::with_facts(&config, &mut imported, &period, Vec::new(), &wanted, &mut stages, draft)?;
    // Texts and query need the room.
    drop(imported);
    let tables = draft.frames().map_err(failed)?;
    stages.done("tables", || format!("{} tables", tables.frames.len()));
    let table = query::run(&query, &tables).map_err(Failure::usage)?;
    stages.done("query", || format!("{} rows", table.rows.len()));
    match args.format {
        QueryFormat::Csv => {
            use std::io::Write;
            // A reader that has gone away is no error.
            let _ = std::io::stdout().write_all(&render::csv::table(&table, RAW));
        }
        QueryFormat::Json => say!("{:#}", rows(&table)),
        QueryFormat::Table => {
            for line in render::text::table(&table, config.zone, PRINTED) {
                say!("{line}");
            }
            if table.rows.len() > PRINTED && !args.common.quiet {
                tell!("{PRINTED} of {} rows; `--format csv` has them all", table.rows.len());
            }
        }
    }
    Ok(())
}

/// An object for each row; instants as RFC 3339, durations in seconds.
fn rows(table: &Table) -> Value {
    let value = |cell: &Cell, format: Format| match cell {
        Cell::Missing => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(at) if format == Format::Instant => {
            json!(
                chrono::DateTime::from_timestamp(*at, 0)
                    .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
            )
        }
        Cell::Int(is) if format == Format::Bool => json!(*is != 0),
        Cell::Int(number) => json!(number),
        Cell::Float(number) => json!(number),
    };
    let object = |row: &Vec<Cell>| {
        let fields = table
            .columns
            .iter()
            .zip(row)
            .map(|(column, cell)| (column.name.clone(), value(cell, column.format)));
        Value::Object(fields.collect::<Map<String, Value>>())
    };
    Value::Array(table.rows.iter().map(object).collect())
}
