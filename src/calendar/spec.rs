//! What a calendar is made of, as configured.

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;

/// A calendar before it is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarSpec {
    pub name: String,
    pub zone: Tz,
    /// In order of `valid_from`; the last one that is valid holds.
    pub versions: Vec<Hours>,
    pub holidays: Vec<Holiday>,
    pub overrides: Vec<Override>,
    pub deadline_at: DeadlineAt,
    pub business_day: BusinessDay,
}

/// Hours that hold from a date on.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// `None` from ever.
    pub valid_from: Option<NaiveDate>,
    pub weekly: WeeklyHours,
    pub breaks: Vec<Break>,
}

/// The hours of a week.
#[derive(Debug, Clone, PartialEq)]
pub enum WeeklyHours {
    /// 24x7.
    AlwaysOpen,
    /// By day, Monday first.
    Windows([Vec<Window>; 7]),
}

/// Seconds of the local day, half-open; an end at or before the start is on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub start_s: u32,
    pub end_s: u32,
}

/// A window that is cut out of the day's hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Break {
    /// `None` for every day.
    pub weekday: Option<Weekday>,
    /// Only on this date.
    pub date: Option<NaiveDate>,
    pub window: Window,
}

/// A day without hours, from local day start to local day end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holiday {
    Date { date: NaiveDate, name: Option<String> },
    Yearly { month: u32, day: u32, name: Option<String> },
}

/// Hours of one date instead of the weekly ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    pub date: NaiveDate,
    pub windows: Vec<Window>,
    pub name: Option<String>,
}

/// Where a deadline lies that is reached exactly at closing time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineAt {
    Close,
    NextOpen,
}

/// What one business day later means for an instant outside hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusinessDay {
    /// Roll into hours, then the same local time on the next date with hours
    /// (business_time; City of Boston).
    FromOpening,
    /// The same local time on the next date with hours, then roll into hours (biz; GLPI).
    SameTime,
}
