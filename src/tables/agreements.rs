//! What contracts came to, and what the source system says of the same promises.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::Facts;
use super::columns::{amounts, flags, instants, numbers, owned, shares, texts};
use crate::clock::{Agreement, AuditRow, Change, Credit, Kernel, Moment, Reading, SourceVerdict};
use crate::model::{MISSING_AT, Money, Text, Time, instant};
use crate::paper::format;
use crate::paper::locale::Locale;

/// One row a contract and clock with a reading in the period.
pub fn outcomes(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = facts.outcomes;
    let clocks = &facts.config.policy.clocks;
    let credit = |get: fn(&Credit) -> Option<i64>| {
        rows.iter().map(move |row| row.credit.as_ref().and_then(get).map(|ppm| ppm as f64 / 1e6))
    };
    let amount =
        |get: fn(&Credit) -> Option<Money>| rows.iter().map(move |row| row.credit.as_ref().and_then(get));
    DataFrame::new(
        rows.len(),
        vec![
            texts("contract", rows.iter().map(|row| Some(row.contract.as_str()))),
            texts("customer", rows.iter().map(|row| Some(row.customer.as_str()))),
            texts("clock", rows.iter().map(|row| Some(clocks[row.clock].name.as_str()))),
            numbers("clock_order", rows.iter().map(|row| Some(row.clock as i64))),
            numbers("kept", rows.iter().map(|row| Some(row.kept))),
            numbers("missed", rows.iter().map(|row| Some(row.missed))),
            numbers("decided", rows.iter().map(|row| Some(row.decided()))),
            shares("attainment_target", rows.iter().map(|row| row.attainment_target)),
            numbers("gap_tickets", rows.iter().map(|row| row.gap)),
            texts("status", rows.iter().map(|row| Some(row.status.name()))),
            flags("has_credits", rows.iter().map(|row| row.credit.is_some())),
            shares("below_attainment", credit(|credit| Some(credit.step?.below_ppm))),
            shares("credit_share", credit(|credit| Some(credit.step.map_or(0, |step| step.credit_ppm)))),
            amounts("fee_amount", amount(|credit| credit.fee)),
            amounts("credit_amount", amount(|credit| credit.amount.ok())),
            texts("currency", rows.iter().map(|row| row.credit.as_ref()?.currency.as_deref())),
        ],
    )
}

/// One row an audited clock and ticket of the period.
pub fn audit(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = facts.audit;
    let kernel = facts.kernel;
    let tickets = &kernel.data.tickets;
    let own = |text: Text| rows.iter().map(move |row| tickets.text(row.reading.ticket as usize, text));
    let replay =
        |get: fn(&Reading) -> i64| rows.iter().map(move |row| row.replay.as_ref().map_or(MISSING_AT, get));
    let mut seen: BTreeMap<(u16, Agreement, String), i64> = BTreeMap::new();
    let reasons: Vec<String> = rows.iter().map(reason).collect();
    let nth: Vec<i64> = (rows.iter().zip(&reasons))
        .map(|(row, reason)| {
            let count = seen.entry((row.reading.clock, row.agreement, reason.clone())).or_default();
            *count += 1;
            *count
        })
        .collect();
    DataFrame::new(
        rows.len(),
        vec![
            texts(
                "ticket_id",
                rows.iter().map(|row| Some(tickets.ticket_id.get(row.reading.ticket as usize))),
            ),
            texts("clock", rows.iter().map(|row| Some(clock_name(kernel, row)))),
            texts("source_verdict", own(Text::SourceVerdict)),
            texts("source_says", rows.iter().map(|row| Some(row.source.name()))),
            texts("verdict", rows.iter().map(|row| Some(row.reading.verdict.name()))),
            texts("agreement", rows.iter().map(|row| Some(row.agreement.name()))),
            flags("is_agreed", rows.iter().map(|row| row.agreement.is_agreement())),
            flags("is_disagreed", rows.iter().map(|row| row.agreement.is_disagreement())),
            owned(
                "would_agree_if",
                reasons.into_iter().map(|text| Some(text).filter(|text| !text.is_empty())),
            ),
            numbers("nth_of_kind", nth.into_iter().map(Some)),
            texts(
                "severity",
                rows.iter().map(|row| {
                    facts.config.policy.severities.get(row.reading.severity as usize).map(String::as_str)
                }),
            ),
            texts("category", own(Text::Category)),
            instants("started_at", rows.iter().map(|row| row.reading.started_at)),
            instants("stopped_at", rows.iter().map(|row| row.reading.stopped_at)),
            instants("due_at", rows.iter().map(|row| row.reading.due_at)),
            instants(
                "source_due_at",
                rows.iter().map(|row| {
                    tickets.at(row.reading.ticket as usize, Time::SourceDue).unwrap_or(MISSING_AT)
                }),
            ),
            numbers("elapsed_s", rows.iter().map(|row| instant(row.reading.elapsed_s))),
            numbers("limit_s", rows.iter().map(|row| instant(row.reading.limit_s))),
            numbers("replay_elapsed_s", replay(|reading| reading.elapsed_s).map(instant)),
            numbers("replay_limit_s", replay(|reading| reading.limit_s).map(instant)),
            instants("replay_stopped_at", replay(|reading| reading.stopped_at)),
            owned(
                "words",
                rows.iter().map(|row| row.agreement.is_disagreement().then(|| words(kernel, row))),
            ),
        ],
    )
}

fn clock_name<'a>(kernel: &Kernel<'a>, row: &AuditRow) -> &'a str {
    &kernel.policy.clocks[row.reading.clock as usize].name
}

fn set_name(set: &[Change]) -> String {
    set.iter().map(|change| change.name()).collect::<Vec<_>>().join(" and ")
}

/// What would make source and ours agree; empty where they don't contradict each other.
fn reason(row: &AuditRow) -> String {
    match (row.agreement.is_disagreement(), row.explanations.is_empty()) {
        (false, _) => String::new(),
        (true, true) => "no change that we tried".to_owned(),
        (true, false) => row.explanations.iter().map(|set| set_name(set)).collect::<Vec<_>>().join("; or "),
    }
}

/// A disagreement as a note that can be checked with `sla explain`.
fn words(kernel: &Kernel, row: &AuditRow) -> String {
    let ticket = row.reading.ticket as usize;
    let tickets = &kernel.data.tickets;
    let zone = kernel.zone(ticket).unwrap_or(kernel.policy.zone);
    let at = |at: i64| format::instant(at, zone);
    let clock = &kernel.policy.clocks[row.reading.clock as usize];
    let sum = |reading: &Reading, stop: Moment| {
        let until = match instant(reading.stopped_at) {
            Some(stopped_at) => format!("{} ({})", at(stopped_at), moment(stop)),
            None => "the end of the export, not stopped".to_owned(),
        };
        format!(
            "{} to {until}: {} of {}, limit {}: {}",
            at(reading.started_at),
            format::exact(reading.elapsed_s),
            kernel.policy.calendars[reading.calendar as usize].spec.name,
            format::exact(reading.limit_s),
            reading.verdict.name().replace('_', " "),
        )
    };
    let mut text = format!("Ours: {}.", sum(&row.reading, clock.stop));
    text += &match tickets.text(ticket, Text::SourceVerdict) {
        Some(word) => format!(" The source says {} ({word}).", row.source.name()),
        None => format!(" By the source's due date it is {}.", row.source.name()),
    };
    if let Some(due) = tickets.at(ticket, Time::SourceDue) {
        text += &format!(" Its due date is {}", at(due));
        text += &match instant(row.reading.due_at) {
            Some(own) if own == due => ", as is ours.".to_owned(),
            Some(own) => format!(", ours {}.", at(own)),
            None => ".".to_owned(),
        };
    }
    match (row.explanations.first(), &row.replay) {
        (Some(set), Some(replay)) => {
            let stop = if set.contains(&Change::ToClosed) { Moment::Closed } else { clock.stop };
            text += &format!(" Replayed, {}: {}.", set_name(set), sum(replay, stop));
        }
        _ => {
            let more = row.source == SourceVerdict::Kept;
            // A duration is cut, so a limit of at least as much is one step longer.
            let step = match row.reading.elapsed_s {
                360_000.. => 360,
                3_600.. => 60,
                _ => 1,
            };
            let elapsed_s = match row.reading.elapsed_s {
                elapsed_s if more => (elapsed_s + step - 1) / step * step,
                elapsed_s => elapsed_s,
            };
            let elapsed = Locale::EnGb.duration(elapsed_s);
            text += &format!(
                " No change that we tried gives the source's verdict; it would take a limit {} {elapsed}.",
                if more { "of at least" } else { "below" }
            );
        }
    }
    text
}

fn moment(stop: Moment) -> &'static str {
    match stop {
        Moment::Opened => "opened",
        Moment::Response | Moment::Reply => "replied",
        Moment::OnSite => "on site",
        Moment::Resolved => "resolved",
        Moment::Closed => "closed",
        Moment::CustomerReply => "customer's reply",
    }
}
