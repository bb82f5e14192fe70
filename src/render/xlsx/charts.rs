//! The two native charts of the summary, and the cells that they draw.
//!
//! Titles and names of lines are references to cells, never strings: Excel
//! and its writers take a string that starts with `=` for a reference.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rust_xlsxwriter::{
    Chart, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker,
    ChartMarkerType, ChartSolidFill, Worksheet, XlsxError,
};

use super::cells::{Shown, Value};
use super::sheet::{LINE, PROSE, put, words};
use super::summary::FIRST_WIDTH;
use super::text::{lines, safe};
use super::{Context, style};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{ChartKind, Figure, Series, format};

/// Rows that a chart covers.
const ROWS: u32 = 19;
const WIDTH: u32 = 650;
const HEIGHT: u32 = 370;
/// Bars of a Pareto chart; the rest is in the table.
const MAX_BARS: usize = 24;
/// Excel shows no longer text of an object.
const MAX_ALT: usize = 255;
/// Of a name along the axis.
const MAX_NAME: usize = 30;
const GRID: u32 = 0xD1D5DB;

/// Where the cells of a figure are.
struct Place<'a> {
    sheet: &'a str,
    /// Of the title; headers and values follow.
    title: u32,
    rows: u32,
}

impl<'a> Place<'a> {
    fn header(&self, column: u16) -> (&'a str, u32, u16) {
        (self.sheet, self.title + 1, column)
    }

    fn values(&self, column: u16) -> (&'a str, u32, u16, u32, u16) {
        (self.sheet, self.title + 2, column, self.title + 1 + self.rows, column)
    }

    fn cells(&self, columns: usize, locale: Locale) -> String {
        let last = char::from(b'A' + (columns.min(26) as u8).saturating_sub(1));
        phrase!(
            locale,
            "Its values are in {first} to {last}.",
            first = format!("A{}", self.title + 2),
            last = format!("{last}{}", self.title + 2 + self.rows)
        )
    }
}

/// Draws the first line of shares and the first Pareto chart of the report, with their data below.
pub fn write(sheet: &mut Worksheet, context: &Context, name: &str, row: u32) -> Result<(), XlsxError> {
    let figure = |is: &dyn Fn(&Figure) -> bool| {
        context.report.tables().filter_map(|table| table.figure.as_ref()).find(|figure| is(figure))
    };
    let line =
        figure(&|figure| matches!(figure.kind, ChartKind::Line | ChartKind::Spc) && figure.unit == "%");
    let line = line.map(as_line);
    let line = line.as_deref();
    let pareto = figure(&|figure| figure.kind == ChartKind::Pareto && !figure.series.is_empty());
    let mut below = row + if line.is_some() || pareto.is_some() { ROWS + 1 } else { 0 };
    if let Some(figure) = line {
        let place = Place { sheet: name, title: below, rows: figure.categories.len() as u32 };
        below = data(sheet, context, figure, &line_columns(figure), &place)?;
        sheet.insert_chart_with_offset(row, 0, &line_chart(figure, &place), 0, 0)?;
    }
    if let Some(figure) = pareto {
        let rows = figure.categories.len().min(MAX_BARS);
        let place = Place { sheet: name, title: below, rows: rows as u32 };
        data(sheet, context, figure, &pareto_columns(figure), &place)?;
        let x = if line.is_some() { WIDTH + 10 } else { 0 };
        sheet.insert_chart_with_offset(row, 0, &pareto_chart(figure, &place), x, 0)?;
    }
    Ok(())
}

/// The panels of a control chart as lines of one chart, with the target that all share.
fn as_line(figure: &Figure) -> Cow<'_, Figure> {
    if figure.kind == ChartKind::Line {
        return Cow::Borrowed(figure);
    }
    let target = figure.panels.first().and_then(|panel| panel.target);
    let series = figure
        .panels
        .iter()
        .map(|panel| Series { name: panel.name.clone(), values: panel.values.clone() })
        .collect();
    Cow::Owned(Figure {
        series,
        target: target.filter(|_| figure.panels.iter().all(|panel| panel.target == target)),
        ..figure.clone()
    })
}

/// A column of cells under a chart.
struct Drawn {
    name: String,
    values: Vec<Option<f64>>,
    shown: Shown,
}

fn line_columns(figure: &Figure) -> Vec<Drawn> {
    let target = figure.target.map(|target| Drawn {
        name: phrase!(figure.locale, "Target"),
        values: vec![Some(target); figure.categories.len()],
        shown: Shown::Share,
    });
    let series = figure.series.iter().map(|series| Drawn {
        name: series.name.clone(),
        values: series.values.clone(),
        shown: Shown::Share,
    });
    target.into_iter().chain(series).collect()
}

fn pareto_columns(figure: &Figure) -> Vec<Drawn> {
    let values = figure.series.first().map_or(&[][..], |series| &series.values);
    let sums: Vec<f64> = values
        .iter()
        .scan(0.0, |sum, value| {
            *sum += value.unwrap_or(0.0).max(0.0);
            Some(*sum)
        })
        .collect();
    let total = sums.last().copied().unwrap_or(0.0);
    let unit = if figure.unit.is_empty() { String::new() } else { format!(", {}", figure.unit) };
    vec![
        Drawn {
            name: format!("{}{unit}", figure.y_label),
            // As on the page.
            values: match figure.unit.as_str() {
                "h" => values.iter().map(|value| value.map(format::tenths)).collect(),
                _ => values.to_vec(),
            },
            shown: if figure.unit == "%" { Shown::Share } else { Shown::Number(1) },
        },
        Drawn {
            name: phrase!(figure.locale, "Cumulative share"),
            values: sums.iter().map(|sum| (total > 0.0).then(|| sum / total)).collect(),
            shown: Shown::Share,
        },
    ]
}

/// Writes title, headers and values; gives the row after them and a gap.
fn data(
    sheet: &mut Worksheet,
    context: &Context,
    figure: &Figure,
    columns: &[Drawn],
    place: &Place,
) -> Result<u32, XlsxError> {
    let (styles, limit) = (context.styles, context.limits.text);
    words(sheet, (place.title, 0), &safe(&figure.title, limit), &styles.heading)?;
    words(sheet, (place.title + 1, 0), &safe(&figure.x_label, limit), &styles.header)?;
    for (at, column) in columns.iter().enumerate() {
        let at = at as u16 + 1;
        words(sheet, (place.title + 1, at), &safe(&column.name, limit), &styles.header_right)?;
    }
    // The first column is the widest; the others are about this wide.
    let tallest = columns.iter().map(|column| lines(&column.name, 11)).fold(1, usize::max);
    sheet.set_row_height(place.title + 1, tallest as f64 * LINE + 3.0)?;
    for (nth, category) in names(figure, place.rows as usize, limit).into_iter().enumerate() {
        let row = place.title + 2 + nth as u32;
        words(sheet, (row, 0), &category, &styles.wrapped)?;
        // Not every program fits rows by itself.
        let tall = lines(&category, (FIRST_WIDTH * PROSE) as usize);
        if tall > 1 {
            sheet.set_row_height(row, (tall as f64 * LINE).min(409.0))?;
        }
        for (at, column) in columns.iter().enumerate() {
            let value = column.values.get(nth).copied().flatten().filter(|value| value.is_finite());
            let value = value.map_or(Value::Missing, |value| Value::Number(value, column.shown));
            put(sheet, (row, at as u16 + 1), value, context, "")?;
        }
    }
    Ok(place.title + 3 + place.rows)
}

/// Names of the categories: cut where they would squeeze the plot, unless that
/// made two of them alike. The table's own sheet has them whole.
fn names(figure: &Figure, rows: usize, limit: usize) -> Vec<String> {
    let all = |limit: usize| figure.categories.iter().take(rows).map(move |name| safe(name, limit));
    let distinct = |limit: usize| all(limit).collect::<BTreeSet<_>>().len();
    let limit = if distinct(MAX_NAME) == distinct(limit) { MAX_NAME } else { limit };
    all(limit).collect()
}

fn line_chart(figure: &Figure, place: &Place) -> Chart {
    let mut chart = Chart::new_line();
    let first = u16::from(figure.target.is_some());
    if figure.target.is_some() {
        chart
            .add_series()
            .set_name(place.header(1))
            .set_categories(place.values(0))
            .set_values(place.values(1))
            .set_marker(ChartMarker::new().set_none())
            .set_format(
                ChartFormat::new().set_line(
                    ChartLine::new()
                        .set_color(style::CONTEXT)
                        .set_width(1.5)
                        .set_dash_type(ChartLineDashType::Dash),
                ),
            );
    }
    let marks = [
        ChartMarkerType::Circle,
        ChartMarkerType::Square,
        ChartMarkerType::Triangle,
        ChartMarkerType::Diamond,
    ];
    for (at, (colour, mark)) in (0..figure.series.len()).zip(style::LINES.iter().zip(marks).cycle()) {
        let column = first + at as u16 + 1;
        let fill = ChartSolidFill::new().set_color(*colour).clone();
        chart
            .add_series()
            .set_name(place.header(column))
            .set_categories(place.values(0))
            .set_values(place.values(column))
            .set_marker(
                ChartMarker::new()
                    .set_type(mark)
                    .set_size(6)
                    .set_format(ChartFormat::new().set_solid_fill(&fill).set_no_line()),
            )
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(*colour).set_width(2.25)));
    }
    let lowest = figure
        .series
        .iter()
        .flat_map(|series| series.values.iter().copied().flatten())
        .chain(figure.target)
        .fold(1.0, f64::min);
    // Tenths below the lowest value; a line needs no zero.
    let low = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    chart
        .y_axis()
        .set_min(low)
        .set_max(1)
        .set_major_unit(if low < 0.5 { 0.2 } else { 0.1 })
        .set_num_format("0%");
    let columns = figure.series.len() + usize::from(figure.target.is_some()) + 1;
    finish(&mut chart, figure, place, &place.cells(columns, figure.locale));
    chart
}

fn pareto_chart(figure: &Figure, place: &Place) -> Chart {
    let mut chart = Chart::new_column();
    let fill = ChartSolidFill::new().set_color(style::LINES[0]).clone();
    chart
        .add_series()
        .set_name(place.header(1))
        .set_categories(place.values(0))
        .set_values(place.values(1))
        .set_gap(40)
        .set_format(ChartFormat::new().set_solid_fill(&fill));
    let mut line = Chart::new_line();
    let mark = ChartSolidFill::new().set_color(style::LINES[2]).clone();
    line.add_series()
        .set_name(place.header(2))
        .set_categories(place.values(0))
        .set_values(place.values(2))
        .set_secondary_axis(true)
        .set_marker(
            ChartMarker::new()
                .set_type(ChartMarkerType::Diamond)
                .set_size(7)
                .set_format(ChartFormat::new().set_solid_fill(&mark).set_no_line()),
        )
        .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(style::LINES[2]).set_width(2.25)));
    chart.combine(&line);
    chart.y2_axis().set_min(0).set_max(1).set_major_unit(0.25).set_num_format("0%");
    chart.y_axis().set_min(0).set_num_format(if figure.unit == "%" { "0%" } else { "#,##0" });
    let line = phrase!(figure.locale, "The line is the cumulative share of all bars.");
    let words = format!("{line} {}", place.cells(3, figure.locale));
    finish(&mut chart, figure, place, &words);
    chart
}

/// Title, text for those who can't see it, size and grid, the same for both.
fn finish(chart: &mut Chart, figure: &Figure, place: &Place, words: &str) {
    let title = ChartFont::new().set_size(12).set_bold().clone();
    chart.title().set_name((place.sheet, place.title, 0)).set_font(&title);
    chart.y_axis().set_major_gridlines_line(ChartLine::new().set_color(GRID).set_width(0.75));
    // Below, the names of the axis would run into it.
    chart.legend().set_position(ChartLegendPosition::Top);
    let text = format!("{}. {} {words}", figure.title.trim_end_matches('.'), figure.description);
    chart.set_alt_text(safe(&text, MAX_ALT)).set_width(WIDTH).set_height(HEIGHT);
}
