//! Which cells stand out: against their own past, and sites against their peers.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Settings;
use super::codes::Dimension;
use super::cuts::{Counts, Cut};
use super::exposure::{Days, Exposure};
use super::family::{Family, judge};
use crate::stats::Bounds;
use crate::stats::intervals::poisson_interval;
use crate::stats::negative_binomial::{fit_size_untrimmed, shrunk_ratio, upper_tail};
use crate::stats::rates::TwoRates;

/// Confidence of printed intervals.
const LEVEL: f64 = 0.95;

/// What a test asks; each question is a family of its own in false alarm control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Is there more than in the cut's own past?
    OwnChange,
    /// Is there more than at other sites, allowing for how much sites normally differ?
    PeerExcess,
    /// Is a unit worse than the others of its model, in its most frequent fault?
    BadUnit,
    /// Does a model fail more with age, over all its history?
    WearOut,
}

/// How loudly a cut is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    Act,
    Watch,
    Silent,
}

/// What the shrunk ratio was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrunk {
    /// The gamma-Poisson mean, with the untrimmed size of the cuts of these dimensions.
    Posterior,
    /// The lower end of the ratio's own 90 % interval, where no size can be fitted or it is infinite.
    LowerBound,
}

/// A tested cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    pub cut: Cut,
    pub counts: Counts,
    pub question: Question,
    /// Incidents that the question is about: of the current window, of both where peers are compared, of
    /// one fault in two years for a unit, of all the history for wear.
    pub observed: u32,
    pub expected: f64,
    pub days: Days,
    /// Size of the negative binomial tail; unused against the own past.
    pub size: f64,
    pub ratio: Option<f64>,
    /// The ratio's 95 % interval; for wear, that of the power of age with which incidents grow.
    pub bounds: Bounds,
    pub p: f64,
    pub q: f64,
    /// Tests that it was judged with.
    pub family: usize,
    /// Where known beforehand: observed incidents from which on it is one to act on.
    pub act_at: Option<u32>,
    pub shrunk: f64,
    pub shrunk_by: Shrunk,
    pub tier: Tier,
}

impl Tested {
    /// The same test's p if the cut had other counts.
    pub fn p_of(&self, counts: Counts) -> f64 {
        match self.question {
            Question::OwnChange => two_rates(counts, self.days).upper_tail().unwrap_or(1.0),
            _ => upper_tail(u64::from(counts.total()), self.expected, self.size).unwrap_or(1.0),
        }
    }

    /// Incidents above what was to be expected, if the cut had other counts.
    pub fn excess_of(&self, counts: Counts) -> f64 {
        match self.question {
            Question::OwnChange => f64::from(counts.current) - expected(counts, self.days),
            _ => f64::from(counts.total()) - self.expected,
        }
    }
}

fn two_rates(counts: Counts, days: Days) -> TwoRates {
    TwoRates {
        count: u64::from(counts.current),
        exposure: days.current as f64,
        other_count: u64::from(counts.baseline),
        other_exposure: days.baseline as f64,
    }
}

fn expected(counts: Counts, days: Days) -> f64 {
    f64::from(counts.baseline) * days.current as f64 / days.baseline as f64
}

/// Cells against their own past: exact, given a cell's total.
///
/// A cell whose total couldn't reach `watch_p` even with every incident in the current window is not
/// counted in the family; this depends on the total alone.
pub fn own_change(
    cells: Vec<(Cut, Counts)>,
    exposure: &Exposure,
    settings: &Settings,
) -> (Vec<Tested>, Family) {
    let mut tested: Vec<Tested> = cells
        .into_par_iter()
        .filter_map(|(cut, counts)| {
            let days = exposure.of(&cut)?;
            let share = days.current as f64 / days.total() as f64;
            if share.powi(counts.total() as i32) > settings.watch_p {
                return None;
            }
            let rates = two_rates(counts, days);
            let p = rates.upper_tail()?;
            // Most cells are silent; their intervals are never looked at.
            let bounds = if p <= settings.watch_q { rates.ratio_bounds(LEVEL)? } else { NO_BOUNDS };
            Some(Tested {
                counts,
                question: Question::OwnChange,
                observed: counts.current,
                expected: expected(counts, days),
                days,
                size: f64::INFINITY,
                ratio: rates.ratio().filter(|ratio| ratio.is_finite()),
                bounds,
                p,
                q: 1.0,
                family: 0,
                act_at: None,
                shrunk: 1.0,
                shrunk_by: Shrunk::LowerBound,
                tier: Tier::Silent,
                cut,
            })
        })
        .collect();
    let sizes = sizes(&tested);
    for cell in tested.iter_mut().filter(|cell| cell.p <= settings.watch_q) {
        let lower = || two_rates(cell.counts, cell.days).ratio_bounds(0.9).map_or(0.0, |b| b.lower);
        let size = sizes.get(&dimensions(&cell.cut)).copied().filter(|size| size.is_finite());
        let shrunk = size.and_then(|k| shrunk_ratio(u64::from(cell.observed), cell.expected, k));
        (cell.shrunk, cell.shrunk_by) = match shrunk {
            Some(shrunk) => (shrunk.ratio, Shrunk::Posterior),
            None => (lower(), Shrunk::LowerBound),
        };
    }
    let family = judge(Question::OwnChange, &mut tested, settings);
    (tested, family)
}

const NO_BOUNDS: Bounds = Bounds { lower: 0.0, upper: f64::INFINITY };

fn dimensions(cut: &Cut) -> Vec<Dimension> {
    cut.iter().map(|part| part.0).collect()
}

/// Spread of the change among the cuts of the same dimensions.
fn sizes(tested: &[Tested]) -> BTreeMap<Vec<Dimension>, f64> {
    let mut groups: BTreeMap<Vec<Dimension>, (Vec<u64>, Vec<f64>)> = BTreeMap::new();
    for cell in tested.iter().filter(|cell| cell.expected > 0.0) {
        let (counts, expected) = groups.entry(dimensions(&cell.cut)).or_default();
        counts.push(u64::from(cell.observed));
        expected.push(cell.expected);
    }
    let fit = |(counts, expected): &(Vec<u64>, Vec<f64>)| fit_size_untrimmed(counts, expected);
    groups.into_par_iter().filter_map(|(key, group)| Some((key, fit(&group)?))).collect()
}

/// A site, or a site's module, with what its peers let expect over both windows.
pub struct Peer {
    pub cut: Cut,
    pub counts: Counts,
    pub expected: f64,
}

/// Sites against each other. `size` is the trimmed one for the test, `prior` the untrimmed one for the
/// shrunk ratio; of each group by dimension.
pub fn peer_excess(groups: Vec<(Vec<Peer>, f64, Option<f64>)>, settings: &Settings) -> (Vec<Tested>, Family) {
    let mut tested = Vec::new();
    for (peers, size, prior) in groups {
        tested.extend(peers.into_iter().filter_map(|peer| {
            let observed = peer.counts.total();
            let count = u64::from(observed);
            let bounds = poisson_interval(count, LEVEL)?;
            let scaled =
                |b: Bounds| Bounds { lower: b.lower / peer.expected, upper: b.upper / peer.expected };
            let prior = prior.filter(|prior| prior.is_finite());
            let (shrunk, shrunk_by) = match prior.and_then(|k| shrunk_ratio(count, peer.expected, k)) {
                Some(shrunk) => (shrunk.ratio, Shrunk::Posterior),
                None => (scaled(poisson_interval(count, 0.9)?).lower, Shrunk::LowerBound),
            };
            Some(Tested {
                counts: peer.counts,
                question: Question::PeerExcess,
                observed,
                expected: peer.expected,
                days: Days::default(),
                size,
                ratio: Some(f64::from(observed) / peer.expected),
                bounds: scaled(bounds),
                p: upper_tail(count, peer.expected, size)?,
                q: 1.0,
                family: 0,
                act_at: None,
                shrunk,
                shrunk_by,
                tier: Tier::Silent,
                cut: peer.cut,
            })
        }));
    }
    let family = judge(Question::PeerExcess, &mut tested, settings);
    (tested, family)
}
