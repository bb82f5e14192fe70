//! `junit.xml`: a test case for each gate, a suite for each contract.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::paper::summary::{GateResult, GateStatus, Summary};

/// The gates of a summary as test results; a warning is a test that passed and says so.
pub fn xml(summary: &Summary) -> String {
    let mut suites: BTreeMap<&str, Vec<&GateResult>> = BTreeMap::new();
    for gate in &summary.gates {
        suites.entry(gate.contract.as_deref().unwrap_or("all contracts")).or_default().push(gate);
    }
    let count = |gates: &[&GateResult], status| gates.iter().filter(|gate| gate.status == status).count();
    let all: Vec<&GateResult> = summary.gates.iter().collect();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
        escaped(&format!("SLA report – {} – {}", summary.subject, summary.period.label)),
        all.len(),
        count(&all, GateStatus::Fail),
        count(&all, GateStatus::Inconclusive),
    );
    for (contract, gates) in &suites {
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            escaped(contract),
            gates.len(),
            count(gates, GateStatus::Fail),
            count(gates, GateStatus::Inconclusive),
        );
        for gate in gates {
            let name = escaped(&gate.check);
            let reason = escaped(&gate.reason);
            let _ = write!(text, "    <testcase classname=\"{}\" name=\"{name}\">", escaped(contract));
            let _ = match gate.status {
                GateStatus::Fail => write!(text, "<failure message=\"{reason}\"/>"),
                GateStatus::Inconclusive => write!(text, "<skipped message=\"{reason}\"/>"),
                GateStatus::Warn => write!(text, "<system-out>warning: {reason}</system-out>"),
                GateStatus::Pass => write!(text, "<system-out>{reason}</system-out>"),
            };
            text.push_str("</testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text + "</testsuites>\n"
}

/// Text for XML 1.0, which has no place for most control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
