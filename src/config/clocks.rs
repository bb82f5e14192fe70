//! `[severity]`, `[statuses]`, `[clocks.*]` and `[entitlement]`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::calendars::ALWAYS;
use super::reader::{Located, Reader};
use crate::calendar::Span;
use crate::clock::{
    CalendarChoice, Clock, Exclusion, MAX_CLOCKS, MOMENTS, Moment, NamedCalendar, Reopen, Scope,
    SeverityChange, StatusClass, Target,
};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// Names of the severities where the configuration doesn't list them.
const DEFAULT_SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// The promise for the highest severity: on site within three to four hours.
const ON_SITE_TARGET: Span = Span::Seconds(3 * 3600);
const ON_SITE_LIMIT: Span = Span::Seconds(4 * 3600);

/// How a ticket gets its severity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeverityRules {
    /// Most severe first.
    pub levels: Vec<String>,
    /// Impact, then urgency, to severity.
    pub matrix: FxHashMap<(String, String), String>,
    /// The severity of a ticket whose application is blocked.
    pub blocked: Option<String>,
    /// Cells of `application_blocked` that mean yes, lower case.
    pub blocked_values: Vec<String>,
}

/// Reads `[severity]`.
pub fn severity(document: &Reader) -> SeverityRules {
    let mut rules = SeverityRules {
        levels: DEFAULT_SEVERITIES.map(str::to_owned).to_vec(),
        blocked_values: ["yes", "true", "1", "y"].map(str::to_owned).to_vec(),
        ..SeverityRules::default()
    };
    let Some(reader) = document.table("severity") else { return rules };
    if let Some(levels) = reader.strings("levels") {
        rules.levels = levels.into_iter().map(|level| level.value).collect();
        if rules.levels.is_empty() || rules.levels.len() > 100 {
            reader.fail("`severity.levels` needs 1 to 100 names, most severe first".to_owned());
        }
    }
    if let Some(blocked) = reader.string("when_blocked") {
        level(&reader, &blocked, &rules.levels);
        rules.blocked = Some(blocked.value);
    }
    if let Some(values) = reader.strings("blocked_values") {
        rules.blocked_values = values.into_iter().map(|v| v.value.to_lowercase()).collect();
    }
    if let Some(matrix) = reader.table("matrix") {
        for (impact, row) in matrix.named_tables() {
            for (urgency, names) in row.named_strings() {
                for name in names {
                    level(&row, &name, &rules.levels);
                    rules.matrix.insert((impact.value.clone(), urgency.value.clone()), name.value);
                }
            }
        }
    }
    reader.finish();
    rules
}

fn level(reader: &Reader, name: &Located<String>, levels: &[String]) -> Option<u8> {
    let position = levels.iter().position(|level| *level == name.value);
    if position.is_none() {
        reader.problem(
            Diagnostic::error(Some(name.span.clone()), format!("unknown severity `{}`", name.value))
                .label(format!("expected one of: {}", levels.join(", ")))
                .hint(did_you_mean(&name.value, levels.iter().map(String::as_str))),
        );
    }
    position.map(|position| position as u8)
}

/// Reads `[statuses]`: the export's statuses under the name of their class.
pub fn statuses(document: &Reader) -> FxHashMap<String, StatusClass> {
    let mut statuses = FxHashMap::default();
    let Some(reader) = document.table("statuses") else { return statuses };
    let mut add = |key: &'static str, class: StatusClass| {
        for status in reader.strings(key).unwrap_or_default() {
            if let Some(other) = statuses.insert(status.value.clone(), class) {
                reader.problem(Diagnostic::error(
                    Some(status.span),
                    format!("`{}` is already listed under `{}`", status.value, other.name()),
                ));
            }
        }
    };
    add("queue", StatusClass::Queue);
    add("work", StatusClass::Work);
    add("waiting", StatusClass::Waiting);
    add("resolved", StatusClass::Resolved);
    add("closed", StatusClass::Closed);
    add("merged", StatusClass::Excluded(Exclusion::Merged));
    add("duplicate", StatusClass::Excluded(Exclusion::Duplicate));
    add("cancelled", StatusClass::Excluded(Exclusion::Cancelled));
    add("spam", StatusClass::Excluded(Exclusion::Spam));
    reader.finish();
    statuses
}

/// What clocks refer to.
pub struct Context<'a> {
    pub levels: &'a [String],
    pub statuses: &'a FxHashMap<String, StatusClass>,
    pub calendars: &'a [NamedCalendar],
}

/// Reads `[clocks.*]` over the three that come out of the box; also the names of
/// those that are switched off.
pub fn clocks(document: &Reader, context: &Context) -> (Vec<Clock>, Vec<String>) {
    let mut disabled = Vec::new();
    let mut clocks = vec![
        built_in("response", "Response", Moment::Response, context),
        built_in("on_site", "On-site", Moment::OnSite, context),
        built_in("resolution", "Resolution", Moment::Resolved, context),
    ];
    if let Some(tables) = document.table("clocks") {
        for (name, reader) in tables.named_tables() {
            let position = clocks.iter().position(|clock| clock.name == name.value);
            if name.value.is_empty()
                || !name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            {
                tables.problem(
                    Diagnostic::error(Some(name.span), format!("`{}` can't name a clock", name.value))
                        .label("expected a name of a-z, 0-9 and _"),
                );
                continue;
            }
            let stop = reader.choice("stop", &MOMENTS);
            let mut clock = match position {
                Some(position) => {
                    Clock { stop: stop.unwrap_or(clocks[position].stop), ..clocks[position].clone() }
                }
                None => {
                    let stop = stop.unwrap_or(Moment::Resolved);
                    built_in(&name.value, &capitalised(&name.value), stop, context)
                }
            };
            let is_enabled = reader.boolean("enabled").unwrap_or(true);
            if position.is_none() && !reader.has("stop") {
                let known = clocks.iter().map(|clock| clock.name.as_str());
                reader.problem(
                    Diagnostic::error(Some(name.span.clone()), format!("`{}.stop` is missing", reader.path))
                        .label("a new clock says where it stops")
                        .hint(did_you_mean(&name.value, known)),
                );
            }
            configure(&reader, &mut clock, context);
            reader.finish();
            if !is_enabled {
                disabled.push(name.value.clone());
            }
            match (position, is_enabled) {
                (Some(position), true) => clocks[position] = clock,
                (Some(position), false) => {
                    clocks.remove(position);
                }
                (None, true) => clocks.push(clock),
                (None, false) => {}
            }
        }
    }
    if clocks.is_empty() || clocks.len() > MAX_CLOCKS {
        document.fail(format!("between 1 and {MAX_CLOCKS} clocks can be enabled"));
    }
    (clocks, disabled)
}

fn capitalised(name: &str) -> String {
    let text = name.replace('_', " ");
    text[..1].to_uppercase() + &text[1..]
}

/// A clock as it is before the configuration says more of it.
fn built_in(name: &str, label: &str, stop: Moment, context: &Context) -> Clock {
    let targets = match name {
        "on_site" => vec![Target {
            scope: Scope { severities: vec![0], ..Scope::default() },
            target: ON_SITE_TARGET,
            limit: ON_SITE_LIMIT,
            calendar: Some(0),
        }],
        _ => Vec::new(),
    };
    Clock {
        name: name.to_owned(),
        label: label.to_owned(),
        start: if stop == Moment::Reply { Moment::CustomerReply } else { Moment::Opened },
        stop,
        calendar: CalendarChoice::Named(0),
        pauses: matches!(stop, Moment::Resolved | Moment::Closed).then(|| waiting(context)),
        targets,
        is_due_from_source: false,
        resolution_counts: matches!(stop, Moment::Response | Moment::Reply),
        ignores_history: false,
        severity_change: SeverityChange::Retarget,
        reopen: Reopen::Continue,
        attainment_target: None,
    }
}

/// The statuses in which somebody else must act.
fn waiting(context: &Context) -> FxHashSet<String> {
    let is_waiting = |class: &StatusClass| *class == StatusClass::Waiting;
    context.statuses.iter().filter(|(_, class)| is_waiting(class)).map(|(s, _)| s.clone()).collect()
}

fn configure(reader: &Reader, clock: &mut Clock, context: &Context) {
    if let Some(label) = reader.string("label") {
        clock.label = label.value;
    }
    if let Some(start) = reader.choice("start", &MOMENTS) {
        clock.start = start;
    }
    let is_opening = matches!(clock.stop, Moment::Opened | Moment::CustomerReply);
    if is_opening || clock.start == Moment::Reply {
        reader.fail(format!("`{}` can't start or stop like that: nothing ends with an opening or begins with the reply that ends it", reader.path));
    } else if (clock.start == Moment::CustomerReply) != (clock.stop == Moment::Reply) {
        reader.fail(format!(
            "`{}`: `start = \"customer_reply\"` and `stop = \"reply\"` go together, as the next-reply clock",
            reader.path
        ));
    }
    let otherwise =
        reader.string("calendar_otherwise").and_then(|name| calendar(reader, &name, context.calendars));
    match reader.string("calendar") {
        Some(name) if name.value == "contract" => {
            clock.calendar = CalendarChoice::Contract { otherwise: otherwise.unwrap_or(0) };
        }
        Some(name) => {
            if let Some(position) = calendar(reader, &name, context.calendars) {
                clock.calendar = CalendarChoice::Named(position);
            }
        }
        None => {}
    }
    if reader.is_boolean("pauses") {
        clock.pauses = reader.boolean("pauses").filter(|pauses| *pauses).map(|_| waiting(context));
    } else if let Some(statuses) = reader.strings("pauses") {
        let mut set = FxHashSet::default();
        for status in statuses {
            if !context.statuses.contains_key(&status.value) {
                reader.problem(
                    Diagnostic::error(
                        Some(status.span.clone()),
                        format!("`{}` is not listed under `statuses`", status.value),
                    )
                    .hint(did_you_mean(&status.value, context.statuses.keys().map(String::as_str))),
                );
            }
            set.insert(status.value);
        }
        clock.pauses = Some(set);
    }
    clock.is_due_from_source = reader.boolean("due_from_source").unwrap_or(clock.is_due_from_source);
    clock.resolution_counts =
        reader.boolean("resolution_counts_as_response").unwrap_or(clock.resolution_counts);
    clock.ignores_history = reader.boolean("ignore_history").unwrap_or(clock.ignores_history);
    let changes = [
        ("retarget", SeverityChange::Retarget),
        ("restart", SeverityChange::Restart),
        ("as-opened", SeverityChange::AsOpened),
        ("strictest", SeverityChange::Strictest),
    ];
    if let Some(change) = reader.choice("severity_change", &changes) {
        clock.severity_change = change;
    }
    let reopens =
        [("continue", Reopen::Continue), ("new-cycle", Reopen::NewCycle), ("ignore", Reopen::Ignore)];
    if let Some(reopen) = reader.choice("reopen", &reopens) {
        clock.reopen = reopen;
    }
    if clock.is_next_reply() && (clock.is_due_from_source || clock.ignores_history) {
        reader.fail(format!(
            "`{}`: only a history tells of replies, so `due_from_source` and `ignore_history` can't be set",
            reader.path
        ));
    }
    clock.attainment_target = reader.share("attainment_target").or(clock.attainment_target);
    if reader.has("targets") {
        clock.targets.clear();
        for table in reader.tables("targets") {
            let Some(target) = target(&table, context) else { continue };
            if clock.targets.iter().any(|earlier| earlier.scope.covers(&target.scope)) {
                table.fail(format!(
                    "this target of `{}` never applies: an earlier one fits all its tickets",
                    clock.name
                ));
            } else if let Some(first) =
                clock.targets.iter().position(|earlier| earlier.scope.meets(&target.scope))
            {
                table.problem(
                    Diagnostic::error(
                        Some(table.span.clone()),
                        format!(
                            "targets {} and {} of `{}` overlap",
                            first + 1,
                            clock.targets.len() + 1,
                            clock.name
                        ),
                    )
                    .label(format!("a ticket that fits both gets the first, {}", clock.targets[first].limit))
                    .warning(),
                );
            }
            clock.targets.push(target);
        }
    }
    for_all_targets(reader, clock);
}

/// `target` and `limit` of the clock itself: those of every target, whatever they say.
fn for_all_targets(reader: &Reader, clock: &mut Clock) {
    let (target, limit) = (duration(reader, "target"), duration(reader, "limit"));
    let Some(one) = limit.or(target) else { return };
    if clock.targets.is_empty() {
        clock.targets.push(Target { scope: Scope::default(), target: one, limit: one, calendar: None });
    }
    for own in &mut clock.targets {
        own.limit = limit.unwrap_or(own.limit);
        own.target = target.unwrap_or(own.target);
        if is_longer(&own.target, &own.limit) {
            match target {
                Some(target) => reader.fail(format!("target {target} is longer than limit {}", own.limit)),
                None => own.target = own.limit,
            }
        }
    }
}

/// A duration above nothing.
fn duration(reader: &Reader, key: &'static str) -> Option<Span> {
    let text = reader.string(key)?;
    let span = reader.parsed::<Span>(key, &text)?;
    if matches!(span, Span::Seconds(0) | Span::BusinessDays(0)) {
        let message = format!("`{}.{key}` is no time at all", reader.path);
        reader.problem(Diagnostic::error(Some(text.span), message));
        return None;
    }
    Some(span)
}

/// Spans in different units can't be compared before they are placed on a calendar.
fn is_longer(one: &Span, other: &Span) -> bool {
    match (one, other) {
        (Span::Seconds(one), Span::Seconds(other)) => one > other,
        (Span::BusinessDays(one), Span::BusinessDays(other)) => one > other,
        _ => false,
    }
}

/// The position of a calendar; an unknown one is an error.
pub(super) fn calendar(
    reader: &Reader,
    name: &Located<String>,
    calendars: &[NamedCalendar],
) -> Option<usize> {
    let names = || calendars.iter().map(|calendar| calendar.spec.name.as_str());
    let position = names().position(|known| known == name.value);
    if position.is_none() {
        reader.problem(
            Diagnostic::error(Some(name.span.clone()), format!("unknown calendar `{}`", name.value))
                .label(format!("expected one of: {}", names().collect::<Vec<_>>().join(", ")))
                .hint(did_you_mean(&name.value, names().filter(|name| *name != ALWAYS))),
        );
    }
    position
}

fn target(reader: &Reader, context: &Context) -> Option<Target> {
    let texts = |key| -> Vec<String> {
        reader.strings(key).unwrap_or_default().into_iter().map(|text| text.value).collect()
    };
    let severities = reader.strings("severity").unwrap_or_default();
    if severities.is_empty() && reader.has("severity") {
        reader.fail(format!("`{}.severity` names no severity", reader.path));
    }
    let scope = Scope {
        severities: severities.iter().filter_map(|name| level(reader, name, context.levels)).collect(),
        contracts: texts("contract"),
        customers: texts("customer"),
        sites: texts("site"),
        request_types: texts("request_type"),
        target_sets: texts("target_set"),
        categories: texts("category"),
        products: texts("product"),
    };
    let own_calendar = reader.string("calendar").and_then(|name| calendar(reader, &name, context.calendars));
    let (target, limit) = (duration(reader, "target"), duration(reader, "limit"));
    reader.finish();
    let (target, limit) = match (target, limit) {
        (Some(target), Some(limit)) => (target, limit),
        (Some(one), None) | (None, Some(one)) => (one, one),
        (None, None) => {
            if !reader.has("target") && !reader.has("limit") {
                reader.fail(format!("`{}` has neither `target` nor `limit`", reader.path));
            }
            return None;
        }
    };
    if is_longer(&target, &limit) {
        reader.fail(format!("target {target} is longer than limit {limit}"));
    }
    Some(Target { scope, target, limit, calendar: own_calendar })
}
