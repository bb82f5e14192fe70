//! Entitlement, timeline, targets, verdict: one ticket in, its readings and segments out.
//!
//! Answers "was the promise kept, and where did the time go?". Leaves out on
//! purpose where tickets come from and how results are shown.

mod audit;
mod cycles;
mod entitlement;
mod kernel;
mod outcome;
mod policy;
mod read;
mod reading;
mod rules;
mod split;
mod target;
mod timeline;

pub use audit::{Agreement, AuditRow, Change, SourceVerdict, audit};
pub use entitlement::{Coverage, Entitlement, Entitlements, warranty_end};
pub use kernel::{Holder, Kernel, Ledger, MAX_CLOCKS, Scratch, UNKNOWN_LEVEL, local_date};
pub use outcome::{Credit, NoCredit, Outcome, OutcomePeriod, OutcomeStatus, gap, outcomes};
pub use policy::{
    Audit, CalendarChoice, Calendars, Clock, CreditPlan, CreditStep, Exclusion, MOMENTS, Moment,
    NamedCalendar, Policy, Reopen, Scope, SeverityChange, StatusClass, Target,
};
pub use reading::{Cycle, Reading, Reason, Segment, SegmentKind, StopSource, Verdict};
pub use rules::{RULES, Rule};
pub use split::segment_kind;
pub use timeline::{Stretch, Timeline};

use rayon::prelude::*;

use crate::model::Dataset;

/// The readings of all tickets, in order of ticket and clock.
#[derive(Debug, Default)]
pub struct Readings {
    pub rows: Vec<Reading>,
    pub segments: Vec<Segment>,
    /// Of the readings with more than one cycle, all of them.
    pub cycles: Vec<Cycle>,
}

/// Tickets measured by one task: enough to amortise it, few enough to balance the cores.
const BATCH: usize = 4096;

/// Measures every clock of every ticket, in parallel; the result doesn't depend on the threads.
pub fn measure(policy: &Policy, data: &Dataset, calendars: &Calendars, as_of: i64) -> Readings {
    let kernel = Kernel::new(policy, data, calendars, as_of);
    let batches: Vec<Readings> = (0..data.tickets.len().div_ceil(BATCH))
        .into_par_iter()
        .map(|batch| {
            let (mut scratch, mut readings) = (Scratch::default(), Readings::default());
            let first = batch * BATCH;
            for ticket in first..(first + BATCH).min(data.tickets.len()) {
                kernel.measure(ticket, &mut scratch, &mut readings);
            }
            readings
        })
        .collect();
    let mut all = Readings::default();
    all.rows.reserve_exact(batches.iter().map(|batch| batch.rows.len()).sum());
    all.segments.reserve_exact(batches.iter().map(|batch| batch.segments.len()).sum());
    for batch in batches {
        all.rows.extend(batch.rows);
        all.segments.extend(batch.segments);
        all.cycles.extend(batch.cycles);
    }
    all
}
