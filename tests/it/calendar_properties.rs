//! Calendars against a naive twin that looks at the wall clock minute by minute,
//! and laws that hold for every calendar.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use sla_report::calendar::{
    Break, BusinessDay, Calendar, CalendarSpec, DeadlineAt, Holiday, Hours, Override, Span, WeeklyHours,
    Window,
};

/// Zones with a date around which their clocks change: at midnight, by half an
/// hour, by a whole day, twice a year for Ramadan, or never.
pub const CHANGES: [(&str, (i32, u32, u32)); 17] = [
    ("America/Sao_Paulo", (2018, 11, 4)),
    ("America/Sao_Paulo", (2018, 2, 18)),
    ("Asia/Tehran", (2021, 3, 22)),
    ("Asia/Tehran", (2021, 9, 22)),
    ("Australia/Lord_Howe", (2024, 4, 7)),
    ("Australia/Lord_Howe", (2024, 10, 6)),
    ("Europe/Lisbon", (2024, 3, 31)),
    ("Europe/Lisbon", (2024, 10, 27)),
    ("Europe/Lisbon", (1992, 9, 27)),
    ("Europe/Paris", (2020, 10, 25)),
    ("Africa/Cairo", (2010, 8, 11)),
    ("Africa/Cairo", (2010, 9, 10)),
    ("Africa/Cairo", (2023, 4, 28)),
    ("Africa/Cairo", (2023, 10, 27)),
    ("Asia/Kolkata", (2024, 1, 1)),
    ("America/Havana", (2024, 11, 3)),
    ("Pacific/Apia", (2011, 12, 30)),
];

/// Days on either side of the change that the twin looks at.
const REACH: u64 = 12;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn window(start_m: u32, end_m: u32) -> Window {
    Window { start_s: start_m * 60, end_s: end_m * 60 }
}

/// Hours of a date: up to two windows by day and a night shift, none overlapping.
fn windows() -> impl Strategy<Value = Vec<Window>> {
    let times = proptest::collection::btree_set(0..88_u32, 0..5);
    (times, 0..4_u32, 1..20_u32).prop_map(|(times, kind, length)| {
        // Quarters of an hour from 02:00 to 24:00; a night shift ends by 02:00 or so.
        let times: Vec<u32> = times.into_iter().map(|time| 120 + time * 15).collect();
        let mut windows: Vec<Window> = times.chunks_exact(2).map(|pair| window(pair[0], pair[1])).collect();
        match kind {
            0 => windows = vec![window(0, 1_440)],
            1 if times.last().is_none_or(|last| *last < 1_380) => {
                windows.push(window(1_380, length * 6));
            }
            _ => {}
        }
        windows
    })
}

fn pause(around: NaiveDate) -> impl Strategy<Value = Break> {
    (0..10_u8, 0..2 * REACH, 0..96_u32, 1..30_u32).prop_map(move |(kind, after, start, length)| {
        let start_m = start * 15;
        let end_m = (start_m + length * 6) % 1_440;
        Break {
            weekday: Weekday::try_from(kind).ok(),
            date: (kind == 8).then(|| around - Days::new(REACH) + Days::new(after)),
            window: window(start_m, if end_m == start_m { end_m + 1 } else { end_m }),
        }
    })
}

fn hours(around: NaiveDate) -> impl Strategy<Value = Hours> {
    let week = (windows(), windows(), windows(), windows(), windows(), windows(), windows());
    (week, 0..6_u8, proptest::collection::vec(pause(around), 0..3)).prop_map(
        |((a, b, c, d, e, f, g), kind, breaks)| {
            let weekly = match kind {
                0 => WeeklyHours::AlwaysOpen,
                _ => WeeklyHours::Windows([a, b, c, d, e, f, g]),
            };
            Hours { valid_from: None, weekly, breaks }
        },
    )
}

/// A valid calendar and the date around which its zone changes.
fn calendars() -> impl Strategy<Value = (CalendarSpec, NaiveDate)> {
    (0..CHANGES.len()).prop_flat_map(|index| {
        let (zone, (year, month, of_month)) = CHANGES[index];
        let around = day(year, month, of_month);
        let date = move || (0..2 * REACH).prop_map(move |n| around - Days::new(REACH) + Days::new(n));
        let holidays = proptest::collection::vec(date(), 0..4);
        let overrides = proptest::collection::btree_map(date(), windows(), 0..3);
        let conventions = (any::<bool>(), any::<bool>(), any::<bool>());
        let versions = (hours(around), hours(around), date());
        (versions, holidays, overrides, conventions).prop_filter_map(
            "a calendar without hours",
            move |((first, second, from), holidays, overrides, (two, close, opening))| {
                let mut versions = vec![first];
                if two {
                    versions.push(Hours { valid_from: Some(from), ..second });
                }
                let dated = |date| Holiday::Date { date, name: None };
                let spec = CalendarSpec {
                    name: "random".to_owned(),
                    zone: zone.parse().expect("a zone"),
                    versions,
                    holidays: holidays.into_iter().map(dated).collect(),
                    overrides: overrides
                        .into_iter()
                        .map(|(date, windows)| Override { date, windows, name: None })
                        .collect(),
                    deadline_at: if close { DeadlineAt::Close } else { DeadlineAt::NextOpen },
                    business_day: match opening {
                        true => BusinessDay::FromOpening,
                        false => BusinessDay::SameTime,
                    },
                };
                Calendar::new(spec.clone(), around, around).is_ok().then_some((spec, around))
            },
        )
    })
}

/// Whether the calendar is open, for every minute around a date.
///
/// Knows zones only as "what does the clock show at this instant".
struct Twin {
    first_minute: i64,
    is_open: Vec<bool>,
}

impl Twin {
    fn new(spec: &CalendarSpec, around: NaiveDate) -> Twin {
        let minute = |date: NaiveDate| date.and_time(Default::default()).and_utc().timestamp() / 60;
        let (first, last) = (around - Days::new(REACH + 3), around + Days::new(REACH + 3));
        let (first_minute, last_minute) = (minute(first), minute(last));
        let walls: Vec<NaiveDateTime> =
            (first_minute..last_minute).map(|minute| wall(spec.zone, minute * 60)).collect();
        let mut shown = HashMap::new();
        for (index, wall) in walls.iter().enumerate() {
            shown.entry(*wall).or_insert(index);
        }
        let clock = Clock { walls: &walls, shown };
        let mut is_open = vec![false; walls.len()];
        let dates: Vec<NaiveDate> =
            (first + Days::new(1)).iter_days().take_while(|date| *date < last - Days::new(1)).collect();
        let is_holiday = |date: NaiveDate| {
            spec.holidays.iter().any(|h| matches!(h, Holiday::Date { date: on, .. } if *on == date))
        };
        let existing: HashSet<NaiveDate> = walls.iter().map(NaiveDateTime::date).collect();
        let exists = |date: NaiveDate| existing.contains(&date);
        for &date in dates.iter().filter(|date| exists(**date) && !is_holiday(**date)) {
            let weekly = &version(spec, date).weekly;
            let windows = match (spec.overrides.iter().find(|day| day.date == date), weekly) {
                (Some(day), _) => day.windows.clone(),
                (None, WeeklyHours::AlwaysOpen) => vec![window(0, 1_440)],
                (None, WeeklyHours::Windows(week)) => {
                    week[date.weekday().num_days_from_monday() as usize].clone()
                }
            };
            for window in &windows {
                clock.fill(&mut is_open, date, window, true);
            }
        }
        for &date in dates.iter().filter(|date| exists(**date) && is_holiday(**date)) {
            clock.fill(&mut is_open, date, &window(0, 1_440), false);
        }
        for &date in dates.iter().filter(|date| exists(**date)) {
            for pause in &version(spec, date).breaks {
                let is_on = pause.date.is_none_or(|on| on == date)
                    && pause.weekday.is_none_or(|on| on == date.weekday());
                if is_on {
                    clock.fill(&mut is_open, date, &pause.window, false);
                }
            }
        }
        Twin { first_minute, is_open }
    }

    fn elapsed(&self, from: i64, until: i64) -> i64 {
        let minutes = (from / 60 - self.first_minute)..(until / 60 - self.first_minute);
        minutes.filter(|minute| self.is_open[*minute as usize]).count() as i64 * 60
    }
}

fn wall(zone: Tz, at: i64) -> NaiveDateTime {
    DateTime::from_timestamp(at, 0).expect("an instant").with_timezone(&zone).naive_local()
}

fn version(spec: &CalendarSpec, date: NaiveDate) -> &Hours {
    let valid = |hours: &&Hours| hours.valid_from.is_some_and(|from| from <= date);
    spec.versions.iter().find(valid).unwrap_or(&spec.versions[0])
}

/// A wall clock, minute by minute.
struct Clock<'a> {
    walls: &'a [NaiveDateTime],
    /// The first minute that shows a wall time.
    shown: HashMap<NaiveDateTime, usize>,
}

impl Clock<'_> {
    fn fill(&self, is_open: &mut [bool], date: NaiveDate, window: &Window, value: bool) {
        let crosses = window.end_s <= window.start_s;
        let edge = |seconds: u32| self.edge(date.and_time(Default::default()) + minutes(seconds / 60));
        let end_s = if crosses { window.end_s + 86_400 } else { window.end_s };
        let (start, end) = (edge(window.start_s), edge(end_s));
        is_open[start..end.max(start)].fill(value);
    }

    fn edge(&self, local: NaiveDateTime) -> usize {
        if let Some(first) = self.shown.get(&local) {
            return *first;
        }
        let after = self.walls.iter().position(|wall| *wall > local).expect("a later minute");
        let gap = self.walls[after] - self.walls[after - 1] - minutes(1);
        self.edge(local + gap)
    }
}

fn minutes(count: u32) -> chrono::TimeDelta {
    chrono::TimeDelta::minutes(i64::from(count))
}

/// The instant so many minutes after the beginning of what the twin may be asked.
fn instant(around: NaiveDate, after: i64) -> i64 {
    (around - Days::new(REACH)).and_time(Default::default()).and_utc().timestamp() + after * 60
}

const ASKED_MINUTES: std::ops::Range<i64> = 0..(2 * REACH as i64 * 1_440);

fn of_cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(of_cases(2_000))]

    #[test]
    fn a_naive_twin_agrees(
        (spec, around) in calendars(),
        asked in proptest::collection::vec((ASKED_MINUTES, ASKED_MINUTES), 20),
        laid_out in 0..2 * REACH,
    ) {
        let twin = Twin::new(&spec, around);
        let first = around - Days::new(REACH);
        // Parts of the questions lie outside what is laid out.
        let calendar = Calendar::new(spec, first, first + Days::new(laid_out)).expect("a valid calendar");
        for (a, b) in asked {
            let (from, until) = (instant(around, a.min(b)), instant(around, a.max(b)));
            prop_assert_eq!(calendar.elapsed(from, until), twin.elapsed(from, until));
            prop_assert_eq!(calendar.is_open(from), twin.elapsed(from, from + 60) > 0);
            let windows = calendar.windows(from, until);
            prop_assert_eq!(windows.iter().map(|w| w.1 - w.0).sum::<i64>(), twin.elapsed(from, until));
            prop_assert!(windows.windows(2).all(|pair| pair[0].1 < pair[1].0));
            if let Some(open) = calendar.next_open(from)
                && open < until
            {
                prop_assert_eq!(twin.elapsed(from, open), 0);
                prop_assert!(twin.elapsed(open, open + 60) > 0);
            }
        }
    }

}

proptest! {
    #![proptest_config(of_cases(150))]

    #[test]
    fn elapsed_is_additive_and_add_is_its_inverse(
        (spec, around) in calendars(),
        mut at in [ASKED_MINUTES, ASKED_MINUTES, ASKED_MINUTES],
        seconds in 1..400_000_i64,
        second in 0..60_i64,
        laid_out in 0..3 * REACH,
    ) {
        at.sort_unstable();
        let [a, b, c] = at.map(|minute| instant(around, minute) + second);
        let first = around - Days::new(REACH);
        let calendar = Calendar::new(spec, first, first + Days::new(laid_out)).expect("a valid calendar");
        prop_assert_eq!(calendar.elapsed(a, c), calendar.elapsed(a, b) + calendar.elapsed(b, c));
        prop_assert_eq!(calendar.elapsed(c, b), 0);
        let due = calendar.add(a, seconds);
        if let Some(due) = due {
            prop_assert_eq!(calendar.elapsed(a, due), seconds);
            match calendar.spec().deadline_at {
                DeadlineAt::Close => prop_assert_eq!(calendar.elapsed(a, due - 1), seconds - 1),
                DeadlineAt::NextOpen => prop_assert!(calendar.is_open(due)),
            }
        }
    }

    #[test]
    fn what_is_laid_out_changes_no_answer(
        (spec, around) in calendars(),
        at in ASKED_MINUTES,
        seconds in 0..400_000_i64,
        days in 0..8_u32,
    ) {
        let from = instant(around, at);
        let wide = Calendar::new(spec.clone(), around - Days::new(40), around + Days::new(300));
        let wide = wide.expect("a valid calendar");
        for (first, last) in [(around, around), (around, around - Days::new(1)), (day(1980, 1, 1), day(1980, 2, 1))] {
            let narrow = Calendar::new(spec.clone(), first, last).expect("a valid calendar");
            prop_assert_eq!(narrow.add(from, seconds), wide.add(from, seconds));
            prop_assert_eq!(narrow.next_open(from), wide.next_open(from));
            let span = Span::BusinessDays(days);
            prop_assert_eq!(narrow.deadline(from, &span), wide.deadline(from, &span));
            let until = from + 40 * 86_400;
            prop_assert_eq!(narrow.windows(from, until), wide.windows(from, until));
        }
    }

    #[test]
    fn always_open_is_real_time(from in -4_000_000_000..4_000_000_000_i64, seconds in 0..1_000_000_000_i64) {
        for (zone, _) in CHANGES {
            let calendar = Calendar::always(zone.parse().expect("a zone"));
            prop_assert!(calendar.is_always_open());
            prop_assert_eq!(calendar.elapsed(from, from + seconds), seconds);
            prop_assert_eq!(calendar.elapsed(from + seconds, from), 0);
            prop_assert_eq!(calendar.add(from, seconds), Some(from + seconds));
            prop_assert_eq!(calendar.next_open(from), Some(from));
            prop_assert!(calendar.is_open(from));
        }
    }

    #[test]
    fn spans_read_back_as_they_print(seconds in 0..3_000_000_000_i64, days in 0..30_000_u32) {
        for span in [Span::Seconds(seconds), Span::Seconds(seconds / 3600 * 3600), Span::BusinessDays(days)] {
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }
    }
}
