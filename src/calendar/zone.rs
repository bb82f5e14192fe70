//! Between instants and the wall clock of a zone.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

/// Instants beyond about the years -250,000 and 250,000 have no date; they are
/// taken for these.
const LAST_INSTANT: i64 = 8_000_000_000_000;

/// How often the clock on the wall showed a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    Once,
    /// Clocks went back.
    Twice,
    /// Clocks went forward.
    Never,
}

/// The instant of a wall time.
///
/// One that falls in a gap (clocks go forward) moves forward by the gap: 02:30
/// is 03:30. One that is ambiguous (clocks go back) is its first occurrence.
pub fn local_to_utc(zone: Tz, local: NaiveDateTime) -> i64 {
    resolve(zone, local).0
}

/// The same for a wall time in seconds as if it were UTC, and how often it was shown.
pub fn wall_to_instant(zone: Tz, wall_s: i64) -> (i64, Wall) {
    let clamped = wall_s.clamp(-LAST_INSTANT, LAST_INSTANT);
    resolve(zone, DateTime::from_timestamp(clamped, 0).unwrap_or_default().naive_utc())
}

fn resolve(zone: Tz, local: NaiveDateTime) -> (i64, Wall) {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => (at.timestamp(), Wall::Once),
        LocalResult::Ambiguous(first, second) => (first.timestamp().min(second.timestamp()), Wall::Twice),
        LocalResult::None => {
            // The offset before the gap carries the wall time over it.
            let before = GapInfo::new(&local, &zone).and_then(|gap| gap.begin);
            let offset_s = before.map_or(0, |(_, offset)| offset.fix().local_minus_utc());
            (local.and_utc().timestamp() - i64::from(offset_s), Wall::Never)
        }
    }
}

/// What the wall clock of a zone shows at an instant.
pub fn to_local(zone: Tz, at: i64) -> NaiveDateTime {
    DateTime::from_timestamp(at.clamp(-LAST_INSTANT, LAST_INSTANT), 0)
        .unwrap_or_default()
        .with_timezone(&zone)
        .naive_local()
}

/// A local date as instants, half-open: 23 to 25 hours where clocks change, none
/// where a zone skipped the date (Apia, 2011-12-30).
pub fn local_day_bounds(zone: Tz, date: NaiveDate) -> (i64, i64) {
    (wall_to_utc(zone, date, 0), wall_to_utc(zone, date, 86_400))
}

/// The instant that many seconds of wall time after the midnight of a date.
pub(super) fn wall_to_utc(zone: Tz, date: NaiveDate, wall_s: u32) -> i64 {
    let date = date + Days::new(u64::from(wall_s / 86_400));
    let time = NaiveTime::from_num_seconds_from_midnight_opt(wall_s % 86_400, 0);
    local_to_utc(zone, date.and_time(time.unwrap_or(NaiveTime::MIN)))
}
