//! The Method section: every definition with this period's numbers in it.

use super::Inputs;
use crate::calendar::{BusinessDay, CalendarSpec, DeadlineAt, WeeklyHours, Window};
use crate::clock::{CalendarChoice, Clock, Policy, RULES, Verdict};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Block, Definition, Section};

/// As in the table `hours`.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The section.
pub fn section(inputs: &Inputs) -> Section {
    let (policy, locale) = (&inputs.config.policy, inputs.config.locale);
    let mut definitions: Vec<Definition> = RULES
        .iter()
        .map(|rule| definition(locale.text(rule.term).to_owned(), locale.text(rule.text).to_owned()))
        .collect();
    let text = phrase!(
        locale,
        "The warranty lasts {months} calendar months. A clock is at risk from {percent}% of its limit on. Fewer than \
         {min_n} decided are few.",
        months = policy.warranty_months,
        percent = policy.at_risk_percent,
        min_n = inputs.config.min_n
    );
    definitions.push(definition(phrase!(locale, "In this configuration"), text + &credits(policy, locale)));
    for (clock, kpi) in inputs.config.policy.clocks.iter().zip(inputs.kpis) {
        let word = |verdict: &Verdict| verdict.name().replace('_', " ");
        let counts: Vec<String> = Verdict::ALL
            .iter()
            .filter(|verdict| kpi.count(**verdict) > 0)
            .map(|verdict| format!("{} {}", locale.count(kpi.count(*verdict)), locale.text(&word(verdict))))
            .collect();
        let mut text = describe(clock, inputs);
        text.push(' ');
        text += &phrase!(locale, "In this period: {counts}.", counts = counts.join(", "));
        if let Some(share) = kpi.attainment() {
            text.push(' ');
            text += &phrase!(
                locale,
                "Here: {kept} ÷ ({kept} + {missed}) = {share}.",
                kept = locale.count(kpi.kept()),
                missed = locale.count(kpi.missed()),
                share = locale.share(share)
            );
        }
        definitions.push(definition(phrase!(locale, "Clock {name}", name = clock.label), text));
    }
    for calendar in &inputs.config.policy.calendars {
        let spec = &calendar.spec;
        let zone = match calendar.follows_site {
            true => phrase!(locale, "the site's zone, else {zone}", zone = spec.zone.name()),
            false => spec.zone.name().to_owned(),
        };
        let holidays =
            phrase!(locale, "{n} holidays configured", n = locale.count(spec.holidays.len() as i64));
        let deadline = match spec.deadline_at {
            DeadlineAt::Close => phrase!(locale, "a deadline at closing time is the closing instant"),
            DeadlineAt::NextOpen => phrase!(locale, "a deadline at closing time is the next opening"),
        };
        let days = match spec.business_day {
            BusinessDay::FromOpening => phrase!(locale, "business days count from the opening"),
            BusinessDay::SameTime => phrase!(locale, "business days count at the same time of day"),
        };
        definitions.push(definition(
            phrase!(locale, "Calendar {name}", name = spec.name),
            format!("{}; {zone}; {holidays}; {deadline}; {days}.", hours(spec, locale)),
        ));
    }
    definitions.push(definition(
        phrase!(locale, "Charts"),
        phrase!(locale, "Drawn in Atkinson Hyperlegible Next (SIL Open Font License 1.1)."),
    ));
    Section {
        id: "method".to_owned(),
        title: phrase!(locale, "Method"),
        sentences: vec![phrase!(
            locale,
            "Any figure can be followed to its tickets, and any ticket with `sla explain TICKET`."
        )],
        links: Vec::new(),
        cards: Vec::new(),
        blocks: vec![Block::Definitions(definitions)],
    }
}

/// `Mon–Fri 08:30–17:00, Sat 09:00–13:00`: the weekly hours of the latest version, and how many there are.
fn hours(spec: &CalendarSpec, locale: Locale) -> String {
    let Some(latest) = spec.versions.iter().max_by_key(|version| version.valid_from) else {
        return phrase!(locale, "never open");
    };
    let week = match &latest.weekly {
        WeeklyHours::AlwaysOpen => phrase!(locale, "always open"),
        WeeklyHours::Windows(week) => weekly(week, locale),
    };
    let versions = spec.versions.len() as i64;
    let mut parts = vec![week];
    let mut breaks: Vec<String> = latest.breaks.iter().map(|own| hours_of(&own.window)).collect();
    breaks.sort();
    breaks.dedup();
    if !breaks.is_empty() {
        parts.push(phrase!(locale, "less {breaks}", breaks = breaks.join(", ")));
    }
    if versions > 1 {
        parts.push(phrase!(locale, "the latest of {n} versions", n = locale.count(versions)));
    }
    parts.join("; ")
}

/// `08:30–17:00`.
fn hours_of(window: &Window) -> String {
    let time = |seconds: u32| format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    format!("{}–{}", time(window.start_s), time(window.end_s))
}

/// Days on end that have the same hours stand together.
fn weekly(week: &[Vec<Window>; 7], locale: Locale) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut day = 0;
    while day < 7 {
        let end = (day..7).take_while(|other| week[*other] == week[day]).last().unwrap_or(day);
        let windows: Vec<String> = week[day].iter().map(hours_of).collect();
        let (first, last) = (locale.text(DAYS[day]), locale.text(DAYS[end]));
        let days = if day == end { first.to_owned() } else { format!("{first}–{last}") };
        if !windows.is_empty() {
            parts.push(format!("{days} {}", windows.join(", ")));
        }
        day = end + 1;
    }
    if parts.is_empty() { phrase!(locale, "never open") } else { parts.join(", ") }
}

/// The steps of service credits, if there are any.
fn credits(policy: &Policy, locale: Locale) -> String {
    let plans = policy.credits.iter().map(|plan| {
        let scope = &plan.scope;
        let who: Vec<&str> = (scope.contracts.iter().chain(&scope.target_sets).chain(&scope.customers))
            .map(String::as_str)
            .collect();
        let who = if who.is_empty() { phrase!(locale, "all contracts") } else { who.join(", ") };
        let steps: Vec<String> = (plan.steps.iter())
            .map(|step| {
                phrase!(
                    locale,
                    "below {attainment}: {share} of the fee",
                    attainment = locale.percent(step.below_ppm),
                    share = locale.percent(step.credit_ppm)
                )
            })
            .collect();
        let text = phrase!(locale, "Credits of {who}: {steps}.", who = who, steps = steps.join(", "));
        format!(" {text}")
    });
    plans.collect()
}

fn definition(term: String, text: String) -> Definition {
    Definition { term, text }
}

fn describe(clock: &Clock, inputs: &Inputs) -> String {
    let (policy, locale) = (&inputs.config.policy, inputs.config.locale);
    let name = |position: usize| policy.calendars[position].spec.name.as_str();
    let calendar = match clock.calendar {
        CalendarChoice::Named(position) => phrase!(locale, "calendar {name}", name = name(position)),
        CalendarChoice::Contract { otherwise } => {
            phrase!(locale, "the contract's calendar, else {name}", name = name(otherwise))
        }
    };
    let pauses = match &clock.pauses {
        Some(statuses) => {
            let mut statuses: Vec<&str> = statuses.iter().map(String::as_str).collect();
            statuses.sort_unstable();
            match statuses.as_slice() {
                [] => phrase!(locale, "pauses in no status"),
                statuses => phrase!(locale, "pauses in {statuses}", statuses = statuses.join(", ")),
            }
        }
        None => phrase!(locale, "never pauses"),
    };
    let pauses = match clock.ignores_history {
        true => {
            format!("{pauses}; {}", phrase!(locale, "goes by the ticket's own times and not by its history"))
        }
        false => pauses,
    };
    let (changes, reopen) =
        (locale.text(clock.severity_change.meaning().1), locale.text(clock.reopen.meaning().1));
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
            let scope = if scope.is_empty() { phrase!(locale, "all") } else { scope.join(", ") };
            let text = format!("{scope}: {} / {}", target.target, target.limit);
            match target.calendar {
                Some(own) => phrase!(
                    locale,
                    "{target} of the calendar {calendar}",
                    target = text,
                    calendar = name(own)
                ),
                None => text,
            }
        })
        .collect();
    let targets = match (clock.is_due_from_source, targets.is_empty()) {
        (true, _) => phrase!(locale, "deadline from the export"),
        (false, true) => phrase!(locale, "no targets"),
        (false, false) => phrase!(locale, "target / limit {targets}", targets = targets.join("; ")),
    };
    format!("{calendar}; {pauses}; {changes}; {reopen}; {targets}.")
}
