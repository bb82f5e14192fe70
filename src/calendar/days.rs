//! The hours of one local date.

use chrono::{Datelike, NaiveDate};

use super::intervals::{Interval, cut};
use super::spec::{CalendarSpec, Holiday, Hours, WeeklyHours, Window};
use super::zone::{local_day_bounds, wall_to_utc};

/// Why a date has the hours it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayReason {
    Weekly,
    /// With its name.
    Holiday(Option<String>),
    /// With its name.
    Override(Option<String>),
}

/// One local date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Open windows that begin on this date, UTC, half-open, in order. A night
    /// shift is listed whole here and not on the next date.
    pub windows: Vec<(i64, i64)>,
    pub reason: DayReason,
}

/// A checked spec with indexes by date.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    pub spec: CalendarSpec,
    /// Sorted; positions in the spec.
    holidays: Vec<(NaiveDate, u32)>,
    overrides: Vec<(NaiveDate, u32)>,
}

impl Dates {
    pub fn new(mut spec: CalendarSpec) -> Dates {
        spec.versions.sort_by_key(|hours| hours.valid_from);
        let dated = |(index, holiday): (usize, &Holiday)| match holiday {
            Holiday::Date { date, .. } => Some((*date, index as u32)),
            Holiday::Yearly { .. } => None,
        };
        let mut holidays: Vec<_> = spec.holidays.iter().enumerate().filter_map(dated).collect();
        holidays.sort_unstable();
        holidays.dedup_by_key(|(date, _)| *date);
        let mut overrides: Vec<_> =
            spec.overrides.iter().enumerate().map(|(i, day)| (day.date, i as u32)).collect();
        overrides.sort_unstable();
        Dates { spec, holidays, overrides }
    }

    fn holiday(&self, date: NaiveDate) -> Option<&Holiday> {
        let dated = position(&self.holidays, date).map(|index| &self.spec.holidays[index]);
        dated.or_else(|| {
            self.spec.holidays.iter().find(|holiday| match holiday {
                Holiday::Yearly { month, day, .. } => (date.month(), date.day()) == (*month, *day),
                Holiday::Date { .. } => false,
            })
        })
    }

    fn hours(&self, date: NaiveDate) -> &Hours {
        let versions = &self.spec.versions;
        let later = versions.partition_point(|hours| hours.valid_from <= Some(date));
        // A ticket from before the first known hours must not pass for closed
        // time, where every promise would be kept.
        &versions[later.saturating_sub(1)]
    }

    pub fn reason(&self, date: NaiveDate) -> DayReason {
        match (self.holiday(date), position(&self.overrides, date)) {
            (Some(Holiday::Date { name, .. } | Holiday::Yearly { name, .. }), _) => {
                DayReason::Holiday(name.clone())
            }
            (None, Some(index)) => DayReason::Override(self.spec.overrides[index].name.clone()),
            (None, None) => DayReason::Weekly,
        }
    }

    /// Adds the open windows that begin on a date, in no particular order.
    ///
    /// Windows of one date overlap where a gap in the wall clock pushes the edge
    /// of one into another.
    pub fn windows_of(&self, date: NaiveDate, found: &mut Vec<Interval>) {
        let zone = self.spec.zone;
        let (day_start, day_end) = local_day_bounds(zone, date);
        if day_start >= day_end || self.holiday(date).is_some() {
            return;
        }
        let first = found.len();
        let hours = self.hours(date);
        let windows: &[Window] = match (position(&self.overrides, date), &hours.weekly) {
            (Some(index), _) => &self.spec.overrides[index].windows,
            (None, WeeklyHours::Windows(week)) => &week[date.weekday().num_days_from_monday() as usize],
            (None, WeeklyHours::AlwaysOpen) => {
                found.push((day_start, day_end));
                &[]
            }
        };
        let stretch = |window: &Window| {
            let at = |wall_s| wall_to_utc(zone, date, wall_s);
            (at(window.start_s), at(window.end_of_stretch_s()))
        };
        found.extend(windows.iter().map(stretch));
        if found.len() == first {
            return;
        }
        let next = self.next_existing(date, day_end);
        if let Some(next) = next
            && self.holiday(next).is_some()
        {
            cut(found, first, local_day_bounds(zone, next));
        }
        // A break from the eve may last into this date, and a night shift meets
        // the breaks of the next one.
        let eve = self.previous_existing(date, day_start);
        for owner in [eve, Some(date), next].into_iter().flatten() {
            self.cut_breaks(owner, found, first);
        }
        // By hand, because what was found before belongs to others.
        let mut kept = first;
        for index in first..found.len() {
            if found[index].0 < found[index].1 {
                found.swap(kept, index);
                kept += 1;
            }
        }
        found.truncate(kept);
    }

    /// The date after one that ends at `day_end`, or the one after that where a
    /// zone skipped it.
    fn next_existing(&self, date: NaiveDate, day_end: i64) -> Option<NaiveDate> {
        let next = date.succ_opt()?;
        let is_skipped = wall_to_utc(self.spec.zone, next, 86_400) <= day_end;
        if is_skipped { next.succ_opt() } else { Some(next) }
    }

    /// The same, back from a date that begins at `day_start`.
    fn previous_existing(&self, date: NaiveDate, day_start: i64) -> Option<NaiveDate> {
        let eve = date.pred_opt()?;
        let is_skipped = wall_to_utc(self.spec.zone, eve, 0) >= day_start;
        if is_skipped { eve.pred_opt() } else { Some(eve) }
    }

    fn cut_breaks(&self, owner: NaiveDate, found: &mut Vec<Interval>, first: usize) {
        let breaks = &self.hours(owner).breaks;
        if breaks.is_empty() {
            return;
        }
        let (day_start, day_end) = local_day_bounds(self.spec.zone, owner);
        for pause in breaks {
            let is_on = pause.weekday.is_none_or(|weekday| weekday == owner.weekday())
                && pause.date.is_none_or(|date| date == owner)
                && day_start < day_end;
            if is_on {
                let at = |wall_s| wall_to_utc(self.spec.zone, owner, wall_s);
                let hole = (at(pause.window.start_s), at(pause.window.end_of_stretch_s()));
                cut(found, first, hole);
            }
        }
    }
}

fn position(dates: &[(NaiveDate, u32)], date: NaiveDate) -> Option<usize> {
    let found = dates.binary_search_by_key(&date, |(date, _)| *date).ok()?;
    Some(dates[found].1 as usize)
}
