//! The Method section: every definition with this period's numbers in it.

use super::Inputs;
use crate::calendar::{BusinessDay, DeadlineAt};
use crate::clock::{CalendarChoice, Clock, Policy, RULES, Verdict};
use crate::paper::format;
use crate::paper::{Block, Definition, Section};

/// The section.
pub fn section(inputs: &Inputs) -> Section {
    let mut definitions: Vec<Definition> =
        RULES.iter().map(|rule| definition(rule.term, rule.text.to_owned())).collect();
    let policy = &inputs.config.policy;
    definitions.push(definition(
        "In this configuration",
        format!(
            "The warranty lasts {} calendar months. A clock is at risk from {}% of its limit on. Fewer than {} decided are few.{}",
            policy.warranty_months,
            policy.at_risk_percent,
            inputs.config.min_n,
            credits(policy)
        ),
    ));
    for (clock, kpi) in inputs.config.policy.clocks.iter().zip(inputs.kpis) {
        let counts: Vec<String> = Verdict::ALL
            .iter()
            .filter(|verdict| kpi.count(**verdict) > 0)
            .map(|verdict| {
                format!("{} {}", format::count(kpi.count(*verdict)), verdict.name().replace('_', " "))
            })
            .collect();
        let sum = match kpi.attainment() {
            Some(share) => format!(
                " Here: {} ÷ ({} + {}) = {}.",
                format::count(kpi.kept()),
                format::count(kpi.kept()),
                format::count(kpi.missed()),
                format::share(share)
            ),
            None => String::new(),
        };
        definitions.push(definition(
            &format!("Clock {}", clock.label),
            format!("{} In this period: {}.{sum}", describe(clock, inputs), counts.join(", ")),
        ));
    }
    for calendar in &inputs.config.policy.calendars {
        let spec = &calendar.spec;
        let zone = if calendar.follows_site { "the site's zone, else " } else { "" };
        definitions.push(definition(
            &format!("Calendar {}", spec.name),
            format!(
                "{zone}{}; {} holidays configured; a deadline at closing time is the {}; business days count {}.",
                spec.zone.name(),
                format::count(spec.holidays.len() as i64),
                match spec.deadline_at {
                    DeadlineAt::Close => "closing instant",
                    DeadlineAt::NextOpen => "next opening",
                },
                match spec.business_day {
                    BusinessDay::FromOpening => "from the opening",
                    BusinessDay::SameTime => "at the same time of day",
                },
            ),
        ));
    }
    definitions.push(definition(
        "Charts",
        "Drawn in Atkinson Hyperlegible Next (SIL Open Font License 1.1).".to_owned(),
    ));
    Section {
        id: "method".to_owned(),
        title: "Method".to_owned(),
        sentences: vec![
            "Any figure can be followed to its tickets, and any ticket with `sla explain TICKET`.".to_owned(),
        ],
        cards: Vec::new(),
        blocks: vec![Block::Definitions(definitions)],
    }
}

/// The steps of service credits, if there are any.
fn credits(policy: &Policy) -> String {
    let plans = policy.credits.iter().map(|plan| {
        let scope = &plan.scope;
        let who: Vec<&str> = (scope.contracts.iter().chain(&scope.target_sets).chain(&scope.customers))
            .map(String::as_str)
            .collect();
        let who = if who.is_empty() { "all contracts".to_owned() } else { who.join(", ") };
        let share = format::percent;
        let steps: Vec<String> = (plan.steps.iter())
            .map(|step| format!("below {}: {} of the fee", share(step.below_ppm), share(step.credit_ppm)))
            .collect();
        format!(" Credits of {who}: {}.", steps.join(", "))
    });
    plans.collect()
}

fn definition(term: &str, text: String) -> Definition {
    Definition { term: term.to_owned(), text }
}

fn describe(clock: &Clock, inputs: &Inputs) -> String {
    let policy = &inputs.config.policy;
    let name = |position: usize| policy.calendars[position].spec.name.as_str();
    let calendar = match clock.calendar {
        CalendarChoice::Named(position) => format!("calendar {}", name(position)),
        CalendarChoice::Contract { otherwise } => {
            format!("the contract's calendar, else {}", name(otherwise))
        }
    };
    let pauses = match &clock.pauses {
        Some(statuses) => {
            let mut statuses: Vec<&str> = statuses.iter().map(String::as_str).collect();
            statuses.sort_unstable();
            format!(
                "pauses in {}",
                if statuses.is_empty() { "no status".to_owned() } else { statuses.join(", ") }
            )
        }
        None => "never pauses".to_owned(),
    };
    let (changes, reopen) = (clock.severity_change.meaning().1, clock.reopen.meaning().1);
    let targets: Vec<String> = clock
        .targets
        .iter()
        .map(|target| {
            let own = &target.scope;
            let levels = own.severities.iter().map(|level| &policy.severities[*level as usize]);
            let lists = [
                &own.contracts,
                &own.customers,
                &own.sites,
                &own.request_types,
                &own.target_sets,
                &own.categories,
                &own.products,
            ];
            let scope: Vec<&str> = levels.chain(lists.into_iter().flatten()).map(String::as_str).collect();
            let scope = if scope.is_empty() { "all".to_owned() } else { scope.join(", ") };
            let calendar = target.calendar.map_or(String::new(), |own| format!(" of {}", name(own)));
            format!("{scope}: {} / {}{calendar}", target.target, target.limit)
        })
        .collect();
    let targets = match (clock.is_due_from_source, targets.is_empty()) {
        (true, _) => "deadline from the export".to_owned(),
        (false, true) => "no targets".to_owned(),
        (false, false) => format!("target / limit {}", targets.join("; ")),
    };
    format!("{calendar}; {pauses}; {changes}; {reopen}; {targets}.")
}
