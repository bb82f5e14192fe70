//! How fast does hardware wear out, and when is replacing it cheaper than repairing it?
//!
//! The Crow-AMSAA model: failures of a repaired unit by age t are expected to number a power of t. A power
//! beta above 1 is wear, below 1 improvement. Crow (1975), AMSAA TR-138; MIL-HDBK-189.

use super::special::{chi_square_quantile, root};
use super::trend::{count, log_sum, used};
use super::{Bounds, Truncation, Unit, is_positive, tail_of};

/// Expected failures of one unit by age t are `failures` x (t / `age`)^`beta`.
///
/// Written with a reference age instead of the usual factor lambda, which overflows for strong wear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    pub beta: f64,
    pub age: f64,
    pub failures: f64,
}

impl PowerLaw {
    /// Expected failures of one unit by this age.
    pub fn failures_by(&self, age: f64) -> f64 {
        self.failures * (age / self.age).powf(self.beta)
    }

    /// Expected time to the next failure of a unit of this age, if its rate stayed as it is.
    pub fn mtbf(&self, age: f64) -> f64 {
        (age / self.age).powf(1.0 - self.beta) / self.failures / self.beta * self.age
    }

    /// The usual factor: expected failures are lambda x t^beta.
    pub fn lambda(&self) -> f64 {
        self.failures_by(1.0)
    }

    /// The age by which one failure is expected.
    pub fn eta(&self) -> f64 {
        self.age * self.failures.powf(-1.0 / self.beta)
    }
}

/// A fitted power law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrowAmsaa {
    pub failures: u64,
    /// The maximum-likelihood fit.
    pub fit: PowerLaw,
    /// The fit with beta corrected for its bias; absent for too few failures.
    pub unbiased: Option<PowerLaw>,
    /// The exact interval of beta.
    pub beta_bounds: Bounds,
}

/// Fits a power law to units that are alike; its reference age is that of the longest observed.
///
/// Beta comes from each unit's failures given their number, so it is exact even when units differ in level,
/// and goes with [`super::trend::mil_hdbk_189`]. `None` unless 0 < level < 1, without a failure that the
/// trend test could use, or if all failures are at the very end.
pub fn crow_amsaa(units: &[Unit], truncation: Truncation, level: f64) -> Option<CrowAmsaa> {
    let tail = tail_of(level)?;
    let degrees = 2.0 * count(&used(units, truncation)?) as f64;
    let failures = count(units);
    let beta = failures as f64 / log_sum(units);
    if degrees == 0.0 || !is_positive(beta) {
        return None;
    }
    let age = units.iter().map(|unit| unit.end).fold(0.0, f64::max);
    let law = |beta: f64| {
        let exposure: f64 = units.iter().map(|unit| (unit.end / age).powf(beta)).sum();
        PowerLaw { beta, age, failures: failures as f64 / exposure }
    };
    let pivot = beta / (2.0 * failures as f64);
    Some(CrowAmsaa {
        failures,
        fit: law(beta),
        unbiased: (degrees > 2.0).then(|| law(pivot * (degrees - 2.0))),
        beta_bounds: Bounds {
            lower: pivot * chi_square_quantile(tail, degrees),
            upper: pivot * chi_square_quantile(1.0 - tail, degrees),
        },
    })
}

/// The exact interval of [`PowerLaw::mtbf`] at the end of a single unit's time-truncated observation, as
/// factors of the maximum-likelihood value; for one failure the upper end is infinite.
///
/// Crow (1977), AMSAA TR-197. `None` unless 0 < level < 1 and there are 1 to 1,000,000 failures.
pub fn mtbf_factors(failures: u64, level: f64) -> Option<Bounds> {
    let tail = tail_of(level)?;
    if !(1..=1_000_000).contains(&failures) {
        return None;
    }
    let n = failures as f64;
    let few = root(n.ln(), n.ln() + 10.0, |log| tail.ln() - bessel_tails(failures, log.exp()).0.ln());
    let many = root(n.ln() - 400.0, n.ln(), |log| bessel_tails(failures - 1, log.exp()).1.ln() - tail.ln());
    let factor = |log: f64| (2.0 * (n.ln() - log)).exp();
    Some(Bounds { lower: factor(few), upper: if failures == 1 { f64::INFINITY } else { factor(many) } })
}

/// Chances of at most and of more than `count`, where j = 1, 2, ... has weight x^(2j) / (j! (j - 1)!).
///
/// The number of failures has this distribution given the estimate. Weights are taken relative to one near
/// the largest, from which they are added up in both directions.
fn bessel_tails(count: u64, x: f64) -> (f64, f64) {
    let next = |j: f64| x / j * (x / (j + 1.0));
    let top = x.floor().max(1.0);
    let mut sums = (0.0, 0.0);
    let mut add = |j: f64, weight: f64| {
        if j <= count as f64 {
            sums.0 += weight;
        } else {
            sums.1 += weight;
        }
    };
    let (mut j, mut weight) = (top, 1.0);
    while weight > 1e-20 {
        add(j, weight);
        weight *= next(j);
        j += 1.0;
    }
    (j, weight) = (top, 1.0);
    while j > 1.0 && weight > 1e-20 {
        j -= 1.0;
        weight /= next(j);
        add(j, weight);
    }
    let (most, more) = sums;
    (most / (most + more), more / (most + more))
}

/// Fits a power law to numbers of failures in consecutive intervals of age, the first from 0.
///
/// MIL-HDBK-189 (1981), Appendix C, grouped data. `None` for lists of different lengths, for ends that are
/// not positive, finite and ascending, and if all failures are in the first interval or all in the last,
/// where no finite beta fits best.
pub fn power_law_grouped(ends: &[f64], counts: &[u64]) -> Option<PowerLaw> {
    let is_valid = ends.len() == counts.len()
        && ends.iter().all(|end| is_positive(*end))
        && ends.windows(2).all(|pair| pair[0] < pair[1]);
    let (age, failures) = (*ends.last()?, counts.iter().map(|n| *n as f64).sum::<f64>());
    let (first, last) = (*counts.first()? as f64, *counts.last()? as f64);
    if !is_valid || first == failures || last == failures {
        return None;
    }
    let starts = std::iter::once(0.0).chain(ends.iter().copied());
    let intervals: Vec<(f64, f64, f64)> =
        starts.zip(ends).zip(counts).map(|((start, end), n)| (start / age, end / age, *n as f64)).collect();
    // The slope of the likelihood, which falls through zero at its maximum, adds up the mean logarithm of age
    // in each interval under the fitted law.
    let fall = |log_beta: f64| {
        let beta = log_beta.exp();
        let mean_log = |&(start, end, n): &(f64, f64, f64)| {
            let log_ratio = (start / end).ln().min(-f64::EPSILON);
            let shift = if start == 0.0 { 0.0 } else { log_ratio / (-beta * log_ratio).exp_m1() };
            n * (end.ln() - shift)
        };
        -intervals.iter().map(mean_log).sum::<f64>()
    };
    Some(PowerLaw { beta: root(-7.0, 7.0, fall).exp(), age, failures })
}

/// When to replace a unit that is otherwise only repaired, and what that costs per unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replacement {
    pub age: f64,
    pub cost_per_time: f64,
}

/// The age at which replacing costs least over the long run, if each repair leaves the unit as old as it was.
///
/// Barlow and Hunter (1960), Operations Research 8:90. Use it only if the lower bound of beta exceeds 1 and
/// the user gave both costs. `None` unless beta exceeds 1 and both costs are positive and finite.
pub fn replacement_age(law: &PowerLaw, repair_cost: f64, replacement_cost: f64) -> Option<Replacement> {
    let is_valid = law.beta > 1.0
        && [law.beta, law.age, law.failures, repair_cost, replacement_cost].into_iter().all(is_positive);
    let failures = replacement_cost / repair_cost / (law.beta - 1.0);
    let age = law.age * (failures / law.failures).powf(1.0 / law.beta);
    let cost_per_time = replacement_cost / age * (law.beta / (law.beta - 1.0));
    let is_finite = is_positive(age) && is_positive(cost_per_time);
    (is_valid && is_finite).then_some(Replacement { age, cost_per_time })
}
