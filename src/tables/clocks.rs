//! One row a clock and ticket, and what it is made of.

use polars::prelude::*;

use super::columns::{Texts, flags, instants, months, numbers, repeated, shares};
use super::{Facts, Shared, placed_at};
use crate::clock::{Cycle, Reading, SegmentKind, Verdict};
use crate::model::{Field, MISSING_AT, Text, instant};

pub fn clocks(facts: &Facts, shared: &Shared) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, period, .. } = facts;
    let tickets = &kernel.data.tickets;
    let rows = &readings.rows;
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
    let columns = vec![
        numbers("reading_id", (0..rows.len() as i64).map(Some)),
        shared.ids.column("ticket_id", rows.iter().map(|r| r.ticket))?,
        repeated("clock", rows.iter().map(|r| Some(clocks[r.clock as usize].name.as_str())))?,
        numbers("clock_order", rows.iter().map(|r| Some(i64::from(r.clock)))),
        repeated("verdict", rows.iter().map(|r| Some(r.verdict.name())))?,
        repeated("reason", rows.iter().map(|r| Some(r.reason.name()).filter(|s| !s.is_empty())))?,
        repeated(
            "severity",
            rows.iter().map(|r| config.policy.severities.get(r.severity as usize).map(String::as_str)),
        )?,
        instants("opened_at", rows.iter().map(|r| tickets.times[0][r.ticket as usize])),
        instants("started_at", rows.iter().map(|r| r.started_at)),
        instants("stopped_at", rows.iter().map(|r| r.stopped_at)),
        instants("due_at", rows.iter().map(|r| r.due_at)),
        instants("decided_at", rows.iter().map(|r| r.decided_at)),
        numbers("elapsed_s", rows.iter().map(|r| seconds(r.elapsed_s))),
        numbers("target_s", rows.iter().map(|r| seconds(r.target_s))),
        numbers("limit_s", rows.iter().map(|r| seconds(r.limit_s))),
        numbers("overrun_s", rows.iter().map(|r| Some(r.overrun_s))),
        numbers("paused_s", rows.iter().map(|r| Some(r.paused_s))),
        numbers("closed_hours_s", rows.iter().map(|r| Some(r.closed_hours_s))),
        numbers("cycles", rows.iter().map(|r| Some(i64::from(r.cycles)))),
        numbers("reopens", rows.iter().map(|r| Some(i64::from(r.reopens)))),
        repeated(
            "calendar",
            rows.iter().map(|r| Some(config.policy.calendars[r.calendar as usize].spec.name.as_str())),
        )?,
        repeated("confidence", rows.iter().map(|r| Some(if r.has_history { "high" } else { "low" })))?,
        months("decided_month", &shared.local, rows.iter().map(|r| r.decided_at))?,
        months("opened_month", &shared.local, rows.iter().map(|r| tickets.times[0][r.ticket as usize]))?,
        flags("is_kept", rows.iter().map(|r| r.verdict.is_kept())),
        flags("is_missed", rows.iter().map(|r| r.verdict.is_missed())),
        flags("is_on_target", rows.iter().map(|r| r.verdict == Verdict::Met)),
        flags("is_closed_only", rows.iter().map(|r| r.verdict.is_kept() || r.verdict == Verdict::Breached)),
        flags("is_undecided", rows.iter().map(|r| r.verdict.is_undecided())),
        flags("is_in_period", rows.iter().map(|r| period.contains(placed_at(r, kernel, period)))),
        repeated("coverage", rows.iter().map(|r| Some(entitlements[r.ticket as usize].coverage.name())))?,
        repeated("contract", rows.iter().map(|r| contract(r).map(|c| c.contract.as_str())))?,
        shares(
            "attainment_target",
            rows.iter().map(|r| {
                contract(r).and_then(|c| c.attainment_target).or(clocks[r.clock as usize].attainment_target)
            }),
        ),
        of("request_type", Text::RequestType)?,
        of("customer", Text::Customer)?,
        of("site", Text::Site)?,
        of("product", Text::Product)?,
        of("category", Text::Category)?,
        of("group_name", Text::Group)?,
        repeated("due_group_name", rows.iter().map(|r| held(r, r.due_group, Field::Group)))?,
        repeated("due_assignee", rows.iter().map(|r| held(r, r.due_assignee, Field::Assignee)))?,
        repeated("due_kind", rows.iter().map(|r| r.due_kind.map(SegmentKind::name)))?,
        of("source_verdict", Text::SourceVerdict)?,
    ];
    DataFrame::new(rows.len(), columns)
}

/// Where the time of each reading went. Holders are those of the history or,
/// where it is silent about a ticket, of the ticket itself.
pub fn segments(facts: &Facts, shared: &Shared) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, .. } = facts;
    let rows = &readings.segments;
    let values = &kernel.data.events.values;
    // Readings are in order of ticket, then clock.
    let clocks = config.policy.clocks.len() as i64;
    DataFrame::new(
        rows.len(),
        vec![
            numbers("reading_id", rows.iter().map(|s| Some(i64::from(s.ticket) * clocks + i64::from(s.clock)))),
            shared.ids.column("ticket_id", rows.iter().map(|s| s.ticket))?,
            repeated("clock", rows.iter().map(|s| Some(config.policy.clocks[s.clock as usize].name.as_str())))?,
            repeated("kind", rows.iter().map(|s| Some(s.kind.name())))?,
            repeated("status", rows.iter().map(|s| values.get(s.status)))?,
            repeated("group_name", rows.iter().map(|s| kernel.holder(s.ticket as usize, s.group, Field::Group)))?,
            repeated(
                "assignee",
                rows.iter().map(|s| kernel.holder(s.ticket as usize, s.assignee, Field::Assignee)),
            )?,
            flags("is_counted", rows.iter().map(|s| s.is_counted)),
            numbers("segment_s", rows.iter().map(|s| Some(s.seconds))),
        ],
    )
}

/// Every cycle of the readings that have more than one, numbered from 1.
pub fn cycles(facts: &Facts, shared: &Shared) -> PolarsResult<DataFrame> {
    let rows = &facts.readings.cycles;
    let clocks = &facts.config.policy.clocks;
    let mut number = 0;
    let numbered: Vec<i64> = (rows.iter().enumerate())
        .map(|(index, cycle)| {
            let key = |cycle: &Cycle| (cycle.ticket, cycle.clock);
            number = if index > 0 && key(&rows[index - 1]) == key(cycle) { number + 1 } else { 1 };
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
