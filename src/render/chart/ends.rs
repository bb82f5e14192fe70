//! Labels at the right end of lines, moved apart where lines end close together.

use std::ops::Range;

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor};

use super::colour::{INK, LEADER, MUTED};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn};

/// From the end of a line to its label.
pub const REACH: i32 = 48;

/// A label this far from its line's height still seems to stand at it.
const NEAR: i32 = 3;

pub struct Label {
    pub text: String,
    pub weight: Weight,
    /// `None` for a target or a limit.
    pub colour: Option<RGBColor>,
    /// Where the line ends.
    pub ends: (i32, i32),
}

/// Draws the labels right of `edge`, each at the height of its line's end or
/// as close to it as the others and the `rows` of the plot allow.
pub fn draw(area: &Area<'_>, mut labels: Vec<Label>, edge: i32, rows: Range<i32>) -> Drawn {
    labels.sort_by_key(|label| label.ends.1);
    let wanted: Vec<i32> = labels.iter().map(|label| label.ends.1).collect();
    let x = edge + REACH;
    for (label, y) in labels.iter().zip(spread(&wanted, rows)) {
        let (is_near, until) = match label.colour {
            Some(colour) => {
                // The swatch tells lines apart where they end close together.
                let swatch = [(x - 20, y - 3), (x - 8, y + 4)];
                area.draw(&Rectangle::new(swatch, colour.filled()))?;
                (y == label.ends.1 && edge - label.ends.0 < REACH, x - 24)
            }
            // A line that goes on to the edge leads to a label at its height by itself.
            None => ((y - label.ends.1).abs() <= NEAR, x - 8),
        };
        if !is_near {
            let from = (label.ends.0 + 10, label.ends.1);
            let path = vec![from, (edge.max(from.0), from.1), (until, y)];
            area.draw(&PathElement::new(path, LEADER.stroke_width(2)))?;
        }
        let ink = if label.colour.is_some() { INK } else { MUTED };
        text::draw(area, &label.text, (x, y), Anchor::Left, label.weight, ink)?;
    }
    Ok(())
}

/// Heights a line of text apart, in all as little as possible from those
/// wanted, which ascend; above the rows only if they are too many.
pub fn spread(wanted: &[i32], rows: Range<i32>) -> Vec<i32> {
    // Without the lines above each, heights must only not descend: neighbours
    // that do are pooled at their mean.
    let mut pools: Vec<(i64, i64)> = Vec::new();
    for (index, height) in wanted.iter().enumerate() {
        pools.push((i64::from(*height) - index as i64 * i64::from(LEADING), 1));
        while let [.., above, below] = pools[..]
            && above.0 * below.1 > below.0 * above.1
        {
            pools.truncate(pools.len() - 2);
            pools.push((above.0 + below.0, above.1 + below.1));
        }
    }
    let lowest = rows.end - LEADING * (wanted.len() as i32 - 1);
    pools
        .iter()
        .flat_map(|(sum, count)| (0..*count).map(|_| sum.div_euclid(*count) as i32))
        .enumerate()
        .map(|(index, height)| height.max(rows.start).min(lowest) + index as i32 * LEADING)
        .collect()
}
