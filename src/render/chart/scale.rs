//! The value axis: where it starts and ends, its ticks, and how values print.

use super::at;
use crate::paper::locale::phrase;
use crate::paper::{Figure, format};

const NBSP: char = '\u{a0}';

/// A value axis with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// From 0, for bars and amounts; `top` is the largest value.
    pub fn from_zero(bottom: f64, top: f64, is_share: bool) -> Scale {
        let span = (top.max(0.0) - bottom.min(0.0)).max(f64::MIN_POSITIVE);
        let step = if is_share && span <= 1.0 && span > 0.25 { 0.25 } else { nice_step(span / 4.0) };
        Scale::stepped(bottom.min(0.0), top.max(step), step)
    }

    /// Not from 0, for attainment: steps of 5 points (more where they would
    /// be too many) around the values and the target.
    pub fn around(bottom: f64, top: f64) -> Scale {
        let step = [0.05, 0.1].into_iter().find(|step| (top - bottom) / step <= 6.0).unwrap_or(0.2);
        let mut scale = Scale::stepped(bottom, top, step);
        // At least two steps, and never above 100 % unless a value is.
        while scale.ticks.len() < 3 {
            let low = scale.low - step;
            scale = Scale::stepped(low, scale.high, step);
        }
        scale
    }

    /// For lines that are compared with each other and carry their values:
    /// around them, but never so close that a small difference looks large.
    pub fn close(bottom: f64, top: f64) -> Scale {
        let bottom = bottom.min(top - top.abs() / 2.0);
        let span = (top - bottom).max(f64::MIN_POSITIVE);
        let step = nice_step(span / 20.0);
        let low = ((bottom / step + 1e-9).floor() * step).min(bottom);
        Scale { low, high: low + (top - low).max(step), ticks: vec![low, low + step] }
    }

    /// Whole steps from below the smallest to above the largest value.
    fn stepped(bottom: f64, top: f64, step: f64) -> Scale {
        // Values that lie on a step up to rounding stay on it.
        let first = (bottom / step + 1e-9).floor() as i64;
        let last = ((top / step - 1e-9).ceil() as i64).max(first + 1);
        let ticks: Vec<f64> = (first..=last.min(first + 40)).map(|n| n as f64 * step).collect();
        Scale {
            low: ticks.first().copied().unwrap_or(bottom),
            high: ticks.last().copied().unwrap_or(top),
            ticks,
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least as much as asked for.
pub fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powi(rough.log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power)
}

/// Smallest and largest value, the target included.
pub fn extent(figure: &Figure) -> (f64, f64) {
    figure
        .series
        .iter()
        .flat_map(|series| series.values.iter().copied().flatten())
        .chain(figure.target)
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// Smallest and largest end of the stacked values of a category.
pub fn stacked_extent(figure: &Figure) -> (f64, f64) {
    (0..figure.categories.len()).fold((0.0, 0.0), |(low, high), index| {
        let ends = figure.series.iter().filter_map(|series| at(&series.values, index));
        let (minus, plus): (Vec<f64>, Vec<f64>) = ends.partition(|value| *value < 0.0);
        (f64::min(low, minus.iter().sum()), f64::max(high, plus.iter().sum()))
    })
}

/// A value with its unit.
pub fn value(figure: &Figure, value: f64) -> String {
    match figure.unit.as_str() {
        "%" => figure.locale.share(value),
        "h" => format!("{}{NBSP}h", figure.locale.number(format::tenths(value), 1)),
        "" => figure.locale.number(value, decimals(value)),
        unit => format!("{}{NBSP}{unit}", figure.locale.number(value, decimals(value))),
    }
}

/// A value without a long unit, for a mark in a crowd.
pub fn short(figure: &Figure, number: f64) -> String {
    if figure.unit.chars().count() <= 2 {
        value(figure, number)
    } else {
        figure.locale.number(number, decimals(number))
    }
}

/// A tick: shares without decimals, nothing with a long unit.
pub fn tick(figure: &Figure, tick: f64, scale: &Scale) -> String {
    let step = scale.ticks.get(1).map_or(1.0, |second| second - scale.low);
    let places = (0..6).find(|n| is_whole(step * 10f64.powi(*n))).unwrap_or(6) as usize;
    match figure.unit.as_str() {
        "%" => format!("{}%", figure.locale.number(tick * 100.0, places.saturating_sub(2))),
        unit if !unit.is_empty() && unit.chars().count() <= 2 => {
            format!("{}{NBSP}{unit}", figure.locale.number(tick, places))
        }
        _ => figure.locale.number(tick, places),
    }
}

/// `target 95%`, without idle decimals.
pub fn target(figure: &Figure, target: f64) -> String {
    phrase!(figure.locale, "target {target}", target = aim(figure, target))
}

/// `95%`, or `24 h`: what is aimed at, without idle decimals.
pub fn aim(figure: &Figure, target: f64) -> String {
    match figure.unit.as_str() {
        "%" => figure.locale.aim(target),
        "h" if is_whole(target) => format!("{}{NBSP}h", figure.locale.number(target, 0)),
        _ => value(figure, target),
    }
}

fn decimals(value: f64) -> usize {
    if is_whole(value) {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}
