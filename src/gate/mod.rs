//! Gates: what a summary must show for a pipeline to pass.
//!
//! Answers "may this go on?" with pass, warn, fail, or inconclusive where too
//! little was decided. A ratio is compared in integers, so that 95 of 100 is 95 %.

mod check;

pub use check::{Check, Metric, Op, Scope, Subject};

use crate::paper::locale::Locale;
use crate::paper::summary::{GateLevel, GateResult, GateStatus, Kpi, Summary};

/// A check with its level.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub check: Check,
    pub level: GateLevel,
}

/// What a metric comes to in a summary.
enum Found {
    Share { numerator: i64, denominator: i64 },
    Count(i64),
    Seconds(Option<i64>),
}

/// Judges gates by a summary; a ratio of fewer than `min_n` is inconclusive.
///
/// # Errors
/// Clocks and contracts that the summary doesn't know.
pub fn judge(gates: &[Gate], summary: &Summary, min_n: i64) -> Result<Vec<GateResult>, Vec<String>> {
    let (mut results, mut problems) = (Vec::new(), Vec::new());
    for gate in gates {
        match found(&gate.check, summary) {
            Ok(all) => {
                results.extend(all.into_iter().map(|(contract, found)| judged(gate, contract, &found, min_n)))
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(results) } else { Err(problems) }
}

/// What a check is about: once, or for each contract.
fn found(check: &Check, summary: &Summary) -> Result<Vec<(Option<String>, Found)>, String> {
    let Subject::Clock { clock, scope } = &check.subject else {
        return Ok(vec![(None, of_report(check.metric, summary))]);
    };
    let Some(kpi) = summary.kpis.iter().find(|kpi| kpi.clock == *clock) else {
        let known: Vec<&str> = summary.kpis.iter().map(|kpi| kpi.clock.as_str()).collect();
        return Err(format!(
            "gate `{}`: unknown clock `{clock}`; there are: {}",
            check.text,
            known.join(", ")
        ));
    };
    if *scope == Scope::All {
        return Ok(vec![(None, of_clock(check.metric, kpi))]);
    }
    let of_contracts = summary.contracts.iter().filter(|own| own.clock == *clock);
    let wanted = of_contracts
        .filter(|own| *scope == Scope::EachContract || *scope == Scope::Contract(own.contract.clone()));
    let all: Vec<(Option<String>, Found)> = wanted
        .map(|own| {
            let found = match check.metric {
                Metric::Attainment => Found::Share { numerator: own.numerator, denominator: own.denominator },
                Metric::Kept => Found::Count(own.numerator),
                Metric::Decided => Found::Count(own.denominator),
                _ => Found::Count(own.denominator - own.numerator),
            };
            (Some(own.contract.clone()), found)
        })
        .collect();
    match scope {
        Scope::Contract(name) if all.is_empty() => {
            // A contract without a ticket in the period is no mistake of the gate.
            let known = &summary.contract_names;
            if known.contains(name) {
                return Ok(vec![(Some(name.clone()), Found::Share { numerator: 0, denominator: 0 })]);
            }
            Err(format!("gate `{}`: unknown contract `{name}`; there are: {}", check.text, known.join(", ")))
        }
        _ => Ok(all),
    }
}

fn of_report(metric: Metric, summary: &Summary) -> Found {
    let counts = &summary.counts;
    match metric {
        Metric::RejectedShare => {
            Found::Share { numerator: counts.rows_rejected as i64, denominator: counts.rows_read as i64 }
        }
        Metric::RejectedRows => Found::Count(counts.rows_rejected as i64),
        Metric::TicketsOpened => Found::Count(counts.tickets_opened_in_period),
        Metric::AreasToAct => Found::Count(counts.areas_to_act),
        Metric::Missed => Found::Count(summary.kpis.iter().map(|kpi| kpi.missed).sum()),
        _ => Found::Count(counts.clocks_overdue),
    }
}

fn of_clock(metric: Metric, kpi: &Kpi) -> Found {
    let verdict = |name: &str| kpi.verdicts.get(name).copied().unwrap_or(0);
    match metric {
        Metric::Attainment => Found::Share { numerator: kpi.numerator, denominator: kpi.denominator },
        Metric::OnTarget => Found::Share { numerator: verdict("met"), denominator: kpi.denominator },
        Metric::ClosedOnly => {
            Found::Share { numerator: kpi.closed_only.numerator, denominator: kpi.closed_only.denominator }
        }
        Metric::Kept => Found::Count(kpi.numerator),
        Metric::Decided => Found::Count(kpi.denominator),
        Metric::Undecided => Found::Count(kpi.undecided),
        Metric::Unmeasured => Found::Count(verdict("unmeasured")),
        Metric::Excluded => Found::Count(verdict("excluded")),
        Metric::NotEntitled => Found::Count(verdict("not_entitled")),
        Metric::Overdue => Found::Count(verdict("overdue")),
        Metric::AtRisk => Found::Count(verdict("at_risk")),
        Metric::OverrunMedian => Found::Seconds(kpi.overrun_median_s),
        Metric::OverrunP90 => Found::Seconds(kpi.overrun_p90_s),
        Metric::OverrunTotal => Found::Seconds(Some(kpi.overrun_total_s)),
        _ => Found::Count(kpi.missed),
    }
}

fn judged(gate: &Gate, contract: Option<String>, found: &Found, min_n: i64) -> GateResult {
    let check = &gate.check;
    // A row of a file with rejects is not a sample: its share is sure however few there are.
    let is_sample = check.metric != Metric::RejectedShare;
    let (text, value, holds, doubt) = match *found {
        Found::Share { denominator: 0, .. } => {
            let doubt = is_sample.then(|| "nothing was decided".to_owned());
            ("nothing decided".to_owned(), None, !is_sample, doubt)
        }
        Found::Share { numerator, denominator } => {
            let share = numerator as f64 / denominator as f64;
            let text =
                format!("{} ({})", Locale::EnGb.share(share), Locale::EnGb.fraction(numerator, denominator));
            let is_few = is_sample && denominator < min_n;
            let doubt = is_few.then(|| format!("only {denominator} decided, fewer than {min_n}"));
            // numerator / denominator against millionths, without a division.
            let holds = check.op.holds(
                i128::from(numerator) * 1_000_000,
                i128::from(check.threshold) * i128::from(denominator),
            );
            (text, Some((share * 1e6).round() / 1e6), holds, doubt)
        }
        Found::Count(count) => {
            let holds = check.op.holds(i128::from(count), i128::from(check.threshold));
            (Locale::EnGb.count(count), Some(count as f64), holds, None)
        }
        Found::Seconds(None) => {
            ("no overrun".to_owned(), None, check.op.holds(0, i128::from(check.threshold)), None)
        }
        Found::Seconds(Some(seconds)) => {
            let holds = check.op.holds(i128::from(seconds), i128::from(check.threshold));
            (Locale::EnGb.duration(seconds), Some(seconds as f64), holds, None)
        }
    };
    let status = match (&doubt, holds, gate.level) {
        (Some(_), ..) => GateStatus::Inconclusive,
        (None, true, _) => GateStatus::Pass,
        (None, false, GateLevel::Warn) => GateStatus::Warn,
        (None, false, GateLevel::Error) => GateStatus::Fail,
    };
    let who = contract.as_ref().map_or(String::new(), |contract| format!(" for {contract}"));
    let reason = match (doubt, holds) {
        (Some(doubt), _) => format!("{}{who}: {doubt}.", check.text),
        (None, true) => format!("{}{who} holds: {text}.", check.text),
        (None, false) => format!("{}{who} doesn't hold: {text}.", check.text),
    };
    GateResult { check: check.text.clone(), contract, found: text, value, level: gate.level, status, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let kpi = Kpi {
            clock: "on_site".to_owned(),
            numerator: 95,
            denominator: 100,
            missed: 5,
            overrun_median_s: Some(3600),
            ..Kpi::default()
        };
        let few = Kpi { clock: "response".to_owned(), numerator: 3, denominator: 9, ..Kpi::default() };
        let contract = |name: &str, numerator| crate::paper::summary::ContractKpi {
            contract: name.to_owned(),
            customer: "Bank".to_owned(),
            clock: "on_site".to_owned(),
            numerator,
            denominator: 20,
            value: None,
            target: None,
            gap_tickets: None,
            status: String::new(),
        };
        Summary {
            locale: "en-GB".into(),
            findings: Vec::new(),
            own_reports: Vec::new(),
            schema: String::new(),
            tool: crate::paper::summary::Tool { name: String::new(), version: String::new() },
            subject: String::new(),
            rules: String::new(),
            period: crate::paper::summary::Period {
                name: String::new(),
                label: String::new(),
                from: String::new(),
                until: String::new(),
                zone: String::new(),
            },
            as_of: String::new(),
            inputs: Vec::new(),
            counts: crate::paper::summary::Counts { rows_read: 200, rows_rejected: 2, ..Default::default() },
            kpis: vec![kpi, few],
            contracts: vec![contract("K-1", 20), contract("K-2", 18)],
            contract_names: ["K-1", "K-2", "K-quiet"].map(str::to_owned).to_vec(),
            gates: Vec::new(),
            sentences: Vec::new(),
        }
    }

    fn statuses(check: &str, level: GateLevel) -> Result<Vec<GateStatus>, Vec<String>> {
        let check = check.parse().map_err(|problem| vec![problem])?;
        let results = judge(&[Gate { check, level }], &summary(), 10)?;
        Ok(results.into_iter().map(|result| result.status).collect())
    }

    #[test]
    fn gates_hold_or_not() {
        use GateStatus::{Fail, Inconclusive, Pass, Warn};
        for (check, expected) in [
            ("on_site.attainment >= 95%", vec![Pass]),
            ("on_site.attainment >= 0.95", vec![Pass]),
            ("on_site.attainment > 95%", vec![Fail]),
            ("on_site.attainment >= 95.0001%", vec![Fail]),
            ("on_site.missed <= 5", vec![Pass]),
            ("on_site.missed<5", vec![Fail]),
            ("on_site.overrun_median <= 1h", vec![Pass]),
            ("on_site.overrun_median < 1h", vec![Fail]),
            ("on_site.overrun_p90 <= 1h", vec![Pass]),
            ("response.attainment >= 95%", vec![Inconclusive]),
            ("response.decided == 9", vec![Pass]),
            ("rejected_share <= 1%", vec![Pass]),
            ("rejected_share < 1%", vec![Fail]),
            ("rejected_rows == 2", vec![Pass]),
            ("missed <= 4", vec![Fail]),
            ("on_site.attainment[contract=K-2] >= 95%", vec![Fail]),
            ("on_site.attainment[contract=*] >= 95%", vec![Pass, Fail]),
            ("on_site.attainment[contract=K-quiet] >= 95%", vec![Inconclusive]),
            ("on_site.missed[contract=K-quiet] <= 0", vec![Inconclusive]),
        ] {
            assert_eq!(statuses(check, GateLevel::Error), Ok(expected), "{check}");
        }
        assert_eq!(statuses("missed <= 4", GateLevel::Warn), Ok(vec![Warn]));
    }

    #[test]
    fn what_is_unknown_is_an_error() {
        for check in [
            "onsite.attainment >= 95%",
            "on_site.attainmnt >= 95%",
            "on_site.attainment >= 95",
            "on_site.attainment >= lots",
            "on_site.missed >= 5%",
            "on_site.overrun_p90 <= 4",
            "on_site.attainment = 95%",
            "on_site.attainment[contract=K-3] >= 95%",
            "on_site.attainment[site=Porto] >= 95%",
            "on_site.overrun_p90[contract=K-1] <= 4h",
            "rejected_share[contract=K-1] <= 4%",
            "attainment >= 95%",
            ">= 95%",
            "",
        ] {
            assert!(statuses(check, GateLevel::Error).is_err(), "{check}");
        }
    }
}
