//! Contrast by WCAG 2.2 (relative luminance as in its definition), in both themes.

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use crate::render::chart::colour;
use crate::render::html::STYLE;

type Palette = BTreeMap<String, String>;

/// The custom properties after `selector{`.
fn palette(selector: &str) -> Palette {
    let start = STYLE.find(&format!("{selector}{{color-scheme")).expect("a theme") + selector.len() + 1;
    let (body, _) = STYLE[start..].split_once('}').expect("its end");
    body.split(';')
        .filter_map(|rule| rule.strip_prefix("--")?.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn channels(hex: &str) -> [f64; 3] {
    let digits = hex.trim_start_matches('#');
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits.to_owned(),
    };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&wide[at..at + 2], 16).expect("hex")) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn chart(RGBColor(r, g, b): RGBColor) -> [f64; 3] {
    [r, g, b].map(|c| f64::from(c) / 255.0)
}

fn themes() -> [(&'static str, Palette); 2] {
    [("light", palette(":root")), ("dark", palette(":root[data-theme=dark]"))]
}

#[test]
fn the_measure_is_that_of_the_standard() {
    assert_eq!(contrast([0.0; 3], [1.0; 3]), 21.0);
    // Of the report's own table of colours: 5.19 and 3.87 on white.
    assert!((contrast(channels("#0072B2"), [1.0; 3]) - 5.19).abs() < 0.005);
    assert!((contrast(channels("#D55E00"), channels("#fff")) - 3.87).abs() < 0.005);
}

#[test]
fn the_dark_theme_is_one() {
    assert_eq!(palette(":root:not([data-theme=light])"), palette(":root[data-theme=dark]"));
}

#[test]
fn text_can_be_read_and_marks_can_be_seen() {
    for (theme, colours) in themes() {
        let of = |name: &str| channels(&colours[name]);
        for ground in ["paper", "wash"] {
            for (names, least) in [
                (&["ink", "soft", "met-text", "missed-text", "link"][..], 4.5),
                (&["met", "missed", "context"][..], 3.0),
            ] {
                for name in names {
                    let found = contrast(of(name), of(ground));
                    assert!(found >= least, "{name} on {ground}, {theme}: {found:.2}");
                }
            }
        }
    }
}

#[test]
fn figures_can_be_read_in_both_themes() {
    let series: Vec<RGBColor> =
        colour::of_names(&["a", "b", "c", "d", "e"], crate::paper::locale::Locale::EnGb);
    for (theme, colours) in themes() {
        let paper = channels(&colours["paper"]);
        for mark in &series {
            let found = contrast(chart(*mark), paper);
            assert!(found >= 3.0, "{mark:?}, {theme}: {found:.2}");
        }
        // Muted text is ink at 78 %.
        let ink = channels(&colours["ink"]);
        let muted = [0, 1, 2].map(|c| 0.78 * ink[c] + 0.22 * paper[c]);
        assert!(contrast(muted, paper) >= 4.5, "muted, {theme}");
    }
    for mark in series {
        let found = contrast(chart(mark), chart(colour::on(mark)));
        assert!(found >= 4.5, "text on {mark:?}: {found:.2}");
    }
}
