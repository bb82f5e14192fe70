//! Where a reading's time went: pauses, segments, holders.

use super::kernel::{Holder, Kernel, Scratch};
use super::policy::{Reopen, StatusClass};
use super::reading::{Reading, Segment, SegmentKind};
use super::timeline::Timeline;
use crate::model::MISSING_AT;

impl Kernel<'_> {
    /// Whether a clock stands still in a status.
    fn pauses_in(&self, index: usize, status: u32) -> bool {
        let bits = self.event_pauses.get(status as usize).copied().unwrap_or(0);
        bits >> index & 1 == 1
    }

    /// Whether a clock that hasn't stopped stands still at as-of.
    pub(super) fn is_paused(&self, index: usize, timeline: &Timeline) -> bool {
        !self.policy.clocks[index].ignores_history && self.pauses_in(index, timeline.status.0)
    }

    /// Fills `pauses` with the union of the intervals within `[from, until)` in
    /// which a clock stands still.
    pub(super) fn pauses(
        &self,
        index: usize,
        (from, until): (i64, i64),
        timeline: &Timeline,
        pauses: &mut Vec<(i64, i64)>,
    ) {
        pauses.clear();
        let clock = &self.policy.clocks[index];
        if clock.ignores_history {
            return;
        }
        let mut add = |a: i64, b: i64| {
            let (a, b) = (a.max(from), b.min(until));
            if a < b {
                pauses.push((a, b));
            }
        };
        for stretch in &timeline.stretches {
            if self.pauses_in(index, stretch.status) {
                add(stretch.from_at, stretch.until_at);
            }
        }
        if clock.reopen == Reopen::Continue {
            for &(resolved_at, reopened_at) in &timeline.gaps {
                add(resolved_at, reopened_at);
            }
        }
        pauses.sort_unstable();
        let mut kept = 0;
        for position in 1..pauses.len() {
            let (a, b) = pauses[position];
            if a <= pauses[kept].1 {
                pauses[kept].1 = pauses[kept].1.max(b);
            } else {
                kept += 1;
                pauses[kept] = (a, b);
            }
        }
        pauses.truncate(kept + 1);
    }

    /// Splits the time of the reading just made by what happened in it.
    pub(super) fn split(&self, reading: &Reading, scratch: &Scratch, segments: &mut Vec<Segment>) {
        let stop = if reading.stopped_at == MISSING_AT { self.as_of } else { reading.stopped_at };
        if reading.started_at == MISSING_AT || stop <= reading.started_at {
            return;
        }
        let calendar = self.calendar(reading);
        let clock = &self.policy.clocks[reading.clock as usize];
        let in_pause = |at: i64| {
            let index = scratch.pauses.partition_point(|pause| pause.1 <= at);
            scratch.pauses.get(index).is_some_and(|pause| pause.0 <= at)
        };
        // A sum of the source says how long it waited, not when: taken from the beginning.
        let mut waited_s = match self.uses_waiting_sum(clock, &scratch.timeline) {
            true => reading.paused_s,
            false => 0,
        };
        let first = segments.len();
        for stretch in &scratch.timeline.stretches {
            let (from, until) = (stretch.from_at.max(reading.started_at), stretch.until_at.min(stop));
            if from >= until {
                continue;
            }
            let mut push = |kind, is_counted, seconds| {
                if seconds > 0 {
                    segments.push(Segment {
                        ticket: reading.ticket,
                        clock: reading.clock,
                        kind,
                        status: stretch.status,
                        group: stretch.group,
                        assignee: stretch.assignee,
                        is_counted,
                        seconds,
                    });
                }
            };
            let open = calendar.elapsed(from, until);
            push(SegmentKind::ClosedHours, false, until - from - open);
            if in_pause(from) {
                push(SegmentKind::Waiting, false, open);
            } else {
                let waiting = waited_s.min(open);
                waited_s -= waiting;
                push(SegmentKind::Waiting, false, waiting);
                push(segment_kind(stretch.class), true, open - waiting);
            }
        }
        merge(segments, first);
    }
}

/// What a status means for the time spent in it.
pub fn segment_kind(class: StatusClass) -> SegmentKind {
    match class {
        StatusClass::Queue => SegmentKind::Queue,
        StatusClass::Work | StatusClass::Excluded(_) => SegmentKind::Work,
        StatusClass::Waiting | StatusClass::Resolved | StatusClass::Closed => SegmentKind::Waiting,
    }
}

/// Adds up the segments from `first` on that differ in their seconds only.
fn merge(segments: &mut Vec<Segment>, first: usize) {
    let key = |s: &Segment| (s.kind, s.is_counted, s.status, s.group, s.assignee);
    segments[first..].sort_unstable_by_key(key);
    let mut kept = first;
    for position in first..segments.len() {
        let segment = segments[position];
        if position > first && key(&segment) == key(&segments[kept]) {
            segments[kept].seconds += segment.seconds;
        } else {
            if position > first {
                kept += 1;
            }
            segments[kept] = segment;
        }
    }
    segments.truncate((kept + 1).min(segments.len()));
}

/// Counted time by holder, longest first.
pub(super) fn holders(segments: &[Segment]) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for segment in segments.iter().filter(|segment| segment.is_counted) {
        let is_same =
            |holder: &&mut Holder| (holder.group, holder.assignee) == (segment.group, segment.assignee);
        match holders.iter_mut().find(is_same) {
            Some(holder) => holder.counted_s += segment.seconds,
            None => holders.push(Holder {
                group: segment.group,
                assignee: segment.assignee,
                counted_s: segment.seconds,
            }),
        }
    }
    holders.sort_by_key(|holder| (-holder.counted_s, holder.group, holder.assignee));
    holders
}
