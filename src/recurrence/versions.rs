//! Which software version a site ran, as its tickets tell.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::codes::{Codes, Dimension};
use super::exposure::Days;
use super::incidents::Incidents;
use super::windows::Windows;
use crate::model::{Dataset, MISSING_CODE, Text};

/// Seconds inside the windows in which a version was in use, by (site, version); products of a site are
/// told apart and added up.
///
/// The change is put halfway between the last incident with the old version and the first with the new
/// one: an incident that both reveals a version and is held against it must not begin its own exposure.
pub fn in_use(
    data: &Dataset,
    codes: &Codes,
    incidents: &Incidents,
    windows: &Windows,
) -> BTreeMap<(u32, u32), Days> {
    let products = &data.tickets.column(Text::Product).codes;
    let sighting = |(incident, first): (usize, &u32)| {
        let row = *first as usize;
        let site = codes.of[Dimension::Site as usize][row];
        let version = codes.of[Dimension::Version as usize][row];
        let product = products.get(row).copied().unwrap_or(MISSING_CODE);
        let is_known = site != MISSING_CODE && version != MISSING_CODE;
        is_known.then_some((site, product, incidents.at[incident], version))
    };
    let past = incidents.at.partition_point(|at| *at < windows.end_at);
    let mut seen: Vec<(u32, u32, i64, u32)> =
        incidents.first[..past].par_iter().enumerate().filter_map(sighting).collect();
    seen.par_sort_unstable();
    let mut used: BTreeMap<(u32, u32), Days> = BTreeMap::new();
    for sightings in seen.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let mut from_at = i64::MIN;
        for (index, (site, _, at, version)) in sightings.iter().enumerate() {
            let until_at = match sightings.get(index + 1) {
                Some((.., next)) if next == version => continue,
                Some((_, _, next_at, _)) => at + (next_at - at) / 2,
                None => i64::MAX,
            };
            let overlap = |start: i64, end: i64| (until_at.min(end) - from_at.max(start)).max(0);
            let days = Days {
                current: overlap(windows.current_at, windows.end_at),
                baseline: overlap(windows.baseline_at, windows.current_at),
            };
            if days.total() > 0 {
                *used.entry((*site, *version)).or_default() += days;
            }
            from_at = until_at;
        }
    }
    used
}
