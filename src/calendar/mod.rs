//! The hours in which a clock may run.
//!
//! Answers "how long was it open between these instants, and when is the time
//! used up?" in O(log n) by prefix sums over precomputed windows. Instants are
//! seconds UTC; what counts is real elapsed time, so a 24-hour day on which a
//! zone leaves summer time has 25 hours. Outside the precomputed dates the
//! answers are the same, only slower.

mod ics;
mod span;
mod spec;

pub use ics::holidays_from_ics;
pub use span::Span;
pub use spec::{Break, BusinessDay, CalendarSpec, DeadlineAt, Holiday, Hours, Override, WeeklyHours, Window};

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use rustc_hash::FxHashMap;

/// Days after which a calendar that doesn't open is given up.
const SEARCH_DAYS: usize = 3_660;

/// The UTC instant of a wall time: one that falls in a gap moves forward by the
/// gap, one that is ambiguous is its first occurrence.
pub fn local_to_utc(zone: Tz, local: NaiveDateTime) -> i64 {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => at.timestamp(),
        LocalResult::Ambiguous(first, second) => first.timestamp().min(second.timestamp()),
        LocalResult::None => {
            // The offset before the gap carries the wall time over it.
            let before = local - chrono::TimeDelta::hours(24);
            let offset = zone.offset_from_local_datetime(&before).earliest();
            let seconds = offset.map_or(0, |offset| {
                use chrono::Offset;
                i64::from(offset.fix().local_minus_utc())
            });
            local.and_utc().timestamp() - seconds
        }
    }
}

/// Why a day has the hours it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayReason {
    Weekly,
    Holiday(Option<String>),
    Override(Option<String>),
}

/// One local date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Open windows that begin on this date, UTC, half-open.
    pub windows: Vec<(i64, i64)>,
    pub reason: DayReason,
}

/// A computed calendar.
#[derive(Debug)]
pub struct Calendar {
    spec: CalendarSpec,
    is_always_open: bool,
    holidays: FxHashMap<NaiveDate, Option<String>>,
    overrides: FxHashMap<NaiveDate, usize>,
    /// Disjoint, merged where adjacent, in order.
    starts: Vec<i64>,
    ends: Vec<i64>,
    /// Open seconds before each window.
    before: Vec<i64>,
    /// The instants between which windows are precomputed.
    span: (i64, i64),
}

impl Calendar {
    /// Computes the windows from `first` to `last`, both included.
    ///
    /// # Errors
    /// All that is wrong: no hours at all, overlapping windows.
    pub fn new(spec: CalendarSpec, first: NaiveDate, last: NaiveDate) -> Result<Calendar, Vec<String>> {
        let mut errors = Vec::new();
        for hours in &spec.versions {
            if let WeeklyHours::Windows(days) = &hours.weekly {
                if days.iter().all(Vec::is_empty) {
                    errors.push("has no hours at all".to_owned());
                }
                for (day, windows) in days.iter().enumerate() {
                    if let Some(why) = overlap(windows) {
                        errors.push(format!("{}: {why}", NAMES[day]));
                    }
                }
            }
        }
        for day in &spec.overrides {
            if let Some(why) = overlap(&day.windows) {
                errors.push(format!("{}: {why}", day.date));
            }
        }
        if spec.versions.is_empty() {
            errors.push("has no hours at all".to_owned());
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let is_plain = spec.holidays.is_empty() && spec.overrides.is_empty();
        let mut calendar = Calendar {
            is_always_open: is_plain
                && spec.versions.iter().all(|h| h.weekly == WeeklyHours::AlwaysOpen && h.breaks.is_empty()),
            holidays: FxHashMap::default(),
            overrides: spec.overrides.iter().enumerate().map(|(i, o)| (o.date, i)).collect(),
            starts: Vec::new(),
            ends: Vec::new(),
            before: Vec::new(),
            span: (0, 0),
            spec,
        };
        for holiday in &calendar.spec.holidays {
            if let Holiday::Date { date, name } = holiday {
                calendar.holidays.insert(*date, name.clone());
            }
        }
        calendar.precompute(first, last);
        Ok(calendar)
    }

    fn precompute(&mut self, first: NaiveDate, last: NaiveDate) {
        self.span = (self.day_start(first), self.day_start(last + Days::new(1)));
        if self.is_always_open {
            return;
        }
        let mut windows: Vec<(i64, i64)> = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            windows.extend(self.date_windows(date));
        }
        // A window that began on the eve reaches into the first day.
        if let Some(eve) = first.pred_opt() {
            windows.extend(self.date_windows(eve));
        }
        let (from, until) = self.span;
        let clipped = windows.into_iter().map(|(a, b)| (a.max(from), b.min(until))).filter(|(a, b)| a < b);
        let mut total = 0;
        for (start, end) in union(clipped.collect()) {
            self.starts.push(start);
            self.ends.push(end);
            self.before.push(total);
            total += end - start;
        }
    }

    /// How the calendar was configured.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Whether it is 24x7 without holidays.
    pub fn is_always_open(&self) -> bool {
        self.is_always_open
    }

    fn day_start(&self, date: NaiveDate) -> i64 {
        local_to_utc(self.spec.zone, date.and_time(chrono::NaiveTime::MIN))
    }

    fn local(&self, at: i64) -> NaiveDateTime {
        DateTime::from_timestamp(at, 0).unwrap_or_default().with_timezone(&self.spec.zone).naive_local()
    }

    fn wall(&self, date: NaiveDate, seconds: u32) -> i64 {
        let local = date.and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::seconds(i64::from(seconds));
        local_to_utc(self.spec.zone, local)
    }

    fn window(&self, date: NaiveDate, window: &Window) -> (i64, i64) {
        let end_s = if window.end_s <= window.start_s { window.end_s + 86_400 } else { window.end_s };
        (self.wall(date, window.start_s), self.wall(date, end_s))
    }

    fn holiday(&self, date: NaiveDate) -> Option<Option<String>> {
        if let Some(name) = self.holidays.get(&date) {
            return Some(name.clone());
        }
        self.spec.holidays.iter().find_map(|holiday| match holiday {
            Holiday::Yearly { month, day, name } if (date.month(), date.day()) == (*month, *day) => {
                Some(name.clone())
            }
            _ => None,
        })
    }

    fn hours(&self, date: NaiveDate) -> &Hours {
        let valid = |hours: &&Hours| hours.valid_from.is_none_or(|from| from <= date);
        self.spec.versions.iter().rev().find(valid).unwrap_or(&self.spec.versions[0])
    }

    /// The open windows that begin on a local date, in order.
    fn date_windows(&self, date: NaiveDate) -> Vec<(i64, i64)> {
        if self.holiday(date).is_some() {
            return Vec::new();
        }
        let hours = self.hours(date);
        let mut windows: Vec<(i64, i64)> = match (self.overrides.get(&date), &hours.weekly) {
            (Some(&index), _) => {
                self.spec.overrides[index].windows.iter().map(|w| self.window(date, w)).collect()
            }
            (None, WeeklyHours::AlwaysOpen) => {
                vec![(self.day_start(date), self.day_start(date + Days::new(1)))]
            }
            (None, WeeklyHours::Windows(days)) => {
                let day = date.weekday().num_days_from_monday() as usize;
                days[day].iter().map(|w| self.window(date, w)).collect()
            }
        };
        let next = date + Days::new(1);
        if self.holiday(next).is_some() {
            let midnight = self.day_start(next);
            for window in &mut windows {
                window.1 = window.1.min(midnight);
            }
        }
        // A window over midnight meets the breaks of both days.
        for owner in [date, next] {
            for pause in &self.hours(owner).breaks {
                let on_day = pause.weekday.is_none_or(|day| day == owner.weekday());
                if on_day && pause.date.is_none_or(|day| day == owner) {
                    windows = cut(windows, self.window(owner, &pause.window));
                }
            }
        }
        windows.retain(|(start, end)| start < end);
        windows.sort_unstable();
        windows
    }

    /// The hours of a local date and why they are so.
    pub fn day(&self, date: NaiveDate) -> Day {
        let reason = match (self.holiday(date), self.overrides.get(&date)) {
            (Some(name), _) => DayReason::Holiday(name),
            (None, Some(&index)) => DayReason::Override(self.spec.overrides[index].name.clone()),
            (None, None) => DayReason::Weekly,
        };
        Day { windows: self.date_windows(date), reason }
    }

    /// Open seconds from the beginning of the span to an instant within it.
    fn open_before(&self, at: i64) -> i64 {
        let index = self.starts.partition_point(|start| *start <= at);
        match index.checked_sub(1) {
            None => 0,
            Some(last) => self.before[last] + at.min(self.ends[last]) - self.starts[last],
        }
    }

    /// Open seconds between two instants; 0 if `until` is before `from`.
    pub fn elapsed(&self, from: i64, until: i64) -> i64 {
        if until <= from {
            return 0;
        }
        if self.is_always_open {
            return until - from;
        }
        if self.span.0 <= from && until <= self.span.1 {
            return self.open_before(until) - self.open_before(from);
        }
        self.windows(from, until).iter().map(|(start, end)| end - start).sum()
    }

    /// The open intervals within `[from, until)`, merged where adjacent.
    pub fn windows(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        if until <= from {
            return Vec::new();
        }
        if self.is_always_open {
            return vec![(from, until)];
        }
        let mut found = Vec::new();
        let first = self.local(from).date() - Days::new(2);
        let last = self.local(until).date() + Days::new(1);
        for date in first.iter_days().take_while(|date| *date <= last) {
            found.extend(self.date_windows(date));
        }
        let clipped = found.into_iter().map(|(a, b)| (a.max(from), b.min(until)));
        union(clipped.filter(|(a, b)| a < b).collect())
    }

    /// Whether the calendar is open at an instant.
    pub fn is_open(&self, at: i64) -> bool {
        self.elapsed(at, at + 1) == 1
    }

    /// The first open instant at or after `at`; `None` if it doesn't open within ten years.
    pub fn next_open(&self, at: i64) -> Option<i64> {
        if self.is_always_open {
            return Some(at);
        }
        if self.span.0 <= at && at < self.span.1 {
            let index = self.ends.partition_point(|end| *end <= at);
            if let Some(start) = self.starts.get(index) {
                return Some(at.max(*start));
            }
        }
        let first = self.local(at).date() - Days::new(2);
        first
            .iter_days()
            .take(SEARCH_DAYS)
            .flat_map(|date| self.date_windows(date))
            .find(|w| w.1 > at)
            .map(|w| w.0.max(at))
    }

    /// The instant at which `seconds` of open time have passed since `from`.
    ///
    /// Exactly at closing time it is the closing or the next opening, as the
    /// calendar's [`DeadlineAt`] says, and so for 0 seconds: `from` itself, or
    /// the next open instant. `None` if that is more than ten years of closed days away.
    pub fn add(&self, from: i64, seconds: i64) -> Option<i64> {
        if self.is_always_open {
            return from.checked_add(seconds);
        }
        let next_open = self.spec.deadline_at == DeadlineAt::NextOpen;
        if seconds <= 0 {
            return if next_open { self.next_open(from) } else { Some(from) };
        }
        if self.span.0 <= from && from < self.span.1 {
            let wanted = self.open_before(from) + seconds;
            // The first window whose end is at or after the wanted second.
            let index = self.before.partition_point(|before| *before < wanted) - 1;
            let end = self.starts[index] + (wanted - self.before[index]);
            if end < self.ends[index] || (end == self.ends[index] && !next_open) {
                return Some(end);
            }
            if end == self.ends[index] && end < self.span.1 {
                return self.next_open(end);
            }
        }
        let mut rest = seconds;
        let mut at = from;
        let mut quiet = 0;
        let mut date = self.local(from).date() - Days::new(2);
        while quiet < SEARCH_DAYS {
            quiet += 1;
            for (start, end) in self.date_windows(date) {
                let start = start.max(at);
                if start >= end {
                    continue;
                }
                quiet = 0;
                if end - start > rest || (end - start == rest && !next_open) {
                    return Some(start + rest);
                }
                rest -= end - start;
                at = end;
                if rest == 0 {
                    return self.next_open(end);
                }
            }
            date = date.succ_opt()?;
        }
        None
    }

    /// The deadline of a span that begins at `from`.
    ///
    /// `None` where the calendar doesn't open for ten years.
    pub fn deadline(&self, from: i64, span: &Span) -> Option<i64> {
        match *span {
            Span::Seconds(seconds) => self.add(from, seconds),
            Span::BusinessDays(days) => self.add_days(from, days),
        }
    }

    fn add_days(&self, from: i64, days: u32) -> Option<i64> {
        let from = match self.spec.business_day {
            BusinessDay::FromOpening => self.next_open(from)?,
            BusinessDay::SameTime => from,
        };
        let local = self.local(from);
        let mut date = local.date();
        let (mut left, mut quiet) = (days, 0);
        while left > 0 {
            date = date.succ_opt()?;
            quiet += 1;
            if self.is_always_open || !self.date_windows(date).is_empty() {
                left -= 1;
                quiet = 0;
            }
            if quiet > SEARCH_DAYS {
                return None;
            }
        }
        self.next_open(local_to_utc(self.spec.zone, date.and_time(local.time())))
    }
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn overlap(windows: &[Window]) -> Option<String> {
    let long = |w: &Window| if w.end_s <= w.start_s { w.end_s + 86_400 } else { w.end_s };
    for (index, a) in windows.iter().enumerate() {
        if windows[index + 1..].iter().any(|b| a.start_s < long(b) && b.start_s < long(a)) {
            return Some("windows overlap".to_owned());
        }
    }
    None
}

fn cut(windows: Vec<(i64, i64)>, (from, until): (i64, i64)) -> Vec<(i64, i64)> {
    windows
        .into_iter()
        .flat_map(|(a, b)| [(a, b.min(from)), (a.max(until), b)])
        .filter(|(a, b)| a < b)
        .collect()
}

/// Sorted and merged where intervals touch.
fn union(mut windows: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    windows.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::with_capacity(windows.len());
    for (start, end) in windows {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
