//! Sentences about what was owed, what contracts came to, and what the source says.

use super::{Inputs, opened_in_period};
use crate::clock::{Agreement, Credit, Entitlement, Outcome, OutcomeStatus, Reason};
use crate::model::{Money, Time};
use crate::paper::format;

/// Of the section on contracts: requests not owed, targets missed, credits with their sums.
pub fn sentences(inputs: &Inputs) -> Vec<String> {
    let mut sentences = vec![not_owed(inputs)];
    let missed: Vec<&Outcome> =
        inputs.outcomes.iter().filter(|outcome| outcome.status == OutcomeStatus::TargetMissed).collect();
    let judged = missed.len()
        + inputs.outcomes.iter().filter(|outcome| outcome.status == OutcomeStatus::TargetMet).count();
    if judged > 0 {
        sentences.push(format!(
            "{} attainment targets of contracts were missed.",
            format::fraction(missed.len() as i64, judged as i64)
        ));
    }
    sentences.extend(inputs.outcomes.iter().filter_map(|outcome| credit_sentence(inputs, outcome)));
    sentences.extend(total(inputs));
    sentences
}

/// How many requests of the period were measured but not owed, and why.
fn not_owed(inputs: &Inputs) -> String {
    let kernel = inputs.kernel;
    let opened = &kernel.data.tickets.times[Time::Opened as usize];
    let refusals: Vec<Reason> = (0..opened.len())
        .filter(|&row| inputs.period.contains(opened[row]) && opened[row] <= inputs.period.as_of)
        .filter_map(|row| {
            let Entitlement { refusal, .. } = kernel.entitlement(row);
            refusal
        })
        .collect();
    let kinds = [Reason::Lapsed, Reason::NoContract, Reason::Billable, Reason::CaseByCase];
    let parts: Vec<String> = kinds
        .iter()
        .map(|kind| (kind, refusals.iter().filter(|refusal| *refusal == kind).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{} {}", format::count(count as i64), kind.name()))
        .collect();
    let whole = opened_in_period(inputs);
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{} requests were measured but not owed{parts}.", format::fraction(refusals.len() as i64, whole))
}

/// `K-1002, On-site: 17 of 20 kept = 85.0%, below 90.0%: 10.0% of 1,250.00 EUR = 125.00 EUR.`
fn credit_sentence(inputs: &Inputs, outcome: &Outcome) -> Option<String> {
    let credit = outcome.credit.as_ref()?;
    let step = credit.step?;
    let share = |ppm: i64| format::share(ppm as f64 / 1e6);
    let sum = match (credit.fee, credit.amount) {
        (Some(fee), Some(amount)) => {
            format!("{} of {} = {}", share(step.credit_ppm), paid(fee, credit), paid(amount, credit))
        }
        (None, _) => format!("{} of a fee that the list of contracts doesn't state", share(step.credit_ppm)),
        (Some(_), None) => format!(
            "{} of the fee, not reckoned because the fee pays for {} and the report isn't about that",
            share(step.credit_ppm),
            match credit.months {
                1 => "a month",
                3 => "a quarter",
                _ => "a year",
            }
        ),
    };
    let few = if outcome.status == OutcomeStatus::Indicative { " Indicative: too few decided." } else { "" };
    Some(format!(
        "Credit of {}, {}: {} kept = {}, below {}: {sum}.{few}",
        outcome.contract,
        inputs.config.policy.clocks[outcome.clock].label,
        format::fraction(outcome.kept, outcome.decided()),
        format::share(outcome.kept as f64 / outcome.decided() as f64),
        share(step.below_ppm),
    ))
}

fn paid(amount: Money, credit: &Credit) -> String {
    let number = format::number(amount.hundredths as f64 / 100.0, 2);
    match &credit.currency {
        Some(currency) => format!("{number} {currency}"),
        None => number,
    }
}

/// All credits together, where they are in one currency; indicative ones apart.
fn total(inputs: &Inputs) -> Option<String> {
    let due = |is_indicative: bool| {
        inputs.outcomes.iter().filter_map(move |outcome| {
            let credit = outcome.credit.as_ref()?;
            let is_so = (outcome.status == OutcomeStatus::Indicative) == is_indicative;
            credit.amount.filter(|amount| amount.hundredths > 0 && is_so).map(|amount| (amount, credit))
        })
    };
    let sum = |is_indicative: bool| Money {
        hundredths: due(is_indicative).map(|(amount, _)| amount.hundredths).sum(),
    };
    let first = due(false).chain(due(true)).next()?.1;
    if due(false).chain(due(true)).any(|(_, credit)| credit.currency != first.currency) {
        return None;
    }
    let mut text = format!("Credits in all: {}", paid(sum(false), first));
    if due(true).next().is_some() {
        text += &format!(", and {} that are indicative", paid(sum(true), first));
    }
    Some(text + ".")
}

/// Of the section on the audit: how far the source agrees.
pub fn audit(inputs: &Inputs) -> Vec<String> {
    let policy = &inputs.config.policy;
    let of_clock = |index: usize| {
        let own = inputs.audit.iter().filter(move |row| row.reading.clock as usize == index);
        let count = |is: fn(Agreement) -> bool| own.clone().filter(|row| is(row.agreement)).count() as i64;
        let (agreed, disagreed) = (count(Agreement::is_agreement), count(Agreement::is_disagreement));
        let unmapped = count(|agreement| agreement == Agreement::NotMapped);
        let mut text = format!(
            "{}: the source agrees in {} decided by both",
            policy.clocks[index].label,
            format::fraction(agreed, agreed + disagreed)
        );
        if agreed + disagreed > 0 {
            text += &format!(" ({})", format::share(agreed as f64 / (agreed + disagreed) as f64));
        }
        let explained =
            own.filter(|row| row.agreement.is_disagreement() && !row.explanations.is_empty()).count() as i64;
        if disagreed > 0 {
            text += &format!(
                "; {} disagreements would vanish with a change of rules that we tried",
                format::fraction(explained, disagreed)
            );
        }
        if unmapped > 0 {
            text +=
                &format!("; {} words of the source are not listed under `audit`", format::count(unmapped));
        }
        text + "."
    };
    policy.audit.clocks.iter().map(|index| of_clock(*index)).collect()
}
