//! A ticket's time as one lane: what it did, and when the limit was used up.

use std::fmt::Write as _;

use chrono_tz::Tz;

use super::finish::escaped;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Detail, format};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 40.0;

/// The segments as an `<svg>` that is stretched to its place, without text;
/// empty if they take no time.
///
/// Kinds differ in height as well as in colour, so that they can be told
/// apart without it; the class of each is the page's to paint. `id` is a word of
/// letters and digits.
pub fn lane(detail: &Detail, id: &str, zone: Tz, locale: Locale) -> String {
    let Some((from_at, until_at)) = span(detail) else {
        return String::new();
    };
    let x = |at: i64| (at - from_at) as f64 / (until_at - from_at) as f64 * WIDTH;
    let mut svg = format!(
        "<svg class=lane viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=none role=img \
         aria-labelledby=\"{id}-t {id}-d\"><title id={id}-t>{}</title><desc id={id}-d>{}</desc>",
        escaped(locale.text("Timeline")),
        escaped(&description(detail, (from_at, until_at), zone, locale))
    );
    // One path for all of a kind takes a third of the bytes of a shape each.
    let mut paths: Vec<(&str, String)> = Vec::new();
    for segment in &detail.segments {
        let (class, height) = look(&segment.kind);
        let (left, right) = (x(segment.from_at), x(segment.until_at));
        // Minutes in a month still show.
        let width = (right - left).max(1.5);
        let at = paths.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
            paths.push((class, String::new()));
            paths.len() - 1
        });
        let _ = write!(paths[at].1, "M{left:.1} {HEIGHT}v-{height}h{width:.1}v{height}z");
    }
    for (class, path) in paths {
        let _ = write!(svg, "<path class={class} d=\"{path}\"/>");
    }
    if let Some(due_at) = detail.due_at {
        let _ = write!(svg, "<path class=due d=\"M{:.1} 0V{HEIGHT}\"/>", x(due_at));
    }
    svg.push_str("</svg>");
    svg
}

/// Class of a kind's mark, and its height.
pub fn look(kind: &str) -> (&'static str, f64) {
    match kind {
        "work" => ("work", 34.0),
        "queue" => ("queue", 24.0),
        "waiting" => ("waiting", 14.0),
        "closed_hours" => ("closed", 5.0),
        _ => ("else", 9.0),
    }
}

/// From the first segment to the last, the due time included.
pub fn span(detail: &Detail) -> Option<(i64, i64)> {
    let from_at = detail.segments.iter().map(|segment| segment.from_at).min()?;
    let until_at = detail.segments.iter().map(|segment| segment.until_at).max()?;
    let (from_at, until_at) = match detail.due_at {
        Some(due_at) => (from_at.min(due_at), until_at.max(due_at)),
        None => (from_at, until_at),
    };
    (from_at < until_at).then_some((from_at, until_at))
}

fn description(detail: &Detail, (from_at, until_at): (i64, i64), zone: Tz, locale: Locale) -> String {
    let (from, until) = (format::instant(from_at, zone), format::instant(until_at, zone));
    let count = match detail.segments.len() {
        1 => phrase!(locale, "1 segment from {from} to {until}.", from = from, until = until),
        n => phrase!(
            locale,
            "{n} segments from {from} to {until}.",
            n = locale.count(n as i64),
            from = from,
            until = until
        ),
    };
    let due = detail
        .due_at
        .map(|due_at| phrase!(locale, "The limit was used up at {at}.", at = format::instant(due_at, zone)));
    let table = phrase!(locale, "The table below has each.");
    [Some(count), due, Some(table)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
