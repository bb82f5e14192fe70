//! Between which ratios would groups that are all alike lie? The picture for managers, not the test.

use super::rates::binomial_upper;
use super::special::gamma_quantile;
use super::{Bounds, is_positive, tail_of};

/// Limits of the ratio of observed to expected incidents around 1, for a group of this expected count.
///
/// Spiegelhalter (2005), Statistics in Medicine 24:1185; chi-square form as in the R package FunnelPlotR.
/// Usual levels are 0.95 and 0.998. `None` unless 0 < level < 1 and the expected count is positive and
/// finite.
pub fn funnel_limits(expected: f64, level: f64) -> Option<Bounds> {
    let tail = tail_of(level)?;
    is_positive(expected).then(|| Bounds {
        lower: gamma_quantile(tail, expected) / expected,
        upper: gamma_quantile(1.0 - tail, expected + 1.0) / expected,
    })
}

/// Between which shares a group of this many would lie by chance, if its chance of each were `mean`.
///
/// Exact and discrete: beyond each end lie at most (1 - level) / 2, so that a small group is not flagged for
/// being small. `None` unless 0 < level < 1, 0 <= mean <= 1 and the group has somebody.
pub fn share_limits(mean: f64, total: u64, level: f64) -> Option<Bounds> {
    let tail = tail_of(level)?;
    if !(0.0..=1.0).contains(&mean) || total == 0 {
        return None;
    }
    if mean == 0.0 || mean == 1.0 {
        return Some(Bounds { lower: mean, upper: mean });
    }
    let at_least = |count: u64| binomial_upper(count, total, mean / (1.0 - mean));
    let first = |is_so: &dyn Fn(u64) -> bool| {
        let (mut low, mut high) = (0, total);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_so(middle) { high = middle } else { low = middle + 1 }
        }
        low
    };
    let upper = first(&|count| count == total || at_least(count + 1) <= tail);
    // The first count that is not rarely undercut.
    let lower = first(&|count| count == total || 1.0 - at_least(count + 1) > tail);
    Some(Bounds { lower: lower as f64 / total as f64, upper: upper as f64 / total as f64 })
}

/// How much more than by chance a set of groups varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overdispersion {
    /// Scores below and above these were set to them, so that a few outliers do not widen the funnel.
    pub clipped: Bounds,
    /// Mean square of the clipped scores; limits widen by its root if it exceeds 1.
    pub phi: f64,
}

/// The factor phi of standard scores, winsorised by `trim` at either end.
///
/// Spiegelhalter (2005), as above; quantiles are linear between ordered values (type 7 of Hyndman and Fan).
/// `None` without scores, if one is not finite, and unless 0 <= trim < 0.5.
pub fn overdispersion(scores: &[f64], trim: f64) -> Option<Overdispersion> {
    let is_valid = !scores.is_empty() && scores.iter().all(|z| z.is_finite()) && (0.0..0.5).contains(&trim);
    if !is_valid {
        return None;
    }
    let mut ordered = scores.to_vec();
    ordered.sort_by(f64::total_cmp);
    let clipped = Bounds { lower: quantile(&ordered, trim), upper: quantile(&ordered, 1.0 - trim) };
    let squares: f64 = scores.iter().map(|z| z.max(clipped.lower).min(clipped.upper).powi(2)).sum();
    let phi = squares / scores.len() as f64;
    phi.is_finite().then_some(Overdispersion { clipped, phi })
}

fn quantile(ordered: &[f64], p: f64) -> f64 {
    let position = (ordered.len() - 1) as f64 * p;
    let (below, above) = (ordered[position.floor() as usize], ordered[position.ceil() as usize]);
    below * (1.0 - position.fract()) + above * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chances of each count by direct multiplication.
    fn chances(mean: f64, total: u64) -> Vec<f64> {
        let mut chances = vec![1.0];
        for _ in 0..total {
            let mut next = vec![0.0; chances.len() + 1];
            for (count, chance) in chances.iter().enumerate() {
                next[count] += chance * (1.0 - mean);
                next[count + 1] += chance * mean;
            }
            chances = next;
        }
        chances
    }

    #[test]
    fn little_lies_beyond_the_limits_of_shares_and_more_within_them() {
        for total in [1, 2, 7, 20, 63] {
            for mean in [0.02, 0.3, 0.5, 0.9, 0.97] {
                for level in [0.95, 0.998] {
                    let limits = share_limits(mean, total, level).unwrap();
                    let at = |share: f64| (share * total as f64).round() as usize;
                    let (low, high) = (at(limits.lower), at(limits.upper));
                    let chances = chances(mean, total);
                    let (below, above): (f64, f64) =
                        (chances[..low].iter().sum(), chances[high + 1..].iter().sum());
                    let tail = (1.0 - level) / 2.0 + 1e-12;
                    assert!(below <= tail && above <= tail, "{mean} {total} {level}: {below} {above}");
                    assert!(below + chances[low] > tail - 2e-12, "{mean} {total} {level}: lower is too low");
                    assert!(
                        above + chances[high] > tail - 2e-12,
                        "{mean} {total} {level}: upper is too high"
                    );
                }
            }
        }
        assert_eq!(share_limits(1.0, 5, 0.95), Some(Bounds { lower: 1.0, upper: 1.0 }));
        assert_eq!(share_limits(0.5, 0, 0.95), None);
    }
}
