//! Local dates and hours of many instants, without asking the zone for each.

use chrono::{Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

use crate::model::MISSING_AT;

const DAY: i64 = 86_400;
/// Days from 0001-01-01, which chrono counts from, to 1970-01-01.
const EPOCH: i64 = 719_163;
/// Offsets are kept for no more days than two centuries have; beyond them the zone is asked.
const MOST_DAYS: i64 = 73_050;

/// The offsets of a zone from UTC on the days of a span of time.
pub struct LocalTime {
    zone: Tz,
    /// UTC day since 1970-01-01 of the first offset.
    first: i64,
    /// By UTC day, seconds east of UTC; `None` on a day on which it changes.
    offsets: Vec<Option<i32>>,
}

impl LocalTime {
    /// For instants from the first to the last of `instants`.
    pub fn new(zone: Tz, instants: impl Iterator<Item = i64>) -> LocalTime {
        let (first, last) = instants
            .filter(|at| *at != MISSING_AT)
            .fold((i64::MAX, i64::MIN), |(first, last), at| (first.min(at), last.max(at)));
        let (first, last) = (first.div_euclid(DAY), last.div_euclid(DAY));
        // Without any instant there is no day.
        let days = if first <= last { (last - first + 1).min(MOST_DAYS) } else { 0 };
        let offsets = (0..days)
            .map(|day| first + day)
            .map(|day| {
                let (start, end) = (offset(zone, day * DAY), offset(zone, day * DAY + DAY - 1));
                (start == end).then_some(start)
            })
            .collect();
        LocalTime { zone, first, offsets }
    }

    /// Wall clock in seconds, as if it were UTC.
    pub fn wall(&self, at: i64) -> i64 {
        let known = usize::try_from(at.div_euclid(DAY) - self.first).ok();
        let known = known.and_then(|day| self.offsets.get(day).copied().flatten());
        at + i64::from(known.unwrap_or_else(|| offset(self.zone, at)))
    }

    /// Local day since 1970-01-01.
    pub fn day(&self, at: i64) -> i64 {
        self.wall(at).div_euclid(DAY)
    }

    /// Local month, counted from the year 0.
    pub fn month(&self, at: i64) -> i64 {
        let date = date(self.day(at));
        i64::from(date.year()) * 12 + i64::from(date.month0())
    }

    /// Local weekday, 1 to 7 with Monday first, and hour, 0 to 23.
    pub fn weekday_and_hour(&self, at: i64) -> Option<(i64, i64)> {
        let wall = (at != MISSING_AT).then(|| self.wall(at))?;
        // 1970-01-01 was a Thursday.
        Some(((wall.div_euclid(DAY) + 3).rem_euclid(7) + 1, wall.rem_euclid(DAY) / 3600))
    }
}

/// The date of a day since 1970-01-01.
fn date(day: i64) -> NaiveDate {
    i32::try_from(day + EPOCH).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
}

/// The day since 1970-01-01 of a date.
pub fn day_of(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH
}

fn offset(zone: Tz, at: i64) -> i32 {
    let utc = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::local_date;
    use chrono::{DateTime, Timelike};

    /// Against chrono, which is asked for each instant; zones that change by halves of an hour, at
    /// midnight, and that once left out a day.
    #[test]
    fn local_times_are_those_of_the_zone() {
        let zones = [Tz::Europe__Lisbon, Tz::Australia__Lord_Howe, Tz::America__Sao_Paulo, Tz::Pacific__Apia];
        let mut random = fastrand::Rng::with_seed(7);
        for zone in zones {
            let span = 1_200_000_000..1_800_000_000;
            let mut instants: Vec<i64> = (0..4000).map(|_| random.i64(span.clone())).collect();
            // Beyond the span that is known, too.
            let local = LocalTime::new(zone, instants[..2000].iter().copied().chain([MISSING_AT]));
            instants.extend([-5_000_000_000, 9_000_000_000]);
            for at in instants {
                let expected = DateTime::from_timestamp(at, 0).expect("in range").with_timezone(&zone);
                let weekday = i64::from(expected.weekday().number_from_monday());
                assert_eq!(local.weekday_and_hour(at), Some((weekday, i64::from(expected.hour()))));
                assert_eq!(date(local.day(at)), local_date(at, zone));
                assert_eq!(day_of(local_date(at, zone)), local.day(at));
                let month = i64::from(expected.year()) * 12 + i64::from(expected.month0());
                assert_eq!(local.month(at), month);
            }
        }
        assert_eq!(LocalTime::new(Tz::UTC, std::iter::empty()).day(DAY * 20_000), 20_000);
    }
}
