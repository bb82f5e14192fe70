//! What the other units of a model let expect of one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::seen::{DAY_S, Seen};
use crate::model::MISSING_CODE;
use crate::stats::negative_binomial::{fit_size, upper_tail_among};
use crate::stats::rates::TwoRates;

/// How much units of a model normally differ: the size of a negative binomial count, whose rate varies
/// between units with variance 1 / size around a mean of 1. Infinite where they differ no more than by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// As seen between the model's units, in this fault or in all, whichever is wider.
    Fitted(f64),
    /// Too few units to see it, so it is that of all models with too few, each around its own rate.
    Pooled(f64),
    /// Too few units even in all those models together, so it is taken to be wide.
    Assumed(f64),
}

impl Spread {
    pub fn size(self) -> f64 {
        match self {
            Spread::Fitted(size) | Spread::Pooled(size) | Spread::Assumed(size) => size,
        }
    }
}

/// A judgement, from simulated units that differ by size 2: fits to models of 20 to 50 units were so
/// unsure that one run in four to six named a healthy one.
const LEAST_UNITS: usize = 100;
/// A judgement: of the spreads that the method was tried on, the widest.
const ASSUMED_SIZE: f64 = 2.0;
const YEAR_S: i64 = 365 * 86_400;
/// A judgement: one year has too few incidents to tell a bad unit by, more would tell what it was long ago.
const TEST_S: i64 = 2 * YEAR_S;

/// The units of one model, each by its position among them.
pub struct Peers {
    units: Vec<Recent>,
    total_s: i64,
    faults: BTreeMap<u32, Fault>,
    choices: u64,
}

/// What one unit had lately.
struct Recent {
    /// Seconds of service in the two years before as-of.
    service_s: i64,
    incidents: u64,
    /// Those of known fault, in order of faults.
    counts: Vec<(u32, u64)>,
    /// The same in the last year.
    year_incidents: u64,
    year_counts: Vec<(u32, u64)>,
}

struct Fault {
    total: u64,
    /// Absent where no unit had it often enough to be tested, and in a model with too few units to see it.
    spread: Option<Spread>,
}

/// A unit against the others of its model, in one fault.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    pub rates: TwoRates,
    pub spread: Spread,
    /// Faults that were frequent enough for any unit to be tested on.
    choices: u64,
}

impl Peers {
    /// Units with fewer than `least` incidents of one fault in the last year aren't tested.
    pub fn new(seen: &[Seen], as_of: i64, least: u64) -> Peers {
        let units: Vec<Recent> = seen.iter().map(|unit| Recent::new(unit, as_of)).collect();
        let total_s = units.iter().map(|unit| unit.service_s).sum();
        let mut totals: BTreeMap<u32, u64> = BTreeMap::new();
        for (fault, count) in units.iter().flat_map(|unit| &unit.counts) {
            *totals.entry(*fault).or_default() += count;
        }
        let choices = totals.values().filter(|total| **total >= least).count() as u64;
        let faults =
            totals.into_iter().map(|(fault, total)| (fault, Fault { total, spread: None })).collect();
        let mut peers = Peers { units, total_s, faults, choices };
        if peers.in_service() >= LEAST_UNITS {
            peers.fit_spreads(least);
        }
        peers
    }

    fn fit_spreads(&mut self, least: u64) {
        let of_all = self.fit(|unit| unit.incidents);
        let tested: BTreeSet<u32> = self
            .units
            .iter()
            .flat_map(|unit| &unit.year_counts)
            .filter_map(|(fault, count)| (*count >= least).then_some(*fault))
            .collect();
        for fault in tested {
            let of_fault = self.fit(|unit| of(&unit.counts, fault));
            if let Some(known) = self.faults.get_mut(&fault) {
                known.spread = of_all.zip(of_fault).map(|(a, b)| Spread::Fitted(a.min(b)));
            }
        }
    }

    fn fit(&self, count: impl Fn(&Recent) -> u64) -> Option<f64> {
        let (counts, expected) = self.counts_and_expected(count);
        fit_size(&counts, &expected)
    }

    /// Counts of the units in service, and what the rate of all of them lets expect.
    fn counts_and_expected(&self, count: impl Fn(&Recent) -> u64) -> (Vec<u64>, Vec<f64>) {
        let in_service = || self.units.iter().filter(|unit| unit.service_s > 0);
        let counts: Vec<u64> = in_service().map(count).collect();
        let rate = counts.iter().sum::<u64>() as f64 / self.total_s as f64;
        (counts, in_service().map(|unit| rate * unit.service_s as f64).collect())
    }

    /// Units in service in the two years.
    pub fn in_service(&self) -> usize {
        self.units.iter().filter(|unit| unit.service_s > 0).count()
    }

    /// Incidents of a unit in the last year.
    pub fn year_incidents(&self, position: usize) -> u64 {
        self.units[position].year_incidents
    }

    /// The fault that a unit had most in the last year, and how often; of several the one that the model had
    /// least.
    pub fn worst(&self, position: usize) -> Option<(u32, u64)> {
        let total = |fault| self.faults.get(&fault).map_or(0, |fault| fault.total);
        let rank = |&(fault, count): &(u32, u64)| (count, Reverse(total(fault)), Reverse(fault));
        self.units[position].year_counts.iter().copied().max_by_key(rank)
    }

    /// A unit against all others, with the spread to take where the model's own isn't known. `None` without
    /// another unit in service.
    pub fn compare(&self, position: usize, fault: u32, otherwise: Spread) -> Option<Comparison> {
        let (unit, fault_of_all) = (&self.units[position], self.faults.get(&fault)?);
        let count = of(&unit.counts, fault);
        let rates = TwoRates {
            count,
            exposure: unit.service_s as f64 / DAY_S,
            other_count: fault_of_all.total - count,
            other_exposure: (self.total_s - unit.service_s) as f64 / DAY_S,
        };
        let spread = fault_of_all.spread.unwrap_or(otherwise);
        (rates.other_exposure > 0.0).then_some(Comparison { rates, spread, choices: self.choices })
    }
}

impl Comparison {
    /// What the others' rate lets expect.
    pub fn expected(&self) -> f64 {
        self.rates.other_count as f64 * (self.rates.exposure / self.rates.other_exposure)
    }

    /// Chance that a unit like the others has at least so many incidents of any one fault.
    pub fn chance(&self, count: u64) -> Option<f64> {
        let of_this = upper_tail_among(&TwoRates { count, ..self.rates }, self.spread.size())?;
        Some((of_this * self.choices.max(1) as f64).min(1.0))
    }
}

impl Recent {
    fn new(unit: &Seen, as_of: i64) -> Recent {
        let (incidents, service_s) = unit.since(as_of - TEST_S);
        let (year_incidents, _) = unit.since(as_of - YEAR_S);
        Recent {
            service_s,
            incidents: incidents.len() as u64,
            counts: by_fault(incidents),
            year_incidents: year_incidents.len() as u64,
            year_counts: by_fault(year_incidents),
        }
    }
}

fn by_fault(incidents: &[(i64, u32)]) -> Vec<(u32, u64)> {
    let mut counts = BTreeMap::new();
    for (_, fault) in incidents.iter().filter(|(_, fault)| *fault != MISSING_CODE) {
        *counts.entry(*fault).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn of(counts: &[(u32, u64)], fault: u32) -> u64 {
    counts.binary_search_by_key(&fault, |(fault, _)| *fault).map_or(0, |at| counts[at].1)
}

/// How much units differ in the models that have too few of them.
pub fn pooled_spread(models: &[Peers]) -> Spread {
    let (mut counts, mut expected) = (Vec::new(), Vec::new());
    for peers in models.iter().filter(|peers| (2..LEAST_UNITS).contains(&peers.in_service())) {
        let (of_model, expected_of_model) = peers.counts_and_expected(|unit| unit.incidents);
        // A model without incidents says nothing, and has no expected count to divide by.
        if of_model.iter().any(|count| *count > 0) {
            counts.extend(of_model);
            expected.extend(expected_of_model);
        }
    }
    let size = if counts.len() >= LEAST_UNITS { fit_size(&counts, &expected) } else { None };
    size.map_or(Spread::Assumed(ASSUMED_SIZE), Spread::Pooled)
}
