//! Rows to tickets.

use rustc_hash::FxHashMap;

use super::columns::Columns;
use super::rows::{Objection, Row};
use crate::config::{Config, SeverityRules, ValueMap};
use crate::model::{MISSING_AT, Strings, TEXT_COLUMNS, TIME_COLUMNS, Text, TextColumn, Tickets, Time};

/// Tickets of one chunk, with the places they come from.
#[derive(Debug, Default)]
pub struct TicketChunk {
    pub tickets: Tickets,
    /// Line of each ticket.
    pub lines: Vec<u64>,
    /// For snapshots: when each row was written, and the source's own order.
    pub stamps: Vec<(i64, i32)>,
    /// The source's own keys of the tickets, empty if the export has none.
    pub source_ids: Strings,
    impact: TextColumn,
    urgency: TextColumn,
    blocked: TextColumn,
}

/// Positions of a ticket's columns, looked up once per file.
pub struct TicketColumns {
    ticket_id: Option<usize>,
    source_id: Option<usize>,
    /// Times that may be given by how long after the opening they are.
    after: [(Time, Option<usize>); 2],
    times: [Option<usize>; 6],
    texts: [Option<usize>; 22],
    extras: Vec<usize>,
    summary: Option<usize>,
    activity: Option<usize>,
    reopen_count: Option<usize>,
    waiting_s: Option<usize>,
    impact: Option<usize>,
    urgency: Option<usize>,
    blocked: Option<usize>,
}

impl TicketColumns {
    /// Of one file.
    pub fn new(columns: &Columns) -> TicketColumns {
        TicketColumns {
            ticket_id: columns.position("ticket_id"),
            source_id: columns.position("source_id"),
            after: [
                (Time::FirstResponse, columns.position("first_response_after")),
                (Time::Resolved, columns.position("resolved_after")),
            ],
            times: TIME_COLUMNS.map(|name| columns.position(name)),
            texts: TEXT_COLUMNS.map(|name| columns.position(name)),
            extras: columns.extras.clone(),
            summary: columns.position("summary"),
            activity: columns.position("activity"),
            reopen_count: columns.position("reopen_count"),
            waiting_s: columns.position("waiting_s"),
            impact: columns.position("impact"),
            urgency: columns.position("urgency"),
            blocked: columns.position("application_blocked"),
        }
    }

    /// Appends one row; nothing is appended where it is objected to.
    pub fn push(
        &self,
        extras: &[(String, String)],
        row: &Row,
        chunk: &mut TicketChunk,
    ) -> Result<(), Objection> {
        let ticket_id = row.required(self.ticket_id)?;
        row.required(self.times[Time::Opened as usize])?;
        let mut times = [0; 6];
        for (time, &position) in times.iter_mut().zip(&self.times) {
            *time = row.instant(position)?;
        }
        for (time, position) in self.after {
            let after_s = row.duration(position)?;
            if after_s >= 0 && times[time as usize] == MISSING_AT {
                times[time as usize] = times[Time::Opened as usize] + after_s;
            }
        }
        let mut texts = [""; 22];
        for (text, &position) in texts.iter_mut().zip(&self.texts) {
            *text = row.text(position)?;
        }
        let summary = row.text(self.summary)?;
        let activity = row.text(self.activity)?;
        let reopen_count = row.count(self.reopen_count)?;
        let waiting_s = row.duration(self.waiting_s)?;
        let source_id = row.text(self.source_id)?;
        let (impact, urgency) = (row.text(self.impact)?, row.text(self.urgency)?);
        let blocked = row.text(self.blocked)?;
        let mut carried = Vec::with_capacity(self.extras.len());
        for &position in &self.extras {
            carried.push(row.text(Some(position))?);
        }

        let tickets = &mut chunk.tickets;
        tickets.ticket_id.push(ticket_id);
        if self.source_id.is_some() {
            chunk.source_ids.push(source_id);
        }
        for (column, time) in tickets.times.iter_mut().zip(times) {
            column.push(time);
        }
        for (column, text) in tickets.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        tickets.summary.push(summary);
        tickets.activity.push(activity);
        tickets.reopen_count.push(reopen_count.clamp(-1, 1_000_000) as i32);
        tickets.waiting_s.push(waiting_s);
        if tickets.extras.is_empty() {
            let blank = |(_, ours): &(String, String)| (ours.clone(), TextColumn::default());
            tickets.extras = extras.iter().map(blank).collect();
        }
        for ((_, column), cell) in tickets.extras.iter_mut().zip(carried) {
            column.push(cell);
        }
        chunk.impact.push(impact);
        chunk.urgency.push(urgency);
        chunk.blocked.push(blocked);
        chunk.lines.push(row.line);
        Ok(())
    }
}

/// Translates the export's words and derives severities, once per distinct value.
pub fn translate(chunk: &mut TicketChunk, config: &Config) {
    let values = &config.inputs.values;
    for (name, column) in TEXT_COLUMNS.iter().zip(&mut chunk.tickets.texts) {
        if let Some(map) = values.get(*name) {
            column.map_values(|value| mapped(map, value));
        }
    }
    let request_types = &mut chunk.tickets.texts[Text::RequestType as usize];
    request_types.map_values(str::to_lowercase);
    derive_severity(chunk, &config.severity);
}

/// The word that the configuration has for one of the export's.
pub fn mapped(map: &ValueMap, value: &str) -> String {
    map.get(&value.to_lowercase()).cloned().unwrap_or_else(|| value.to_owned())
}

/// Fills severities that the export leaves open: a blocked application first,
/// then the matrix of impact and urgency.
fn derive_severity(chunk: &mut TicketChunk, rules: &SeverityRules) {
    if rules.blocked.is_none() && rules.matrix.is_empty() {
        return;
    }
    let severity = &mut chunk.tickets.texts[Text::Severity as usize];
    let matrix: FxHashMap<(&str, &str), &str> =
        rules.matrix.iter().map(|((i, u), s)| ((i.as_str(), u.as_str()), s.as_str())).collect();
    for row in 0..severity.codes.len() {
        if severity.get(row).is_some() {
            continue;
        }
        let is_blocked =
            chunk.blocked.get(row).is_some_and(|cell| rules.blocked_values.contains(&cell.to_lowercase()));
        let derived = match &rules.blocked {
            Some(level) if is_blocked => Some(level.as_str()),
            _ => chunk.impact.get(row).zip(chunk.urgency.get(row)).and_then(|key| matrix.get(&key).copied()),
        };
        if let Some(level) = derived {
            severity.codes[row] = severity.dictionary.intern(level);
        }
    }
}
