//! A report is one SQL file: header, run, checks.
//!
//! Answers "what does this question's table say?". The header is TOML in the
//! leading `--` lines; the rest is one SELECT or WITH over the tables.

mod header;
mod sql;

pub use header::{Chart, Header, Names};

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, thread};

use polars::prelude::*;
use polars::sql::SQLContext;
use rustc_hash::FxHashSet;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::paper::{Cell, Column as Heading, Format, Table};
use crate::tables::{Tables, Wanted};

/// A checked query.
#[derive(Debug, Clone)]
pub struct Query {
    /// File name without its ending; name of the CSV.
    pub slug: String,
    pub header: Header,
    pub sql: String,
}

/// The queries that come with the program, in order of name.
const OWN: [(&str, &str); 34] = [
    ("area_tickets", include_str!("../../queries/area_tickets.sql")),
    ("areas", include_str!("../../queries/areas.sql")),
    ("areas_by_overrun", include_str!("../../queries/areas_by_overrun.sql")),
    ("arrivals_by_hour", include_str!("../../queries/arrivals_by_hour.sql")),
    ("attainment_by_contract", include_str!("../../queries/attainment_by_contract.sql")),
    ("attainment_by_month", include_str!("../../queries/attainment_by_month.sql")),
    ("attainment_by_severity", include_str!("../../queries/attainment_by_severity.sql")),
    ("attainment_by_site", include_str!("../../queries/attainment_by_site.sql")),
    ("audit", include_str!("../../queries/audit.sql")),
    ("audit_examples", include_str!("../../queries/audit_examples.sql")),
    ("audit_tickets", include_str!("../../queries/audit_tickets.sql")),
    ("billable", include_str!("../../queries/billable.sql")),
    ("bursts", include_str!("../../queries/bursts.sql")),
    ("contract_outcome", include_str!("../../queries/contract_outcome.sql")),
    ("entitlement", include_str!("../../queries/entitlement.sql")),
    ("failures_by_age", include_str!("../../queries/failures_by_age.sql")),
    ("findings", include_str!("../../queries/findings.sql")),
    ("held_by_group", include_str!("../../queries/held_by_group.sql")),
    ("miss_patterns", include_str!("../../queries/miss_patterns.sql")),
    ("missed", include_str!("../../queries/missed.sql")),
    ("missed_by_hour", include_str!("../../queries/missed_by_hour.sql")),
    ("missing_facts", include_str!("../../queries/missing_facts.sql")),
    ("models", include_str!("../../queries/models.sql")),
    ("modules_now", include_str!("../../queries/modules_now.sql")),
    ("open_overdue", include_str!("../../queries/open_overdue.sql")),
    ("overrun_by_module", include_str!("../../queries/overrun_by_module.sql")),
    ("rejects_by_code", include_str!("../../queries/rejects_by_code.sql")),
    ("sites_and_chance", include_str!("../../queries/sites_and_chance.sql")),
    ("source_files", include_str!("../../queries/source_files.sql")),
    ("tickets", include_str!("../../queries/tickets.sql")),
    ("units", include_str!("../../queries/units.sql")),
    ("used_by_severity", include_str!("../../queries/used_by_severity.sql")),
    ("volumes", include_str!("../../queries/volumes.sql")),
    ("where_time_went", include_str!("../../queries/where_time_went.sql")),
];

/// The program's own queries and those in the user's folder, in the order of
/// pages; a file of the user's replaces one of ours that has its name.
///
/// # Errors
/// Everything that is wrong with any of the files.
pub fn load(folder: Option<&Path>) -> Result<Vec<Query>, Vec<Diagnostics>> {
    let mut sources: std::collections::BTreeMap<String, (String, String)> = OWN
        .iter()
        .map(|(slug, text)| ((*slug).to_owned(), (format!("queries/{slug}.sql"), (*text).to_owned())))
        .collect();
    let mut problems = Vec::new();
    if let Some(folder) = folder {
        let unreadable = |error: std::io::Error| Diagnostics {
            origin: folder.display().to_string(),
            source: String::new(),
            items: vec![Diagnostic::error(None, format!("can't read the folder of queries: {error}"))],
        };
        let entries = std::fs::read_dir(folder).map_err(|error| vec![unreadable(error)])?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let Some(slug) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if path.extension().is_some_and(|ending| ending == "sql") {
                match std::fs::read_to_string(&path) {
                    Ok(text) => {
                        sources.insert(slug.to_owned(), (path.display().to_string(), text));
                    }
                    Err(error) => problems.push(unreadable(error)),
                }
            }
        }
    }
    let mut queries = Vec::new();
    for (slug, (origin, text)) in sources {
        match parse(&slug, &text) {
            Ok(query) => queries.push(query),
            Err(items) => problems.push(Diagnostics { origin, source: text, items }),
        }
    }
    queries.sort_by_key(|query| query.header.order);
    if problems.is_empty() { Ok(queries) } else { Err(problems) }
}

/// Reads one file.
///
/// # Errors
/// What is wrong with its header or its SQL, with places.
pub fn parse(slug: &str, text: &str) -> Result<Query, Vec<Diagnostic>> {
    let (header, body) = header::parse(text)?;
    sql::check(text, body)?;
    Ok(Query { slug: slug.to_owned(), header, sql: text[body..].trim().trim_end_matches(';').to_owned() })
}

/// A query that has no header, typed by hand.
///
/// # Errors
/// What is wrong with its SQL, with places.
pub fn ad_hoc(sql: &str) -> Result<Query, Diagnostics> {
    let header = Header { title: "query".to_owned(), ..Header::default() };
    match sql::check(sql, 0) {
        Ok(()) => {
            Ok(Query { slug: "query".to_owned(), header, sql: sql.trim().trim_end_matches(';').to_owned() })
        }
        Err(items) => Err(Diagnostics { origin: "query".to_owned(), source: sql.to_owned(), items }),
    }
}

/// What queries ask the tables for.
pub fn wanted(queries: &[Query]) -> Wanted {
    let mut words: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for query in queries {
        let Some(asked) = sql::asked(&query.sql) else { return Wanted::all() };
        for (table, columns) in asked {
            words.entry(table).or_default().extend(columns);
        }
    }
    Wanted::named(words)
}

/// Runs queries, as many at a time as there are `threads`; the results are in their order.
///
/// # Errors
/// As [`run`], of the first that fails.
pub fn run_all(queries: &[Query], tables: &Tables, threads: usize) -> Result<Vec<Table>, String> {
    let next = AtomicUsize::new(0);
    let run_some = || {
        let nth = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        nth.map_while(|nth| Some((nth, run(queries.get(nth)?, tables)))).collect::<Vec<_>>()
    };
    let mut results: Vec<(usize, Result<Table, String>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run_some)).collect();
        threads.into_iter().flat_map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    results.sort_unstable_by_key(|(nth, _)| *nth);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Runs a query and its checks.
///
/// # Errors
/// A sentence that names the query and what failed.
pub fn run(query: &Query, tables: &Tables) -> Result<Table, String> {
    let fail = |what: String| format!("error: query `{}`: {what}", query.slug);
    let mut context = SQLContext::new();
    for (name, frame) in &tables.frames {
        context.register(name, frame.clone());
    }
    let frame =
        context.execute(&query.sql).and_then(LazyFrame::collect).map_err(|error| fail(told(&error)))?;
    for check in &query.header.checks {
        let mut context = SQLContext::new();
        context.register("result", frame.clone().lazy());
        // A null is not true either, and Polars' `IS NOT TRUE` doesn't say so of every null.
        let sql =
            format!("SELECT COALESCE(SUM(CASE WHEN ({check}) THEN 0 ELSE 1 END), 0) AS failures FROM result");
        let failures = context
            .execute(&sql)
            .and_then(LazyFrame::collect)
            .and_then(|counted| counted.column("failures")?.get(0)?.try_extract::<i64>())
            .map_err(|error| fail(format!("check `{check}`: {error}")))?;
        if failures > 0 {
            return Err(fail(format!(
                "check `{check}` is not true in {failures} of {} rows",
                frame.height()
            )));
        }
    }
    table(query, &frame, !query.header.key.is_empty()).map_err(fail)
}

/// What Polars says, without its plan, which is nobody's own words.
fn told(error: &PolarsError) -> String {
    let text = error.to_string();
    text.split("\n\nResolved plan until failure").next().unwrap_or_default().to_owned()
}

fn table(query: &Query, frame: &DataFrame, has_key: bool) -> Result<Table, String> {
    let header = &query.header;
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
    let find = |name: &str| {
        names.iter().position(|known| *known == name).ok_or_else(|| {
            format!("the header names a column `{name}` that the result doesn't have ({})", names.join(", "))
        })
    };
    let mut columns = Vec::with_capacity(names.len());
    let mut cells: Vec<Vec<Cell>> = Vec::with_capacity(names.len());
    for column in frame.columns() {
        let name = column.name().as_str();
        let fraction = match header.fractions.get(name) {
            Some(pair) => Some((find(&pair[0])?, find(&pair[1])?)),
            None if name == "attainment" => find("kept").ok().zip(find("decided").ok()),
            None => None,
        };
        let label = header.labels.get(name).cloned().unwrap_or_else(|| header::label(name));
        let (mut format, values) = values(column).map_err(|error| error.to_string())?;
        if format == Format::Text && header.words.iter().any(|own| own == name) {
            format = Format::Word;
        }
        columns.push(Heading { name: name.to_owned(), label, format, fraction });
        cells.push(values);
    }
    let rows: Vec<Vec<Cell>> = (0..frame.height())
        .map(|row| {
            cells.iter_mut().map(|column| std::mem::replace(&mut column[row], Cell::Missing)).collect()
        })
        .collect();
    for row in rows.iter().flatten() {
        if matches!(row, Cell::Float(value) if !value.is_finite()) {
            return Err("the result holds an infinite number or NaN; guard divisors with NULLIF".to_owned());
        }
    }
    let key = header.key.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = FxHashSet::default();
    for row in &rows {
        let own: Vec<String> = key.iter().map(|&at| format!("{:?}", row[at])).collect();
        if key.iter().any(|&at| row[at] == Cell::Missing) {
            return Err(format!("the key ({}) is null in a row", header.key.join(", ")));
        }
        if has_key && !seen.insert(own.clone()) {
            return Err(format!("the key ({}) is not unique: {}", header.key.join(", "), own.join(", ")));
        }
    }
    if let Some(chart) = &header.chart {
        for name in [&chart.x].into_iter().chain(&chart.y.0).chain(&chart.series) {
            find(name)?;
        }
    }
    Ok(Table {
        slug: query.slug.clone(),
        title: header.title.clone(),
        question: header.question.clone(),
        notes: header.notes.clone(),
        columns,
        total_rows: rows.len(),
        rows,
        is_filterable: header.is_filterable,
        figure: None,
        details: Vec::new(),
    })
}

/// A frame as a table without header, chart or checks.
///
/// # Errors
/// What Polars says.
pub fn plain(slug: &str, title: &str, frame: &DataFrame) -> Result<Table, String> {
    let header = Header { title: title.to_owned(), ..Header::default() };
    table(&Query { slug: slug.to_owned(), header, sql: String::new() }, frame, false)
}

/// The cells of a column, and how they are to be read: by the ending of its name.
fn values(column: &Column) -> PolarsResult<(Format, Vec<Cell>)> {
    let name = column.name().as_str();
    let series = column.as_materialized_series();
    Ok(match series.dtype() {
        DataType::String => {
            let format = match name {
                "verdict" => Format::Verdict,
                _ if name.ends_with("_on") || name.ends_with("_month") => Format::Date,
                _ => Format::Text,
            };
            let text = |value: Option<&str>| value.map_or(Cell::Missing, |v| Cell::Text(v.to_owned()));
            (format, series.str()?.iter().map(text).collect())
        }
        DataType::Boolean => {
            let flag = |value: Option<bool>| value.map_or(Cell::Missing, |v| Cell::Int(i64::from(v)));
            (Format::Bool, series.bool()?.iter().map(flag).collect())
        }
        DataType::Datetime(..) => {
            let physical = series.cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?;
            let physical = physical.cast(&DataType::Int64)?;
            let at = |value: Option<i64>| value.map_or(Cell::Missing, |v| Cell::Int(v.div_euclid(1000)));
            (Format::Instant, physical.i64()?.iter().map(at).collect())
        }
        DataType::Float32 | DataType::Float64 => {
            let wide = series.cast(&DataType::Float64)?;
            let is_share = name.contains("attainment") || name.ends_with("share") || name.ends_with("ratio");
            if name.ends_with("_s") {
                let whole = |value: Option<f64>| value.map_or(Cell::Missing, |v| Cell::Int(v.round() as i64));
                return Ok((Format::Duration, wide.f64()?.iter().map(whole).collect()));
            }
            let number = |value: Option<f64>| value.map_or(Cell::Missing, Cell::Float);
            let format = match is_share {
                true => Format::Share,
                false if name.ends_with("_amount") => Format::Money,
                false => Format::Number,
            };
            (format, wide.f64()?.iter().map(number).collect())
        }
        _ => {
            let wide = series.cast(&DataType::Int64)?;
            let format = if name.ends_with("_s") { Format::Duration } else { Format::Count };
            let number = |value: Option<i64>| value.map_or(Cell::Missing, Cell::Int);
            (format, wide.i64()?.iter().map(number).collect())
        }
    })
}
