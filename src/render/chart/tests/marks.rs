//! Kinds with marks at numbers, and slopes.

use super::*;
use crate::paper::Point;

fn point(series: &str, x: f64, y: f64) -> Point {
    Point { series: series.into(), x, y, lower: None, upper: None, limits: None }
}

fn marked(kind: ChartKind, points: Vec<Point>) -> Figure {
    let unit = if kind == ChartKind::Funnel { "%" } else { "failures per unit" };
    Figure { points, x_label: "Age days".into(), target: None, ..figure(kind, unit, &[], &[]) }
}

/// Limits that close in on 0.9 as the number grows.
fn unit(name: &str, n: f64, share: f64) -> Point {
    let (near, far) = (0.6 / n.sqrt(), 1.0 / n.sqrt());
    let limits = [0.9 - near, (0.9 + near).min(1.0), 0.9 - far, (0.9 + far).min(1.0)];
    Point { limits: Some(limits), ..point(name, n, share) }
}

fn banded(series: &str, x: f64, y: f64) -> Point {
    Point { lower: Some(y * 0.5), upper: Some(y * 1.5 + 0.1), ..point(series, x, y) }
}

/// Many of everything, without chance.
fn many(kind: ChartKind, count: usize) -> Figure {
    let points = (0..count).map(|n| {
        let name = format!("Site <{n}> & a rather long name of it");
        match kind {
            ChartKind::Funnel => unit(&name, (n * 37 % 500 + 3) as f64, (n * 53 % 101) as f64 / 100.0),
            _ => banded(&format!("Model {}", n % 6), (n * 11) as f64, n as f64 / 40.0),
        }
    });
    Figure { target: Some(0.9), ..marked(kind, points.collect()) }
}

fn slope(rows: &[(&str, [f64; 2])]) -> Figure {
    let rows: Vec<(&str, &[f64])> = rows.iter().map(|(name, ends)| (*name, ends.as_slice())).collect();
    Figure { target: None, ..figure(ChartKind::Slope, "tickets", &MONTHS[..2], &rows) }
}

fn drawn(figure: &Figure) -> String {
    let svg = svg(figure, "f 1").expect("drawn");
    assert_eq!(svg, super::svg(figure, "f 1").expect("drawn"));
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("<title id=\"f-1-t\">Attainment &lt;by&gt; month</title>"));
    assert!(svg.contains("<desc id=\"f-1-d\">It falls &amp; rises.</desc>"));
    assert_eq!(svg.matches(" id=").count(), 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(!svg.contains("#00000") && !svg.contains("style="));
    assert!(svg.len() <= 60_000, "{:?} {}", figure.kind, svg.len());
    for attribute in ["x=\"", "y=\"", "cx=\"", "cy=\"", "points=\""] {
        for values in svg.split(&format!(" {attribute}")).skip(1) {
            for number in values.split('"').next().unwrap_or("").split([' ', ',']) {
                let value: f64 = number.parse().expect("a number");
                assert!((-20.0..=1460.0).contains(&value), "{attribute}{number}");
                assert!(number.split_once('.').is_none_or(|(_, places)| places.len() <= 2));
            }
        }
    }
    svg.replace('\u{a0}', " ")
}

#[test]
fn full_figures_keep_within_their_bounds() {
    for count in [2, 8, 300, 5_000] {
        drawn(&many(ChartKind::Funnel, count));
        drawn(&many(ChartKind::Mcf, count));
    }
    let names: Vec<String> = (0..300).map(|n| format!("Area {n}")).collect();
    let rows: Vec<_> = names.iter().enumerate().map(|(n, name)| (name.as_str(), [n as f64, 9.0])).collect();
    let svg = drawn(&slope(&rows));
    assert_eq!(svg.matches("<polyline").count(), 2 + 12 + leaders(&svg));
    assert!(svg.contains(">The 12 largest of 300; the CSV file has all.<"));
}

fn leaders(svg: &str) -> usize {
    svg.matches("stroke-dasharray=\"2 6\"").count()
}

#[test]
fn a_mcf_steps_to_the_right() {
    let points = vec![banded("KX", 365.25, 0.5), banded("KX", 1461.0, 1.0), banded("KX", 0.0, 0.0)];
    let svg = drawn(&marked(ChartKind::Mcf, points));
    let line = svg.split("<polyline").find(|part| part.contains("stroke-width=\"4\"")).expect("a line");
    let corners: Vec<(i32, i32)> = line
        .split("points=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("points")
        .split(' ')
        .filter_map(|pair| pair.split_once(','))
        .map(|(x, y)| (x.parse().expect("x"), y.parse().expect("y")))
        .collect();
    assert_eq!(corners.len(), 5);
    for pair in corners.windows(2) {
        assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "{corners:?}");
        assert!(pair[0].0 <= pair[1].0 && pair[0].1 >= pair[1].1, "{corners:?}");
    }
    // The first value holds until the second's age.
    assert_eq!((corners[0].1, corners[1].0), (corners[1].1, corners[2].0));
    assert_eq!(svg.matches("<polygon").count(), 1);
    assert!(svg.contains(">Age (years)<") && svg.contains(">KX 1<"));
}

#[test]
fn a_band_is_seen_at_its_last_point() {
    let svg = drawn(&marked(ChartKind::Mcf, vec![banded("KX", 0.0, 0.0), banded("KX", 60.0, 1.0)]));
    let band = svg.split("<polygon").nth(1).expect("a band");
    let places = band.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("points");
    let xs: Vec<i32> = places.split(' ').filter_map(|at| at.split(',').next()?.parse().ok()).collect();
    let dot = svg.split("<circle").nth(1).and_then(|rest| rest.split("cx=\"").nth(1)).expect("a dot");
    let dot: i32 = dot.split('"').next().and_then(|x| x.parse().ok()).expect("x");
    assert!(xs.iter().max().is_some_and(|most| *most > dot), "{xs:?} {dot}");
}

#[test]
fn a_mcf_has_four_lines_of_most_points() {
    let mut points: Vec<Point> = (0..5).map(|n| point(&format!("few {n}"), 100.0, 1.0)).collect();
    points.extend((0..9).map(|n| point("most", f64::from(n) * 10.0, f64::from(n))));
    let svg = drawn(&marked(ChartKind::Mcf, points));
    for (name, is_drawn) in [("most 8", true), ("few 0", true), ("few 2", true), ("few 3", false)] {
        assert_eq!(svg.contains(&format!(">{name}")), is_drawn, "{name}");
    }
    assert!(svg.contains(">Age (months)<"));
}

#[test]
fn a_funnel_names_only_what_chance_does_not_explain() {
    let points = vec![
        unit("inside", 100.0, 0.92),
        unit("between", 100.0, 0.82),
        unit("Porto", 100.0, 0.7),
        unit("Faro", 225.0, 0.99),
    ];
    let svg = drawn(&Figure { target: Some(0.9), ..marked(ChartKind::Funnel, points) });
    for (name, is_named) in [("inside", false), ("between", false), ("Porto", true), ("Faro", true)] {
        assert_eq!(svg.contains(&format!(">{name}<")), is_named, "{name}");
    }
    let marks = |text: &str| svg.matches(text).count();
    // One more of each in the key, of the outer ones in both colours.
    assert_eq!((marks("r=\"5\""), marks("r=\"7\""), marks("r=\"10\"")), (2, 3, 4));
    assert!(svg.contains(">mean 90.0%<") && svg.contains(">95% limits<"));
    assert!(svg.contains(">0<") && svg.contains(">200<"));
}

#[test]
fn names_of_a_funnel_never_overlap() {
    let figure = many(ChartKind::Funnel, 60);
    let svg = drawn(&figure);
    let number = |part: &str, key: &str| {
        let value = part.split(&format!(" {key}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        value.and_then(|value| value.parse::<i32>().ok()).expect("a number")
    };
    let names: Vec<(i32, i32)> = svg
        .split("<text")
        .filter(|part| part.contains(">Site "))
        .map(|part| (number(part, "x"), number(part, "y")))
        .collect();
    assert!(names.len() > 4, "{}", names.len());
    for (index, a) in names.iter().enumerate() {
        for b in &names[..index] {
            // All are cut to the same width, or nearly.
            assert!((a.1 - b.1).abs() >= text::LEADING || (a.0 - b.0).abs() >= 280, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_slope_names_both_ends_and_stresses_rises() {
    let rows =
        [("a", [3.0, 9.0]), ("b", [8.0, 2.0]), ("c", [5.0, 5.5]), ("d", [GAP, 4.0]), ("e", [1.0, GAP])];
    let svg = drawn(&slope(&rows));
    for label in ["a  3", "9  a", "b  8", "2  b", "4  d (new)", "e  1", "Jul 2026", "Aug 2026"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
    assert_eq!(svg.matches("font-weight=\"bold\"").count(), 2);
    let flat = drawn(&slope(&[("a", [5.0, 5.0])]));
    assert!(!flat.contains("bold"));
}

#[test]
fn nothing_and_one_column_are_sentences() {
    let one = figure(ChartKind::Slope, "", &MONTHS[..1], &[("a", &[1.0])]);
    let gaps = slope(&[("a", [GAP, GAP])]);
    let none = marked(ChartKind::Mcf, vec![]);
    let unknown = marked(ChartKind::Funnel, vec![point("a", GAP, 0.5), point("b", 4.0, f64::INFINITY)]);
    let single = marked(ChartKind::Funnel, vec![unit("a", 9.0, 1.0)]);
    for figure in [one, gaps, none, unknown, single] {
        assert!(svg(&figure, "f").expect_err("empty").ends_with('.'));
    }
}

#[test]
fn degenerate_marks_are_drawn() {
    let ends = [0.0, 1e-12, 1.0, -5.0, 1e15, f64::MAX, GAP];
    for x in ends {
        for y in ends {
            for kind in [ChartKind::Mcf, ChartKind::Funnel] {
                let odd = Point {
                    lower: Some(GAP),
                    upper: Some(f64::INFINITY),
                    limits: Some([GAP, y, f64::NEG_INFINITY, x]),
                    ..point("odd", x, y)
                };
                let same = banded("same", 30.0, 0.5);
                drawn(&marked(kind, vec![odd.clone(), same.clone(), same, odd, unit("u", 9.0, 0.9)]));
            }
            if x.abs() <= 1e15 {
                drawn(&slope(&[("a", [x, y]), ("b", [x, x])]));
            }
        }
    }
    drawn(&marked(ChartKind::Mcf, vec![banded("one", 0.0, 0.0)]));
    drawn(&marked(ChartKind::Funnel, vec![unit("one", 0.0, 0.0), unit("two", 0.0, 0.0)]));
}

#[test]
fn hostile_names_are_text() {
    let long = "W<script>\u{202e}\0\"'&".repeat(5_000);
    let far: Vec<Point> = (0..40).map(|n| unit(&long, f64::from(n) * 9.0 + 20.0, 0.2)).collect();
    let rows: Vec<(&str, [f64; 2])> = (0..12).map(|n| (long.as_str(), [f64::from(n), 7.0])).collect();
    let steps = (0..40).map(|n| banded(&long, f64::from(n), f64::from(n))).collect();
    for figure in [marked(ChartKind::Funnel, far), slope(&rows), marked(ChartKind::Mcf, steps)] {
        let figure = Figure { x_label: long.clone(), y_label: long.clone(), ..figure };
        let svg = drawn(&figure);
        assert!(svg.contains("W&lt;script"));
        assert!(!svg.contains("<script") && !svg.contains('\0') && !svg.contains('\u{202e}'));
    }
}

#[test]
fn labels_move_as_little_as_needed() {
    assert_eq!(ends::spread(&[100, 200], 0..600), [100, 200]);
    assert_eq!(ends::spread(&[100, 100], 0..600), [86, 114]);
    assert_eq!(ends::spread(&[0, 10, 300], 0..600), [0, 28, 300]);
    assert_eq!(ends::spread(&[590, 600], 0..600), [572, 600]);
    assert!(ends::spread(&[], 0..600).is_empty());
}

#[test]
fn ages_are_in_the_unit_that_suits() {
    let ticks = |high: f64| {
        let axis = plane::Axis::ages(0.0, high, "Age (days)", Locale::EnGb);
        let last = axis.ticks.last().map(|(_, label)| label.clone());
        (axis.label, axis.ticks.len(), last.expect("ticks"))
    };
    assert_eq!(ticks(60.0), ("Age (days)".into(), 7, "60".into()));
    assert_eq!(ticks(500.0), ("Age (months)".into(), 9, "16".into()));
    assert_eq!(ticks(2_200.0), ("Age (years)".into(), 7, "6".into()));
}
