//! What each contract came to in a period: attainment against its target, how
//! many more kept clocks would have met it, and the service credit it earns.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::kernel::Kernel;
use super::policy::{CreditPlan, CreditStep, Scope};
use super::reading::Reading;
use crate::model::{Contract, Money};

/// One clock over one contract in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub contract: String,
    pub customer: String,
    /// Index in the policy's clocks.
    pub clock: usize,
    pub kept: i64,
    pub missed: i64,
    /// 0-1; the contract's own, else the clock's.
    pub attainment_target: Option<f64>,
    /// Fewest missed clocks that, had they been kept, would have met the target.
    pub gap: Option<i64>,
    pub status: OutcomeStatus,
    pub credit: Option<Credit>,
}

impl Outcome {
    /// Kept and missed.
    pub fn decided(&self) -> i64 {
        self.kept + self.missed
    }
}

/// How an outcome stands against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeStatus {
    NothingDecided,
    NoTarget,
    /// Too few decided to judge.
    Indicative,
    TargetMet,
    TargetMissed,
}

impl OutcomeStatus {
    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            OutcomeStatus::NothingDecided => "nothing decided",
            OutcomeStatus::NoTarget => "no target",
            OutcomeStatus::Indicative => "indicative",
            OutcomeStatus::TargetMet => "target met",
            OutcomeStatus::TargetMissed => "target missed",
        }
    }
}

/// What the steps of a contract say of an attainment.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// The last step whose attainment was not reached; `None` where all were.
    pub step: Option<CreditStep>,
    pub fee: Option<Money>,
    pub currency: Option<String>,
    /// The fee's share, or why there is none.
    pub amount: Result<Money, NoCredit>,
}

/// Why a credit can't be reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCredit {
    /// The list of contracts states no fee.
    NoFee,
    /// The fee pays for so many calendar months, and the period is another one.
    OtherPeriod(u32),
    /// The contract, and with it the fee, didn't hold for the whole period.
    NotInForce,
}

/// The period of outcomes.
pub struct OutcomePeriod<'a> {
    /// Which readings belong to it.
    pub contains: &'a dyn Fn(&Reading) -> bool,
    pub first_on: NaiveDate,
    /// Included; by it a contract's latest terms are chosen.
    pub last_on: NaiveDate,
    /// Its length where it is one of whole calendar months.
    pub months: Option<u32>,
    /// Fewer decided are indicative.
    pub min_n: i64,
}

/// The outcome of every contract and clock with a reading in the period, in that order.
///
/// A ticket belongs to the contract that covered it when it was opened. Of a
/// contract with several rows, the latest one begun by the period's end has the terms.
pub fn outcomes(kernel: &Kernel, readings: &[Reading], period: &OutcomePeriod) -> Vec<Outcome> {
    let mut counts: BTreeMap<(&str, usize), (i64, i64)> = BTreeMap::new();
    let mut last = None;
    for reading in readings {
        let is_undecided = reading.verdict.is_undecided();
        let (kept, missed) = (reading.verdict.is_kept(), reading.verdict.is_missed());
        if !(kept || missed || is_undecided) || !(period.contains)(reading) {
            continue;
        }
        // Readings of one ticket follow each other.
        let entitlement = match last {
            Some((ticket, entitlement)) if ticket == reading.ticket => entitlement,
            _ => kernel.entitlement(reading.ticket as usize),
        };
        last = Some((reading.ticket, entitlement));
        if let Some(contract) = kernel.contract(entitlement) {
            let count = counts.entry((&contract.contract, reading.clock as usize)).or_default();
            count.0 += i64::from(kept);
            count.1 += i64::from(missed);
        }
    }
    counts
        .into_iter()
        .filter_map(|((name, clock), (kept, missed))| {
            let terms = terms(&kernel.data.contracts, name, period.last_on)?;
            Some(outcome(kernel, terms, clock, kept, missed, period))
        })
        .collect()
}

/// The row of a contract that has its terms on a date.
fn terms<'c>(contracts: &'c [Contract], name: &str, on: NaiveDate) -> Option<&'c Contract> {
    let begins = |contract: &&Contract| contract.start_on.or(contract.licence_on);
    let own = || contracts.iter().filter(|contract| contract.contract == name);
    let begun = own().filter(|contract| begins(contract).is_none_or(|start| start <= on));
    begun.max_by_key(begins).or_else(|| own().next())
}

fn outcome(
    kernel: &Kernel,
    terms: &Contract,
    clock: usize,
    kept: i64,
    missed: i64,
    period: &OutcomePeriod,
) -> Outcome {
    let own = &kernel.policy.clocks[clock];
    let decided = kept + missed;
    let attainment_target = terms.attainment_target.or(own.attainment_target);
    let gap = attainment_target.filter(|_| decided > 0).map(|target| gap(kept, decided, target));
    let status = match gap {
        _ if decided == 0 => OutcomeStatus::NothingDecided,
        None => OutcomeStatus::NoTarget,
        Some(_) if decided < period.min_n => OutcomeStatus::Indicative,
        Some(0) => OutcomeStatus::TargetMet,
        Some(_) => OutcomeStatus::TargetMissed,
    };
    let plan =
        kernel.policy.credits.iter().find(|plan| {
            fits(&plan.scope, terms) && (plan.clocks.is_empty() || plan.clocks.contains(&own.name))
        });
    Outcome {
        contract: terms.contract.clone(),
        customer: terms.customer.clone(),
        clock,
        kept,
        missed,
        attainment_target,
        gap,
        status,
        credit: plan.filter(|_| decided > 0).map(|plan| credit(plan, terms, kept, decided, period)),
    }
}

/// How many more kept of those decided would have met an attainment target.
pub fn gap(kept: i64, decided: i64, target: f64) -> i64 {
    // A target such as 0.95 isn't exact in binary: 19 of 20 must meet it.
    ((target * decided as f64 - 1e-9).ceil() as i64 - kept).max(0)
}

fn fits(scope: &Scope, contract: &Contract) -> bool {
    let has = |list: &[String], own: Option<&str>| {
        list.is_empty() || own.is_some_and(|own| list.iter().any(|entry| entry == own))
    };
    has(&scope.contracts, Some(&contract.contract))
        && has(&scope.target_sets, contract.target_set.as_deref())
        && has(&scope.customers, Some(&contract.customer))
}

fn credit(plan: &CreditPlan, terms: &Contract, kept: i64, decided: i64, period: &OutcomePeriod) -> Credit {
    let is_below =
        |step: &&CreditStep| i128::from(kept) * 1_000_000 < i128::from(step.below_ppm) * i128::from(decided);
    let step = plan.steps.iter().rev().find(is_below).copied();
    let is_in_force = terms.start_on.is_some_and(|start| start <= period.first_on)
        && terms.end_on.is_none_or(|end| period.last_on <= end);
    let amount = match terms.fee {
        None => Err(NoCredit::NoFee),
        Some(_) if period.months != Some(plan.months) => Err(NoCredit::OtherPeriod(plan.months)),
        Some(_) if !is_in_force => Err(NoCredit::NotInForce),
        Some(fee) => Ok(fee.part(step.map_or(0, |step| step.credit_ppm))),
    };
    Credit { step, fee: terms.fee, currency: terms.currency.clone(), amount }
}
