//! Which leaders can be alike enough to a set, and which is the most.

use rustc_hash::FxHashMap;

use super::lists::Lists;

/// Keeps what rounding could have put just below a bound.
const ROUNDING: f64 = 1.0 - 1e-9;

/// A set that is compared.
pub struct Probe {
    /// Its terms by rank, the heaviest first.
    pub ranks: Vec<u32>,
    /// By place in `ranks`, and after the last: weight from there on.
    left: Vec<u64>,
    /// The bit of each term, so that most sets that share little are told apart without a look at them.
    bits: u64,
}

/// The leader that is most alike so far.
#[derive(Debug, Clone, Copy)]
pub struct Best {
    /// Weight of the terms that both have.
    shared: u64,
    /// Weight of the terms that either has.
    either: u64,
    pub leader: u32,
}

/// Leaders by the terms of their heads.
pub struct Index {
    threshold: f64,
    postings: FxHashMap<u32, Vec<Posting>>,
}

/// A leader under one term of its head.
struct Posting {
    leader: u32,
    /// Of the term among the leader's.
    place: u32,
    bits: u64,
    /// Weight of the leader's terms from this one on.
    left: u64,
    /// Weight of all of the leader's terms.
    total: u64,
}

fn bit(rank: u32) -> u64 {
    1 << (rank % 64)
}

impl Probe {
    /// A set of ranks, which index `weights`.
    pub fn new(mut ranks: Vec<u32>, weights: &[u64]) -> Probe {
        ranks.sort_unstable();
        let mut left = vec![0; ranks.len() + 1];
        for (place, &rank) in ranks.iter().enumerate().rev() {
            left[place] = left[place + 1] + weights[rank as usize];
        }
        Probe { bits: ranks.iter().fold(0, |bits, &rank| bits | bit(rank)), ranks, left }
    }

    /// At least the weight of the terms, from a place on, that this shares with a set of such bits.
    fn most_shared(&self, place: usize, bits: u64) -> u64 {
        let ranks = self.ranks[place..].iter().zip(self.left[place..].windows(2));
        ranks.filter(|(rank, _)| bits & bit(**rank) != 0).map(|(_, left)| left[0] - left[1]).sum()
    }
}

/// Weight of the ranks that are in both.
fn shared(mut a: &[u32], mut b: &[u32], weights: &[u64]) -> u64 {
    let mut shared = 0;
    while let ([first, rest_a @ ..], [other, rest_b @ ..]) = (a, b) {
        if first == other {
            shared += weights[*first as usize];
        }
        (a, b) = (if first <= other { rest_a } else { a }, if other <= first { rest_b } else { b });
    }
    shared
}

impl Best {
    fn likeness(&self) -> f64 {
        self.shared as f64 / self.either as f64
    }

    fn is_before(&self, other: &Best) -> bool {
        let mine = u128::from(self.shared) * u128::from(other.either);
        let theirs = u128::from(other.shared) * u128::from(self.either);
        mine > theirs || mine == theirs && self.leader < other.leader
    }
}

impl Index {
    /// An index for likenesses of at least a threshold.
    pub fn new(threshold: f64) -> Index {
        Index { threshold, postings: FxHashMap::default() }
    }

    /// Places of the terms one of which a set shares first with any set that is alike enough.
    fn head<'a>(&self, set: &'a Probe) -> impl Iterator<Item = (usize, u32)> + 'a {
        let least = self.threshold * ROUNDING * set.left[0] as f64;
        let places = set.ranks.iter().copied().enumerate();
        places.take_while(move |&(place, _)| set.left[place] as f64 >= least)
    }

    /// Adds a leader.
    pub fn add(&mut self, leader: u32, set: &Probe) {
        for (place, rank) in self.head(set) {
            let (left, total) = (set.left[place], set.left[0]);
            let posting = Posting { leader, place: place as u32, bits: set.bits, left, total };
            self.postings.entry(rank).or_default().push(posting);
        }
    }

    /// Adds the leaders of another.
    pub fn append(&mut self, other: Index) {
        for (rank, postings) in other.postings {
            self.postings.entry(rank).or_default().extend(postings);
        }
    }

    /// The leader here that is most like a set, if it is more so than `best`.
    pub fn best(
        &self,
        set: &Probe,
        leaders: &Lists,
        weights: &[u64],
        mut best: Option<Best>,
    ) -> Option<Best> {
        let mut least = best.map_or(self.threshold, |best| best.likeness());
        for (place, rank) in self.head(set) {
            for posting in self.postings.get(&rank).map_or(&[][..], Vec::as_slice) {
                let both = set.left[0] + posting.total;
                let suffices = |shared: u64| shared as f64 * (1.0 + least) >= least * ROUNDING * both as f64;
                let most = set.left[place].min(posting.left);
                if !suffices(most) || !suffices(set.most_shared(place, posting.bits)) {
                    continue;
                }
                // A term that both have before these two places gave this pair its answer already.
                let leader = &leaders.get(posting.leader as usize)[posting.place as usize..];
                let shared = shared(&set.ranks[place..], leader, weights);
                let found = Best { shared, either: both - shared, leader: posting.leader };
                if found.likeness() >= self.threshold && best.is_none_or(|best| found.is_before(&best)) {
                    (least, best) = (found.likeness(), Some(found));
                }
            }
        }
        best
    }
}
