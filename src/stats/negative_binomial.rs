//! Is a group unlike its peers, allowing for the spread that peers normally have?
//!
//! Each group has an expected count and, around it, a rate ratio that is gamma distributed with mean 1 and
//! variance 1 / size; counts are then negative binomial. The larger the size, the more alike the groups; an
//! infinite size is a Poisson count. Greenwood and Yule (1920), JRSS 83:255.

use statrs::function::gamma::{digamma, ln_gamma};

use super::intervals::poisson_upper;
use super::rates::TwoRates;
use super::special::{beta_lower, gamma_quantile, root};
use super::{Bounds, is_amount, is_positive};

/// Fewer groups than this say too little about their spread: a judgement of the method.
const LEAST_GROUPS: usize = 20;
/// A larger size is not told apart from no spread at all: a judgement of the method.
const LARGEST_SIZE: f64 = 1000.0;
/// A size below this would mean that nearly all incidents are in a few groups.
const SMALLEST_SIZE: f64 = 1e-3;

/// Chance that a group of this expected count has at least `count` incidents.
///
/// A regularised incomplete beta function (Patil 1960, Technometrics 2:501). `None` unless the expected
/// count is finite and not negative and the size is at least 0.001.
pub fn upper_tail(count: u64, expected: f64, size: f64) -> Option<f64> {
    if size == f64::INFINITY {
        return poisson_upper(count, expected);
    }
    (is_amount(expected) && is_size(size)).then(|| match count {
        0 => 1.0,
        _ => beta_lower(expected / size, count as f64, size),
    })
}

/// As [`upper_tail`], where the expected count is not known but comes from the other groups, which spread as
/// much: the chance of at least `count` incidents here given those of all groups together.
///
/// Gamma distributed rates leave a group a beta distributed share of all incidents, so that its count is
/// beta-binomial (Skellam 1948, JRSS B 10:257); an infinite size is [`TwoRates::upper_tail`]. Exact for groups
/// of equal exposure. `None` unless both exposures are positive and finite and the size is at least 0.001.
pub fn upper_tail_among(rates: &TwoRates, size: f64) -> Option<f64> {
    let binomial = rates.upper_tail()?;
    if size == f64::INFINITY {
        return Some(binomial);
    }
    let total = rates.count.saturating_add(rates.other_count) as f64;
    let others = size * (rates.other_exposure / rates.exposure).clamp(f64::MIN_POSITIVE, 1e300);
    is_size(size).then(|| match rates.count {
        0 => 1.0,
        count => beta_binomial_upper(count as f64, total, size, others),
    })
}

/// Chances of `count`, `count` + 1, ... up to `total`, added up; each is a ratio of the one before.
fn beta_binomial_upper(count: f64, total: f64, own: f64, others: f64) -> f64 {
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let ways = -(total + 1.0).ln() - ln_beta(count + 1.0, total - count + 1.0);
    let first = ways + ln_beta(count + own, total - count + others) - ln_beta(own, others);
    let (mut at, mut term, mut sum) = (count, 1.0, 1.0);
    while at < total && term > sum * f64::EPSILON {
        term *= (total - at) / (at + 1.0) * ((at + own) / (total - at - 1.0 + others));
        sum += term;
        at += 1.0;
    }
    (first.exp() * sum).min(1.0)
}

/// The maximum-likelihood size, refitted once without the groups that stand out, so that a real signal does
/// not pass for normal spread.
///
/// Infinite when the fit exceeds 1000 or the counts spread no more than Poisson counts; never below 0.001.
/// A group stands out if its upper tail is under 1 / (2 x groups). `None` for fewer than 20 groups, lists of
/// different lengths, or an expected count that is not positive and finite.
pub fn fit_size(counts: &[u64], expected: &[f64]) -> Option<f64> {
    let untrimmed = fit_size_untrimmed(counts, expected)?;
    let stands_out = |&(count, expected): &(u64, f64)| {
        upper_tail(count, expected, untrimmed).is_some_and(|p| p < 0.5 / counts.len() as f64)
    };
    let pairs = counts.iter().copied().zip(expected.iter().copied());
    let (counts, expected): (Vec<u64>, Vec<f64>) = pairs.filter(|group| !stands_out(group)).unzip();
    Some(maximum_likelihood(&pair(&counts, &expected)?))
}

/// The maximum-likelihood size over all groups; source and domain as for [`fit_size`].
pub fn fit_size_untrimmed(counts: &[u64], expected: &[f64]) -> Option<f64> {
    let groups = pair(counts, expected)?;
    (groups.len() >= LEAST_GROUPS).then(|| maximum_likelihood(&groups))
}

fn maximum_likelihood(groups: &[(f64, f64)]) -> f64 {
    let groups = weighted(groups);
    // The slope of the likelihood falls through zero at its maximum.
    let fall = |log_size: f64| {
        let size = log_size.exp();
        let slope = |&(count, expected, weight): &(f64, f64, f64)| {
            let total = size + expected;
            let of_one = digamma(count + size) - digamma(size) - (expected / size).ln_1p()
                + (expected - count) / total;
            weight * of_one
        };
        -groups.iter().map(slope).sum::<f64>()
    };
    let log_size = root(SMALLEST_SIZE.ln(), LARGEST_SIZE.ln(), fall);
    if log_size >= LARGEST_SIZE.ln() { f64::INFINITY } else { log_size.exp().max(SMALLEST_SIZE) }
}

/// Groups of equal count and expectation as one with a weight: units that were all in service all the time
/// come down to a few, and the fit costs next to nothing.
fn weighted(groups: &[(f64, f64)]) -> Vec<(f64, f64, f64)> {
    let mut sorted = groups.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0].0, equal[0].1, equal.len() as f64)).collect()
}

fn is_size(size: f64) -> bool {
    size >= SMALLEST_SIZE && size.is_finite()
}

fn pair(counts: &[u64], expected: &[f64]) -> Option<Vec<(f64, f64)>> {
    let is_valid = counts.len() == expected.len() && expected.iter().all(|e| is_positive(*e));
    is_valid.then(|| counts.iter().map(|n| *n as f64).zip(expected.iter().copied()).collect())
}

/// A group's rate ratio drawn towards 1 by as much as its data are few, with the 5 % and 95 % points of what
/// is then believed about it. For the order of a list, never for an alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShrunkRatio {
    pub ratio: f64,
    pub bounds: Bounds,
}

/// The gamma posterior of a group's rate ratio: shape size + count, rate size + expected.
///
/// Clayton and Kaldor (1987), Biometrics 43:671. An infinite size leaves exactly 1. For a size
/// under about 0.1 the ratio, a mean, may exceed the 95 % point. Domain as for [`upper_tail`].
pub fn shrunk_ratio(count: u64, expected: f64, size: f64) -> Option<ShrunkRatio> {
    if size == f64::INFINITY {
        let bounds = Bounds { lower: 1.0, upper: 1.0 };
        return is_amount(expected).then_some(ShrunkRatio { ratio: 1.0, bounds });
    }
    (is_amount(expected) && is_size(size)).then(|| {
        let (shape, rate) = (size + count as f64, size + expected);
        let at = |p: f64| gamma_quantile(p, shape) / rate;
        ShrunkRatio { ratio: shape / rate, bounds: Bounds { lower: at(0.05), upper: at(0.95) } }
    })
}
