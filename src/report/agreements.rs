//! Sentences about what was owed, what contracts came to, and what the source says.

use std::collections::BTreeMap;

use super::Inputs;
use crate::clock::{Agreement, Coverage, NoCredit, Outcome, OutcomeStatus, Reason, Scratch, StatusClass};
use crate::model::{Money, Time};
use crate::paper::locale::{Locale, phrase};

/// Of the section on contracts: requests not owed, targets missed, credits with their sums.
pub fn sentences(inputs: &Inputs) -> Vec<String> {
    let mut sentences = vec![not_owed(inputs)];
    let missed: Vec<&Outcome> =
        inputs.outcomes.iter().filter(|outcome| outcome.status == OutcomeStatus::TargetMissed).collect();
    let judged = missed.len()
        + inputs.outcomes.iter().filter(|outcome| outcome.status == OutcomeStatus::TargetMet).count();
    if judged > 0 {
        let locale = inputs.config.locale;
        sentences.push(phrase!(
            locale,
            "{fraction} attainment targets of contracts were missed.",
            fraction = locale.fraction(missed.len() as i64, judged as i64)
        ));
    }
    sentences.extend(inputs.outcomes.iter().filter_map(|outcome| credit_sentence(inputs, outcome)));
    sentences.extend(total(inputs));
    sentences
}

/// How many requests of the period were measured but not owed, and why; those that
/// were cancelled, merged or spam are no requests.
fn not_owed(inputs: &Inputs) -> String {
    let kernel = inputs.kernel;
    let opened = &kernel.data.tickets.times[Time::Opened as usize];
    let mut scratch = Scratch::default();
    let (mut whole, mut judged, mut refusals) = (0, 0, Vec::new());
    for (row, opened_at) in opened.iter().enumerate() {
        if !inputs.period.contains(*opened_at) || *opened_at > inputs.period.as_of {
            continue;
        }
        kernel.timeline(row, &mut scratch);
        if matches!(kernel.status_class(row, &scratch.timeline), StatusClass::Excluded(_)) {
            continue;
        }
        whole += 1;
        let entitlement = kernel.entitlement(row);
        judged += i64::from(entitlement.coverage != Coverage::NotJudged);
        refusals.extend(entitlement.refusal);
    }
    let locale = inputs.config.locale;
    if whole > 0 && judged == 0 && refusals.is_empty() {
        return phrase!(locale, "Whether requests were owed was not judged: there is no list of contracts.");
    }
    let kinds = [Reason::Lapsed, Reason::NoContract, Reason::Billable, Reason::CaseByCase];
    let parts: Vec<String> = kinds
        .iter()
        .map(|kind| (kind, refusals.iter().filter(|refusal| *refusal == kind).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} {}", locale.text(kind.name()), locale.count(count as i64)))
        .collect();
    let fraction = locale.fraction(refusals.len() as i64, whole);
    if parts.is_empty() {
        return phrase!(locale, "{fraction} requests were measured but not owed.", fraction = fraction);
    }
    phrase!(
        locale,
        "{fraction} requests were measured but not owed: {parts}.",
        fraction = fraction,
        parts = parts.join("; ")
    )
}

/// `K-1002, On-site: 17 of 20 kept = 85%, below 90%: 10% of 1,250.00 EUR = 125.00 EUR.`
fn credit_sentence(inputs: &Inputs, outcome: &Outcome) -> Option<String> {
    let credit = outcome.credit.as_ref()?;
    let step = credit.step?;
    let locale = inputs.config.locale;
    let share = locale.percent(step.credit_ppm);
    let sum = match (credit.amount, credit.fee) {
        (Ok(amount), Some(fee)) => phrase!(
            locale,
            "{share} of {fee} = {amount}",
            share = share,
            fee = paid(locale, fee, &credit.currency),
            amount = paid(locale, amount, &credit.currency)
        ),
        (Err(NoCredit::OtherPeriod(months)), _) => phrase!(
            locale,
            "{share} of the fee, not reckoned because the fee pays for a {span} and the report isn't about one",
            share = share,
            span = match months {
                1 => phrase!(locale, "month"),
                3 => phrase!(locale, "quarter"),
                _ => phrase!(locale, "year"),
            }
        ),
        (Err(NoCredit::NotInForce), _) => {
            phrase!(locale, "no credit, because the contract wasn't in force for the whole period")
        }
        (Err(NoCredit::NoFee), _) | (Ok(_), None) => {
            phrase!(locale, "{share} of a fee that the list of contracts doesn't state", share = share)
        }
    };
    // Cut, so that what is below a step also looks so.
    let attainment = outcome.kept * 1_000_000 / outcome.decided() / 100 * 100;
    let mut text = phrase!(
        locale,
        "Credit of {contract}, {clock}: {fraction} kept = {attainment}, below {below}: {sum}.",
        contract = outcome.contract,
        clock = inputs.config.policy.clocks[outcome.clock].label,
        fraction = locale.fraction(outcome.kept, outcome.decided()),
        attainment = locale.percent(attainment),
        below = locale.percent(step.below_ppm),
        sum = sum
    );
    if outcome.status == OutcomeStatus::Indicative {
        text += &format!(" {}", phrase!(locale, "Indicative: too few decided."));
    }
    Some(text)
}

fn paid(locale: Locale, amount: Money, currency: &Option<String>) -> String {
    let number = locale.number(amount.hundredths as f64 / 100.0, 2);
    match currency {
        Some(currency) => format!("{number} {currency}"),
        None => number,
    }
}

/// All credits together by currency, indicative ones apart.
fn total(inputs: &Inputs) -> Option<String> {
    let mut sums: BTreeMap<&Option<String>, (Money, Money)> = BTreeMap::new();
    for outcome in inputs.outcomes {
        let Some(credit) = &outcome.credit else { continue };
        let Ok(amount) = credit.amount else { continue };
        let sum = sums.entry(&credit.currency).or_default();
        match outcome.status {
            OutcomeStatus::Indicative => sum.1.hundredths += amount.hundredths,
            _ => sum.0.hundredths += amount.hundredths,
        }
    }
    sums.retain(|_, (due, indicative)| due.hundredths + indicative.hundredths > 0);
    let locale = inputs.config.locale;
    let one = |(currency, (due, indicative)): (&&Option<String>, &(Money, Money))| {
        let due = paid(locale, *due, currency);
        match indicative.hundredths {
            0 => due,
            _ => phrase!(
                locale,
                "{due} and {indicative} indicative",
                due = due,
                indicative = paid(locale, *indicative, currency)
            ),
        }
    };
    let parts: Vec<String> = sums.iter().map(one).collect();
    (!parts.is_empty()).then(|| phrase!(locale, "Credits in all: {sums}.", sums = parts.join("; ")))
}

/// Of the section on the audit: how far the source agrees.
pub fn audit(inputs: &Inputs) -> Vec<String> {
    let (policy, locale) = (&inputs.config.policy, inputs.config.locale);
    let of_clock = |index: usize| {
        let own = inputs.audit.iter().filter(move |row| row.reading.clock as usize == index);
        let count = |is: fn(Agreement) -> bool| own.clone().filter(|row| is(row.agreement)).count() as i64;
        let (agreed, disagreed) = (count(Agreement::is_agreement), count(Agreement::is_disagreement));
        let unmapped = count(|agreement| agreement == Agreement::NotMapped);
        let (clock, fraction) = (&policy.clocks[index].label, locale.fraction(agreed, agreed + disagreed));
        let mut parts = vec![match agreed + disagreed {
            0 => phrase!(
                locale,
                "{clock}: the source agrees in {fraction} decided by both",
                clock = clock,
                fraction = fraction
            ),
            both => phrase!(
                locale,
                "{clock}: the source agrees in {fraction} decided by both ({share})",
                clock = clock,
                fraction = fraction,
                share = locale.share(agreed as f64 / both as f64)
            ),
        }];
        let explained =
            own.filter(|row| row.agreement.is_disagreement() && !row.explanations.is_empty()).count() as i64;
        if policy.clocks[index].is_due_from_source {
            parts.push(phrase!(
                locale,
                "the deadline is the export's own, so only what was done by it is compared"
            ));
        }
        if disagreed > 0 {
            parts.push(phrase!(
                locale,
                "{fraction} disagreements would vanish with a change of rules that we tried",
                fraction = locale.fraction(explained, disagreed)
            ));
        }
        if unmapped > 0 {
            parts.push(phrase!(
                locale,
                "{n} words of the source are not listed under `audit`",
                n = locale.count(unmapped)
            ));
        }
        parts.join("; ") + "."
    };
    policy.audit.clocks.iter().map(|index| of_clock(*index)).collect()
}
