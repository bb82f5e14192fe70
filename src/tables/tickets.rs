//! One row a ticket.

use std::ops::Range;

use rayon::prelude::*;

use super::columns::{Columns, column, counts, flags, instants, months, numbers, repeated, texts};
use super::hours::year;
use super::local::day_of;
use super::{Facts, Shared};
use crate::clock::{Kernel, Scratch, StatusClass};
use crate::model::{MISSING_AT, TEXT_COLUMNS, TIME_COLUMNS, Text, Time};

/// What the history of a ticket comes to.
pub struct Life {
    class: StatusClass,
    reopens: u32,
    /// [`MISSING_AT`] while it is open.
    ended_at: i64,
}

/// Columns that tell of it.
pub const OF_LIVES: [&str; 6] =
    ["status_class", "reopens", "ended_at", "ended_month", "is_open", "is_ended_in_period"];

/// Tickets whose histories one task reads at least.
const BATCH: usize = 4096;

/// By row of the tickets.
pub fn lives(kernel: &Kernel, as_of: i64) -> Vec<Life> {
    (0..kernel.data.tickets.len())
        .into_par_iter()
        .with_min_len(BATCH)
        .map_init(Scratch::default, |scratch, row| life(kernel, as_of, row, scratch))
        .collect()
}

fn life(kernel: &Kernel, as_of: i64, row: usize, scratch: &mut Scratch) -> Life {
    let tickets = &kernel.data.tickets;
    kernel.timeline(row, scratch);
    let class = kernel.status_class(row, &scratch.timeline);
    let own = |time| tickets.at(row, time).filter(|at| *at <= as_of);
    let is_over = scratch.timeline.is_over();
    let by_history = scratch.timeline.resolves.last().copied().filter(|_| is_over);
    let by_column = own(Time::Resolved).or(own(Time::Closed));
    let last = scratch.timeline.stretches.last();
    let ended = match class {
        // Merged, cancelled and the like are off the desk, though never resolved.
        StatusClass::Excluded(_) => {
            match last.filter(|last| matches!(last.class, StatusClass::Excluded(_))) {
                Some(last) => Some(last.from_at),
                None => by_column.or(own(Time::Opened)),
            }
        }
        _ if scratch.timeline.tells_status => by_history,
        _ => by_column,
    };
    let opened_at = tickets.times[Time::Opened as usize][row];
    let counted = tickets.reopen_count[row].max(0) as u32;
    Life {
        class,
        // A ticket can't have ended before it was opened; the finding says so.
        ended_at: ended.map_or(MISSING_AT, |at| at.max(opened_at)),
        reopens: (scratch.timeline.gaps.len() as u32).max(counted),
    }
}

/// Those rows of all tickets.
pub fn tickets<'a>(facts: &'a Facts, shared: &'a Shared, rows: Range<usize>, columns: &mut Columns<'a>) {
    let &Facts { config, kernel, period, .. } = facts;
    let tickets = &kernel.data.tickets;
    let opened = &tickets.times[Time::Opened as usize][rows.clone()];
    let ids = rows.start as u32..rows.end as u32;
    columns.add("ticket_id", move |name| shared.ids.coded(name, ids));
    for (name, times) in TIME_COLUMNS.iter().zip(&tickets.times) {
        let times = &times[rows.clone()];
        columns.add(name, move |name| instants(name, times.iter().copied()));
    }
    for (name, text) in TEXT_COLUMNS.iter().zip(Text::ALL) {
        let codes = &tickets.column(text).codes[rows.clone()];
        columns.add(name, move |name| shared.texts(facts, text).coded(name, codes.iter().copied()));
    }
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    // Empty where nobody asks for them.
    let lives = shared.lives.get(rows.clone()).unwrap_or_default();
    let entitlements = shared.entitlements.get(rows.clone()).unwrap_or_default();
    let contracts = &kernel.data.contracts;
    let local = &shared.local;
    let year = year(period.until_at.min(period.as_of + 1), config.zone);
    let year = day_of(year.start)..day_of(year.end);
    let is_in_year = move |&at: &i64| at <= period.as_of && year.contains(&local.day(at));
    for (name, all) in [("summary", &tickets.summary), ("activity", &tickets.activity)] {
        let rows = rows.clone();
        columns.add(name, move |name| {
            texts(name, rows.map(|row| Some(all.get(row)).filter(|text| !text.is_empty())))
        });
    }
    columns.add("status_class", move |name| repeated(name, lives.iter().map(|life| some(life.class.name()))));
    columns.add("coverage", move |name| {
        repeated(name, entitlements.iter().map(|own| some(own.coverage.name())))
    });
    columns.add("contract", move |name| {
        repeated(name, entitlements.iter().map(|own| own.contract.map(|at| contracts[at].contract.as_str())))
    });
    columns.add("reopens", move |name| counts(name, lives.iter().map(|life| i64::from(life.reopens))));
    columns.add("ended_at", move |name| instants(name, lives.iter().map(|life| life.ended_at)));
    columns.add("opened_month", move |name| months(name, local, opened.iter().copied()));
    columns.add("opened_weekday", move |name| {
        numbers(name, opened.iter().map(|at| Some(local.weekday_and_hour(*at)?.0)))
    });
    columns.add("opened_hour", move |name| {
        numbers(name, opened.iter().map(|at| Some(local.weekday_and_hour(*at)?.1)))
    });
    columns.add("ended_month", move |name| months(name, local, lives.iter().map(|life| life.ended_at)));
    columns.add("is_open", move |name| {
        let is_open = |(life, at): (&Life, &i64)| life.ended_at == MISSING_AT && *at <= period.as_of;
        flags(name, lives.iter().zip(opened).map(is_open))
    });
    columns.add("is_opened_in_period", move |name| {
        flags(name, opened.iter().map(|&at| period.contains(at) && at <= period.as_of))
    });
    columns.add("is_opened_in_year", move |name| flags(name, opened.iter().map(is_in_year)));
    columns.add("is_ended_in_period", move |name| {
        flags(name, lives.iter().map(|life| period.contains(life.ended_at)))
    });
    for (name, extra) in &tickets.extras {
        let rows = rows.clone();
        columns.add(name, move |name| column(name, extra, rows));
    }
}
