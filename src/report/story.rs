//! Where the time of a ticket or a group went, as a waterfall or a timeline.
//!
//! Answers "how does all the time become the time that counts, and what
//! happened when?". Adds nothing to what the query says.

use chrono_tz::Tz;

use super::points::{number, text};
use super::{figure, position};
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, ChartKind, Figure, MAX_CURVES, Series, Span, SpanKind, Table};
use crate::query::Chart;

/// Instants that a sentence names; of more, only so many, and the limit.
const MAX_TOLD: usize = 10;
const MAX_FIRST: usize = 3;

/// A group for each of the first rows, named by `x`: `y` is all the time, one
/// or more parts of it that don't count, what counts, and the limit.
pub fn waterfall(chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let x = position(table, &chart.x)?;
    let y: Vec<usize> = chart.y.0.iter().map(|name| position(table, name)).collect::<Option<_>>()?;
    let value = |row: &[Cell], column: usize| number(&row[column], table.columns[column].format);
    let rows = table.rows.iter().take(MAX_CURVES);
    let series: Vec<Series> = rows
        .map(|row| Series {
            name: text(&row[x]),
            values: y.iter().map(|column| value(row, *column)).collect(),
        })
        .collect();
    let categories: Vec<String> = y.iter().map(|column| table.columns[*column].label.clone()).collect();
    let shown = |value: f64| match chart.unit.as_str() {
        "%" | "h" => figure::shown(&chart.unit, value, locale),
        unit => format!("{} {unit}", figure::shown(unit, value, locale)).trim_end().to_owned(),
    };
    let sentence = |one: &Series| {
        let [all, parts @ .., counted, limit] = one.values.as_slice() else {
            return None;
        };
        let parts: Vec<String> = parts
            .iter()
            .zip(&categories[1..])
            .filter_map(|(value, name)| Some(format!("{} {}", shown((*value)?), name.to_lowercase())))
            .collect();
        let counted = (*counted)?;
        let against = match limit {
            Some(limit) if counted > *limit => phrase!(
                locale,
                ", {over} over the limit of {limit}",
                over = shown(counted - limit),
                limit = shown(*limit)
            ),
            Some(limit) => phrase!(locale, ", within the limit of {limit}", limit = shown(*limit)),
            None => String::new(),
        };
        Some(phrase!(
            locale,
            "{name}: {all} less {parts} leaves {counted}{against}.",
            name = one.name,
            all = shown((*all)?),
            parts = parts.join(" + "),
            counted = shown(counted),
            against = against
        ))
    };
    let mut sentences: Vec<String> = series.iter().filter_map(sentence).collect();
    if table.rows.len() > MAX_CURVES {
        let all = locale.count(table.rows.len() as i64);
        sentences.push(phrase!(locale, "The first {n} of {all}.", n = MAX_CURVES, all = all));
    }
    (!sentences.is_empty()).then(|| Figure {
        y_label: if chart.unit == "h" { phrase!(locale, "Hours") } else { String::new() },
        categories: categories.clone(),
        series,
        ..figure::empty(ChartKind::Waterfall, table, &chart.unit, sentences.join(" "), locale)
    })
}

/// The rows of one ticket: `x` is the instant from which, `y` the instant until
/// which, and the kind; `series` names the status or what happened.
///
/// Kinds are those of `segments` (`queue`, `work`, `waiting`, `closed_hours`),
/// `limit`, and `event`, which has no end.
pub fn timeline(zone: Tz, chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let at = |name: Option<&String>| position(table, name?);
    let (from, until, kind) = (at(Some(&chart.x))?, at(chart.y.0.first())?, at(chart.y.0.get(1))?);
    let names = at(chart.series.as_ref())?;
    let instant = |cell: &Cell| match cell {
        Cell::Int(at) => Some(*at),
        _ => None,
    };
    let first = table.rows.iter().filter_map(|row| instant(&row[from])).min()?;
    // As numbers of an own query may be no instants at all.
    let hours = |at: i64| at.saturating_sub(first) as f64 / 3600.0;
    let mut spans = Vec::new();
    let mut told = Vec::new();
    for row in &table.rows {
        let Some(from) = instant(&row[from]) else {
            continue;
        };
        let kind = match text(&row[kind]).as_str() {
            "waiting" => SpanKind::Paused,
            "closed_hours" => SpanKind::Closed,
            "limit" => SpanKind::Limit,
            "event" => SpanKind::Event,
            _ => SpanKind::Running,
        };
        let name = text(&row[names]).replace('_', " ");
        let is_instant = matches!(kind, SpanKind::Event | SpanKind::Limit);
        let name = match is_instant {
            true => format!("{name} {}", format::instant(from, zone)),
            false => name,
        };
        if is_instant {
            told.push((from, name.clone(), kind == SpanKind::Limit));
        }
        let end = instant(&row[until]).filter(|end| !is_instant && *end >= from).unwrap_or(from);
        spans.push(Span { kind, name, from_h: hours(from), until_h: hours(end) });
    }
    told.sort();
    let description = match told.is_empty() {
        true => String::new(),
        false => phrase!(locale, "In order: {told}.", told = in_order(told, locale)),
    };
    Some(Figure {
        x_label: phrase!(locale, "Real time since the start"),
        spans,
        ..figure::empty(ChartKind::Timeline, table, "", description, locale)
    })
}

/// All of a few instants; of many the first ones, the limit, and how many more there are.
fn in_order(told: Vec<(i64, String, bool)>, locale: Locale) -> String {
    let all = told.len();
    let is_told = |at: usize, is_limit: bool| all <= MAX_TOLD || at < MAX_FIRST || is_limit;
    let mut names: Vec<String> = told
        .into_iter()
        .enumerate()
        .filter_map(|(at, (_, name, is_limit))| is_told(at, is_limit).then_some(name))
        .collect();
    if names.len() < all {
        names.push(phrase!(locale, "{n} more", n = locale.count((all - names.len()) as i64)));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_instants_the_first_and_the_limit_are_told() {
        let told = |all: i64| -> Vec<(i64, String, bool)> {
            (1..=all).map(|at| (at, format!("e{at}"), at == all - 1)).collect()
        };
        assert_eq!(in_order(told(3), Locale::EnGb), "e1, e2, e3");
        assert_eq!(in_order(told(10), Locale::EnGb), "e1, e2, e3, e4, e5, e6, e7, e8, e9, e10");
        assert_eq!(in_order(told(12), Locale::EnGb), "e1, e2, e3, e11, 8 more");
    }
}
