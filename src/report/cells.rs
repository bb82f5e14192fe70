//! Values in rows and columns, as a heatmap.
//!
//! Answers "at which hours of which weekdays?". Rates are the query's: what it
//! leaves empty, because there were too few, stays blank.

use super::points::{number, text};
use super::{figure, position};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, ChartKind, Figure, Format, Point, Series, Table};
use crate::query::Chart;

/// Columns of `x` in ascending order if they are numbers, rows of `series` in
/// the order of the result; `y` is the value and optionally a flag, 1 or 0, for
/// the cells within the outline.
pub fn figure(chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let (x, value) = (position(table, &chart.x)?, position(table, chart.y.0.first()?)?);
    let flag = chart.y.0.get(1).and_then(|name| position(table, name));
    let split = chart.series.as_ref().and_then(|name| position(table, name));
    let mut categories: Vec<String> = Vec::new();
    let mut series: Vec<Series> = Vec::new();
    let name = |row: &[Cell]| match split {
        None => table.columns[value].label.clone(),
        Some(split) if table.columns[split].format == Format::Word => {
            locale.text(&text(&row[split])).to_owned()
        }
        Some(split) => text(&row[split]),
    };
    for row in &table.rows {
        let category = text(&row[x]);
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    if categories.iter().all(|category| category.parse::<f64>().is_ok()) {
        categories.sort_by(|a, b| a.parse().unwrap_or(0.0_f64).total_cmp(&b.parse().unwrap_or(0.0)));
    }
    let mut points = Vec::new();
    for row in &table.rows {
        let (name, own) = (name(row), text(&row[x]));
        let at = categories.iter().position(|category| *category == own)?;
        let index = series.iter().position(|known| known.name == name).unwrap_or_else(|| {
            series.push(Series { name: name.clone(), values: vec![None; categories.len()] });
            series.len() - 1
        });
        series[index].values[at] = number(&row[value], table.columns[value].format);
        let is_inside = flag.and_then(|flag| number(&row[flag], Format::Bool)).is_some_and(|flag| flag > 0.0);
        if is_inside {
            let x = at as f64;
            points.push(Point { series: name, x, y: 1.0, lower: None, upper: None, limits: None });
        }
    }
    if categories.is_empty() {
        return None;
    }
    if points.len() == categories.len() * series.len() {
        // An outline around all says nothing.
        points.clear();
    }
    let fraction = |row: &[Cell]| {
        let (part, whole) = table.columns[value].fraction?;
        let count = |column: usize| number(&row[column], Format::Count).map(|count| count as i64);
        Some(locale.fraction(count(part)?, count(whole)?))
    };
    let of = |series: &str, category: &str| {
        let is_own = |row: &&Vec<Cell>| name(row) == series && text(&row[x]) == category;
        table.rows.iter().find(is_own).and_then(|row| fraction(row))
    };
    let sentence = takeaway(&chart.unit, &categories, &series, &points, of, locale);
    Some(Figure {
        x_label: table.columns[x].label.clone(),
        y_label: table.columns[value].label.clone(),
        categories,
        series,
        points,
        ..figure::empty(ChartKind::Heatmap, table, &chart.unit, sentence, locale)
    })
}

/// Where it is most and, with an outline, whether that lies within.
fn takeaway(
    unit: &str,
    categories: &[String],
    series: &[Series],
    inside: &[Point],
    fraction: impl Fn(&str, &str) -> Option<String>,
    locale: Locale,
) -> String {
    let cells = series.iter().flat_map(|one| {
        one.values.iter().enumerate().filter_map(move |(at, value)| Some((one.name.as_str(), at, (*value)?)))
    });
    // Of equals the first.
    let most = cells.fold(None, |most: Option<(&str, usize, f64)>, cell| match most {
        Some(most) if most.2 >= cell.2 => Some(most),
        _ => Some(cell),
    });
    let Some((row, at, value)) = most else {
        return phrase!(locale, "Too few everywhere to show a value.");
    };
    let is_inside = inside.iter().any(|point| point.series == row && point.x as usize == at);
    let at = &categories[at];
    let mut value = match unit {
        "%" => locale.share(value),
        _ => format!("{} {}", locale.number(value, 1), locale.text(unit)).trim_end().to_owned(),
    };
    if let Some(fraction) = fraction(row, at) {
        value += &format!(" ({fraction})");
    }
    match (inside.is_empty(), is_inside) {
        (true, _) => phrase!(locale, "Most on {row} at {at}: {value}.", row = row, at = at, value = value),
        (_, true) => phrase!(
            locale,
            "Most on {row} at {at}: {value}, within support hours.",
            row = row,
            at = at,
            value = value
        ),
        (_, false) => phrase!(
            locale,
            "Most on {row} at {at}: {value}, outside support hours.",
            row = row,
            at = at,
            value = value
        ),
    }
}
