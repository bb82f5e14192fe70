//! `sla calendar`: a month's hours and holidays, or the calendar's arithmetic.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::{ALWAYS, Failure, configuration};
use crate::calendar::{Calendar, CalendarSpec, DayReason, Span, local_to_utc};
use crate::cli::CalendarArgs;
use crate::diagnostic::did_you_mean;
use crate::paper::format;

/// Runs the command.
pub fn run(args: &CalendarArgs) -> Result<(), Failure> {
    let config = configuration(args.config.as_deref())?;
    let names = || config.policy.calendars.iter().map(|named| named.spec.name.as_str());
    let named = config.policy.calendars.iter().find(|named| named.spec.name == args.name);
    let named = named.ok_or_else(|| {
        let hint = did_you_mean(&args.name, names().filter(|name| *name != ALWAYS));
        Failure::usage(format!(
            "error: unknown calendar `{}`; expected one of: {}{}",
            args.name,
            names().collect::<Vec<_>>().join(", "),
            hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default()
        ))
    })?;
    let zone = match &args.zone {
        Some(text) => text.parse().map_err(|_| {
            Failure::usage(format!("error: `{text}` is not a time zone such as Europe/Lisbon"))
        })?,
        None => named.spec.zone,
    };
    let spec = CalendarSpec { zone, ..named.spec.clone() };
    let build = |around: NaiveDate| {
        let first = around - Months::new(12);
        Calendar::new(spec.clone(), first, around + Months::new(36)).map_err(|errors| {
            let lines: Vec<String> =
                errors.iter().map(|e| format!("error: calendar `{}` {e}", args.name)).collect();
            Failure::usage(lines.join("\n"))
        })
    };
    if let [from, until] = args.elapsed.as_slice() {
        let (from, until) = (instant(from, zone)?, instant(until, zone)?);
        let calendar = build(date(from, zone))?;
        if until < from {
            tell!("warning: {} lies before {}: the answer is 0", local(until, zone), local(from, zone));
        }
        let elapsed = calendar.elapsed(from, until);
        say!(
            "{} of {} open from {} to {} ({elapsed} s)",
            format::exact(elapsed),
            format::exact((until - from).max(0)),
            local(from, zone),
            local(until, zone)
        );
        for (start, end) in calendar.windows(from, until) {
            say!("  {} - {}  {:>10}", local(start, zone), local(end, zone), format::exact(end - start));
        }
        return Ok(());
    }
    if let [from, duration] = args.add.as_slice() {
        let from = instant(from, zone)?;
        let span: Span = duration
            .parse()
            .map_err(|error| Failure::usage(format!("error: `{duration}` is not a duration: {error}")))?;
        let due = build(date(from, zone))?.deadline(from, &span).ok_or_else(|| {
            Failure::usage(format!("error: calendar `{}` doesn't open for ten years", args.name))
        })?;
        say!("{} + {span} = {}", local(from, zone), local(due, zone));
        return Ok(());
    }
    let first = match &args.month {
        Some(month) => format!("{month}-01")
            .parse()
            .map_err(|_| Failure::usage(format!("error: `{month}` is not a month such as 2026-09")))?,
        None => {
            return Err(Failure::usage(
                "error: say which month, with `--month 2026-09`, or ask `--elapsed` or `--add`",
            ));
        }
    };
    month(&build(first)?, first, zone);
    Ok(())
}

fn month(calendar: &Calendar, first: NaiveDate, zone: Tz) {
    say!("{} {} ({})", calendar.spec().name, first.format("%Y-%m"), zone.name());
    let (mut open, mut days) = (0, 0);
    for date in first.iter_days().take_while(|date| date.month() == first.month()) {
        let day = calendar.day(date);
        let windows: Vec<String> = day
            .windows
            .iter()
            .map(|(start, end)| format!("{}-{}", hour(*start, zone, date), hour(*end, zone, date)))
            .collect();
        let seconds: i64 = day.windows.iter().map(|(start, end)| end - start).sum();
        let note = match day.reason {
            DayReason::Holiday(name) => name.unwrap_or_else(|| "holiday".to_owned()),
            DayReason::Override(name) => name.unwrap_or_else(|| "changed hours".to_owned()),
            DayReason::Weekly if windows.is_empty() => "closed".to_owned(),
            DayReason::Weekly => String::new(),
        };
        open += seconds;
        days += i64::from(seconds > 0);
        say!(
            "  {} {}  {:>7}  {}  {note}",
            date,
            date.format("%a"),
            format::exact(seconds),
            windows.join(" ")
        );
    }
    say!("  {days} days with hours, {} open", format::exact(open));
}

fn hour(at: i64, zone: Tz, of: NaiveDate) -> String {
    let local = DateTime::from_timestamp(at, 0).unwrap_or_default().with_timezone(&zone);
    let text = local.format("%H:%M").to_string();
    if local.date_naive() > of && text == "00:00" { "24:00".to_owned() } else { text }
}

fn date(at: i64, zone: Tz) -> NaiveDate {
    crate::clock::local_date(at, zone)
}

/// An instant as people of a zone write it, with the offset that says which of two equal hours it is.
pub fn local(at: i64, zone: Tz) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(String::new, |utc| {
        utc.with_timezone(&zone).format("%a %Y-%m-%d %H:%M:%S %:z").to_string()
    })
}

fn instant(text: &str, zone: Tz) -> Result<i64, Failure> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.timestamp());
    }
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|wall| local_to_utc(zone, wall))
        .ok_or_else(|| {
            Failure::usage(format!(
                "error: `{text}` is not an instant\nhint: write 2026-09-01T17:00:00Z, or \"2026-09-01 17:00\" in the calendar's zone"
            ))
        })
}
