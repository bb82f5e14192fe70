//! Holidays from iCalendar files.

use chrono::{DateTime, Datelike, NaiveDate};
use icalendar::parser::{read_calendar, unfold};

use super::spec::Holiday;

/// Most days that one recurring event may give.
const MAX_OCCURRENCES: u16 = 4_000;

/// The days of all events between two dates, both included.
///
/// A recurrence is expanded by the `rrule` crate; `EXDATE` is honoured. An
/// event with times counts for the date on which it begins.
///
/// # Errors
/// What is wrong with the file, or with which event.
pub fn holidays_from_ics(text: &str, first: NaiveDate, last: NaiveDate) -> Result<Vec<Holiday>, String> {
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|error| format!("not an iCalendar file: {error}"))?;
    let mut holidays = Vec::new();
    for event in calendar.components.iter().filter(|component| component.name == "VEVENT") {
        let property =
            |name: &str| event.properties.iter().find(|p| p.name == name).map(|p| p.val.as_str().to_owned());
        let name = property("SUMMARY").map(|summary| summary.replace("\\,", ","));
        let shown = name.clone().unwrap_or_else(|| "without a name".to_owned());
        let date = |name: &str| -> Result<Option<NaiveDate>, String> {
            let Some(value) = property(name) else { return Ok(None) };
            let day = value.get(..8).unwrap_or(&value);
            NaiveDate::parse_from_str(day, "%Y%m%d")
                .map(Some)
                .map_err(|_| format!("event `{shown}`: {name} is `{value}`, expected YYYYMMDD"))
        };
        let start = date("DTSTART")?.ok_or_else(|| format!("event `{shown}` has no DTSTART"))?;
        let days = date("DTEND")?.map_or(1, |end| (end - start).num_days().clamp(1, 366));
        let excluded: Vec<NaiveDate> = event
            .properties
            .iter()
            .filter(|p| p.name == "EXDATE")
            .flat_map(|p| p.val.as_str().split(',').map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|day| NaiveDate::parse_from_str(day.get(..8)?, "%Y%m%d").ok())
            .collect();
        for begins in occurrences(&shown, start, property("RRULE"), last)? {
            for day in begins.iter_days().take(days as usize) {
                if !excluded.contains(&begins) && first <= day && day <= last {
                    holidays.push(Holiday::Date { date: day, name: name.clone() });
                }
            }
        }
    }
    Ok(holidays)
}

fn occurrences(
    shown: &str,
    start: NaiveDate,
    rule: Option<String>,
    last: NaiveDate,
) -> Result<Vec<NaiveDate>, String> {
    let Some(rule) = rule else { return Ok(vec![start]) };
    let set: rrule::RRuleSet = format!("DTSTART:{}T000000Z\nRRULE:{rule}", start.format("%Y%m%d"))
        .parse()
        .map_err(|error| format!("event `{shown}`: {error}"))?;
    let until: Option<DateTime<rrule::Tz>> = last
        .with_year(last.year() + 1)
        .unwrap_or(last)
        .and_hms_opt(0, 0, 0)
        .map(|at| at.and_utc().with_timezone(&rrule::Tz::UTC));
    let set = match until {
        Some(until) => set.before(until),
        None => set,
    };
    Ok(set.all(MAX_OCCURRENCES).dates.iter().map(DateTime::date_naive).collect())
}
