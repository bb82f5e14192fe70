//! Units: is one worse than its like?
//!
//! A unit is tested on the fault that it has most, because a repeating fault is what the rule to act on
//! speaks of; its chance is multiplied by the number of faults that could have been it.

use super::peers::{Comparison, Peers, Spread};
use super::seen::{DAY_S, Mtbf, Mtbfs, Seen};
use super::{LEVEL, Settings};
use crate::stats::Bounds;
use crate::stats::discovery::benjamini_hochberg;

/// One unit with incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRow {
    pub asset: usize,
    pub model: usize,
    /// Days of service and incidents in all the time seen.
    pub days: f64,
    pub incidents: u64,
    pub mtbf: Option<Mtbf>,
    /// Incidents in the 365 days before as-of.
    pub year_incidents: u64,
    /// The fault that it had most in those days, and how often; absent without an incident in them.
    pub fault: Option<u32>,
    pub same_fault: u64,
    /// Absent where `same_fault` is too few, or without another unit to compare with.
    pub test: Option<UnitTest>,
    pub verdict: UnitVerdict,
}

/// How a unit compares with the others of its model, in one fault and the 730 days before as-of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitTest {
    /// Incidents and days of service of the unit.
    pub incidents: u64,
    pub days: f64,
    /// The same of all other units together.
    pub other_incidents: u64,
    pub other_days: f64,
    /// What the others' rate lets expect of this unit.
    pub expected: f64,
    /// `incidents` by `expected`, with its exact interval; both infinite at their upper end where the others
    /// had none.
    pub ratio: f64,
    pub ratio_bounds: Bounds,
    /// The normal spread between units that was allowed for.
    pub spread: Spread,
    /// Chance that a unit like the others has so many of any one fault.
    pub p: f64,
    /// Benjamini and Hochberg's q over all units.
    pub q: f64,
    /// The `incidents` from which on it is sure to be a bad unit, all else as it is.
    pub act_at: Option<u64>,
}

/// Whether a unit is worse than its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitVerdict {
    /// One to act on.
    BadUnit,
    /// Unusual but short of the rule: nothing to act on.
    Watch,
    /// Within what is normal for its model.
    Nothing,
    /// Too few incidents of one fault, or no other unit to compare with.
    TooFew,
}

/// More incidents than any unit has in two years.
const MOST_INCIDENTS: u64 = 100_000;

/// The units of one model: rows of those with incidents, and how many could have been named.
pub struct Units {
    rows: Vec<(UnitRow, Option<Comparison>)>,
    family: u64,
}

impl Units {
    pub fn new(model: usize, seen: &[Seen], peers: &Peers, pooled: Spread, settings: &Settings) -> Units {
        let least = u64::from(settings.unit_incidents);
        let mut mtbfs = Mtbfs::default();
        let row = |(position, unit): (usize, &Seen)| {
            let (fault, same_fault) = peers.worst(position).unzip();
            let same_fault = same_fault.unwrap_or(0);
            let tested = fault.filter(|_| same_fault >= least);
            let comparison = tested.and_then(|fault| peers.compare(position, fault, pooled));
            let (days, incidents) = (unit.seconds() as f64 / DAY_S, unit.incidents.len() as u64);
            let row = UnitRow {
                asset: unit.asset,
                model,
                days,
                incidents,
                mtbf: mtbfs.get(days, incidents),
                year_incidents: peers.year_incidents(position),
                fault,
                same_fault,
                test: comparison.and_then(|comparison| test(&comparison)),
                verdict: UnitVerdict::TooFew,
            };
            (row, comparison)
        };
        let with_incidents = seen.iter().enumerate().filter(|(_, unit)| !unit.incidents.is_empty());
        Units { rows: with_incidents.map(row).collect(), family: peers.in_service() as u64 }
    }
}

/// The test of a unit, without what depends on the other tests.
fn test(comparison: &Comparison) -> Option<UnitTest> {
    let rates = comparison.rates;
    Some(UnitTest {
        incidents: rates.count,
        days: rates.exposure,
        other_incidents: rates.other_count,
        other_days: rates.other_exposure,
        expected: comparison.expected(),
        ratio: rates.ratio()?,
        ratio_bounds: rates.ratio_bounds(LEVEL)?,
        spread: comparison.spread,
        p: comparison.chance(rates.count)?,
        q: 1.0,
        act_at: None,
    })
}

/// Compares the tested units with each other and gives each its verdict; returns how many could have been
/// named.
///
/// One family for all models: a family for each would name one wrong unit for every twenty models.
pub fn judge(models: Vec<Units>, settings: &Settings) -> (Vec<UnitRow>, u64) {
    let family: u64 = models.iter().map(|units| units.family).sum();
    let mut rows: Vec<(UnitRow, Option<Comparison>)> =
        models.into_iter().flat_map(|units| units.rows).collect();
    // A unit with too few to be tested could have been named too, and counts with a chance of 1.
    let mut p_values: Vec<f64> = rows.iter().filter_map(|(row, _)| Some(row.test?.p)).collect();
    p_values.resize((family as usize).max(p_values.len()), 1.0);
    let q_values = benjamini_hochberg(&p_values).unwrap_or_default();
    let named = q_values.iter().filter(|q| **q <= settings.act_q).count();
    let mut q_values = q_values.into_iter();
    for (row, comparison) in &mut rows {
        let (Some(test), Some(comparison)) = (&mut row.test, comparison) else { continue };
        test.q = q_values.next().unwrap_or(1.0);
        let is_named = test.q <= settings.act_q;
        row.verdict = if is_named && test.ratio >= settings.unit_ratio {
            UnitVerdict::BadUnit
        } else if test.q <= settings.watch_q || test.p <= settings.watch_p {
            UnitVerdict::Watch
        } else {
            UnitVerdict::Nothing
        };
        // So low a p is sure to be within the discovery rate, whatever the others' p values above it.
        let p = settings.act_q * (named + usize::from(!is_named)) as f64 / family as f64;
        test.act_at = act_at(comparison, p, settings);
    }
    (rows.into_iter().map(|(row, _)| row).collect(), family)
}

/// The fewest incidents at which the rule to act on a unit holds, if its p may be this high.
fn act_at(comparison: &Comparison, p: f64, settings: &Settings) -> Option<u64> {
    let holds = |count: u64| {
        count as f64 >= settings.unit_ratio * comparison.expected()
            && comparison.chance(count).is_some_and(|chance| chance <= p)
    };
    let (mut low, mut high) = (u64::from(settings.unit_incidents), MOST_INCIDENTS);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    holds(low).then_some(low)
}
