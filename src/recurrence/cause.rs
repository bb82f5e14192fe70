//! Shared cause: a version or model whose incidents of this kind exceed the others', within the same sites.

use std::collections::BTreeMap;

use super::Settings;
use super::codes::{Codes, Dimension};
use super::cuts::Sample;
use super::exposure::{Days, Exposure};
use super::pick::Picked;
use super::spread::{BREADTH, exposed};
use super::test::Question;
use super::windows::Side;
use crate::model::MISSING_CODE;
use crate::stats::Bounds;
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::rates::TwoRates;
use crate::stats::spread::spread as describe;
use crate::stats::stratified::{mantel_haenszel, ratio_bounds, upper_tail};

/// Dimensions whose values may be a cause; what of each is in use where is known.
const CAUSES: [Dimension; 2] = [Dimension::Version, Dimension::Model];
/// Fewer incidents with a value don't make it a candidate.
const LEAST: u32 = 3;
/// Level at which the value must also stand out now, between sites with and without it; a judgement.
const NOW_P: f64 = 0.05;

/// A cause that the sites hit have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedCause {
    pub dimension: Dimension,
    pub value: String,
    /// Incidents with the value, and with another known one; in both windows.
    pub incidents: u32,
    pub others: u32,
    /// Rate with the value over rate without it, within sites; `None` where all incidents have it.
    pub ratio: Option<f64>,
    /// Its exact 95 % interval.
    pub bounds: Bounds,
    pub p: f64,
    pub q: f64,
    /// Number of values tested in this run.
    pub family: usize,
}

/// By area: its shared cause, if any.
///
/// Before and after a version's arrival at a site may differ for any reason that came with the same date;
/// so sites that have it must also differ from those that haven't, now, and be hit as widely as a systemic
/// fault would: otherwise something else that some of them share is behind it. Without sites that haven't
/// it no cause is named.
pub fn causes(
    areas: &[Picked],
    sample: &Sample,
    codes: &Codes,
    exposure: &Exposure,
    settings: &Settings,
) -> Vec<Option<SharedCause>> {
    let mut tested: Vec<(usize, SharedCause)> = Vec::new();
    let is_equipment = |area: &Picked| matches!(area.tested.question, Question::BadUnit | Question::WearOut);
    for (index, area) in areas.iter().enumerate().filter(|(_, area)| !is_equipment(area)) {
        let names = |dimension: &Dimension| area.tested.cut.iter().any(|part| part.0 == *dimension);
        let scope: Vec<bool> = exposed(area, codes, exposure)
            .iter()
            .map(|days| days.total() > 0 || !exposure.has_sites)
            .collect();
        for dimension in CAUSES.into_iter().filter(|dimension| !names(dimension)) {
            for compared in compare(&area.members, dimension, sample, exposure, &scope) {
                let name = codes.name(dimension, compared.value);
                tested.extend(test(dimension, name, &compared).map(|cause| (index, cause)));
            }
        }
    }
    let p: Vec<f64> = tested.iter().map(|(_, cause)| cause.p).collect();
    let q = benjamini_hochberg(&p).unwrap_or_default();
    let mut found: Vec<Option<SharedCause>> = vec![None; areas.len()];
    let family = tested.len();
    for ((index, cause), q) in tested.into_iter().zip(q) {
        let is_better = found[index].as_ref().is_none_or(|known| cause.p < known.p);
        if q <= settings.act_q && cause.bounds.lower > 1.0 && is_better {
            found[index] = Some(SharedCause { q, family, ..cause });
        }
    }
    found
}

/// A value with enough incidents, against all others.
struct Compared {
    value: u32,
    /// Over both windows, by site.
    strata: Vec<TwoRates>,
    /// In the current window, over all sites.
    now: TwoRates,
    /// Incidents and seconds, or days, with the value in the current window, by site.
    with: (Vec<u64>, Vec<f64>),
}

fn compare(
    members: &[u32],
    dimension: Dimension,
    sample: &Sample,
    exposure: &Exposure,
    scope: &[bool],
) -> Vec<Compared> {
    let at_site =
        if dimension == Dimension::Version { &exposure.version_at_site } else { &exposure.model_at_site };
    let mut all_days: BTreeMap<u32, Days> = BTreeMap::new();
    for ((site, _), days) in at_site.iter().filter(|((site, _), _)| scope[*site as usize]) {
        *all_days.entry(*site).or_default() += *days;
    }
    let mut counts: BTreeMap<u32, BTreeMap<u32, Days>> = BTreeMap::new();
    let mut all: BTreeMap<u32, Days> = BTreeMap::new();
    for member in members.iter().map(|member| *member as usize) {
        let (site, value) = (sample.code(Dimension::Site, member), sample.code(dimension, member));
        if site == MISSING_CODE || value == MISSING_CODE {
            continue;
        }
        let one = match sample.side[member] {
            Side::Current => Days { current: 1, baseline: 0 },
            Side::Baseline => Days { current: 0, baseline: 1 },
        };
        *counts.entry(value).or_default().entry(site).or_default() += one;
        *all.entry(site).or_default() += one;
    }
    counts.retain(|_, with| with.values().map(|n| n.total()).sum::<i64>() >= i64::from(LEAST));
    let compared = |(value, with): (&u32, &BTreeMap<u32, Days>)| {
        let mut found = Compared {
            value: *value,
            strata: Vec::new(),
            now: TwoRates::default(),
            with: Default::default(),
        };
        for (site, days) in &all_days {
            let here = at_site.get(&(*site, *value)).copied().unwrap_or_default();
            let n = with.get(site).copied().unwrap_or_default();
            let of_all = all.get(site).copied().unwrap_or_default();
            found.strata.push(rates(n.total(), here.total(), of_all.total(), days.total()));
            let current = rates(n.current, here.current, of_all.current, days.current);
            found.now.count += current.count;
            found.now.exposure += current.exposure;
            found.now.other_count += current.other_count;
            found.now.other_exposure += current.other_exposure;
            found.with.0.push(current.count);
            found.with.1.push(current.exposure);
        }
        found
    };
    counts.iter().map(compared).collect()
}

fn rates(with: i64, with_days: i64, all: i64, all_days: i64) -> TwoRates {
    TwoRates {
        count: with.max(0) as u64,
        exposure: with_days as f64,
        other_count: (all - with).max(0) as u64,
        other_exposure: (all_days - with_days).max(0) as f64,
    }
}

fn test(dimension: Dimension, value: &str, compared: &Compared) -> Option<SharedCause> {
    let Compared { strata, now, with, .. } = compared;
    if now.upper_tail()? > NOW_P || describe(&with.0, &with.1)?.breadth < BREADTH {
        return None;
    }
    let is_both = |s: &&TwoRates| s.exposure > 0.0 && s.other_exposure > 0.0;
    let sum = |of: fn(&TwoRates) -> u64| strata.iter().filter(is_both).map(of).sum::<u64>() as u32;
    Some(SharedCause {
        dimension,
        value: value.to_owned(),
        incidents: sum(|s| s.count),
        others: sum(|s| s.other_count),
        ratio: mantel_haenszel(strata, 0.95).map(|ratio| ratio.ratio),
        bounds: ratio_bounds(strata, 0.95)?,
        p: upper_tail(strata)?,
        q: 1.0,
        family: 0,
    })
}
