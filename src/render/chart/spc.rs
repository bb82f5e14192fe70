//! Shares over time in panels: mean, limits of chance, target, and the values
//! that chance doesn't explain.

use std::ops::Range;

use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::{Color, RGBColor};

use super::colour::{CONTEXT, GRID, INK, MET, MISSED, MUTED, OUTER, TARGET};
use super::ends::{self, Label, REACH};
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, WIDTH, at, frame};
use crate::paper::locale::phrase;
use crate::paper::{Assurance, Control, Figure, MAX_CURVES, Panel, Variation};

/// One panel, its heading and its months included.
const PANEL: i32 = 430;
/// Above the plot: name and icons, then what is measured.
const HEAD: i32 = 102;
/// Below the plot: months and years, and a space to the next panel.
const FOOT: i32 = 16 + 2 * LEADING + 24;
const RADIUS: i32 = 21;

/// Whether the panel has a value.
pub fn is_drawable(panel: &Panel) -> bool {
    (0..panel.values.len()).any(|index| at(&panel.values, index).is_some())
}

fn panels(figure: &Figure) -> impl Iterator<Item = &Panel> {
    figure.panels.iter().filter(|panel| is_drawable(panel)).take(MAX_CURVES)
}

/// Height of the canvas, by the number of panels.
pub fn height(figure: &Figure) -> u32 {
    (panels(figure).count() as i32 * PANEL - 24).unsigned_abs()
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let panels: Vec<&Panel> = panels(figure).collect();
    // All panels have one scale, so that heights compare.
    let scale = scale_of(&panels, figure.unit == "%");
    let (mut left, mut right) = (0, 0);
    for tick in &scale.ticks {
        left = left.max(text::width(&scale::tick(figure, *tick, &scale), Weight::Regular)?);
    }
    for panel in &panels {
        for label in labels(figure, panel) {
            right = right.max(text::width(&label.0, label.1)?);
        }
    }
    for (index, panel) in panels.into_iter().enumerate() {
        let top = index as i32 * PANEL;
        let plot = Plot {
            columns: left + 14..WIDTH as i32 - right - REACH - 2,
            rows: top + HEAD..top + PANEL - FOOT,
            count: figure.categories.len(),
            scale: &scale,
        };
        heading(figure, panel, &scale, top, area)?;
        plot.grid(figure, area)?;
        plot.panel(figure, panel, area)?;
    }
    Ok(())
}

fn scale_of(panels: &[&Panel], is_share: bool) -> Scale {
    let limits =
        panels.iter().filter_map(|panel| panel.control.as_ref()).flat_map(|own| own.limits.iter().flatten());
    let values = panels.iter().flat_map(|panel| panel.values.iter().flatten().chain(&panel.target));
    let (low, high) = limits
        .flatten()
        .chain(values)
        .filter(|value| super::has_place(value))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    if is_share { Scale::around(low, high) } else { Scale::from_zero(low, high, false) }
}

/// Name, what is measured, and top right the two icons with their words.
fn heading(figure: &Figure, panel: &Panel, scale: &Scale, top: i32, area: &Area<'_>) -> Drawn {
    let y = top + RADIUS + 3;
    let mut x = WIDTH as i32 - 2;
    let (control, locale) = (panel.control.as_ref(), figure.locale);
    if let Some(assurance) = control.and_then(|control| control.assurance) {
        let (letter, colour, words) = match assurance {
            Assurance::Pass => ("P", MET, phrase!(locale, "target passed consistently")),
            Assurance::HitOrMiss => ("?", CONTEXT, phrase!(locale, "target hit or miss")),
            Assurance::Fail => ("F", MISSED, phrase!(locale, "target failed consistently")),
        };
        x = words_left_of(&words, x, y, area)?;
        area.draw(&Circle::new((x - RADIUS, y), RADIUS - 2, colour.stroke_width(4)))?;
        text::draw(area, letter, (x - RADIUS, y), Anchor::Middle, Weight::Bold, INK)?;
        x -= 2 * RADIUS + 34;
    }
    if let Some(variation) = control.and_then(|control| control.variations.last()).copied() {
        let words = match variation {
            Variation::Common => phrase!(locale, "common cause variation"),
            Variation::Improvement => phrase!(locale, "special cause: improvement"),
            Variation::Concern => phrase!(locale, "special cause: concern"),
        };
        x = words_left_of(&words, x, y, area)?;
        icon(variation, (x - RADIUS, y), area)?;
        x -= 2 * RADIUS + 34;
    }
    let name = text::fit(&panel.name, x.max(200), Weight::Bold)?;
    text::draw(area, &name, (0, y), Anchor::Left, Weight::Bold, INK)?;
    let note = match control {
        Some(control) if control.variations.is_empty() => {
            Some(phrase!(locale, "trial limits: too few months for rules"))
        }
        Some(control) if control.is_trial => Some(phrase!(locale, "trial limits: fewer than 12 months")),
        Some(_) => None,
        None => Some(phrase!(locale, "too few months for limits")),
    };
    let measure = [Some(frame::measure(figure, scale)), note].into_iter().flatten().collect::<Vec<_>>();
    let measure = text::fit(&measure.join(" · "), WIDTH as i32, Weight::Regular)?;
    text::draw(area, &measure, (0, top + 2 * RADIUS + 22), Anchor::Left, Weight::Regular, MUTED)
}

/// Draws words that end at `x` and returns where an icon beside them ends.
fn words_left_of(words: &str, x: i32, y: i32, area: &Area<'_>) -> Fallible<i32> {
    text::draw(area, words, (x, y), Anchor::Right, Weight::Regular, INK)?;
    Ok(x - text::width(words, Weight::Regular)? - 10)
}

/// The variation of the latest value: a wave, or a triangle up or down.
fn icon(variation: Variation, (x, y): (i32, i32), area: &Area<'_>) -> Drawn {
    let colour = colour_of(variation);
    area.draw(&Circle::new((x, y), RADIUS - 2, colour.stroke_width(4)))?;
    if variation == Variation::Common {
        let wave = [(-11, 4), (-6, -4), (0, 3), (6, -5), (11, 2)];
        let wave = wave.iter().map(|(dx, dy)| (x + dx, y + dy)).collect::<Vec<_>>();
        area.draw(&PathElement::new(wave, colour.stroke_width(4)))?;
        return Ok(());
    }
    triangle(variation, (x, y), 11, area)
}

fn colour_of(variation: Variation) -> RGBColor {
    match variation {
        Variation::Common => CONTEXT,
        Variation::Improvement => MET,
        Variation::Concern => MISSED,
    }
}

/// Up for an improvement, down for a concern; told apart without colour.
fn triangle(variation: Variation, (x, y): (i32, i32), r: i32, area: &Area<'_>) -> Drawn {
    let up = if variation == Variation::Improvement { -1 } else { 1 };
    let corners = vec![(x, y + up * r), (x - r, y - up * (r - 3)), (x + r, y - up * (r - 3))];
    area.draw(&Polygon::new(corners, colour_of(variation).filled()))?;
    Ok(())
}

/// Texts right of the plot, each at its value: the latest one first.
fn labels(figure: &Figure, panel: &Panel) -> Vec<(String, Weight, f64)> {
    let latest = (0..panel.values.len()).rev().find_map(|index| at(&panel.values, index));
    let mut labels = Vec::new();
    labels.extend(latest.map(|value| (scale::short(figure, value), Weight::Bold, value)));
    if let Some(target) = panel.target {
        labels.push((scale::target(figure, target), Weight::Regular, target));
    }
    if let Some(control) = &panel.control {
        let mean = phrase!(figure.locale, "mean {value}", value = scale::short(figure, control.mean));
        labels.push((mean, Weight::Regular, control.mean));
        if let Some([lower, upper]) = control.limits.iter().rev().flatten().next() {
            let text =
                |limit: f64| phrase!(figure.locale, "limit {value}", value = scale::short(figure, limit));
            labels.push((text(*upper), Weight::Regular, *upper));
            labels.push((text(*lower), Weight::Regular, *lower));
        }
    }
    labels
}

/// Where months and values of one panel lie on the canvas.
struct Plot<'a> {
    columns: Range<i32>,
    rows: Range<i32>,
    count: usize,
    scale: &'a Scale,
}

impl Plot<'_> {
    /// The left border of a month's column; the middle lies half a column on.
    fn x(&self, index: f64) -> i32 {
        let room = f64::from(self.columns.end - self.columns.start);
        self.columns.start + (room * index / self.count.max(1) as f64).round() as i32
    }

    fn y(&self, value: f64) -> i32 {
        let share = (value - self.scale.low) / (self.scale.high - self.scale.low);
        self.rows.end - (share * f64::from(self.rows.end - self.rows.start)).round() as i32
    }

    fn grid(&self, figure: &Figure, area: &Area<'_>) -> Drawn {
        for tick in &self.scale.ticks {
            let y = self.y(*tick);
            let line = vec![(self.columns.start, y), (self.columns.end, y)];
            area.draw(&PathElement::new(line, GRID.stroke_width(2)))?;
            let label = scale::tick(figure, *tick, self.scale);
            let place = (self.columns.start - 14, y);
            text::draw(area, &label, place, Anchor::Right, Weight::Regular, MUTED)?;
        }
        let months = frame::months(&figure.categories, figure.locale);
        let slot = (self.x(1.0) - self.x(0.0)).max(1);
        let x = |index: usize| self.x(index as f64 + 0.5);
        frame::names_under(&figure.categories, months.as_deref(), area, slot, x, self.rows.end)
    }

    fn panel(&self, figure: &Figure, panel: &Panel, area: &Area<'_>) -> Drawn {
        if let Some(control) = &panel.control {
            self.limits(control, area)?;
        }
        if let Some(target) = panel.target {
            let y = self.y(target);
            let line = vec![(self.columns.start, y), (self.columns.end, y)];
            area.draw(&PathElement::new(line, TARGET.stroke_width(2)))?;
        }
        let places: Vec<Option<(i32, i32)>> = (0..self.count)
            .map(|index| at(&panel.values, index).map(|value| (self.x(index as f64 + 0.5), self.y(value))))
            .collect();
        for run in places.split(Option::is_none) {
            let line: Vec<_> = run.iter().copied().flatten().collect();
            area.draw(&PathElement::new(line, CONTEXT.stroke_width(2)))?;
        }
        for (index, place) in places.iter().enumerate() {
            let Some(place) = place else {
                continue;
            };
            let variations = panel.control.as_ref().map(|control| &control.variations);
            match variations.and_then(|own| own.get(index)).copied().unwrap_or(Variation::Common) {
                Variation::Common => area.draw(&Circle::new(*place, 7, CONTEXT.filled()))?,
                special => triangle(special, *place, 12, area)?,
            }
        }
        let latest = places.iter().rev().flatten().next();
        let labels = labels(figure, panel).into_iter().enumerate().map(|(index, (text, weight, value))| {
            let ends = match (index, latest) {
                (0, Some(place)) => *place,
                _ => (self.columns.end, self.y(value)),
            };
            Label { text, weight, colour: None, ends }
        });
        ends::draw(area, labels.collect(), self.columns.end, self.rows.clone())
    }

    /// The mean, and both limits in steps a month wide.
    fn limits(&self, control: &Control, area: &Area<'_>) -> Drawn {
        let mean = self.y(control.mean);
        let line = vec![(self.columns.start, mean), (self.columns.end, mean)];
        area.draw(&PathElement::new(line, MUTED.stroke_width(2)))?;
        for side in 0..2 {
            let mut from = 0;
            for run in control.limits.split(Option::is_none) {
                let mut line = Vec::new();
                for (index, limit) in run.iter().flatten().enumerate() {
                    let y = self.y(limit[side]);
                    line.push((self.x((from + index) as f64), y));
                    line.push((self.x((from + index + 1) as f64), y));
                }
                from += run.len() + 1;
                area.draw(&PathElement::new(line, OUTER.stroke_width(3)))?;
            }
        }
        Ok(())
    }
}
