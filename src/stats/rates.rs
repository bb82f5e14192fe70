//! Is one rate higher than another: this group now against its own past, or a version against the rest?
//!
//! Given how many incidents there were in all, those of the first side are binomial if the rates are equal;
//! a level that both sides share cancels. Przyborowski and Wilenski (1940), Biometrika 31:313.

use super::special::{beta_lower, beta_quantile_odds};
use super::{Bounds, is_amount, is_positive, tail_of};

/// Two counts with their exposures: the side that is in question, and the one to compare it with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TwoRates {
    pub count: u64,
    pub exposure: f64,
    pub other_count: u64,
    pub other_exposure: f64,
}

impl TwoRates {
    /// Chance of at least `count` of all incidents on this side if both rates are equal; 1 without incidents.
    ///
    /// `None` unless both exposures are positive and finite.
    pub fn upper_tail(&self) -> Option<f64> {
        self.upper_tail_from(self.count)
    }

    /// As [`TwoRates::upper_tail`], counting the observed division itself by half.
    pub fn upper_tail_mid(&self) -> Option<f64> {
        Some((self.upper_tail()? + self.upper_tail_from(self.count.saturating_add(1))?) / 2.0)
    }

    fn upper_tail_from(&self, count: u64) -> Option<f64> {
        let total = self.count.saturating_add(self.other_count);
        self.is_valid().then(|| binomial_upper(count, total, self.odds()))
    }

    /// This rate divided by the other; infinite if only this side has incidents.
    ///
    /// `None` without incidents, or unless both exposures are positive and finite.
    pub fn ratio(&self) -> Option<f64> {
        let has_incidents = self.count > 0 || self.other_count > 0;
        (self.is_valid() && has_incidents).then(|| self.count as f64 / self.other_count as f64 / self.odds())
    }

    /// The exact interval of [`TwoRates::ratio`], from Clopper and Pearson's of the binomial share.
    ///
    /// Without incidents on this side it starts at 0, without any on the other it never ends. `None` unless
    /// 0 < level < 1 and both exposures are positive and finite.
    pub fn ratio_bounds(&self, level: f64) -> Option<Bounds> {
        let tail = tail_of(level)?;
        let (count, other) = (self.count as f64, self.other_count as f64);
        self.is_valid().then(|| {
            let lower = match self.count {
                0 => 0.0,
                _ => beta_quantile_odds(tail, count, other + 1.0) / self.odds(),
            };
            let upper = match self.other_count {
                0 => f64::INFINITY,
                _ => beta_quantile_odds(1.0 - tail, count + 1.0, other) / self.odds(),
            };
            // Beyond 1e18 incidents both ends are the same but for rounding.
            Bounds { lower: lower.min(upper), upper }
        })
    }

    /// What the other side's rate would give over this side's exposure; 0 without exposure on the other.
    fn expected(&self) -> f64 {
        if self.other_exposure > 0.0 {
            self.other_count as f64 * (self.exposure / self.other_exposure)
        } else {
            0.0
        }
    }

    /// Odds that an incident falls on this side if both rates are equal; kept off 0 and infinity, which
    /// exposures of absurdly different size would reach.
    fn odds(&self) -> f64 {
        (self.exposure / self.other_exposure).clamp(f64::MIN_POSITIVE, 1e300)
    }

    fn is_valid(&self) -> bool {
        is_positive(self.exposure) && is_positive(self.other_exposure)
    }
}

/// Chance of at least `count` successes in `total` trials that each succeed at these odds.
pub(super) fn binomial_upper(count: u64, total: u64, odds: f64) -> f64 {
    if count == 0 {
        1.0
    } else if count > total {
        0.0
    } else {
        beta_lower(odds, count as f64, (total - count) as f64 + 1.0)
    }
}

/// All sites but the `worst` ones, added up: whether a rise is still there without them tells a fault of the
/// system from one of a few sites.
///
/// Worst are those that exceed their own expectation by the most incidents. Simply taking the largest counts
/// would remove a big site at its usual level and leave a small faulty one in. Sites may lack exposure on
/// either side. `None` if an exposure is negative or not finite, or if no site is left.
pub fn without_worst(sites: &[TwoRates], worst: usize) -> Option<TwoRates> {
    if !sites.iter().all(|site| is_amount(site.exposure) && is_amount(site.other_exposure)) {
        return None;
    }
    let excess = |site: &TwoRates| site.count as f64 - site.expected();
    let mut by_excess = sites.to_vec();
    by_excess.sort_by(|a, b| excess(b).total_cmp(&excess(a)).then(b.count.cmp(&a.count)));
    by_excess.into_iter().skip(worst).reduce(|sum, site| TwoRates {
        count: sum.count.saturating_add(site.count),
        exposure: sum.exposure + site.exposure,
        other_count: sum.other_count.saturating_add(site.other_count),
        other_exposure: sum.other_exposure + site.other_exposure,
    })
}
