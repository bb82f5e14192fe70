//! Key figures: the first three clocks with targets, what was missed, what is open, what was rejected.

use std::collections::HashSet;

use super::kpi::{Kpi, ratio};
use super::{Inputs, figure, gap, open_overdue, opened_later, position, result, spc};
use crate::clock::Verdict;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Amounts, Card, Cell, Tone};

/// The cards of the verdict, in their order.
pub fn cards(inputs: &Inputs) -> Vec<Card> {
    let mut cards: Vec<Card> =
        inputs.kpis.iter().filter(|kpi| has_targets(kpi)).take(3).map(|kpi| card(kpi, inputs)).collect();
    cards.push(missed_card(inputs));
    cards.push(open_card(inputs));
    cards.push(quality_card(inputs));
    cards
}

fn has_targets(kpi: &Kpi) -> bool {
    kpi.decided() + kpi.undecided() + kpi.count(Verdict::Unmeasured) > 0
}

fn card(kpi: &Kpi, inputs: &Inputs) -> Card {
    let locale = inputs.config.locale;
    let before = ratio(kpi.before.0, kpi.before.0 + kpi.before.1);
    let is_few = kpi.decided() < inputs.config.min_n;
    let (tone, status) = match (kpi.attainment(), kpi.attainment_target) {
        (None, _) => (Tone::Neutral, phrase!(locale, "nothing decided")),
        (Some(_), _) if is_few => {
            (Tone::Neutral, phrase!(locale, "indicative: {n} decided", n = locale.count(kpi.decided())))
        }
        (Some(_), None) => (Tone::Neutral, phrase!(locale, "no attainment target")),
        (Some(_), Some(target)) if gap(kpi, target) == 0 => (Tone::Good, phrase!(locale, "target met")),
        (Some(_), Some(target)) => {
            (Tone::Bad, phrase!(locale, "target missed by {n} tickets", n = locale.count(gap(kpi, target))))
        }
    };
    let (closed_kept, closed) = kpi.closed_only();
    let mut notes = Vec::new();
    if let Some(share) = ratio(kpi.count(Verdict::Met), kpi.decided()) {
        notes.push(phrase!(
            locale,
            "on target {share} ({fraction})",
            share = locale.share(share),
            fraction = locale.fraction(kpi.count(Verdict::Met), kpi.decided())
        ));
    }
    if let Some(share) = ratio(closed_kept, closed) {
        notes.push(phrase!(
            locale,
            "closed only {share} ({fraction})",
            share = locale.share(share),
            fraction = locale.fraction(closed_kept, closed)
        ));
    }
    notes.push(phrase!(locale, "{n} undecided", n = locale.count(kpi.undecided())));
    let unmeasured = kpi.count(Verdict::Unmeasured);
    if unmeasured > 0 {
        let whole = kpi.decided() + unmeasured;
        notes.push(phrase!(
            locale,
            "{n} unmeasured: between {lowest} ({lowest_fraction}) and {highest} ({highest_fraction})",
            n = locale.count(unmeasured),
            lowest = locale.share(ratio(kpi.kept(), whole).unwrap_or(0.0)),
            lowest_fraction = locale.fraction(kpi.kept(), whole),
            highest = locale.share(ratio(kpi.kept() + unmeasured, whole).unwrap_or(0.0)),
            highest_fraction = locale.fraction(kpi.kept() + unmeasured, whole),
        ));
    }
    notes.extend(spc::words(inputs, kpi, locale));
    let (not_entitled, excluded) = (kpi.count(Verdict::NotEntitled), kpi.count(Verdict::Excluded));
    if not_entitled > 0 {
        notes.push(phrase!(locale, "{n} not entitled", n = locale.count(not_entitled)));
    }
    if excluded > 0 {
        notes.push(phrase!(locale, "{n} excluded", n = locale.count(excluded)));
    }
    Card {
        id: format!("{}.attainment", kpi.clock),
        label: phrase!(locale, "{clock} kept", clock = kpi.label),
        value: kpi.attainment().map_or("–".to_owned(), |share| locale.share(share)),
        fraction: (kpi.decided() > 0).then(|| locale.fraction(kpi.kept(), kpi.decided())),
        target: kpi
            .attainment_target
            .map(|target| phrase!(locale, "target ≥ {target}", target = locale.share(target))),
        delta: kpi.attainment().zip(before).map(|(now, then)| {
            phrase!(
                locale,
                "{change} vs {before}",
                change = locale.signed_pp(now - then),
                before = inputs.period.before_label(locale)
            )
        }),
        amounts: Amounts {
            value: kpi.attainment(),
            is_share: true,
            numerator: (kpi.decided() > 0).then(|| kpi.kept()),
            denominator: (kpi.decided() > 0).then(|| kpi.decided()),
            delta: kpi.attainment().zip(before).map(|(now, then)| now - then),
        },
        tone,
        status,
        spark: figure::spark(inputs, &kpi.clock),
        spark_target: kpi.attainment_target,
        notes,
    }
}

/// A count of what there should be none of.
fn plain_card(
    locale: Locale,
    id: &str,
    label: String,
    value: i64,
    status: String,
    notes: Vec<String>,
) -> Card {
    Card {
        id: id.to_owned(),
        label,
        value: locale.count(value),
        fraction: None,
        target: None,
        delta: None,
        amounts: Amounts { value: Some(value as f64), ..Amounts::default() },
        tone: if value == 0 { Tone::Good } else { Tone::Bad },
        status,
        spark: Vec::new(),
        spark_target: None,
        notes,
    }
}

fn missed_card(inputs: &Inputs) -> Card {
    let locale = inputs.config.locale;
    let mut overruns: Vec<i64> = inputs.kpis.iter().flat_map(|k| k.overruns_s.iter().copied()).collect();
    overruns.sort_unstable();
    let missed = overruns.len() as i64;
    let at = |share: usize| overruns.get((overruns.len().max(1) - 1) * share / 100).copied().unwrap_or(0);
    let mut notes = match missed {
        0 => Vec::new(),
        _ => vec![
            phrase!(locale, "median overrun {time}", time = locale.duration(at(50))),
            phrase!(locale, "nine in ten within {time}", time = locale.duration(at(90))),
            phrase!(
                locale,
                "{time} in all, each clock in hours of its calendar",
                time = locale.hours(overruns.iter().sum())
            ),
        ],
    };
    notes.extend(of_tickets(inputs, "missed", None));
    let status = if missed == 0 { phrase!(locale, "none") } else { phrase!(locale, "over the limit") };
    plain_card(locale, "missed", phrase!(locale, "Missed promises"), missed, status, notes)
}

/// Of how many tickets the clocks of a list are, of one verdict or of all; a reader's own list may not tell.
fn of_tickets(inputs: &Inputs, slug: &str, verdict: Option<&str>) -> Option<String> {
    let table = result(inputs, slug)?;
    let (ticket, own) = (position(table, "ticket_id")?, position(table, "verdict")?);
    let is_own = |row: &&Vec<Cell>| {
        verdict.is_none_or(|verdict| matches!(&row[own], Cell::Text(text) if text == verdict))
    };
    let ids = table.rows.iter().filter(is_own).filter_map(|row| match &row[ticket] {
        Cell::Text(id) => Some(id.as_str()),
        _ => None,
    });
    match ids.collect::<HashSet<&str>>().len() {
        0 => None,
        1 => Some(phrase!(inputs.config.locale, "clocks of 1 ticket")),
        n => Some(phrase!(
            inputs.config.locale,
            "clocks of {n} tickets",
            n = inputs.config.locale.count(n as i64)
        )),
    }
}

fn open_card(inputs: &Inputs) -> Card {
    let locale = inputs.config.locale;
    let total = |verdict| -> i64 { inputs.kpis.iter().map(|kpi| kpi.count(verdict)).sum() };
    let all_overdue = open_overdue(inputs);
    let mut notes = vec![phrase!(
        locale,
        "{n} of them decided in this period",
        n = locale.count(total(Verdict::Overdue))
    )];
    notes.extend(of_tickets(inputs, "open_overdue", Some("overdue")));
    notes.push(phrase!(locale, "{n} at risk", n = locale.count(total(Verdict::AtRisk))));
    let status =
        if all_overdue == 0 { phrase!(locale, "none") } else { phrase!(locale, "open past the limit") };
    plain_card(locale, "overdue", phrase!(locale, "Open and overdue"), all_overdue, status, notes)
}

fn quality_card(inputs: &Inputs) -> Card {
    let locale = inputs.config.locale;
    let (read, used, rejected) = inputs.imported.totals();
    let status =
        if rejected == 0 { phrase!(locale, "all rows used") } else { phrase!(locale, "see Data quality") };
    let mut card = plain_card(
        locale,
        "quality",
        phrase!(locale, "Rows rejected"),
        rejected as i64,
        status,
        vec![phrase!(locale, "{fraction} used", fraction = locale.fraction(used as i64, read as i64))],
    );
    card.notes.extend(opened_later(inputs, locale));
    card.fraction = Some(locale.fraction(rejected as i64, read as i64));
    card.amounts.numerator = Some(rejected as i64);
    card.amounts.denominator = Some(read as i64);
    card
}
