//! What the template sees: the report with its values as text.

use chrono_tz::Tz;
use serde::Serialize;

use super::cells::{self, CellView};
use crate::paper::format;
use crate::paper::{Block, Card, Format, Report, Section, Table, Tone};
use crate::render::chart;

/// A table of more rows below its figure scrolls, so that the figures of a
/// page stay close together.
const MAX_BELOW_FIGURE: usize = 14;

#[derive(Serialize)]
pub struct PageView<'a> {
    policy: String,
    style: String,
    script: &'a str,
    title: String,
    header: Vec<String>,
    has_method: bool,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    sentences: Vec<String>,
    cards: Vec<CardView>,
    blocks: Vec<BlockView>,
}

#[derive(Serialize)]
struct CardView {
    label: String,
    value: String,
    /// Fraction, target and change.
    lines: Vec<String>,
    tone: &'static str,
    status: String,
    spark: String,
    notes: Vec<String>,
}

/// One of the two is there.
#[derive(Serialize)]
struct BlockView {
    table: Option<TableView>,
    definitions: Vec<(String, String)>,
}

#[derive(Serialize)]
struct TableView {
    slug: String,
    title: String,
    question: Option<String>,
    notes: Option<String>,
    figure: Option<FigureView>,
    /// `12 rows`.
    size: String,
    /// Alignment and width classes.
    class: String,
    /// Class of a table that scrolls on a screen; on paper all are whole.
    height: &'static str,
    is_filterable: bool,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
}

#[derive(Serialize)]
struct ColumnView {
    label: String,
    name: String,
    /// `n` sorts as a number, `t` as text and may be a filter, `d` as text.
    kind: &'static str,
}

#[derive(Serialize)]
struct FigureView {
    /// `None` where there is nothing to draw; the caption says so.
    svg: Option<String>,
    caption: String,
}

/// The page of a report.
pub fn page<'a>(
    report: &Report,
    policy: String,
    style: String,
    script: &'a str,
) -> Result<PageView<'a>, String> {
    let zone: Tz =
        report.time_zone.parse().map_err(|_| format!("unknown time zone `{}`", report.time_zone))?;
    let mut sections = Vec::new();
    for section in &report.sections {
        sections.push(self::section(section, zone)?);
    }
    Ok(PageView {
        policy,
        style,
        script,
        title: plain(&report.title),
        header: all(&report.header),
        has_method: report.sections.iter().any(|section| section.id == "method"),
        sections,
    })
}

fn section(section: &Section, zone: Tz) -> Result<SectionView, String> {
    let mut blocks = Vec::new();
    for block in &section.blocks {
        blocks.push(match block {
            Block::Table(table) => {
                BlockView { table: Some(self::table(table, zone)), definitions: Vec::new() }
            }
            Block::Definitions(definitions) => BlockView {
                table: None,
                definitions: definitions.iter().map(|d| (plain(&d.term), plain(&d.text))).collect(),
            },
        });
    }
    Ok(SectionView {
        id: plain(&section.id),
        title: plain(&section.title),
        sentences: all(&section.sentences),
        cards: section.cards.iter().map(card).collect(),
        blocks,
    })
}

fn card(card: &Card) -> CardView {
    let lines = [&card.fraction, &card.target, &card.delta];
    CardView {
        label: plain(&card.label),
        value: plain(&card.value),
        lines: lines.into_iter().flatten().map(|line| plain(line)).collect(),
        tone: match card.tone {
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Neutral => "apart",
        },
        status: plain(&card.status),
        spark: chart::sparkline(&card.spark, card.spark_target),
        notes: all(&card.notes),
    }
}

fn table(table: &Table, zone: Tz) -> TableView {
    let shown = cells::shown(table);
    let mut class = match shown.len() {
        ..=6 => String::new(),
        7..=9 => "wide".to_owned(),
        10..=12 => "wider".to_owned(),
        _ => "widest".to_owned(),
    };
    for (nth, shown) in shown.iter().enumerate() {
        if cells::is_numeric(shown.column.format) {
            class.push_str(&format!(" n{}", nth + 1));
        } else if cells::is_narrow(table, shown) {
            class.push_str(&format!(" d{}", nth + 1));
        }
    }
    TableView {
        slug: plain(&table.slug),
        title: plain(&table.title),
        question: table.question.as_deref().map(plain),
        notes: table.notes.as_deref().map(plain),
        figure: figure(table),
        size: size(table),
        class: class.trim_start().to_owned(),
        height: match table.figure {
            _ if table.is_filterable => " tall",
            Some(_) if table.rows.len() > MAX_BELOW_FIGURE => " short",
            _ => "",
        },
        is_filterable: table.is_filterable && table.rows.len() > 1,
        columns: shown
            .iter()
            .map(|shown| ColumnView {
                label: plain(&shown.column.label),
                name: plain(&shown.column.name),
                kind: match shown.column.format {
                    Format::Instant => "d",
                    format if cells::is_numeric(format) => "n",
                    _ => "t",
                },
            })
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| shown.iter().map(|shown| cells::cell(row, shown, zone)).collect())
            .collect(),
    }
}

/// The caption never counts rows that are not printed.
fn size(table: &Table) -> String {
    let printed = format::count(table.rows.len() as i64);
    if table.total_rows > table.rows.len() {
        let total = format::count(table.total_rows as i64);
        let slug = plain(&table.slug);
        format!("showing {printed} of {total} rows – the rest is in csv/{slug}.csv")
    } else if table.rows.len() == 1 {
        "1 row".into()
    } else {
        format!("{printed} rows")
    }
}

fn figure(table: &Table) -> Option<FigureView> {
    // An empty table says so itself.
    let figure = table.figure.as_ref().filter(|_| !table.rows.is_empty())?;
    Some(match chart::svg(figure, &format!("f-{}", table.slug)) {
        Ok(svg) => FigureView {
            svg: Some(svg),
            // The table's title is the heading right above.
            caption: plain(if figure.title == table.title { &figure.description } else { &figure.title }),
        },
        Err(sentence) => FigureView { svg: None, caption: sentence },
    })
}

fn plain(text: &str) -> String {
    format::plain(text).into_owned()
}

fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| plain(text)).collect()
}
