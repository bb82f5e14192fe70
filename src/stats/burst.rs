//! Did too much happen at once?

use super::rates::binomial_upper;
use super::{is_amount, is_positive};

/// Chance that at least `sites` of the sites are hit within one window that was chosen beforehand, each site
/// having its own usual `rates` per unit of time.
///
/// Exact for independent Poisson incidents. Whoever looks at many windows must correct for it.
/// `None` if a rate is negative or not finite, or unless the window is positive and finite.
pub fn distinct_sites_upper(rates: &[f64], window: f64, sites: usize) -> Option<f64> {
    let chances = hit_chances(rates, window)?;
    Some(if sites > rates.len() { 0.0 } else { poisson_binomial_upper(chances, sites) })
}

/// Number of sites expected to be hit within one window; domain as for [`distinct_sites_upper`].
pub fn expected_sites_hit(rates: &[f64], window: f64) -> Option<f64> {
    Some(hit_chances(rates, window)?.sum())
}

fn hit_chances(rates: &[f64], window: f64) -> Option<impl Iterator<Item = f64>> {
    let is_valid = is_positive(window) && rates.iter().all(|rate| is_amount(*rate));
    is_valid.then(|| rates.iter().map(move |rate| -(-rate * window).exp_m1()))
}

/// Chance that some window of length `width` holds at least `count` of `total` incidents that fall anywhere
/// in a period of length 1.
///
/// Approximation of Wallenstein and Neff (1987), Statistics in Medicine 6:197; good below about 0.1 and cut
/// off at 1. It is the correction for having looked at every window. `None` unless 0 < width < 1,
/// 2 <= count <= total.
pub fn scan_upper(count: u64, total: u64, width: f64) -> Option<f64> {
    if !(width > 0.0 && width < 1.0 && 2 <= count && count <= total) {
        return None;
    }
    if count as f64 <= width * (total as f64 + 1.0) {
        return Some(1.0);
    }
    let at_least = |n: u64| binomial_upper(n, total, width / (1.0 - width));
    let exactly = at_least(count) - at_least(count.saturating_add(1));
    let clumps = count as f64 * (exactly / width) - (total as f64 + 1.0) * exactly;
    Some((clumps + 2.0 * at_least(count)).clamp(0.0, 1.0))
}

/// Chance that at least `count` of independent events happen, each with its own chance.
///
/// What reaches `count` is gathered apart, so that a tiny result is a sum of positive terms and keeps its
/// digits.
pub(super) fn poisson_binomial_upper(chances: impl IntoIterator<Item = f64>, count: usize) -> f64 {
    if count == 0 {
        return 1.0;
    }
    let mut happened = vec![0.0; count];
    happened[0] = 1.0;
    let mut reached = 0.0;
    for chance in chances {
        reached += happened[count - 1] * chance;
        for n in (1..count).rev() {
            happened[n] = happened[n] * (1.0 - chance) + happened[n - 1] * chance;
        }
        happened[0] *= 1.0 - chance;
    }
    f64::min(reached, 1.0)
}
