//! What the template of the list of all reports sees.

use serde::Serialize;

use super::links;
use super::view::{all, plain, tone};
use crate::paper::index::{IndexEntry, IndexFigure};
use crate::paper::locale::{Locale, phrase};
use crate::render::chart;

/// Periods in a line over the periods.
const MAX_SPARK: usize = 13;

#[derive(Serialize)]
pub struct IndexView {
    title: String,
    /// `12 reports`.
    size: String,
    latest: Option<EntryView>,
    columns: Vec<ColumnView>,
    entries: Vec<EntryView>,
}

#[derive(Serialize)]
struct ColumnView {
    label: String,
}

#[derive(Serialize)]
struct EntryView {
    /// The report's folder, where its page looks for its place in the list.
    id: String,
    label: String,
    href: String,
    sentences: Vec<String>,
    /// Title and place.
    own_reports: Vec<(String, String)>,
    /// For the newest report those it has, for the list one for each column.
    figures: Vec<Option<FigureView>>,
}

#[derive(Serialize)]
struct FigureView {
    label: String,
    value: String,
    fraction: Option<String>,
    tone: &'static str,
    status: String,
    spark: String,
}

/// The list, in the order given: newest first.
pub fn index(entries: &[IndexEntry], locale: Locale) -> Result<IndexView, String> {
    let mut ids: Vec<(&str, &str)> = Vec::new();
    for figure in entries.iter().flat_map(|entry| &entry.figures) {
        if !ids.iter().any(|(id, _)| *id == figure.id) {
            ids.push((&figure.id, &figure.label));
        }
    }
    // A clock that only older reports have comes last.
    let latest = match entries.first() {
        None => None,
        Some(entry) => {
            let figures =
                entry.figures.iter().map(|figure| Some(view(figure, spark(entries, figure, locale))));
            Some(EntryView { figures: figures.collect(), ..self::entry(entry, &[])? })
        }
    };
    let subject = entries.first().map_or(String::new(), |entry| plain(&entry.subject));
    Ok(IndexView {
        title: match subject.is_empty() {
            true => phrase!(locale, "SLA reports"),
            false => phrase!(locale, "SLA reports – {subject}", subject = subject),
        },
        size: match entries.len() {
            1 => phrase!(locale, "1 report"),
            n => phrase!(locale, "{n} reports", n = locale.count(n as i64)),
        },
        latest,
        columns: ids.iter().map(|(_, label)| ColumnView { label: plain(label) }).collect(),
        entries: entries.iter().map(|entry| self::entry(entry, &ids)).collect::<Result<_, _>>()?,
    })
}

fn entry(entry: &IndexEntry, ids: &[(&str, &str)]) -> Result<EntryView, String> {
    let find = |id: &str| entry.figures.iter().find(|figure| figure.id == id);
    let href = links::beside(&entry.href)?;
    Ok(EntryView {
        id: href.split('/').next().unwrap_or_default().to_owned(),
        label: plain(&entry.label),
        href,
        sentences: all(&entry.sentences),
        own_reports: entry
            .own_reports
            .iter()
            .map(|(title, href)| Ok((plain(title), links::beside(href)?)))
            .collect::<Result<_, String>>()?,
        figures: ids.iter().map(|(id, _)| find(id).map(|figure| view(figure, String::new()))).collect(),
    })
}

fn view(figure: &IndexFigure, spark: String) -> FigureView {
    FigureView {
        label: plain(&figure.label),
        value: plain(&figure.value),
        fraction: figure.fraction.as_deref().map(plain),
        tone: tone(figure.tone),
        status: plain(&figure.status),
        spark,
    }
}

/// The figure over the newest periods, oldest first; nothing for one period.
fn spark(entries: &[IndexEntry], figure: &IndexFigure, locale: Locale) -> String {
    let of = |entry: &IndexEntry| entry.figures.iter().find(|own| own.id == figure.id)?.share;
    let values: Vec<Option<f64>> = entries.iter().take(MAX_SPARK).rev().map(of).collect();
    match values.iter().flatten().count() {
        ..=1 => String::new(),
        _ => chart::sparkline(&values, figure.target, locale),
    }
}
