//! `summary.slack.json`: Block Kit blocks for a webhook.

use serde_json::{Value, json};

use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::summary::{GateStatus, Summary};

/// Slack's limits, in characters.
const HEADER: usize = 150;
const SECTION: usize = 3000;

/// Key figures beside each other; Slack takes ten fields.
const FIELDS: usize = 8;

/// Gates that don't hold, at most.
const GATES: usize = 3;

/// The blocks of a summary; `report_url` is where the page is published.
pub fn blocks(summary: &Summary, report_url: Option<&str>) -> String {
    let locale = Locale::of_tag(&summary.locale).unwrap_or_default();
    let title = phrase!(
        locale,
        "SLA report – {subject} – {period}",
        subject = summary.subject,
        period = summary.period.label
    );
    let title = format::cut(&format::plain(&title), HEADER).into_owned();
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": title } }),
        section(&summary.sentences.iter().map(|sentence| escaped(sentence)).collect::<Vec<_>>().join("\n")),
    ];
    let decided = summary.kpis.iter().filter(|kpi| kpi.denominator > 0).take(FIELDS);
    let fields: Vec<Value> = decided
        .map(|kpi| {
            let share = kpi.value.map_or("–".to_owned(), |share| locale.share(share));
            let mut text = format!(
                "*{}*\n{share} ({})",
                escaped(&kpi.label),
                locale.fraction(kpi.numerator, kpi.denominator)
            );
            if let Some(target) = kpi.target {
                text += &format!(", {}", phrase!(locale, "target {target}", target = locale.share(target)));
            }
            json!({ "type": "mrkdwn", "text": text })
        })
        .collect();
    if !fields.is_empty() {
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    let broken: Vec<_> = summary.gates.iter().filter(|gate| gate.status != GateStatus::Pass).collect();
    if !broken.is_empty() {
        let mut lines: Vec<String> = broken
            .iter()
            .take(GATES)
            .map(|gate| format!("• {}: {}", locale.text(gate.status.name()), escaped(&gate.reason)))
            .collect();
        if broken.len() > GATES {
            let more = phrase!(locale, "and {n} more", n = broken.len() - GATES);
            lines.push(format!("• {more}"));
        }
        blocks.push(section(&lines.join("\n")));
    }
    if let Some(url) = report_url {
        let button = json!({ "type": "button", "text": { "type": "plain_text", "text": phrase!(locale, "Open the report") }, "url": url });
        blocks.push(json!({ "type": "actions", "elements": [button] }));
    }
    format!("{:#}\n", json!({ "text": title, "blocks": blocks }))
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": format::cut(text, SECTION) } })
}

/// Slack's three special characters; nothing in a text becomes a mention.
fn escaped(text: &str) -> String {
    format::plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
