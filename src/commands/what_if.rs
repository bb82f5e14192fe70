//! `sla what-if`: the same history under another policy.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::{EMPTY, Failure, OUTPUT, Stages, day_start, run_json};
use crate::cli::WhatIfArgs;
use crate::clock::{self, Calendars, Kernel, OutcomePeriod, Reading, Readings, local_date};
use crate::config::{self, Config, Inputs, Sweep};
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::import::{Imported, hex};
use crate::output::Output;
use crate::paper::locale::Locale;
use crate::paper::{Block, Cell, Format, Report, Table};
use crate::render;
use crate::render::csv::{Dialect, Style};
use crate::report::what_if::{Credits, Side, Step, WhatIf, report};
use crate::tables::{Period, placed_at};
use sha2::{Digest, Sha256};

/// A policy with the history that it reads.
struct Replay<'a> {
    config: &'a Config,
    imported: &'a Imported,
    calendars: Calendars,
    readings: Readings,
    as_of: i64,
}

const SAFE: Style = Style { dialect: Dialect::Rfc4180, is_safe: true };

/// Runs the command.
pub fn run(args: &WhatIfArgs) -> Result<(), Failure> {
    let started = SystemTime::now();
    let mut stages = Stages::new(&args.common);
    if args.set.is_empty() && args.with.is_none() && args.sweep.is_none() {
        return Err(Failure::usage(
            "error: nothing to change\nhint: say `--set clocks.on_site.limit=3h`, `--with other.toml` or `--sweep clocks.on_site.limit=2h..6h/30m`",
        ));
    }
    let base = super::prepare(&args.common)?;
    let changed = changed(args, &base)?;
    let steps = steps(args, &base, &changed)?;
    stages.done("check", || format!("{} policies", steps.len() + 2));

    args.period.iter().try_for_each(|text| super::period::check(&base, text))?;
    let asked = args.common.as_of.as_deref().map(|text| super::as_of(&base, text)).transpose()?;
    let imported = super::read(&base)?;
    super::judge_rejects(&base, &imported)?;
    stages.done("import", || format!("{} tickets", imported.data.tickets.len()));
    let period = match &args.period {
        Some(text) => Some(super::period::resolve(&base, text, asked, imported.data.last_at)?),
        None => None,
    };
    let last_at = imported.data.last_at.unwrap_or(0);
    let as_of = period.as_ref().map_or(asked.unwrap_or(last_at), |period| period.as_of);

    let before = replay(&base, &imported, as_of)?;
    let before_kernel = before.kernel();
    let before_side = before.side(&before_kernel, period.as_ref());
    if !before_side.is_asked.iter().any(|is_asked| *is_asked) {
        let scope = period.as_ref().map_or("all history", |period| period.name.as_str());
        return Err(Failure::new(
            EMPTY,
            format!("error: nothing of {} tickets falls in {scope}", imported.data.tickets.len()),
        ));
    }
    let is_changed = !args.set.is_empty() || args.with.is_some();
    let other = again(&base, &changed, &imported)?;
    let after = replay(&changed, other.as_ref().unwrap_or(&imported), as_of)?;
    let after_kernel = after.kernel();
    let after_side = is_changed.then(|| after.side(&after_kernel, period.as_ref()));
    stages.done("clock", || format!("{} readings", before.readings.rows.len()));
    let mut swept = Vec::new();
    for (value, config) in &steps.policies {
        let own = again(&base, config, &imported)?;
        let step = replay(config, own.as_ref().unwrap_or(&imported), as_of)?;
        swept.push(step.step(value, period.as_ref()));
    }
    stages.done("sweep", || format!("{} values", swept.len()));

    let mut changes: Vec<String> = args.with.iter().map(|path| file_name(path)).collect();
    changes.extend(args.set.iter().cloned());
    let what_if = WhatIf {
        changes,
        scope: period
            .as_ref()
            .map_or("All history".to_owned(), |period| period.label(Locale::EnGb).to_owned()),
        subject: &base.subject,
        zone: base.zone,
        min_n: base.min_n,
        before: &before_side,
        after: after_side.as_ref(),
        sweep: steps.key.as_deref().map(|key| (key, swept.as_slice())),
    };
    let report = report(&what_if);
    let value = value(&what_if, &report, &base);
    let broken = |message: String| Failure::new(OUTPUT, message);
    let mut output = Output::create(&args.out).map_err(broken)?;
    write(&report, &value, base.html_rows, &mut output).map_err(broken)?;
    let manifest = json!({
        "tool": { "name": "sla-report", "version": env!("CARGO_PKG_VERSION") },
        "config_sha256": hex(&Sha256::digest(base.source.as_bytes())),
        "changed_config_sha256": hex(&Sha256::digest(changed.source.as_bytes())),
        "inputs": imported.files,
    });
    let place = output.publish("what-if", manifest, &run_json(started, &stages)).map_err(broken)?;
    if args.json {
        say!("{value:#}");
    } else {
        print(&report);
    }
    if !args.common.quiet {
        tell!("\nWritten to {}", place.join("index.html").display());
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The configuration that history is replayed under: the base's inputs, other rules.
fn changed(args: &WhatIfArgs, base: &Config) -> Result<Config, Failure> {
    let mut source = base.source.clone();
    // Files of holidays lie beside the configuration that names them.
    let mut path = base.path.clone();
    if let Some(with) = &args.with {
        let other = config::source(with).map_err(|problems| Failure::usage(problems.to_string()))?;
        let is_whole = other.parse::<toml::Table>().is_ok_and(|table| table.contains_key("inputs"));
        let combined = match is_whole {
            true => config::rules_of(&source, &other),
            false => config::overlay(&source, &other),
        };
        source = combined.map_err(|error| Failure::usage(format!("error: `{}`: {error}", with.display())))?;
        if is_whole {
            path = with.clone();
        }
    }
    let changed = policy(base, &path, &with_changes(source, &args.set)?)?;
    if !args.common.quiet
        && changed.warnings.items != base.warnings.items
        && !changed.warnings.items.is_empty()
    {
        tell!("{}\n", changed.warnings);
    }
    Ok(changed)
}

fn with_changes(mut source: String, changes: &[String]) -> Result<String, Failure> {
    for change in changes {
        source = config::set(&source, change)
            .map_err(|error| Failure::usage(format!("error: can't set `{change}`: {error}")))?;
    }
    Ok(source)
}

/// Other rules over the base's inputs.
fn policy(base: &Config, path: &Path, source: &str) -> Result<Config, Failure> {
    let named = |mut problems: Diagnostics| {
        // What is shown is no longer what stands in the file.
        problems.origin = format!("{}, as changed", path.display());
        problems
    };
    let other = config::parse(path, source.to_owned())
        .map_err(|problems| Failure::usage(named(problems).to_string()))?;
    let inputs = Inputs { tables: base.inputs.tables.clone(), ..other.inputs };
    let warnings = named(other.warnings);
    Ok(Config { inputs, warnings, dir: base.dir.clone(), limits: base.limits, ..other })
}

/// The policies of a sweep.
struct Steps {
    key: Option<String>,
    policies: Vec<(String, Config)>,
}

impl Steps {
    fn len(&self) -> usize {
        self.policies.len()
    }
}

fn steps(args: &WhatIfArgs, base: &Config, changed: &Config) -> Result<Steps, Failure> {
    let Some(text) = &args.sweep else { return Ok(Steps { key: None, policies: Vec::new() }) };
    let sweep: Sweep =
        text.parse().map_err(|error| Failure::usage(format!("error: `--sweep {text}`: {error}")))?;
    let policies: Result<Vec<_>, Failure> = (sweep.values.into_iter())
        .map(|value| {
            let change = format!("{}={value}", sweep.key);
            let source = with_changes(changed.source.clone(), std::slice::from_ref(&change))?;
            Ok((value, policy(base, &changed.path, &source)?))
        })
        .collect();
    Ok(Steps { key: Some(sweep.key), policies: policies? })
}

/// Reads the exports again where the changes reach into how they are read.
fn again(base: &Config, changed: &Config, imported: &Imported) -> Result<Option<Imported>, Failure> {
    let read =
        |config: &Config| (config.severity.clone(), config.terms.clone(), config.inputs.values.clone());
    if read(base) == read(changed) {
        return Ok(None);
    }
    let contracts = &imported.data.contracts;
    let is_known = |name: &&String| contracts.iter().any(|contract| contract.contract == **name);
    if let Some(unknown) = changed.terms.keys().find(|name| !is_known(name)) {
        let known: Vec<&str> = contracts.iter().map(|contract| contract.contract.as_str()).collect();
        let hint = did_you_mean(unknown, known).map_or(String::new(), |hint| format!("\nhint: {hint}"));
        return Err(Failure::usage(format!("error: no contract `{unknown}` in the list of contracts{hint}")));
    }
    super::read(changed).map(Some)
}

fn replay<'a>(config: &'a Config, imported: &'a Imported, as_of: i64) -> Result<Replay<'a>, Failure> {
    let calendars = super::calendars(config, imported, as_of)?;
    let readings = clock::measure(&config.policy, &imported.data, &calendars, as_of);
    Ok(Replay { config, imported, calendars, readings, as_of })
}

impl Replay<'_> {
    fn kernel(&self) -> Kernel<'_> {
        Kernel::new(&self.config.policy, &self.imported.data, &self.calendars, self.as_of)
    }

    fn is_asked(kernel: &Kernel, reading: &Reading, period: Option<&Period>) -> bool {
        period.is_none_or(|period| period.contains(placed_at(reading, kernel, period)))
    }

    fn side<'s>(&'s self, kernel: &'s Kernel<'s>, period: Option<&Period>) -> Side<'s> {
        let rows = &self.readings.rows;
        Side {
            kernel,
            readings: rows,
            is_asked: rows.iter().map(|reading| Self::is_asked(kernel, reading, period)).collect(),
            credits: self.credits(kernel, period),
        }
    }

    fn step(&self, value: &str, period: Option<&Period>) -> Step {
        let kernel = self.kernel();
        let mut counts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for reading in self.readings.rows.iter().filter(|r| Self::is_asked(&kernel, r, period)) {
            let name = &self.config.policy.clocks[reading.clock as usize].name;
            let count = counts.entry(name.clone()).or_default();
            count.0 += i64::from(reading.verdict.is_kept());
            count.1 += i64::from(reading.verdict.is_missed());
        }
        let targets = self.config.policy.clocks.iter();
        let targets =
            targets.filter_map(|clock| Some((clock.name.clone(), clock.attainment_target?))).collect();
        Step { value: value.to_owned(), counts, targets, credits: self.credits(&kernel, period) }
    }

    /// Service credits of every whole fee period within what is compared.
    fn credits(&self, kernel: &Kernel, period: Option<&Period>) -> Credits {
        let mut credits = Credits::default();
        let mut lengths: Vec<u32> = self.config.policy.credits.iter().map(|plan| plan.months).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let decided = self.readings.rows.iter().map(|reading| reading.decided_at);
        let Some(first_at) = decided.filter(|at| *at > i64::MIN).min() else { return credits };
        let (from_at, until_at) =
            period.map_or((first_at, self.as_of), |period| (period.from_at, period.until_at.min(self.as_of)));
        for months in lengths {
            let mut from = fee_period(local_date(from_at, self.config.zone), months);
            loop {
                let until = from + Months::new(months);
                let (start_at, end_at) = (day_start(self.config, from), day_start(self.config, until));
                if end_at > until_at {
                    break;
                }
                from = until;
                // The first one of all history may have begun before the exports did.
                if period.is_some_and(|period| start_at < period.from_at) {
                    continue;
                }
                let outcomes = clock::outcomes(
                    kernel,
                    &self.readings.rows,
                    &OutcomePeriod {
                        contains: &|reading| start_at <= reading.decided_at && reading.decided_at < end_at,
                        first_on: local_date(start_at, self.config.zone),
                        last_on: local_date(end_at - 1, self.config.zone),
                        months: Some(months),
                        min_n: self.config.min_n,
                    },
                );
                credits.add(&outcomes);
            }
        }
        credits
    }
}

/// The first day of the month, quarter or year of a date.
fn fee_period(date: NaiveDate, months: u32) -> NaiveDate {
    let month0 = date.month0() / months * months;
    NaiveDate::from_ymd_opt(date.year(), month0 + 1, 1).unwrap_or(date)
}

fn write(report: &Report, value: &Value, html_rows: usize, output: &mut Output) -> Result<(), String> {
    for table in tables(report) {
        output.write(&format!("csv/{}.csv", table.slug), &render::csv::table(table, SAFE))?;
        if let Some(figure) = &table.figure
            && let Ok(svg) = render::chart::svg(figure, &table.slug)
        {
            output.write(&format!("charts/{}.svg", table.slug), svg.as_bytes())?;
        }
    }
    output.write("what-if.json", format!("{value:#}\n").as_bytes())?;
    let mut page = report.clone();
    for block in page.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        if let Block::Table(table) = block {
            table.rows.truncate(html_rows);
        }
    }
    output.write("index.html", render::html::page(&page)?.as_bytes())
}

fn tables(report: &Report) -> impl Iterator<Item = &Table> {
    report.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Table(table) => Some(table),
        Block::Definitions(_) => None,
    })
}

/// All that was found, for machines: sentences and tables.
fn value(what_if: &WhatIf, report: &Report, base: &Config) -> Value {
    let utc = |at: i64| {
        chrono::DateTime::from_timestamp(at, 0).map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    let cell = |cell: &Cell, format: Format| match cell {
        Cell::Missing => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(at) if format == Format::Instant => json!(utc(*at)),
        Cell::Int(number) => json!(number),
        Cell::Float(number) => json!((number * 1e6).round() / 1e6),
    };
    let rows = |table: &Table| -> Vec<Value> {
        let row = |row: &Vec<Cell>| -> Value {
            let named = table
                .columns
                .iter()
                .zip(row)
                .map(|(column, value)| (column.name.clone(), cell(value, column.format)));
            Value::Object(named.collect())
        };
        table.rows.iter().map(row).collect()
    };
    let named: serde_json::Map<String, Value> =
        tables(report).map(|table| (table.slug.clone(), json!(rows(table)))).collect();
    json!({
        "schema": "sla-report/what-if/v1",
        "tool": { "name": "sla-report", "version": env!("CARGO_PKG_VERSION") },
        "changes": what_if.changes,
        "sweep": what_if.sweep.map(|(key, _)| key),
        "scope": what_if.scope,
        "as_of": utc(what_if.before.kernel.as_of),
        "zone": base.zone.name(),
        "sentences": report.sections.first().map(|section| &section.sentences),
        "tables": named,
    })
}

/// Rows of a table that are printed; the files have them all.
const PRINTED: usize = 20;

/// The report for a terminal: sentences, then tables in columns.
fn print(report: &Report) {
    say!("{}", report.title);
    for line in &report.header {
        say!("{line}");
    }
    for section in &report.sections {
        let is_first = section.id == "summary";
        for sentence in section.sentences.iter().filter(|_| is_first) {
            say!("\n{sentence}");
        }
        for table in section.blocks.iter().filter_map(|block| match block {
            Block::Table(table) if !table.rows.is_empty() => Some(table),
            _ => None,
        }) {
            say!("\n{}", table.title);
            let table = &shortened(table);
            let zone = report.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC);
            for line in render::text::table(table, zone, PRINTED) {
                say!("  {line}");
            }
            if table.rows.len() > PRINTED {
                say!("  {} of {} rows; the rest is in csv/{}.csv", PRINTED, table.rows.len(), table.slug);
            }
        }
    }
}

/// The rows that tell something on a terminal: of groups, those in which something changes.
fn shortened(table: &Table) -> Table {
    let of = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (Some(dimension), Some(flips), Some(moves)) = (of("dimension"), of("flips"), of("moves")) else {
        return table.clone();
    };
    let tells = |row: &&Vec<Cell>| {
        row[dimension] == Cell::Text("all".to_owned())
            || row[flips] != Cell::Int(0)
            || row[moves] != Cell::Int(0)
    };
    table.with_rows(table.rows.iter().filter(tells).cloned().collect())
}
