//! What was read, in short lists: contracts, assets, files and what was wrong with them.

use chrono::{Datelike, Months};
use polars::prelude::*;

use super::columns::{amounts, instants, numbers, owned, shares, texts};
use super::{Facts, month};
use crate::clock::{Kernel, local_date};
use crate::import::Imported;
use crate::model::{MISSING_AT, Time};
use crate::paper::history::PastMonth;

fn date(value: Option<chrono::NaiveDate>) -> Option<String> {
    value.map(|date| date.to_string())
}

pub fn contracts(kernel: &Kernel) -> PolarsResult<DataFrame> {
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
            amounts("fee_amount", rows.iter().map(|c| c.fee)),
            texts("currency", rows.iter().map(|c| c.currency.as_deref())),
        ],
    )
}

pub fn assets(kernel: &Kernel) -> PolarsResult<DataFrame> {
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

pub fn findings(imported: &Imported) -> PolarsResult<DataFrame> {
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

pub fn files(imported: &Imported) -> PolarsResult<DataFrame> {
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

/// Months that earlier reports tell of.
pub fn history(months: &[PastMonth]) -> PolarsResult<DataFrame> {
    let number = |name: &'static str, of: fn(&PastMonth) -> i64| {
        numbers(name, months.iter().map(move |month| Some(of(month))))
    };
    DataFrame::new(
        months.len(),
        vec![
            texts("decided_month", months.iter().map(|month| Some(month.month.as_str()))),
            texts("clock", months.iter().map(|month| Some(month.clock.as_str()))),
            number("kept", |month| month.kept),
            number("missed", |month| month.missed),
            number("on_target", |month| month.on_target),
            number("closed", |month| month.closed),
            number("overrun_s", |month| month.overrun_s),
        ],
    )
}

/// Months before the last one that are listed: one wrong date makes no thousand of them.
const MAX_MONTHS: u32 = 120;

/// Every local month from the first ticket to the period's last, or to as-of where that is earlier.
pub fn calendar_months(facts: &Facts) -> PolarsResult<DataFrame> {
    let zone = facts.config.zone;
    let opened = &facts.kernel.data.tickets.times[Time::Opened as usize];
    let last = local_date(facts.period.as_of.min(facts.period.until_at - 1), zone);
    let first = opened.iter().min().map_or(last, |at| local_date(*at, zone));
    let first = first.max(last - Months::new(MAX_MONTHS - 1));
    let months = first
        .with_day(1)
        .into_iter()
        .flat_map(|first| (0..).map(move |n| first + Months::new(n)).take_while(|month| *month <= last));
    let names: Vec<Option<String>> = months.map(|month| Some(month.format("%Y-%m").to_string())).collect();
    DataFrame::new(names.len(), vec![owned("month", names.into_iter())])
}

/// What the report is of.
pub fn run(facts: &Facts) -> PolarsResult<DataFrame> {
    let (config, period) = (facts.config, facts.period);
    let (read, used, rejected) = facts.imported.totals();
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
