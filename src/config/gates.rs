//! `[[gates]]`: what must hold for a pipeline to pass.

use super::reader::Reader;
use crate::gate::Gate;
use crate::paper::summary::GateLevel;

/// Names of [`GateLevel`].
pub const GATE_LEVELS: [(&str, GateLevel); 2] = [("error", GateLevel::Error), ("warn", GateLevel::Warn)];

/// Reads `[[gates]]`; `clocks` are the names of those that are switched on.
pub fn gates(document: &Reader, clocks: &[&str]) -> Vec<Gate> {
    let mut gates = Vec::new();
    for reader in document.tables("gates") {
        let check = reader.parse::<crate::gate::Check>("check");
        let level = reader.choice("level", &GATE_LEVELS).unwrap_or(GateLevel::Error);
        if !reader.has("check") {
            reader.fail("a gate needs `check`, such as `check = \"on_site.attainment >= 90%\"`".to_owned());
        }
        reader.finish();
        let Some(check) = check else { continue };
        if let crate::gate::Subject::Clock { clock, .. } = &check.subject
            && !clocks.contains(&clock.as_str())
        {
            reader.fail(format!(
                "gate `{}`: unknown clock `{clock}`; there are: {}",
                check.text,
                clocks.join(", ")
            ));
        }
        gates.push(Gate { check, level });
    }
    gates
}
