//! Units and models of equipment: bad units, wear, mean time between failures.
//!
//! Is a unit worse than its like, does a model fail more with age, and how sure is that? Leaves out on purpose
//! what a fault is (the caller numbers signatures) and any cause: a unit may be bad for what surrounds it.
//!
//! All is as it was known at as-of: nothing later is looked at. Rates, intervals and tests are in days. Every
//! interval is at 95 %.

mod curve;
mod model;
mod peers;
mod seen;
mod unit;
mod wear;

pub use curve::{Curve, Point};
pub use model::{ModelRow, ModelVerdict};
pub use peers::Spread;
pub use seen::Mtbf;
pub use unit::{UnitRow, UnitTest, UnitVerdict};
pub use wear::Wear;

use rayon::prelude::*;

use super::Settings;
use peers::Peers;
use seen::Seen;
use unit::Units;

const LEVEL: f64 = 0.95;

/// One unit with its incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitHistory {
    /// Index of the asset in the data set.
    pub asset: usize,
    /// Index of the model in the caller's list of models.
    pub model: usize,
    /// When its age is counted from; `None` where the installation isn't known (left-truncated).
    pub installed_at: Option<i64>,
    /// The half-open time in which its incidents would have been seen, seconds UTC.
    pub from_at: i64,
    pub until_at: i64,
    /// Instants of its incidents within that time, ascending, with their fault (signature). Faults that are
    /// equally good names for a unit's trouble are told apart by their numbers, which therefore shouldn't
    /// depend on the order of the input. [`crate::model::MISSING_CODE`] where the fault isn't known: such
    /// incidents count, but never as the same fault.
    pub incidents: Vec<(i64, u32)>,
}

/// What is known of the equipment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hardware {
    /// Units with incidents, by model, then asset; the rest is counted in [`ModelRow::without_incidents`].
    pub units: Vec<UnitRow>,
    /// Units that could have been named: all in service in the two years before as-of.
    pub unit_family: u64,
    /// One for every model, in order.
    pub models: Vec<ModelRow>,
    /// Of models with enough units, in order of models.
    pub curves: Vec<Curve>,
}

/// Judges all units and models, at as-of in seconds UTC. Models are numbered below `models`; the order of the
/// units doesn't matter.
pub fn assess(units: &[UnitHistory], models: usize, as_of: i64, settings: &Settings) -> Hardware {
    let mut by_model: Vec<Vec<&UnitHistory>> = vec![Vec::new(); models];
    for unit in units {
        by_model[unit.model].push(unit);
    }
    by_model.par_iter_mut().for_each(|units| units.sort_by_key(|unit| unit.asset));
    let seen: Vec<Vec<Seen>> = by_model
        .par_iter()
        .map(|units| units.iter().filter_map(|unit| Seen::until(unit, as_of)).collect())
        .collect();
    let least = u64::from(settings.unit_incidents);
    let peers: Vec<Peers> = seen.par_iter().map(|seen| Peers::new(seen, as_of, least)).collect();
    let pooled = peers::pooled_spread(&peers);

    let numbered = || seen.par_iter().enumerate();
    let units = numbered().map(|(model, seen)| Units::new(model, seen, &peers[model], pooled, settings));
    let rows = numbered().map(|(model, seen)| ModelRow::new(model, &by_model[model], seen));
    let curves: Vec<Option<Curve>> = numbered().map(|(model, seen)| curve::of(model, seen)).collect();
    let (units, unit_family) = unit::judge(units.collect(), settings);
    let models = model::judge(rows.collect(), settings);
    Hardware { units, unit_family, models, curves: curves.into_iter().flatten().collect() }
}
