//! Texts with the same terms are one.

use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::lists::Lists;

/// Distinct sets of terms, the most frequent first, of equally frequent ones the alphabetically first.
///
/// A set's text, by which it is ordered, is the first of all sequences that have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// By text: its set; `u32::MAX` for a text without terms.
    pub of: Vec<u32>,
    /// Codes of each set, ascending.
    pub sets: Lists,
}

/// A set before they are in order.
struct Set<'a> {
    terms: &'a [u32],
    count: u64,
    text: &'a [u32],
}

impl Fingerprints {
    /// The sets of texts, which are sequences of alphabetical codes, each with its number of tickets.
    pub fn new(sequences: &Lists, tickets: impl Fn(usize) -> u64) -> Fingerprints {
        let mut sorted = Lists::default();
        let mut set = Vec::new();
        for text in 0..sequences.len() {
            set.clear();
            set.extend_from_slice(sequences.get(text));
            set.sort_unstable();
            set.dedup();
            sorted.push(set.iter().copied());
        }

        let (mut places, mut distinct) = (FxHashMap::<&[u32], u32>::default(), Vec::<Set>::new());
        let mut of = vec![u32::MAX; sequences.len()];
        for (text, of) in of.iter_mut().enumerate().filter(|(text, _)| !sequences.get(*text).is_empty()) {
            let (terms, sequence) = (sorted.get(text), sequences.get(text));
            *of = *places.entry(terms).or_insert_with(|| {
                distinct.push(Set { terms, count: 0, text: sequence });
                distinct.len() as u32 - 1
            });
            let set = &mut distinct[*of as usize];
            set.count = set.count.saturating_add(tickets(text));
            set.text = set.text.min(sequence);
        }

        // The first two terms are at hand for most comparisons.
        let key = |set: &Set| (Reverse(set.count), set.text.first().copied(), set.text.get(1).copied());
        let mut order: Vec<_> = (0u32..).zip(&distinct).map(|(place, set)| (key(set), place)).collect();
        let text = |place: u32| distinct[place as usize].text;
        order.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        let (mut ranks, mut sets) = (vec![0; order.len()], Lists::default());
        for (rank, &(_, place)) in order.iter().enumerate() {
            ranks[place as usize] = rank as u32;
            sets.push(distinct[place as usize].terms.iter().copied());
        }
        for place in of.iter_mut().filter(|place| **place != u32::MAX) {
            *place = ranks[*place as usize];
        }
        Fingerprints { of, sets }
    }
}
