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
fn axes_of_shares_keep_to_what_shares_can_be() {
    let ends = |scale: scale::Scale| (scale.low, scale.high);
    assert_eq!(ends(scale::Scale::around(1.0, 1.0)), (0.9, 1.0));
    assert_eq!(ends(scale::Scale::around(0.0, 0.0)), (0.0, 0.1));
    assert_eq!(ends(scale::Scale::around(0.02, 0.03)), (0.0, 0.1));
    // A value above all has its axis.
    let above = scale::Scale::around(1.02, 1.02);
    assert!(above.low <= 1.02 && above.high >= 1.02);
}

#[test]
fn axes_hold_any_numbers() {
    assert_eq!(scale::Scale::from_zero(0.0, 0.0, false).ticks, [0.0, 1.0]);
    assert_eq!(scale::Scale::from_zero(0.0, 0.0, true).high, 1.0);
    let ends = [-1e15, -5.0, -1e-12, 0.0, 5e-324, 1e-300, 0.3, 1.0, 7.5, 42.0, 1e15];
    for (at, low) in ends.into_iter().enumerate() {
        for high in ends.into_iter().skip(at) {
            let of_zero = [false, true].map(|is_share| scale::Scale::from_zero(low, high, is_share));
            for scale in of_zero.into_iter().chain([scale::Scale::around(low, high)]) {
                let slack = (scale.high - scale.low) * 1e-6;
                let is_within = scale.low <= low + slack && scale.high >= high - slack;
                assert!(is_within && scale.low < scale.high, "{low} {high} {scale:?}");
                assert!(scale.ticks.len() > 1 && scale.ticks.iter().all(|tick| tick.is_finite()));
            }
            let close = scale::Scale::close(low, high);
            let slack = (close.high - close.low) * 1e-6;
            assert!(close.low < close.high, "{close:?}");
            assert!(close.low <= low + slack && close.high >= high - slack, "{low} {high} {close:?}");
        }
    }
}

#[test]
fn without_a_value_a_bar_is_a_dash() {
    let bars = figure(ChartKind::Pareto, "h", &["a", "b", "c"], &[("h", &[6.0, GAP, 4.0])]);
    let svg = svg(&bars, "f").expect("drawn").replace('\u{a0}', " ");
    for label in ["6.0 h · 60.0%", "–", "4.0 h · 100.0%"] {
        assert!(svg.contains(&format!(">{label}<")), "{label}");
    }
}

#[test]
fn parts_that_are_nowhere_have_no_key() {
    let stack = [("a", [1.0, 2.0, 3.0].as_slice()), ("b", &[0.0, GAP, 0.0]), ("c", &[1.0, 0.0, 0.0])];
    let svg = svg(&figure(ChartKind::Hbar, "h", &MONTHS, &stack), "f").expect("drawn");
    assert!(svg.contains(">a<") && svg.contains(">c<") && !svg.contains(">b<"));
}

#[test]
fn the_last_name_below_bars_stands_alone() {
    let names: Vec<String> = (0..60).map(|n| format!("Direction of operations, number {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let svg = svg(&figure(ChartKind::Bar, "", &names, &[("a", &[1.0; 60])]), "f").expect("drawn");
    let mut middles: Vec<i32> = svg
        .split("<text")
        .filter(|part| part.contains(">Direc"))
        .map(|part| part.split(" x=\"").nth(1).and_then(|x| x.split('"').next()?.parse().ok()).expect("x"))
        .collect();
    middles.sort_unstable();
    // All are cut to 170 units, or little less.
    assert!(middles.len() > 5 && middles.windows(2).all(|pair| pair[1] - pair[0] >= 160), "{middles:?}");
    assert!(svg.contains("mber 59<"));
}

#[test]
fn the_kinds_of_time_have_a_colour_each() {
    let kinds = ["queue", "work", "waiting", "closed hours"];
    let expected = [colour::FOURTH, colour::MET, colour::FIFTH, colour::CONTEXT];
    assert_eq!(colour::of_names(&kinds, Locale::EnGb), expected);
    // Each by itself, in any case.
    for (kind, colour) in ["Queue", "Work", "Waiting", "Closed hours"].iter().zip(expected) {
        assert_eq!(colour::of_names(&[kind], Locale::EnGb), [colour]);
    }
    // Part of a name is no kind.
    assert_eq!(colour::of_names(&["Network"], Locale::EnGb), [colour::MET]);
}

#[test]
fn names_that_would_read_alike_are_cut_in_the_middle() {
    text::register().expect("font");
    let fit = |names: &[&str]| {
        text::fit_all(names.iter().map(|name| (*name, text::Weight::Regular)), 300).expect("measured")
    };
    let alike = fit(&["customer of the north;module=9", "customer of the north;module=10", "short"]);
    assert!(alike[0].ends_with("=9") && alike[1].ends_with("=10"), "{alike:?}");
    assert!(alike[0].starts_with("cust") && alike[0].contains('…') && alike[2] == "short");
    for name in &alike {
        assert!(text::width(name, text::Weight::Regular).expect("measured") <= 300);
    }
    // Names that differ at their start, or not at all, are cut at their end.
    let apart = fit(&["customer of the north;module=9", "client of the north;module number 9"]);
    assert!(apart.iter().all(|name| name.ends_with('…')), "{apart:?}");
    let same = fit(&["customer of the north;module=9"; 2]);
    assert!(same.iter().all(|name| name.ends_with('…')), "{same:?}");
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
