mod kinds;
mod marks;
mod portuguese;

use super::*;
use crate::paper::Series;
use crate::paper::locale::Locale;

fn figure(kind: ChartKind, unit: &str, categories: &[&str], series: &[(&str, &[f64])]) -> Figure {
    Figure {
        locale: Locale::EnGb,
        kind,
        title: "Attainment <by> month".into(),
        description: "It falls & rises.".into(),
        x_label: "Month".into(),
        y_label: "Attainment".into(),
        unit: unit.into(),
        categories: categories.iter().map(|name| (*name).to_owned()).collect(),
        series: series
            .iter()
            .map(|(name, values)| Series {
                name: (*name).into(),
                values: values.iter().map(|v| v.is_finite().then_some(*v)).collect(),
            })
            .collect(),
        points: vec![],
        target: Some(0.95),
        panels: vec![],
        spans: vec![],
    }
}

const MONTHS: [&str; 3] = ["2026-07", "2026-08", "2026-09"];
const GAP: f64 = f64::NAN;

#[test]
fn every_kind_is_named_scaled_and_the_same_twice() {
    for kind in [ChartKind::Line, ChartKind::Bar, ChartKind::Hbar, ChartKind::Pareto] {
        let figure = figure(kind, "%", &MONTHS, &[("on-site", &[0.9, GAP, 0.97])]);
        let svg = svg(&figure, "f 1").expect("drawn");
        assert_eq!(svg, super::svg(&figure, "f 1").expect("drawn"));
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("role=\"img\" aria-labelledby=\"f-1-t f-1-d\""));
        assert!(svg.contains("<title id=\"f-1-t\">Attainment &lt;by&gt; month</title>"));
        assert!(svg.contains("<desc id=\"f-1-d\">It falls &amp; rises.</desc>"));
        assert!(svg.contains("viewBox=\"0 0 1440 "));
        assert!(!svg.contains("#00000"), "a stand-in colour is left");
        assert!(!svg.contains("style="));
        assert!(svg.contains("currentColor"));
    }
}

#[test]
fn a_line_keeps_its_gaps_and_starts_off_zero() {
    let figure = figure(ChartKind::Line, "%", &MONTHS, &[("on-site", &[0.9, GAP, 0.97])]);
    let svg = svg(&figure, "f").expect("drawn");
    assert_eq!(svg.matches("<circle").count(), 2);
    assert!(svg.contains(">Attainment (axis starts at 90%)<"));
    assert!(svg.contains(">target 95%<"));
    assert!(svg.contains(">on-site 97.0%<"));
    assert!(svg.contains(">Sep<") && svg.contains(">2026<"));
}

#[test]
fn bars_start_at_zero() {
    let figure = figure(ChartKind::Bar, "%", &MONTHS, &[("kept", &[0.9, 0.95, 0.97])]);
    let svg = svg(&figure, "f").expect("drawn");
    assert!(svg.contains(">0%<") && svg.contains(">100%<"));
}

#[test]
fn a_pareto_ends_at_all() {
    let figure = figure(ChartKind::Pareto, "h", &["a", "b", "c"], &[("h", &[6.0, 3.0, 1.0])]);
    let svg = svg(&figure, "f").expect("drawn").replace('\u{a0}', " ");
    for label in ["6.0 h · 60.0%", "3.0 h · 90.0%", "1.0 h · 100.0%"] {
        assert!(svg.contains(label), "{label}");
    }
}

#[test]
fn nothing_is_a_sentence() {
    let no_values = figure(ChartKind::Bar, "", &MONTHS, &[("a", &[GAP, GAP, GAP])]);
    let no_categories = figure(ChartKind::Line, "", &[], &[]);
    for figure in [no_values, no_categories] {
        assert!(svg(&figure, "f").expect_err("empty").ends_with('.'));
    }
}

#[test]
fn hostile_and_extreme_figures_are_drawn() {
    let long = "W<script>\u{202e}\0".repeat(5_000);
    for kind in [ChartKind::Line, ChartKind::Bar, ChartKind::Hbar, ChartKind::Pareto] {
        for values in [[0.0, 0.0], [1e-12, 0.0], [-5.0, 1e15], [7.0, 7.0], [f64::MAX, 1.0]] {
            let figure = figure(kind, "tickets", &[&long, "b"], &[(&long, &values)]);
            let svg = svg(&figure, "f").expect("drawn");
            assert!(svg.len() <= 60_000);
            assert!(!svg.contains("<script") && !svg.contains('\0') && !svg.contains('\u{202e}'));
        }
    }
    let names: Vec<String> = (0..240).map(|n| format!("{}-{:02}", 1990 + n / 12, n % 12 + 1)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<f64> = (0..240).map(f64::from).collect();
    let series = [("a", values.as_slice()), ("b", &values), ("c", &values)];
    for kind in [ChartKind::Line, ChartKind::Bar, ChartKind::Hbar] {
        let svg = svg(&figure(kind, "", &names, &series[..2]), "f").expect("drawn");
        assert!(svg.len() <= 60_000, "{kind:?} {}", svg.len());
    }
    let too_many = figure(ChartKind::Line, "", &names, &series);
    assert!(svg(&too_many, "f").expect_err("refused").contains("720"));
}

#[test]
fn labels_are_cut_to_their_room() {
    text::register().expect("font");
    let cut = text::fit("a rather long label", 90, text::Weight::Regular).expect("measured");
    assert!(cut.ends_with('…') && cut.len() > 4);
    let width = text::width(&cut, text::Weight::Regular).expect("measured");
    assert!(width <= 90);
}

#[test]
fn attainment_ticks_are_five_points_apart() {
    let scale = scale::Scale::around(0.912, 0.985);
    assert_eq!((scale.low, scale.high), (0.9, 1.0));
    assert_eq!(scale.ticks.len(), 3);
    let flat = scale::Scale::around(1.0, 1.0);
    assert!(flat.low < flat.high && flat.ticks.len() >= 3);
}

#[test]
fn a_sparkline_has_gaps_target_and_a_title() {
    let svg = sparkline(&[Some(0.9), None, Some(0.9996)], Some(0.95), Locale::EnGb);
    assert!(svg.contains("<desc>Oldest first: 90.0%, none, &gt;99.9%; target 95.0%</desc>"));
    assert_eq!(svg.matches("<circle").count(), 2);
    assert!(svg.contains("class=\"aim\""));
    assert_eq!(sparkline(&[None], Some(0.95), Locale::EnGb), "");
}

#[test]
fn colours_are_seen_in_both_themes() {
    let light = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let luminance =
        |(r, g, b): (u8, u8, u8)| 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b) + 0.05;
    let contrast = |a, b| {
        let (a, b): (f64, f64) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    };
    for colour in colour::of_names(&["a", "b", "c", "d", "e"], Locale::EnGb) {
        let rgb = (colour.0, colour.1, colour.2);
        let on = colour::on(colour);
        assert!(contrast(rgb, (255, 255, 255)) >= 3.0, "{colour:?}");
        assert!(contrast(rgb, (0x11, 0x18, 0x27)) >= 3.0, "{colour:?}");
        assert!(contrast(rgb, (on.0, on.1, on.2)) >= 4.5, "{colour:?}");
    }
}
