//! How sure is a rate, or a mean time between failures?

use super::special::{gamma_lower, gamma_quantile};
use super::{Bounds, Truncation, is_amount, is_positive, tail_of};

/// The exact interval of the mean of a Poisson count, in counts; divide by the exposure for a rate, or by
/// the expected count for a ratio.
///
/// Garwood (1936), Biometrika 28:437. `None` unless 0 < level < 1.
pub fn poisson_interval(count: u64, level: f64) -> Option<Bounds> {
    let tail = tail_of(level)?;
    let lower = if count == 0 { 0.0 } else { gamma_quantile(tail, count as f64) };
    Some(Bounds { lower, upper: gamma_quantile(1.0 - tail, count as f64 + 1.0) })
}

/// Chance that a Poisson count of this mean is at least `count`.
///
/// `None` unless the mean is finite and not negative.
pub fn poisson_upper(count: u64, expected: f64) -> Option<f64> {
    is_amount(expected).then(|| if count == 0 { 1.0 } else { gamma_lower(count as f64, expected) })
}

/// As [`poisson_upper`], counting the observed value itself by half.
///
/// Lancaster (1961), JASA 56:223.
pub fn poisson_upper_mid(count: u64, expected: f64) -> Option<f64> {
    let above = poisson_upper(count.saturating_add(1), expected)?;
    Some((poisson_upper(count, expected)? + above) / 2.0)
}

/// The chi-square interval of the mean time between failures, in the unit of `total_time`, for a constant
/// failure rate; without failures the upper end is infinite.
///
/// NIST/SEMATECH e-Handbook 8.4.5.1. `None` unless 0 < level < 1 and the time is positive and finite, and
/// for truncation at a failure when there is none.
pub fn mtbf_interval(total_time: f64, failures: u64, truncation: Truncation, level: f64) -> Option<Bounds> {
    if !is_positive(total_time) {
        return None;
    }
    let mut counts = poisson_interval(failures, level)?;
    if truncation == Truncation::Failure {
        if failures == 0 {
            return None;
        }
        counts.upper = gamma_quantile(1.0 - tail_of(level)?, failures as f64);
    }
    Some(Bounds { lower: total_time / counts.upper, upper: total_time / counts.lower })
}

/// The one-sided lower bound of the mean time between failures for truncation at a time; without failures it
/// is total time / -ln(1 - level), the only thing that can be said.
///
/// Source and domain as for [`mtbf_interval`].
pub fn mtbf_lower(total_time: f64, failures: u64, level: f64) -> Option<f64> {
    tail_of(level)?;
    is_positive(total_time).then(|| total_time / gamma_quantile(level, failures as f64 + 1.0))
}
