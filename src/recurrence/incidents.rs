//! Tickets to incidents: what broke once is counted once, however many people called.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::codes::{Codes, Dimension};
use super::{Input, bursts};
use crate::model::{MISSING_AT, MISSING_CODE, Text, Time, recode};

/// The signature of a ticket with neither error code nor text.
pub const NO_SIGNATURE: u64 = u64::MAX;

/// Incidents in order of time; all but their tickets is that of the first ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incidents {
    /// When the first ticket was opened, seconds UTC, ascending.
    pub at: Vec<i64>,
    /// Row of the first ticket.
    pub first: Vec<u32>,
    /// Signature: error code, else text group, with the module; [`NO_SIGNATURE`] for none.
    pub signature: Vec<u64>,
    /// Tickets of incident `i`, ascending: `rows[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Incidents {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The rows of an incident's tickets, ascending.
    pub fn tickets(&self, incident: usize) -> &[u32] {
        match self.starts.get(incident..=incident + 1) {
            Some(&[start, end]) => &self.rows[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Many reports of one kind at one site within hours, which are one incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    pub site: String,
    /// What the tickets have in common: their category, or else their module.
    pub kind: String,
    /// First and last opening, seconds UTC.
    pub first_at: i64,
    pub last_at: i64,
    /// Rows of its tickets, ascending.
    pub rows: Vec<u32>,
    /// Chance of so many so close together anywhere in the history, at the site's usual rate of this kind.
    pub p: f64,
}

/// Merges tickets of one site, signature and, where both are known, unit within a day of the first, and
/// tickets that name a parent; then bursts.
///
/// A ticket that doesn't count starts no incident, but joins its parent's.
pub fn incidents(input: &Input, codes: &Codes) -> (Incidents, Vec<Burst>) {
    let opened = &input.data.tickets.times[Time::Opened as usize];
    let root = roots(input);
    let starts: Vec<u32> = (0..root.len())
        .filter(|row| root[*row] as usize == *row && input.counts[*row] && opened[*row] != MISSING_AT)
        .map(|row| row as u32)
        .collect();
    let signatures = signatures(codes, root.len());
    let head_of = heads(input, codes, &starts, &signatures);
    let mut heads: Vec<u32> = starts.into_iter().filter(|row| head_of[*row as usize] == *row).collect();
    heads.par_sort_unstable_by_key(|row| (opened[*row as usize], *row));
    let (target, mut bursts) = bursts::bursts(input, codes, &heads);
    let mut number: Vec<u32> = vec![MISSING_CODE; root.len()];
    for (head, row) in heads.iter().enumerate() {
        number[*row as usize] = target[head];
    }
    let incident = |root: &u32| recode(&number, recode(&head_of, *root));
    let of: Vec<u32> = root.par_iter().map(incident).collect();
    let incidents = gather(input, &heads, &of, &signatures);
    if !bursts.is_empty() {
        add_tickets(&mut bursts, &incidents);
    }
    (incidents, bursts)
}

fn add_tickets(bursts: &mut [Burst], incidents: &Incidents) {
    let place: FxHashMap<u32, usize> = incidents.first.iter().enumerate().map(|(i, row)| (*row, i)).collect();
    for burst in bursts {
        // Only the first ticket of a burst still is that of an incident.
        let its = burst.rows.iter().filter_map(|row| place.get(row));
        burst.rows = its.flat_map(|incident| incidents.tickets(*incident)).copied().collect();
    }
}

/// By row: the first ticket of the incident that it belongs to, of those that start one.
fn heads(input: &Input, codes: &Codes, starts: &[u32], signatures: &[u64]) -> Vec<u32> {
    let opened = &input.data.tickets.times[Time::Opened as usize];
    let (sites, units) = (&codes.of[Dimension::Site as usize], &codes.of[Dimension::Unit as usize]);
    let mut head_of: Vec<u32> = vec![MISSING_CODE; opened.len()];
    starts.iter().for_each(|row| head_of[*row as usize] = *row);
    let mut order: Vec<(u32, u64, i64, u32)> = (starts.par_iter())
        .map(|row| (*row, *row as usize))
        .filter(|(_, at)| sites[*at] != MISSING_CODE && signatures[*at] != NO_SIGNATURE)
        .map(|(row, at)| (sites[at], signatures[at], opened[at], row))
        .collect();
    order.par_sort_unstable();
    let mut recent: Vec<(i64, u32, u32)> = Vec::new();
    for alike in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        recent.clear();
        for (_, _, at, row) in alike {
            let unit = units[*row as usize];
            recent.retain(|(first_at, ..)| at - first_at < input.settings.merge_within_s);
            let is_same = |other: u32| other == MISSING_CODE || unit == MISSING_CODE || other == unit;
            match recent.iter().find(|(_, other, _)| is_same(*other)) {
                Some((_, _, head)) => head_of[*row as usize] = *head,
                None => recent.push((*at, unit, *row)),
            }
        }
    }
    head_of
}

/// By ticket: the row at the end of its chain of parents; a ticket of an unknown parent is its own.
fn roots(input: &Input) -> Vec<u32> {
    let tickets = &input.data.tickets;
    let parents = tickets.column(Text::Parent);
    let rows: Vec<u32> = (parents.dictionary.values())
        .map(|parent| tickets.find(parent).map_or(MISSING_CODE, |row| row as u32))
        .collect();
    let parent = |row: u32| match parents.codes.get(row as usize) {
        Some(code) => rows.get(*code as usize).copied().unwrap_or(MISSING_CODE),
        None => MISSING_CODE,
    };
    let end = |row: u32| {
        let mut at = row;
        // A longer chain is a ring, which has no end.
        for _ in 0..64 {
            match parent(at) {
                MISSING_CODE => return at,
                next => at = next,
            }
        }
        row
    };
    (0..tickets.len() as u32).map(end).collect()
}

fn signatures(codes: &Codes, tickets: usize) -> Vec<u64> {
    let column = |dimension: Dimension| &codes.of[dimension as usize];
    let (errors, groups) = (column(Dimension::ErrorCode), column(Dimension::TextGroup));
    let modules = column(Dimension::Module);
    let signature = |row: usize| {
        // Error codes and text groups are told apart by the topmost bit, which no code reaches.
        let what = match (errors[row], groups[row]) {
            (MISSING_CODE, MISSING_CODE) => return NO_SIGNATURE,
            (MISSING_CODE, group) => u64::from(group) << 32,
            (error, _) => 1 << 63 | u64::from(error) << 32,
        };
        what | u64::from(modules[row])
    };
    (0..tickets).into_par_iter().map(signature).collect()
}

fn gather(input: &Input, heads: &[u32], of: &[u32], signatures: &[u64]) -> Incidents {
    let opened = &input.data.tickets.times[Time::Opened as usize];
    let mut sizes = vec![0u32; heads.len()];
    of.iter().filter(|incident| **incident != MISSING_CODE).for_each(|i| sizes[*i as usize] += 1);
    let mut place = vec![MISSING_CODE; heads.len()];
    let mut all = Incidents { starts: vec![0], ..Incidents::default() };
    let mut end = 0;
    // Heads are in order of time, and what a burst took in is empty now.
    for (head, size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
        let row = heads[head];
        place[head] = all.at.len() as u32;
        all.at.push(opened[row as usize]);
        all.first.push(row);
        all.signature.push(signatures[row as usize]);
        end += size;
        all.starts.push(end);
    }
    let mut next = all.starts.clone();
    all.rows = vec![0; end as usize];
    for (row, incident) in of.iter().enumerate().filter(|(_, incident)| **incident != MISSING_CODE) {
        let place = place[*incident as usize] as usize;
        all.rows[next[place] as usize] = row as u32;
        next[place] += 1;
    }
    all
}
