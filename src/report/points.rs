//! Marks of charts with a numeric x axis, from the result of a query.
//!
//! Answers "which marks does the header ask for, and what do they say?".
//! Limits and bands are the query's: nothing here estimates.

use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, Format, MAX_CURVES, Point, Series, Table, ranked};
use crate::query::Chart;

/// Days in a mean year, for sentences.
const YEAR: f64 = 365.25;
/// Units that a sentence names on one side.
const MAX_NAMED: usize = 3;

/// A mark for each row with numbers in `x` and in the first column of `y`.
///
/// For `mcf`, `y` is the value and optionally the ends of its band; for
/// `funnel` the share and optionally its limits: lower and upper of 95 %,
/// lower and upper of 99.8 %. A row without some of its limits has none, nor
/// has one with a lower limit above its upper one.
pub fn points(chart: &Chart, table: &Table) -> Vec<Point> {
    let at = |name: &String| table.columns.iter().position(|column| column.name == *name);
    let y: Vec<Option<usize>> = chart.y.0.iter().map(at).collect();
    let (Some(x), Some(Some(value))) = (at(&chart.x), y.first().copied()) else {
        return Vec::new();
    };
    let series = chart.series.as_ref().and_then(at);
    let number = |row: &[Cell], column: Option<usize>| number(&row[column?], table.columns[column?].format);
    let nth = |row: &[Cell], index: usize| number(row, y.get(index).copied().flatten());
    table
        .rows
        .iter()
        .filter_map(|row| {
            let is_banded = y.len() == 3;
            let limits = || {
                let limits = [nth(row, 1)?, nth(row, 2)?, nth(row, 3)?, nth(row, 4)?];
                let is_ordered = limits.chunks(2).all(|pair| pair[0] <= pair[1]);
                is_ordered.then_some(limits)
            };
            Some(Point {
                series: series
                    .map_or_else(|| table.columns[value].label.clone(), |column| text(&row[column])),
                x: number(row, Some(x))?,
                y: number(row, Some(value))?,
                lower: nth(row, 1).filter(|_| is_banded),
                upper: nth(row, 2).filter(|_| is_banded),
                limits: limits(),
            })
        })
        .collect()
}

/// The share of all units together: each weighs as much as it has decided.
pub fn mean(points: &[Point]) -> Option<f64> {
    let all: f64 = points.iter().map(|point| point.x).sum();
    let kept: f64 = points.iter().map(|point| point.x * point.y).sum();
    (all > 0.0).then(|| kept / all)
}

/// What a `funnel` shows, in a sentence.
pub fn funnel_takeaway(points: &[Point], locale: Locale) -> String {
    let known = points.iter().filter(|point| point.limits.is_some()).count();
    if known == 0 {
        return phrase!(locale, "No limits are known, so nothing tells chance from difference.");
    }
    let far = |is_far: &dyn Fn(&Point, [f64; 4]) -> bool| -> Vec<&Point> {
        points.iter().filter(|point| point.limits.is_some_and(|limits| is_far(point, limits))).collect()
    };
    let below = far(&|point, [_, _, low, _]| point.y < low);
    let above = far(&|point, [.., high]| point.y > high);
    let within = locale.count((known - below.len() - above.len()) as i64);
    let mut parts = Vec::new();
    if !below.is_empty() {
        parts.push(phrase!(locale, "Lower than chance explains: {units}.", units = named(below, locale)));
    }
    if !above.is_empty() {
        parts.push(phrase!(locale, "Higher than chance explains: {units}.", units = named(above, locale)));
    }
    let limits = locale.share(0.998);
    parts.push(match parts.is_empty() {
        true => phrase!(
            locale,
            "All {n} are within what chance explains ({limits} limits).",
            n = within,
            limits = limits
        ),
        false => phrase!(locale, "Within the {limits} limits: {n}.", limits = limits, n = within),
    });
    parts.join(" ")
}

/// The largest first, as many as a sentence holds.
fn named(mut units: Vec<&Point>, locale: Locale) -> String {
    units.sort_by(|a, b| b.x.total_cmp(&a.x));
    let shown = |unit: &&Point| {
        let of = phrase!(
            locale,
            "{part} of {whole}",
            part = locale.share(unit.y),
            whole = locale.number(unit.x, 0)
        );
        format!("{} ({of})", unit.series)
    };
    few(&units.iter().map(shown).collect::<Vec<_>>(), locale)
}

/// What a `mcf` shows, in a sentence, and which lines are left out.
pub fn mcf_takeaway(points: &[Point], locale: Locale) -> String {
    let names = ranked(points);
    let last =
        |name: &str| points.iter().filter(|point| point.series == name).max_by(|a, b| a.x.total_cmp(&b.x));
    let ends: Vec<String> = names
        .iter()
        .take(MAX_CURVES)
        .filter_map(|name| last(name))
        .map(|end| {
            phrase!(
                locale,
                "{name} {value} at {age}",
                name = end.series,
                value = locale.number(end.y, decimals(end.y)),
                age = age(end.x, locale)
            )
        })
        .collect();
    let mut text = phrase!(locale, "Mean per unit: {ends}.", ends = ends.join(", "));
    if let Some(rest) = names.get(MAX_CURVES..).filter(|rest| !rest.is_empty()) {
        text.push(' ');
        text += &phrase!(locale, "Not drawn, as they have fewer points: {names}.", names = few(rest, locale));
    }
    text
}

/// As many names as a sentence holds, and how many more there are.
pub(super) fn few<T: AsRef<str>>(names: &[T], locale: Locale) -> String {
    let mut shown: Vec<String> = names.iter().take(MAX_NAMED).map(|name| name.as_ref().to_owned()).collect();
    if names.len() > MAX_NAMED {
        shown.push(phrase!(locale, "{n} more", n = locale.count((names.len() - MAX_NAMED) as i64)));
    }
    shown.join(", ")
}

/// As many as the labels of a chart have.
pub(super) fn decimals(value: f64) -> usize {
    match value {
        whole if (whole - whole.round()).abs() < 1e-6 => 0,
        large if large.abs() >= 10.0 => 1,
        _ => 2,
    }
}

fn age(days: f64, locale: Locale) -> String {
    match days {
        days if days >= 3.0 * YEAR => phrase!(locale, "{n} years", n = locale.number(days / YEAR, 1)),
        days if days >= 90.0 => phrase!(locale, "{n} months", n = locale.number(days / YEAR * 12.0, 0)),
        days => phrase!(locale, "{n} days", n = locale.number(days, 0)),
    }
}

/// What a `slope` shows, in a sentence: the largest rise, or that nothing rose.
pub fn slope_takeaway(
    categories: &[String],
    series: &[Series],
    locale: Locale,
    shown: impl Fn(f64) -> String,
) -> String {
    let [.., before, now] = categories else {
        return String::new();
    };
    let last = categories.len() - 1;
    let rise = series
        .iter()
        .filter_map(|one| Some((one, one.values[last - 1]?, one.values[last]?)))
        .max_by(|(_, a0, a1), (_, b0, b1)| (a1 - a0).total_cmp(&(b1 - b0)));
    let new =
        series.iter().filter(|one| one.values[last - 1].is_none() && one.values[last].is_some()).count();
    let mut text = match rise {
        Some((one, from, to)) if to > from => phrase!(
            locale,
            "Largest rise from {before} to {now}: {name}, {from} to {to}.",
            before = before,
            now = now,
            name = one.name,
            from = shown(from),
            to = shown(to)
        ),
        _ => phrase!(locale, "Nothing rose from {before} to {now}.", before = before, now = now),
    };
    let new = match new {
        0 => return text,
        1 => phrase!(locale, "1 is new in {now}.", now = now),
        n => phrase!(locale, "{n} are new in {now}.", n = locale.count(n as i64), now = now),
    };
    text.push(' ');
    text + &new
}

/// A name from a cell.
pub(super) fn text(cell: &Cell) -> String {
    match cell {
        Cell::Missing => "–".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
    }
}

/// A number from a cell; durations in hours.
pub(super) fn number(cell: &Cell, format: Format) -> Option<f64> {
    let value = match cell {
        Cell::Int(number) => *number as f64,
        Cell::Float(number) => *number,
        Cell::Missing | Cell::Text(_) => return None,
    };
    Some(if format == Format::Duration { value / 3600.0 } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{ChartKind, Column};
    use crate::query::Names;

    fn table(columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            label: (*name).to_owned(),
            format: if name.ends_with("_s") { Format::Duration } else { Format::Number },
            fraction: None,
        };
        Table {
            slug: "t".into(),
            title: "T".into(),
            question: None,
            notes: None,
            columns: columns.iter().map(column).collect(),
            total_rows: rows.len(),
            rows,
            is_filterable: false,
            figure: None,
            details: Vec::new(),
        }
    }

    fn chart(kind: ChartKind, x: &str, y: &[&str], series: Option<&str>) -> Chart {
        Chart {
            kind,
            x: x.to_owned(),
            y: Names(y.iter().map(|name| (*name).to_owned()).collect()),
            series: series.map(str::to_owned),
            unit: "%".to_owned(),
        }
    }

    fn row(site: &str, numbers: &[f64]) -> Vec<Cell> {
        let numbers = numbers.iter().map(|n| if n.is_nan() { Cell::Missing } else { Cell::Float(*n) });
        [Cell::Text(site.to_owned())].into_iter().chain(numbers).collect()
    }

    const COLUMNS: [&str; 7] =
        ["site", "decided", "attainment", "lower95", "upper95", "lower998", "upper998"];

    #[test]
    fn a_funnel_has_limits_where_all_four_are_known() {
        let rows = vec![
            row("Porto", &[100.0, 0.7, 0.8, 0.95, 0.75, 0.98]),
            row("Faro", &[300.0, 0.9, 0.85, f64::NAN, 0.8, 0.97]),
            row("Beja", &[f64::NAN, 0.9, 0.85, 0.9, 0.8, 0.97]),
        ];
        let chart = chart(ChartKind::Funnel, "decided", &COLUMNS[2..], Some("site"));
        let points = points(&chart, &table(&COLUMNS, rows));
        assert_eq!(points.len(), 2);
        assert_eq!((points[0].limits, points[0].lower), (Some([0.8, 0.95, 0.75, 0.98]), None));
        assert_eq!(points[1].limits, None);
        assert_eq!(mean(&points), Some(0.85));
        assert_eq!(
            funnel_takeaway(&points, Locale::EnGb),
            "Lower than chance explains: Porto (70.0% of 100). Within the 99.8% limits: 0."
        );
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn a_mcf_has_a_band_and_names_what_is_left_out() {
        let columns = ["model", "age_days", "mcf", "lower", "upper"];
        let mut rows: Vec<Vec<Cell>> =
            ["A", "B", "C", "D"].iter().flat_map(|m| std::iter::repeat_n(row(m, &[0.0; 4]), 2)).collect();
        rows.push(row("E", &[1461.0, 1.5, 1.0, f64::NAN]));
        let chart = chart(ChartKind::Mcf, "age_days", &columns[2..], Some("model"));
        let points = points(&chart, &table(&columns, rows));
        assert_eq!((points[0].lower, points[8].lower, points[8].upper), (Some(0.0), Some(1.0), None));
        assert_eq!(points[8].limits, None);
        assert_eq!(
            mcf_takeaway(&points, Locale::EnGb),
            "Mean per unit: A 0 at 0 days, B 0 at 0 days, C 0 at 0 days, D 0 at 0 days. \
             Not drawn, as they have fewer points: E."
        );
    }

    #[test]
    fn limits_the_wrong_way_round_are_none() {
        let rows = vec![
            // Columns swapped: the share lies below its lower limit and above its upper one.
            row("Porto", &[100.0, 0.7, 0.6, 0.8, 0.9, 0.5]),
            row("Faro", &[100.0, 0.9, 0.95, 0.85, 0.8, 0.97]),
            row("Beja", &[100.0, 0.9, 0.85, 0.95, f64::INFINITY, 0.97]),
            row("Évora", &[100.0, 0.9, 0.9, 0.9, 0.8, 0.97]),
        ];
        let chart = chart(ChartKind::Funnel, "decided", &COLUMNS[2..], Some("site"));
        let points = points(&chart, &table(&COLUMNS, rows));
        let limits: Vec<bool> = points.iter().map(|point| point.limits.is_some()).collect();
        assert_eq!(limits, [false, false, false, true]);
        let en = Locale::EnGb;
        assert_eq!(funnel_takeaway(&points, en), "All 1 are within what chance explains (99.8% limits).");
        let none = "No limits are known, so nothing tells chance from difference.";
        assert_eq!(
            (funnel_takeaway(&points[..3], en).as_str(), funnel_takeaway(&[], en).as_str()),
            (none, none)
        );
    }

    #[test]
    fn a_sentence_names_three() {
        let en = Locale::EnGb;
        assert_eq!(few(&["a", "b", "c"], en), "a, b, c");
        assert_eq!(few(&["a", "b", "c", "d", "e"], en), "a, b, c, 2 more");
    }

    #[test]
    fn unknown_columns_are_no_marks() {
        let chart = chart(ChartKind::Mcf, "age_days", &["mcf"], None);
        assert!(points(&chart, &table(&["model"], vec![row("A", &[])])).is_empty());
    }

    #[test]
    fn a_slope_says_what_rose() {
        let months = ["2026-08".to_owned(), "2026-09".to_owned()];
        let series = [
            Series { name: "a".into(), values: vec![Some(3.0), Some(9.0)] },
            Series { name: "b".into(), values: vec![None, Some(4.0)] },
        ];
        let (en, shown) = (Locale::EnGb, |value| Locale::EnGb.number(value, 0));
        let text = slope_takeaway(&months, &series, en, shown);
        assert_eq!(text, "Largest rise from 2026-08 to 2026-09: a, 3 to 9. 1 is new in 2026-09.");
        assert_eq!(slope_takeaway(&months[..1], &series, en, shown), "");
    }
}
