//! What peers let expect: incidents of a site and of its modules if every stratum had its overall rate.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::codes::Dimension;
use super::cuts::{Counts, Sample};
use super::exposure::Exposure;
use super::test::Peer;
use crate::model::MISSING_CODE;
use crate::stats::negative_binomial::{fit_size, fit_size_untrimmed};

/// Strata with fewer incidents share one rate; a judgement of the method.
const LEAST_IN_STRATUM: u32 = 10;
/// More cells than this are not compared: fitting their spread would take longer than all else.
const MOST_CELLS: usize = 2_000_000;

/// Groups of peers with the trimmed and the untrimmed size of their spread: sites, and sites by module.
/// Nothing without lists or with fewer than 20 sites.
pub fn peers(sample: &Sample, exposure: &Exposure) -> Vec<(Vec<Peer>, f64, Option<f64>)> {
    if !exposure.has_sites {
        return Vec::new();
    }
    let sites: Vec<u32> =
        (0..exposure.site.len() as u32).filter(|site| exposure.site[*site as usize].total() > 0).collect();
    let strata = strata(sample, exposure);
    let mut of_site = vec![0.0; exposure.site.len()];
    let mut of_module: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    let total: i64 = exposure.site.iter().map(|days| days.total()).sum();
    let mut pooled = 0u32;
    let mut in_module: BTreeMap<u32, u32> = BTreeMap::new();
    for ((_, module), (incidents, _)) in &strata {
        *in_module.entry(*module).or_default() += incidents;
    }
    for ((_, module), (incidents, places)) in &strata {
        if *incidents < LEAST_IN_STRATUM && in_module[module] < LEAST_IN_STRATUM {
            pooled += incidents;
            continue;
        }
        // A thin stratum of a module that isn't thin spreads like the sites.
        let places: Vec<(u32, i64)> = match places {
            Some(places) if *incidents >= LEAST_IN_STRATUM => places.clone(),
            _ => sites.iter().map(|site| (*site, exposure.site[*site as usize].total())).collect(),
        };
        let all: i64 = places.iter().map(|place| place.1).sum();
        for (site, days) in places {
            let expected = f64::from(*incidents) * days as f64 / all as f64;
            of_site[site as usize] += expected;
            if *module != MISSING_CODE && in_module[module] >= LEAST_IN_STRATUM {
                *of_module.entry((site, *module)).or_default() += expected;
            }
        }
    }
    for site in &sites {
        let share = exposure.site[*site as usize].total() as f64 / total as f64;
        of_site[*site as usize] += f64::from(pooled) * share;
    }
    let mut counts = vec![Counts::default(); exposure.site.len()];
    let mut by_module: BTreeMap<(u32, u32), Counts> = BTreeMap::new();
    for index in 0..sample.len() {
        let (site, module) = (sample.code(Dimension::Site, index), sample.code(Dimension::Module, index));
        if site != MISSING_CODE {
            counts[site as usize].add(sample.side[index]);
            by_module.entry((site, module)).or_default().add(sample.side[index]);
        }
    }
    let site_peers = sites.iter().map(|site| Peer {
        cut: vec![(Dimension::Site, *site)],
        counts: counts[*site as usize],
        expected: of_site[*site as usize],
    });
    let module_peers = of_module.into_iter().map(|((site, module), expected)| Peer {
        cut: vec![(Dimension::Site, site), (Dimension::Module, module)],
        counts: by_module.get(&(site, module)).copied().unwrap_or_default(),
        expected,
    });
    let groups: [Vec<Peer>; 2] = [site_peers.collect(), module_peers.collect()];
    groups.into_par_iter().filter_map(with_size).collect()
}

fn with_size(peers: Vec<Peer>) -> Option<(Vec<Peer>, f64, Option<f64>)> {
    let peers: Vec<Peer> = peers.into_iter().filter(|peer| peer.expected > 0.0).collect();
    if peers.len() > MOST_CELLS {
        return None;
    }
    let counts: Vec<u64> = peers.iter().map(|peer| u64::from(peer.counts.total())).collect();
    let expected: Vec<f64> = peers.iter().map(|peer| peer.expected).collect();
    let size = fit_size(&counts, &expected)?;
    Some((peers, size, fit_size_untrimmed(&counts, &expected)))
}

/// Incidents and exposed places (site, unit-days) of a model; `None` means every site alike.
type Stratum = (u32, Option<Vec<(u32, i64)>>);

/// By (model, module).
fn strata(sample: &Sample, exposure: &Exposure) -> BTreeMap<(u32, u32), Stratum> {
    let mut of_model: BTreeMap<u32, Vec<(u32, i64)>> = BTreeMap::new();
    for ((site, model), days) in exposure.model_at_site.iter().filter(|(_, days)| days.total() > 0) {
        of_model.entry(*model).or_default().push((*site, days.total()));
    }
    let mut strata: BTreeMap<(u32, u32), Stratum> = BTreeMap::new();
    for index in 0..sample.len() {
        if sample.code(Dimension::Site, index) == MISSING_CODE {
            continue;
        }
        // Incidents of a model that isn't in the list count among those without equipment.
        let model = sample.code(Dimension::Model, index);
        let model = if of_model.contains_key(&model) { model } else { MISSING_CODE };
        let key = (model, sample.code(Dimension::Module, index));
        strata.entry(key).or_insert_with(|| (0, of_model.get(&model).cloned())).0 += 1;
    }
    strata
}
