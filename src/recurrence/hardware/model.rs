//! Models: rates, and whether they wear out.

use super::seen::{DAY_S, Mtbf, Mtbfs, Seen};
use super::wear::Wear;
use super::{Settings, UnitHistory};
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::power_law::{Replacement, replacement_age};
use crate::stats::trend::Score;

/// One model of equipment.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRow {
    pub model: usize,
    /// Units that were in service before as-of, as far as was seen.
    pub units: u64,
    /// Units that weren't.
    pub unseen: u64,
    /// Of `units`, those without an incident.
    pub without_incidents: u64,
    /// Days of service that were seen, over all units.
    pub unit_days: f64,
    pub incidents: u64,
    /// Incidents outside the time in which their unit was seen, which count nowhere.
    pub outside: u64,
    /// Incidents of a unit in 365.25 days; absent without time.
    pub per_unit_year: Option<f64>,
    /// For one rate of all units; where units differ it is surer than it should be.
    pub mtbf: Option<Mtbf>,
    /// Absent without an incident of a unit of known age.
    pub wear: Option<Wear>,
    /// Benjamini and Hochberg's q over the models with incidents and units enough to be tested, for incidents
    /// late in life and for early ones; absent where not tested.
    pub q_worsening: Option<f64>,
    pub q_improving: Option<f64>,
    /// Models that were tested together.
    pub family: u64,
    pub verdict: ModelVerdict,
    /// When replacing costs least, if repairs leave a unit as old as it was: only for a model that is
    /// worsening, where the costs are given and even the lower end of the power is above 1.
    pub replacement: Option<Replacement>,
}

/// Whether a model wears out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelVerdict {
    /// Incidents come faster with age, and neither clumps nor single units explain it: one to act on.
    Worsening,
    /// Incidents come slower with age, by the same rule.
    Improving,
    /// Not worse or better as far as can be seen, from enough incidents to see it.
    NoTrend,
    /// Too little to tell, which is not to say that there is no wear.
    TooFew,
}

impl ModelRow {
    pub fn new(model: usize, histories: &[&UnitHistory], seen: &[Seen]) -> ModelRow {
        let incidents: u64 = seen.iter().map(|unit| unit.incidents.len() as u64).sum();
        let all: u64 = histories.iter().map(|unit| unit.incidents.len() as u64).sum();
        let unit_days = seen.iter().map(Seen::seconds).sum::<i64>() as f64 / DAY_S;
        ModelRow {
            model,
            units: seen.len() as u64,
            unseen: (histories.len() - seen.len()) as u64,
            without_incidents: seen.iter().filter(|unit| unit.incidents.is_empty()).count() as u64,
            unit_days,
            incidents,
            outside: all - incidents,
            per_unit_year: (unit_days > 0.0).then(|| incidents as f64 / unit_days * 365.25),
            mtbf: Mtbfs::default().get(unit_days, incidents),
            wear: Wear::of(seen),
            q_worsening: None,
            q_improving: None,
            family: 0,
            verdict: ModelVerdict::TooFew,
            replacement: None,
        }
    }

    fn tested(&self, settings: &Settings) -> Option<Wear> {
        self.wear.filter(|wear| {
            wear.incidents >= u64::from(settings.trend_incidents)
                && wear.failed_units >= u64::from(settings.trend_units)
        })
    }
}

/// Compares the tested models with each other and gives each its verdict.
///
/// Which ones are tested depends on numbers of incidents only, never on when they were.
pub fn judge(mut models: Vec<ModelRow>, settings: &Settings) -> Vec<ModelRow> {
    let tested: Vec<(usize, Wear)> =
        models.iter().enumerate().filter_map(|(i, row)| Some((i, row.tested(settings)?))).collect();
    let q_values = |p: fn(&Wear) -> f64| {
        benjamini_hochberg(&tested.iter().map(|(_, wear)| p(wear)).collect::<Vec<_>>()).unwrap_or_default()
    };
    let worsening = q_values(|wear| wear.p_worsening);
    let improving = q_values(|wear| wear.p_improving);
    for (((model, wear), q_worsening), q_improving) in tested.iter().zip(worsening).zip(improving) {
        let row = &mut models[*model];
        (row.q_worsening, row.q_improving) = (Some(q_worsening), Some(q_improving));
        row.family = tested.len() as u64;
        let is_trend = |p: f64, q: f64, sign: f64| {
            p <= settings.trend_p && q <= settings.act_q && guards_hold(wear, sign, settings)
        };
        row.verdict = if is_trend(wear.p_worsening, q_worsening, 1.0) {
            ModelVerdict::Worsening
        } else if is_trend(wear.p_improving, q_improving, -1.0) {
            ModelVerdict::Improving
        } else if wear.informative >= f64::from(settings.trend_incidents) {
            ModelVerdict::NoTrend
        } else {
            ModelVerdict::TooFew
        };
        row.replacement = replacement(row, settings);
    }
    models
}

/// The comparison of units holds at half the level: at the full one, models without a trend whose incidents
/// each bring one more within days were called worsening in 3 to 6 of 100 simulated runs, at half in 1 to 3.
fn guards_hold(wear: &Wear, sign: f64, settings: &Settings) -> bool {
    let agrees = |guard: Option<Score>, p: f64| {
        guard.is_some_and(|guard| guard.score * sign > 0.0 && guard.p_two_sided <= p)
    };
    agrees(wear.lewis_robinson, settings.guard_p) && agrees(wear.between_units, settings.guard_p / 2.0)
}

fn replacement(row: &ModelRow, settings: &Settings) -> Option<Replacement> {
    let wear = row.wear.filter(|_| row.verdict == ModelVerdict::Worsening)?;
    let (repair, replace) = settings.costs?;
    wear.power.filter(|power| power.lower > 1.0)?;
    replacement_age(&wear.law?, repair, replace)
}
