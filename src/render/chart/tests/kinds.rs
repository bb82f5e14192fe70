//! Heatmaps, control charts, ECDFs, waterfalls, timelines, and pictures.

use super::*;
use crate::paper::{Assurance, Control, MAX_CURVES, Panel, Point, Span, SpanKind, Variation};

fn bare(kind: ChartKind, unit: &str, categories: &[&str], series: &[(&str, &[f64])]) -> Figure {
    Figure { target: None, ..figure(kind, unit, categories, series) }
}

fn drawn(figure: &Figure) -> String {
    let svg = svg(figure, "f 1").expect("drawn");
    assert_eq!(svg, super::svg(figure, "f 1").expect("drawn"));
    assert!(svg.contains("<title id=\"f-1-t\">") && svg.contains("<desc id=\"f-1-d\">"));
    assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<script"));
    assert!(!svg.contains("#00000") && !svg.contains("style="));
    assert!(svg.len() <= 60_000, "{:?} {}", figure.kind, svg.len());
    svg.replace('\u{a0}', " ")
}

fn marks(svg: &str, text: &str) -> usize {
    svg.matches(text).count()
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn week(value: impl Fn(usize, usize) -> f64) -> Figure {
    let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
    let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
    let values: Vec<Vec<f64>> = (0..7).map(|day| (0..24).map(|hour| value(day, hour)).collect()).collect();
    let series: Vec<(&str, &[f64])> =
        DAYS.into_iter().zip(&values).map(|(name, row)| (name, row.as_slice())).collect();
    bare(ChartKind::Heatmap, "", &hours, &series)
}

fn inside(day: &str, hour: usize) -> Point {
    Point { series: day.into(), x: hour as f64, y: 1.0, lower: None, upper: None, limits: None }
}

#[test]
fn a_heatmap_has_five_steps_and_blanks() {
    let svg = drawn(&week(|day, hour| {
        if hour < 5 {
            (hour + 1) as f64 * 2.0
        } else if day == 6 {
            GAP
        } else {
            10.0
        }
    }));
    // One more of each in the key; the last step is opaque.
    for opacity in ["0.16", "0.32", "0.48", "0.66"] {
        assert_eq!(marks(&svg, &format!("opacity=\"{opacity}\" fill=\"#0072B2\"")), 7 + 1, "{opacity}");
    }
    assert_eq!(marks(&svg, "fill=\"#0072B2\""), 7 * 24 - 19 + 5);
    assert!(svg.contains(">too few<") && !svg.contains(">support hours<"));
    for label in ["to 2", "to 4", "to 6", "to 8", "to 10", "Mon", "Sun", "23"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    drawn(&week(|day, hour| (day * 24 + hour) as f64 / 7.0));
    drawn(&week(|_, _| 0.0));
}

#[test]
fn a_heatmap_is_of_the_rows_that_it_draws() {
    let names: Vec<String> = (0..26).map(|row| format!("Row {row}")).collect();
    // The last row would have the largest value.
    let values: Vec<[f64; 2]> = (0..26).map(|row| [f64::from(row * 10); 2]).collect();
    let rows: Vec<(&str, &[f64])> =
        names.iter().zip(&values).map(|(name, row)| (name.as_str(), row.as_slice())).collect();
    let svg = drawn(&bare(ChartKind::Heatmap, "", &["a", "b"], &rows));
    for label in ["to 230", "Row 23", "The first 24 of 26; the CSV file has all."] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    assert!(!svg.contains(">to 250<") && !svg.contains(">Row 24<"));
    let drawn = drawn(&bare(ChartKind::Heatmap, "", &["a", "b"], &rows[..24]));
    assert!(!drawn.contains(">The first"));
}

#[test]
fn all_cells_have_numbers_or_none() {
    let names: Vec<String> = (0..60).map(|column| column.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut values = [7.0; 60];
    let numbers = |values: &[f64]| {
        let svg = drawn(&bare(ChartKind::Heatmap, "", &names, &[("a", values)]));
        // Names of columns are muted; numbers on tints and on the last, opaque step are not.
        svg.split("<text").filter(|text| text.contains("\"tinted\"") || text.contains("#FFFFFF")).count()
    };
    assert_eq!(numbers(&values), 60);
    values[3] = 12_345.0;
    assert_eq!(numbers(&values), 0);
}

#[test]
fn labels_that_moved_have_leaders() {
    let leaders = |target: f64| {
        let own = Panel { target: Some(target), ..panel("a", &[0.9, 0.86], &[Variation::Common; 2]) };
        marks(&drawn(&controlled(2, vec![own])), "stroke-dasharray=\"2 6\"")
    };
    // Mean 0.9, latest 0.86, limits 0.84 and 0.96 on an axis from 0.8 to 1 of 262 units: 0.02 are 26.
    assert!(leaders(0.9) > leaders(0.93));
}

#[test]
fn without_lines_there_is_a_reason() {
    let none = bare(ChartKind::Ecdf, "%", &[], &[]);
    let why = Figure { description: "Fewer than 10 tickets.".into(), ..none.clone() };
    assert_eq!(svg_of(&why).expect_err("nothing"), "Fewer than 10 tickets.");
    assert!(svg_of(&Figure { description: String::new(), ..none }).is_err());
}

#[test]
fn the_outline_joins_neighbours() {
    let mut figure = week(|_, _| 3.0);
    figure.points = DAYS[..5].iter().flat_map(|day| (8..18).map(|hour| inside(day, hour))).collect();
    let lines = |svg: &str| marks(svg, "<polyline");
    // A block has four sides.
    assert_eq!(lines(&drawn(&figure)), 4);
    assert!(drawn(&figure).contains(">support hours<"));
    // All of them have the grid's rim as their outline.
    figure.points = DAYS.iter().flat_map(|day| (0..24).map(|hour| inside(day, hour))).collect();
    assert_eq!(lines(&drawn(&figure)), 4);
    // Saturday morning adds three sides and shortens one: the one below Friday is in two parts.
    figure.points = DAYS[..5].iter().flat_map(|day| (8..18).map(|hour| inside(day, hour))).collect();
    figure.points.extend((9..12).map(|hour| inside("Sat", hour)));
    assert_eq!(lines(&drawn(&figure)), 8);
}

fn panel(name: &str, values: &[f64], variations: &[Variation]) -> Panel {
    Panel {
        name: name.into(),
        values: values.iter().map(|value| value.is_finite().then_some(*value)).collect(),
        target: Some(0.95),
        control: Some(Control {
            mean: 0.9,
            limits: values.iter().map(|value| value.is_finite().then_some([0.84, 0.96])).collect(),
            variations: variations.to_vec(),
            assurance: Some(Assurance::HitOrMiss),
            is_trial: true,
        }),
    }
}

fn controlled(months: usize, panels: Vec<Panel>) -> Figure {
    let months: Vec<String> = (0..months).map(|n| format!("{}-{:02}", 2000 + n / 12, n % 12 + 1)).collect();
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    Figure { panels, ..bare(ChartKind::Spc, "%", &months, &[]) }
}

#[test]
fn special_causes_are_shapes_and_words() {
    let variations = [Variation::Common, Variation::Improvement, Variation::Common, Variation::Concern];
    let svg = drawn(&controlled(4, vec![panel("On-site", &[0.9, 0.97, GAP, 0.8], &variations)]));
    // Two values, and the icon of the latest.
    assert_eq!((marks(&svg, "<polygon"), marks(&svg, "<circle")), (3, 1 + 2));
    for words in
        ["special cause: concern", "target hit or miss", "?", "On-site", "target 95%", "mean 90.0%", "80.0%"]
    {
        assert!(svg.contains(&format!(">{words}<")), "{words}");
    }
    assert!(svg.contains("trial limits: fewer than 12 months<"));
    assert_eq!(marks(&svg, "stroke-dasharray=\"12 9\""), 1);
}

#[test]
fn without_rules_there_are_no_icons() {
    let mut few = panel("On-site", &[0.9, 0.97], &[]);
    few.control.iter_mut().for_each(|control| control.assurance = None);
    let svg = drawn(&controlled(2, vec![few.clone()]));
    assert_eq!((marks(&svg, "<polygon"), marks(&svg, "<circle")), (0, 2));
    assert!(svg.contains("too few months for rules<"));
    let one = Panel { control: None, ..few };
    assert!(drawn(&controlled(2, vec![one])).contains("too few months for limits<"));
}

#[test]
fn four_panels_are_drawn_at_most() {
    let full: Vec<f64> = (0..24).map(|n| 0.85 + f64::from(n % 7) / 100.0).collect();
    let panels = (0..6).map(|n| panel(&format!("Clock {n}"), &full, &[Variation::Concern; 24]));
    let svg = drawn(&controlled(24, panels.collect()));
    assert!(svg.contains(">Clock 3<") && !svg.contains(">Clock 4<"));
    let many = vec![0.9; 300];
    let panels = vec![panel("a", &many, &[]), panel("b", &many, &[])];
    assert!(svg_of(&controlled(300, panels)).expect_err("refused").contains("600"));
    assert!(svg_of(&controlled(2, vec![panel("a", &[GAP, GAP], &[])])).is_err());
}

fn svg_of(figure: &Figure) -> Result<String, String> {
    svg(figure, "f")
}

#[test]
fn an_ecdf_marks_half_and_nine_in_ten() {
    let point =
        |series: &str, x, y| Point { series: series.into(), x, y, lower: None, upper: None, limits: None };
    let points = vec![
        point("high", 0.25, 0.4),
        point("high", 0.62, 0.7 - 0.2),
        point("high", 1.4, 0.95),
        point("low", 0.5, 0.5),
        point("low", 3.01, 0.9),
        point("open", 2.0, 0.3),
    ];
    let svg = drawn(&Figure { points, ..bare(ChartKind::Ecdf, "%", &[], &[]) });
    for label in
        ["high · P50 62% · P90 140%", "low · P50 50% · P90 &gt;300%", "open · P50 – · P90 –", "limit", "300%"]
    {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    assert_eq!(marks(&svg, "r=\"7\""), 3);
    assert_eq!(marks(&svg, "stroke-width=\"4\""), 3);
    let steps =
        (0..4 * 301).map(|n| point(&format!("s{}", n % 4), f64::from(n / 4) / 100.0, f64::from(n) / 1300.0));
    drawn(&Figure { points: steps.collect(), ..bare(ChartKind::Ecdf, "%", &[], &[]) });
}

const PARTS: [&str; 5] = ["All the time", "Closed hours", "Waiting", "Counted", "Limit"];

#[test]
fn a_waterfall_ends_at_the_overrun() {
    let late: &[f64] = &[100.0, 60.0, 10.0, 30.0, 24.0];
    let svg = drawn(&bare(ChartKind::Waterfall, "h", &PARTS, &[("T1", late)]));
    for label in ["100.0 h", "−60.0 h", "−10.0 h", "30.0 h, 6.0 h over", "limit 24 h", "T1"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    let widths: Vec<i32> = svg
        .split("<rect")
        .skip(1)
        .filter_map(|rect| rect.split("width=\"").nth(1)?.split('"').next()?.parse().ok())
        .collect();
    // All, closed hours, waiting, kept, over; over lies a gap of 4 beyond the limit.
    let unit = f64::from(widths[0]) / 100.0;
    for (width, hours) in widths.iter().zip([100.0, 60.0, 10.0, 24.0, 6.0 - 4.0 / unit]) {
        assert!((f64::from(*width) - hours * unit).abs() <= 1.0, "{widths:?}");
    }
    let kept: &[f64] = &[100.0, 60.0, 30.0, 10.0, GAP];
    let svg = drawn(&bare(ChartKind::Waterfall, "h", &PARTS, &[("T2", kept)]));
    assert!(!svg.contains("over<") && !svg.contains("stroke-dasharray=\"12 9\""));
    assert!(svg_of(&bare(ChartKind::Waterfall, "h", &PARTS, &[("none", &[GAP; 5])])).is_err());
}

fn span(kind: SpanKind, name: &str, from_h: f64, until_h: f64) -> Span {
    Span { kind, name: name.into(), from_h, until_h }
}

fn lane(spans: Vec<Span>) -> Figure {
    Figure { spans, ..bare(ChartKind::Timeline, "", &[], &[]) }
}

#[test]
fn a_timeline_shows_pauses_closed_hours_and_what_is_over() {
    let spans = vec![
        span(SpanKind::Running, "In progress", 0.0, 30.0),
        span(SpanKind::Paused, "Waiting for customer", 30.0, 60.0),
        span(SpanKind::Running, "Again", 60.0, 90.0),
        span(SpanKind::Closed, "closed", 9.0, 24.0),
        span(SpanKind::Event, "opened", 0.0, 0.0),
        span(SpanKind::Limit, "limit", 75.0, 75.0),
        span(SpanKind::Event, "closed 12:00", 90.0, 90.0),
    ];
    let svg = drawn(&lane(spans));
    for label in ["In progress", "Waiting for customer", "Again", "opened", "limit", "closed 12:00"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    for label in ["clock runs", "over the limit", "paused", "closed hours"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    // Open, closed, open of the first status; up to the limit and beyond it of the last; one each in the key.
    let rects = |colour: &str| svg.split("<rect").filter(|rect| rect.contains(colour)).count();
    assert_eq!((rects("#0072B2"), rects("#D55E00")), (3 + 1 + 1, 1 + 1));
    assert!(svg_of(&lane(vec![span(SpanKind::Event, "opened", 0.0, 0.0)])).is_err());
}

#[test]
fn a_short_life_is_in_minutes() {
    let axis = |hours: f64| {
        let axis = plane::Axis::hours(hours, "Real time", Locale::EnGb);
        (axis.label, axis.ticks.iter().map(|(_, label)| label.clone()).collect::<Vec<_>>())
    };
    let (label, ticks) = axis(20.0 / 60.0);
    assert_eq!((label.as_str(), ticks.len()), ("Real time (minutes)", 11));
    assert_eq!(ticks[10], "20");
    assert_eq!(axis(2.0), ("Real time (hours)".into(), vec!["0".into(), "1".into(), "2".into()]));
}

#[test]
fn the_name_of_what_counts_fits_in_bold() {
    let parts = ["a", "b", "What counts of all these hours", "Limit"];
    let svg = drawn(&bare(ChartKind::Waterfall, "h", &parts, &[("T1", &[9.0, 4.0, 5.0, 6.0])]));
    let name = svg.split("<text").find(|text| text.contains(">What counts")).expect("its name");
    let x: i32 = name.split(" x=\"").nth(1).and_then(|x| x.split('"').next()?.parse().ok()).expect("x");
    let width = text::width(parts[2], text::Weight::Bold).expect("measured");
    assert!(name.contains("bold") && x >= width, "{x} {width}");
}

#[test]
fn long_lives_and_odd_ones_are_drawn() {
    for days in [6, 60, 150, 600] {
        let mut spans: Vec<Span> = (0..days)
            .flat_map(|day| {
                let at = f64::from(day) * 24.0;
                let kind = if day % 3 == 0 { SpanKind::Paused } else { SpanKind::Running };
                let long = "W<script>\u{202e}".repeat(50);
                [span(SpanKind::Closed, "", at + 9.0, at + 24.0), span(kind, &long, at, at + 24.0)]
            })
            .collect();
        spans.extend(
            (0..30).map(|n| span(SpanKind::Event, "an event with a long name", f64::from(n), f64::from(n))),
        );
        spans.push(span(SpanKind::Limit, "limit", 100.0, 100.0));
        drawn(&lane(spans));
    }
    let odd = [(f64::NAN, 1.0), (0.0, f64::INFINITY), (5.0, 1.0), (-3.0, 4.0), (0.0, 1e-9)];
    drawn(&lane(odd.iter().map(|(from, until)| span(SpanKind::Running, "odd", *from, *until)).collect()));
}

#[test]
fn hostile_and_extreme_values_are_drawn() {
    let long = "W<script>\u{202e}\0".repeat(5_000);
    let most = [1e15, f64::MAX, -5.0, 1e-300, 0.0];
    for kind in [ChartKind::Heatmap, ChartKind::Waterfall] {
        let rows: Vec<(&str, &[f64])> = vec![(&long, &most); MAX_CURVES + 2];
        drawn(&bare(kind, "h", &[&long, "b", "c", "d", "e"], &rows));
    }
    let names: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for kind in [ChartKind::Heatmap, ChartKind::Waterfall] {
        assert!(svg_of(&bare(kind, "h", &names, &[("a", &[1.0; 300])])).is_err());
    }
    drawn(&controlled(5, vec![panel(&long, &most, &[])]));
}

#[test]
fn a_picture_is_twice_the_canvas_and_the_same_twice() {
    let svg = drawn(&week(|day, hour| (day * hour) as f64));
    let picture = png(&svg).expect("a picture");
    assert_eq!(picture, png(&svg).expect("a picture"));
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    let number =
        |at: usize| u32::from_be_bytes([picture[at], picture[at + 1], picture[at + 2], picture[at + 3]]);
    // Width and height in the first chunk.
    let height: u32 = svg
        .split("viewBox=\"0 0 1440 ")
        .nth(1)
        .and_then(|rest| rest.split('"').next()?.parse().ok())
        .expect("a height");
    assert_eq!((number(16), number(20)), (2880, 2 * height));
    assert!(png("<svg").is_err());
}

#[test]
fn tints_carry_their_values_in_both_themes() {
    let light = |channel: f64| {
        let c = channel / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |c: [f64; 3]| 0.2126 * light(c[0]) + 0.7152 * light(c[1]) + 0.0722 * light(c[2]) + 0.05;
    let contrast = |a, b| {
        let (a, b): (f64, f64) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    };
    let hue = [f64::from(colour::MET.0), f64::from(colour::MET.1), f64::from(colour::MET.2)];
    // Paper and ink of the page's two themes.
    let (white, dark, bright) = ([255.0; 3], [17.0, 24.0, 39.0], [232.0, 235.0, 240.0]);
    for (paper, ink) in [(white, dark), (dark, bright)] {
        let mixed = |tint: f64| [0, 1, 2].map(|i| tint * hue[i] + (1.0 - tint) * paper[i]);
        for (step, tint) in colour::TINTS.into_iter().enumerate() {
            let on = if step + 1 == colour::TINTS.len() { white } else { ink };
            assert!(contrast(mixed(tint), on) >= 4.5, "{tint}");
        }
        for pair in colour::TINTS.windows(2) {
            assert!(contrast(mixed(pair[0]), mixed(pair[1])) >= 1.14, "{pair:?}");
        }
    }
}
