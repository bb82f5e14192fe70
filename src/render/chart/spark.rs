//! A line of a word's size, beside a key figure.

use std::fmt::Write as _;

use super::at;
use super::finish::escaped;
use crate::paper::locale::{Locale, phrase};

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 36.0;
const PAD: f64 = 5.0;

/// The values 0-1 as a small `<svg>`, oldest first, with gaps where there is
/// none and the target as a dashed line; empty text if there is no value.
pub fn sparkline(values: &[Option<f64>], target: Option<f64>, locale: Locale) -> String {
    let target = target.filter(|value| value.is_finite());
    let known = (0..values.len()).filter_map(|index| at(values, index));
    let (low, high) = known
        .clone()
        .chain(target)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if known.count() == 0 {
        return String::new();
    }
    // Small differences shall look small.
    let middle = low.midpoint(high);
    let half = ((high - low) / 2.0).max(0.02);
    let y = |value: f64| HEIGHT / 2.0 - (value - middle) / half * (HEIGHT / 2.0 - PAD);
    let steps = values.len().saturating_sub(1).max(1) as f64;
    let x = |index: usize| PAD + index as f64 / steps * (WIDTH - 2.0 * PAD);

    let mut svg = format!(
        "<svg class=\"spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <title>{}</title><desc>{}</desc>",
        escaped(locale.text("Monthly values")),
        escaped(&description(values, target, locale))
    );
    if let Some(target) = target {
        let y = y(target);
        let _ = write!(svg, "<path class=\"aim\" d=\"M0 {y:.1}H{WIDTH}\"/>");
    }
    let mut path = String::new();
    let mut dots = String::new();
    for index in 0..values.len() {
        let Some(value) = at(values, index) else {
            continue;
        };
        let before = index.checked_sub(1).and_then(|before| at(values, before));
        let after = at(values, index + 1);
        let command = if before.is_some() { 'L' } else { 'M' };
        let _ = write!(path, "{command}{:.1} {:.1}", x(index), y(value));
        let is_last = index + 1 == values.len();
        if is_last || (before.is_none() && after.is_none()) {
            let r = if is_last { 3.5 } else { 2.0 };
            let _ = write!(dots, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{r}\"/>", x(index), y(value));
        }
    }
    let _ = write!(svg, "<path class=\"run\" d=\"{path}\"/>{dots}</svg>");
    svg
}

fn description(values: &[Option<f64>], target: Option<f64>, locale: Locale) -> String {
    let share =
        |index| at(values, index).map_or_else(|| phrase!(locale, "none"), |share| locale.share(share));
    let list = (0..values.len()).map(share).collect::<Vec<_>>().join(", ");
    match target {
        None => phrase!(locale, "Oldest first: {values}", values = list),
        Some(target) => phrase!(
            locale,
            "Oldest first: {values}; target {target}",
            values = list,
            target = locale.share(target)
        ),
    }
}
