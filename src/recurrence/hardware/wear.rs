//! Do the units of a model fail more often as they get older?

use super::LEVEL;
use super::seen::Seen;
use crate::stats::age_window::{self, AgeWindow};
use crate::stats::power_law::PowerLaw;
use crate::stats::trend::{Score, laplace, lewis_robinson};
use crate::stats::{Bounds, Truncation, Unit};

/// The pooled trend of a model over the ages of its units, each held only against itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wear {
    /// Units of known age.
    pub units: u64,
    /// Of those, the ones with incidents, which alone say something.
    pub failed_units: u64,
    /// Of the units of known age, those that were already in service when what was seen begins.
    pub late_units: u64,
    /// Units left out because their installation isn't known.
    pub unknown_age: u64,
    /// Incidents of units of known age.
    pub incidents: u64,
    /// What those say about a trend, as a number of incidents of units seen since their installation: a
    /// year and a half in the life of an old unit says little about what age does to it.
    pub informative: f64,
    /// MIL-HDBK-189: chance of incidents so late in life, and of so early, without a trend.
    pub p_worsening: f64,
    pub p_improving: f64,
    /// Laplace's test, the second opinion; positive scores are late incidents, here and below.
    pub laplace: Option<Score>,
    /// Lewis and Robinson's test, the guard against incidents that come in clumps.
    pub lewis_robinson: Option<Score>,
    /// Student's t over units, the guard where units have too few incidents each to show their clumps.
    pub between_units: Option<Score>,
    /// Crow-AMSAA: expected incidents of a unit grow as a power of its age in days. Absent if none fits.
    pub law: Option<PowerLaw>,
    /// The interval of the power.
    pub power: Option<Bounds>,
}

impl Wear {
    /// `None` without an incident of a unit of known age.
    pub fn of(seen: &[Seen]) -> Option<Wear> {
        let ages: Vec<(f64, Vec<f64>, f64)> = seen.iter().filter_map(Seen::ages).collect();
        let windows: Vec<AgeWindow> =
            ages.iter().map(|(start, times, end)| AgeWindow { start: *start, times, end: *end }).collect();
        let trend = age_window::trend(&windows)?;
        let fit = age_window::power_law(&windows, LEVEL);
        // Laplace's test looks at where in the time seen an incident is, whatever the age that begins at.
        let since: Vec<(Vec<f64>, f64)> = ages
            .iter()
            .map(|(start, times, end)| (times.iter().map(|age| age - start).collect(), end - start))
            .collect();
        let units: Vec<Unit> = since.iter().map(|(times, end)| Unit { times, end: *end }).collect();
        Some(Wear {
            units: ages.len() as u64,
            failed_units: ages.iter().filter(|(_, times, _)| !times.is_empty()).count() as u64,
            late_units: ages.iter().filter(|(start, ..)| *start > 0.0).count() as u64,
            unknown_age: (seen.len() - ages.len()) as u64,
            incidents: trend.failures,
            informative: trend.informative,
            p_worsening: trend.p_worsening,
            p_improving: trend.p_improving,
            laplace: laplace(&units, Truncation::Time),
            lewis_robinson: lewis_robinson(&units, Truncation::Time),
            between_units: age_window::unit_score(&windows),
            law: fit.map(|(law, _)| law),
            power: fit.map(|(_, power)| power),
        })
    }
}
