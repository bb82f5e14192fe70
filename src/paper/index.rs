//! What the list of all reports says of each.

use serde::Serialize;

use super::Tone;
use super::locale::{Locale, phrase};
use super::summary::{Kpi, Summary};

/// One report in the list of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexEntry {
    /// Such as `September 2026`.
    pub label: String,
    /// Relative to the list, such as `2026-09/index.html`.
    pub href: String,
    /// What the report is about, such as `all contracts`.
    pub subject: String,
    /// The verdict in words, the headline first.
    pub sentences: Vec<String>,
    /// Reports of the reader's own beside it: title and place, relative to the list.
    pub own_reports: Vec<(String, String)>,
    /// In the order of the report.
    pub figures: Vec<IndexFigure>,
}

/// A key figure of one report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexFigure {
    /// The same in every report, such as `on_site.attainment`.
    pub id: String,
    /// Such as `On-site kept`.
    pub label: String,
    /// The figure as text; an en dash where there is none.
    pub value: String,
    /// `412 of 438`.
    pub fraction: Option<String>,
    /// Value 0-1, for a line over the periods.
    pub share: Option<f64>,
    /// Target 0-1.
    pub target: Option<f64>,
    pub tone: Tone,
    /// The tone in words, such as `target missed`.
    pub status: String,
}

impl IndexEntry {
    /// The entry of a report, from its `summary.json`; its sentences stay as they were written.
    pub fn of(summary: &Summary, locale: Locale) -> IndexEntry {
        let counts = &summary.counts;
        let missed: i64 = summary.kpis.iter().map(|kpi| kpi.missed).sum();
        let mut figures: Vec<IndexFigure> = summary
            .kpis
            .iter()
            .filter(|kpi| kpi.denominator > 0)
            .map(|kpi| attainment(kpi, locale))
            .collect();
        let count = |id: &str, label, value: i64, status| IndexFigure {
            id: id.to_owned(),
            label,
            value: locale.count(value),
            fraction: None,
            share: None,
            target: None,
            tone: if value == 0 { Tone::Good } else { Tone::Bad },
            status: if value == 0 { phrase!(locale, "none") } else { status },
        };
        let overdue = counts.clocks_overdue;
        figures.push(count("missed", phrase!(locale, "Missed"), missed, phrase!(locale, "over the limit")));
        figures.push(count(
            "overdue",
            phrase!(locale, "Open and overdue"),
            overdue,
            phrase!(locale, "open past the limit"),
        ));
        let opened = (phrase!(locale, "Tickets"), phrase!(locale, "opened in the period"));
        figures.push(IndexFigure {
            tone: Tone::Neutral,
            ..count("tickets", opened.0, counts.tickets_opened_in_period, opened.1)
        });
        IndexEntry {
            label: summary.period.label.clone(),
            href: format!("{}/index.html", summary.period.name),
            subject: summary.subject.clone(),
            sentences: summary.sentences.clone(),
            own_reports: summary
                .own_reports
                .iter()
                .filter_map(|own| {
                    let file = own.page.as_ref().or(own.pack.as_ref())?;
                    Some((own.title.clone(), format!("{}/{file}", summary.period.name)))
                })
                .collect(),
            figures,
        }
    }
}

fn attainment(kpi: &Kpi, locale: Locale) -> IndexFigure {
    let (tone, status) = match (kpi.target, kpi.gap_tickets) {
        _ if kpi.is_indicative => {
            (Tone::Neutral, phrase!(locale, "indicative: {n} decided", n = locale.count(kpi.denominator)))
        }
        (Some(_), Some(0)) => (Tone::Good, phrase!(locale, "target met")),
        (Some(_), Some(gap)) => {
            (Tone::Bad, phrase!(locale, "target missed by {n} tickets", n = locale.count(gap)))
        }
        _ => (Tone::Neutral, phrase!(locale, "no attainment target")),
    };
    IndexFigure {
        id: kpi.id.clone(),
        label: kpi.label.clone(),
        value: kpi.value.map_or("–".to_owned(), |share| locale.share(share)),
        fraction: Some(locale.fraction(kpi.numerator, kpi.denominator)),
        share: kpi.value,
        target: kpi.target,
        tone,
        status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::summary::{Counts, Period, Tool};

    #[test]
    fn an_entry_says_what_the_summary_holds() {
        let kpi = Kpi {
            id: "on_site.attainment".into(),
            label: "On-site".into(),
            numerator: 7,
            denominator: 10,
            value: Some(0.7),
            target: Some(0.9),
            gap_tickets: Some(2),
            missed: 3,
            ..Kpi::default()
        };
        let summary = Summary {
            locale: "en-GB".into(),
            findings: Vec::new(),
            schema: crate::paper::summary::SCHEMA.into(),
            tool: Tool { name: "sla-report".into(), version: "0".into() },
            subject: "all contracts".into(),
            rules: "bb7d62b3".into(),
            period: Period {
                name: "2026-09".into(),
                label: "September 2026".into(),
                from: "2026-08-31T23:00:00Z".into(),
                until: "2026-09-30T23:00:00Z".into(),
                zone: "Europe/Lisbon".into(),
            },
            as_of: "2026-09-30T23:00:00Z".into(),
            inputs: vec![],
            counts: Counts { tickets_opened_in_period: 1_326, ..Counts::default() },
            kpis: vec![kpi, Kpi { id: "none.attainment".into(), ..Kpi::default() }],
            contract_names: Vec::new(),
            contracts: vec![],
            gates: vec![],
            sentences: vec!["One target was missed.".into()],
            own_reports: vec![crate::paper::summary::OwnReport {
                title: "Board".into(),
                page: Some("board.html".into()),
                pack: None,
            }],
        };
        let entry = IndexEntry::of(&summary, Locale::EnGb);
        let told: Vec<(&str, &str, &str, Tone)> = entry
            .figures
            .iter()
            .map(|figure| (figure.id.as_str(), figure.value.as_str(), figure.status.as_str(), figure.tone))
            .collect();
        assert_eq!(
            told,
            [
                ("on_site.attainment", "70.0%", "target missed by 2 tickets", Tone::Bad),
                ("missed", "3", "over the limit", Tone::Bad),
                ("overdue", "0", "none", Tone::Good),
                ("tickets", "1,326", "opened in the period", Tone::Neutral),
            ]
        );
        assert_eq!(entry.href, "2026-09/index.html");
        assert_eq!(entry.own_reports, [("Board".to_owned(), "2026-09/board.html".to_owned())]);
        assert_eq!(entry.sentences, ["One target was missed."]);
    }
}
