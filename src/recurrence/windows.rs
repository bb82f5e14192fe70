//! Which days are looked at: the current window and the baseline before it.

use chrono::{DateTime, Days, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::Settings;

const DAY_S: i64 = 86_400;
const WEEK_S: i64 = 7 * DAY_S;

/// Whole local days: `baseline_on <= day < current_on` is the past, `current_on <= day < end_on` the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub baseline_on: NaiveDate,
    pub current_on: NaiveDate,
    /// The day after the last one; the day of as-of itself, which isn't over, is left out.
    pub end_on: NaiveDate,
    /// The same as instants, seconds UTC.
    pub baseline_at: i64,
    pub current_at: i64,
    pub end_at: i64,
}

/// The side of the comparison that an instant is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Baseline,
    Current,
}

impl Windows {
    /// The windows before `as_of`, in whole weeks, so that both have the same weekdays in equal parts.
    ///
    /// Windows of less than a week keep their days.
    pub fn new(as_of: i64, zone: Tz, settings: &Settings) -> Windows {
        let as_of = DateTime::from_timestamp(as_of, 0).unwrap_or_default();
        let end_on = as_of.with_timezone(&zone).date_naive();
        let whole_weeks = |days: u32| if days < 7 { days.max(1) } else { days - days % 7 };
        let before = |day: NaiveDate, days: u32| {
            day.checked_sub_days(Days::new(u64::from(whole_weeks(days)))).unwrap_or(NaiveDate::MIN)
        };
        let current_on = before(end_on, settings.current_days);
        let baseline_on = before(current_on, settings.baseline_days);
        Windows {
            baseline_on,
            current_on,
            end_on,
            baseline_at: midnight(baseline_on, zone),
            current_at: midnight(current_on, zone),
            end_at: midnight(end_on, zone),
        }
    }

    /// The same with a baseline of the whole weeks since the history began, if that is less.
    pub fn since(self, history_at: i64, zone: Tz) -> Windows {
        let missing_s = (history_at - self.baseline_at).clamp(0, self.current_at - self.baseline_at);
        // Up to a day into a week, it counts as seen from its start.
        let weeks = (missing_s + WEEK_S - 1 - DAY_S).max(0) as u64 / WEEK_S as u64;
        let later = self.baseline_on.checked_add_days(Days::new(7 * weeks)).unwrap_or(self.current_on);
        let baseline_on = later.min(self.current_on);
        Windows { baseline_on, baseline_at: midnight(baseline_on, zone), ..self }
    }

    /// When the history begins, of incidents in order of time: in the first week that has a tenth of the
    /// incidents of an average week of the current window.
    ///
    /// Exports often start with a date of change, so that some tickets are older than what was exported in
    /// full. Desks with fewer than ten incidents a week begin with their first.
    pub fn history_at(&self, incident_at: &[i64]) -> Option<i64> {
        let past = &incident_at[..incident_at.partition_point(|at| *at < self.end_at)];
        let week = |at: i64| (self.end_at - 1 - at) / WEEK_S;
        let current = past.len() - past.partition_point(|at| *at < self.current_at);
        let usual = current as i64 * WEEK_S / (self.end_at - self.current_at).max(1);
        let mut weeks = past.chunk_by(|a, b| week(*a) == week(*b));
        let is_full = |incidents: &&[i64]| usual < 10 || incidents.len() as i64 * 10 >= usual;
        weeks.find(is_full)?.first().copied()
    }

    /// The side of an instant; `None` outside both.
    pub fn side(&self, at: i64) -> Option<Side> {
        if at < self.baseline_at || at >= self.end_at {
            None
        } else {
            Some(if at < self.current_at { Side::Baseline } else { Side::Current })
        }
    }

    /// Days of either window.
    pub fn days(&self) -> (i64, i64) {
        ((self.end_on - self.current_on).num_days(), (self.current_on - self.baseline_on).num_days())
    }
}

/// The first instant of a local day, also where daylight saving skips midnight.
pub fn midnight(day: NaiveDate, zone: Tz) -> i64 {
    let mut local = day.and_time(NaiveTime::MIN);
    for _ in 0..8 {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.timestamp(),
            LocalResult::None => local += Duration::minutes(30),
        }
    }
    local.and_utc().timestamp()
}
