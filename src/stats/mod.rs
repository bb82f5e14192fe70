//! Intervals, tests and trends on plain numbers.
//!
//! How sure is a rate, has it risen, is a group unlike its peers, is a fault everywhere or at one site, is
//! hardware wearing out, has a share changed? What follows from the answers is decided in `recurrence`.
//!
//! Left out on purpose: tests that need random numbers, fits of more than one parameter, and anything with a
//! threshold for action.
//!
//! Conventions. Counts are `u64`. Exposures and times are `f64` in one unit of the caller's choice. `level`
//! is the two-sided confidence of an interval, such as 0.95. A p value named `upper` is the chance of at
//! least what was observed. Arguments outside a function's domain, which its comment states, give `None`; no
//! argument makes a function panic or return NaN. (Only `special` takes its domain on trust.)

pub mod age_window;
pub mod burst;
pub mod control_chart;
pub mod discovery;
pub mod funnel;
pub mod intervals;
pub mod mcf;
pub mod negative_binomial;
pub mod power_law;
pub mod proportions;
pub mod rates;
pub mod special;
pub mod spread;
pub mod stratified;
pub mod survival;
pub mod trend;

/// The ends of an interval, both included; `upper` may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub lower: f64,
    pub upper: f64,
}

/// Failures of one repairable unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit<'a> {
    /// Ages at failure, ascending; equal ages are allowed.
    pub times: &'a [f64],
    /// Age at which observation ended, at or after the last failure.
    pub end: f64,
}

impl Unit<'_> {
    fn is_valid(&self) -> bool {
        let last = self.times.last().copied().unwrap_or(0.0);
        self.times.iter().all(|time| is_amount(*time))
            && self.times.is_sorted()
            && is_positive(self.end)
            && last <= self.end
    }
}

/// Why observation of a unit ended; the last failure carries no information about a trend in the second case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// At a date chosen beforehand, such as that of an export.
    Time,
    /// At a failure, so that `end` is the last of `times`.
    Failure,
}

/// The error probability on each side of a two-sided interval.
fn tail_of(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some((1.0 - level) / 2.0)
}

fn is_positive(number: f64) -> bool {
    number > 0.0 && number.is_finite()
}

fn is_amount(number: f64) -> bool {
    number >= 0.0 && number.is_finite()
}
