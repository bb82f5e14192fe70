//! How much of the limit was used, with what is still open.
//!
//! Answers "do tickets end well within their limit, just before it, or long
//! after?". What is still open counts as not having ended yet, as Kaplan and
//! Meier do it, so that slow tickets aren't left out for being slow.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::points::{few, number, text};
use super::{figure, position};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{ChartKind, Figure, MAX_CURVES, MAX_USED, Point, Table};
use crate::query::Chart;
use crate::stats::survival::{Group, Step, kaplan_meier, quantile};

/// What the queries call a series without a value.
const UNKNOWN: &str = "unknown";

/// More tickets than there are; sums of such numbers of an own query still fit.
const MAX_COUNT: f64 = 1e12;

/// The rows of one series.
#[derive(Default)]
struct Own {
    groups: Vec<Group>,
    tickets: u64,
}

/// A line for each series of at least `min_n`: `x` is a ratio of the limit,
/// `y` how many ended at it and how many are still open at it.
///
/// At most four lines, those of most tickets; the sentence names the others.
pub fn figure(min_n: i64, chart: &Chart, table: &Table, locale: Locale) -> Option<Figure> {
    let at = |name: Option<&String>| position(table, name?);
    let (x, ended, open) = (at(Some(&chart.x))?, at(chart.y.0.first())?, at(chart.y.0.get(1))?);
    let split = at(chart.series.as_ref());
    let mut all: BTreeMap<String, Own> = BTreeMap::new();
    for row in &table.rows {
        let value = |column: usize| number(&row[column], table.columns[column].format);
        let count = |column: usize| {
            value(column).filter(|value| *value >= 0.0).map_or(0, |value| value.min(MAX_COUNT) as u64)
        };
        let Some(time) = value(x) else {
            continue;
        };
        let own = all.entry(split.map_or(table.title.clone(), |split| text(&row[split]))).or_default();
        own.groups.push(Group { time, ended: count(ended), censored: count(open) });
        own.tickets += count(ended) + count(open);
    }
    let least = u64::try_from(min_n).unwrap_or(0).max(1);
    let mut names: Vec<(&String, &Own)> = all.iter().filter(|(_, own)| own.tickets >= least).collect();
    names.sort_by_key(|(_, own)| Reverse(own.tickets));
    names.truncate(MAX_CURVES);
    // In order of name again: severities are named in their order.
    names.sort_by_key(|(name, _)| *name);
    let mut points = Vec::new();
    let mut parts = Vec::new();
    let whole = phrase!(locale, "all tickets");
    for (name, own) in &names {
        // Of one curve without a name there is nothing to tell apart.
        let name = if *name == UNKNOWN && all.len() == 1 { &whole } else { *name };
        let steps = kaplan_meier(&own.groups)?;
        let point = |step: &Step| Point {
            series: name.clone(),
            x: step.time,
            y: 1.0 - step.survival,
            lower: None,
            upper: None,
            limits: None,
        };
        points.extend(steps.iter().map(point));
        // The line goes on to where the last one open was seen.
        let seen = own.groups.iter().map(|group| group.time).fold(0.0, f64::max);
        points.extend(
            steps.last().filter(|step| step.time < seen).map(|step| Point { x: seen, ..point(step) }),
        );
        let (half, most) = (half(&steps, locale), nine_in_ten(&steps, locale));
        parts.push(format!("{name} {half}, {most}"));
    }
    let beyond: u64 = names
        .iter()
        .flat_map(|(_, own)| &own.groups)
        .filter(|group| group.time > MAX_USED)
        .map(|group| group.ended + group.censored)
        .sum();
    let rest: Vec<&str> =
        all.keys().filter(|name| !names.iter().any(|one| one.0 == *name)).map(String::as_str).collect();
    let mut sentence =
        phrase!(locale, "Share of the limit by which so many had ended: {parts}.", parts = parts.join("; "));
    if !rest.is_empty() {
        sentence.push(' ');
        sentence +=
            &phrase!(locale, "Not drawn, as they have fewer tickets: {names}.", names = few(&rest, locale));
    }
    let label = match beyond {
        0 => phrase!(locale, "Share of the limit used"),
        _ => phrase!(
            locale,
            "Share of the limit used · {n} beyond {most} not drawn",
            n = locale.count(i64::try_from(beyond).unwrap_or(i64::MAX)),
            most = locale.aim(MAX_USED)
        ),
    };
    (!points.is_empty()).then(|| Figure {
        x_label: label,
        y_label: phrase!(locale, "Share ended"),
        points,
        ..figure::empty(ChartKind::Ecdf, table, "%", sentence, locale)
    })
}

/// `half by 62%`, or that it isn't seen.
fn half(steps: &[Step], locale: Locale) -> String {
    match quantile(steps, 0.5) {
        None => phrase!(locale, "half not yet"),
        Some(used) if used > MAX_USED => {
            phrase!(locale, "half beyond {share}", share = locale.aim(MAX_USED))
        }
        Some(used) => phrase!(locale, "half by {share}", share = whole(used, locale)),
    }
}

fn nine_in_ten(steps: &[Step], locale: Locale) -> String {
    match quantile(steps, 0.9) {
        None => phrase!(locale, "nine in ten not yet"),
        Some(used) if used > MAX_USED => {
            phrase!(locale, "nine in ten beyond {share}", share = locale.aim(MAX_USED))
        }
        Some(used) => phrase!(locale, "nine in ten by {share}", share = whole(used, locale)),
    }
}

/// The steps lie at whole percents.
fn whole(used: f64, locale: Locale) -> String {
    format!("{}%", locale.number(used * 100.0, 0))
}
