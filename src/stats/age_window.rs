//! Do failures come faster with age, for units that were already old when their observation began?
//!
//! Given how many failures a unit had between two ages, a power law of age makes each ln(end / age) an
//! exponential variable of rate beta, cut off at ln(end / start). Observed from age 0 there is no cut, and
//! all here is what [`super::trend::mil_hdbk_189`] and [`super::power_law::crow_amsaa`] say. With a cut the
//! sum of the logarithms is still all that the failures say about beta, but has no closed distribution: it
//! is matched by mean, variance and skewness with a gamma variable (Pearson type III), which is exact
//! without a cut. Each unit may have its own level.

use super::power_law::PowerLaw;
use super::special::{beta_lower, gamma_lower, gamma_upper, normal_upper, root};
use super::trend::Score;
use super::{Bounds, is_amount, is_positive, tail_of};

/// Failures of one repairable unit between two ages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeWindow<'a> {
    /// Age at which observation began.
    pub start: f64,
    /// Ages at failure, ascending; equal ages are allowed.
    pub times: &'a [f64],
    /// Age at which observation ended, at or after the last failure; a date, not a failure, ended it.
    pub end: f64,
}

impl AgeWindow<'_> {
    pub(super) fn is_valid(&self) -> bool {
        is_amount(self.start)
            && is_positive(self.end)
            && self.start < self.end
            && self.times.iter().all(|age| is_positive(*age) && (self.start..=self.end).contains(age))
            && self.times.is_sorted()
    }

    /// The sum of ln(end / age).
    fn log_sum(&self) -> f64 {
        self.times.iter().map(|age| (self.end / age).ln()).sum()
    }

    /// Where the logarithms are cut off; infinite from age 0.
    fn cut(&self) -> f64 {
        if self.start == 0.0 { f64::INFINITY } else { ((self.end - self.start) / self.start).ln_1p() }
    }
}

/// Whether failures come faster with age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeTrend {
    pub failures: u64,
    /// As many failures of units observed from age 0 would say as much about a trend.
    pub informative: f64,
    /// Chance of failures so late in the windows without a trend.
    pub p_worsening: f64,
    /// Chance of failures so early in the windows without a trend.
    pub p_improving: f64,
}

/// Tests for a power-law trend. `None` without failures, and for windows whose ages are not positive,
/// ascending and within the window.
pub fn trend(units: &[AgeWindow]) -> Option<AgeTrend> {
    let sums = Sums::of(units)?;
    let logarithms = sums.logarithms(1.0);
    Some(AgeTrend {
        failures: sums.failures,
        informative: logarithms.variance,
        p_worsening: logarithms.lower(sums.log_sum),
        p_improving: logarithms.upper(sums.log_sum),
    })
}

/// The maximum-likelihood power law, its reference age that of the oldest unit, and the interval of beta.
///
/// `None` also unless 0 < level < 1, or if no positive beta fits best: failures that crowd the start of
/// windows that begin late are beyond any power law.
pub fn power_law(units: &[AgeWindow], level: f64) -> Option<(PowerLaw, Bounds)> {
    let tail = tail_of(level)?;
    let sums = Sums::of(units)?;
    let (low, high) = (1e-6_f64.ln(), 1e6_f64.ln());
    let at = |chance: f64| {
        root(low, high, |log_beta| sums.logarithms(log_beta.exp()).lower(sums.log_sum) - chance).exp()
    };
    let log_beta = root(low, high, |log_beta| sums.log_sum - sums.logarithms(log_beta.exp()).mean);
    if log_beta <= low || log_beta >= high {
        return None;
    }
    let (beta, age) = (log_beta.exp(), units.iter().map(|unit| unit.end).fold(0.0, f64::max));
    let part = |unit: &AgeWindow| (unit.end / age).powf(beta) - (unit.start / age).powf(beta);
    let exposure: f64 = units.iter().map(part).sum();
    let law = PowerLaw { beta, age, failures: sums.failures as f64 / exposure };
    is_positive(law.failures).then(|| (law, Bounds { lower: at(tail), upper: at(1.0 - tail) }))
}

/// Student's t over units: how late in its window each unit's failures are, held against how units differ in
/// that, each unit by what it can say about a power law.
///
/// Failures of one unit may depend on each other in any way, so that repairs that did not hold are not taken
/// for a trend. Positive when failures come late; `None` below three units with failures, or if none differ.
pub fn unit_score(units: &[AgeWindow]) -> Option<Score> {
    if !units.iter().all(AgeWindow::is_valid) {
        return None;
    }
    // Places in the window, unlike logarithms, spread evenly to both sides; t needs that of so few units.
    let lateness = |unit: &AgeWindow| {
        let place = |age: &f64| (age - unit.start) / (unit.end - unit.start) - 0.5;
        Cumulants::cut_exponential(unit.cut()).variance.sqrt() * unit.times.iter().map(place).sum::<f64>()
    };
    let scores: Vec<f64> = units.iter().filter(|unit| !unit.times.is_empty()).map(lateness).collect();
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    let t = mean / (squares / (n - 1.0) / n).sqrt();
    (scores.len() >= 3 && t.is_finite()).then(|| Score {
        score: t,
        p_two_sided: if t == 0.0 { 1.0 } else { beta_lower((n - 1.0) / (t * t), (n - 1.0) / 2.0, 0.5) },
    })
}

/// What the failures say: their number, the sum of ln(end / age), and how many have which cut.
struct Sums {
    failures: u64,
    log_sum: f64,
    cuts: Vec<(f64, f64)>,
}

impl Sums {
    fn of(units: &[AgeWindow]) -> Option<Sums> {
        if !units.iter().all(AgeWindow::is_valid) {
            return None;
        }
        let failed = || units.iter().filter(|unit| !unit.times.is_empty());
        let failures: u64 = failed().map(|unit| unit.times.len() as u64).sum();
        (failures > 0).then(|| Sums {
            failures,
            log_sum: failed().map(AgeWindow::log_sum).sum(),
            cuts: failed().map(|unit| (unit.cut(), unit.times.len() as f64)).collect(),
        })
    }

    /// The distribution of the sum of logarithms under this beta.
    fn logarithms(&self, beta: f64) -> Cumulants {
        let mut sum = Cumulants { mean: 0.0, variance: 0.0, third: 0.0 };
        for (cut, failures) in &self.cuts {
            let one = Cumulants::cut_exponential(beta * cut);
            sum.mean += failures * one.mean / beta;
            sum.variance += failures * one.variance / beta.powi(2);
            sum.third += failures * one.third / beta.powi(3);
        }
        sum
    }
}

/// Below this skewness a Pearson type III variable is normal to within what its first three cumulants say.
const NO_SKEWNESS: f64 = 1e-4;
/// Cuts below this use a series; above it the closed form has digits enough.
const SMALL_CUT: f64 = 0.1;

#[derive(Clone, Copy)]
struct Cumulants {
    mean: f64,
    variance: f64,
    third: f64,
}

impl Cumulants {
    /// Of an exponential variable of rate 1 below the cut.
    fn cut_exponential(cut: f64) -> Cumulants {
        if cut == f64::INFINITY {
            return Cumulants { mean: 1.0, variance: 1.0, third: 2.0 };
        }
        if cut < SMALL_CUT {
            let x = cut * cut;
            return Cumulants {
                mean: cut * (1.0 / 2.0 - cut / 12.0 + cut * x / 720.0 - cut * x * x / 30_240.0),
                variance: x * (1.0 / 12.0 - x / 240.0 + x * x / 6_048.0),
                third: x * x * (1.0 / 120.0 - x / 1_512.0),
            };
        }
        let (tail, kept) = ((-cut).exp(), -(-cut).exp_m1());
        Cumulants {
            mean: 1.0 - cut * tail / kept,
            variance: 1.0 - cut.powi(2) * tail / kept.powi(2),
            third: 2.0 - cut.powi(3) * tail * (1.0 + tail) / kept.powi(3),
        }
    }

    fn lower(&self, value: f64) -> f64 {
        self.tail(value, gamma_lower, |z| normal_upper(-z))
    }

    fn upper(&self, value: f64) -> f64 {
        self.tail(value, gamma_upper, normal_upper)
    }

    fn tail(&self, value: f64, gamma: impl Fn(f64, f64) -> f64, normal: impl Fn(f64) -> f64) -> f64 {
        let deviation = self.variance.sqrt();
        let z = (value - self.mean) / deviation;
        let skewness = self.third / deviation.powi(3);
        if skewness < NO_SKEWNESS {
            return normal(z);
        }
        let shape = 4.0 / (skewness * skewness);
        gamma(shape, (shape + z * shape.sqrt()).max(0.0))
    }
}
