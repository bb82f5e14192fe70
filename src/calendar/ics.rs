//! Holidays from iCalendar files (RFC 5545).

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime};
use icalendar::parser::{Component, Property, read_calendar, unfold};

use super::spec::Holiday;
use super::zone::to_local;

/// Most occurrences of one event; more than a daily one has in 170 years.
const MAX_OCCURRENCES: u16 = u16::MAX;

/// The days of all events from `first` to `last`, both included, by date.
///
/// An event of several days gives each of them; its `DTEND` is the first day
/// after. An event with times of day counts for the date on which it begins, and
/// every midnight that it lasts beyond its first one adds a date. `RRULE` is
/// expanded, `RDATE` added, `EXDATE` and instances moved by a `RECURRENCE-ID`
/// left out, cancelled events ignored.
///
/// # Errors
/// What is wrong, with the line or the name of the event.
pub fn holidays_from_ics(text: &str, first: NaiveDate, last: NaiveDate) -> Result<Vec<Holiday>, String> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        let line = text.lines().next().unwrap_or_default();
        let shown: String = line.chars().take(40).collect();
        return Err(format!("line 1: found `{shown}`, expected `BEGIN:VCALENDAR`"));
    }
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).map_err(|error| parse_error(&error))?;
    let events: Vec<Event> =
        events_in(&calendar.components).into_iter().map(Event::read).collect::<Result<_, String>>()?;
    let mut holidays = Vec::new();
    for event in events.iter().filter(|event| !event.is_cancelled) {
        let moved = |begins: NaiveDate| {
            let is_same = |other: &&Event| other.uid.is_some() && other.uid == event.uid;
            event.replaces.is_none()
                && events.iter().filter(is_same).any(|other| other.replaces == Some(begins))
        };
        for begins in event.occurrences(last)? {
            if event.excluded.contains(&begins) || moved(begins) {
                continue;
            }
            for date in begins.iter_days().take(event.days).take_while(|date| *date <= last) {
                if first <= date {
                    holidays.push((date, event.name.clone()));
                }
            }
        }
    }
    holidays.sort();
    holidays.dedup();
    Ok(holidays.into_iter().map(|(date, name)| Holiday::Date { date, name }).collect())
}

/// Events of the file, also where several calendars were joined into one.
fn events_in<'a>(components: &'a [Component<'a>]) -> Vec<&'a Component<'a>> {
    let mut events = Vec::new();
    for component in components {
        match component.name.as_str() {
            "VEVENT" => events.push(component),
            "VCALENDAR" => events.extend(events_in(&component.components)),
            _ => {}
        }
    }
    events
}

/// The innermost place and reason of the parser's report.
fn parse_error(report: &str) -> String {
    let place = report.lines().find_map(|line| line.find("at line ").map(|at| &line[at + 3..]));
    let place = place.unwrap_or("file").trim_end_matches([',', ':']);
    let place = place.split(", in ").next().unwrap_or(place);
    format!("{place}: not an iCalendar file (lines are counted after folded ones are joined)")
}

/// One event, with dates for times.
struct Event {
    name: Option<String>,
    /// For messages.
    shown: String,
    uid: Option<String>,
    begins: NaiveDate,
    /// How many dates each occurrence takes, at least 1.
    days: usize,
    rule: Option<String>,
    added: Vec<NaiveDate>,
    excluded: Vec<NaiveDate>,
    /// The instance of the event with the same `UID` that this one stands for.
    replaces: Option<NaiveDate>,
    is_cancelled: bool,
}

impl Event {
    fn read(component: &Component) -> Result<Event, String> {
        let all = |name: &'static str| {
            component.properties.iter().filter(move |p| p.name.as_str().eq_ignore_ascii_case(name))
        };
        let text = |name| all(name).next().map(|p| p.val.as_str().trim().to_owned());
        let name = text("SUMMARY").map(|name| unescape(&name)).filter(|name| !name.is_empty());
        let uid = text("UID");
        let shown = match name.as_ref().or(uid.as_ref()) {
            Some(name) => format!("event `{name}`"),
            None => "event without a name".to_owned(),
        };
        let dates = |name: &'static str| -> Result<Vec<NaiveDate>, String> {
            let values = all(name).flat_map(|p| p.val.as_str().split(','));
            values
                .map(|value| {
                    date(value).ok_or_else(|| {
                        format!("{shown}: {name} is `{value}`, expected a date such as `20261225`")
                    })
                })
                .collect()
        };
        let starts = dates("DTSTART")?;
        let begins = *starts.first().ok_or_else(|| format!("{shown} has no DTSTART"))?;
        let ends = dates("DTEND")?.first().copied();
        if ends.is_some_and(|ends| ends < begins) {
            return Err(format!("{shown} ends before it begins"));
        }
        let days = match ends {
            Some(ends) => (ends - begins).num_days(),
            None => text("DURATION").and_then(|text| whole_days(&text)).unwrap_or(1),
        };
        let zone = all("DTSTART").next().and_then(zone);
        Ok(Event {
            rule: text("RRULE").map(|rule| rule_of_dates(&rule, zone)),
            added: dates("RDATE")?,
            excluded: dates("EXDATE")?,
            replaces: dates("RECURRENCE-ID")?.first().copied(),
            is_cancelled: text("STATUS").is_some_and(|text| text.eq_ignore_ascii_case("CANCELLED")),
            days: usize::try_from(days).unwrap_or(1).max(1),
            name,
            uid,
            begins,
            shown,
        })
    }

    fn occurrences(&self, last: NaiveDate) -> Result<Vec<NaiveDate>, String> {
        let mut found = self.added.clone();
        match &self.rule {
            None => found.push(self.begins),
            Some(_) if self.begins > last => {}
            Some(rule) => {
                let text = format!("DTSTART:{}T000000Z\nRRULE:{rule}", self.begins.format("%Y%m%d"));
                let set: rrule::RRuleSet =
                    text.parse().map_err(|error| format!("{}: RRULE: {error}", self.shown))?;
                let until = (last + Days::new(1)).and_time(chrono::NaiveTime::MIN).and_utc();
                let all = set.before(until.with_timezone(&rrule::Tz::UTC)).all(MAX_OCCURRENCES);
                if all.limited {
                    return Err(format!("{}: RRULE gives too many dates", self.shown));
                }
                found.extend(all.dates.iter().map(DateTime::date_naive));
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// The date of `20261225` or `20261225T080000Z`.
fn date(value: &str) -> Option<NaiveDate> {
    let value = value.trim();
    let (day, time) = (value.get(..8)?, &value[8..]);
    let is_whole = time.is_empty() || time.starts_with('T');
    is_whole.then(|| NaiveDate::parse_from_str(day, "%Y%m%d").ok())?
}

fn zone(start: &Property) -> Option<chrono_tz::Tz> {
    let params = start.params.iter();
    let name = params.filter(|p| p.key.as_str().eq_ignore_ascii_case("TZID"));
    name.filter_map(|p| p.val.as_ref()).find_map(|val| val.as_str().trim_matches('"').parse().ok())
}

/// A rule whose `UNTIL` fits a `DTSTART` at midnight UTC, as the expansion wants it.
fn rule_of_dates(rule: &str, zone: Option<chrono_tz::Tz>) -> String {
    let part = |part: &str| {
        let Some((key, value)) = part.split_once('=') else {
            return part.to_owned();
        };
        if !key.eq_ignore_ascii_case("UNTIL") {
            return part.to_owned();
        }
        let instant = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ");
        let day = match (instant, zone) {
            (Ok(instant), Some(zone)) => Some(to_local(zone, instant.and_utc().timestamp()).date()),
            _ => date(value),
        };
        match day {
            Some(day) => format!("UNTIL={}T000000Z", day.format("%Y%m%d")),
            None => part.to_owned(),
        }
    };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

/// Days of a `DURATION` such as `P3D` or `P1W`; shorter ones stay on their date.
fn whole_days(text: &str) -> Option<i64> {
    let text = text.strip_prefix('P')?;
    match (text.strip_suffix('W'), text.split_once('D')) {
        (Some(weeks), _) => weeks.parse::<i64>().ok()?.checked_mul(7),
        (None, Some((days, _))) => days.parse().ok(),
        (None, None) => None,
    }
}

/// Text without its escapes (RFC 5545, 3.3.11), in one line.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain.trim().to_owned()
}
