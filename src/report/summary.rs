//! What the report came to, for machines and gates.

use super::kpi::{Kpi, ratio};
use super::{Inputs, changed, concentration, gap, open_overdue, opened_in_period, spc, verdict_sentences};
use crate::clock::{Outcome, Verdict};
use crate::paper::locale::Locale;
use crate::paper::summary::{self as paper, ContractKpi, Counts, Input, SCHEMA, Share, Summary, Tool};
use crate::paper::{Assurance, Panel, Variation};

/// Rounded to six places, so that the last bits of a division don't show.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn utc(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0)
        .map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The summary of a report, without gates.
pub fn summarise(inputs: &Inputs) -> Summary {
    let (rows_read, rows_used, rows_rejected) = inputs.imported.totals();
    let files = inputs.imported.files.iter().map(|file| Input {
        table: file.table.to_owned(),
        file: file.file.clone(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        rows_read: file.read,
        rows_used: file.used,
        rows_rejected: file.rejected,
    });
    let counts = Counts {
        rows_read,
        rows_used,
        rows_rejected,
        tickets: inputs.kernel.data.tickets.len() as i64,
        tickets_opened_in_period: opened_in_period(inputs),
        clocks_undecided: inputs.kpis.iter().map(Kpi::undecided).sum(),
        clocks_excluded: inputs.kpis.iter().map(|kpi| kpi.count(Verdict::Excluded)).sum(),
        clocks_overdue: open_overdue(inputs),
        areas_to_act: inputs.recurrence.areas.iter().filter(|area| area.advice.is_some()).count() as i64,
    };
    let mut contract_names: Vec<String> =
        inputs.imported.data.contracts.iter().map(|contract| contract.contract.clone()).collect();
    contract_names.dedup();
    let (period, locale) = (inputs.period, inputs.config.locale);
    Summary {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "sla-report".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        subject: locale.text(&inputs.config.subject).to_owned(),
        locale: locale.tag().to_owned(),
        rules: inputs.rules.to_owned(),
        period: paper::Period {
            name: period.name.clone(),
            label: period.label(locale).to_owned(),
            from: utc(period.from_at),
            until: utc(period.until_at),
            zone: inputs.config.zone.name().to_owned(),
        },
        as_of: utc(period.as_of),
        inputs: files.collect(),
        counts,
        kpis: inputs.kpis.iter().map(|kpi| self::kpi(inputs, kpi)).collect(),
        contracts: inputs.outcomes.iter().map(|outcome| contract(inputs, outcome)).collect(),
        contract_names,
        gates: Vec::new(),
        findings: findings(inputs),
        own_reports: Vec::new(),
        sentences: verdict_sentences(inputs, locale),
    }
}

fn kpi(inputs: &Inputs, kpi: &Kpi) -> paper::Kpi {
    let verdicts = Verdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), kpi.count(*verdict)));
    let (closed_kept, closed) = kpi.closed_only();
    let unmeasured = kpi.count(Verdict::Unmeasured);
    let whole = kpi.decided() + unmeasured;
    let before = ratio(kpi.before.0, kpi.before.0 + kpi.before.1);
    let share = |part, whole| ratio(part, whole).map(rounded);
    paper::Kpi {
        id: format!("{}.attainment", kpi.clock),
        clock: kpi.clock.clone(),
        label: kpi.label.clone(),
        numerator: kpi.kept(),
        denominator: kpi.decided(),
        value: kpi.attainment().map(rounded),
        target: kpi.attainment_target.map(rounded),
        gap_tickets: kpi.attainment_target.filter(|_| kpi.decided() > 0).map(|target| gap(kpi, target)),
        is_indicative: kpi.decided() < inputs.config.min_n,
        delta: kpi.attainment().zip(before).map(|(now, then)| rounded(now - then)),
        on_target: share(kpi.count(Verdict::Met), kpi.decided()),
        closed_only: Share { numerator: closed_kept, denominator: closed, value: share(closed_kept, closed) },
        lowest: share(kpi.kept(), whole),
        highest: share(kpi.kept() + unmeasured, whole),
        missed: kpi.missed(),
        undecided: kpi.undecided(),
        overrun_median_s: kpi.median_overrun_s(),
        overrun_p90_s: kpi.overrun_percentile_s(90),
        overrun_total_s: kpi.overruns_s.iter().sum(),
        verdicts: verdicts.collect(),
        spc: spc::of_clock(inputs, kpi).and_then(control),
    }
}

/// The control chart's answer, of the latest month.
fn control(panel: Panel) -> Option<paper::Spc> {
    let control = panel.control?;
    let [lower, upper] = control.limits.iter().rev().flatten().next().copied()?;
    Some(paper::Spc {
        variation: control.variations.last().map(|variation| match variation {
            Variation::Common => "common_cause".to_owned(),
            Variation::Improvement => "improvement".to_owned(),
            Variation::Concern => "concern".to_owned(),
        }),
        assurance: control.assurance.map(|assurance| match assurance {
            Assurance::Pass => "pass".to_owned(),
            Assurance::HitOrMiss => "hit_or_miss".to_owned(),
            Assurance::Fail => "fail".to_owned(),
        }),
        mean: rounded(control.mean),
        lower: rounded(lower),
        upper: rounded(upper),
        points: panel.values.iter().flatten().count() as i64,
        is_trial: control.is_trial,
    })
}

/// Sentences of the page in every language, with the section that they stand in.
fn findings(inputs: &Inputs) -> Vec<paper::Finding> {
    type Sentences = fn(&Inputs, Locale) -> Vec<String>;
    let kinds: [(&str, &str, Sentences); 3] = [
        ("verdict", "verdict", verdict_sentences),
        ("change", "changes", |inputs, locale| {
            changed(inputs, locale).into_iter().map(|(text, _)| text).collect()
        }),
        ("concentration", "missed", |inputs, locale| concentration(inputs, locale).into_iter().collect()),
    ];
    let mut findings = Vec::new();
    for (id, section, sentences) in kinds {
        let [english, portuguese] = Locale::ALL.map(|locale| sentences(inputs, locale));
        findings.extend(english.into_iter().zip(portuguese).map(|(text_en, text_pt)| paper::Finding {
            id: id.to_owned(),
            text_en,
            text_pt,
            link: format!("index.html#{section}"),
        }));
    }
    findings
}

fn contract(inputs: &Inputs, outcome: &Outcome) -> ContractKpi {
    ContractKpi {
        contract: outcome.contract.clone(),
        customer: outcome.customer.clone(),
        clock: inputs.kernel.policy.clocks[outcome.clock].name.clone(),
        numerator: outcome.kept,
        denominator: outcome.decided(),
        value: ratio(outcome.kept, outcome.decided()).map(rounded),
        target: outcome.attainment_target.map(rounded),
        gap_tickets: outcome.gap,
        status: outcome.status.name().to_owned(),
    }
}
