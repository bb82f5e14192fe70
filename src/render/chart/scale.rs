//! The value axis: where it starts and ends, its ticks, and how values print.

use super::{at, has_place};
use crate::paper::locale::phrase;
use crate::paper::{Figure, format};

/// Less is 0: no step of it is a number any more.
const TINY: f64 = 1e-290;
/// Steps of a few points would be lost in the last digits of more.
const FAR: f64 = 1e6;
/// Characters of a unit; a query's own may be a sentence.
const MAX_UNIT: usize = 24;
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
        let span = top.max(0.0) - bottom.min(0.0);
        if span < TINY {
            // All are 0: nothing but the axis tells how high a value would be.
            return Scale::stepped(0.0, 1.0, if is_share { 0.25 } else { 1.0 });
        }
        let step = if is_share && span <= 1.0 && span > 0.25 { 0.25 } else { nice_step(span / 4.0) };
        Scale::stepped(bottom.min(0.0), top.max(step), step)
    }

    /// Not from 0, for attainment: steps of 5 points (more where they would
    /// be too many) around the values and the target.
    ///
    /// At least two steps; above 100 % or below 0 % only if a value is.
    pub fn around(bottom: f64, top: f64) -> Scale {
        let (span, farthest) = (top - bottom, bottom.abs().max(top.abs()));
        let step = match [0.05, 0.1].into_iter().find(|step| span / step <= 6.0).unwrap_or(0.2) {
            step if span <= 40.0 * step && farthest <= FAR => step,
            // No shares of anything: few steps, and none too small for its number.
            _ => nice_step((span / 4.0).max(farthest * 1e-6)),
        };
        let (mut low, mut high) = (below(bottom, step), above(top, step));
        while high - low < 1.5 {
            let is_room_below = bottom < 0.0 || low * step > TINY;
            if is_room_below { low -= 1.0 } else { high += 1.0 }
        }
        Scale::stepped(low * step, high * step, step)
    }

    /// For lines that are compared with each other and carry their values:
    /// around them, but never so close that a small difference looks large.
    pub fn close(bottom: f64, top: f64) -> Scale {
        let bottom = bottom.min(top - top.abs() / 2.0);
        let span = if top - bottom < TINY { 1.0 } else { top - bottom };
        let step = nice_step(span / 20.0);
        let low = ((bottom / step + 1e-9).floor() * step).min(bottom);
        Scale { low, high: low + (top - low).max(step), ticks: vec![low, low + step] }
    }

    /// Whole steps from below the smallest to above the largest value.
    fn stepped(bottom: f64, top: f64, step: f64) -> Scale {
        let first = below(bottom, step);
        let count = (above(top, step) - first).clamp(1.0, 40.0) as i32;
        let ticks: Vec<f64> = (0..=count).map(|n| (first + f64::from(n)) * step).collect();
        Scale {
            low: ticks.first().copied().unwrap_or(bottom),
            high: ticks.last().copied().unwrap_or(top),
            ticks,
        }
    }
}

/// Steps up to the value, whole ones; what lies on one up to rounding stays on it.
fn below(value: f64, step: f64) -> f64 {
    (value / step + 1e-9).floor()
}

/// As `below`, the step above it.
fn above(value: f64, step: f64) -> f64 {
    (value / step - 1e-9).ceil()
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
        .filter(has_place)
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
        unit => {
            let number = figure.locale.number(value, decimals(value));
            format!("{number}{NBSP}{}", format::cut(unit, MAX_UNIT))
        }
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

/// Where the axis starts, without idle decimals.
pub fn start(figure: &Figure, scale: &Scale) -> String {
    match is_whole(scale.low) && figure.unit != "%" {
        true => tick(figure, scale.low, &Scale { ticks: vec![scale.low, scale.low + 1.0], ..scale.clone() }),
        false => tick(figure, scale.low, scale),
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
