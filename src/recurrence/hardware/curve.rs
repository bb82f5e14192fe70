//! Mean number of incidents of a unit by age.

use super::LEVEL;
use super::seen::Seen;
use crate::stats::age_window::AgeWindow;
use crate::stats::mcf::mean_cumulative_between;
use crate::stats::special::normal_quantile;

/// The mean cumulative function of a model: how many incidents a unit has had by an age, on average.
///
/// Nelson (2003), with the band of Lawless and Nadeau (1995), which allows a unit's incidents to depend on
/// each other. A straight line is a constant rate; one that bends upwards is wear.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pub model: usize,
    /// Units in the curve.
    pub units: u64,
    /// Units out of it: those of unknown age, and those gone before the age from which it counts.
    pub left_out: u64,
    /// The age from which incidents are counted: the first at which a tenth of the units, and at least two,
    /// were observed at once; 0 if they were so from their installation on.
    pub from_age_days: f64,
    /// At most 200, in order of age.
    pub points: Vec<Point>,
}

/// A point of a curve, which stays level up to the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub age_days: f64,
    /// Units that were observed at this age.
    pub at_risk: u64,
    /// Mean incidents of a unit since the curve's first age.
    pub mean: f64,
    /// The band at this age, on a logarithmic scale so that it stays above 0; 0 and 0 before the first
    /// incident.
    pub lower: f64,
    pub upper: f64,
}

const MOST_POINTS: usize = 200;
/// A judgement: a curve that starts where hardly a unit is seen carries their chance on to all later ages.
const LEAST_PART: usize = 10;

pub fn of(model: usize, seen: &[Seen]) -> Option<Curve> {
    let ages: Vec<(f64, Vec<f64>, f64)> = seen.iter().filter_map(Seen::ages).collect();
    let from = first_age(&ages, ages.len().div_ceil(LEAST_PART).max(2))?;
    let windows: Vec<AgeWindow> = ages
        .iter()
        .filter(|(_, _, end)| *end > from)
        .map(|(start, times, end)| AgeWindow {
            start: *start,
            times: &times[times.partition_point(|age| *age < from)..],
            end: *end,
        })
        .collect();
    let z = normal_quantile(0.5 + LEVEL / 2.0);
    let points: Vec<Point> = mean_cumulative_between(&windows)?
        .into_iter()
        .map(|step| {
            let factor = match step.standard_error {
                Some(error) if step.mean > 0.0 => (z * error / step.mean).exp(),
                _ => 1.0,
            };
            Point {
                age_days: step.time,
                at_risk: step.at_risk as u64,
                mean: step.mean,
                lower: step.mean / factor,
                upper: step.mean * factor,
            }
        })
        .collect();
    let left_out = (seen.len() - windows.len()) as u64;
    Some(Curve { model, units: windows.len() as u64, left_out, from_age_days: from, points: thin(points) })
}

/// The first age at which so many units are observed at once.
fn first_age(ages: &[(f64, Vec<f64>, f64)], least: usize) -> Option<f64> {
    // At one age ends come first, so that a unit which ends there doesn't count with one that starts.
    let starts = ages.iter().map(|(start, ..)| (*start, true));
    let mut changes: Vec<(f64, bool)> = starts.chain(ages.iter().map(|(.., end)| (*end, false))).collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut observed = 0;
    changes.into_iter().find_map(|(age, is_start)| {
        observed = if is_start { observed + 1 } else { observed - 1 };
        (observed >= least).then_some(age)
    })
}

/// The first and last points and evenly many of those between.
fn thin(points: Vec<Point>) -> Vec<Point> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let last = points.len() - 1;
    (0..MOST_POINTS).map(|nth| points[nth * last / (MOST_POINTS - 1)]).collect()
}
