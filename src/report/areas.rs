//! Recurring problem areas in words: what was found, how sure it is, and what would help.

use std::fmt::Display;

use super::Inputs;
use crate::config::Config;
use crate::paper::locale::{Locale, phrase};
use crate::recurrence::advice::{Advised, Evidence, Weighed};
use crate::recurrence::area::Area;
use crate::recurrence::codes::Dimension;
use crate::recurrence::spread::Verdict;
use crate::recurrence::test::{Question, Tier};
use crate::recurrence::{Finding, Lost, Recurrence};
use crate::tables::placed_at;

/// Sentences of the section: the areas to act on, the rest in numbers, what is missing.
pub fn sentences(config: &Config, found: &Recurrence, locale: Locale) -> Vec<String> {
    let act: Vec<&Area> = found.areas.iter().filter(|area| area.tier == Tier::Act).collect();
    let watched = found.areas.len() - act.len();
    let mut sentences: Vec<String> = act.iter().map(|area| headline(config, area, locale)).collect();
    if act.is_empty() {
        sentences.push(phrase!(
            locale,
            "No area stands out so far that it should be acted on, from {from} to {to}.",
            from = found.windows.current_on,
            to = found.windows.end_on.pred_opt().unwrap_or(found.windows.end_on)
        ));
    }
    match watched {
        0 => {}
        1 => sentences.push(phrase!(locale, "1 more is worth watching; no advice follows from it.")),
        n => sentences.push(phrase!(
            locale,
            "{n} more are worth watching; no advice follows from them.",
            n = locale.count(n as i64)
        )),
    }
    sentences.extend(found.findings.iter().map(|finding| self::finding(finding, locale)));
    sentences
}

/// A finding as a sentence.
pub fn finding(finding: &Finding, locale: Locale) -> String {
    let written = |value: &String| value.parse().map_or_else(|_| value.clone(), |n| locale.count(n));
    let values: Vec<(&str, String)> =
        finding.values.iter().map(|(name, value)| (*name, written(value))).collect();
    let values: Vec<(&str, &dyn Display)> =
        values.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
    locale.fill(finding.text, &values)
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
    let locale = inputs.config.locale;
    Some(phrase!(
        locale,
        "Without the tickets of {area}, {clock} would have been {better} ({better_fraction}) instead of {share} \
         ({fraction}): arithmetic, not a forecast.",
        area = name(area, locale),
        clock = kpi.label,
        better = locale.share(rest_kept as f64 / rest as f64),
        better_fraction = locale.fraction(rest_kept, rest),
        share = locale.share(kpi.attainment().unwrap_or(0.0)),
        fraction = locale.fraction(kpi.kept(), kpi.decided()),
    ))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `Module Payments, error code ORA-BK-4711`.
pub fn title(area: &Area, locale: Locale) -> String {
    capitalised(&name(area, locale))
}

fn name(area: &Area, locale: Locale) -> String {
    let parts: Vec<String> = area
        .cut
        .iter()
        .map(|(dimension, value)| format!("{} {value}", self::dimension(*dimension, locale)))
        .collect();
    parts.join(", ")
}

fn dimension(dimension: Dimension, locale: Locale) -> String {
    locale.text(&dimension.name().replace('_', " ")).to_owned()
}

/// What was found, against what, and what to do.
pub fn headline(config: &Config, area: &Area, locale: Locale) -> String {
    let (amount, spread) = (amount(area, locale), spread(area, locale));
    format!("{}: {amount} {spread} {}", title(area, locale), advised(config, area, locale))
}

/// How many, where, and how many were to be expected.
fn amount(area: &Area, locale: Locale) -> String {
    let days = (area.end_on - area.current_on).num_days();
    let incidents = |count: u32| match count {
        1 => phrase!(locale, "1 incident"),
        count => phrase!(locale, "{n} incidents", n = locale.count(i64::from(count))),
    };
    let tickets = match area.current.tickets {
        tickets if tickets > area.current.incidents => {
            phrase!(locale, " ({n} tickets)", n = locale.count(i64::from(tickets)))
        }
        _ => String::new(),
    };
    let lower = locale.number(area.bounds.lower, 1);
    let ratio = match area.ratio {
        Some(ratio) if ratio.is_finite() => phrase!(
            locale,
            "{ratio}x, 95% interval {lower} to {upper}",
            ratio = locale.number(ratio, 1),
            lower = lower,
            upper = match area.bounds.upper {
                upper if upper.is_finite() => locale.number(upper, 1),
                _ => phrase!(locale, "any"),
            }
        ),
        _ => phrase!(locale, "new; at least {lower}x", lower = lower),
    };
    let expected = locale.number(area.expected, 1);
    match area.question {
        Question::OwnChange => phrase!(
            locale,
            "{incidents}{tickets} in {days} days; {expected} expected from the {baseline} days before ({ratio}).",
            incidents = incidents(area.current.incidents),
            tickets = tickets,
            days = days,
            expected = expected,
            baseline = (area.current_on - area.baseline_on).num_days(),
            ratio = ratio
        ),
        Question::PeerExcess => phrase!(
            locale,
            "{incidents} in {days} days; {expected} expected from other sites ({ratio}).",
            incidents = incidents(area.observed),
            days = (area.end_on - area.baseline_on).num_days(),
            expected = expected,
            ratio = ratio
        ),
        Question::BadUnit => phrase!(
            locale,
            "{incidents} of one fault in up to two years; {expected} expected from the other units of the model ({ratio}).",
            incidents = incidents(area.observed),
            expected = expected,
            ratio = ratio
        ),
        Question::WearOut => phrase!(
            locale,
            "{incidents} in all its history, more and more with age: they grow as its power of {lower} to {upper} \
             (95%).",
            incidents = incidents(area.observed),
            lower = lower,
            upper = locale.number(area.bounds.upper, 1)
        ),
    }
}

/// Whether it is everywhere, and what it has in common. Of one place or unit there is nothing to say.
fn spread(area: &Area, locale: Locale) -> String {
    let own = &area.spread;
    let sites = |text: String| match own.sites {
        0 => text,
        sites => phrase!(
            locale,
            "{spread}: {fraction} sites hit",
            spread = text,
            fraction = locale.fraction(own.sites_hit as i64, sites as i64)
        ),
    };
    let is_place = area.is_place();
    let mut text = match own.verdict {
        Verdict::BadUnit => phrase!(locale, "A bad unit"),
        _ if area.question == Question::WearOut => phrase!(locale, "Wear"),
        _ if is_place => phrase!(locale, "Local"),
        Verdict::CannotTell => phrase!(locale, "Whether it is everywhere can't be told"),
        Verdict::Systemic if own.is_simultaneous => {
            sites(phrase!(locale, "Systemic, and at many sites at once"))
        }
        verdict => sites(capitalised(locale.text(verdict.name()))),
    };
    let is_spread = matches!(own.verdict, Verdict::Systemic | Verdict::Mixed) && !is_place;
    if let Some(expected) = own.expected_sites.filter(|_| is_spread) {
        text += &phrase!(locale, ", {n} expected if it hit all alike", n = locale.number(expected, 1));
    }
    if let Some((Some(ratio), p)) = own.without_worst.filter(|_| is_spread) {
        text += &phrase!(
            locale,
            "; without the two worst sites {ratio}x (p {p})",
            ratio = locale.number(ratio, 1),
            p = small(p, locale)
        );
    }
    if let (Verdict::Local, Some(site), false) = (own.verdict, &own.top_site, is_place) {
        text +=
            &phrase!(locale, "; {share} of it at {site}", share = locale.share(own.top_share), site = site);
    }
    if let Some(why) = own.why_not.filter(|_| !is_place) {
        text += &format!(" ({})", locale.text(why));
    }
    text.push('.');
    if let Some(cause) = &area.shared_cause {
        text += &format!(
            " {}",
            phrase!(
                locale,
                "Shared: {what} {value}, with {fraction} incidents of both windows.",
                what = dimension(cause.dimension, locale),
                value = cause.value,
                fraction =
                    locale.fraction(i64::from(cause.incidents), i64::from(cause.incidents + cause.others))
            )
        );
    }
    text
}

/// `0.003`, or `below 0.001`.
fn small(p: f64, locale: Locale) -> String {
    match p {
        p if p < 0.001 => phrase!(locale, "below {p}", p = locale.number(0.001, 3)),
        p => locale.number(p, 3),
    }
}

fn advised(config: &Config, area: &Area, locale: Locale) -> String {
    match &area.advice {
        None => String::new(),
        Some(Advised { winner: Some(winner), .. }) => config
            .recurrence
            .rules
            .get(*winner)
            .map_or(String::new(), |rule| locale.text(&rule.advice).to_owned()),
        Some(Advised { missing, .. }) if missing.is_empty() => {
            phrase!(locale, "No rule of advice fits: undecided.")
        }
        Some(Advised { missing, .. }) => {
            let missing: Vec<&str> = missing.iter().map(|why| locale.text(why)).collect();
            phrase!(locale, "Undecided: {why}.", why = missing.join("; "))
        }
    }
}

/// What a terminal says, which is English.
const TERMINAL: Locale = Locale::EnGb;

/// Everything about one area, for `sla areas --explain`.
pub fn explanation(config: &Config, area: &Area, place: usize) -> Vec<String> {
    let mut lines = vec![format!("{place}. {} [{}]", title(area, TERMINAL), crate::tables::tier(area.tier))];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<10}{text}"));
    row("area", area.id.clone());
    row("found", amount(area, TERMINAL));
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
            small(area.p, TERMINAL),
            small(area.q, TERMINAL),
            TERMINAL.count(area.family as i64),
            TERMINAL.share(config.recurrence.settings.act_q)
        ),
    );
    row("spread", spread(area, TERMINAL));
    row("lost", lost(&area.lost));
    if let Some(change) = &area.would_change {
        row(
            "change",
            format!(
                "with {} incidents in its place it would be {}",
                TERMINAL.count(i64::from(change.incidents)),
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
        row("advice", advised(config, area, TERMINAL));
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
        count => format!("{} {what}s", TERMINAL.count(i64::from(count))),
    };
    format!(
        "Cost in the current window: {}, {} over their limits, {}",
        count(lost.missed, "missed clock"),
        TERMINAL.hours(lost.overrun_s),
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
        (Some(value), _) => TERMINAL.number(value, if value.fract() == 0.0 { 0 } else { 2 }),
        (None, Some(why)) => why.to_owned(),
        (None, None) => "not known".to_owned(),
    };
    let part = evidence.measure.part.map_or(String::new(), |(part, whole)| {
        format!(" ({})", TERMINAL.fraction(part as i64, whole as i64))
    });
    format!("{} {found}{part}, wanted {wanted}", condition.fact.name().replace('_', " "))
}
