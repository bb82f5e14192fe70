//! What is odd in the data but usable.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Imported;
use super::defect::{Code, Finding};
use crate::clock::StatusClass;
use crate::config::{Config, Table};
use crate::model::{REQUEST_TYPES, Text, Time};

/// Looks for what is odd but usable.
pub fn examine(config: &Config, imported: &mut Imported) {
    let tickets = &imported.data.tickets;
    let mut findings = Vec::new();
    let mut distinct = |code, text: Text, is_known: &dyn Fn(&str) -> bool| {
        let column = tickets.column(text);
        let mut counts: FxHashMap<u32, (u64, usize)> = FxHashMap::default();
        let unknown: Vec<bool> = column.dictionary.values().map(|value| !is_known(value)).collect();
        for (row, &code) in column.codes.iter().enumerate() {
            if unknown.get(code as usize).copied().unwrap_or(false) {
                counts.entry(code).or_insert((0, row)).0 += 1;
            }
        }
        for (value, (count, row)) in counts {
            findings.push(Finding {
                table: Table::Tickets.name(),
                code,
                subject: column.dictionary.get(value).unwrap_or_default().to_owned(),
                count,
                first_at: tickets.ticket_id.get(row).to_owned(),
            });
        }
    };
    distinct(Code::UnmappedStatus, Text::Status, &|s| config.policy.statuses.contains_key(s));
    distinct(Code::UnmappedSeverity, Text::Severity, &|s| {
        config.policy.severities.iter().any(|level| level == s)
    });
    distinct(Code::UnmappedRequestType, Text::RequestType, &|t| REQUEST_TYPES.contains(&t));
    if config.inputs.has(Table::Sites) {
        let sites: BTreeSet<&str> = imported.data.sites.iter().map(|site| site.site.as_str()).collect();
        distinct(Code::UnknownSite, Text::Site, &|site| sites.contains(site));
    }
    for (time, name) in [
        (Time::FirstResponse, "first_response_at"),
        (Time::OnSite, "on_site_at"),
        (Time::Resolved, "resolved_at"),
        (Time::Closed, "closed_at"),
    ] {
        let early: Vec<usize> = (0..tickets.len())
            .filter(|&row| {
                tickets
                    .at(row, time)
                    .zip(tickets.at(row, Time::Opened))
                    .is_some_and(|(at, opened)| at < opened)
            })
            .collect();
        if let Some(&first) = early.first() {
            findings.push(Finding {
                table: Table::Tickets.name(),
                code: Code::StopBeforeStart,
                subject: name.to_owned(),
                count: early.len() as u64,
                first_at: tickets.ticket_id.get(first).to_owned(),
            });
        }
    }
    let is_open: Vec<bool> = (tickets.column(Text::Status).dictionary.values())
        .map(|status| {
            let class = config.policy.statuses.get(status);
            matches!(class, Some(StatusClass::Queue | StatusClass::Work | StatusClass::Waiting))
        })
        .collect();
    let contradictions: Vec<usize> = (0..tickets.len())
        .filter(|&row| {
            let code = tickets.column(Text::Status).codes[row] as usize;
            is_open.get(code) == Some(&true) && tickets.at(row, Time::Closed).is_some()
        })
        .collect();
    if let Some(&first) = contradictions.first() {
        findings.push(Finding {
            table: Table::Tickets.name(),
            code: Code::AfterExport,
            subject: "closed_at".to_owned(),
            count: contradictions.len() as u64,
            first_at: tickets.ticket_id.get(first).to_owned(),
        });
    }
    for name in config.terms.keys() {
        if !imported.data.contracts.iter().any(|contract| contract.contract == *name) {
            findings.push(Finding {
                table: Table::Contracts.name(),
                code: Code::UnknownContract,
                subject: name.clone(),
                count: 1,
                first_at: "[contracts]".to_owned(),
            });
        }
    }
    for contract in &imported.data.contracts {
        let Some(name) = &contract.calendar else { continue };
        if !config.policy.calendars.iter().any(|calendar| calendar.spec.name == *name) {
            findings.push(Finding {
                table: Table::Contracts.name(),
                code: Code::UnknownContractCalendar,
                subject: name.clone(),
                count: 1,
                first_at: contract.contract.clone(),
            });
        }
    }
    imported.findings.extend(findings);
    imported.findings.sort_by(|a, b| (a.code, &a.subject, a.table).cmp(&(b.code, &b.subject, b.table)));
}
