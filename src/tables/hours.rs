//! One row a weekday and hour, to set what happens in it against.
//!
//! Covers the 52 weeks that end with the period, or with as-of where that is
//! earlier: as many Mondays as Sundays, and enough tickets to see a pattern.

use std::cmp::Reverse;
use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike};
use chrono_tz::Tz;
use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use super::columns::{flags, numbers, texts};
use crate::calendar::Calendar;
use crate::clock::local_date;
use crate::model::MISSING_AT;

const DAYS: u64 = 52 * 7;
/// Without any ticket for longer, an export is taken to say nothing of the time.
const SILENT_DAYS: i64 = 92;
const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// All offsets of zones in use are multiples of a quarter of an hour.
const QUARTER: i64 = 900;

/// Local weekday, 1 to 7 with Monday first, and hour, 0 to 23.
pub fn weekday_and_hour(at: i64, zone: Tz) -> Option<(i64, i64)> {
    let local = DateTime::from_timestamp(at, 0).filter(|_| at != MISSING_AT)?.with_timezone(&zone);
    Some((i64::from(local.weekday().number_from_monday()), i64::from(local.hour())))
}

/// The local dates of the 52 weeks that end with `until_at`.
pub fn year(until_at: i64, zone: Tz) -> Range<NaiveDate> {
    let end = local_date(until_at - 1, zone) + Days::new(1);
    end - Days::new(DAYS)..end
}

/// Stretches of local dates, in order, in which no ticket came for more than [`SILENT_DAYS`]: before the
/// first ticket, between two, and from the last before `until_at` (seconds UTC) to then.
pub fn silent(opened: &[i64], until_at: i64, zone: Tz) -> Vec<Range<NaiveDate>> {
    // By day of UTC, so that few instants need a date.
    let mut days: FxHashMap<i64, (i64, i64)> = FxHashMap::default();
    for at in opened.iter().copied().filter(|at| *at != MISSING_AT && *at < until_at) {
        let (first, last) = days.entry(at.div_euclid(86_400)).or_insert((at, at));
        (*first, *last) = (at.min(*first), at.max(*last));
    }
    let mut days: Vec<(i64, i64)> = days.into_values().collect();
    days.sort_unstable();
    let date = |at: i64| local_date(at, zone);
    let end = date(until_at - 1) + Days::new(1);
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return vec![NaiveDate::MIN..end] };
    let before = std::iter::once(NaiveDate::MIN..date(first.0));
    let between = days.windows(2).map(|pair| date(pair[0].1) + Days::new(1)..date(pair[1].0));
    let after = std::iter::once(date(last.1) + Days::new(1)..end);
    let is_long = |gap: &Range<NaiveDate>| (gap.end - gap.start).num_days() > SILENT_DAYS;
    before.chain(between.chain(after).filter(is_long)).collect()
}

/// Weekday, hour, how many days had it but for those of which nothing tells, and whether the
/// calendar of most clocks, in the zone of most, was open in at least half of it.
pub fn hours(facts: &Facts) -> PolarsResult<DataFrame> {
    let (zone, period) = (facts.config.zone, facts.period);
    let until_at = period.until_at.min(period.as_of + 1);
    let year = year(until_at, zone);
    let opened = &facts.kernel.data.tickets.times[0];
    let silent = silent(opened, until_at, zone);
    let is_told = |date: &NaiveDate| !silent.iter().any(|gap| gap.contains(date));

    // A calendar that follows its sites is another one in each of their zones.
    let mut uses: FxHashMap<*const Calendar, (usize, usize)> = FxHashMap::default();
    let with_limit =
        facts.readings.rows.iter().enumerate().filter(|(_, reading)| reading.limit_s != MISSING_AT);
    for (at, reading) in with_limit {
        uses.entry(std::ptr::from_ref(facts.kernel.calendar(reading))).or_insert((0, at)).0 += 1;
    }
    // Of equals, the one met first.
    let mut most: Vec<(usize, usize)> = uses.into_values().collect();
    most.sort_unstable_by_key(|(uses, first)| (Reverse(*uses), *first));
    // A day on each side, so that no zone cuts the first or the last.
    let at = |date: NaiveDate| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let around = at(year.start) - 86_400..at(year.end) + 86_400;
    let windows = |first: &usize| {
        let reading = &facts.readings.rows[*first];
        facts.kernel.calendar(reading).windows(around.start, around.end)
    };
    // One that is always open, such as that of deadlines in days, tells no support hours.
    let with_hours = most.iter().map(|(_, first)| windows(first)).find(|windows| windows.len() > 1);
    let windows = with_hours.or_else(|| most.first().map(|(_, first)| windows(first))).unwrap_or_default();
    let open = open_shares(&windows, around, &year, zone);

    let rows = || (0..7_i64).flat_map(|day| (0..24_i64).map(move |hour| (day, hour)));
    let days = |day: i64| {
        let is_own = |date: &NaiveDate| i64::from(date.weekday().num_days_from_monday()) == day;
        let dates = year.start.iter_days().take_while(|date| *date < year.end);
        dates.filter(is_own).filter(is_told).count() as i64
    };
    let days: Vec<i64> = (0..7).map(days).collect();
    DataFrame::new(
        rows().count(),
        vec![
            numbers("weekday", rows().map(|(day, _)| Some(day + 1))),
            texts("weekday_name", rows().map(|(day, _)| Some(NAMES[day as usize]))),
            numbers("hour", rows().map(|(_, hour)| Some(hour))),
            numbers("days", rows().map(|(day, _)| Some(days[day as usize]))),
            flags("is_open", rows().map(|(day, hour)| open[day as usize][hour as usize] >= 0.5)),
        ],
    )
}

/// Of each local weekday and hour on the dates that have hours at all, the share
/// within the windows, which are disjoint and in order: a holiday makes no hour
/// of the week a closed one.
fn open_shares(
    windows: &[(i64, i64)],
    around: Range<i64>,
    dates: &Range<NaiveDate>,
    zone: Tz,
) -> [[f64; 24]; 7] {
    let mut open = [[0_i64; 24]; 7];
    let mut all = [[0_i64; 24]; 7];
    // Days that follow each other without a break are one window.
    let own_dates = |(start, end): &(i64, i64)| {
        let last = local_date(end - 1, zone);
        local_date(*start, zone).iter_days().take_while(move |date| *date <= last)
    };
    let has_hours: FxHashSet<NaiveDate> = windows.iter().flat_map(own_dates).collect();
    let is_counted = |date: NaiveDate| dates.contains(&date) && has_hours.contains(&date);
    let mut next = 0;
    let mut from = around.start;
    while from < around.end {
        let until = from + QUARTER;
        while windows.get(next).is_some_and(|window| window.1 <= from) {
            next += 1;
        }
        if let Some((day, hour)) = weekday_and_hour(from, zone).filter(|_| is_counted(local_date(from, zone)))
        {
            let (day, hour) = (day as usize - 1, hour as usize);
            all[day][hour] += QUARTER;
            let own = windows[next..].iter().take_while(|window| window.0 < until);
            open[day][hour] += own.map(|(start, end)| end.min(&until) - start.max(&from)).sum::<i64>();
        }
        from = until;
    }
    let mut shares = [[0.0; 24]; 7];
    for (day, hours) in shares.iter_mut().enumerate() {
        for (hour, share) in hours.iter_mut().enumerate() {
            *share = open[day][hour] as f64 / all[day][hour].max(1) as f64;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<DateTime<chrono::Utc>>().map_or(0, |at| at.timestamp())
    }

    #[test]
    fn weekdays_and_hours_are_local() {
        // Sunday 23:30 UTC is Monday half past midnight in Lisbon's summer; 05:15 in Kathmandu.
        let instant = at("2026-09-06T23:30:00Z");
        assert_eq!(weekday_and_hour(instant, Tz::Europe__Lisbon), Some((1, 0)));
        assert_eq!(weekday_and_hour(instant, Tz::Asia__Kathmandu), Some((1, 5)));
        assert_eq!(weekday_and_hour(instant, Tz::UTC), Some((7, 23)));
        assert_eq!(weekday_and_hour(MISSING_AT, Tz::UTC), None);
    }

    #[test]
    fn a_year_is_52_of_each_weekday() {
        // September 2026 in Lisbon ends at 23:00 UTC.
        let year = year(at("2026-09-30T23:00:00Z"), Tz::Europe__Lisbon);
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("date");
        assert_eq!(year, date(2025, 10, 2)..date(2026, 10, 1));
    }

    #[test]
    fn what_an_export_is_silent_about_is_no_day() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("date");
        let opened = [
            at("2014-11-30T12:00:00Z"),
            at("2016-01-04T09:00:00Z"),
            at("2014-12-30T23:30:00Z"),
            at("2016-02-04T09:00:00Z"),
            MISSING_AT,
            at("2016-08-01T00:00:00Z"),
        ];
        let gaps = silent(&opened, at("2016-07-01T00:00:00Z"), Tz::Europe__Paris);
        // A month from January to February is none; Paris is an hour ahead, so the year ended with a ticket.
        assert_eq!(
            gaps,
            [
                NaiveDate::MIN..date(2014, 11, 30),
                date(2015, 1, 1)..date(2016, 1, 4),
                date(2016, 2, 5)..date(2016, 7, 2)
            ]
        );
        assert_eq!(silent(&[], at("2016-07-01T00:00:00Z"), Tz::UTC), [NaiveDate::MIN..date(2016, 7, 1)]);
    }

    #[test]
    fn an_hour_is_open_as_far_as_the_calendar_is() {
        let monday = NaiveDate::from_ymd_opt(2026, 9, 7).expect("date");
        let dates = monday..monday + Days::new(14);
        let around = at("2026-09-06T00:00:00Z")..at("2026-09-22T00:00:00Z");
        // Lisbon is an hour ahead: local 08:30-10:00 on the first Monday only, 09:15-09:45 on Tuesday, twice.
        let windows = [
            (at("2026-09-07T07:30:00Z"), at("2026-09-07T09:00:00Z")),
            (at("2026-09-08T08:15:00Z"), at("2026-09-08T08:45:00Z")),
            (at("2026-09-15T08:15:00Z"), at("2026-09-15T08:45:00Z")),
        ];
        let shares = open_shares(&windows, around, &dates, Tz::Europe__Lisbon);
        // The second Monday has no hours, as on a holiday, and doesn't count.
        assert_eq!((shares[0][8], shares[0][9], shares[0][10]), (0.5, 1.0, 0.0));
        assert_eq!((shares[1][8], shares[1][9]), (0.0, 0.5));
        assert_eq!(shares.iter().flatten().sum::<f64>(), 2.0);
    }

    #[test]
    fn whole_days_on_end_are_all_open() {
        let monday = NaiveDate::from_ymd_opt(2026, 9, 7).expect("date");
        let dates = monday..monday + Days::new(7);
        let around = at("2026-09-06T00:00:00Z")..at("2026-09-15T00:00:00Z");
        // From Monday to Friday without a break: one window.
        let windows = [(at("2026-09-07T00:00:00Z"), at("2026-09-12T00:00:00Z"))];
        let shares = open_shares(&windows, around, &dates, Tz::UTC);
        for (day, hours) in shares.iter().enumerate() {
            assert_eq!(hours.iter().sum::<f64>(), if day < 5 { 24.0 } else { 0.0 }, "day {day}");
        }
    }
}
