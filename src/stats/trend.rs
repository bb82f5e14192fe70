//! Do failures of repairable units come faster as the units age?
//!
//! Every function pools units that are alike, of any lengths; one unit is a pool of one. Ages must be
//! positive: a failure at age 0 says that the unit arrived broken, not that it wears out.

use super::special::{chi_square_lower, chi_square_upper, normal_two_sided};
use super::{Truncation, Unit, is_positive};

/// The MIL-HDBK-189 test: exact at any number of failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MilHdbk189 {
    pub chi_square: f64,
    pub degrees: u64,
    /// Chance of so small a chi-square, that is of failures so late, without a trend.
    pub p_worsening: f64,
    /// Chance of so large a chi-square, that is of failures so early, without a trend.
    pub p_improving: f64,
}

impl MilHdbk189 {
    pub fn p_two_sided(&self) -> f64 {
        (2.0 * self.p_worsening.min(self.p_improving)).min(1.0)
    }
}

/// Tests for a power-law trend; each unit may have its own level.
///
/// MIL-HDBK-189 (1981), Appendix C; chi-square and its degrees add up over units. `None` without a failure
/// to use, for ages that are not positive, ascending and within the unit's end, and for truncation at a
/// failure if some unit does not end at one.
pub fn mil_hdbk_189(units: &[Unit], truncation: Truncation) -> Option<MilHdbk189> {
    let used = used(units, truncation)?;
    let chi_square = 2.0 * log_sum(&used);
    let degrees = 2 * count(&used);
    (degrees > 0).then(|| MilHdbk189 {
        chi_square,
        degrees,
        p_worsening: chi_square_lower(chi_square, degrees as f64),
        p_improving: chi_square_upper(chi_square, degrees as f64),
    })
}

/// A standard normal score, positive when failures come faster with age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    pub score: f64,
    pub p_two_sided: f64,
}

impl Score {
    fn new(score: f64) -> Option<Score> {
        score.is_finite().then(|| Score { score, p_two_sided: normal_two_sided(score) })
    }
}

/// Laplace's test: the mean age at failure against the middle of the observation.
///
/// Cox and Lewis (1966), The Statistical Analysis of Series of Events, chapter 3. Approximate below about
/// four failures, and misled by failures that come in clumps. Domain as for [`mil_hdbk_189`].
pub fn laplace(units: &[Unit], truncation: Truncation) -> Option<Score> {
    Score::new(laplace_score(&used(units, truncation)?))
}

/// Lewis and Robinson's test: Laplace's, divided by the coefficient of variation of the times between
/// failures, so that clumped failures are not taken for a trend.
///
/// Lewis and Robinson (1974), in Reliability and Biometry; Ascher and Feingold (1984). In a pool the
/// coefficient is that of all complete gaps together, which also takes in how units differ and so errs
/// towards no trend. `None` also for fewer than two gaps, or if all are equal.
pub fn lewis_robinson(units: &[Unit], truncation: Truncation) -> Option<Score> {
    let score = laplace_score(&used(units, truncation)?);
    let gaps: Vec<f64> = units.iter().flat_map(|unit| gaps(unit.times)).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let squares: f64 = gaps.iter().map(|gap| (gap - mean).powi(2)).sum();
    let deviation = (squares / (gaps.len() as f64 - 1.0)).sqrt();
    Score::new(score * mean / deviation)
}

/// Times between failures, the first counted from age 0.
fn gaps(times: &[f64]) -> impl Iterator<Item = f64> {
    let previous = std::iter::once(0.0).chain(times.iter().copied());
    times.iter().zip(previous).map(|(time, previous)| time - previous)
}

fn laplace_score(used: &[Unit]) -> f64 {
    // Ages as parts of the longest observation, so that no square overflows.
    let longest = used.iter().map(|unit| unit.end).fold(0.0, f64::max);
    let excess = |unit: &Unit| unit.times.iter().map(|t| t / longest - unit.end / longest / 2.0).sum::<f64>();
    let variance = |unit: &Unit| unit.times.len() as f64 * (unit.end / longest).powi(2) / 12.0;
    used.iter().map(excess).sum::<f64>() / used.iter().map(variance).sum::<f64>().sqrt()
}

/// Units with the failures that a test for trend may use.
pub(super) fn used<'a>(units: &[Unit<'a>], truncation: Truncation) -> Option<Vec<Unit<'a>>> {
    units
        .iter()
        .map(|unit| {
            let times = match truncation {
                Truncation::Time => unit.times,
                Truncation::Failure if unit.times.last() == Some(&unit.end) => unit.times.split_last()?.1,
                Truncation::Failure => return None,
            };
            let is_used = unit.is_valid() && unit.times.first().is_none_or(|first| is_positive(*first));
            is_used.then_some(Unit { times, end: unit.end })
        })
        .collect()
}

/// The sum of ln(end / age) over all failures.
pub(super) fn log_sum(units: &[Unit]) -> f64 {
    units.iter().flat_map(|unit| unit.times.iter().map(|time| (unit.end / time).ln())).sum()
}

pub(super) fn count(units: &[Unit]) -> u64 {
    units.iter().map(|unit| unit.times.len() as u64).sum()
}
