//! One row a clock and ticket, and what it is made of.

use polars::prelude::*;

use super::columns::{flags, instants, months, numbers, shares, texts};
use super::{Facts, placed_at};
use crate::clock::{Cycle, Reading, SegmentKind, Verdict};
use crate::model::{Field, MISSING_AT, Text, instant};

pub fn clocks(facts: &Facts) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, period, .. } = facts;
    let tickets = &kernel.data.tickets;
    let rows = &readings.rows;
    let clocks = &config.policy.clocks;
    let of = |text: Text| {
        let column = tickets.column(text);
        rows.iter().map(move |r| column.get(r.ticket as usize))
    };
    let seconds = instant;
    let entitlements: Vec<_> = (0..tickets.len()).map(|row| kernel.entitlement(row)).collect();
    let contract =
        |r: &Reading| entitlements[r.ticket as usize].contract.map(|index| &kernel.data.contracts[index]);
    let held = |r: &Reading, code: u32, field: Field| {
        r.due_kind.and_then(|_| kernel.holder(r.ticket as usize, code, field))
    };
    let columns = vec![
        texts("ticket_id", rows.iter().map(|r| Some(tickets.ticket_id.get(r.ticket as usize)))),
        texts("clock", rows.iter().map(|r| Some(clocks[r.clock as usize].name.as_str()))),
        numbers("clock_order", rows.iter().map(|r| Some(i64::from(r.clock)))),
        texts("verdict", rows.iter().map(|r| Some(r.verdict.name()))),
        texts("reason", rows.iter().map(|r| Some(r.reason.name()).filter(|s| !s.is_empty()))),
        texts(
            "severity",
            rows.iter().map(|r| config.policy.severities.get(r.severity as usize).map(String::as_str)),
        ),
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
        texts(
            "calendar",
            rows.iter().map(|r| Some(config.policy.calendars[r.calendar as usize].spec.name.as_str())),
        ),
        texts("confidence", rows.iter().map(|r| Some(if r.has_history { "high" } else { "low" }))),
        months("decided_month", config.zone, rows.iter().map(|r| r.decided_at)),
        months("opened_month", config.zone, rows.iter().map(|r| tickets.times[0][r.ticket as usize])),
        flags("is_kept", rows.iter().map(|r| r.verdict.is_kept())),
        flags("is_missed", rows.iter().map(|r| r.verdict.is_missed())),
        flags("is_on_target", rows.iter().map(|r| r.verdict == Verdict::Met)),
        flags("is_closed_only", rows.iter().map(|r| r.verdict.is_kept() || r.verdict == Verdict::Breached)),
        flags("is_undecided", rows.iter().map(|r| r.verdict.is_undecided())),
        flags("is_in_period", rows.iter().map(|r| period.contains(placed_at(r, kernel, period)))),
        texts("coverage", rows.iter().map(|r| Some(entitlements[r.ticket as usize].coverage.name()))),
        texts("contract", rows.iter().map(|r| contract(r).map(|c| c.contract.as_str()))),
        shares(
            "attainment_target",
            rows.iter().map(|r| {
                contract(r).and_then(|c| c.attainment_target).or(clocks[r.clock as usize].attainment_target)
            }),
        ),
        texts("request_type", of(Text::RequestType)),
        texts("customer", of(Text::Customer)),
        texts("site", of(Text::Site)),
        texts("product", of(Text::Product)),
        texts("category", of(Text::Category)),
        texts("group_name", of(Text::Group)),
        texts("due_group_name", rows.iter().map(|r| held(r, r.due_group, Field::Group))),
        texts("due_assignee", rows.iter().map(|r| held(r, r.due_assignee, Field::Assignee))),
        texts("due_kind", rows.iter().map(|r| r.due_kind.map(SegmentKind::name))),
        texts("source_verdict", of(Text::SourceVerdict)),
    ];
    DataFrame::new(rows.len(), columns)
}

/// Where the time of each reading went. Holders are those of the history or,
/// where it is silent about a ticket, of the ticket itself.
pub fn segments(facts: &Facts) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, .. } = facts;
    let rows = &readings.segments;
    let values = &kernel.data.events.values;
    let tickets = &kernel.data.tickets;
    DataFrame::new(
        rows.len(),
        vec![
            texts("ticket_id", rows.iter().map(|s| Some(tickets.ticket_id.get(s.ticket as usize)))),
            texts("clock", rows.iter().map(|s| Some(config.policy.clocks[s.clock as usize].name.as_str()))),
            texts("kind", rows.iter().map(|s| Some(s.kind.name()))),
            texts("status", rows.iter().map(|s| values.get(s.status))),
            texts("group_name", rows.iter().map(|s| kernel.holder(s.ticket as usize, s.group, Field::Group))),
            texts(
                "assignee",
                rows.iter().map(|s| kernel.holder(s.ticket as usize, s.assignee, Field::Assignee)),
            ),
            flags("is_counted", rows.iter().map(|s| s.is_counted)),
            numbers("segment_s", rows.iter().map(|s| Some(s.seconds))),
        ],
    )
}

/// Every cycle of the readings that have more than one, numbered from 1.
pub fn cycles(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = &facts.readings.cycles;
    let tickets = &facts.kernel.data.tickets;
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
            texts("ticket_id", rows.iter().map(|c| Some(tickets.ticket_id.get(c.ticket as usize)))),
            texts("clock", rows.iter().map(|c| Some(clocks[c.clock as usize].name.as_str()))),
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
