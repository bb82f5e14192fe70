//! `sla diff`: what changed between two summaries.

use super::Failure;
use super::gate::read;
use crate::cli::DiffArgs;
use crate::paper::locale::Locale;
use crate::paper::summary::{Kpi, Summary};

/// A line of the comparison: what, then, now, change.
type Line = [String; 4];

/// Runs the command.
pub fn run(args: &DiffArgs) -> Result<(), Failure> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let lines = lines(&old, &new);
    let heads = ["".to_owned(), old.period.label.clone(), new.period.label.clone(), "change".to_owned()];
    if args.md {
        say!("| {} |\n| --- | ---: | ---: | ---: |", heads.join(" | "));
        for line in &lines {
            say!("| {} |", line.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "));
        }
    } else {
        let width =
            |at: usize| lines.iter().chain([&heads]).map(|line| line[at].chars().count()).max().unwrap_or(0);
        let widths: [usize; 4] = std::array::from_fn(width);
        for line in [&heads].into_iter().chain(&lines) {
            let [what, then, now, change] = line;
            let [w, a, b, c] = widths;
            say!("{what:<w$}  {then:>a$}  {now:>b$}  {change:>c$}");
        }
    }
    for warning in warnings(&old, &new) {
        tell!("note: {warning}");
    }
    Ok(())
}

fn lines(old: &Summary, new: &Summary) -> Vec<Line> {
    let mut lines = Vec::new();
    for now in &new.kpis {
        let then = old.kpis.iter().find(|kpi| kpi.clock == now.clock);
        if now.denominator == 0 && then.is_none_or(|then| then.denominator == 0) {
            continue;
        }
        lines.push([
            format!("{} kept", now.label),
            then.map_or("–".to_owned(), share),
            share(now),
            match then.and_then(|then| then.value).zip(now.value) {
                Some((then, now)) => Locale::EnGb.signed_pp(now - then),
                None => String::new(),
            },
        ]);
        let missed = then.map(|then| then.missed);
        lines.push(counts(&format!("{} missed", now.label), missed, now.missed));
    }
    let (then, now) = (&old.counts, &new.counts);
    for (what, then, now) in [
        ("Tickets opened", then.tickets_opened_in_period, now.tickets_opened_in_period),
        ("Open and overdue", then.clocks_overdue, now.clocks_overdue),
        ("Areas to act on", then.areas_to_act, now.areas_to_act),
        ("Rows rejected", then.rows_rejected as i64, now.rows_rejected as i64),
    ] {
        lines.push(counts(what, Some(then), now));
    }
    for gate in &new.gates {
        let then =
            old.gates.iter().find(|other| (&other.check, &other.contract) == (&gate.check, &gate.contract));
        let before = then.map_or("–", |then| then.status.name());
        let who = gate.contract.as_ref().map_or(String::new(), |contract| format!(" ({contract})"));
        let change = if before == gate.status.name() { "" } else { "changed" };
        lines.push([
            format!("{}{who}", gate.check),
            before.to_owned(),
            gate.status.name().to_owned(),
            change.to_owned(),
        ]);
    }
    lines
}

fn share(kpi: &Kpi) -> String {
    let Some(value) = kpi.value else { return "nothing decided".to_owned() };
    format!("{} ({})", Locale::EnGb.share(value), Locale::EnGb.fraction(kpi.numerator, kpi.denominator))
}

fn counts(what: &str, then: Option<i64>, now: i64) -> Line {
    let change = match then.map(|then| now - then) {
        None | Some(0) => String::new(),
        Some(more) if more > 0 => format!("+{}", Locale::EnGb.count(more)),
        Some(less) => Locale::EnGb.count(less),
    };
    [
        what.to_owned(),
        then.map_or("–".to_owned(), |value| Locale::EnGb.count(value)),
        Locale::EnGb.count(now),
        change,
    ]
}

/// What makes a comparison lame.
fn warnings(old: &Summary, new: &Summary) -> Vec<String> {
    let mut warnings = Vec::new();
    if old.rules != new.rules {
        warnings.push(format!("the two were made under different rules ({} and {})", old.rules, new.rules));
    }
    if old.subject != new.subject {
        warnings.push(format!("they are about `{}` and `{}`", old.subject, new.subject));
    }
    if old.tool.version != new.tool.version {
        warnings.push(format!("they were made by versions {} and {}", old.tool.version, new.tool.version));
    }
    warnings
}
