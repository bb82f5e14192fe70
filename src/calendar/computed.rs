//! A calendar with its windows laid out, for questions in O(log n).

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use super::check::problems;
use super::days::{Dates, Day};
use super::intervals::{Interval, union};
use super::spec::{BusinessDay, CalendarSpec, DeadlineAt, Hours, WeeklyHours};
use super::zone::local_day_bounds;

/// A computed calendar.
///
/// Answers are the same inside and outside the dates that it was computed for;
/// outside, they take time in proportion to the days in question.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) dates: Dates,
    is_always_open: bool,
    /// The instants between which windows are laid out.
    pub(super) laid_out: Interval,
    /// Of disjoint windows that don't touch, in order.
    starts: Vec<i64>,
    /// Open seconds before each window, and after the last one.
    before: Vec<i64>,
    first: NaiveDate,
    /// By date from `first` on: whether a window begins on it.
    has_hours: Vec<bool>,
}

impl Calendar {
    /// Lays out the windows of the local dates from `first` to `last`, both
    /// included; none where `last` is before `first`.
    ///
    /// # Errors
    /// All that is wrong, each as a phrase that goes on from the calendar's
    /// name: no hours, windows that overlap or are empty, and the like.
    pub fn new(spec: CalendarSpec, first: NaiveDate, last: NaiveDate) -> Result<Calendar, Vec<String>> {
        let problems = problems(&spec);
        if !problems.is_empty() {
            return Err(problems);
        }
        let is_plain = |hours: &Hours| hours.weekly == WeeklyHours::AlwaysOpen && hours.breaks.is_empty();
        let is_always_open =
            spec.holidays.is_empty() && spec.overrides.is_empty() && spec.versions.iter().all(is_plain);
        let mut calendar = Calendar {
            dates: Dates::new(spec),
            is_always_open,
            laid_out: (0, 0),
            starts: Vec::new(),
            before: vec![0],
            first,
            has_hours: Vec::new(),
        };
        if !is_always_open && first <= last {
            calendar.lay_out(last);
        }
        Ok(calendar)
    }

    /// The built-in calendar `24x7`. Its zone matters for business days only.
    pub fn always(zone: Tz) -> Calendar {
        let hours = Hours { valid_from: None, weekly: WeeklyHours::AlwaysOpen, breaks: Vec::new() };
        let spec = CalendarSpec {
            name: "24x7".to_owned(),
            zone,
            versions: vec![hours],
            holidays: Vec::new(),
            overrides: Vec::new(),
            deadline_at: DeadlineAt::Close,
            business_day: BusinessDay::FromOpening,
        };
        Calendar {
            dates: Dates::new(spec),
            is_always_open: true,
            laid_out: (0, 0),
            starts: Vec::new(),
            before: vec![0],
            first: NaiveDate::default(),
            has_hours: Vec::new(),
        }
    }

    fn lay_out(&mut self, last: NaiveDate) {
        let zone = self.spec().zone;
        let from = local_day_bounds(zone, self.first).0;
        let until = local_day_bounds(zone, last).1;
        let mut windows = Vec::new();
        // A night shift from the eve reaches into the first date.
        self.dates.windows_of(self.first - Days::new(1), &mut windows);
        for date in self.first.iter_days().take_while(|date| *date <= last) {
            let known = windows.len();
            self.dates.windows_of(date, &mut windows);
            self.has_hours.push(windows.len() > known);
        }
        for window in &mut windows {
            *window = (window.0.max(from), window.1.min(until));
        }
        union(&mut windows);
        let mut open_s = 0;
        for (start, end) in windows {
            self.starts.push(start);
            open_s += end - start;
            self.before.push(open_s);
        }
        self.starts.shrink_to_fit();
        self.before.shrink_to_fit();
        self.laid_out = (from, until);
    }

    /// How the calendar was configured; versions in order of `valid_from`.
    pub fn spec(&self) -> &CalendarSpec {
        &self.dates.spec
    }

    /// Whether it is 24x7 without any holiday, override or break.
    pub fn is_always_open(&self) -> bool {
        self.is_always_open
    }

    /// The hours that begin on a local date, and why they are so.
    pub fn day(&self, date: NaiveDate) -> Day {
        let mut windows = Vec::new();
        self.dates.windows_of(date, &mut windows);
        windows.sort_unstable();
        Day { windows, reason: self.dates.reason(date) }
    }

    /// Whether any window begins on a local date.
    pub(super) fn has_hours(&self, date: NaiveDate) -> bool {
        let index = usize::try_from((date - self.first).num_days()).ok();
        match index.and_then(|index| self.has_hours.get(index)) {
            Some(has_hours) => *has_hours,
            None => {
                let mut windows = Vec::new();
                self.dates.windows_of(date, &mut windows);
                !windows.is_empty()
            }
        }
    }

    /// Open seconds between two instants; 0 if `until` is before `from`, which
    /// is for the caller to report.
    pub fn elapsed(&self, from: i64, until: i64) -> i64 {
        if until <= from {
            return 0;
        }
        if self.is_always_open {
            return until.saturating_sub(from);
        }
        if self.laid_out.0 <= from && until <= self.laid_out.1 {
            return self.open_before(until) - self.open_before(from);
        }
        self.elapsed_outside(from, until)
    }

    /// The instant at which `seconds` of open time have passed since `from`.
    ///
    /// With [`DeadlineAt::Close`] the first such instant: at closing time the
    /// closing itself, and for 0 seconds `from`, open or not. With
    /// [`DeadlineAt::NextOpen`] the first open one: never a closing, and for 0
    /// seconds the next opening. Negative seconds count as 0. `None` if the
    /// calendar doesn't open for ten years or the answer is over 500 years off.
    pub fn add(&self, from: i64, seconds: i64) -> Option<i64> {
        let seconds = seconds.max(0);
        if self.is_always_open {
            return from.checked_add(seconds);
        }
        let at_close = self.spec().deadline_at == DeadlineAt::Close;
        if seconds == 0 {
            return if at_close { Some(from) } else { self.next_open(from) };
        }
        if self.is_laid_out(from)
            && let Some(at) = self.add_laid_out(self.open_before(from).saturating_add(seconds))
        {
            return if at_close { Some(at) } else { self.next_open(at) };
        }
        let at = self.add_outside(from, seconds)?;
        if at_close { Some(at) } else { self.next_open(at) }
    }

    /// Whether a ticking clock would tick in the second that begins at `at`.
    pub fn is_open(&self, at: i64) -> bool {
        if self.is_always_open || self.is_laid_out(at) {
            return self.is_always_open || self.window_around(at).1;
        }
        self.is_open_outside(at)
    }

    /// The first open instant at or after `at`; `None` if there is none within
    /// ten years.
    pub fn next_open(&self, at: i64) -> Option<i64> {
        if self.is_always_open {
            return Some(at);
        }
        if self.is_laid_out(at) {
            match self.window_around(at) {
                (_, true) => return Some(at),
                (next, false) if next < self.starts.len() => return Some(self.starts[next]),
                _ => {}
            }
        }
        self.next_open_outside(at)
    }

    /// The open intervals within `[from, until)`, clipped to it, in order and
    /// merged where they touch.
    pub fn windows(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        if until <= from {
            return found;
        }
        if self.is_always_open {
            return vec![(from, until)];
        }
        let (inside_from, inside_until) = self.laid_out;
        self.collect_outside(from, until.min(inside_from), &mut found);
        let skipped = self.starts.partition_point(|start| *start <= from).saturating_sub(1);
        for index in skipped..self.starts.len() {
            if self.starts[index] >= until {
                break;
            }
            found.push((self.starts[index].max(from), self.end(index).min(until)));
        }
        self.collect_outside(from.max(inside_until), until, &mut found);
        union(&mut found);
        found
    }

    pub(super) fn is_laid_out(&self, at: i64) -> bool {
        self.laid_out.0 <= at && at < self.laid_out.1
    }

    fn end(&self, index: usize) -> i64 {
        self.starts[index] + self.before[index + 1] - self.before[index]
    }

    /// How many windows begin at or before `at`, and whether it lies in the last of them.
    fn window_around(&self, at: i64) -> (usize, bool) {
        let begun = self.starts.partition_point(|start| *start <= at);
        (begun, begun > 0 && at < self.end(begun - 1))
    }

    /// Open seconds from the first laid out instant to one that is laid out.
    pub(super) fn open_before(&self, at: i64) -> i64 {
        match self.starts.partition_point(|start| *start <= at) {
            0 => 0,
            begun => self.before[begun].min(self.before[begun - 1] + at - self.starts[begun - 1]),
        }
    }

    /// Open seconds of all that is laid out.
    pub(super) fn open_in_all(&self) -> i64 {
        self.before[self.starts.len()]
    }

    /// The first instant with that many (above 0) open seconds before it, if laid out.
    pub(super) fn add_laid_out(&self, open_s: i64) -> Option<i64> {
        if open_s > self.open_in_all() {
            return None;
        }
        let index = self.before.partition_point(|before| *before < open_s) - 1;
        Some(self.starts[index] + open_s - self.before[index])
    }
}
