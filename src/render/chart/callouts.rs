//! Names beside marks in a crowd: as many as find room, the first come first.

use super::Fallible;
use super::text::{self, LEADING, Weight};

const MAX_NAME: i32 = 300;
/// From a mark to its name.
const GAP: i32 = 6;

/// A rectangle on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Patch {
    pub fn around((x, y): (i32, i32), r: i32) -> Patch {
        Patch { left: x - r, top: y - r, right: x + r, bottom: y + r }
    }

    pub fn overlaps(&self, other: &Patch) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn is_within(&self, other: &Patch) -> bool {
        self.left >= other.left
            && self.right <= other.right
            && self.top >= other.top
            && self.bottom <= other.bottom
    }
}

/// A mark with a name.
pub struct Mark<'a> {
    pub name: &'a str,
    pub patch: Patch,
}

/// The names that find room within the bounds, each with its left middle.
///
/// No name overlaps a mark in the way or another name. `lines` are places
/// that a name had rather not cover.
pub fn place(
    marks: &[Mark<'_>],
    in_the_way: &[Patch],
    lines: &[(i32, i32)],
    bounds: &Patch,
) -> Fallible<Vec<(String, (i32, i32))>> {
    let mut taken: Vec<Patch> = in_the_way.to_vec();
    let mut names = Vec::new();
    let fitted = text::fit_all(marks.iter().map(|mark| (mark.name, Weight::Regular)), MAX_NAME)?;
    for (mark, name) in marks.iter().zip(fitted) {
        if name.trim().is_empty() {
            continue;
        }
        let width = text::width(&name, Weight::Regular)?;
        let free =
            |patch: &Patch| patch.is_within(bounds) && !taken.iter().any(|other| other.overlaps(patch));
        let covered =
            |patch: &Patch| lines.iter().filter(|at| Patch::around(**at, 1).overlaps(patch)).count();
        if let Some(patch) = around(&mark.patch, width).into_iter().filter(free).min_by_key(covered) {
            names.push((name, (patch.left, patch.top + LEADING / 2)));
            taken.push(patch);
        }
    }
    Ok(names)
}

/// Places for a name of that width, the best first.
fn around(mark: &Patch, width: i32) -> Vec<Patch> {
    let middle = mark.left.midpoint(mark.right);
    let (right, left) = (mark.right + GAP, mark.left - GAP - width);
    let (level, above, below) =
        (mark.top.midpoint(mark.bottom) - LEADING / 2, mark.top - LEADING, mark.bottom);
    [
        (right, level),
        (left, level),
        (right - GAP, above),
        (right - GAP, below),
        (left + GAP, above),
        (left + GAP, below),
        (middle - width / 2, above),
        (middle - width / 2, below),
    ]
    .map(|(left, top)| Patch { left, top, right: left + width, bottom: top + LEADING })
    .to_vec()
}
