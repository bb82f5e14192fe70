//! Entitlement, timeline, targets, verdict: one ticket in, its readings and segments out.
//!
//! Answers "was the promise kept, and where did the time go?". Leaves out on
//! purpose where tickets come from and how results are shown.

mod entitlement;
mod kernel;
mod policy;
mod reading;
mod timeline;

pub use entitlement::{Coverage, Entitlement, Entitlements, warranty_end};
pub use kernel::{Cycle, Kernel, Ledger, MAX_CLOCKS, Scratch, UNKNOWN_LEVEL, local_date};
pub use policy::{
    CalendarChoice, Calendars, Clock, Exclusion, MOMENTS, Moment, NamedCalendar, Policy, Reopen, Scope,
    SeverityChange, StatusClass, Target,
};
pub use reading::{Reading, Reason, Segment, SegmentKind, Verdict};
pub use timeline::{Stretch, Timeline};

use rayon::prelude::*;

use crate::model::Dataset;

/// The readings of all tickets, in order of ticket and clock.
#[derive(Debug, Default)]
pub struct Readings {
    pub rows: Vec<Reading>,
    pub segments: Vec<Segment>,
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
                kernel.measure(ticket, &mut scratch, &mut readings.rows, &mut readings.segments);
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
    }
    all
}
