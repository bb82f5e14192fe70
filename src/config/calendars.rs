//! `[calendars.*]`: hours, breaks, holidays and zones.

use std::path::Path;

use chrono::{NaiveDate, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;

use super::inputs::zone;
use super::reader::{Located, Reader};
use crate::calendar::{
    Break, BusinessDay, CalendarSpec, DeadlineAt, Holiday, Hours, Override, WeeklyHours, Window,
    holidays_from_ics,
};
use crate::clock::NamedCalendar;
use crate::diagnostic::Diagnostic;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The built-in calendar that is always open.
pub const ALWAYS: &str = "24x7";

/// Years that `.ics` recurrences are expanded over.
const ICS_YEARS: (i32, i32) = (1990, 2060);

/// Reads all calendars; `24x7` comes first and needs no configuration.
pub fn calendars(document: &Reader, dir: &Path, default_zone: Tz) -> Vec<NamedCalendar> {
    let mut calendars = vec![NamedCalendar {
        spec: CalendarSpec {
            name: ALWAYS.to_owned(),
            zone: default_zone,
            versions: vec![Hours { valid_from: None, weekly: WeeklyHours::AlwaysOpen, breaks: Vec::new() }],
            holidays: Vec::new(),
            overrides: Vec::new(),
            deadline_at: DeadlineAt::Close,
            business_day: BusinessDay::FromOpening,
        },
        // Only `bd` durations depend on the zone of an always open calendar.
        follows_site: true,
    }];
    let Some(tables) = document.table("calendars") else { return calendars };
    for (name, reader) in tables.named_tables() {
        if name.value == ALWAYS || name.value == "contract" {
            tables.problem(Diagnostic::error(
                Some(name.span),
                format!("`{}` is a reserved name for a calendar", name.value),
            ));
            continue;
        }
        calendars.push(calendar(&reader, name.value, dir, default_zone));
        reader.finish();
    }
    calendars
}

fn calendar(reader: &Reader, name: String, dir: &Path, default_zone: Tz) -> NamedCalendar {
    let zone = match reader.string("zone") {
        Some(text) => zone(reader, "zone", &text).unwrap_or(default_zone),
        None => default_zone,
    };
    let follows_site = reader.boolean("follows_site").unwrap_or(false);
    let deadlines = [("close", DeadlineAt::Close), ("next-open", DeadlineAt::NextOpen)];
    let days = [("from-opening", BusinessDay::FromOpening), ("same-time", BusinessDay::SameTime)];
    let mut versions = Vec::new();
    let later = reader.tables("versions");
    let own = hours(reader, None);
    if own.is_some() || later.is_empty() {
        versions.push(own.unwrap_or_else(|| {
            reader.fail(format!("calendar `{name}` has no hours: `{}.hours` is missing", reader.path));
            Hours { valid_from: None, weekly: WeeklyHours::AlwaysOpen, breaks: Vec::new() }
        }));
    }
    for version in later {
        let from = version.string("valid_from").and_then(|text| date(&version, &text));
        match hours(&version, from) {
            Some(hours) => versions.push(hours),
            None => version.fail(format!("`{}.hours` is missing", version.path)),
        }
        version.finish();
    }
    versions.sort_by_key(|version| version.valid_from);
    let spec = CalendarSpec {
        name,
        zone,
        versions,
        holidays: holidays(reader, dir),
        overrides: overrides(reader),
        deadline_at: reader.choice("deadline_at", &deadlines).unwrap_or(DeadlineAt::Close),
        business_day: reader.choice("business_day", &days).unwrap_or(BusinessDay::FromOpening),
    };
    NamedCalendar { spec, follows_site }
}

fn hours(reader: &Reader, valid_from: Option<NaiveDate>) -> Option<Hours> {
    let weekly = if reader.has("hours") && !reader.is_table("hours") {
        let text = reader.string("hours")?;
        if text.value != ALWAYS {
            reader.problem(
                Diagnostic::error(
                    Some(text.span),
                    format!("`{}.hours` can't be `{}`", reader.path, text.value),
                )
                .label("expected \"24x7\" or a table such as { mon-fri = \"08:30-17:00\" }"),
            );
        }
        WeeklyHours::AlwaysOpen
    } else {
        let table = reader.table("hours")?;
        let mut windows: [Vec<Window>; 7] = Default::default();
        for (days, texts) in table.named_strings() {
            let Some(range) = day_range(&days.value) else {
                table.problem(
                    Diagnostic::error(Some(days.span), format!("`{}` is not a day", days.value))
                        .label("expected mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri"),
                );
                continue;
            };
            for text in texts {
                if let Some(window) = window(&table, &text) {
                    for &day in &range {
                        windows[day].push(window.clone());
                    }
                }
            }
        }
        for day in &mut windows {
            day.sort_by_key(|window| window.start_s);
        }
        WeeklyHours::Windows(windows)
    };
    let breaks = reader.strings("breaks").unwrap_or_default();
    let breaks = breaks.iter().flat_map(|text| break_of(reader, text)).collect();
    Some(Hours { valid_from, weekly, breaks })
}

/// `mon` or `mon-fri`, as day numbers from Monday = 0.
fn day_range(text: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    match text.split_once('-') {
        None => Some(vec![day(text)?]),
        Some((first, last)) => {
            let (first, last) = (day(first)?, day(last)?);
            (first <= last).then(|| (first..=last).collect())
        }
    }
}

fn window(reader: &Reader, text: &Located<String>) -> Option<Window> {
    let parsed = parse_window(&text.value);
    if parsed.is_none() {
        reader.problem(
            Diagnostic::error(Some(text.span.clone()), format!("`{}` is not a window of hours", text.value))
                .label("expected opening and closing time such as \"08:30-17:00\" or \"22:00-06:00\""),
        );
    }
    parsed
}

fn parse_window(text: &str) -> Option<Window> {
    let (start, end) = text.split_once('-')?;
    let (start_s, end_s) = (parse_time(start)?, parse_time(end)?);
    (start_s != end_s && start_s < 86_400).then_some(Window { start_s, end_s })
}

fn parse_time(text: &str) -> Option<u32> {
    match text.trim() {
        "24:00" => Some(86_400),
        text => ["%H:%M", "%H:%M:%S"]
            .iter()
            .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
            .map(|time| time.num_seconds_from_midnight()),
    }
}

/// `12:30-13:30`, `fri 12:00-14:00`, `mon-thu 12:00-13:00` or `2026-12-24 12:00-13:00`.
fn break_of(reader: &Reader, text: &Located<String>) -> Vec<Break> {
    let (day, hours) = match text.value.trim().rsplit_once(' ') {
        Some((day, hours)) => (Some(day.trim()), hours),
        None => (None, text.value.trim()),
    };
    let all = |window: Window| match day {
        None => Some(vec![Break { weekday: None, date: None, window }]),
        Some(day) => match (day_range(day), day.parse::<NaiveDate>()) {
            (Some(days), _) => Some(
                days.into_iter()
                    .map(|day| Break {
                        weekday: Weekday::try_from(day as u8).ok(),
                        date: None,
                        window: window.clone(),
                    })
                    .collect(),
            ),
            (None, Ok(date)) => Some(vec![Break { weekday: None, date: Some(date), window }]),
            (None, Err(_)) => None,
        },
    };
    parse_window(hours).and_then(all).unwrap_or_else(|| {
        reader.problem(
            Diagnostic::error(Some(text.span.clone()), format!("`{}` is not a break", text.value))
                .label("expected \"12:30-13:30\", \"fri 12:00-14:00\" or \"2026-12-24 12:00-13:00\""),
        );
        Vec::new()
    })
}

fn overrides(reader: &Reader) -> Vec<Override> {
    let Some(table) = reader.table("overrides") else { return Vec::new() };
    let mut overrides = Vec::new();
    for (day, texts) in table.named_strings() {
        if let Some(date) = date(&table, &day) {
            let windows = texts.iter().filter_map(|text| window(&table, text)).collect();
            overrides.push(Override { date, windows, name: None });
        }
    }
    overrides
}

/// `2026-12-24`, `12-25`, either followed by a name.
fn holidays(reader: &Reader, dir: &Path) -> Vec<Holiday> {
    let mut holidays = Vec::new();
    for text in reader.strings("holidays").unwrap_or_default() {
        let (day, name) = match text.value.split_once(' ') {
            Some((day, name)) => (day, Some(name.trim().to_owned())),
            None => (text.value.as_str(), None),
        };
        // A leap year, so that 02-29 is a day.
        let yearly = format!("2000-{day}").parse::<NaiveDate>();
        match (day.parse::<NaiveDate>(), yearly) {
            (Ok(date), _) => holidays.push(Holiday::Date { date, name }),
            (_, Ok(date)) => {
                use chrono::Datelike;
                holidays.push(Holiday::Yearly { month: date.month(), day: date.day(), name });
            }
            _ => reader.problem(
                Diagnostic::error(Some(text.span.clone()), format!("`{day}` is not a holiday"))
                    .label("expected \"2026-04-03 Good Friday\" or \"12-25 Christmas Day\""),
            ),
        }
    }
    for file in reader.strings("holiday_files").unwrap_or_default() {
        let path = dir.join(&file.value);
        let span = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let found = std::fs::read_to_string(&path)
            .map_err(|e| e.to_string())
            .and_then(|text| holidays_from_ics(&text, span(ICS_YEARS.0, 1, 1), span(ICS_YEARS.1, 12, 31)));
        match found {
            Ok(found) => holidays.extend(found),
            Err(error) => reader.problem(
                Diagnostic::error(Some(file.span), format!("can't read holidays from `{}`", file.value))
                    .label(error),
            ),
        }
    }
    holidays
}

fn date(reader: &Reader, text: &Located<String>) -> Option<NaiveDate> {
    let date = text.value.parse().ok();
    if date.is_none() {
        reader.problem(
            Diagnostic::error(Some(text.span.clone()), format!("`{}` is not a date", text.value))
                .label("expected a date such as \"2026-12-24\""),
        );
    }
    date
}
