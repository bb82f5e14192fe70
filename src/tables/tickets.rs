//! One row a ticket.

use polars::prelude::*;

use super::Facts;
use super::columns::{column, flags, instants, months, numbers, texts};
use super::hours::{weekday_and_hour, year};
use crate::clock::{Scratch, StatusClass, local_date};
use crate::model::{MISSING_AT, TEXT_COLUMNS, TIME_COLUMNS, Time};

pub fn tickets(facts: &Facts) -> PolarsResult<DataFrame> {
    let (config, kernel, period) = (facts.config, facts.kernel, facts.period);
    let tickets = &kernel.data.tickets;
    let rows = 0..tickets.len();
    let opened = &tickets.times[Time::Opened as usize];
    let mut columns = vec![texts("ticket_id", rows.clone().map(|row| Some(tickets.ticket_id.get(row))))];
    for (name, times) in TIME_COLUMNS.iter().zip(&tickets.times) {
        columns.push(instants(name, times.iter().copied()));
    }
    for (name, text) in TEXT_COLUMNS.iter().zip(&tickets.texts) {
        columns.push(column(name, text));
    }
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let mut scratch = Scratch::default();
    let (mut class, mut resolved, mut over, mut reopens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut coverage, mut contract) = (Vec::new(), Vec::new());
    for row in rows.clone() {
        kernel.timeline(row, &mut scratch);
        class.push(kernel.status_class(row, &scratch.timeline).name());
        let own = |time| tickets.at(row, time).filter(|at| *at <= period.as_of);
        let is_over = scratch.timeline.is_over();
        let by_history = scratch.timeline.resolves.last().copied().filter(|_| is_over);
        let by_column = own(Time::Resolved).or(own(Time::Closed));
        let last = scratch.timeline.stretches.last();
        let ended = match kernel.status_class(row, &scratch.timeline) {
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
        // A ticket can't have ended before it was opened; the finding says so.
        resolved.push(ended.map_or(MISSING_AT, |at| at.max(opened[row])));
        over.push(ended.is_some());
        let counted = i64::from(tickets.reopen_count[row]);
        reopens.push((scratch.timeline.gaps.len() as i64).max(counted.max(0)));
        let entitlement = kernel.entitlement(row);
        coverage.push(entitlement.coverage.name());
        contract.push(entitlement.contract.map(|index| kernel.data.contracts[index].contract.as_str()));
    }
    let local: Vec<_> = opened.iter().map(|&at| weekday_and_hour(at, config.zone)).collect();
    let year = year(period.until_at.min(period.as_of + 1), config.zone);
    let is_in_year = |&at: &i64| at <= period.as_of && year.contains(&local_date(at, config.zone));
    columns.extend([
        texts("summary", rows.clone().map(|row| Some(tickets.summary.get(row)).filter(|s| !s.is_empty()))),
        texts("activity", rows.clone().map(|row| Some(tickets.activity.get(row)).filter(|s| !s.is_empty()))),
        texts("status_class", class.into_iter().map(some)),
        texts("coverage", coverage.into_iter().map(some)),
        texts("contract", contract.into_iter()),
        numbers("reopens", reopens.into_iter().map(Some)),
        instants("ended_at", resolved.iter().copied()),
        months("opened_month", config.zone, opened.iter().copied()),
        numbers("opened_weekday", local.iter().map(|local| local.map(|(day, _)| day))),
        numbers("opened_hour", local.iter().map(|local| local.map(|(_, hour)| hour))),
        months("ended_month", config.zone, resolved.iter().copied()),
        flags("is_open", over.iter().zip(opened).map(|(over, opened)| !over && *opened <= period.as_of)),
        flags("is_opened_in_period", opened.iter().map(|&at| period.contains(at) && at <= period.as_of)),
        flags("is_opened_in_year", opened.iter().map(is_in_year)),
        flags("is_ended_in_period", resolved.iter().map(|&at| period.contains(at))),
    ]);
    for (name, extra) in &tickets.extras {
        columns.push(column(name, extra));
    }
    DataFrame::new(tickets.len(), columns)
}
