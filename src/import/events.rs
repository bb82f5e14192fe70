//! Rows to history: changes as they are, snapshots as the changes between them.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::columns::Columns;
use super::defect::Code;
use super::rows::{Objection, Row};
use super::tickets::mapped;
use crate::config::{Config, Input};
use crate::model::{Dictionary, Event, Field, MISSING_CODE, Places, Role, Strings, hash, recode};

/// Events of one chunk.
#[derive(Debug, Default)]
pub struct EventChunk {
    pub rows: Vec<Event>,
    pub values: Dictionary,
    pub odd: Odd,
    /// The ticket of the row before, with the name that it had there.
    last: Option<u32>,
    last_name: String,
}

/// What is odd about the events of one chunk.
#[derive(Debug, Default)]
pub struct Odd {
    /// Rows about fields that no clock needs.
    pub ignored: u64,
    /// Roles that aren't mapped, with how many rows had them.
    pub unknown_roles: Vec<(String, u64)>,
}

/// The row of each ticket by all names that a history may use.
pub struct TicketIndex<'a> {
    /// In order.
    ticket_ids: &'a Strings,
    /// The source's own keys; without rows where it has none.
    source_ids: &'a Strings,
    /// Made when it is needed: most histories are in the order of the tickets.
    by_name: OnceLock<ByName>,
}

/// Rows by the hashes of names.
struct ByName {
    ticket_id: Places,
    source_id: Places,
}

impl<'a> TicketIndex<'a> {
    /// Of tickets by their ids, which are in order, and the source's own keys.
    pub fn new(ticket_ids: &'a Strings, source_ids: &'a Strings) -> TicketIndex<'a> {
        TicketIndex { ticket_ids, source_ids, by_name: OnceLock::new() }
    }

    fn by_name(&self) -> &ByName {
        self.by_name.get_or_init(|| {
            let mut by_name = ByName {
                ticket_id: Places::with_capacity(self.ticket_ids.len()),
                source_id: Places::with_capacity(self.source_ids.len()),
            };
            for row in 0..self.ticket_ids.len() {
                by_name.ticket_id.insert(hash(self.ticket_ids.get(row)), row as u32);
            }
            // Of several tickets with one key the last counts.
            for row in (0..self.source_ids.len()).rev() {
                let key = self.source_ids.get(row);
                if !key.is_empty() && self.of_source_id(&by_name, key).is_none() {
                    by_name.source_id.insert(hash(key), row as u32);
                }
            }
            by_name
        })
    }

    fn of_source_id(&self, by_name: &ByName, key: &str) -> Option<u32> {
        by_name.source_id.find(hash(key), |row| self.source_ids.get(row as usize) == key)
    }

    /// Whether the ticket of a row has that id.
    fn is(&self, row: u32, ticket_id: &str) -> bool {
        (row as usize) < self.ticket_ids.len() && self.ticket_ids.get(row as usize) == ticket_id
    }

    /// The row of a ticket by its id or else the source's own key.
    pub fn get(&self, name: &str) -> Option<u32> {
        let by_name = self.by_name();
        let row = by_name.ticket_id.find(hash(name), |row| self.ticket_ids.get(row as usize) == name);
        row.or_else(|| self.of_source_id(by_name, name))
    }

    /// The same near a row where another event's ticket was found, or anywhere if there is none.
    fn near(&self, last: Option<u32>, name: &str) -> Option<u32> {
        let guess = match last {
            // Some tickets have no history.
            Some(last) => (1..=STEPS).map(|step| last.saturating_add(step)).find(|row| self.is(*row, name)),
            None => self.ticket_ids.find(name).map(|row| row as u32),
        };
        guess.or_else(|| self.get(name))
    }
}

/// How far behind the last ticket the next one is looked for, before all of them are.
const STEPS: u32 = 4;

/// Positions of the columns of a history of changes.
pub struct ChangeColumns {
    ticket_id: Option<usize>,
    event_at: Option<usize>,
    sequence: Option<usize>,
    field: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    role: Option<usize>,
    author: Option<usize>,
    requester: Option<usize>,
}

impl EventChunk {
    /// The row of the ticket that `row` is about.
    pub fn ticket(
        &mut self,
        index: &TicketIndex,
        row: &Row,
        column: Option<usize>,
    ) -> Result<u32, Objection> {
        let ticket_id = row.required(column)?;
        // Histories come in runs, and these often in the order of the tickets.
        if let Some(ticket) = self.last
            && self.last_name == ticket_id
        {
            return Ok(ticket);
        }
        let found = index.near(self.last, ticket_id);
        let Some(ticket) = found else {
            let expected = "a ticket_id of the tickets".to_owned();
            return Err(row.object(Code::UnknownTicket, column, ticket_id, expected));
        };
        self.last = Some(ticket);
        self.last_name.clear();
        self.last_name.push_str(ticket_id);
        Ok(ticket)
    }

    fn value(&mut self, text: &str) -> u32 {
        if text.is_empty() { MISSING_CODE } else { self.values.intern(text) }
    }

    fn role(&mut self, input: &Input, cell: &str) -> Role {
        if cell.is_empty() {
            return Role::Agent;
        }
        // Most exports write roles in lower case already.
        let known = input.roles.get(cell).or_else(|| input.roles.get(&cell.to_lowercase()));
        if known.is_none() {
            match self.odd.unknown_roles.iter_mut().find(|(role, _)| role == cell) {
                Some((_, count)) => *count += 1,
                None => self.odd.unknown_roles.push((cell.to_owned(), 1)),
            }
        }
        known.copied().unwrap_or(Role::Agent)
    }
}

impl ChangeColumns {
    /// Of one file.
    pub fn new(columns: &Columns) -> ChangeColumns {
        ChangeColumns {
            ticket_id: columns.position("ticket_id"),
            event_at: columns.position("event_at"),
            sequence: columns.position("sequence"),
            field: columns.position("field"),
            from: columns.position("from"),
            to: columns.position("to"),
            role: columns.position("role"),
            author: columns.position("author"),
            requester: columns.position("requester"),
        }
    }

    /// Who caused an event, where the export tells persons instead of roles: a
    /// person that the configuration has a role for, the ticket's requester, or an agent.
    fn person(&self, input: &Input, row: &Row) -> Result<Role, Objection> {
        let author = row.text(self.author)?;
        if let Some(role) = input.roles.get(&author.to_lowercase()) {
            return Ok(*role);
        }
        let is_requester = !author.is_empty() && author == row.text(self.requester)?;
        Ok(if is_requester { Role::Customer } else { Role::Agent })
    }

    /// Appends one row.
    pub fn push(
        &self,
        config: &Config,
        input: &Input,
        index: &TicketIndex,
        row: &Row,
        chunk: &mut EventChunk,
    ) -> Result<(), Objection> {
        let ticket = chunk.ticket(index, row, self.ticket_id)?;
        row.required(self.event_at)?;
        let at = row.instant(self.event_at)?;
        let sequence = row.count(self.sequence)?.clamp(0, i64::from(i32::MAX)) as i32;
        let name = row.text(self.field)?;
        let (from, to) = (row.text(self.from)?, row.text(self.to)?);
        let role = row.text(self.role)?;
        let field = input.fields.get(name).or_else(|| input.fields.get(&name.to_lowercase()));
        let Some(&field) = field else {
            chunk.odd.ignored += 1;
            return Ok(());
        };
        if field == Field::Reply && !input.public.is_empty() && !input.public.iter().any(|p| p == to) {
            return Ok(());
        }
        let role = if role.is_empty() { self.person(input, row)? } else { chunk.role(input, role) };
        let (from, to) = match (field, config.inputs.values.get("severity")) {
            (Field::Severity, Some(map)) => (chunk.value(&mapped(map, from)), chunk.value(&mapped(map, to))),
            _ => (chunk.value(from), chunk.value(to)),
        };
        chunk.rows.push(Event { at, sequence, ticket, from, to, field, role });
        Ok(())
    }
}

/// Positions of the columns of a history of snapshots that change over time.
pub struct SnapshotColumns {
    pub ticket_id: Option<usize>,
    event_at: Option<usize>,
    sequence: Option<usize>,
    role: Option<usize>,
    fields: [(Field, Option<usize>); 4],
}

impl SnapshotColumns {
    /// Of one file.
    pub fn new(columns: &Columns) -> SnapshotColumns {
        SnapshotColumns {
            ticket_id: columns.position("ticket_id"),
            event_at: columns.position("event_at"),
            sequence: columns.position("sequence"),
            role: columns.position("role"),
            fields: [
                (Field::Status, columns.position("status")),
                (Field::Severity, columns.position("severity")),
                (Field::Group, columns.position("group_name")),
                (Field::Assignee, columns.position("assignee")),
            ],
        }
    }

    /// Appends the state of one row, which `ticket` finds the ticket of; returns
    /// when it was written and its order.
    pub fn push(
        &self,
        config: &Config,
        input: &Input,
        row: &Row,
        chunk: &mut EventChunk,
        ticket: impl FnOnce(&mut EventChunk) -> Result<u32, Objection>,
    ) -> Result<(i64, i32), Objection> {
        row.required(self.event_at)?;
        let at = row.instant(self.event_at)?;
        let sequence = row.count(self.sequence)?.clamp(0, i64::from(i32::MAX)) as i32;
        let role = row.text(self.role)?;
        let mut states = [""; 4];
        for (state, (_, position)) in states.iter_mut().zip(self.fields) {
            *state = row.text(position)?;
        }
        let ticket = ticket(chunk)?;
        let role = chunk.role(input, role);
        for (state, (field, _)) in states.into_iter().zip(self.fields) {
            if state.is_empty() {
                continue;
            }
            let to = match (field, config.inputs.values.get("severity")) {
                (Field::Severity, Some(map)) => chunk.value(&mapped(map, state)),
                _ => chunk.value(state),
            };
            let event = Event { at, sequence, ticket, from: MISSING_CODE, to, field, role };
            chunk.rows.push(event);
        }
        Ok((at, sequence))
    }
}

/// Puts events in order: by ticket, time, the source's order, then by what they say.
///
/// Events of one instant that the source doesn't order are put so that each
/// one's `from` is the state before it, as far as that goes; so the order of
/// the rows in the file means nothing.
///
/// Codes must be in order of their texts.
pub fn order(rows: &mut [Event]) {
    // Most histories come ticket by ticket, in the order of the tickets.
    if !rows.is_sorted_by_key(|event| event.ticket) {
        rows.par_sort_unstable_by_key(|event| event.ticket);
    }
    rows.par_chunk_by_mut(|a, b| a.ticket == b.ticket).for_each(order_of_ticket);
}

/// The same for the events of one ticket.
fn order_of_ticket(rows: &mut [Event]) {
    rows.sort_unstable_by_key(|event| {
        (event.at, event.sequence, event.field, event.role, event.from, event.to)
    });
    let mut state: [u32; 6] = [MISSING_CODE; 6];
    let mut start = 0;
    while start < rows.len() {
        let first = rows[start];
        let key = |event: &Event| (event.at, event.sequence, event.field);
        let end = start + rows[start..].iter().take_while(|event| key(event) == key(&first)).count();
        chain(&mut rows[start..end], state[first.field as usize]);
        state[first.field as usize] = rows[end - 1].to;
        start = end;
    }
}

/// Orders changes of one field in one instant so that each follows from the one before.
fn chain(rows: &mut [Event], mut state: u32) {
    for position in 0..rows.len().saturating_sub(1) {
        let begins = |event: &&Event| !rows[position..].iter().any(|other| other.to == event.from);
        let next = rows[position..]
            .iter()
            .position(|event| event.from == state && event.from != MISSING_CODE)
            .or_else(|| {
                let first = rows[position..].iter().find(begins)?;
                rows[position..].iter().position(|event| event == first)
            })
            .unwrap_or(0);
        rows[position..=position + next].rotate_right(1);
        state = rows[position].to;
    }
}

/// Appends a chunk's events with codes of the common dictionary; `ticket_of`
/// gives the final row of each one's ticket.
pub fn append(
    events: &mut Vec<Event>,
    values: &mut Dictionary,
    chunk: &EventChunk,
    ticket_of: impl Fn(u32) -> u32,
) {
    let codes = values.absorb(&chunk.values);
    events.extend(chunk.rows.iter().map(|event| Event {
        ticket: ticket_of(event.ticket),
        from: recode(&codes, event.from),
        to: recode(&codes, event.to),
        ..*event
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strings of some ids, and of the source's own keys.
    fn strings(all: &[&str]) -> Strings {
        let mut strings = Strings::default();
        all.iter().for_each(|one| strings.push(one));
        strings
    }

    /// Wherever the event before was, a ticket is found as by looking at all of them: by its id
    /// first, else by the last one's own key.
    #[test]
    fn tickets_are_found_from_anywhere() {
        let ids = ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10"];
        let keys = ["", "k", "T05", "", "", "k", "", "T99", "", "x"];
        let (ticket_ids, source_ids) = (strings(&ids), strings(&keys));
        let naive = |name: &str| {
            ids.iter().position(|id| *id == name).or_else(|| keys.iter().rposition(|key| *key == name))
        };
        for name in ids.into_iter().chain(["k", "x", "T99", "T00", "T11", "T0", "none"]) {
            for last in std::iter::once(None).chain((0..12).map(Some)) {
                let index = TicketIndex::new(&ticket_ids, &source_ids);
                assert_eq!(
                    index.near(last, name).map(|row| row as usize),
                    naive(name),
                    "{name} after {last:?}"
                );
            }
        }
    }

    /// Against one sort of all, without changes that follow from each other.
    #[test]
    fn the_order_of_rows_means_nothing() {
        let mut random = fastrand::Rng::with_seed(11);
        let mut rows: Vec<Event> = (0..3000)
            .map(|_| Event {
                at: random.i64(0..40),
                sequence: random.i32(0..2),
                ticket: random.u32(0..50),
                from: MISSING_CODE,
                to: random.u32(0..5),
                field: Field::from_index(random.usize(0..6)),
                role: Role::Agent,
            })
            .collect();
        let mut expected = rows.clone();
        expected.sort_by_key(|e| (e.ticket, e.at, e.sequence, e.field, e.to));
        for _ in 0..3 {
            random.shuffle(&mut rows);
            order(&mut rows);
            assert_eq!(rows, expected);
        }
    }
}
