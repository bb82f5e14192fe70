//! Figures as SVG that scales, prints and follows the page's text colour.
//!
//! Answers "how is this figure drawn?". Leaves out on purpose what it says:
//! title, description and order come with the figure.

mod bar;
mod callouts;
pub mod colour;
mod ecdf;
mod ends;
mod finish;
mod frame;
mod funnel;
mod hbar;
mod heatmap;
mod lane;
mod line;
mod mcf;
mod plane;
mod png;
mod scale;
mod slope;
mod spark;
mod spc;
mod text;
mod timeline;
mod waterfall;

use std::error::Error;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};

use crate::paper::locale::phrase;
use crate::paper::{ChartKind, Figure};

pub use lane::{lane, look, span};
pub use png::png;
pub use spark::sparkline;

/// Twice the width on paper: plotters rounds coordinates to whole pixels.
const WIDTH: u32 = 1440;
const HEIGHT: u32 = 640;
/// For a line of one or two points.
const LOW: u32 = 400;

/// Keeps a figure under 60 KB; other kinds draw a part instead and say so.
const MAX_MARKS: usize = 480;
/// As `MAX_MARKS`, where each has its value in writing.
const MAX_CELLS: usize = 240;

/// What a float holds to the unit; nothing beyond is drawn.
const MAX: f64 = 1e15;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Fallible<T> = Result<T, Box<dyn Error>>;
type Drawn = Fallible<()>;

/// The figure as one `<svg>` element without width and height.
///
/// `id_prefix` keeps ids apart where several figures share a page. The error
/// is a sentence for the reader: a figure without values is not drawn.
pub fn svg(figure: &Figure, id_prefix: &str) -> Result<String, String> {
    let locale = figure.locale;
    if figure.kind == ChartKind::Ecdf && figure.points.is_empty() && !figure.description.is_empty() {
        // Which lines there would be, and why they aren't drawn.
        return Err(figure.description.clone());
    }
    if is_empty(figure) {
        return Err(phrase!(locale, "Nothing to chart: no values in this period."));
    }
    if figure.kind == ChartKind::Slope && figure.categories.len() < 2 {
        return Err(phrase!(locale, "Nothing to compare: there is only one column of values."));
    }
    if figure.kind == ChartKind::Funnel && plane::drawable(figure).len() < 2 {
        return Err(phrase!(locale, "Nothing to compare: there is only one value."));
    }
    let marks = figure.categories.len() * figure.series.len().max(figure.panels.len());
    let most = match figure.kind {
        ChartKind::Line | ChartKind::Bar | ChartKind::Spc => MAX_MARKS,
        ChartKind::Heatmap | ChartKind::Waterfall => MAX_CELLS,
        _ => usize::MAX,
    };
    if marks > most {
        return Err(phrase!(
            locale,
            "{n} values are too many to chart; the CSV file has them.",
            n = locale.count(marks as i64)
        ));
    }
    let mut raw = String::new();
    let height = draw(figure, &mut raw)
        .map_err(|error| phrase!(locale, "This chart can't be drawn: {error}.", error = error))?;
    Ok(finish::finish(&raw, figure, id_prefix, height))
}

fn is_empty(figure: &Figure) -> bool {
    match figure.kind {
        ChartKind::Mcf | ChartKind::Funnel | ChartKind::Ecdf => plane::drawable(figure).is_empty(),
        ChartKind::Slope => slope::lines(figure).is_empty(),
        ChartKind::Spc => !figure.panels.iter().any(spc::is_drawable),
        ChartKind::Waterfall => waterfall::groups(figure).is_empty(),
        ChartKind::Timeline => !timeline::is_drawable(figure),
        ChartKind::Line | ChartKind::Bar | ChartKind::Hbar | ChartKind::Pareto | ChartKind::Heatmap => {
            let mut values = figure.series.iter().flat_map(|series| series.values.iter().flatten());
            figure.categories.is_empty() || !values.any(has_place)
        }
    }
}

/// Draws into `raw` and returns the height of the canvas.
fn draw(figure: &Figure, raw: &mut String) -> Fallible<u32> {
    text::register()?;
    let height = match figure.kind {
        ChartKind::Line if figure.categories.len() < 3 => LOW,
        ChartKind::Line | ChartKind::Bar | ChartKind::Mcf | ChartKind::Funnel | ChartKind::Ecdf => HEIGHT,
        ChartKind::Slope => slope::height(figure),
        ChartKind::Heatmap => heatmap::height(figure)?,
        ChartKind::Spc => spc::height(figure),
        ChartKind::Waterfall => waterfall::height(figure),
        ChartKind::Timeline => timeline::height(figure)?,
        ChartKind::Hbar | ChartKind::Pareto => hbar::height(figure)?,
    };
    let area = SVGBackend::with_string(raw, (WIDTH, height)).into_drawing_area();
    match figure.kind {
        ChartKind::Line => line::draw(figure, &area)?,
        ChartKind::Bar => bar::draw(figure, &area)?,
        ChartKind::Hbar => hbar::draw(figure, &area)?,
        ChartKind::Pareto => hbar::draw_pareto(figure, &area)?,
        ChartKind::Mcf => mcf::draw(figure, &area)?,
        ChartKind::Funnel => funnel::draw(figure, &area)?,
        ChartKind::Slope => slope::draw(figure, &area)?,
        ChartKind::Heatmap => heatmap::draw(figure, &area)?,
        ChartKind::Spc => spc::draw(figure, &area)?,
        ChartKind::Ecdf => ecdf::draw(figure, &area)?,
        ChartKind::Waterfall => waterfall::draw(figure, &area)?,
        ChartKind::Timeline => timeline::draw(figure, &area)?,
    }
    area.present()?;
    Ok(height)
}

/// The value at a place, if there is one that can be drawn.
fn at(values: &[Option<f64>], index: usize) -> Option<f64> {
    values.get(index).copied().flatten().filter(has_place)
}

/// Whether a number has a place on paper.
fn has_place(value: &f64) -> bool {
    value.abs() <= MAX
}

#[cfg(test)]
mod tests;
