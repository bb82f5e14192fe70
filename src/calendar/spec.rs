//! What a calendar is made of, as configured and not yet computed.

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;

/// A calendar before it is computed.
///
/// On one date a holiday comes before an override, an override before the
/// weekly windows; then breaks are cut out, of overrides too.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarSpec {
    pub name: String,
    /// The zone in which dates and times of day are meant.
    pub zone: Tz,
    /// In any order. The version with the latest `valid_from` that isn't after
    /// a date holds for it; before them all, the earliest one does.
    pub versions: Vec<Hours>,
    /// A date may be named more than once; the first name wins.
    pub holidays: Vec<Holiday>,
    /// One a date.
    pub overrides: Vec<Override>,
    pub deadline_at: DeadlineAt,
    pub business_day: BusinessDay,
}

/// Hours that hold from a date on, so that a change doesn't rewrite the past.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// First local date on which they hold; `None` is always.
    pub valid_from: Option<NaiveDate>,
    pub weekly: WeeklyHours,
    pub breaks: Vec<Break>,
}

/// The hours of a week.
#[derive(Debug, Clone, PartialEq)]
pub enum WeeklyHours {
    /// 24x7, except holidays, overrides and breaks.
    AlwaysOpen,
    /// By the day on which a window begins, Monday first.
    Windows([Vec<Window>; 7]),
}

/// A stretch of a local day in seconds of wall time, half-open.
///
/// An end before the start is on the next day (`22:00-06:00`); the window still
/// belongs to the date on which it begins. An end at the start is an error, not
/// 24 hours: write `00:00-24:00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Below 86,400.
    pub start_s: u32,
    /// At most 86,400, which is 24:00.
    pub end_s: u32,
}

impl Window {
    /// End in seconds after the midnight that begins the window's date; above
    /// 86,400 where it lies on the next one.
    pub fn end_of_stretch_s(&self) -> u32 {
        if self.end_s <= self.start_s { self.end_s + 86_400 } else { self.end_s }
    }
}

/// A window that is cut out of the hours, on each local date that it names.
///
/// Of a night shift it cuts the part that lies on the break's own date: a break
/// `02:00-02:30` on Tuesdays shortens the shift that began on Monday.
#[derive(Debug, Clone, PartialEq)]
pub struct Break {
    /// `None` is every day.
    pub weekday: Option<Weekday>,
    /// `None` is every date; with a weekday, both must match.
    pub date: Option<NaiveDate>,
    pub window: Window,
}

/// A day without hours, from local day start to local day end (not 86,400 s).
///
/// A night shift that begins on it is gone; one that began on its eve ends at
/// the midnight between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holiday {
    Date {
        date: NaiveDate,
        name: Option<String>,
    },
    /// Every year; 29 February only where there is one.
    Yearly {
        month: u32,
        day: u32,
        name: Option<String>,
    },
}

/// Hours of one date instead of the weekly ones; no windows is a closed day.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    pub date: NaiveDate,
    pub windows: Vec<Window>,
    pub name: Option<String>,
}

/// Where a deadline lies that is reached exactly at closing time.
///
/// Only shown: met or breached compares elapsed seconds and never depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeadlineAt {
    /// The closing instant (business_time, businesstimedelta).
    #[default]
    Close,
    /// The next opening (RT).
    NextOpen,
}

/// What one business day later means for an instant outside hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BusinessDay {
    /// Roll into hours, then the same local time on the next date with hours
    /// (business_time; City of Boston): Saturday 11:00 + 1 = Tuesday 08:30.
    #[default]
    FromOpening,
    /// The same local time on the next date with hours, then roll into hours
    /// (biz; GLPI): Saturday 11:00 + 1 = Monday 11:00.
    SameTime,
}
