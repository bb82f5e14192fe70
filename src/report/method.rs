//! The Method section: every definition with this period's numbers in it.

use super::Inputs;
use crate::calendar::{BusinessDay, DeadlineAt};
use crate::clock::{CalendarChoice, Clock, Reopen, SeverityChange, Verdict};
use crate::paper::format;
use crate::paper::{Block, Definition, Section};

/// The section.
pub fn section(inputs: &Inputs) -> Section {
    let mut definitions = vec![
        definition(
            "Attainment",
            "Kept ÷ (kept + missed). Kept: stopped within the limit. Missed: stopped after it, or still open with the limit passed at as-of. Tickets that are undecided, unmeasured, not entitled, excluded or without a target are counted apart and never as kept.".to_owned(),
        ),
        definition(
            "Target and limit",
            "The target is what we aim for, the limit what the contract promises. Between them a clock is late but kept: within the window.".to_owned(),
        ),
        definition(
            "Period",
            "A clock belongs to the period in which it was decided: it stopped, or its limit passed, whichever came first. Undecided clocks are those open at as-of; all others count where their ticket was opened.".to_owned(),
        ),
        definition(
            "Elapsed time",
            "Whole seconds between start and stop within the calendar's hours, less pauses. Real time counts, so a day on which summer time ends has an hour more.".to_owned(),
        ),
        definition(
            "Entitlement",
            format!(
                "Judged on the local date of opening: within a support contract, or within {} calendar months of the licence's issue, last day included. Upgrades are billable and integrations decided case by case, whatever the contract.",
                inputs.config.policy.warranty_months
            ),
        ),
        definition(
            "Few",
            format!("Fewer than {} decided: the figure is indicative.", inputs.config.min_n),
        ),
        definition(
            "Confidence",
            "High where the ticket's history was given, low where only its own timestamps were.".to_owned(),
        ),
    ];
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
    let changes = match clock.severity_change {
        SeverityChange::Retarget => "the last severity's target holds for the whole life",
        SeverityChange::Restart => "a change of severity starts it again",
        SeverityChange::AsOpened => "the first severity's target holds",
        SeverityChange::Strictest => "the strictest target that ever applied holds",
    };
    let reopen = match clock.reopen {
        Reopen::Continue => "a reopening continues it and the gap doesn't count",
        Reopen::NewCycle => "a reopening starts a new cycle and the worst one counts",
        Reopen::Ignore => "a reopening is ignored",
    };
    let targets: Vec<String> = clock
        .targets
        .iter()
        .map(|target| {
            let who: Vec<&str> = target
                .scope
                .severities
                .iter()
                .map(|level| policy.severities[*level as usize].as_str())
                .collect();
            let more = target.scope.target_sets.iter().chain(&target.scope.categories).map(String::as_str);
            let scope: Vec<&str> = who.into_iter().chain(more).collect();
            let scope = if scope.is_empty() { "all".to_owned() } else { scope.join(", ") };
            format!("{scope}: {} / {}", target.target, target.limit)
        })
        .collect();
    let targets = match (clock.is_due_from_source, targets.is_empty()) {
        (true, _) => "deadline from the export".to_owned(),
        (false, true) => "no targets".to_owned(),
        (false, false) => format!("target / limit {}", targets.join("; ")),
    };
    format!("{calendar}; {pauses}; {changes}; {reopen}; {targets}.")
}
