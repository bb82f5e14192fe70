//! Answers of other projects' own tests to the same questions.
//!
//! Each vector names its project, file and test; see `tests/vectors/SOURCES.md`.

use chrono::{DateTime, NaiveDate, Weekday};
use serde_json::Value;
use sla_report::calendar::{
    Break, BusinessDay, Calendar, CalendarSpec, DeadlineAt, Holiday, Hours, Override, Span, WeeklyHours,
    Window,
};

const VECTORS: &str = include_str!("../vectors/business_time.json");

/// Vectors that this program answers otherwise on purpose: what it says instead, and why.
const DISAGREEING: [(&str, i64, &str); 1] = [(
    "working_hours-21",
    90_000,
    "the Paris Sunday on which summer time ends lasts 25 h; working_hours counts 24 h of wall clock",
)];

/// Vectors that ask for what a deadline can't be here.
const NOT_ASKED: [(&str, &str); 3] = [
    ("business-days-06", "deadlines don't go back in time"),
    ("business-days-08", "deadlines don't go back in time"),
    ("business-days-22", "GLPI's own option: the end of the working day reached"),
];

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn section(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).expect("vectors are JSON");
    all[name].as_array().expect("a list of vectors").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text in {value}"))
}

fn instant(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).expect("an instant").timestamp()
}

fn date(value: &Value) -> NaiveDate {
    value.as_str().expect("a date").parse().expect("a date")
}

fn window(start: &Value, end: &Value) -> Window {
    let seconds = |value: &Value| {
        let (hours, minutes) = value.as_str().expect("a time").split_once(':').expect("HH:MM");
        hours.parse::<u32>().expect("hours") * 3600 + minutes.parse::<u32>().expect("minutes") * 60
    };
    Window { start_s: seconds(start), end_s: seconds(end) }
}

fn spec(vector: &Value) -> CalendarSpec {
    let given = &vector["calendar"];
    let list = |key: &str| given[key].as_array().expect("a list").clone();
    let mut week: [Vec<Window>; 7] = Default::default();
    for (day, windows) in given["weekly"].as_object().expect("a week") {
        let index = DAYS.iter().position(|known| known == day).expect("a day");
        week[index] = windows
            .as_array()
            .expect("a list of windows")
            .iter()
            .map(|pair| window(&pair[0], &pair[1]))
            .collect();
    }
    let breaks = list("breaks").into_iter().map(|pause| Break {
        weekday: pause["weekday"].as_str().map(|day| day.parse::<Weekday>().expect("a weekday")),
        date: pause.get("date").map(date),
        window: window(&pause["start"], &pause["end"]),
    });
    // Shifts of biz and `holiday_hours` of working_hours stand in for the hours of their date.
    let mut overrides: Vec<Override> = Vec::new();
    for shift in list("extra_shifts") {
        let (on, hours) = (date(&shift["date"]), window(&shift["start"], &shift["end"]));
        match overrides.iter_mut().find(|known| known.date == on) {
            Some(known) => known.windows.push(hours),
            None => overrides.push(Override { date: on, windows: vec![hours], name: None }),
        }
    }
    let holiday = |day: &Value| match day.as_str().and_then(|day| day.split_once('-')) {
        Some((month, day)) if month.len() == 2 => Holiday::Yearly {
            month: month.parse().expect("a month"),
            day: day.parse().expect("a day"),
            name: None,
        },
        _ => Holiday::Date { date: date(day), name: None },
    };
    CalendarSpec {
        name: text(vector, "id").to_owned(),
        zone: text(given, "tz").parse().expect("a zone"),
        versions: vec![Hours {
            valid_from: None,
            weekly: WeeklyHours::Windows(week),
            breaks: breaks.collect(),
        }],
        holidays: list("holidays").iter().map(holiday).collect(),
        overrides,
        deadline_at: DeadlineAt::default(),
        business_day: BusinessDay::default(),
    }
}

fn around(vector: &Value) -> (NaiveDate, NaiveDate) {
    let day = date(&Value::from(text(vector, "from").split('T').next().expect("a date")));
    (day - chrono::Days::new(10), day + chrono::Days::new(60))
}

/// The calendar laid out around the vector, and one that must compute every day on the way.
fn calendars(vector: &Value, spec: &CalendarSpec) -> [Calendar; 2] {
    let (first, last) = around(vector);
    let far = NaiveDate::from_ymd_opt(1950, 1, 1).expect("a date");
    [
        Calendar::new(spec.clone(), first, last).expect("a valid calendar"),
        Calendar::new(spec.clone(), far, far).expect("a valid calendar"),
    ]
}

/// What differs, as one message.
fn check(found: Vec<String>) {
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found.join("\n"));
}

#[test]
fn elapsed_and_deadlines_are_those_of_other_projects() {
    let (mut differ, mut disagreeing) = (Vec::new(), Vec::new());
    let vectors = section("elapsed_and_deadline");
    assert_eq!(vectors.len(), 111);
    for vector in &vectors {
        let id = text(vector, "id");
        let expected = disagreement(vector);
        if vector["agree"] == Value::Bool(false) {
            disagreeing.push(id.to_owned());
        }
        for calendar in calendars(vector, &spec(vector)) {
            let from = instant(text(vector, "from"));
            match text(vector, "op") {
                "elapsed" => {
                    let expected = expected.or(vector["expect_seconds"].as_i64());
                    let found = calendar.elapsed(from, instant(text(vector, "to")));
                    if Some(found) != expected {
                        differ.push(format!("{id}: {found}, expected {expected:?}"));
                    }
                }
                "deadline" => differ.extend(deadlines(vector, &calendar, &[])),
                other => panic!("{id}: unknown operation {other}"),
            }
        }
    }
    check(differ);
    let listed: Vec<&str> = DISAGREEING.iter().map(|(id, _, _)| *id).collect();
    assert_eq!(disagreeing, listed, "the vectors marked as disagreeing are exactly those listed");
}

fn disagreement(vector: &Value) -> Option<i64> {
    let id = text(vector, "id");
    DISAGREEING.iter().find(|(known, _, _)| *known == id).map(|(_, seconds, _)| *seconds)
}

/// Deadlines under both conventions, and under the source's own.
fn deadlines(vector: &Value, calendar: &Calendar, pauses: &[(i64, i64)]) -> Vec<String> {
    let id = text(vector, "id");
    let from = instant(text(vector, "from"));
    let seconds = vector["add_seconds"].as_i64().expect("seconds");
    let (first, last) = around(vector);
    let own: &[DeadlineAt] = match text(vector, "source_convention") {
        "closing-instant" => &[DeadlineAt::Close],
        "next-opening" => &[DeadlineAt::NextOpen],
        _ => &[DeadlineAt::Close, DeadlineAt::NextOpen],
    };
    let mut differ = Vec::new();
    for (at, key) in [
        (DeadlineAt::Close, "recomputed_closing_convention"),
        (DeadlineAt::NextOpen, "recomputed_next_open_convention"),
    ] {
        let spec = CalendarSpec { deadline_at: at, ..calendar.spec().clone() };
        let calendar = Calendar::new(spec, first, last).expect("a valid calendar");
        let found = due(&calendar, from, seconds, pauses);
        let mut expected = vec![text(vector, key)];
        if own.contains(&at) {
            expected.push(text(vector, "expect"));
        }
        for expected in expected {
            if found != instant(expected) {
                let found = DateTime::from_timestamp(found, 0);
                differ.push(format!("{id}, {at:?}: {found:?}, expected {expected}"));
            }
        }
    }
    differ
}

/// The deadline with the open seconds of the pauses before it added, until none is new.
fn due(calendar: &Calendar, from: i64, seconds: i64, pauses: &[(i64, i64)]) -> i64 {
    let mut due = calendar.add(from, seconds).expect("a deadline");
    loop {
        let paused: i64 = pauses.iter().map(|(a, b)| calendar.elapsed(*a, due.min(*b))).sum();
        let later = calendar.add(from, seconds + paused).expect("a deadline");
        if later == due {
            return due;
        }
        due = later;
    }
}

/// The union of the pauses, found second by second.
fn pauses(vector: &Value) -> Vec<(i64, i64)> {
    let given: Vec<(i64, i64)> = vector["pauses"]
        .as_array()
        .expect("a list of pauses")
        .iter()
        .map(|pair| {
            let edge = |index: usize| instant(pair[index].as_str().expect("an instant"));
            (edge(0), edge(1))
        })
        .collect();
    let first = given.iter().map(|pause| pause.0).min().unwrap_or(0);
    let last = given.iter().map(|pause| pause.1).max().unwrap_or(0);
    let is_paused = |at: i64| given.iter().any(|(a, b)| *a <= at && at < *b);
    let mut found: Vec<(i64, i64)> = Vec::new();
    for at in (first..last).filter(|at| is_paused(*at)) {
        match found.last_mut() {
            Some(pause) if pause.1 == at => pause.1 = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

#[test]
fn pauses_stop_the_clock() {
    let vectors = section("with_pauses");
    assert_eq!(vectors.len(), 7);
    let mut differ = Vec::new();
    for vector in &vectors {
        let pauses = pauses(vector);
        for calendar in calendars(vector, &spec(vector)) {
            if text(vector, "op") == "deadline" {
                differ.extend(deadlines(vector, &calendar, &pauses));
                continue;
            }
            let (from, until) = (instant(text(vector, "from")), instant(text(vector, "to")));
            let clip = |(a, b): &(i64, i64)| calendar.elapsed(from.max(*a), until.min(*b));
            let found = calendar.elapsed(from, until) - pauses.iter().map(clip).sum::<i64>();
            if Some(found) != vector["expect_seconds"].as_i64() {
                differ.push(format!("{}: {found}", text(vector, "id")));
            }
        }
    }
    check(differ);
}

#[test]
fn business_days_follow_the_convention_of_their_project() {
    let vectors = section("business_days");
    assert_eq!(vectors.len(), 14);
    let (mut differ, mut asked) = (Vec::new(), 0);
    for vector in &vectors {
        let id = text(vector, "id");
        if NOT_ASKED.iter().any(|(known, _)| *known == id) {
            continue;
        }
        asked += 1;
        let own = match text(&vector["source"], "project") {
            "bokmann/business_time" => BusinessDay::FromOpening,
            _ => BusinessDay::SameTime,
        };
        let from = instant(text(vector, "from"));
        let days = u32::try_from(vector["days"].as_i64().expect("days")).expect("days ahead");
        for convention in [BusinessDay::FromOpening, BusinessDay::SameTime] {
            let spec = CalendarSpec { business_day: convention, ..spec(vector) };
            for calendar in calendars(vector, &spec) {
                // They differ only for what starts outside hours.
                if convention != own && !calendar.is_open(from) {
                    continue;
                }
                let found = calendar.deadline(from, &Span::BusinessDays(days));
                if found != Some(instant(text(vector, "expect"))) {
                    let found = found.and_then(|at| DateTime::from_timestamp(at, 0));
                    differ.push(format!("{id}, {convention:?}: {found:?}"));
                }
            }
        }
    }
    check(differ);
    assert_eq!(asked + NOT_ASKED.len(), vectors.len());
}
