//! Bursts: a power cut makes eight devices fail, each with its own ticket; that is one incident.

use rayon::prelude::*;

use super::Input;
use super::codes::{Codes, Dimension};
use super::incidents::Burst;
use crate::model::{Dictionary, MISSING_CODE, Text, Time, recode};
use crate::stats::burst::scan_upper;

/// Reports within so many seconds may be one burst; a judgement.
const WITHIN_S: i64 = 4 * 3600;
/// Fewer are never a burst; a judgement.
const LEAST: usize = 4;
/// Desks are busy in about a fifth of the hours, in which chance alone crowds reports.
const BUSY_HOURS: f64 = 5.0;
/// Chance of a false burst, over all sites and kinds together; a judgement.
const CHANCE: f64 = 0.01;

/// By incident (given by the row of its first ticket, in order of time): the incident that it is part of;
/// and the bursts, whose rows are first tickets only.
pub fn bursts(input: &Input, codes: &Codes, heads: &[u32]) -> (Vec<u32>, Vec<Burst>) {
    let opened = &input.data.tickets.times[Time::Opened as usize];
    let mut target: Vec<u32> = (0..heads.len() as u32).collect();
    let (Some(first), Some(last)) = (heads.first(), heads.last()) else { return (target, Vec::new()) };
    let span_s = (opened[*last as usize] - opened[*first as usize]).max(1) as f64;
    let width = BUSY_HOURS * WITHIN_S as f64 / span_s;
    let (kinds, names) = kinds(input, codes, heads);
    let by_kind: Vec<&[(u32, u32, u32)]> = kinds.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let mut found = Vec::new();
    for alike in by_kind.iter().filter(|alike| alike.len() >= LEAST) {
        let (site, kind) = (alike[0].0, alike[0].1);
        let members: Vec<u32> = alike.iter().map(|member| member.2).collect();
        let at = |member: usize| opened[heads[members[member] as usize] as usize];
        let (mut begin, mut end) = (0, 0);
        while begin < members.len() {
            // Members are in order of time, so that the end only moves on.
            end += (end..members.len()).take_while(|m| at(*m) - at(begin) < WITHIN_S).count();
            let p = chance(end - begin, members.len(), width);
            if p * by_kind.len() as f64 > CHANCE {
                begin += 1;
                continue;
            }
            members[begin..end].iter().for_each(|m| target[*m as usize] = members[begin]);
            let mut rows: Vec<u32> = members[begin..end].iter().map(|m| heads[*m as usize]).collect();
            rows.sort_unstable();
            found.push(Burst {
                site: codes.name(Dimension::Site, site).to_owned(),
                kind: names.get(kind).unwrap_or_default().to_owned(),
                first_at: at(begin),
                last_at: at(end - 1),
                rows,
                p,
            });
            begin = end;
        }
    }
    found.sort_by(|a, b| (a.first_at, &a.site, &a.kind).cmp(&(b.first_at, &b.site, &b.kind)));
    (target, found)
}

fn chance(count: usize, total: usize, width: f64) -> f64 {
    // Where several reports of a kind within hours are usual, a crowd of them is no burst.
    if count < LEAST || total as f64 * width > 1.0 {
        return 1.0;
    }
    scan_upper(count as u64, total as u64, width).unwrap_or(1.0)
}

/// Incidents as (site, kind, incident), in order, with the names of kinds.
fn kinds(input: &Input, codes: &Codes, heads: &[u32]) -> (Vec<(u32, u32, u32)>, Dictionary) {
    let categories = input.data.tickets.column(Text::Category);
    let modules = &codes.names[Dimension::Module as usize];
    let mut names = categories.dictionary.clone();
    let of_module = names.absorb(modules);
    let (names, sorted) = names.sorted();
    let kind = |row: usize| match categories.codes.get(row).copied().unwrap_or(MISSING_CODE) {
        MISSING_CODE => recode(&sorted, recode(&of_module, codes.of[Dimension::Module as usize][row])),
        category => recode(&sorted, category),
    };
    let mut kinds: Vec<(u32, u32, u32)> = (heads.par_iter().enumerate())
        .map(|(head, row)| {
            let row = *row as usize;
            (codes.of[Dimension::Site as usize][row], kind(row), head as u32)
        })
        .filter(|(site, kind, _)| *site != MISSING_CODE && *kind != MISSING_CODE)
        .collect();
    kinds.par_sort_unstable();
    (kinds, names)
}
