//! `sla report`: from exports to the report of one period.

use std::time::SystemTime;

use rayon::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{EMPTY, Failure, OUTPUT, Stages, run_json};
use crate::cli::{Format, ReportArgs};
use crate::clock::{self, Kernel, Reading};
use crate::import::{Imported, hex};
use crate::output::{self, Output};
use crate::paper::{Block, Report, Table};
use crate::report::{self, Inputs, kpi};
use crate::tables::{self, DATA, Facts, Tables, placed_at};
use crate::{query, render};

/// Runs the command.
pub fn run(args: &ReportArgs) -> Result<(), Failure> {
    let started = SystemTime::now();
    let mut stages = Stages::new(args.common.verbose);
    let mut config = super::prepare(&args.common)?;
    config.html_rows = args.html_rows.unwrap_or(config.html_rows);
    let queries = super::queries(&config)?;
    let asked = args.common.as_of.as_deref().map(|text| super::as_of(&config, text)).transpose()?;
    stages.done("check", || format!("{} queries", queries.len()));

    let imported = super::read(&config)?;
    stages.done("import", || summed(&imported));
    if let Err(failure) = super::judge_rejects(&config, &imported) {
        rejects_only(args, &imported, started, &stages)?;
        return Err(failure);
    }
    let period = super::period::resolve(&config, &args.period, asked, imported.data.last_at)?;
    let calendars = super::calendars(&config, &imported, period.as_of)?;
    let readings = clock::measure(&config.policy, &imported.data, &calendars, period.as_of);
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, period.as_of);
    stages
        .done("clock", || format!("{} readings, {} segments", readings.rows.len(), readings.segments.len()));
    let is_in_period = |reading: &Reading| period.contains(placed_at(reading, &kernel, &period));
    let outcomes =
        clock::outcomes(&kernel, &readings.rows, &super::outcome_period(&config, &period, &is_in_period));
    let exported_at = imported.data.last_at.unwrap_or(period.as_of);
    let audit =
        clock::audit(&config.policy, &imported.data, &calendars, exported_at, &readings.rows, is_in_period);
    stages.done("audit", || format!("{} outcomes, {} audited", outcomes.len(), audit.len()));

    let lost = super::lost(&imported, &readings.rows);
    let recurrence = super::recurrence(&config, &imported, &kernel, &lost);
    stages.done("areas", || {
        format!("{} incidents, {} areas", recurrence.incidents.len(), recurrence.areas.len())
    });

    let facts = Facts {
        config: &config,
        imported: &imported,
        kernel: &kernel,
        readings: &readings,
        outcomes: &outcomes,
        audit: &audit,
        recurrence: &recurrence,
        lost: &lost,
        period: &period,
    };
    let tables = tables::build(&facts).map_err(|error| Failure::usage(format!("error: {error}")))?;
    stages.done("tables", || format!("{} tables", tables.frames.len()));
    let results: Vec<Table> = queries
        .iter()
        .map(|query| query::run(query, &tables))
        .collect::<Result<_, _>>()
        .map_err(Failure::usage)?;
    stages.done("query", || format!("{} results", results.len()));

    let kpis = kpi::count(&kernel, &readings, &period);
    let rules = hex(&Sha256::digest(config.source.as_bytes()));
    let inputs = Inputs {
        config: &config,
        imported: &imported,
        kernel: &kernel,
        readings: &readings,
        period: &period,
        kpis: &kpis,
        outcomes: &outcomes,
        audit: &audit,
        recurrence: &recurrence,
        queries: &queries,
        results: &results,
        rules: &rules[..8],
    };
    let report = report::build(&inputs);
    stages.done("report", || format!("{} sections", report.sections.len()));

    let broken = |message: String| Failure::new(OUTPUT, message);
    let mut output = Output::create(&args.out).map_err(broken)?;
    write(args, &inputs, &report, &tables, &mut output).map_err(broken)?;
    stages.done("render", || format!("into {}", args.out.display()));
    let manifest = json!({
        "tool": { "name": "sla-report", "version": env!("CARGO_PKG_VERSION") },
        "config_sha256": rules,
        "csv_safe": !args.csv_raw,
        "inputs": imported.files,
    });
    let place = output.publish(&period.name, manifest, &run_json(started, &stages)).map_err(broken)?;
    output::index(&args.out, &period.name).map_err(broken)?;
    stages.done("write", || place.display().to_string());

    if !args.common.quiet {
        let (read, used, rejected) = imported.totals();
        for sentence in report::verdict_sentences(&inputs) {
            tell!("{sentence}");
        }
        tell!(
            "{} tickets opened in {}, {} in all.",
            report::opened_in_period(&inputs),
            period.label,
            imported.data.tickets.len()
        );
        tell!("{read} rows read = {used} used + {rejected} rejected.");
        if rejected > 0 {
            tell!("{}", super::rejects_table(&imported).trim_end());
        }
        tell!("Written to {}", place.join("index.html").display());
    }
    let in_period = kpis.iter().map(|kpi| kpi.verdicts.iter().sum::<i64>()).max().unwrap_or(0);
    if in_period == 0 && report::opened_in_period(&inputs) == 0 && !args.allow_empty {
        return Err(Failure::new(
            EMPTY,
            format!(
                "error: 0 of {} tickets fall in {}\nhint: name another period with `--period`, or say `--allow-empty`",
                imported.data.tickets.len(),
                period.name
            ),
        ));
    }
    Ok(())
}

fn summed(imported: &Imported) -> String {
    let bytes: u64 = imported.files.iter().map(|file| file.bytes).sum();
    let data = &imported.data;
    format!("{} tickets, {} events, {bytes} bytes", data.tickets.len(), data.events.rows.len())
}

/// What is left to write when the input is unusable.
fn rejects_only(
    args: &ReportArgs,
    imported: &Imported,
    started: SystemTime,
    stages: &Stages,
) -> Result<(), Failure> {
    let write = || -> Result<(), String> {
        std::fs::create_dir_all(&args.out).map_err(|error| error.to_string())?;
        let rejects = tables::rejects(imported).map_err(|error| error.to_string())?;
        let table = query::plain("rejects", "Rejected rows", &rejects)?;
        let safe = render::csv::table(&table, !args.csv_raw);
        std::fs::write(args.out.join("rejects.csv"), safe).map_err(|error| error.to_string())?;
        std::fs::write(args.out.join("run.json"), run_json(started, stages))
            .map_err(|error| error.to_string())
    };
    write().map_err(|error| {
        Failure::new(OUTPUT, format!("error: can't write `{}`: {error}", args.out.display()))
    })
}

fn write(
    args: &ReportArgs,
    inputs: &Inputs,
    report: &Report,
    tables: &Tables,
    output: &mut Output,
) -> Result<(), String> {
    let wants = |format| args.format.contains(&format);
    if wants(Format::Html) {
        output.write("index.html", render::html::page(report)?.as_bytes())?;
    }
    if wants(Format::Csv) {
        let bytes: Vec<(String, Vec<u8>)> = inputs
            .results
            .par_iter()
            .map(|table| (format!("csv/{}.csv", table.slug), render::csv::table(table, !args.csv_raw)))
            .collect();
        for (path, bytes) in bytes {
            output.write(&path, &bytes)?;
        }
        if let Some(rejects) = tables.get("rejects") {
            let table = query::plain("rejects", "Rejected rows", rejects)?;
            output.write("csv/rejects.csv", &render::csv::table(&table, !args.csv_raw))?;
        }
    }
    if wants(Format::Svg) {
        for (slug, figure) in figures(report) {
            if let Ok(svg) = render::chart::svg(figure, slug) {
                output.write(&format!("charts/{slug}.svg"), svg.as_bytes())?;
            }
        }
    }
    if wants(Format::Json) {
        output.write("summary.json", render::summary::json(inputs).as_bytes())?;
    }
    if wants(Format::Md) {
        output.write("summary.md", render::summary::markdown(inputs).as_bytes())?;
    }
    if !args.no_data {
        for name in DATA {
            if let Some(frame) = tables.get(name) {
                output.parquet(&format!("data/{name}.parquet"), frame)?;
            }
        }
    }
    Ok(())
}

fn figures(report: &Report) -> impl Iterator<Item = (&str, &crate::paper::Figure)> {
    report.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Table(table) => Some((table.slug.as_str(), table.figure.as_ref()?)),
        Block::Definitions(_) => None,
    })
}
