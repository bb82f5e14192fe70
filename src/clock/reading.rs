//! What one clock says of one ticket.

use crate::model::{MISSING_AT, MISSING_CODE};

/// How a clock ended, or stands. The order is the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Stopped within the target.
    Met,
    /// Stopped between target and limit: kept, "within the window".
    Late,
    /// Stopped after the limit.
    Breached,
    /// Not stopped at as-of, limit passed.
    Overdue,
    Running,
    AtRisk,
    Paused,
    /// Over, but without usable times.
    Unmeasured,
    NotEntitled,
    Excluded,
    NoTarget,
}

impl Verdict {
    /// All verdicts, in order.
    pub const ALL: [Verdict; 11] = [
        Verdict::Met,
        Verdict::Late,
        Verdict::Breached,
        Verdict::Overdue,
        Verdict::Running,
        Verdict::AtRisk,
        Verdict::Paused,
        Verdict::Unmeasured,
        Verdict::NotEntitled,
        Verdict::Excluded,
        Verdict::NoTarget,
    ];

    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Late => "late",
            Verdict::Breached => "breached",
            Verdict::Overdue => "overdue",
            Verdict::Running => "running",
            Verdict::AtRisk => "at_risk",
            Verdict::Paused => "paused",
            Verdict::Unmeasured => "unmeasured",
            Verdict::NotEntitled => "not_entitled",
            Verdict::Excluded => "excluded",
            Verdict::NoTarget => "no_target",
        }
    }

    /// Within the limit: counts for attainment.
    pub fn is_kept(self) -> bool {
        matches!(self, Verdict::Met | Verdict::Late)
    }

    /// Over the limit: counts against attainment.
    pub fn is_missed(self) -> bool {
        matches!(self, Verdict::Breached | Verdict::Overdue)
    }

    /// Still open within the limit.
    pub fn is_undecided(self) -> bool {
        matches!(self, Verdict::Running | Verdict::AtRisk | Verdict::Paused)
    }
}

/// Why a verdict is what it is, where the times alone don't say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    None,
    Merged,
    Duplicate,
    Cancelled,
    Spam,
    OpenedAfterAsOf,
    StopBeforeStart,
    StartMissing,
    StopMissing,
    Lapsed,
    NoContract,
    Billable,
    CaseByCase,
    NoTargetForTicket,
    NoSourceDue,
    ResolutionCounted,
    NeverStarted,
}

impl Reason {
    /// As in SQL, CSV and reports; empty for none.
    pub fn name(self) -> &'static str {
        match self {
            Reason::None => "",
            Reason::Merged => "merged",
            Reason::Duplicate => "duplicate",
            Reason::Cancelled => "cancelled",
            Reason::Spam => "spam",
            Reason::OpenedAfterAsOf => "opened after as-of",
            Reason::StopBeforeStart => "stop before start",
            Reason::StartMissing => "start missing",
            Reason::StopMissing => "stop missing",
            Reason::Lapsed => "contract lapsed",
            Reason::NoContract => "no contract",
            Reason::Billable => "billable upgrade",
            Reason::CaseByCase => "integration, case by case",
            Reason::NoTargetForTicket => "no target applies",
            Reason::NoSourceDue => "export has no due date",
            Reason::ResolutionCounted => "resolution counted as response",
            Reason::NeverStarted => "clock never started",
        }
    }
}

/// One ticket against one clock. Durations are seconds of the clock's calendar
/// unless they say otherwise; missing ones are [`MISSING_AT`].
///
/// Of several start-stop cycles, times and durations are those of the one that
/// counts: the worst missed one, else the one that still runs, else the worst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Row in the tickets.
    pub ticket: u32,
    /// Index in the policy's clocks.
    pub clock: u16,
    pub verdict: Verdict,
    pub reason: Reason,
    /// Level whose target holds; 255 if unknown.
    pub severity: u8,
    pub started_at: i64,
    pub stopped_at: i64,
    /// When the limit is used up; missing while a pause is open.
    pub due_at: i64,
    /// When the verdict was settled: the stop, or the limit passing, whichever came first.
    pub decided_at: i64,
    /// Running time: from start to stop (or as-of) less pauses and closed hours.
    pub elapsed_s: i64,
    pub target_s: i64,
    pub limit_s: i64,
    /// `elapsed_s - limit_s` where missed, else 0.
    pub overrun_s: i64,
    /// Open hours in which the clock was paused.
    pub paused_s: i64,
    /// Real time between start and stop outside the calendar's hours.
    pub closed_hours_s: i64,
    /// Start-stop cycles in all.
    pub cycles: u16,
    /// Times the ticket was reopened before as-of.
    pub reopens: u16,
    /// Position of the calendar in the policy.
    pub calendar: u16,
    /// Measured from a history, not only from the ticket's own timestamps.
    pub has_history: bool,
    /// Who held the ticket when the limit was used up, as codes of the events'
    /// values; missing unless missed, or where the history doesn't tell.
    pub due_group: u32,
    pub due_assignee: u32,
    /// What happened then; `None` unless missed and told by a history.
    pub due_kind: Option<SegmentKind>,
}

impl Reading {
    /// A reading of which nothing is known yet.
    pub fn blank(ticket: u32, clock: u16) -> Reading {
        Reading {
            ticket,
            clock,
            verdict: Verdict::NoTarget,
            reason: Reason::None,
            severity: u8::MAX,
            started_at: MISSING_AT,
            stopped_at: MISSING_AT,
            due_at: MISSING_AT,
            decided_at: MISSING_AT,
            elapsed_s: MISSING_AT,
            target_s: MISSING_AT,
            limit_s: MISSING_AT,
            overrun_s: 0,
            paused_s: 0,
            closed_hours_s: 0,
            cycles: 0,
            reopens: 0,
            calendar: 0,
            has_history: false,
            due_group: MISSING_CODE,
            due_assignee: MISSING_CODE,
            due_kind: None,
        }
    }
}

/// One start-stop cycle of one clock on one ticket; units as in [`Reading`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    pub ticket: u32,
    pub clock: u16,
    pub from_at: i64,
    /// The stop, or as-of where there is none.
    pub until_at: i64,
    pub is_stopped: bool,
    /// Where the stop was found.
    pub stop_source: StopSource,
    pub elapsed_s: i64,
    pub paused_s: i64,
    /// Level whose target holds.
    pub severity: u8,
    /// Position of the calendar in the policy.
    pub calendar: u16,
    pub target_s: i64,
    pub limit_s: i64,
    pub due_at: i64,
}

impl Cycle {
    /// Seconds over the limit, negative within it; against no limit, all that elapsed.
    pub fn excess_s(&self) -> i64 {
        if self.limit_s == MISSING_AT { self.elapsed_s } else { self.elapsed_s - self.limit_s }
    }

    /// Whether the limit was passed; never without one.
    pub fn is_missed(&self) -> bool {
        self.limit_s != MISSING_AT && self.elapsed_s > self.limit_s
    }
}

/// What told when a clock stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopSource {
    History,
    /// The ticket's own time.
    Timestamp,
    /// The resolution stood in for a reply or visit.
    Resolution,
}

impl StopSource {
    /// As in `explain`.
    pub fn name(self) -> &'static str {
        match self {
            StopSource::History => "history",
            StopSource::Timestamp => "timestamp",
            StopSource::Resolution => "resolution",
        }
    }
}

/// Where a part of a reading's time went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SegmentKind {
    Queue,
    Work,
    Waiting,
    ClosedHours,
}

impl SegmentKind {
    /// All kinds, in order.
    pub const ALL: [SegmentKind; 4] =
        [SegmentKind::Queue, SegmentKind::Work, SegmentKind::Waiting, SegmentKind::ClosedHours];

    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            SegmentKind::Queue => "queue",
            SegmentKind::Work => "work",
            SegmentKind::Waiting => "waiting",
            SegmentKind::ClosedHours => "closed_hours",
        }
    }
}

/// Time of one reading in one status with one holder; codes are of the events' values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    pub ticket: u32,
    pub clock: u16,
    pub kind: SegmentKind,
    pub status: u32,
    pub group: u32,
    pub assignee: u32,
    /// Part of the elapsed time; otherwise paused or outside the calendar's hours.
    pub is_counted: bool,
    pub seconds: i64,
}
