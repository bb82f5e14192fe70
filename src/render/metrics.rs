//! `metrics.prom`: gauges in Prometheus' text format, without timestamps.

use std::fmt::Write;

use crate::paper::summary::{GateStatus, Summary};

/// The gauges of a summary; `ended_at_s` is when the run ended, if that is to be told, and
/// OpenMetrics has a last line.
pub fn prometheus(summary: &Summary, ended_at_s: Option<u64>, is_openmetrics: bool) -> String {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, values: Vec<(Vec<(&str, &str)>, String)>| {
        let _ = writeln!(text, "# HELP sla_{name} {help}\n# TYPE sla_{name} gauge");
        for (labels, value) in values {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "sla_{name}{labels} {value}");
        }
    };
    let kpis = &summary.kpis;
    let ratios = kpis.iter().map(|kpi| (vec![("clock", kpi.clock.as_str())], kpi.value));
    let ratios =
        ratios.chain(summary.contracts.iter().map(|own| {
            (vec![("clock", own.clock.as_str()), ("contract", own.contract.as_str())], own.value)
        }));
    // What was not decided has no ratio, not one of 0.
    let ratios = ratios.filter_map(|(labels, value)| Some((labels, value?.to_string()))).collect();
    gauge("attainment_ratio", "Kept of decided clocks, 0 to 1; without a contract, of all.", ratios);
    let targets =
        kpis.iter().filter_map(|kpi| Some((vec![("clock", kpi.clock.as_str())], kpi.target?.to_string())));
    gauge("attainment_target_ratio", "The attainment that was promised, 0 to 1.", targets.collect());
    let verdicts = kpis.iter().flat_map(|kpi| {
        kpi.verdicts.iter().map(|(verdict, count)| {
            (vec![("clock", kpi.clock.as_str()), ("verdict", verdict.as_str())], count.to_string())
        })
    });
    gauge("clocks", "Clocks of the period by verdict.", verdicts.collect());
    let overruns =
        kpis.iter().map(|kpi| (vec![("clock", kpi.clock.as_str())], kpi.overrun_total_s.to_string()));
    gauge("overrun_seconds", "Seconds over the limit of all missed clocks.", overruns.collect());
    let counts = &summary.counts;
    for (name, help, value) in [
        ("tickets", "Tickets opened in the period.", counts.tickets_opened_in_period.to_string()),
        ("overdue_open", "Clocks of open tickets over their limits.", counts.clocks_overdue.to_string()),
        ("areas_to_act", "Problem areas that call for action.", counts.areas_to_act.to_string()),
        ("rejected_rows", "Rows of the exports that could not be used.", counts.rows_rejected.to_string()),
        ("period_end_timestamp_seconds", "End of the period, excluded.", seconds(&summary.period.until)),
    ] {
        gauge(name, help, vec![(Vec::new(), value)]);
    }
    let gates = summary.gates.iter().map(|gate| {
        let mut labels = vec![("gate", gate.check.as_str())];
        labels.extend(gate.contract.as_deref().map(|contract| ("contract", contract)));
        let value = match gate.status {
            GateStatus::Pass => 0,
            GateStatus::Warn => 1,
            GateStatus::Fail => 2,
            GateStatus::Inconclusive => 3,
        };
        (labels, value.to_string())
    });
    gauge("gate_status", "0 pass, 1 warn, 2 fail, 3 inconclusive.", gates.collect());
    if let Some(ended_at_s) = ended_at_s {
        let value = vec![(Vec::new(), ended_at_s.to_string())];
        gauge("run_completed_timestamp_seconds", "When the run ended.", value);
    }
    if is_openmetrics {
        text.push_str("# EOF\n");
    }
    text
}

fn seconds(rfc3339: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(rfc3339).map_or(0, |at| at.timestamp()).to_string()
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
