//! The part of a unit's history that was seen by as-of.

use std::collections::BTreeMap;

use super::{LEVEL, UnitHistory};
use crate::stats::Truncation;
use crate::stats::intervals::mtbf_interval;

pub const DAY_S: f64 = 86_400.0;

/// Mean time between failures, for a rate that doesn't change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mtbf {
    /// Absent without incidents, where only the lower end is known.
    pub days: Option<f64>,
    pub lower_days: f64,
    /// Absent without incidents.
    pub upper_days: Option<f64>,
}

/// Mean times between failures; the costly part depends on nothing but the number of incidents.
#[derive(Default)]
pub struct Mtbfs {
    of_one_day: BTreeMap<u64, (f64, f64)>,
}

impl Mtbfs {
    /// `None` without time.
    pub fn get(&mut self, days: f64, incidents: u64) -> Option<Mtbf> {
        let (lower, upper) = *self.of_one_day.entry(incidents).or_insert_with(|| {
            mtbf_interval(1.0, incidents, Truncation::Time, LEVEL)
                .map_or((f64::NAN, f64::NAN), |bounds| (bounds.lower, bounds.upper))
        });
        (days > 0.0 && lower.is_finite()).then(|| Mtbf {
            days: (incidents > 0).then(|| days / incidents as f64),
            lower_days: days * lower,
            upper_days: (incidents > 0).then_some(days * upper),
        })
    }
}

/// A unit within the half-open time in which it was seen, which isn't empty.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub asset: usize,
    pub installed_at: Option<i64>,
    pub from_at: i64,
    pub until_at: i64,
    pub incidents: &'a [(i64, u32)],
}

impl<'a> Seen<'a> {
    /// `None` for a unit that wasn't in service before as-of, as far as was seen.
    pub fn until(unit: &'a UnitHistory, as_of: i64) -> Option<Seen<'a>> {
        let from_at = unit.installed_at.map_or(unit.from_at, |installed| installed.max(unit.from_at));
        let until_at = unit.until_at.min(as_of);
        (from_at < until_at).then(|| Seen {
            asset: unit.asset,
            installed_at: unit.installed_at,
            from_at,
            until_at,
            incidents: between(&unit.incidents, from_at, until_at),
        })
    }

    pub fn seconds(&self) -> i64 {
        self.until_at - self.from_at
    }

    /// The incidents since an instant, and the seconds of service since then.
    pub fn since(&self, at: i64) -> (&'a [(i64, u32)], i64) {
        (between(self.incidents, at, self.until_at), (self.until_at - self.from_at.max(at)).max(0))
    }

    /// Ages in days at which observation began and ended, and those at its incidents.
    ///
    /// An incident is in the middle of its second, so that it is after the start and before the end.
    pub fn ages(&self) -> Option<(f64, Vec<f64>, f64)> {
        let installed = self.installed_at?;
        let age = |at: i64| (at - installed) as f64 / DAY_S;
        let middle = |&(at, _): &(i64, u32)| ((at - installed) as f64 + 0.5) / DAY_S;
        Some((age(self.from_at), self.incidents.iter().map(middle).collect(), age(self.until_at)))
    }
}

fn between(incidents: &[(i64, u32)], from: i64, until: i64) -> &[(i64, u32)] {
    let start = incidents.partition_point(|(at, _)| *at < from);
    let end = incidents.partition_point(|(at, _)| *at < until).max(start);
    &incidents[start..end]
}
