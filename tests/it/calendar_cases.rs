//! Calendars by example: what a person would check by hand.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use sla_report::calendar::{
    Break, BusinessDay, Calendar, CalendarSpec, DayReason, DeadlineAt, Holiday, Hours, Override, Span,
    WeeklyHours, Window, holidays_from_ics, local_day_bounds, local_to_utc, to_local,
};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn window(start_m: u32, end_m: u32) -> Window {
    Window { start_s: start_m * 60, end_s: end_m * 60 }
}

#[test]
fn spans_say_what_was_found() {
    let seconds = |text: &str| text.parse::<Span>();
    assert_eq!(seconds("90m"), Ok(Span::Seconds(5_400)));
    assert_eq!(seconds(" 1h30m "), Ok(Span::Seconds(5_400)));
    assert_eq!(seconds("1h 30m"), Ok(Span::Seconds(5_400)));
    assert_eq!(seconds("3d"), Ok(Span::Seconds(259_200)));
    assert_eq!(seconds("1bd"), Ok(Span::BusinessDays(1)));
    for (span, text) in
        [(5_400, "1h30m"), (14_400, "4h"), (86_400, "24h"), (259_200, "3d"), (61, "1m1s"), (0, "0s")]
    {
        assert_eq!(Span::Seconds(span).to_string(), text);
    }
    for (text, found) in [
        ("", "found nothing"),
        ("90", "found `90` without a unit"),
        ("h", "found `h` without a whole number before it"),
        ("-4h", "found `-4h` without a whole number before it"),
        ("1.5h", "found `1` without a unit"),
        ("90min", "found the unit `min`"),
        ("4H", "found the unit `H`"),
        ("30m1h", "found `h` after the same or a smaller unit"),
        ("1bd4h", "found business days together with another unit"),
        ("9999999999999999999h", "found `9999999999999999999h`, longer than a hundred years"),
    ] {
        let error = seconds(text).expect_err(text);
        assert!(error.starts_with(found), "{text}: {error}");
        assert!(error.contains(", expected a duration such as `90m`"), "{error}");
    }
}

fn office(zone: &str) -> CalendarSpec {
    let mut week: [Vec<Window>; 7] = Default::default();
    week[..5].fill(vec![window(510, 1_020)]);
    CalendarSpec {
        name: "office".to_owned(),
        zone: zone.parse().expect("a zone"),
        versions: vec![Hours { valid_from: None, weekly: WeeklyHours::Windows(week), breaks: Vec::new() }],
        holidays: Vec::new(),
        overrides: Vec::new(),
        deadline_at: DeadlineAt::default(),
        business_day: BusinessDay::default(),
    }
}

fn in_year(spec: CalendarSpec, year: i32) -> Calendar {
    Calendar::new(spec, day(year, 1, 1), day(year, 12, 31)).expect("a valid calendar")
}

fn local(zone: &str, text: &str) -> i64 {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a wall time");
    local_to_utc(zone.parse().expect("a zone"), wall)
}

#[test]
fn business_days_from_a_saturday_differ_by_convention() {
    let boston = |text| local("America/New_York", text);
    for (convention, due) in
        [(BusinessDay::FromOpening, "2024-06-11 08:30"), (BusinessDay::SameTime, "2024-06-10 11:00")]
    {
        let spec = CalendarSpec { business_day: convention, ..office("America/New_York") };
        let found = in_year(spec, 2024).deadline(boston("2024-06-08 11:00"), &Span::BusinessDays(1));
        assert_eq!(found, Some(boston(due)), "{convention:?}");
    }
}

#[test]
fn business_days_at_closing_time_follow_the_deadline_convention() {
    let zone = "Europe/Paris";
    for (at, due) in [(DeadlineAt::Close, "2024-06-10 17:00"), (DeadlineAt::NextOpen, "2024-06-11 08:30")] {
        let spec = CalendarSpec { deadline_at: at, business_day: BusinessDay::SameTime, ..office(zone) };
        let found = in_year(spec, 2024).deadline(local(zone, "2024-06-07 17:00"), &Span::BusinessDays(1));
        assert_eq!(found, Some(local(zone, due)), "{at:?}");
    }
}

#[test]
fn a_calendar_day_on_24x7_keeps_the_wall_time() {
    let zone = "Europe/Paris";
    let always = Calendar::always(chrono_tz::Europe::Paris);
    let due = |from| always.deadline(local(zone, from), &Span::BusinessDays(1));
    assert_eq!(due("2024-03-30 12:00"), Some(local(zone, "2024-03-31 12:00")));
    assert_eq!(always.elapsed(local(zone, "2024-03-30 12:00"), local(zone, "2024-03-31 12:00")), 23 * 3600);
    // 02:30 doesn't exist on the 31st.
    assert_eq!(due("2024-03-30 02:30"), Some(local(zone, "2024-03-31 03:30")));
    // The second 02:30 of the day stays where it is for no days.
    let second = local(zone, "2024-10-27 02:30") + 3600;
    assert_eq!(always.deadline(second, &Span::BusinessDays(0)), Some(second));
}

#[test]
fn local_days_have_the_length_that_the_zone_gives_them() {
    for (zone, date, length_s) in [
        ("Europe/Paris", day(2020, 10, 25), 90_000),
        ("Europe/Paris", day(2020, 3, 29), 82_800),
        ("America/Sao_Paulo", day(2018, 11, 4), 82_800),
        ("America/Sao_Paulo", day(2018, 2, 17), 90_000),
        ("Australia/Lord_Howe", day(2024, 4, 7), 88_200),
        ("Pacific/Apia", day(2011, 12, 30), 0),
    ] {
        let (start, end) = local_day_bounds(zone.parse().expect("a zone"), date);
        assert_eq!(end - start, length_s, "{zone} {date}");
        let hours = vec![Hours { valid_from: None, weekly: WeeklyHours::AlwaysOpen, breaks: Vec::new() }];
        let eve = Holiday::Date { date: day(1999, 1, 1), name: None };
        let spec = CalendarSpec { versions: hours, holidays: vec![eve], ..office(zone) };
        let open: i64 = in_year(spec, date.year()).day(date).windows.iter().map(|w| w.1 - w.0).sum();
        assert_eq!(open, length_s, "{zone} {date}");
    }
}

#[test]
fn a_holiday_takes_its_night_shift_and_cuts_that_of_its_eve() {
    let zone = "Europe/Lisbon";
    let mut spec = office(zone);
    spec.versions[0].weekly = WeeklyHours::Windows(std::array::from_fn(|_| vec![window(1_320, 360)]));
    spec.holidays = vec![Holiday::Yearly { month: 12, day: 25, name: Some("Christmas".to_owned()) }];
    spec.overrides = vec![Override { date: day(2024, 12, 27), windows: Vec::new(), name: None }];
    let calendar = in_year(spec, 2024);
    let at = |text| local(zone, text);
    let on = |of_month| calendar.day(day(2024, 12, of_month));
    assert_eq!(on(23).windows, [(at("2024-12-23 22:00"), at("2024-12-24 06:00"))]);
    assert_eq!(on(24).windows, [(at("2024-12-24 22:00"), at("2024-12-25 00:00"))]);
    assert_eq!(on(25).windows, []);
    assert_eq!(on(25).reason, DayReason::Holiday(Some("Christmas".to_owned())));
    assert_eq!(on(26).windows, [(at("2024-12-26 22:00"), at("2024-12-27 06:00"))]);
    assert_eq!(on(27).reason, DayReason::Override(None));
    assert_eq!(calendar.elapsed(at("2024-12-24 12:00"), at("2024-12-26 12:00")), 2 * 3600);
}

#[test]
fn hours_change_on_their_date_only() {
    let zone = "Europe/Lisbon";
    let mut spec = office(zone);
    let mut later = spec.versions[0].clone();
    later.valid_from = Some(day(2024, 7, 1));
    later.weekly = WeeklyHours::Windows(std::array::from_fn(|_| vec![window(600, 660)]));
    // In any order.
    spec.versions.insert(0, later.clone());
    let calendar = in_year(spec.clone(), 2024);
    let open = |calendar: &Calendar, date| calendar.day(date).windows.iter().map(|w| w.1 - w.0).sum::<i64>();
    assert_eq!(open(&calendar, day(2024, 6, 28)), 30_600);
    assert_eq!(open(&calendar, day(2024, 7, 1)), 3_600);
    // Before its date, the only known version holds too.
    spec.versions = vec![later];
    assert_eq!(open(&in_year(spec, 2024), day(2024, 6, 28)), 3_600);
}

#[test]
fn all_problems_come_together() {
    let mut spec = office("Europe/Lisbon");
    spec.versions[0].weekly = WeeklyHours::Windows([
        vec![window(540, 720), window(700, 800)],
        vec![window(600, 600)],
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        // The night shift of Sunday meets Monday morning.
        vec![window(1_320, 550)],
    ]);
    let empty = Hours {
        valid_from: Some(day(2024, 1, 1)),
        weekly: WeeklyHours::Windows(Default::default()),
        breaks: Vec::new(),
    };
    spec.versions.push(empty);
    spec.holidays = vec![Holiday::Yearly { month: 2, day: 30, name: None }];
    let found = Calendar::new(spec, day(2024, 1, 1), day(2024, 1, 2)).expect_err("problems");
    assert_eq!(
        found,
        [
            "has the empty window `10:00-10:00` on tue, expected `00:00-24:00` for a whole day",
            "has overlapping windows `09:00-12:00` and `11:40-13:20` on mon",
            "has overlapping windows `09:00-12:00` and `22:00-09:10` on mon and sun",
            "has no hours at all from 2024-01-01 on",
            "has a holiday on 02-30, expected a day of the year",
        ]
    );
}

#[test]
fn breaks_that_leave_nothing_are_a_problem() {
    let mut spec = office("Europe/Lisbon");
    spec.versions[0].breaks = vec![Break { weekday: None, date: None, window: window(480, 1_080) }];
    let found = Calendar::new(spec, day(2024, 1, 1), day(2024, 1, 2)).expect_err("a problem");
    assert_eq!(found, ["has no hours left by its breaks"]);
}

#[test]
fn a_calendar_that_never_opens_again_has_no_deadline() {
    let mut spec = office("Europe/Lisbon");
    spec.versions[0].weekly = WeeklyHours::Windows(Default::default());
    spec.overrides = vec![Override { date: day(2024, 1, 2), windows: vec![window(540, 1_020)], name: None }];
    let calendar = in_year(spec, 2024);
    let from = local("Europe/Lisbon", "2024-01-01 00:00");
    assert_eq!(calendar.add(from, 8 * 3600), Some(local("Europe/Lisbon", "2024-01-02 17:00")));
    assert_eq!(calendar.add(from, 8 * 3600 + 1), None);
    assert_eq!(calendar.deadline(from, &Span::BusinessDays(2)), None);
    assert_eq!(calendar.add(from, i64::MAX / 200), None);
    assert_eq!(calendar.next_open(from + 86_400 * 30), None);
}

const ICS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n\
BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200101\r\nDTEND;VALUE=DATE:20200102\r\n\
RRULE:FREQ=YEARLY;UNTIL=20260101\r\nEXDATE;VALUE=DATE:20230101\r\nSUMMARY:New Year\\, again\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20231230\r\nDTEND;VALUE=DATE:20240104\r\nSUMMARY;LANGUAGE=en:Shut\r\n down\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=Europe/Paris:20240614T180000\r\nDTEND;TZID=Europe/Paris:20240614T200000\r\nSUMMARY:Party\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:4\r\nDTSTART;VALUE=DATE:20240701\r\nSTATUS:CANCELLED\r\nSUMMARY:Off\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:5\r\nDTSTART;VALUE=DATE:20231123\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\nSUMMARY:Thanksgiving\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:5\r\nRECURRENCE-ID;VALUE=DATE:20241128\r\nDTSTART;VALUE=DATE:20241129\r\nSUMMARY:Moved\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

#[test]
fn holidays_come_from_icalendar_files() {
    let found = holidays_from_ics(ICS, day(2023, 1, 1), day(2025, 12, 31)).expect("holidays");
    let shown: Vec<String> = found
        .iter()
        .map(|holiday| match holiday {
            Holiday::Date { date, name } => format!("{date} {}", name.as_deref().unwrap_or("-")),
            Holiday::Yearly { .. } => panic!("not a date"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2023-11-23 Thanksgiving",
            "2023-12-30 Shutdown",
            "2023-12-31 Shutdown",
            "2024-01-01 New Year, again",
            "2024-01-01 Shutdown",
            "2024-01-02 Shutdown",
            "2024-01-03 Shutdown",
            "2024-06-14 Party",
            "2024-11-29 Moved",
            "2025-01-01 New Year, again",
            "2025-11-27 Thanksgiving",
        ]
    );
}

#[test]
fn icalendar_errors_name_the_line_or_the_event() {
    let read =
        |text: &str| holidays_from_ics(text, day(2023, 1, 1), day(2025, 12, 31)).expect_err("an error");
    assert_eq!(read("date,name"), "line 1: found `date,name`, expected `BEGIN:VCALENDAR`");
    let event = |lines: &str| {
        read(&format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Easter\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"))
    };
    assert_eq!(
        event("DTSTART:2024-03-31"),
        "event `Easter`: DTSTART is `2024-03-31`, expected a date such as `20261225`"
    );
    assert_eq!(event("UID:1"), "event `Easter` has no DTSTART");
    assert_eq!(event("DTSTART:20240331\nDTEND:20240330"), "event `Easter` ends before it begins");
    assert!(event("DTSTART:20240331\nRRULE:FREQ=NEVER").starts_with("event `Easter`: RRULE: "));
    assert!(read("BEGIN:VCALENDAR\nEND:VEVENT\n").starts_with("line 2: "));
}

#[test]
fn seconds_of_a_minute_count() {
    let calendar = in_year(office("Europe/Lisbon"), 2024);
    let from = local("Europe/Lisbon", "2024-06-07 16:59") + 30;
    assert_eq!(calendar.elapsed(from, from + 1), 1);
    assert_eq!(calendar.elapsed(from, from + 3_600), 30);
    assert_eq!(to_local(chrono_tz::Europe::Lisbon, from).format("%H:%M:%S").to_string(), "16:59:30");
}
