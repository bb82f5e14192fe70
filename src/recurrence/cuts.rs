//! Cells: every value of every dimension and every pair of values that occurs, with its incidents.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::codes::{Codes, DIMENSIONS, Dimension};
use super::incidents::Incidents;
use super::windows::{Side, Windows};
use crate::model::MISSING_CODE;

/// One or two dimensions with a code each, in order of dimension.
pub type Cut = Vec<(Dimension, u32)>;

/// Pairs that say no more than one of their parts, or nothing that anyone could act on.
const LEFT_OUT: [(Dimension, Dimension); 6] = [
    (Dimension::Site, Dimension::Customer),
    (Dimension::Site, Dimension::Unit),
    (Dimension::Customer, Dimension::Unit),
    (Dimension::Unit, Dimension::Model),
    (Dimension::Unit, Dimension::Module),
    (Dimension::ErrorCode, Dimension::TextGroup),
];

/// A version has no past of its own: its incidents begin with its arrival, so that any version would stand
/// out. It is named as the shared cause of an area instead.
fn is_cut_by(dimension: usize) -> bool {
    DIMENSIONS[dimension] != Dimension::Version
}

fn is_pair(a: usize, b: usize) -> bool {
    let (a, b) = (DIMENSIONS[a], DIMENSIONS[b]);
    // How a report came in says something of a customer, not of a fault.
    !LEFT_OUT.contains(&(a, b)) && (b != Dimension::Channel || a == Dimension::Customer)
}

/// Incidents of the windows, by dimension.
pub struct Sample {
    /// Index among all incidents.
    pub incident: Vec<u32>,
    pub side: Vec<Side>,
    /// By [`Dimension`].
    pub of: [Vec<u32>; 9],
}

impl Sample {
    /// The incidents that fall into the windows.
    pub fn new(incidents: &Incidents, codes: &Codes, windows: &Windows) -> Sample {
        let sides =
            incidents.at.iter().enumerate().filter_map(|(i, at)| Some((i as u32, windows.side(*at)?)));
        let (incident, side): (Vec<u32>, Vec<Side>) = sides.unzip();
        let column = |dimension: usize| -> Vec<u32> {
            let row = |incident: &u32| incidents.first[*incident as usize] as usize;
            incident.iter().map(|incident| codes.of[dimension][row(incident)]).collect()
        };
        let of = std::array::from_fn(column);
        Sample { incident, side, of }
    }

    /// Number of incidents.
    pub fn len(&self) -> usize {
        self.incident.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.incident.is_empty()
    }

    /// The code of an incident.
    pub fn code(&self, dimension: Dimension, index: usize) -> u32 {
        self.of[dimension as usize][index]
    }

    /// Members of every cut of a list, in order of time.
    pub fn members(&self, cuts: &[Cut]) -> Vec<Vec<u32>> {
        let mut wanted: FxHashMap<(usize, usize), FxHashMap<u64, Vec<usize>>> = FxHashMap::default();
        for (index, cut) in cuts.iter().enumerate() {
            let (first, second) = (cut[0], cut.get(1).copied().unwrap_or(cut[0]));
            let place = (first.0 as usize, second.0 as usize);
            wanted.entry(place).or_default().entry(pack(first.1, second.1)).or_default().push(index);
        }
        let mut members = vec![Vec::new(); cuts.len()];
        for ((a, b), cells) in wanted {
            for (index, (first, second)) in self.of[a].iter().zip(&self.of[b]).enumerate() {
                for cut in cells.get(&pack(*first, *second)).into_iter().flatten() {
                    members[*cut].push(index as u32);
                }
            }
        }
        members
    }
}

/// Incidents of a cut in either window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub current: u32,
    pub baseline: u32,
}

impl Counts {
    /// One more on a side.
    pub fn add(&mut self, side: Side) {
        match side {
            Side::Current => self.current += 1,
            Side::Baseline => self.baseline += 1,
        }
    }

    /// Of both windows.
    pub fn total(self) -> u32 {
        self.current + self.baseline
    }
}

fn pack(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// All cuts with at least `least` incidents in both windows together, in order; the filter is on the total,
/// on which the own-past test is conditioned, so it can't bias what is tested.
pub fn cells(sample: &Sample, codes: &Codes, least: u32) -> Vec<(Cut, Counts)> {
    let singles: Vec<Vec<Counts>> = DIMENSIONS
        .par_iter()
        .map(|dimension| {
            let mut counts = vec![Counts::default(); codes.names[*dimension as usize].len()];
            for (code, side) in sample.of[*dimension as usize].iter().zip(&sample.side) {
                if let Some(cell) = counts.get_mut(*code as usize) {
                    cell.add(*side);
                }
            }
            counts
        })
        .collect();
    let pairs: Vec<(usize, usize)> = (0..9)
        .flat_map(|a| (a + 1..9).map(move |b| (a, b)))
        .filter(|(a, b)| is_cut_by(*a) && is_cut_by(*b) && is_pair(*a, *b))
        .collect();
    let is_enough = |dimension: usize, code: u32| {
        code != MISSING_CODE && singles[dimension][code as usize].total() >= least
    };
    let paired = pairs.par_iter().flat_map_iter(|(a, b)| {
        let mut counts: FxHashMap<u64, Counts> = FxHashMap::default();
        for (index, (first, second)) in sample.of[*a].iter().zip(&sample.of[*b]).enumerate() {
            // No pair is larger than either of its parts.
            if is_enough(*a, *first) && is_enough(*b, *second) {
                counts.entry(pack(*first, *second)).or_default().add(sample.side[index]);
            }
        }
        let mut cells: Vec<(u64, Counts)> = counts.into_iter().filter(|(_, c)| c.total() >= least).collect();
        cells.sort_unstable_by_key(|(key, _)| *key);
        let (a, b) = (DIMENSIONS[*a], DIMENSIONS[*b]);
        cells.into_iter().map(move |(key, c)| (vec![(a, (key >> 32) as u32), (b, key as u32)], c))
    });
    let mut all: Vec<(Cut, Counts)> = paired.collect();
    for (dimension, counts) in singles.iter().enumerate().filter(|(dimension, _)| is_cut_by(*dimension)) {
        let enough = counts.iter().enumerate().filter(|(_, counts)| counts.total() >= least);
        all.extend(enough.map(|(code, counts)| (vec![(DIMENSIONS[dimension], code as u32)], *counts)));
    }
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    all
}
