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

/// Batches of each thread that are measured before what came of them is put with
/// the rest: all at once would stand in memory twice.
const BATCHES_A_THREAD: usize = 4;

/// Measures every clock of every ticket, in parallel; the result doesn't depend on the threads.
pub fn measure(policy: &Policy, data: &Dataset, calendars: &Calendars, as_of: i64) -> Readings {
    measure_with(policy, data, calendars, as_of, true)
}

/// The same; segments, which are as many again, only where they are asked for.
pub fn measure_with(
    policy: &Policy,
    data: &Dataset,
    calendars: &Calendars,
    as_of: i64,
    has_segments: bool,
) -> Readings {
    let kernel = Kernel::new(policy, data, calendars, as_of);
    let batch = |batch: usize| {
        let (mut scratch, mut readings) = (Scratch::default(), Readings::default());
        let first = batch * BATCH;
        for ticket in first..(first + BATCH).min(data.tickets.len()) {
            kernel.measure(ticket, &mut scratch, &mut readings, has_segments);
        }
        readings
    };
    let batches = data.tickets.len().div_ceil(BATCH);
    let wave = BATCHES_A_THREAD * rayon::current_num_threads();
    let mut all = Readings::default();
    all.rows.reserve_exact(data.tickets.len() * policy.clocks.len());
    let mut measured: Vec<Readings> = Vec::new();
    for first in (0..batches).step_by(wave) {
        let before = std::mem::take(&mut measured);
        let measure = || (first..(first + wave).min(batches)).into_par_iter().map(batch).collect();
        (measured, ()) = rayon::join(measure, || all.append(before));
    }
    all.append(measured);
    all
}

impl Readings {
    fn append(&mut self, batches: Vec<Readings>) {
        for batch in batches {
            self.rows.extend(batch.rows);
            self.segments.extend(batch.segments);
            self.cycles.extend(batch.cycles);
        }
    }
}
