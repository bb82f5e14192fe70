//! Deadlines by days, and answers outside the dates that were laid out.

use chrono::Days;

use super::computed::Calendar;
use super::intervals::{Interval, union};
use super::span::Span;
use super::spec::{BusinessDay, DeadlineAt};
use super::zone::{local_to_utc, to_local};

const DAY_S: i64 = 86_400;

/// After so long without an opening there won't be one. Longer than the gap
/// between two leap days, for hours on 29 February.
const GIVE_UP_S: i64 = 3_660 * DAY_S;

/// Further ahead nothing is searched, so that an absurd duration can't take minutes.
const HORIZON_S: i64 = 500 * 366 * DAY_S;

/// Computed at a time: more is wasted on short questions, less computes the
/// days around each edge too often.
const CHUNK_S: i64 = 32 * DAY_S;

impl Calendar {
    /// The deadline of a span that begins at `from`; as [`Calendar::add`] for seconds.
    ///
    /// Business days count dates on which a window begins, by the calendar's
    /// [`BusinessDay`]; a local time outside the hours of the date reached rolls
    /// to the next opening, and one at closing time is treated by
    /// [`DeadlineAt`]. On 24x7 it is the same wall time so many calendar dates
    /// later, whatever DST does. `None` as for [`Calendar::add`].
    pub fn deadline(&self, from: i64, span: &Span) -> Option<i64> {
        match *span {
            Span::Seconds(seconds) => self.add(from, seconds),
            Span::BusinessDays(days) => self.add_business_days(from, days),
        }
    }

    fn add_business_days(&self, from: i64, days: u32) -> Option<i64> {
        let zone = self.spec().zone;
        let begin = match self.spec().business_day {
            BusinessDay::FromOpening => self.next_open(from)?,
            BusinessDay::SameTime => from,
        };
        // Through the wall clock and back, the second of two equal hours would become the first.
        if days == 0 {
            return self.roll(begin);
        }
        let local = to_local(zone, begin);
        let mut date = local.date();
        if self.is_always_open() {
            date = date.checked_add_days(Days::new(u64::from(days)))?;
            return Some(local_to_utc(zone, date.and_time(local.time())));
        }
        let (mut left, mut last_with_hours) = (days, date);
        while left > 0 {
            date = date.succ_opt()?;
            if self.has_hours(date) {
                left -= 1;
                last_with_hours = date;
            }
            let is_too_far = (date - local.date()).num_seconds() > HORIZON_S;
            if is_too_far || (date - last_with_hours).num_seconds() > GIVE_UP_S {
                return None;
            }
        }
        self.roll(local_to_utc(zone, date.and_time(local.time())))
    }

    /// Moves an instant into hours, or leaves it at a closing if deadlines may lie there.
    fn roll(&self, at: i64) -> Option<i64> {
        let is_kept = self.spec().deadline_at == DeadlineAt::Close && self.is_open(at - 1);
        if is_kept { Some(at) } else { self.next_open(at) }
    }

    pub(super) fn elapsed_outside(&self, from: i64, until: i64) -> i64 {
        let (inside_from, inside_until) = self.laid_out;
        let mut open_s = 0;
        let mut at = from;
        while at < until {
            if self.is_laid_out(at) {
                let end = until.min(inside_until);
                open_s += self.open_before(end) - self.open_before(at);
                at = end;
                continue;
            }
            let mut end = at.saturating_add(CHUNK_S).min(until);
            if at < inside_from {
                end = end.min(inside_from);
            }
            let mut windows = Vec::new();
            self.collect_outside(at, end, &mut windows);
            open_s += windows.iter().map(|(start, end)| end - start).sum::<i64>();
            at = end;
        }
        open_s
    }

    /// The first instant with so many (above 0) open seconds since `from`.
    #[cold]
    pub(super) fn add_outside(&self, from: i64, seconds: i64) -> Option<i64> {
        if seconds > HORIZON_S {
            return None;
        }
        let (mut at, mut rest, mut last_open) = (from, seconds, from);
        while at - from <= HORIZON_S && at - last_open <= GIVE_UP_S {
            if self.is_laid_out(at) {
                let passed = self.open_before(at);
                if let Some(found) = self.add_laid_out(passed + rest) {
                    return Some(found);
                }
                let open_s = self.open_in_all() - passed;
                if open_s > 0 {
                    last_open = self.add_laid_out(self.open_in_all())?;
                }
                rest -= open_s;
                at = self.laid_out.1;
                continue;
            }
            let (end, windows) = self.chunk(at);
            for (start, close) in windows {
                if close - start >= rest {
                    return Some(start + rest);
                }
                rest -= close - start;
                last_open = close;
            }
            at = end;
        }
        None
    }

    #[cold]
    pub(super) fn next_open_outside(&self, from: i64) -> Option<i64> {
        let mut at = from;
        while at - from <= GIVE_UP_S {
            if at > from && self.is_laid_out(at) {
                // Not `next_open`, which would search its ten years anew.
                match self.add_laid_out(self.open_before(at) + 1) {
                    Some(found) => return Some(found - 1),
                    None => at = self.laid_out.1,
                }
                continue;
            }
            let (end, windows) = self.chunk(at);
            if let Some((start, _)) = windows.first() {
                return Some(*start);
            }
            at = end;
        }
        None
    }

    #[cold]
    pub(super) fn is_open_outside(&self, at: i64) -> bool {
        let mut windows = Vec::new();
        self.collect_outside(at, at.saturating_add(1), &mut windows);
        !windows.is_empty()
    }

    /// The windows of some days from an instant on, and the instant at which they stop.
    fn chunk(&self, at: i64) -> (i64, Vec<Interval>) {
        let mut end = at.saturating_add(CHUNK_S);
        if at < self.laid_out.0 {
            end = end.min(self.laid_out.0);
        }
        let mut windows = Vec::new();
        self.collect_outside(at, end, &mut windows);
        (end, windows)
    }

    /// Adds the windows within `[from, until)`, computed date by date.
    pub(super) fn collect_outside(&self, from: i64, until: i64, found: &mut Vec<Interval>) {
        if until <= from {
            return;
        }
        let zone = self.spec().zone;
        // Two days before, because a skipped date may lie between a night
        // shift's own date and the instant.
        let first = to_local(zone, from).date() - Days::new(2);
        let last = to_local(zone, until).date() + Days::new(1);
        let mut windows = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            self.dates.windows_of(date, &mut windows);
        }
        for window in &mut windows {
            *window = (window.0.max(from), window.1.min(until));
        }
        union(&mut windows);
        found.append(&mut windows);
    }
}
