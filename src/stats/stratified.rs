//! Is a version's or model's rate higher than the rest's, within each site?
//!
//! Stratifying keeps a bad site that happens to run the version from being blamed on the version. Strata in
//! which only one side has exposure say nothing and are skipped.

use super::burst::poisson_binomial_upper;
use super::rates::TwoRates;
use super::special::{normal_quantile, normal_upper, root};
use super::{Bounds, is_amount, is_positive, tail_of};

/// Products of incidents and incidents on this side above which the normal approximation replaces the exact
/// distribution: beyond it there are over ten thousand incidents.
const EXACT_WORK: f64 = 1e8;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    pub ratio: f64,
    /// Variance of the logarithm of the ratio.
    pub log_variance: f64,
    pub bounds: Bounds,
}

/// The rate ratio common to all strata, after Mantel and Haenszel, with an approximate interval.
///
/// Greenland and Robins (1985), Biometrics 41:55; Rothman's person-time form. `None` if either side has no
/// incidents, where [`ratio_bounds`] still answers, unless 0 < level < 1, or if an exposure is negative or
/// not finite.
pub fn mantel_haenszel(strata: &[TwoRates], level: f64) -> Option<Ratio> {
    let z = normal_quantile(1.0 - tail_of(level)?);
    let strata = informative(strata)?;
    let sum = |term: fn(&TwoRates) -> f64| strata.iter().map(term).sum::<f64>();
    let this = sum(|s| s.count as f64 * (1.0 - part(s)));
    let other = sum(|s| s.other_count as f64 * part(s));
    let log_variance = sum(|s| incidents(s) * part(s) * (1.0 - part(s))) / this / other;
    let ratio = this / other;
    let factor = (z * log_variance.sqrt()).exp();
    let is_defined = is_positive(ratio) && is_positive(log_variance) && factor.is_finite();
    is_defined.then(|| Ratio {
        ratio,
        log_variance,
        bounds: Bounds { lower: ratio / factor, upper: ratio * factor },
    })
}

/// Incidents that this side would have if its rate were the other's in every stratum.
///
/// `None` if an exposure is negative or not finite.
pub fn expected(strata: &[TwoRates]) -> Option<f64> {
    Some(informative(strata)?.iter().map(|s| incidents(s) * part(s)).sum())
}

/// Chance of at least so many of each stratum's incidents, added up, on this side if the rates are equal.
///
/// Exact, given the number of incidents in each stratum: a sum of independent yes-or-no variables. Time
/// grows with the square of the number of incidents, so that over about ten thousand it is a normal
/// approximation. `None` if an exposure is negative or not finite.
pub fn upper_tail(strata: &[TwoRates]) -> Option<f64> {
    Some(upper_tail_at(&informative(strata)?, 1.0))
}

/// The exact interval of a rate ratio common to all strata, which agrees with [`upper_tail`]: its lower end
/// exceeds 1 when that chance is below (1 - level) / 2.
///
/// Without incidents on this side it starts at 0, without any on the other it never ends. `None` unless
/// 0 < level < 1, or if an exposure is negative or not finite.
pub fn ratio_bounds(strata: &[TwoRates], level: f64) -> Option<Bounds> {
    let tail = tail_of(level)?;
    let strata = informative(strata)?;
    let mirrored: Vec<TwoRates> = strata.iter().map(mirror).collect();
    let least_ratio = |strata: &[TwoRates]| {
        if strata.iter().all(|s| s.count == 0) {
            return 0.0;
        }
        root(-700.0, 700.0, |log| upper_tail_at(strata, log.exp()).ln() - tail.ln()).exp()
    };
    Some(Bounds { lower: least_ratio(&strata), upper: 1.0 / least_ratio(&mirrored) })
}

/// [`upper_tail`] if this side's rate is `ratio` times the other's.
fn upper_tail_at(strata: &[TwoRates], ratio: f64) -> f64 {
    let chance = |s: &TwoRates| 1.0 / (1.0 + s.other_exposure / s.exposure / ratio);
    let count = strata.iter().fold(0u64, |sum, s| sum.saturating_add(s.count));
    let total: f64 = strata.iter().map(incidents).sum();
    if count == 0 {
        return 1.0;
    }
    if total * count as f64 > EXACT_WORK {
        let mean: f64 = strata.iter().map(|s| incidents(s) * chance(s)).sum();
        let variance: f64 = strata.iter().map(|s| incidents(s) * chance(s) * (1.0 - chance(s))).sum();
        return normal_upper((count as f64 - 0.5 - mean) / variance.sqrt().max(f64::MIN_POSITIVE));
    }
    let chances =
        strata.iter().flat_map(|s| std::iter::repeat_n(chance(s), (s.count + s.other_count) as usize));
    poisson_binomial_upper(chances, count as usize)
}

fn informative(strata: &[TwoRates]) -> Option<Vec<TwoRates>> {
    let is_valid = strata.iter().all(|s| is_amount(s.exposure) && is_amount(s.other_exposure));
    let is_informative = |s: &&TwoRates| s.exposure > 0.0 && s.other_exposure > 0.0;
    is_valid.then(|| strata.iter().filter(is_informative).copied().collect())
}

fn mirror(s: &TwoRates) -> TwoRates {
    TwoRates {
        count: s.other_count,
        exposure: s.other_exposure,
        other_count: s.count,
        other_exposure: s.exposure,
    }
}

fn incidents(s: &TwoRates) -> f64 {
    s.count as f64 + s.other_count as f64
}

/// This side's part of a stratum's exposure.
fn part(s: &TwoRates) -> f64 {
    1.0 / (1.0 + s.other_exposure / s.exposure)
}
