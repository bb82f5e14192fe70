//! Systemic or isolated: how an area's incidents are spread over the sites that could have them.

use super::Settings;
use super::codes::{Codes, Dimension};
use super::cuts::Sample;
use super::exposure::{Days, Exposure};
use super::pick::Picked;
use super::test::{Question, Tier};
use super::windows::Side;
use crate::model::MISSING_CODE;
use crate::stats::burst::distinct_sites_upper;
use crate::stats::rates::{TwoRates, without_worst};
use crate::stats::spread::spread as describe;

const DAY_S: i64 = 86_400;
/// Chance of so many sites within a day below which they are hit at once; a judgement.
const SIMULTANEOUS_P: f64 = 0.001;
/// Least part of the expected sites that a systemic fault hits; a judgement.
pub const BREADTH: f64 = 0.5;
/// Level of the test without the two worst sites; a judgement.
const WITHOUT_WORST_P: f64 = 0.05;
/// Fewer incidents or sites say nothing about spread.
const LEAST: u64 = 3;

/// Where a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Systemic,
    Local,
    BadUnit,
    /// More than in the past, but neither everywhere nor at one site.
    Mixed,
    /// No evidence of spread, which is not proof of none.
    Isolated,
    CannotTell,
}

impl Verdict {
    /// As in tables and sentences.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Systemic => "systemic",
            Verdict::Local => "local",
            Verdict::BadUnit => "bad unit",
            Verdict::Mixed => "mixed",
            Verdict::Isolated => "no evidence of spread",
            Verdict::CannotTell => "cannot tell",
        }
    }
}

/// A verdict with what it rests on; of the current window.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    pub verdict: Verdict,
    /// A fault that hit many sites within one day.
    pub is_simultaneous: bool,
    /// Why nothing can be told.
    pub why_not: Option<&'static str>,
    /// Sites that could have the fault; 0 where they aren't known.
    pub sites: usize,
    pub sites_hit: usize,
    /// Distinct sites if it hit everyone alike; `None` without a list of sites in service.
    pub expected_sites: Option<f64>,
    pub effective_sites: Option<f64>,
    pub effective_sites_exposed: Option<f64>,
    /// Part of the incidents at the site with the most, 0-1.
    pub top_share: f64,
    pub top_site: Option<String>,
    /// Ratio to the past, and its p, without the two worst sites; `None` if none is left.
    pub without_worst: Option<(Option<f64>, f64)>,
}

/// Judges the spread of an area; `is_bad` says whether a unit is known to be bad.
pub fn spread(
    area: &Picked,
    sample: &Sample,
    incident_at: &[i64],
    codes: &Codes,
    exposure: &Exposure,
    settings: &Settings,
    is_bad: impl Fn(u32) -> bool,
) -> Spread {
    let sites = exposed(area, codes, exposure);
    let mut rates: Vec<TwoRates> = sites
        .iter()
        .map(|days| TwoRates {
            exposure: days.current as f64,
            other_exposure: days.baseline as f64,
            ..TwoRates::default()
        })
        .collect();
    for member in &area.members {
        if let Some(site) = rates.get_mut(sample.code(Dimension::Site, *member as usize) as usize) {
            match sample.side[*member as usize] {
                Side::Current => site.count += 1,
                Side::Baseline => site.other_count += 1,
            }
        }
    }
    let counts: Vec<u64> = rates.iter().map(|site| site.count).collect();
    let incidents: u64 = counts.iter().sum();
    let weights: Vec<f64> = rates.iter().map(|site| site.exposure).collect();
    let shape = if exposure.has_sites { describe(&counts, &weights) } else { None };
    let top = (0..counts.len()).max_by_key(|site| (counts[*site], usize::MAX - site));
    let top = top.filter(|site| counts[*site] > 0);
    let owners = weights.iter().filter(|weight| **weight > 0.0).count();
    let rest = without_worst(&rates, 2);
    let mut found = Spread {
        verdict: Verdict::CannotTell,
        is_simultaneous: false,
        why_not: None,
        sites: if exposure.has_sites { owners } else { 0 },
        sites_hit: counts.iter().filter(|count| **count > 0).count(),
        expected_sites: shape.map(|shape| shape.expected_sites),
        effective_sites: shape.map(|shape| shape.effective_sites),
        effective_sites_exposed: shape.map(|shape| shape.effective_sites_exposed),
        top_share: top.map_or(0.0, |site| counts[site] as f64 / incidents.max(1) as f64),
        top_site: top.map(|site| codes.name(Dimension::Site, site as u32).to_owned()),
        without_worst: rest.and_then(|rest| Some((rest.ratio(), rest.upper_tail()?))),
    };
    let has_risen = area.tested.question == Question::OwnChange && area.tested.q <= settings.act_q;
    let is_broad = shape.is_some_and(|shape| {
        shape.sites_hit as u64 >= LEAST
            && shape.breadth >= BREADTH
            && shape.effective_sites >= (shape.effective_sites_exposed / 2.0).min(LEAST as f64)
    });
    let holds = found.without_worst.is_some_and(|(_, p)| p <= WITHOUT_WORST_P);
    let is_at_site = area.tested.cut.iter().any(|part| part.0 == Dimension::Site);
    let is_unit = area.tested.question == Question::BadUnit && area.tested.tier == Tier::Act;
    found.verdict = if is_unit || top_unit(area, sample, incidents).is_some_and(is_bad) {
        Verdict::BadUnit
    } else if incidents < LEAST {
        found.why_not = Some("fewer than three incidents at known sites");
        Verdict::CannotTell
    } else if !exposure.has_sites {
        found.why_not = Some("no list of contracts or installed equipment");
        Verdict::CannotTell
    } else if (owners as u64) < LEAST {
        found.why_not = Some("fewer than three sites could have it");
        Verdict::CannotTell
    } else if has_risen && is_broad && holds {
        Verdict::Systemic
    } else if is_at_site || (has_risen && !holds && found.top_share >= 0.5) {
        Verdict::Local
    } else if has_risen {
        Verdict::Mixed
    } else {
        Verdict::Isolated
    };
    let is_simultaneous = || simultaneous(area, sample, incident_at, &rates, settings) <= SIMULTANEOUS_P;
    found.is_simultaneous = found.verdict == Verdict::Systemic && is_simultaneous();
    found
}

/// Service days of the sites that could have the fault, by site; none for the others.
///
/// A cut at one site is held against all sites: that it is there alone is the finding.
pub fn exposed(area: &Picked, codes: &Codes, exposure: &Exposure) -> Vec<Days> {
    let code = |dimension| area.tested.cut.iter().find(|part| part.0 == dimension).map(|part| part.1);
    let customer = code(Dimension::Customer);
    let at = |site: u32| match code(Dimension::Model) {
        Some(model) if exposure.has_units => {
            exposure.model_at_site.get(&(site, model)).copied().unwrap_or_default()
        }
        _ => exposure.site[site as usize],
    };
    let is_in = |site: u32| customer.is_none_or(|c| codes.customer_of_site[site as usize] == c);
    let sites = 0..exposure.site.len() as u32;
    sites.map(|site| if is_in(site) { at(site) } else { Days::default() }).collect()
}

/// The unit that has at least half of the current incidents.
fn top_unit(area: &Picked, sample: &Sample, incidents: u64) -> Option<u32> {
    let mut units: Vec<u32> = (area.members.iter())
        .filter(|member| sample.side[**member as usize] == Side::Current)
        .map(|member| sample.code(Dimension::Unit, *member as usize))
        .filter(|unit| *unit != MISSING_CODE)
        .collect();
    units.sort_unstable();
    let largest = units.chunk_by(|a, b| a == b).max_by_key(|run| run.len())?;
    (largest.len() as u64 * 2 >= incidents).then(|| largest[0])
}

/// Chance of the most sites seen within a day, times the days looked at.
///
/// The usual rate is the larger of the past's and the current window's own: a fault that is merely frequent
/// by now doesn't count as one that struck at once.
fn simultaneous(
    area: &Picked,
    sample: &Sample,
    incident_at: &[i64],
    rates: &[TwoRates],
    settings: &Settings,
) -> f64 {
    let hits: Vec<(i64, u32)> = (area.members.iter().map(|member| *member as usize))
        .filter(|member| sample.side[*member] == Side::Current)
        .map(|member| (incident_at[sample.incident[member] as usize], sample.code(Dimension::Site, member)))
        .filter(|(_, site)| *site != MISSING_CODE)
        .collect();
    let (mut most, mut end) = (0, 0);
    let mut within: rustc_hash::FxHashMap<u32, u32> = rustc_hash::FxHashMap::default();
    for (at, site) in &hits {
        while end < hits.len() && hits[end].0 < at + DAY_S {
            *within.entry(hits[end].1).or_default() += 1;
            end += 1;
        }
        most = most.max(within.len());
        if let Some(count) = within.get_mut(site) {
            *count -= 1;
            if *count == 0 {
                within.remove(site);
            }
        }
    }
    let sum = |of: fn(&TwoRates) -> f64| rates.iter().map(of).sum::<f64>();
    let (days, past_days) = (sum(|site| site.exposure), sum(|site| site.other_exposure));
    let rate =
        (sum(|s| s.count as f64) / days).max((sum(|s| s.other_count as f64) + 1.0) / past_days.max(1.0));
    // Days off have few reports, so that the other five have more than their part.
    let rate = rate * 7.0 / 5.0;
    // Each site counts by its part of the exposure.
    let per_day: Vec<f64> =
        rates.iter().map(|s| rate * s.exposure / f64::from(settings.current_days)).collect();
    let p = distinct_sites_upper(&per_day, 1.0, most).unwrap_or(1.0);
    (p * f64::from(settings.current_days)).min(1.0)
}
