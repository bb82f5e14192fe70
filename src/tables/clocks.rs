//! One row a clock and ticket, and what it is made of.

use std::ops::Range;

use polars::prelude::*;

use super::columns::{Columns, Texts, flags, instants, months, numbers, repeated, shares};
use super::{Facts, Shared, placed_at};
use crate::clock::{Cycle, Reading, SegmentKind, Verdict};
use crate::model::{Field, MISSING_AT, Text, instant};

/// Those rows of all readings.
pub fn clocks(facts: &Facts, shared: &Shared, range: Range<usize>) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, period, .. } = facts;
    let tickets = &kernel.data.tickets;
    let rows = &readings.rows[range.clone()];
    let clocks = &config.policy.clocks;
    let of = |name: &str, text: Text| {
        let column = tickets.column(text);
        let codes = rows.iter().map(|r| column.codes[r.ticket as usize]);
        Texts::new(column.dictionary.values()).column(name, codes)
    };
    let seconds = instant;
    let entitlements = &shared.entitlements;
    let contract =
        |r: &Reading| entitlements[r.ticket as usize].contract.map(|index| &kernel.data.contracts[index]);
    let held = |r: &Reading, code: u32, field: Field| {
        r.due_kind.and_then(|_| kernel.holder(r.ticket as usize, code, field))
    };
    let mut columns = Columns::new(&shared.wanted, "clocks", rows.len());
    columns.add("reading_id", |name| Ok(numbers(name, range.map(|row| Some(row as i64)))))?;
    columns.add("ticket_id", |name| shared.ids.column(name, rows.iter().map(|r| r.ticket)))?;
    columns.add("clock", |name| {
        repeated(name, rows.iter().map(|r| Some(clocks[r.clock as usize].name.as_str())))
    })?;
    columns.add("clock_order", |name| Ok(numbers(name, rows.iter().map(|r| Some(i64::from(r.clock))))))?;
    columns.add("verdict", |name| repeated(name, rows.iter().map(|r| Some(r.verdict.name()))))?;
    columns.add("reason", |name| {
        repeated(name, rows.iter().map(|r| Some(r.reason.name()).filter(|s| !s.is_empty())))
    })?;
    columns.add("severity", |name| {
        repeated(
            name,
            rows.iter().map(|r| config.policy.severities.get(r.severity as usize).map(String::as_str)),
        )
    })?;
    columns.add("opened_at", |name| {
        Ok(instants(name, rows.iter().map(|r| tickets.times[0][r.ticket as usize])))
    })?;
    columns.add("started_at", |name| Ok(instants(name, rows.iter().map(|r| r.started_at))))?;
    columns.add("stopped_at", |name| Ok(instants(name, rows.iter().map(|r| r.stopped_at))))?;
    columns.add("due_at", |name| Ok(instants(name, rows.iter().map(|r| r.due_at))))?;
    columns.add("decided_at", |name| Ok(instants(name, rows.iter().map(|r| r.decided_at))))?;
    columns.add("elapsed_s", |name| Ok(numbers(name, rows.iter().map(|r| seconds(r.elapsed_s)))))?;
    columns.add("target_s", |name| Ok(numbers(name, rows.iter().map(|r| seconds(r.target_s)))))?;
    columns.add("limit_s", |name| Ok(numbers(name, rows.iter().map(|r| seconds(r.limit_s)))))?;
    columns.add("overrun_s", |name| Ok(numbers(name, rows.iter().map(|r| Some(r.overrun_s)))))?;
    columns.add("paused_s", |name| Ok(numbers(name, rows.iter().map(|r| Some(r.paused_s)))))?;
    columns.add("closed_hours_s", |name| Ok(numbers(name, rows.iter().map(|r| Some(r.closed_hours_s)))))?;
    columns.add("cycles", |name| Ok(numbers(name, rows.iter().map(|r| Some(i64::from(r.cycles))))))?;
    columns.add("reopens", |name| Ok(numbers(name, rows.iter().map(|r| Some(i64::from(r.reopens))))))?;
    columns.add("calendar", |name| {
        repeated(
            name,
            rows.iter().map(|r| Some(config.policy.calendars[r.calendar as usize].spec.name.as_str())),
        )
    })?;
    columns.add("confidence", |name| {
        repeated(name, rows.iter().map(|r| Some(if r.has_history { "high" } else { "low" })))
    })?;
    columns.add("decided_month", |name| months(name, &shared.local, rows.iter().map(|r| r.decided_at)))?;
    columns.add("opened_month", |name| {
        months(name, &shared.local, rows.iter().map(|r| tickets.times[0][r.ticket as usize]))
    })?;
    columns.add("is_kept", |name| Ok(flags(name, rows.iter().map(|r| r.verdict.is_kept()))))?;
    columns.add("is_missed", |name| Ok(flags(name, rows.iter().map(|r| r.verdict.is_missed()))))?;
    columns.add("is_on_target", |name| Ok(flags(name, rows.iter().map(|r| r.verdict == Verdict::Met))))?;
    columns.add("is_closed_only", |name| {
        Ok(flags(name, rows.iter().map(|r| r.verdict.is_kept() || r.verdict == Verdict::Breached)))
    })?;
    columns.add("is_undecided", |name| Ok(flags(name, rows.iter().map(|r| r.verdict.is_undecided()))))?;
    columns.add("is_in_period", |name| {
        Ok(flags(name, rows.iter().map(|r| period.contains(placed_at(r, kernel, period)))))
    })?;
    columns.add("coverage", |name| {
        repeated(name, rows.iter().map(|r| Some(entitlements[r.ticket as usize].coverage.name())))
    })?;
    columns.add("contract", |name| {
        repeated(name, rows.iter().map(|r| contract(r).map(|c| c.contract.as_str())))
    })?;
    columns.add("attainment_target", |name| {
        Ok(shares(
            name,
            rows.iter().map(|r| {
                contract(r).and_then(|c| c.attainment_target).or(clocks[r.clock as usize].attainment_target)
            }),
        ))
    })?;
    columns.add("request_type", |name| of(name, Text::RequestType))?;
    columns.add("customer", |name| of(name, Text::Customer))?;
    columns.add("site", |name| of(name, Text::Site))?;
    columns.add("product", |name| of(name, Text::Product))?;
    columns.add("category", |name| of(name, Text::Category))?;
    columns.add("group_name", |name| of(name, Text::Group))?;
    columns.add("due_group_name", |name| {
        repeated(name, rows.iter().map(|r| held(r, r.due_group, Field::Group)))
    })?;
    columns.add("due_assignee", |name| {
        repeated(name, rows.iter().map(|r| held(r, r.due_assignee, Field::Assignee)))
    })?;
    columns.add("due_kind", |name| repeated(name, rows.iter().map(|r| r.due_kind.map(SegmentKind::name))))?;
    columns.add("source_verdict", |name| of(name, Text::SourceVerdict))?;
    columns.frame()
}

/// Where the time of each reading went. Holders are those of the history or,
/// where it is silent about a ticket, of the ticket itself.
pub fn segments(facts: &Facts, shared: &Shared, range: Range<usize>) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, .. } = facts;
    let rows = &readings.segments[range];
    let values = &kernel.data.events.values;
    // Readings are in order of ticket, then clock.
    let clocks = config.policy.clocks.len() as i64;
    let mut columns = Columns::new(&shared.wanted, "segments", rows.len());
    columns.add("reading_id", |name| {
        Ok(numbers(name, rows.iter().map(|s| Some(i64::from(s.ticket) * clocks + i64::from(s.clock)))))
    })?;
    columns.add("ticket_id", |name| shared.ids.column(name, rows.iter().map(|s| s.ticket)))?;
    columns.add("clock", |name| {
        repeated(name, rows.iter().map(|s| Some(config.policy.clocks[s.clock as usize].name.as_str())))
    })?;
    columns.add("kind", |name| repeated(name, rows.iter().map(|s| Some(s.kind.name()))))?;
    columns.add("status", |name| repeated(name, rows.iter().map(|s| values.get(s.status))))?;
    columns.add("group_name", |name| {
        repeated(name, rows.iter().map(|s| kernel.holder(s.ticket as usize, s.group, Field::Group)))
    })?;
    columns.add("assignee", |name| {
        repeated(name, rows.iter().map(|s| kernel.holder(s.ticket as usize, s.assignee, Field::Assignee)))
    })?;
    columns.add("is_counted", |name| Ok(flags(name, rows.iter().map(|s| s.is_counted))))?;
    columns.add("segment_s", |name| Ok(numbers(name, rows.iter().map(|s| Some(s.seconds)))))?;
    columns.frame()
}

/// Every cycle of the readings that have more than one, numbered from 1.
pub fn cycles(facts: &Facts, shared: &Shared, range: Range<usize>) -> PolarsResult<DataFrame> {
    let all = &facts.readings.cycles;
    let rows = &all[range.clone()];
    let clocks = &facts.config.policy.clocks;
    let key = |cycle: &Cycle| (cycle.ticket, cycle.clock);
    // A part may begin within a reading.
    let before =
        |first: &Cycle| all[..range.start].iter().rev().take_while(|own| key(own) == key(first)).count();
    let mut number = rows.first().map_or(0, before) as i64;
    let numbered: Vec<i64> = (rows.iter().enumerate())
        .map(|(index, cycle)| {
            number = if index == 0 || key(&rows[index - 1]) == key(cycle) { number + 1 } else { 1 };
            number
        })
        .collect();
    let stopped_at = |c: &Cycle| if c.is_stopped { c.until_at } else { MISSING_AT };
    DataFrame::new(
        rows.len(),
        vec![
            shared.ids.column("ticket_id", rows.iter().map(|c| c.ticket))?,
            repeated("clock", rows.iter().map(|c| Some(clocks[c.clock as usize].name.as_str())))?,
            numbers("cycle", numbered.into_iter().map(Some)),
            instants("started_at", rows.iter().map(|c| c.from_at)),
            instants("stopped_at", rows.iter().map(stopped_at)),
            instants("due_at", rows.iter().map(|c| c.due_at)),
            numbers("elapsed_s", rows.iter().map(|c| Some(c.elapsed_s))),
            numbers("limit_s", rows.iter().map(|c| instant(c.limit_s))),
            numbers("paused_s", rows.iter().map(|c| Some(c.paused_s))),
            flags("is_missed", rows.iter().map(Cycle::is_missed)),
        ],
    )
}
