//! What can be wrong with a calendar.

use chrono::NaiveDate;

use super::intervals::{Interval, cut, union};
use super::spec::{Break, CalendarSpec, Holiday, Hours, WeeklyHours, Window};

const DAY_S: i64 = 86_400;
const WEEK_S: i64 = 7 * DAY_S;
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// All problems, each as a phrase that goes on from the calendar's name.
pub(super) fn problems(spec: &CalendarSpec) -> Vec<String> {
    let mut found = Vec::new();
    if spec.versions.is_empty() {
        found.push("has no hours at all".to_owned());
    }
    // Hours that only single dates have are hours too.
    let has_dated_hours = spec.overrides.iter().any(|day| !day.windows.is_empty());
    for hours in &spec.versions {
        version_problems(hours, has_dated_hours, &mut found);
    }
    for (index, hours) in spec.versions.iter().enumerate() {
        if spec.versions[..index].iter().any(|other| other.valid_from == hours.valid_from) {
            found.push(format!("has hours twice{}", since(hours)));
        }
    }
    for (index, day) in spec.overrides.iter().enumerate() {
        if spec.overrides[..index].iter().any(|other| other.date == day.date) {
            found.push(format!("has hours twice on {}", day.date));
        }
        let placed: Vec<_> = day.windows.iter().map(|window| Placed::on(0, window)).collect();
        window_problems(&day.windows, &format!(" on {}", day.date), &mut found);
        overlaps(&placed, i64::MAX / 2, &format!(" on {}", day.date), &mut found);
    }
    for holiday in &spec.holidays {
        if let Holiday::Yearly { month, day, .. } = holiday
            // A leap year, so that 29 February is a day.
            && NaiveDate::from_ymd_opt(2000, *month, *day).is_none()
        {
            found.push(format!("has a holiday on {month:02}-{day:02}, expected a day of the year"));
        }
    }
    found
}

fn version_problems(hours: &Hours, has_dated_hours: bool, found: &mut Vec<String>) {
    let known = found.len();
    let since = since(hours);
    let mut placed = Vec::new();
    if let WeeklyHours::Windows(week) = &hours.weekly {
        for (day, windows) in week.iter().enumerate() {
            window_problems(windows, &format!(" on {}{since}", NAMES[day]), found);
            placed.extend(windows.iter().map(|window| Placed::on(day, window)));
        }
        if placed.is_empty() && !has_dated_hours {
            found.push(format!("has no hours at all{since}"));
        }
        overlaps(&placed, WEEK_S, &since, found);
    }
    for pause in &hours.breaks {
        let windows = std::slice::from_ref(&pause.window);
        window_problems(windows, &format!(" among the breaks{since}"), found);
    }
    let is_closed = || is_all_breaks(&placed, &hours.weekly, &hours.breaks);
    if found.len() == known && !has_dated_hours && is_closed() {
        found.push(format!("has no hours left by its breaks{since}"));
    }
}

fn since(hours: &Hours) -> String {
    hours.valid_from.map_or_else(String::new, |date| format!(" from {date} on"))
}

fn window_problems(windows: &[Window], place: &str, found: &mut Vec<String>) {
    for window in windows {
        if i64::from(window.start_s) >= DAY_S || i64::from(window.end_s) > DAY_S {
            let shown = show(window);
            found.push(format!("has `{shown}`{place}, expected times of a day up to 24:00"));
        } else if window.start_s == window.end_s {
            let shown = show(window);
            found.push(format!(
                "has the empty window `{shown}`{place}, expected `00:00-24:00` for a whole day"
            ));
        }
    }
}

/// A window at its place in the week.
struct Placed<'a> {
    day: usize,
    window: &'a Window,
    stretch: Interval,
}

impl Placed<'_> {
    fn on(day: usize, window: &Window) -> Placed<'_> {
        let midnight = day as i64 * DAY_S;
        let end = midnight + i64::from(window.end_of_stretch_s());
        Placed { day, window, stretch: (midnight + i64::from(window.start_s), end) }
    }
}

/// `period_s` after which the windows come again: Sunday's night shift meets Monday.
fn overlaps(placed: &[Placed], period_s: i64, place: &str, found: &mut Vec<String>) {
    let meet = |a: Interval, b: Interval| a.0 < b.1 && b.0 < a.1;
    for (index, a) in placed.iter().enumerate() {
        for b in &placed[index + 1..] {
            let is_met = [0, -period_s, period_s].iter().any(|shift| {
                let (start, end) = b.stretch;
                meet(a.stretch, (start + shift, end + shift))
            });
            if is_met {
                let (first, second) = (show(a.window), show(b.window));
                let days = match (period_s == WEEK_S, a.day == b.day) {
                    (false, _) => String::new(),
                    (true, true) => format!(" on {}", NAMES[a.day]),
                    (true, false) => format!(" on {} and {}", NAMES[a.day], NAMES[b.day]),
                };
                found.push(format!("has overlapping windows `{first}` and `{second}`{days}{place}"));
            }
        }
    }
}

/// Whether the breaks of every week leave nothing of the hours, by the wall clock.
fn is_all_breaks(placed: &[Placed], weekly: &WeeklyHours, breaks: &[Break]) -> bool {
    let mut open: Vec<Interval> = match weekly {
        WeeklyHours::AlwaysOpen => vec![(0, WEEK_S)],
        WeeklyHours::Windows(_) if placed.is_empty() => return false,
        WeeklyHours::Windows(_) => placed.iter().map(|placed| placed.stretch).collect(),
    };
    for pause in breaks.iter().filter(|pause| pause.date.is_none()) {
        for day in 0..7 {
            let owner = pause.weekday.map(|weekday| weekday.num_days_from_monday() as usize);
            if owner.is_some_and(|owner| owner != day) {
                continue;
            }
            let (start, end) = Placed::on(day, &pause.window).stretch;
            for shift in [-WEEK_S, 0, WEEK_S] {
                cut(&mut open, 0, (start + shift, end + shift));
            }
        }
    }
    union(&mut open);
    open.is_empty()
}

fn show(window: &Window) -> String {
    let time = |s: u32| match s % 60 {
        0 => format!("{:02}:{:02}", s / 3600, s / 60 % 60),
        rest => format!("{:02}:{:02}:{rest:02}", s / 3600, s / 60 % 60),
    };
    format!("{}-{}", time(window.start_s), time(window.end_s))
}
