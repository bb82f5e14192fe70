//! Calendars against other projects' test suites, and against a naive twin.

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike};
use serde_json::Value;
use sla_report::calendar::{
    Break, BusinessDay, Calendar, CalendarSpec, DeadlineAt, Holiday, Hours, Override, Span, WeeklyHours,
    Window,
};

/// Vectors whose source counts otherwise than we do on purpose, with the reason.
const DISAGREE: [(&str, &str); 2] = [
    ("working_hours-21", "counts a Sunday of 25 h as 24 h of wall clock; real time counts here"),
    ("working_hours-27", "drops seconds; ours are kept to the end"),
];

/// Business-day vectors that ask for something that we don't have, with the reason.
const LEFT_OUT: [(&str, &str); 3] = [
    ("business-days-06", "negative days"),
    ("business-days-08", "negative days"),
    ("business-days-22", "GLPI's option to end on the closing time of the last day"),
];

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/business_time.json")).unwrap()
}

fn seconds(text: &str) -> u32 {
    if text == "24:00" {
        return 86_400;
    }
    let format = if text.len() == 5 { "%H:%M" } else { "%H:%M:%S" };
    NaiveTime::parse_from_str(text, format).unwrap().num_seconds_from_midnight()
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp()
}

fn window(pair: &Value) -> Window {
    Window { start_s: seconds(pair[0].as_str().unwrap()), end_s: seconds(pair[1].as_str().unwrap()) }
}

fn calendar(of: &Value, deadline_at: DeadlineAt, business_day: BusinessDay) -> Calendar {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let windows = days.map(|day| of["weekly"][day].as_array().into_iter().flatten().map(window).collect());
    let list = |name: &str| of[name].as_array().unwrap().clone();
    let dated = |row: &Value| {
        let date: Option<NaiveDate> = row["date"].as_str().map(|date| date.parse().unwrap());
        let start_s = seconds(row["start"].as_str().unwrap());
        (date, Window { start_s, end_s: seconds(row["end"].as_str().unwrap()) })
    };
    let breaks = list("breaks").into_iter().map(|row| {
        let (date, window) = dated(&row);
        let weekday = row["weekday"].as_str().map(|day| day.parse().unwrap());
        Break { weekday, date, window }
    });
    let overrides = list("extra_shifts").into_iter().map(|row| {
        let (date, window) = dated(&row);
        Override { date: date.unwrap(), windows: vec![window], name: None }
    });
    let holidays = list("holidays").into_iter().map(|day| match day.as_str().unwrap() {
        day if day.len() == 5 => {
            Holiday::Yearly { month: day[..2].parse().unwrap(), day: day[3..].parse().unwrap(), name: None }
        }
        day => Holiday::Date { date: day.parse().unwrap(), name: None },
    });
    let spec = CalendarSpec {
        name: "vector".to_owned(),
        zone: of["tz"].as_str().unwrap().parse().unwrap(),
        versions: vec![Hours {
            valid_from: None,
            weekly: WeeklyHours::Windows(windows),
            breaks: breaks.collect(),
        }],
        holidays: holidays.collect(),
        overrides: overrides.collect(),
        deadline_at,
        business_day,
    };
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    Calendar::new(spec, day(2004), day(2036)).unwrap()
}

#[test]
fn elapsed_agrees_with_other_projects() {
    let mut disagreeing = Vec::new();
    for row in
        vectors()["elapsed_and_deadline"].as_array().unwrap().iter().filter(|row| row["op"] == "elapsed")
    {
        let calendar = calendar(&row["calendar"], DeadlineAt::Close, BusinessDay::FromOpening);
        let elapsed = calendar.elapsed(at(row["from"].as_str().unwrap()), at(row["to"].as_str().unwrap()));
        if Some(elapsed) != row["expect_seconds"].as_i64() {
            disagreeing.push(row["id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(disagreeing, DISAGREE.map(|(id, _)| id));
}

#[test]
fn deadlines_agree_with_other_projects_in_both_conventions() {
    for row in
        vectors()["elapsed_and_deadline"].as_array().unwrap().iter().filter(|row| row["op"] == "deadline")
    {
        for (convention, field) in [
            (DeadlineAt::Close, "recomputed_closing_convention"),
            (DeadlineAt::NextOpen, "recomputed_next_open_convention"),
        ] {
            let calendar = calendar(&row["calendar"], convention, BusinessDay::FromOpening);
            let due = calendar.add(at(row["from"].as_str().unwrap()), row["add_seconds"].as_i64().unwrap());
            assert_eq!(due, Some(at(row[field].as_str().unwrap())), "{} {field}", row["id"]);
        }
    }
}

#[test]
fn pauses_agree_with_other_projects() {
    for row in vectors()["with_pauses"].as_array().unwrap() {
        let calendar = calendar(&row["calendar"], DeadlineAt::Close, BusinessDay::FromOpening);
        let from = at(row["from"].as_str().unwrap());
        let pauses: Vec<(i64, i64)> = row["pauses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pause| (at(pause[0].as_str().unwrap()), at(pause[1].as_str().unwrap())))
            .collect();
        // The pauses of these vectors are disjoint and in order.
        let running = |until: i64| {
            let paused = pauses.iter().map(|&(a, b)| calendar.elapsed(a.max(from), b.min(until)));
            calendar.elapsed(from, until) - paused.sum::<i64>()
        };
        if let Some(until) = row["to"].as_str() {
            assert_eq!(Some(running(at(until))), row["expect_seconds"].as_i64(), "{}", row["id"]);
        } else {
            let due = at(row["expect"].as_str().unwrap());
            let wanted = row["add_seconds"].as_i64().unwrap();
            assert_eq!((running(due), running(due - 1)), (wanted, wanted - 1), "{}", row["id"]);
        }
    }
}

#[test]
fn business_days_agree_with_other_projects() {
    let mut disagreeing = Vec::new();
    for row in vectors()["business_days"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let convention = match row["source"]["project"].as_str().unwrap() {
            "bokmann/business_time" => BusinessDay::FromOpening,
            _ => BusinessDay::SameTime,
        };
        let calendar = calendar(&row["calendar"], DeadlineAt::Close, convention);
        let days = u32::try_from(row["days"].as_i64().unwrap());
        let due = days
            .ok()
            .and_then(|days| calendar.deadline(at(row["from"].as_str().unwrap()), &Span::BusinessDays(days)));
        if due != Some(at(row["expect"].as_str().unwrap())) {
            println!("{id}: {due:?}, expected {}", row["expect"]);
            disagreeing.push(id.to_owned());
        }
    }
    assert_eq!(disagreeing, LEFT_OUT.map(|(id, _)| id));
}

/// Open seconds by asking every minute for its wall time.
fn naive(spec: &CalendarSpec, from: i64, until: i64) -> i64 {
    let WeeklyHours::Windows(days) = &spec.versions[0].weekly else { unreachable!() };
    let is_open = |minute: i64| {
        let local = DateTime::from_timestamp(minute, 0).unwrap().with_timezone(&spec.zone).naive_local();
        let second = local.time().num_seconds_from_midnight();
        let date = local.date();
        let within = |window: &Window| window.start_s <= second && second < window.end_s;
        let is_holiday =
            spec.holidays.iter().any(|h| matches!(h, Holiday::Date { date: day, .. } if *day == date));
        let day = chrono::Datelike::weekday(&date).num_days_from_monday() as usize;
        !is_holiday
            && days[day].iter().any(within)
            && !spec.versions[0].breaks.iter().any(|pause| within(&pause.window))
    };
    (from..until).step_by(60).filter(|minute| is_open(*minute)).count() as i64 * 60
}

#[test]
fn a_naive_twin_agrees_on_random_calendars() {
    let mut random = fastrand::Rng::with_seed(5);
    let zones = [
        "America/Sao_Paulo",
        "Asia/Tehran",
        "Australia/Lord_Howe",
        "Europe/Lisbon",
        "Africa/Cairo",
        "Asia/Kolkata",
    ];
    for _ in 0..400 {
        let zone: chrono_tz::Tz = zones[random.usize(..zones.len())].parse().unwrap();
        // Edges stay out of the hours that a change of offset skips or repeats,
        // where the rules (forward by the gap, first occurrence) differ from a look at the wall.
        let mut windows: [Vec<Window>; 7] = Default::default();
        for day in &mut windows {
            let mut edges: Vec<u32> =
                (0..random.usize(0..3) * 2).map(|_| 5 * 60 + random.u32(..1_080)).collect();
            edges.sort_unstable();
            edges.dedup();
            day.extend(edges.chunks_exact(2).map(|e| Window { start_s: e[0] * 60, end_s: e[1] * 60 }));
        }
        windows[2] = vec![Window { start_s: 9 * 3600, end_s: 17 * 3600 }];
        let first = NaiveDate::from_ymd_opt(2016, 1, 1).unwrap();
        let day = |random: &mut fastrand::Rng| first + chrono::Days::new(random.u64(..730));
        let spec = CalendarSpec {
            name: "random".to_owned(),
            zone,
            versions: vec![Hours {
                valid_from: None,
                weekly: WeeklyHours::Windows(windows),
                breaks: vec![Break {
                    weekday: None,
                    date: None,
                    window: Window { start_s: 12 * 3600, end_s: 13 * 3600 },
                }],
            }],
            holidays: (0..20).map(|_| Holiday::Date { date: day(&mut random), name: None }).collect(),
            overrides: Vec::new(),
            deadline_at: DeadlineAt::Close,
            business_day: BusinessDay::FromOpening,
        };
        // Half of the instants lie outside the precomputed span.
        let last = first + chrono::Days::new(if random.bool() { 900 } else { 30 });
        let calendar = Calendar::new(spec.clone(), first, last).unwrap();
        let start = first.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
        let a = start + 86_400 + random.i64(0..700 * 1440) * 60;
        let (b, c) = (a + random.i64(0..20 * 1440) * 60, a + (20 + random.i64(0..20)) * 86_400);
        assert_eq!(calendar.elapsed(a, b), naive(&spec, a, b), "{spec:?} {a} {b}");
        assert_eq!(calendar.elapsed(a, c), calendar.elapsed(a, b) + calendar.elapsed(b, c));
        let wanted = random.i64(1..200_000);
        let due = calendar.add(a, wanted).unwrap();
        assert_eq!(calendar.elapsed(a, due), wanted, "{spec:?} {a} {wanted}");
        assert_eq!(calendar.elapsed(a, due - 1), wanted - 1, "{spec:?} {a} {wanted}");
    }
}
