//! Recurring problem areas: what keeps breaking, whether it is the system or one place, and what would help.
//!
//! Tickets are merged into incidents, incidents are held against what exposure, the past and the peers
//! let expect, and what stands out is judged: systemic or local, and what to do about it. Leaves out on
//! purpose where tickets come from, how results are shown, and any ranking of persons.

pub mod advice;
pub mod area;
pub mod bursts;
pub mod cause;
pub mod codes;
pub mod cuts;
pub mod equipment;
pub mod expected;
pub mod exposure;
pub mod facts;
pub mod family;
pub mod hardware;
pub mod incidents;
pub mod pick;
pub mod spread;
pub mod test;
pub mod text;
pub mod versions;
pub mod windows;

mod analyse;

pub use analyse::{Finding, Input, Recurrence, analyse};

/// Thresholds of the method; see `docs/recurrence.md` for reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Days of the current window, which ends at as-of.
    pub current_days: u32,
    /// Days of the baseline before it.
    pub baseline_days: u32,
    /// Tickets of one place and signature within so many seconds are one incident.
    pub merge_within_s: i64,
    /// False discovery rate at which an area is one to act on, and one to watch.
    pub act_q: f64,
    pub watch_q: f64,
    pub watch_p: f64,
    /// Fewest incidents of an area to act on.
    pub act_incidents: u32,
    /// Least shrunk ratio of observed to expected of an area to act on.
    pub act_ratio: f64,
    /// Fewest same-fault incidents of a unit in 12 months, and least ratio to its model.
    pub unit_incidents: u32,
    pub unit_ratio: f64,
    /// Trend of a model: highest p of the pooled test and of the guard, fewest incidents and units.
    pub trend_p: f64,
    pub guard_p: f64,
    pub trend_incidents: u32,
    pub trend_units: u32,
    /// Least likeness of near-identical texts, 0-1.
    pub text_threshold: f64,
    /// Most areas to act on in one run.
    pub act_areas: usize,
    /// Costs of repairing and of replacing a unit; no replacement time without them.
    pub costs: Option<(f64, f64)>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            current_days: 28,
            baseline_days: 180,
            merge_within_s: 86_400,
            act_q: 0.05,
            watch_q: 0.20,
            watch_p: 0.01,
            act_incidents: 3,
            act_ratio: 1.5,
            unit_incidents: 3,
            unit_ratio: 2.0,
            trend_p: 0.01,
            guard_p: 0.10,
            trend_incidents: 10,
            trend_units: 3,
            text_threshold: 0.5,
            act_areas: 10,
            costs: None,
        }
    }
}

/// What one ticket cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Clocks that were missed.
    pub missed: u32,
    /// Seconds over their limits.
    pub overrun_s: i64,
    /// On-site visits.
    pub visits: u32,
}
