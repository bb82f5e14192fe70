//! Charts and sparks from the results of queries.

use super::points::{self, number, text};
use super::{Inputs, cells, position, result, spc, story, used};
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, ChartKind, DRAWN_ROWS, Figure, Format, Series, Table};
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
        ChartKind::Heatmap => return heatmap(chart, table, locale),
        ChartKind::Spc => return spc::figure(inputs.kpis, chart, table, locale),
        ChartKind::Ecdf => {
            let min_n = inputs.config.min_n;
            return used::figure(min_n, chart, table, locale)
                .or_else(|| without_lines(min_n, chart, table, locale));
        }
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
    let left_out = match chart.kind {
        ChartKind::Pareto => largest_first(&mut categories, &mut series),
        _ => Vec::new(),
    };
    let y = position(table, chart.y.0.first()?)?;
    let targets: Vec<f64> = inputs.kpis.iter().filter_map(|kpi| kpi.attainment_target).collect();
    let is_attainment = chart.y.0.iter().any(|name| name == "attainment");
    // One line can only stand for a target that all clocks share.
    let target = targets.first().copied().filter(|first| is_attainment && targets.iter().all(|t| t == first));
    let mut description = match chart.kind {
        ChartKind::Slope => {
            points::slope_takeaway(&categories, &series, locale, |value| shown(&chart.unit, value, locale))
        }
        // Bars side by side are no parts of a sum, nor are lines.
        ChartKind::Bar | ChartKind::Line if series.len() > 1 => {
            latest(&chart.unit, &categories, &series, locale)
        }
        // In a Pareto chart the last one is the smallest.
        kind if kind != ChartKind::Pareto && table.columns[x].format == Format::Date => {
            latest(&chart.unit, &categories, &series, locale)
        }
        _ => largest(&chart.unit, &categories, &series, locale),
    };
    if !left_out.is_empty() {
        let names = points::few(&left_out, locale);
        description +=
            &format!(" {}", phrase!(locale, "Left out, as they have no value: {names}.", names = names));
        description = description.trim_start().to_owned();
    }
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

/// A value as the chart's labels have it, without a unit other than `%` and `h`.
pub(super) fn shown(unit: &str, value: f64, locale: Locale) -> String {
    match unit {
        "%" => locale.share(value),
        "h" => format!("{} h", locale.number(format::tenths(value), 1)),
        _ => locale.number(value, points::decimals(value)),
    }
}

/// Puts the largest first and takes out what has no value, unless nothing has one; returns its names.
fn largest_first(categories: &mut Vec<String>, series: &mut [Series]) -> Vec<String> {
    let values: Vec<Option<f64>> = series.first().map_or_else(Vec::new, |one| one.values.clone());
    let mut order: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_some()).collect();
    if order.is_empty() {
        return Vec::new();
    }
    order.sort_by(|a, b| values[*b].unwrap_or(0.0).total_cmp(&values[*a].unwrap_or(0.0)));
    let left_out = (0..values.len()).filter(|at| values[*at].is_none());
    let left_out: Vec<String> = left_out.map(|at| categories[at].clone()).collect();
    *categories = order.iter().map(|at| categories[*at].clone()).collect();
    for one in series {
        one.values = order.iter().map(|at| one.values[*at]).collect();
    }
    left_out
}

/// A heatmap draws its first rows only, and its sentence is of those.
fn heatmap(chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let all = cells::figure(chart, table, locale)?;
    let split = chart.series.as_ref().and_then(|name| position(table, name));
    let Some(split) = split.filter(|_| all.series.len() > DRAWN_ROWS) else {
        return Some(all);
    };
    let mut drawn: Vec<String> = Vec::new();
    let mut is_drawn = |row: &[Cell]| {
        let name = text(&row[split]);
        let is_known = drawn.contains(&name);
        if !is_known && drawn.len() < DRAWN_ROWS {
            drawn.push(name);
            return true;
        }
        is_known
    };
    let rows = table.rows.iter().filter(|row| is_drawn(row)).cloned().collect();
    let first = cells::figure(chart, &table.with_rows(rows), locale)?;
    let rest = phrase!(
        locale,
        "The first {n} of {all}.",
        n = DRAWN_ROWS,
        all = locale.count(all.series.len() as i64)
    );
    Some(Figure { description: format!("{} {rest}", first.description), ..all })
}

/// A figure of no lines that says why there are none; `None` where that isn't for want of tickets.
fn without_lines(min_n: i64, chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let at = |name: Option<&String>| position(table, name?);
    let (x, ended, open) = (at(Some(&chart.x))?, at(chart.y.0.first())?, at(chart.y.0.get(1))?);
    let split = at(chart.series.as_ref());
    let mut names: Vec<String> = Vec::new();
    let mut tickets: Vec<[f64; 2]> = Vec::new();
    for row in &table.rows {
        let value = |column: usize| number(&row[column], table.columns[column].format);
        let Some(_) = value(x) else {
            continue;
        };
        let name = split.map_or_else(String::new, |split| text(&row[split]));
        let index = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            tickets.push([0.0; 2]);
            names.len() - 1
        });
        for (count, column) in tickets[index].iter_mut().zip([ended, open]) {
            *count += value(column).unwrap_or(0.0).max(0.0);
        }
    }
    let least = min_n.max(1);
    let sentence = match tickets.iter().all(|[ended, open]| ended + open < least as f64) {
        true if names.len() == 1 => {
            phrase!(locale, "Fewer than {n} tickets, so there is no line.", n = locale.count(least))
        }
        true => phrase!(
            locale,
            "Fewer than {n} tickets each, so there are no lines: {names}.",
            n = locale.count(least),
            names = points::few(&names, locale)
        ),
        false if tickets.iter().all(|[ended, _]| *ended == 0.0) => {
            phrase!(locale, "No ticket has ended yet, so there are no lines.")
        }
        false => return None,
    };
    (!names.is_empty()).then(|| empty(ChartKind::Ecdf, table, "%", sentence, locale))
}

/// What the figure shows, in a sentence: the last point in time.
fn latest(unit: &str, categories: &[String], series: &[Series], locale: Locale) -> String {
    let last = categories.last().map_or("", String::as_str);
    let value = |one: &Series| Some(format!("{} {}", one.name, shown(unit, (*one.values.last()?)?, locale)));
    let values: Vec<String> = series.iter().filter_map(value).collect();
    if values.is_empty() {
        return String::new();
    }
    phrase!(locale, "In {month}: {values}.", month = last, values = values.join(", "))
}

/// What the figure shows, in a sentence: the largest bar, all its parts together.
fn largest(unit: &str, categories: &[String], series: &[Series], locale: Locale) -> String {
    let total = |at: usize| series.iter().filter_map(|one| one.values[at]).sum::<f64>();
    let largest = (0..categories.len()).max_by(|a, b| total(*a).total_cmp(&total(*b)));
    // Of all that are 0 none is the largest.
    let largest = largest.filter(|_| (0..categories.len()).any(|at| total(at) != 0.0));
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
    let (months, _) = spc::months(table.rows.iter().map(|row| text(&row[month])).collect());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Column;
    use crate::query::Names;

    const EN: Locale = Locale::EnGb;

    fn table(columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            label: (*name).to_owned(),
            format: Format::Number,
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
            unit: String::new(),
        }
    }

    fn series(values: &[f64]) -> Vec<Series> {
        let values = values.iter().map(|value| value.is_finite().then_some(*value)).collect();
        vec![Series { name: "n".into(), values }]
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_pareto_starts_with_the_largest_and_leaves_out_what_has_no_value() {
        let (mut categories, mut values) =
            (names(&["a", "b", "c", "d"]), series(&[1.0, f64::NAN, 1.0, 50.0]));
        assert_eq!(largest_first(&mut categories, &mut values), ["b"]);
        // Of equals the query's first comes first.
        assert_eq!(categories, ["d", "a", "c"]);
        assert_eq!(values[0].values, [Some(50.0), Some(1.0), Some(1.0)]);
        let (mut categories, mut values) = (names(&["a"]), series(&[f64::NAN]));
        assert!(largest_first(&mut categories, &mut values).is_empty() && categories == ["a"]);
    }

    #[test]
    fn sentences_have_the_digits_of_the_labels() {
        let two = names(&["a", "b"]);
        let largest = |values: &[f64]| largest("", &two, &series(values), EN);
        assert_eq!(largest(&[0.25, 0.4]), "Largest: b, 0.40.");
        assert_eq!(largest(&[7.5, 1.0]), "Largest: a, 7.50.");
        assert_eq!(largest(&[1234.56, 1.0]), "Largest: a, 1,234.6.");
        assert_eq!(largest(&[8.0, 1.0]), "Largest: a, 8.");
        assert_eq!(largest(&[0.0, 0.0]), "");
        assert_eq!(latest("%", &two, &series(&[0.9, f64::NAN]), EN), "");
        assert_eq!(latest("%", &two, &series(&[0.9, 0.95]), EN), "In b: n 95.0%.");
    }

    #[test]
    fn a_heatmap_speaks_of_the_rows_that_it_draws() {
        let row = |n: i64| vec![Cell::Int(9), Cell::Int(n), Cell::Text(format!("Row {n}"))];
        let chart = chart(ChartKind::Heatmap, "hour", &["n"], Some("row"));
        let table = |rows: i64| table(&["hour", "n", "row"], (1..=rows).map(row).collect());
        let whole = heatmap(&chart, &table(24), EN).expect("a figure");
        assert!(whole.description.contains("Row 24") && !whole.description.contains("first"));
        let part = heatmap(&chart, &table(60), EN).expect("a figure");
        assert!(part.description.contains("Row 24") && part.description.ends_with(" The first 24 of 60."));
        // The drawing says so too.
        assert_eq!(part.series.len(), 60);
    }

    #[test]
    fn too_few_tickets_for_a_line_are_told() {
        let row = |name: &str, ended: i64, open: i64| {
            vec![Cell::Float(0.5), Cell::Int(ended), Cell::Int(open), Cell::Text(name.to_owned())]
        };
        let columns = ["used", "ended", "open", "severity"];
        let chart = |split| chart(ChartKind::Ecdf, "used", &["ended", "open"], split);
        let why = |split, rows| {
            without_lines(10, &chart(split), &table(&columns, rows), EN).map(|figure| figure.description)
        };
        let few = vec![row("high", 3, 1), row("low", 4, 5)];
        assert_eq!(
            why(Some("severity"), few.clone()).as_deref(),
            Some("Fewer than 10 tickets each, so there are no lines: high, low.")
        );
        // Together they are 13.
        assert_eq!(why(None, few), None);
        let one = Some("Fewer than 10 tickets, so there is no line.");
        assert_eq!(why(None, vec![row("high", 9, 0)]).as_deref(), one);
        let open = Some("No ticket has ended yet, so there are no lines.");
        assert_eq!(why(None, vec![row("high", 0, 10)]).as_deref(), open);
        assert_eq!(why(None, Vec::new()), None);
    }
}
