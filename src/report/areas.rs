//! Recurring problem areas in words: what was found, how sure it is, and what would help.

use super::Inputs;
use crate::config::Config;
use crate::paper::format;
use crate::recurrence::advice::{Advised, Evidence, Weighed};
use crate::recurrence::area::Area;
use crate::recurrence::codes::Dimension;
use crate::recurrence::spread::Verdict;
use crate::recurrence::test::{Question, Tier};
use crate::recurrence::{Lost, Recurrence};
use crate::tables::placed_at;

/// Sentences of the section: the areas to act on, the rest in numbers, what is missing.
pub fn sentences(config: &Config, found: &Recurrence) -> Vec<String> {
    let act: Vec<&Area> = found.areas.iter().filter(|area| area.tier == Tier::Act).collect();
    let watched = found.areas.len() - act.len();
    let mut sentences: Vec<String> = act.iter().map(|area| headline(config, area)).collect();
    if act.is_empty() {
        sentences.push(format!(
            "No area stands out so far that it should be acted on, from {} to {}.",
            found.windows.current_on,
            found.windows.end_on.pred_opt().unwrap_or(found.windows.end_on)
        ));
    }
    if watched > 0 {
        sentences.push(format!(
            "{} more {} worth watching; no advice follows from them.",
            format::count(watched as i64),
            if watched == 1 { "is" } else { "are" }
        ));
    }
    sentences.extend(found.findings.iter().map(|finding| capitalised(finding) + "."));
    sentences
}

/// A smaller gain in attainment is not worth a sentence.
const LEAST_GAIN: f64 = 0.001;

/// What attainment would have been without an area's tickets, of the clock that it costs most.
///
/// Arithmetic on the period's own readings: who would have used the time is not known.
pub fn without(inputs: &Inputs, area: &Area) -> Option<String> {
    let clocks = inputs.kpis.len();
    let mut lost = vec![(0, 0); clocks];
    for row in &area.rows {
        let first = *row as usize * clocks;
        for (index, reading) in inputs.readings.rows.get(first..first + clocks)?.iter().enumerate() {
            if inputs.period.contains(placed_at(reading, inputs.kernel, inputs.period)) {
                lost[index].0 += i64::from(reading.verdict.is_kept());
                lost[index].1 += i64::from(reading.verdict.is_missed());
            }
        }
    }
    let (kpi, (kept, missed)) = inputs.kpis.iter().zip(lost).max_by_key(|(_, (_, missed))| *missed)?;
    let (rest_kept, rest) = (kpi.kept() - kept, kpi.decided() - kept - missed);
    let better = rest_kept as f64 / rest.max(1) as f64 - kpi.attainment()?;
    if missed == 0 || better < LEAST_GAIN {
        return None;
    }
    Some(format!(
        "Without the tickets of {}, {} would have been {} ({}) instead of {} ({}): arithmetic, not a forecast.",
        name(area),
        kpi.label,
        format::share(rest_kept as f64 / rest as f64),
        format::fraction(rest_kept, rest),
        format::share(kpi.attainment().unwrap_or(0.0)),
        format::fraction(kpi.kept(), kpi.decided()),
    ))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `Module Payments, error code ORA-BK-4711`.
pub fn title(area: &Area) -> String {
    capitalised(&name(area))
}

fn name(area: &Area) -> String {
    let parts: Vec<String> = area
        .cut
        .iter()
        .map(|(dimension, value)| format!("{} {value}", dimension.name().replace('_', " ")))
        .collect();
    parts.join(", ")
}

/// What was found, against what, and what to do.
pub fn headline(config: &Config, area: &Area) -> String {
    format!("{}: {} {} {}", title(area), amount(area), spread(area), advised(config, area))
}

/// How many, where, and how many were to be expected.
fn amount(area: &Area) -> String {
    let days = (area.end_on - area.current_on).num_days();
    let incidents = |count: u32| match count {
        1 => "1 incident".to_owned(),
        count => format!("{} incidents", format::count(i64::from(count))),
    };
    let tickets = match area.current.tickets {
        tickets if tickets > area.current.incidents => {
            format!(" ({} tickets)", format::count(i64::from(tickets)))
        }
        _ => String::new(),
    };
    let ratio = match area.ratio {
        Some(ratio) if ratio.is_finite() => format!(
            " ({}x, 95% interval {} to {})",
            format::number(ratio, 1),
            format::number(area.bounds.lower, 1),
            if area.bounds.upper.is_finite() {
                format::number(area.bounds.upper, 1)
            } else {
                "any".to_owned()
            }
        ),
        _ => format!(" (new; at least {}x)", format::number(area.bounds.lower, 1)),
    };
    let expected = format::number(area.expected, 1);
    match area.question {
        Question::OwnChange => format!(
            "{}{tickets} in {days} days; {expected} expected from the {} days before{ratio}.",
            incidents(area.current.incidents),
            (area.current_on - area.baseline_on).num_days()
        ),
        Question::PeerExcess => format!(
            "{} in {} days; {expected} expected from other sites{ratio}.",
            incidents(area.observed),
            (area.end_on - area.baseline_on).num_days()
        ),
        Question::BadUnit => format!(
            "{} of one fault in two years; {expected} expected from the other units of the model{ratio}.",
            incidents(area.observed)
        ),
        Question::WearOut => format!(
            "{} in all its history, more and more with age: they grow as its power of {} to {} (95%).",
            incidents(area.observed),
            format::number(area.bounds.lower, 1),
            format::number(area.bounds.upper, 1)
        ),
    }
}

/// Whether it is everywhere, and what it has in common. Of one place or unit there is nothing to say.
fn spread(area: &Area) -> String {
    let own = &area.spread;
    let sites = |text: &str| match own.sites {
        0 => text.to_owned(),
        sites => format!("{text}: {} sites hit", format::fraction(own.sites_hit as i64, sites as i64)),
    };
    let is_place =
        area.cut.iter().any(|(dimension, _)| matches!(dimension, Dimension::Site | Dimension::Unit));
    let mut text = match own.verdict {
        Verdict::BadUnit => "A bad unit".to_owned(),
        _ if area.question == Question::WearOut => "Wear".to_owned(),
        _ if is_place => "Local".to_owned(),
        Verdict::CannotTell => "Whether it is everywhere can't be told".to_owned(),
        Verdict::Systemic if own.is_simultaneous => sites("Systemic, and at many sites at once"),
        verdict => sites(&capitalised(verdict.name())),
    };
    let is_spread = matches!(own.verdict, Verdict::Systemic | Verdict::Mixed) && !is_place;
    if let Some(expected) = own.expected_sites.filter(|_| is_spread) {
        text += &format!(", {} expected if it hit all alike", format::number(expected, 1));
    }
    if let Some((Some(ratio), p)) = own.without_worst.filter(|_| is_spread) {
        text += &format!("; without the two worst sites {}x (p {})", format::number(ratio, 1), small(p));
    }
    if let (Verdict::Local, Some(site), false) = (own.verdict, &own.top_site, is_place) {
        text += &format!("; {} of it at {site}", format::share(own.top_share));
    }
    if let Some(why) = own.why_not.filter(|_| !is_place) {
        text += &format!(" ({why})");
    }
    if let Some(cause) = &area.shared_cause {
        text += &format!(
            ". Shared: {} {}, with {} of {} incidents",
            cause.dimension.name().replace('_', " "),
            cause.value,
            format::count(i64::from(cause.incidents)),
            format::count(i64::from(cause.incidents + cause.others)),
        );
    }
    text + "."
}

/// `0.003`, or `below 0.001`.
fn small(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

fn advised(config: &Config, area: &Area) -> String {
    match &area.advice {
        None => String::new(),
        Some(Advised { winner: Some(winner), .. }) => {
            config.recurrence.rules.get(*winner).map_or(String::new(), |rule| rule.advice.clone())
        }
        Some(Advised { missing, .. }) if missing.is_empty() => {
            "No rule of advice fits: undecided.".to_owned()
        }
        Some(Advised { missing, .. }) => format!("Undecided: {}.", missing.join("; ")),
    }
}

/// Everything about one area, for `sla areas --explain`.
pub fn explanation(config: &Config, area: &Area, place: usize) -> Vec<String> {
    let mut lines = vec![format!("{place}. {} [{}]", title(area), crate::tables::tier(area.tier))];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<10}{text}"));
    row("area", area.id.clone());
    row("found", amount(area));
    row(
        "windows",
        format!(
            "{} to {} against {} to {}, ends not included",
            area.current_on, area.end_on, area.baseline_on, area.current_on
        ),
    );
    row(
        "sure",
        format!(
            "p {}, q {} among {} groups tested together: of those flagged like this, about {} are expected to be false",
            small(area.p),
            small(area.q),
            format::count(area.family as i64),
            format::share(config.recurrence.settings.act_q)
        ),
    );
    row("spread", spread(area));
    row("lost", lost(&area.lost));
    if let Some(change) = &area.would_change {
        row(
            "change",
            format!(
                "with {} incidents in its place it would be {}",
                format::count(i64::from(change.incidents)),
                match change.to {
                    Tier::Act => "one to act on",
                    Tier::Watch => "one to watch at most",
                    Tier::Silent => "silent",
                }
            ),
        );
    }
    if !area.explains.is_empty() {
        row("covers", format!("{} wider groups stand out only because of it", area.explains.len()));
    }
    if let Some(advice) = &area.advice {
        row("advice", advised(config, area));
        for rule in &advice.rules {
            let mark = match rule.holds() {
                true if Some(rule.rule) == advice.winner => "yes",
                true => "also",
                false => "no",
            };
            row("", format!("{mark:<5}{}: {}", rule.name, evidence(rule)));
        }
        if let Some(rule) = advice.winner.and_then(|winner| config.recurrence.rules.get(winner)) {
            row("basis", rule.basis.clone());
        }
    }
    lines
}

/// Clocks missed, hours over their limits and visits in the tickets of the current window.
pub fn lost(lost: &Lost) -> String {
    let count = |count: u32, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{} {what}s", format::count(i64::from(count))),
    };
    format!(
        "Cost in the current window: {}, {} over their limits, {}",
        count(lost.missed, "missed clock"),
        format::hours(lost.overrun_s),
        count(lost.visits, "visit")
    )
}

fn evidence(rule: &Weighed) -> String {
    rule.evidence.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn one(evidence: &Evidence) -> String {
    let condition = &evidence.condition;
    let wanted = match (condition.at_least, condition.at_most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "known".to_owned(),
    };
    let found = match (evidence.measure.value, evidence.measure.why_not) {
        (Some(value), _) => format::number(value, if value.fract() == 0.0 { 0 } else { 2 }),
        (None, Some(why)) => why.to_owned(),
        (None, None) => "not known".to_owned(),
    };
    let part = evidence
        .measure
        .part
        .map_or(String::new(), |(part, whole)| format!(" ({})", format::fraction(part as i64, whole as i64)));
    format!("{} {found}{part}, wanted {wanted}", condition.fact.name().replace('_', " "))
}
