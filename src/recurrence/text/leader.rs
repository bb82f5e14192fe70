//! Sets that are alike, each with the leader that it is most like.
//!
//! One after another, a set joins the leader to which it is most like if that is at least the threshold, the
//! earlier one of equals, and is a leader itself otherwise. Likeness is the weight of the terms that both
//! have over that of the terms that either has (weighted Jaccard); a term in `df` of `n` sets weighs
//! ln(1 + n / df). Reference vector E07.
//!
//! Not every pair is compared. With terms in one order, the rarest first, two sets that are alike enough
//! share a term in the head of both: the part from which on what is left weighs at least the threshold times
//! the whole (prefix filter and position filter of set similarity joins; recalled). The answer is the same
//! as that of comparing all.

use rayon::prelude::*;

use super::index::{Index, Probe};
use super::lists::Lists;

/// One in units of weights. Weights are integers so that sums depend on no order and equals are equal.
const UNIT: f64 = (1u64 << 40) as f64;

/// Sets that are compared with earlier leaders in parallel.
const BLOCK: usize = 1 << 12;

/// By term code: ln(1 + n / df) in units of 2^-40; 0 for a term that no set has.
pub fn weights(sets: &Lists, terms: usize) -> Vec<u64> {
    let mut having = vec![0u64; terms];
    sets.items().iter().for_each(|&term| having[term as usize] += 1);
    let weight = |df: u64| if df == 0 { 0.0 } else { (sets.len() as f64 / df as f64).ln_1p() };
    having.into_iter().map(|df| (weight(df) * UNIT).round() as u64).collect()
}

/// By set, in order: its group, numbered in order of their leaders. Terms are codes below `terms`, each once
/// in a set. With a threshold above 1, or NaN, every set is alone; one below 0.01 is taken as 0.01.
pub fn assign(sets: &Lists, terms: usize, threshold: f64) -> Vec<u32> {
    let threshold = if threshold < 0.01 { 0.01 } else { threshold };
    let (ranks, weights) = ranks(&weights(sets, terms));
    let (mut leaders, mut index) = (Lists::default(), Index::new(threshold));
    let mut groups = Vec::with_capacity(sets.len());
    for start in (0..sets.len()).step_by(BLOCK) {
        let compared = (start..sets.len().min(start + BLOCK)).into_par_iter().map(|set| {
            let probe =
                Probe::new(sets.get(set).iter().map(|&term| ranks[term as usize]).collect(), &weights);
            let best = index.best(&probe, &leaders, &weights, None);
            (probe, best)
        });
        let mut fresh = Index::new(threshold);
        for (probe, earlier) in compared.collect::<Vec<_>>() {
            let best = fresh.best(&probe, &leaders, &weights, earlier);
            groups.push(best.map_or(leaders.len() as u32, |best| best.leader));
            if best.is_none() {
                fresh.add(leaders.len() as u32, &probe);
                leaders.push(probe.ranks);
            }
        }
        index.append(fresh);
    }
    groups
}

/// By term code: its place in the order of weight, heaviest first, then of code; and the weights in that order.
fn ranks(weights: &[u64]) -> (Vec<u32>, Vec<u64>) {
    let mut order: Vec<u32> = (0..weights.len() as u32).collect();
    order.par_sort_unstable_by_key(|&term| (std::cmp::Reverse(weights[term as usize]), term));
    let mut ranks = vec![0; order.len()];
    for (rank, &term) in order.iter().enumerate() {
        ranks[term as usize] = rank as u32;
    }
    (ranks, order.into_iter().map(|term| weights[term as usize]).collect())
}
