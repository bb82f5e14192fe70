//! What a period's name means.

use chrono::{Datelike, Months, NaiveDate};

use super::{Failure, day_start};
use crate::clock::local_date;
use crate::config::Config;
use crate::paper::OtherPeriod;
use crate::paper::locale::{Locale, phrase};
use crate::tables::Period;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Other periods that a page offers before and after its own.
const MAX_OTHERS: u32 = 60;

/// Objects to what is no period, before anything is read.
///
/// # Errors
/// As of [`resolve`].
pub fn check(config: &Config, text: &str) -> Result<(), Failure> {
    // The month before any instant will do.
    resolve(config, text, None, Some(0)).map(|_| ())
}

/// Resolves `--period`.
///
/// `last-month` is the last whole month before as-of or, without one, before
/// the latest instant in the data. Without `--as-of` a period is judged at its
/// end or, if it is still running, at the latest instant in the data.
pub fn resolve(
    config: &Config,
    text: &str,
    as_of: Option<i64>,
    last_at: Option<i64>,
) -> Result<Period, Failure> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
    let wrong = || {
        Failure::usage(format!(
            "error: `{text}` is not a period\nhint: write 2026-09, 2026-Q3, 2026, 2026-08-01..2026-08-31 or last-month"
        ))
    };
    type Label = Box<dyn Fn(Locale) -> String>;
    let of_month = |first: NaiveDate| -> Label { Box::new(move |locale| month_label(first, locale)) };
    let (first, last, label): (_, _, Label) = if text == "last-month" {
        let until = as_of.or(last_at).ok_or_else(|| {
            Failure::new(super::EMPTY, "error: the exports hold no ticket, so there is no last month\nhint: name the month with `--period 2026-09`")
        })?;
        let today = local_date(until, config.zone);
        let next = today.with_day(1).unwrap_or(today);
        let first = next.checked_sub_months(Months::new(1)).ok_or_else(wrong)?;
        (first, next, of_month(first))
    } else if let Some((from, until)) = text.split_once("..") {
        let date = |day: &str| day.parse::<NaiveDate>().ok().filter(|_| is_digits(day, 10)).ok_or_else(wrong);
        let (from, until) = (date(from)?, date(until)?);
        if until < from {
            return Err(Failure::usage(format!("error: the period `{text}` ends before it starts")));
        }
        let label = move |locale: Locale| phrase!(locale, "{from} to {until}", from = from, until = until);
        (from, until.succ_opt().ok_or_else(wrong)?, Box::new(label))
    } else if let Some((year, quarter)) = text.split_once("-Q") {
        let quarters = [("1", 1), ("2", 4), ("3", 7), ("4", 10)];
        let month = quarters.iter().find(|known| known.0 == quarter).ok_or_else(wrong)?.1;
        let year: i32 = year.parse().ok().filter(|_| is_digits(year, 4)).ok_or_else(wrong)?;
        let first = day(year, month, 1).ok_or_else(wrong)?;
        (first, first + Months::new(3), Box::new(move |locale| quarter_label(first, locale)))
    } else if let Some(first) = format!("{text}-01").parse::<NaiveDate>().ok().filter(|_| is_digits(text, 7))
    {
        (first, first + Months::new(1), of_month(first))
    } else {
        let year: i32 = text.parse().ok().filter(|_| is_digits(text, 4)).ok_or_else(wrong)?;
        let first = day(year, 1, 1).ok_or_else(wrong)?;
        (first, first + Months::new(12), Box::new(move |_| year.to_string()))
    };
    let before = previous(first, last);
    let (from_at, until_at) = (day_start(config, first), day_start(config, last));
    let name = if text == "last-month" { first.format("%Y-%m").to_string() } else { text.replace("..", "_") };
    let as_of = as_of.unwrap_or_else(|| until_at.min(last_at.unwrap_or(until_at).max(from_at)));
    let before_at = day_start(config, before);
    let before_label = |locale: Locale| match before + Months::new(1) == first {
        true => month_label(before, locale),
        false => phrase!(locale, "the period before"),
    };
    let months = whole_months(first, last);
    let labels = Locale::ALL.map(label);
    let before_labels = Locale::ALL.map(before_label);
    Ok(Period { name, labels, before_at, before_labels, from_at, until_at, months, as_of })
}

/// Periods as long as the one, from the first instant (seconds UTC) to the last, its own included;
/// none for a period that isn't a month, a quarter or a year.
pub fn alike(config: &Config, period: &Period, (first_at, last_at): (i64, i64)) -> Vec<OtherPeriod> {
    let Some(months) = period.months else { return Vec::new() };
    let locale = config.locale;
    let own = local_date(period.from_at, config.zone);
    let (first, last) = (local_date(first_at, config.zone), local_date(last_at, config.zone));
    let step = |n: u32| Months::new(n * months);
    let earlier = (1..=MAX_OTHERS).map(|n| own - step(n)).take_while(|from| *from + step(1) > first);
    let later = (1..=MAX_OTHERS).map(|n| own + step(n)).take_while(|from| *from <= last);
    let mut firsts: Vec<NaiveDate> = earlier.collect();
    firsts.reverse();
    firsts.push(own);
    firsts.extend(later);
    let named = |from: NaiveDate| match months {
        1 => (from.format("%Y-%m").to_string(), month_label(from, locale)),
        3 => (format!("{}-Q{}", from.year(), from.month0() / 3 + 1), quarter_label(from, locale)),
        _ => (from.year().to_string(), from.year().to_string()),
    };
    if named(own).0 != period.name {
        return Vec::new();
    }
    firsts
        .into_iter()
        .map(|from| {
            let (name, label) = named(from);
            OtherPeriod { label, name }
        })
        .collect()
}

/// The length of a month, quarter or year that begins with a month.
fn whole_months(first: NaiveDate, last: NaiveDate) -> Option<u32> {
    [1, 3, 12].into_iter().find(|months| first.day() == 1 && first + Months::new(*months) == last)
}

/// The first day of the period before: as many whole months, else as many days.
fn previous(first: NaiveDate, last: NaiveDate) -> NaiveDate {
    match whole_months(first, last) {
        Some(months) => first - Months::new(months),
        None => first - (last - first),
    }
}

/// Digits and hyphens only, so that a period has one name and one folder.
fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn quarter_label(first: NaiveDate, locale: Locale) -> String {
    phrase!(locale, "quarter {quarter} of {year}", quarter = first.month0() / 3 + 1, year = first.year())
}

fn month_label(first: NaiveDate, locale: Locale) -> String {
    let month = locale.text(MONTHS[first.month0() as usize]);
    phrase!(locale, "{month} {year}", month = month, year = first.year())
}
