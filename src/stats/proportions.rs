//! How sure is a share?
//!
//! Wilson's interval is the one to print. The exact one is for when coverage must never fall below the level.

use super::special::{beta_quantile_odds, normal_quantile};
use super::{Bounds, tail_of};

/// Wilson's score interval of a share.
///
/// Wilson (1927), JASA 22:209. `None` unless 0 < level < 1, there is a trial, and successes do not exceed
/// trials.
pub fn wilson_interval(successes: u64, trials: u64, level: f64) -> Option<Bounds> {
    wilson(successes, trials, normal_quantile(1.0 - tail_of(level)?))
}

/// The one-sided lower bound: the share is above it with confidence `level`.
///
/// `None` also for a level below 0.5, where a bound would pass the share itself.
pub fn wilson_lower(successes: u64, trials: u64, level: f64) -> Option<f64> {
    Some(one_sided(successes, trials, level)?.lower)
}

/// The one-sided upper bound: the share is below it with confidence `level`.
///
/// `None` also for a level below 0.5, where a bound would pass the share itself.
pub fn wilson_upper(successes: u64, trials: u64, level: f64) -> Option<f64> {
    Some(one_sided(successes, trials, level)?.upper)
}

fn one_sided(successes: u64, trials: u64, level: f64) -> Option<Bounds> {
    let is_level = (0.5..1.0).contains(&level);
    is_level.then(|| wilson(successes, trials, normal_quantile(level)))?
}

fn wilson(successes: u64, trials: u64, z: f64) -> Option<Bounds> {
    let share = share(successes, trials)?;
    let trials = trials as f64;
    let shrink = 1.0 + z * z / trials;
    let middle = (share + z * z / (2.0 * trials)) / shrink;
    let half = z / shrink * (share * (1.0 - share) / trials + z * z / (4.0 * trials * trials)).sqrt();
    // At 0 and at all of n the ends are exact; rounding must not cut the share off.
    Some(Bounds { lower: (middle - half).clamp(0.0, share), upper: (middle + half).clamp(share, 1.0) })
}

/// The exact interval of a share.
///
/// Clopper and Pearson (1934), Biometrika 26:404. Domain as for [`wilson_interval`].
pub fn clopper_pearson(successes: u64, trials: u64, level: f64) -> Option<Bounds> {
    share(successes, trials)?;
    let tail = tail_of(level)?;
    let (hits, misses) = (successes as f64, (trials - successes) as f64);
    Some(Bounds {
        lower: if successes == 0 { 0.0 } else { beta_quantile(tail, hits, misses + 1.0) },
        upper: if successes == trials { 1.0 } else { beta_quantile(1.0 - tail, hits + 1.0, misses) },
    })
}

/// The Bayesian interval under Jeffreys' prior, with an outer end of exactly 0 or 1 when nothing or
/// everything succeeded.
///
/// Brown, Cai and DasGupta (2001), Statistical Science 16:101. Domain as for [`wilson_interval`].
pub fn jeffreys_interval(successes: u64, trials: u64, level: f64) -> Option<Bounds> {
    share(successes, trials)?;
    let tail = tail_of(level)?;
    let (a, b) = (successes as f64 + 0.5, (trials - successes) as f64 + 0.5);
    Some(Bounds {
        lower: if successes == 0 { 0.0 } else { beta_quantile(tail, a, b) },
        upper: if successes == trials { 1.0 } else { beta_quantile(1.0 - tail, a, b) },
    })
}

fn share(successes: u64, trials: u64) -> Option<f64> {
    (trials > 0 && successes <= trials).then(|| successes as f64 / trials as f64)
}

fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    1.0 / (1.0 + 1.0 / beta_quantile_odds(p, a, b))
}
