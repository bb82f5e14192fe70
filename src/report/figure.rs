//! Charts and sparks from the results of queries.

use super::points::{self, number, text};
use super::{Inputs, cells, position, result, spc, story, used};
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{ChartKind, Figure, Format, Series, Table};
use crate::query::Chart;

/// Months in a spark.
const SPARK_MONTHS: usize = 13;

/// Months in a chart over time.
pub const CHART_MONTHS: usize = 24;

/// What a query's header asks to draw; `None` where the result is empty.
pub fn figure(inputs: &Inputs, chart: &Chart, table: &Table) -> Option<Figure> {
    let locale = inputs.config.locale;
    match chart.kind {
        ChartKind::Mcf | ChartKind::Funnel => return marked(chart, table, locale),
        ChartKind::Heatmap => return cells::figure(chart, table, locale),
        ChartKind::Spc => return spc::figure(inputs.kpis, chart, table, locale),
        ChartKind::Ecdf => return used::figure(inputs.config.min_n, chart, table, locale),
        ChartKind::Waterfall => return story::waterfall(chart, table, locale),
        ChartKind::Timeline => return story::timeline(inputs.config.zone, chart, table, locale),
        ChartKind::Line | ChartKind::Bar | ChartKind::Hbar | ChartKind::Pareto | ChartKind::Slope => {}
    }
    let x = position(table, &chart.x)?;
    let split = chart.series.as_ref().and_then(|name| position(table, name));
    let mut categories: Vec<String> = Vec::new();
    for row in &table.rows {
        let category = text(&row[x]);
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    let limit = if chart.kind == ChartKind::Slope { 2 } else { CHART_MONTHS };
    if table.columns[x].format == Format::Date {
        categories.sort();
        categories.drain(..categories.len().saturating_sub(limit));
    }
    let mut series: Vec<Series> = Vec::new();
    for name in &chart.y.0 {
        let y = position(table, name)?;
        let format = table.columns[y].format;
        for row in &table.rows {
            let Some(at) = categories.iter().position(|category| *category == text(&row[x])) else {
                continue;
            };
            let label = match split {
                Some(split) => text(&row[split]),
                None => table.columns[y].label.clone(),
            };
            let index = series.iter().position(|known| known.name == label).unwrap_or_else(|| {
                series.push(Series { name: label, values: vec![None; categories.len()] });
                series.len() - 1
            });
            series[index].values[at] = number(&row[y], format);
        }
    }
    if split.is_some() {
        order(inputs, &mut series);
    }
    if table.columns[x].format == Format::Word {
        categories.iter_mut().for_each(|category| *category = worded(inputs, category));
    }
    if categories.is_empty() {
        return None;
    }
    let y = position(table, chart.y.0.first()?)?;
    let targets: Vec<f64> = inputs.kpis.iter().filter_map(|kpi| kpi.attainment_target).collect();
    let is_attainment = chart.y.0.iter().any(|name| name == "attainment");
    // One line can only stand for a target that all clocks share.
    let target = targets.first().copied().filter(|first| is_attainment && targets.iter().all(|t| t == first));
    let description = match chart.kind {
        ChartKind::Slope => {
            points::slope_takeaway(&categories, &series, locale, |value| shown(&chart.unit, value, locale))
        }
        // Bars side by side are no parts of a sum.
        ChartKind::Bar if series.len() > 1 => latest(&chart.unit, &categories, &series, locale),
        _ if table.columns[x].format == Format::Date => latest(&chart.unit, &categories, &series, locale),
        _ => largest(&chart.unit, &categories, &series, locale),
    };
    Some(Figure {
        x_label: table.columns[x].label.clone(),
        y_label: match (chart.y.0.len(), chart.unit.as_str()) {
            (1, _) => table.columns[y].label.clone(),
            (_, "h") => phrase!(locale, "Hours"),
            _ => String::new(),
        },
        categories,
        series,
        target,
        ..empty(chart.kind, table, &chart.unit, description, locale)
    })
}

/// `resolution, missed` with the clock's label, and words of ours in the reader's language.
fn worded(inputs: &Inputs, text: &str) -> String {
    let one = |part: &str| match inputs.kpis.iter().find(|kpi| kpi.clock == part) {
        Some(kpi) => kpi.label.clone(),
        None => inputs.config.locale.word(part),
    };
    text.split(", ").map(one).collect::<Vec<_>>().join(", ")
}

/// A figure of a table without axes and marks.
pub fn empty(kind: ChartKind, table: &Table, unit: &str, description: String, locale: Locale) -> Figure {
    Figure {
        locale,
        kind,
        title: table.title.clone(),
        description,
        x_label: String::new(),
        y_label: String::new(),
        unit: locale.text(unit).to_owned(),
        categories: Vec::new(),
        series: Vec::new(),
        points: Vec::new(),
        target: None,
        panels: Vec::new(),
        spans: Vec::new(),
    }
}

/// A figure of marks at numbers; `None` where the result has none.
fn marked(chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let label = |name: &str| Some(table.columns[position(table, name)?].label.clone());
    let points = points::points(chart, table);
    let is_funnel = chart.kind == ChartKind::Funnel;
    (!points.is_empty()).then_some(())?;
    let description = match is_funnel {
        true => points::funnel_takeaway(&points, locale),
        false => points::mcf_takeaway(&points, locale),
    };
    Some(Figure {
        x_label: label(&chart.x)?,
        y_label: label(chart.y.0.first()?)?,
        target: points::mean(&points).filter(|_| is_funnel),
        points,
        ..empty(chart.kind, table, &chart.unit, description, locale)
    })
}

fn shown(unit: &str, value: f64, locale: Locale) -> String {
    match unit {
        "%" => locale.share(value),
        "h" => format!("{} h", locale.number(format::tenths(value), 1)),
        _ => locale.number(value, 0),
    }
}

/// What the figure shows, in a sentence: the last point in time.
fn latest(unit: &str, categories: &[String], series: &[Series], locale: Locale) -> String {
    let last = categories.last().map_or("", String::as_str);
    let value = |one: &Series| Some(format!("{} {}", one.name, shown(unit, (*one.values.last()?)?, locale)));
    let values: Vec<String> = series.iter().filter_map(value).collect();
    phrase!(locale, "In {month}: {values}.", month = last, values = values.join(", "))
}

/// What the figure shows, in a sentence: the largest bar, all its parts together.
fn largest(unit: &str, categories: &[String], series: &[Series], locale: Locale) -> String {
    let total = |at: usize| series.iter().filter_map(|one| one.values[at]).sum::<f64>();
    let largest = (0..categories.len()).max_by(|a, b| total(*a).total_cmp(&total(*b)));
    largest.map_or_else(String::new, |at| {
        let value = shown(unit, total(at), locale);
        phrase!(locale, "Largest: {name}, {value}.", name = categories[at], value = value)
    })
}

/// Clocks under their labels, in the policy's order; segments in the order of the process.
fn order(inputs: &Inputs, series: &mut [Series]) {
    let kinds = ["queue", "work", "waiting", "closed_hours"];
    let rank = |name: &str| {
        let clock = inputs.kpis.iter().position(|kpi| kpi.clock == name);
        clock.or_else(|| kinds.iter().position(|kind| *kind == name)).unwrap_or(usize::MAX)
    };
    series.sort_by_key(|one| (rank(&one.name), one.name.clone()));
    for one in series {
        if let Some(kpi) = inputs.kpis.iter().find(|kpi| kpi.clock == one.name) {
            one.name = kpi.label.clone();
        }
        one.name = inputs.config.locale.text(&one.name.replace('_', " ")).to_owned();
    }
}

/// Attainment of the last months of one clock, oldest first.
pub fn spark(inputs: &Inputs, clock: &str) -> Vec<Option<f64>> {
    let Some(table) = result(inputs, "attainment_by_month") else { return Vec::new() };
    let at = |name| position(table, name);
    let (Some(month), Some(own), Some(value)) = (at("decided_month"), at("clock"), at("attainment")) else {
        return Vec::new();
    };
    let mut months: Vec<String> = table.rows.iter().map(|row| text(&row[month])).collect();
    months.dedup();
    let first = months.len().saturating_sub(SPARK_MONTHS);
    months[first..]
        .iter()
        .map(|wanted| {
            let row =
                table.rows.iter().find(|row| text(&row[month]) == *wanted && text(&row[own]) == clock)?;
            number(&row[value], Format::Share)
        })
        .collect()
}
