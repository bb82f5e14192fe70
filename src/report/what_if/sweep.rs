//! One key tried with many values: the attainment curve.

use super::{Step, WhatIf, attainment_of, column, int, label, paid, share, shown, table, text};
use crate::clock::gap;
use crate::paper::locale::Locale;
use crate::paper::{ChartKind, Figure, Format, Series, Table};

/// The clocks that a sweep moves, in the order of the policy; all where none moves.
fn moved<'a>(what_if: &'a WhatIf, steps: &[Step]) -> Vec<&'a str> {
    let policy = what_if.after.unwrap_or(what_if.before).kernel.policy;
    let names = || policy.clocks.iter().map(|clock| clock.name.as_str());
    let is_moved =
        |name: &&str| steps.windows(2).any(|pair| pair[0].counts.get(*name) != pair[1].counts.get(*name));
    let found: Vec<&str> = names().filter(is_moved).collect();
    if found.is_empty() { names().collect() } else { found }
}

pub fn sweep(what_if: &WhatIf, key: &str, steps: &[Step]) -> Table {
    let clocks = moved(what_if, steps);
    let counts = |step: &Step, clock: &str| step.counts.get(clock).copied().unwrap_or_default();
    let mut rows = Vec::new();
    for step in steps {
        for clock in &clocks {
            let (kept, missed) = counts(step, clock);
            rows.push(vec![
                text(Some(&step.value)),
                text(Some(clock)),
                share(attainment_of((kept, missed))),
                int(kept),
                int(kept + missed),
                text(
                    Some(&paid(&step.credits))
                        .filter(|_| !step.credits.by_currency.is_empty())
                        .map(String::as_str),
                ),
            ]);
        }
    }
    let mut columns = vec![
        column("value", key, Format::Text),
        column("clock", "Clock", Format::Text),
        column("attainment", "Attainment", Format::Share),
        column("kept", "Kept", Format::Count),
        column("decided", "Decided", Format::Count),
        column("credits", "Service credits", Format::Text),
    ];
    columns[2].fraction = Some((3, 4));
    let targets: Vec<Option<f64>> =
        steps.iter().flat_map(|step| clocks.iter().map(|clock| step.targets.get(*clock).copied())).collect();
    let series = clocks.iter().map(|clock| Series {
        name: label(what_if, clock).to_owned(),
        values: steps.iter().map(|step| attainment_of(counts(step, clock))).collect(),
    });
    let title = format!("Attainment by {key}");
    let figure = Figure {
        locale: Locale::EnGb,
        kind: ChartKind::Line,
        title: title.clone(),
        description: sentences(what_if, key, steps).join(" "),
        x_label: key.to_owned(),
        y_label: "Attainment".to_owned(),
        unit: "%".to_owned(),
        categories: steps.iter().map(|step| step.value.clone()).collect(),
        series: series.collect(),
        points: Vec::new(),
        panels: Vec::new(),
        spans: Vec::new(),
        // One line can only stand for a target that all clocks and values share.
        target: targets.first().copied().flatten().filter(|first| targets.iter().all(|t| *t == Some(*first))),
    };
    Table { figure: Some(figure), ..table("what_if_sweep", &title, columns, rows) }
}

/// Of each moved clock: its ends, and the values at which it meets its attainment target.
pub fn sentences(what_if: &WhatIf, key: &str, steps: &[Step]) -> Vec<String> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Vec::new() };
    let one = |clock: &str| {
        let counts = |step: &Step| step.counts.get(clock).copied().unwrap_or_default();
        let mut text = format!(
            "{}: {} with {key}={}, {} with {}",
            label(what_if, clock),
            shown(counts(first)),
            first.value,
            shown(counts(last)),
            last.value
        );
        let targets: Vec<Option<f64>> = steps.iter().map(|step| step.targets.get(clock).copied()).collect();
        let is_same = targets.windows(2).all(|pair| pair[0] == pair[1]);
        if targets.iter().any(Option::is_some) {
            let meets = |step: &&Step| {
                let (kept, missed) = counts(step);
                let target = step.targets.get(clock);
                kept + missed > 0 && target.is_some_and(|target| gap(kept, kept + missed, *target) == 0)
            };
            let target = match targets[0].filter(|_| is_same) {
                Some(target) => format!("the target of {}", Locale::EnGb.share(target)),
                None => "its target".to_owned(),
            };
            let values: Vec<&str> = steps.iter().filter(meets).map(|step| step.value.as_str()).collect();
            text += &match values.as_slice() {
                [] => format!("; no value tried meets {target}"),
                _ if values.len() == steps.len() => {
                    format!("; every value tried meets {target}")
                }
                [one] => format!("; of those tried, {one} meets {target}"),
                [from, .., until] => {
                    format!("; of those tried, {} from {from} to {until} meet {target}", values.len())
                }
            };
        }
        text + "."
    };
    moved(what_if, steps).into_iter().map(one).collect()
}
