//! What SQL may see: tickets, clocks, segments and the rest as Polars frames.
//!
//! Instants are milliseconds since 1970-01-01T00:00:00Z without a zone (that
//! is, UTC); `_s` columns are seconds; what is missing is null.

use polars::prelude::*;

use crate::clock::{Kernel, Reading, Readings, Scratch, StatusClass, Verdict, local_date};
use crate::config::Config;
use crate::import::Imported;
use crate::model::{MISSING_AT, TEXT_COLUMNS, TIME_COLUMNS, Text, TextColumn, Time, instant};

/// The half-open span of time that a report is about, and when it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// As in paths, such as `2026-09`.
    pub name: String,
    /// As on paper, such as `September 2026`.
    pub label: String,
    /// Where the period before starts, which ends where this one starts; seconds UTC.
    pub before_at: i64,
    /// The period before on paper, such as `August 2026`.
    pub before_label: String,
    /// Seconds UTC.
    pub from_at: i64,
    /// Seconds UTC, excluded.
    pub until_at: i64,
    pub as_of: i64,
}

impl Period {
    /// Whether an instant lies in the period.
    pub fn contains(&self, at: i64) -> bool {
        self.from_at <= at && at < self.until_at
    }
}

/// The frames, by name, in the order of the documentation.
pub struct Tables {
    pub frames: Vec<(&'static str, DataFrame)>,
}

impl Tables {
    /// One of the frames.
    pub fn get(&self, name: &str) -> Option<&DataFrame> {
        self.frames.iter().find(|(known, _)| *known == name).map(|(_, frame)| frame)
    }
}

/// Frames that are written as Parquet.
pub const DATA: [&str; 5] = ["tickets", "clocks", "segments", "contracts", "assets"];

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

fn column(name: &str, column: &TextColumn) -> Column {
    texts(name, column.codes.iter().map(|&code| column.dictionary.get(code)))
}

fn numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Int64Chunked::from_iter_options(name.into(), values).into_series().into()
}

fn shares(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Float64Chunked::from_iter_options(name.into(), values).into_series().into()
}

fn flags(name: &str, values: impl Iterator<Item = bool>) -> Column {
    BooleanChunked::from_iter_values(name.into(), values).into_series().into()
}

fn instants(name: &str, values: impl Iterator<Item = i64>) -> Column {
    let milliseconds = values.map(|at| instant(at).map(|at| at * 1000));
    Int64Chunked::from_iter_options(name.into(), milliseconds)
        .into_datetime(TimeUnit::Milliseconds, None)
        .into_series()
        .into()
}

/// The local month of an instant as `YYYY-MM`.
pub fn month(at: i64, zone: chrono_tz::Tz) -> String {
    local_date(at, zone).format("%Y-%m").to_string()
}

/// Months of many instants: most share a few, so each distinct one is made once.
fn months(name: &str, zone: chrono_tz::Tz, values: impl Iterator<Item = i64>) -> Column {
    use chrono::Datelike;
    let mut column = TextColumn::default();
    let mut known: rustc_hash::FxHashMap<(i32, u32), u32> = rustc_hash::FxHashMap::default();
    for at in values {
        if at == MISSING_AT {
            column.push("");
            continue;
        }
        let date = local_date(at, zone);
        let code = *known
            .entry((date.year(), date.month()))
            .or_insert_with(|| column.dictionary.intern(&date.format("%Y-%m").to_string()));
        column.codes.push(code);
    }
    self::column(name, &column)
}

/// The instant that puts a reading into a period: when it was decided; as-of
/// while it is undecided; else when its ticket was opened.
pub fn placed_at(reading: &Reading, kernel: &Kernel, period: &Period) -> i64 {
    match reading.verdict {
        verdict if verdict.is_kept() || verdict.is_missed() => reading.decided_at,
        verdict if verdict.is_undecided() => period.from_at.max(period.as_of.min(period.until_at - 1)),
        _ => kernel.data.tickets.times[Time::Opened as usize][reading.ticket as usize],
    }
}

/// Builds all frames.
///
/// # Errors
/// What Polars says.
pub fn build(
    config: &Config,
    imported: &Imported,
    kernel: &Kernel,
    readings: &Readings,
    period: &Period,
) -> PolarsResult<Tables> {
    Ok(Tables {
        frames: vec![
            ("tickets", tickets(config, kernel, period)?),
            ("clocks", clocks(config, kernel, readings, period)?),
            ("segments", segments(config, kernel, readings)?),
            ("contracts", contracts(kernel)?),
            ("assets", assets(kernel)?),
            ("rejects", rejects(imported)?),
            ("findings", findings(imported)?),
            ("files", files(imported)?),
            ("run", run(config, imported, period)?),
        ],
    })
}

fn tickets(config: &Config, kernel: &Kernel, period: &Period) -> PolarsResult<DataFrame> {
    let tickets = &kernel.data.tickets;
    let rows = 0..tickets.len();
    let opened = &tickets.times[Time::Opened as usize];
    let mut columns = vec![texts("ticket_id", rows.clone().map(|row| Some(tickets.ticket_id.get(row))))];
    for (name, times) in TIME_COLUMNS.iter().zip(&tickets.times) {
        columns.push(instants(name, times.iter().copied()));
    }
    for (name, text) in TEXT_COLUMNS.iter().zip(&tickets.texts) {
        columns.push(column(name, text));
    }
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let mut scratch = Scratch::default();
    let (mut class, mut resolved, mut over, mut reopens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut coverage, mut contract) = (Vec::new(), Vec::new());
    for row in rows.clone() {
        kernel.timeline(row, &mut scratch);
        class.push(kernel.status_class(row, &scratch.timeline).name());
        let own = |time| tickets.at(row, time).filter(|at| *at <= period.as_of);
        let is_over = scratch.timeline.is_over();
        let by_history = scratch.timeline.resolves.last().copied().filter(|_| is_over);
        let by_column = own(Time::Resolved).or(own(Time::Closed));
        let last = scratch.timeline.stretches.last();
        let ended = match kernel.status_class(row, &scratch.timeline) {
            // Merged, cancelled and the like are off the desk, though never resolved.
            StatusClass::Excluded(_) => {
                match last.filter(|last| matches!(last.class, StatusClass::Excluded(_))) {
                    Some(last) => Some(last.from_at),
                    None => by_column.or(own(Time::Opened)),
                }
            }
            _ if scratch.timeline.tells_status => by_history,
            _ => by_column,
        };
        // A ticket can't have ended before it was opened; the finding says so.
        resolved.push(ended.map_or(MISSING_AT, |at| at.max(opened[row])));
        over.push(ended.is_some());
        let counted = i64::from(tickets.reopen_count[row]);
        reopens.push((scratch.timeline.gaps.len() as i64).max(counted.max(0)));
        let entitlement = kernel.entitlement(row);
        coverage.push(entitlement.coverage.name());
        contract.push(entitlement.contract.map(|index| kernel.data.contracts[index].contract.as_str()));
    }
    columns.extend([
        texts("summary", rows.clone().map(|row| Some(tickets.summary.get(row)).filter(|s| !s.is_empty()))),
        texts("activity", rows.clone().map(|row| Some(tickets.activity.get(row)).filter(|s| !s.is_empty()))),
        texts("status_class", class.into_iter().map(some)),
        texts("coverage", coverage.into_iter().map(some)),
        texts("contract", contract.into_iter()),
        numbers("reopens", reopens.into_iter().map(Some)),
        instants("ended_at", resolved.iter().copied()),
        months("opened_month", config.zone, opened.iter().copied()),
        months("ended_month", config.zone, resolved.iter().copied()),
        flags("is_open", over.iter().zip(opened).map(|(over, opened)| !over && *opened <= period.as_of)),
        flags("is_opened_in_period", opened.iter().map(|&at| period.contains(at) && at <= period.as_of)),
        flags("is_ended_in_period", resolved.iter().map(|&at| period.contains(at))),
    ]);
    for (name, extra) in &tickets.extras {
        columns.push(column(name, extra));
    }
    DataFrame::new(tickets.len(), columns)
}

fn clocks(config: &Config, kernel: &Kernel, readings: &Readings, period: &Period) -> PolarsResult<DataFrame> {
    let tickets = &kernel.data.tickets;
    let rows = &readings.rows;
    let clocks = &config.policy.clocks;
    let of = |text: Text| {
        let column = tickets.column(text);
        rows.iter().map(move |r| column.get(r.ticket as usize))
    };
    let seconds = |at: i64| instant(at);
    let entitlements: Vec<_> = (0..tickets.len()).map(|row| kernel.entitlement(row)).collect();
    let contract =
        |r: &Reading| entitlements[r.ticket as usize].contract.map(|index| &kernel.data.contracts[index]);
    let columns = vec![
        texts("ticket_id", rows.iter().map(|r| Some(tickets.ticket_id.get(r.ticket as usize)))),
        texts("clock", rows.iter().map(|r| Some(clocks[r.clock as usize].name.as_str()))),
        numbers("clock_order", rows.iter().map(|r| Some(i64::from(r.clock)))),
        texts("verdict", rows.iter().map(|r| Some(r.verdict.name()))),
        texts("reason", rows.iter().map(|r| Some(r.reason.name()).filter(|s| !s.is_empty()))),
        texts(
            "severity",
            rows.iter().map(|r| config.policy.severities.get(r.severity as usize).map(String::as_str)),
        ),
        instants("opened_at", rows.iter().map(|r| tickets.times[0][r.ticket as usize])),
        instants("started_at", rows.iter().map(|r| r.started_at)),
        instants("stopped_at", rows.iter().map(|r| r.stopped_at)),
        instants("due_at", rows.iter().map(|r| r.due_at)),
        instants("decided_at", rows.iter().map(|r| r.decided_at)),
        numbers("elapsed_s", rows.iter().map(|r| seconds(r.elapsed_s))),
        numbers("target_s", rows.iter().map(|r| seconds(r.target_s))),
        numbers("limit_s", rows.iter().map(|r| seconds(r.limit_s))),
        numbers("overrun_s", rows.iter().map(|r| Some(r.overrun_s))),
        numbers("paused_s", rows.iter().map(|r| Some(r.paused_s))),
        numbers("closed_hours_s", rows.iter().map(|r| Some(r.closed_hours_s))),
        numbers("cycles", rows.iter().map(|r| Some(i64::from(r.cycles)))),
        numbers("reopens", rows.iter().map(|r| Some(i64::from(r.reopens)))),
        texts(
            "calendar",
            rows.iter().map(|r| Some(config.policy.calendars[r.calendar as usize].spec.name.as_str())),
        ),
        texts("confidence", rows.iter().map(|r| Some(if r.has_history { "high" } else { "low" }))),
        months("decided_month", config.zone, rows.iter().map(|r| r.decided_at)),
        months("opened_month", config.zone, rows.iter().map(|r| tickets.times[0][r.ticket as usize])),
        flags("is_kept", rows.iter().map(|r| r.verdict.is_kept())),
        flags("is_missed", rows.iter().map(|r| r.verdict.is_missed())),
        flags("is_on_target", rows.iter().map(|r| r.verdict == Verdict::Met)),
        flags("is_closed_only", rows.iter().map(|r| r.verdict.is_kept() || r.verdict == Verdict::Breached)),
        flags("is_undecided", rows.iter().map(|r| r.verdict.is_undecided())),
        flags("is_in_period", rows.iter().map(|r| period.contains(placed_at(r, kernel, period)))),
        texts("coverage", rows.iter().map(|r| Some(entitlements[r.ticket as usize].coverage.name()))),
        texts("contract", rows.iter().map(|r| contract(r).map(|c| c.contract.as_str()))),
        shares(
            "attainment_target",
            rows.iter().map(|r| {
                contract(r).and_then(|c| c.attainment_target).or(clocks[r.clock as usize].attainment_target)
            }),
        ),
        texts("request_type", of(Text::RequestType)),
        texts("customer", of(Text::Customer)),
        texts("site", of(Text::Site)),
        texts("product", of(Text::Product)),
        texts("category", of(Text::Category)),
        texts("group_name", of(Text::Group)),
        texts("source_verdict", of(Text::SourceVerdict)),
    ];
    DataFrame::new(rows.len(), columns)
}

fn segments(config: &Config, kernel: &Kernel, readings: &Readings) -> PolarsResult<DataFrame> {
    let rows = &readings.segments;
    let values = &kernel.data.events.values;
    let tickets = &kernel.data.tickets;
    DataFrame::new(
        rows.len(),
        vec![
            texts("ticket_id", rows.iter().map(|s| Some(tickets.ticket_id.get(s.ticket as usize)))),
            texts("clock", rows.iter().map(|s| Some(config.policy.clocks[s.clock as usize].name.as_str()))),
            texts("kind", rows.iter().map(|s| Some(s.kind.name()))),
            texts("status", rows.iter().map(|s| values.get(s.status))),
            texts("group_name", rows.iter().map(|s| values.get(s.group))),
            texts("assignee", rows.iter().map(|s| values.get(s.assignee))),
            numbers("segment_s", rows.iter().map(|s| Some(s.seconds))),
        ],
    )
}

fn date(value: Option<chrono::NaiveDate>) -> Option<String> {
    value.map(|date| date.to_string())
}

fn owned(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

fn contracts(kernel: &Kernel) -> PolarsResult<DataFrame> {
    let rows = &kernel.data.contracts;
    let warranty = |c: &crate::model::Contract| {
        c.licence_on.map(|on| crate::clock::warranty_end(on, kernel.policy.warranty_months))
    };
    DataFrame::new(
        rows.len(),
        vec![
            texts("contract", rows.iter().map(|c| Some(c.contract.as_str()))),
            texts("customer", rows.iter().map(|c| Some(c.customer.as_str()))),
            texts("site", rows.iter().map(|c| c.site.as_deref())),
            texts("product", rows.iter().map(|c| c.product.as_deref())),
            owned("licence_on", rows.iter().map(|c| date(c.licence_on))),
            owned("warranty_end_on", rows.iter().map(|c| date(warranty(c)))),
            owned("start_on", rows.iter().map(|c| date(c.start_on))),
            owned("end_on", rows.iter().map(|c| date(c.end_on))),
            texts("calendar", rows.iter().map(|c| c.calendar.as_deref())),
            texts("target_set", rows.iter().map(|c| c.target_set.as_deref())),
            shares("attainment_target", rows.iter().map(|c| c.attainment_target)),
        ],
    )
}

fn assets(kernel: &Kernel) -> PolarsResult<DataFrame> {
    let rows = &kernel.data.assets;
    DataFrame::new(
        rows.len(),
        vec![
            texts("asset", rows.iter().map(|a| Some(a.asset.as_str()))),
            texts("site", rows.iter().map(|a| a.site.as_deref())),
            texts("model", rows.iter().map(|a| a.model.as_deref())),
            texts("serial", rows.iter().map(|a| a.serial.as_deref())),
            owned("installed_on", rows.iter().map(|a| date(a.installed_on))),
            owned("retired_on", rows.iter().map(|a| date(a.retired_on))),
        ],
    )
}

/// The rejected rows.
///
/// # Errors
/// What Polars says.
pub fn rejects(imported: &Imported) -> PolarsResult<DataFrame> {
    let rows = &imported.rejects;
    DataFrame::new(
        rows.len(),
        vec![
            texts("source", rows.iter().map(|r| Some(r.table))),
            texts("file", rows.iter().map(|r| Some(r.file.as_str()))),
            numbers("line", rows.iter().map(|r| Some(r.line as i64))),
            texts("code", rows.iter().map(|r| Some(r.code.name()))),
            texts("column_name", rows.iter().map(|r| Some(r.column.as_str()).filter(|c| !c.is_empty()))),
            texts("found", rows.iter().map(|r| Some(r.found.as_str()))),
            texts("expected", rows.iter().map(|r| Some(r.expected.as_str()))),
            texts("meaning", rows.iter().map(|r| Some(r.code.meaning()))),
        ],
    )
}

fn findings(imported: &Imported) -> PolarsResult<DataFrame> {
    let rows = &imported.findings;
    DataFrame::new(
        rows.len(),
        vec![
            texts("source", rows.iter().map(|f| Some(f.table))),
            texts("code", rows.iter().map(|f| Some(f.code.name()))),
            texts("subject", rows.iter().map(|f| Some(f.subject.as_str()))),
            numbers("findings", rows.iter().map(|f| Some(f.count as i64))),
            texts("first_place", rows.iter().map(|f| Some(f.first_at.as_str()))),
            texts("meaning", rows.iter().map(|f| Some(f.code.meaning()))),
        ],
    )
}

fn files(imported: &Imported) -> PolarsResult<DataFrame> {
    let rows = &imported.files;
    let covered = |at: Option<i64>| at.unwrap_or(MISSING_AT);
    DataFrame::new(
        rows.len(),
        vec![
            texts("source", rows.iter().map(|f| Some(f.table))),
            texts("file", rows.iter().map(|f| Some(f.file.as_str()))),
            numbers("rows_read", rows.iter().map(|f| Some(f.read as i64))),
            numbers("rows_used", rows.iter().map(|f| Some(f.used as i64))),
            numbers("rows_rejected", rows.iter().map(|f| Some(f.rejected as i64))),
            instants("first_at", rows.iter().map(|f| covered(f.first_at))),
            instants("last_at", rows.iter().map(|f| covered(f.last_at))),
            texts("sha256", rows.iter().map(|f| Some(f.sha256.as_str()))),
        ],
    )
}

fn run(config: &Config, imported: &Imported, period: &Period) -> PolarsResult<DataFrame> {
    let (read, used, rejected) = imported.totals();
    let one = |value: i64| std::iter::once(Some(value));
    DataFrame::new(
        1,
        vec![
            texts("period", std::iter::once(Some(period.name.as_str()))),
            instants("from_at", std::iter::once(period.from_at)),
            instants("until_at", std::iter::once(period.until_at)),
            instants("as_of_at", std::iter::once(period.as_of)),
            owned("last_month", std::iter::once(Some(month(period.until_at - 1, config.zone)))),
            numbers("min_n", one(config.min_n)),
            numbers("rows_read", one(read as i64)),
            numbers("rows_used", one(used as i64)),
            numbers("rows_rejected", one(rejected as i64)),
            texts("version", std::iter::once(Some(env!("CARGO_PKG_VERSION")))),
        ],
    )
}
