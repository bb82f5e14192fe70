//! What the source system's own clocks say, as columns of the tickets.

use super::columns::Columns;
use super::defect::Code;
use super::events::TicketIndex;
use super::rows::{Objection, Row};
use super::tickets::mapped;
use crate::config::{Input, ValueMap};
use crate::model::{MISSING_AT, Text, Tickets, Time};

/// One clock of the source on one ticket.
#[derive(Debug)]
struct Sla {
    ticket: u32,
    due_at: i64,
    waiting_s: i64,
    verdict: String,
}

/// Rows of one chunk.
#[derive(Debug, Default)]
pub struct SlaChunk {
    rows: Vec<Sla>,
    /// Rows about other SLAs than those asked for, and cancelled ones.
    pub ignored: u64,
}

/// Positions of the columns.
pub struct SlaColumns {
    ticket_id: Option<usize>,
    sla: Option<usize>,
    stage: Option<usize>,
    due_at: Option<usize>,
    verdict: Option<usize>,
    waiting: Option<usize>,
}

/// Stages in which an SLA says nothing about the ticket any more.
const CANCELLED: [&str; 3] = ["cancelled", "canceled", "cancelado"];

impl SlaColumns {
    /// Of one file.
    pub fn new(columns: &Columns) -> SlaColumns {
        SlaColumns {
            ticket_id: columns.position("ticket_id"),
            sla: columns.position("sla"),
            stage: columns.position("stage"),
            due_at: columns.position("source_due_at"),
            verdict: columns.position("source_verdict"),
            waiting: columns.position("waiting_s"),
        }
    }

    /// Appends one row.
    pub fn push(
        &self,
        input: &Input,
        index: &TicketIndex,
        verdicts: Option<&ValueMap>,
        row: &Row,
        chunk: &mut SlaChunk,
    ) -> Result<(), Objection> {
        let ticket_id = row.required(self.ticket_id)?;
        let Some(ticket) = index.get(ticket_id) else {
            let expected = "a ticket_id of the tickets".to_owned();
            return Err(row.object(Code::UnknownTicket, self.ticket_id, ticket_id, expected));
        };
        let (sla, stage) = (row.text(self.sla)?, row.text(self.stage)?.to_lowercase());
        let due_at = row.instant(self.due_at)?;
        let waiting_s = row.duration(self.waiting)?;
        let verdict = row.text(self.verdict)?;
        let verdict = verdicts.map_or_else(|| verdict.to_owned(), |map| mapped(map, verdict));
        let is_other = !input.slas.is_empty() && !input.slas.iter().any(|wanted| wanted == sla);
        if is_other || CANCELLED.contains(&stage.as_str()) {
            chunk.ignored += 1;
            return Ok(());
        }
        chunk.rows.push(Sla { ticket, due_at, waiting_s, verdict });
        Ok(())
    }
}

impl SlaChunk {
    /// Adds the rows of `other` behind these.
    pub fn append(&mut self, other: SlaChunk) {
        self.rows.extend(other.rows);
        self.ignored += other.ignored;
    }

    /// Fills what the tickets don't say themselves. Of several clocks on one
    /// ticket the latest deadline counts, for which the resolution stands, so the
    /// order of the rows means nothing.
    pub fn apply(mut self, tickets: &mut Tickets) {
        self.rows.sort_by(|a, b| {
            (a.ticket, b.due_at, b.waiting_s, &b.verdict).cmp(&(b.ticket, a.due_at, a.waiting_s, &a.verdict))
        });
        self.rows.dedup_by_key(|sla| sla.ticket);
        let verdicts = &mut tickets.texts[Text::SourceVerdict as usize];
        for sla in self.rows {
            let row = sla.ticket as usize;
            let due_at = &mut tickets.times[Time::SourceDue as usize][row];
            if *due_at == MISSING_AT {
                *due_at = sla.due_at;
            }
            if tickets.waiting_s[row] < 0 {
                tickets.waiting_s[row] = sla.waiting_s;
            }
            if verdicts.get(row).is_none() && !sla.verdict.is_empty() {
                verdicts.codes[row] = verdicts.dictionary.intern(&sla.verdict);
            }
        }
    }
}
