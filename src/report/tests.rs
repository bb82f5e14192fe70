//! Figures from the columns of a result.

use super::{cells, story, used};
use crate::paper::locale::Locale;
use crate::paper::{Cell, ChartKind, Column, Figure, Format, SpanKind, Table};
use crate::query::{Chart, Names};

fn table(columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        label: name.trim_end_matches("_s").replace('_', " "),
        format: match *name {
            name if name.ends_with("_at") => Format::Instant,
            name if name.ends_with("_s") => Format::Duration,
            _ => Format::Number,
        },
        fraction: None,
    };
    Table {
        details: Vec::new(),
        slug: "t".into(),
        title: "T".into(),
        question: None,
        notes: None,
        columns: columns.iter().map(column).collect(),
        total_rows: rows.len(),
        rows,
        is_filterable: false,
        figure: None,
    }
}

fn chart(kind: ChartKind, x: &str, y: &[&str], series: Option<&str>, unit: &str) -> Chart {
    Chart {
        kind,
        x: x.to_owned(),
        y: Names(y.iter().map(|name| (*name).to_owned()).collect()),
        series: series.map(str::to_owned),
        unit: unit.to_owned(),
    }
}

fn named(name: &str) -> Cell {
    Cell::Text(name.to_owned())
}

#[test]
fn open_tickets_count_as_not_ended_yet() {
    let row = |severity: &str, used: f64, ended: i64, open: i64| {
        vec![named(severity), Cell::Float(used), Cell::Int(ended), Cell::Int(open)]
    };
    let rows = vec![
        row("high", 1.0, 1, 1),
        row("high", 0.5, 2, 0),
        row("high", 3.01, 1, 0),
        row("low", 0.2, 1, 0),
        row("low", 0.4, 0, 1),
    ];
    let chart = chart(ChartKind::Ecdf, "used", &["ended", "still_open"], Some("severity"), "%");
    let table = table(&["severity", "used", "ended", "still_open"], rows);
    let figure = used::figure(3, &chart, &table, Locale::EnGb).expect("a figure");
    // Of 5, 2 end: 3/5 go on; of the other 3, 1 ends: 2/5; 1 is open; the last one ends.
    let points: Vec<(f64, f64)> = figure.points.iter().map(|point| (point.x, point.y)).collect();
    for ((x, y), expected) in points.iter().zip([(0.5, 0.4), (1.0, 0.6), (3.01, 1.0)]) {
        assert!((x - expected.0).abs() < 1e-12 && (y - expected.1).abs() < 1e-12, "{x} {y}");
    }
    assert_eq!(points.len(), 3);
    assert_eq!(figure.x_label, "Share of the limit used · 1 beyond 300% not drawn");
    assert_eq!(
        figure.description,
        "Share of the limit by which so many had ended: high half by 100%, nine in ten beyond 300%. \
         Not drawn, as they have fewer tickets: low."
    );
    // With both: the line of `low` goes on, flat, to its open ticket.
    let figure = used::figure(2, &chart, &table, Locale::EnGb).expect("a figure");
    let low: Vec<_> =
        figure.points.iter().filter(|point| point.series == "low").map(|p| (p.x, p.y)).collect();
    assert_eq!(low, [(0.2, 0.5), (0.4, 0.5)]);
    assert!(used::figure(6, &chart, &table, Locale::EnGb).is_none());
}

#[test]
fn cells_are_in_order_of_numbers_and_outlined_by_a_flag() {
    let row = |day: &str, hour: i64, value: Cell, is_open: i64| {
        vec![named(day), Cell::Int(hour), value, Cell::Int(is_open)]
    };
    let rows = vec![
        row("Mon", 10, Cell::Float(2.5), 1),
        row("Mon", 9, Cell::Missing, 1),
        row("Sun", 9, Cell::Float(0.5), 0),
    ];
    let chart = chart(ChartKind::Heatmap, "hour", &["rate", "is_open"], Some("day"), "a week");
    let figure: Figure =
        cells::figure(&chart, &table(&["day", "hour", "rate", "is_open"], rows), Locale::EnGb)
            .expect("a figure");
    assert_eq!(figure.categories, ["9", "10"]);
    let rows: Vec<_> = figure.series.iter().map(|one| (one.name.as_str(), one.values.clone())).collect();
    assert_eq!(rows, [("Mon", vec![None, Some(2.5)]), ("Sun", vec![Some(0.5), None])]);
    let inside: Vec<_> = figure.points.iter().map(|point| (point.series.as_str(), point.x)).collect();
    assert_eq!(inside, [("Mon", 1.0), ("Mon", 0.0)]);
    assert_eq!(figure.description, "Most on Mon at 10: 2.5 a week, within support hours.");
}

#[test]
fn a_waterfall_says_what_is_left_and_what_is_over() {
    let hours = |hours: i64| Cell::Int(hours * 3600);
    let columns = ["ticket", "all_s", "closed_hours_s", "waiting_s", "counted_s", "limit_s"];
    let rows = vec![
        vec![named("T1"), hours(100), hours(60), hours(10), hours(30), hours(24)],
        vec![named("T2"), hours(50), hours(40), hours(0), hours(10), Cell::Missing],
    ];
    let chart = chart(ChartKind::Waterfall, "ticket", &columns[1..], None, "h");
    let figure = story::waterfall(&chart, &table(&columns, rows), Locale::EnGb).expect("a figure");
    assert_eq!(figure.categories, ["all", "closed hours", "waiting", "counted", "limit"]);
    let all = [Some(100.0), Some(60.0), Some(10.0), Some(30.0), Some(24.0)];
    assert_eq!(figure.series[0].values, all);
    assert_eq!(
        figure.description,
        "T1: 100.0 h less 60.0 h closed hours + 10.0 h waiting leaves 30.0 h, 6.0 h over the limit of 24.0 h. \
         T2: 50.0 h less 40.0 h closed hours + 0.0 h waiting leaves 10.0 h."
    );
}

#[test]
fn a_timeline_is_in_hours_since_its_start() {
    // 2026-09-03T08:00Z, nine in the morning in Lisbon.
    let at = |hours: i64| Cell::Int(1_788_422_400 + hours * 3600);
    let rows = vec![
        vec![at(2), at(26), named("waiting"), named("Customer")],
        vec![at(0), at(2), named("work"), named("In_progress")],
        vec![at(9), at(24), named("closed_hours"), named("closed")],
        vec![at(0), Cell::Missing, named("event"), named("opened")],
        vec![at(25), Cell::Missing, named("limit"), named("limit")],
    ];
    let columns = ["from_at", "until_at", "kind", "name"];
    let chart = chart(ChartKind::Timeline, "from_at", &["until_at", "kind"], Some("name"), "");
    let figure = story::timeline(chrono_tz::Europe::Lisbon, &chart, &table(&columns, rows), Locale::EnGb)
        .expect("a figure");
    let spans: Vec<_> =
        figure.spans.iter().map(|span| (span.kind, span.name.as_str(), span.from_h, span.until_h)).collect();
    assert_eq!(
        spans,
        [
            (SpanKind::Paused, "Customer", 2.0, 26.0),
            (SpanKind::Running, "In progress", 0.0, 2.0),
            (SpanKind::Closed, "closed", 9.0, 24.0),
            (SpanKind::Event, "opened 2026-09-03 09:00", 0.0, 0.0),
            (SpanKind::Limit, "limit 2026-09-04 10:00", 25.0, 25.0),
        ]
    );
    assert_eq!(figure.description, "In order: opened 2026-09-03 09:00, limit 2026-09-04 10:00.");
}
