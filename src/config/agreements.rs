//! `[contracts.*]`, `[[credits]]` and `[audit]`: what contracts say beyond
//! targets, and what the source system says of them.

use std::collections::BTreeMap;

use super::reader::{Located, Reader};
use crate::clock::{Audit, Clock, CreditPlan, CreditStep, NamedCalendar, Scope};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Contract, Money};

/// What the configuration says of a contract instead of the list of contracts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    pub calendar: Option<String>,
    pub target_set: Option<String>,
    /// 0-1.
    pub attainment_target: Option<f64>,
    pub fee: Option<Money>,
}

impl Terms {
    /// Puts them in place of the contract's own.
    pub fn apply(&self, contract: &mut Contract) {
        contract.calendar = self.calendar.clone().or(contract.calendar.take());
        contract.target_set = self.target_set.clone().or(contract.target_set.take());
        contract.attainment_target = self.attainment_target.or(contract.attainment_target);
        contract.fee = self.fee.or(contract.fee);
    }
}

/// Reads `[contracts.*]`, by contract.
pub fn terms(document: &Reader, calendars: &[NamedCalendar]) -> BTreeMap<String, Terms> {
    let mut all = BTreeMap::new();
    let Some(tables) = document.table("contracts") else { return all };
    for (name, reader) in tables.named_tables() {
        let terms = Terms {
            calendar: reader
                .string("calendar")
                .filter(|name| is_known(&reader, name, calendars))
                .map(|n| n.value),
            target_set: reader.string("target_set").map(|text| text.value),
            attainment_target: reader.share("attainment_target"),
            fee: reader.money("fee"),
        };
        reader.finish();
        all.insert(name.value, terms);
    }
    all
}

fn is_known(reader: &Reader, name: &Located<String>, calendars: &[NamedCalendar]) -> bool {
    super::clocks::calendar(reader, name, calendars).is_some()
}

/// Reads `[[credits]]`; `disabled` are names of clocks that the configuration switches off.
pub fn credits(document: &Reader, clocks: &[Clock], disabled: &[String]) -> Vec<CreditPlan> {
    let mut plans: Vec<CreditPlan> = Vec::new();
    for reader in document.tables("credits") {
        let texts = |key| -> Vec<String> {
            reader.strings(key).unwrap_or_default().into_iter().map(|text| text.value).collect()
        };
        let scope = Scope {
            contracts: texts("contract"),
            target_sets: texts("target_set"),
            customers: texts("customer"),
            ..Scope::default()
        };
        let names = reader.strings("clock").unwrap_or_default();
        for name in &names {
            if !disabled.contains(&name.value) {
                position(&reader, name, clocks);
            }
        }
        let names: Vec<String> = names.into_iter().map(|name| name.value).collect();
        let periods = [("month", 1), ("quarter", 3), ("year", 12)];
        let months = reader.choice("per", &periods).unwrap_or(1);
        let steps = steps(&reader);
        reader.finish();
        let covers = |earlier: &CreditPlan| {
            let has_clocks = |own: &str| earlier.clocks.iter().any(|clock| clock == own);
            let all = names.iter().all(|own| has_clocks(own)) && !names.is_empty();
            earlier.scope.covers(&scope) && (earlier.clocks.is_empty() || all)
        };
        if plans.iter().any(covers) {
            reader.fail(
                "these credits never apply: earlier ones fit all their contracts and clocks".to_owned(),
            );
        }
        plans.push(CreditPlan { scope, clocks: names, steps, months });
    }
    plans
}

fn steps(reader: &Reader) -> Vec<CreditStep> {
    let mut steps: Vec<CreditStep> = Vec::new();
    for table in reader.tables("steps") {
        let (below, credit) = (table.share("below"), table.share("credit"));
        table.finish();
        let (Some(below), Some(credit)) = (below, credit) else {
            if !table.has("below") || !table.has("credit") {
                table
                    .fail("a step needs `below`, an attainment, and `credit`, a share of the fee".to_owned());
            }
            continue;
        };
        let step = CreditStep { below_ppm: ppm(below), credit_ppm: ppm(credit) };
        let is_next =
            |last: &CreditStep| step.below_ppm < last.below_ppm && step.credit_ppm > last.credit_ppm;
        if !steps.last().is_none_or(is_next) {
            table.fail("steps go down in `below` and up in `credit`".to_owned());
        }
        steps.push(step);
    }
    if steps.is_empty() {
        reader
            .fail("credits need steps, such as `steps = [{ below = \"95%\", credit = \"5%\" }]`".to_owned());
    }
    steps
}

fn ppm(share: f64) -> i64 {
    (share * 1e6).round() as i64
}

/// Words for a kept and for a missed promise in the exports of help desks.
const KEPT: [&str; 8] = ["true", "yes", "1", "met", "kept", "ontime", "on time", "within sla"];
const MISSED: [&str; 8] = ["false", "no", "0", "breached", "missed", "overdue", "late", "sla violated"];

/// Reads `[audit]`.
pub fn audit(document: &Reader, clocks: &[Clock], disabled: &[String]) -> Audit {
    let own = |words: [&str; 8]| words.map(str::to_owned).to_vec();
    let resolution = clocks.iter().position(|clock| clock.name == "resolution" && !clock.targets.is_empty());
    let mut audit = Audit { clocks: resolution.into_iter().collect(), kept: own(KEPT), missed: own(MISSED) };
    let Some(reader) = document.table("audit") else { return audit };
    if let Some(names) = reader.strings("clock") {
        let enabled = names.iter().filter(|name| !disabled.contains(&name.value));
        audit.clocks = enabled.filter_map(|name| position(&reader, name, clocks)).collect();
    }
    let words = |key| {
        let given = reader.strings(key)?;
        Some(given.into_iter().map(|word| word.value.to_lowercase()).collect::<Vec<_>>())
    };
    let (kept, missed) = (words("kept"), words("missed"));
    // What is said of one side beats the words that come out of the box for the other.
    let without = |words: Vec<String>, others: &Option<Vec<String>>| -> Vec<String> {
        words.into_iter().filter(|word| !others.iter().flatten().any(|other| other == word)).collect()
    };
    audit.kept = kept.clone().unwrap_or_else(|| without(audit.kept, &missed));
    audit.missed = missed.unwrap_or_else(|| without(audit.missed, &kept));
    if let Some(both) = audit.kept.iter().find(|word| audit.missed.contains(word)) {
        reader.fail(format!("`{both}` can't mean both kept and missed"));
    }
    reader.finish();
    audit
}

fn position(reader: &Reader, name: &Located<String>, clocks: &[Clock]) -> Option<usize> {
    let names = || clocks.iter().map(|clock| clock.name.as_str());
    let position = names().position(|known| known == name.value);
    if position.is_none() {
        reader.problem(
            Diagnostic::error(Some(name.span.clone()), format!("unknown clock `{}`", name.value))
                .label(format!("expected one of: {}", names().collect::<Vec<_>>().join(", ")))
                .hint(did_you_mean(&name.value, names())),
        );
    }
    position
}
