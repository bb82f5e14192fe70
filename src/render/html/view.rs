//! What the template sees: the report with its values as text.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use super::cells::{self, Alike, CellView, Shown};
use super::details::{DetailView, Details};
use super::{Reader, budget, fit, links};
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Block, Card, Cell, ChartKind, Figure, Format, OtherPeriod, Report, Section, Table, Tone};
use crate::render::chart;

/// A table of more rows below its figure scrolls, so that the figures of a
/// page stay close together.
const MAX_BELOW_FIGURE: usize = 14;

/// A table of more rows scrolls even without a figure: hundreds of them would
/// be screens between one heading and the next.
const MAX_AT_LENGTH: usize = 40;

/// A table of more columns takes the whole width.
pub const MAX_NARROW_COLUMNS: usize = 6;

/// Alternately plain text and code, which stood between backticks; the first is plain.
pub type Marked = Vec<String>;

#[derive(Serialize)]
pub struct PageView {
    title: String,
    header: Vec<String>,
    /// Where the list of all reports has this one.
    every: Option<String>,
    periods: Vec<PeriodView>,
    /// Label and address.
    downloads: Vec<(String, String)>,
    has_method: bool,
    sections: Vec<SectionView>,
    /// Titles of the sections that have nothing to show.
    absent: Vec<String>,
    /// What the columns of this page's tables look like: letters as of
    /// `cells::looks` and places, the first is 1.
    #[serde(skip)]
    pub looks: BTreeSet<(char, usize)>,
    /// Rules for paper, of the tables that are too wide for it.
    #[serde(skip)]
    pub paper_css: String,
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    sentences: Vec<SentenceView>,
    cards: Vec<CardView>,
    blocks: Vec<BlockView>,
    /// Titles of the tables that have no row.
    nothing: Vec<String>,
}

/// A sentence, and where it leads.
#[derive(Serialize)]
struct SentenceView {
    text: Marked,
    /// Slug of a table of this page.
    table: Option<String>,
    /// As in an address, without what the script adds.
    filter: String,
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
    definitions: Vec<(String, Marked)>,
}

#[derive(Serialize)]
pub struct TableView {
    slug: String,
    title: String,
    question: Option<Marked>,
    notes: Option<Marked>,
    figure: Option<FigureView>,
    /// `12 rows`.
    size: String,
    /// Rows of the whole result, where the page has a part.
    total: Option<usize>,
    /// How many rows are printed, where not all are.
    printed: Option<String>,
    /// The figure tells a reader more than the table, so paper has the figure alone.
    is_drawn: bool,
    /// May be cut where a page would be too big.
    #[serde(skip)]
    is_list: bool,
    #[serde(skip)]
    total_rows: usize,
    #[serde(skip)]
    locale: Locale,
    /// Alignment and width classes.
    class: String,
    /// Class of a table that scrolls on a screen; on paper all are whole.
    height: &'static str,
    is_filterable: bool,
    /// Columns left out, as all rows have one value or none.
    same: Vec<Alike>,
    empty: Vec<Alike>,
    columns: Vec<ColumnView>,
    #[serde(skip)]
    pub rows: Vec<Vec<CellView>>,
    /// The rows' markup.
    body: String,
    details: Vec<DetailView>,
    /// How many rows open.
    opening: usize,
    details_note: Option<Marked>,
}

#[derive(Serialize)]
struct ColumnView {
    label: String,
    name: String,
    /// `n` sorts as a number, `t` as text and may be a filter, `d` as text.
    kind: &'static str,
}

#[derive(Serialize)]
pub struct FigureView {
    /// `None` where there is nothing to draw; the caption says so.
    svg: Option<String>,
    caption: String,
}

#[derive(Serialize)]
struct PeriodView {
    label: String,
    /// `None` for the page's own. By way of the list, which knows whether there is such a report.
    href: Option<String>,
}

/// What is collected over the whole page.
#[derive(Default)]
struct Whole {
    details: Details,
    looks: BTreeSet<(char, usize)>,
    /// Slugs of the tables.
    tables: BTreeSet<String>,
    /// Rules for paper, one class for each table that is too wide for it.
    stacks: Vec<String>,
}

/// The page of a report.
pub fn page(report: &Report) -> Result<PageView, String> {
    let zone = report.time_zone.parse().map_err(|_| format!("unknown time zone `{}`", report.time_zone))?;
    let reader = Reader { zone, locale: report.locale };
    let (there, absent): (Vec<&Section>, Vec<&Section>) =
        report.sections.iter().partition(|section| has_content(section));
    // By section and block.
    let drafted: Vec<Vec<Option<Drafted>>> = (there.par_iter())
        .map(|section| section.blocks.par_iter().map(|block| Drafted::of(block, reader)).collect())
        .collect();
    let tables = drafted.iter().flatten().flatten().map(|drafted| drafted.table.slug.clone());
    let mut whole = Whole { tables: tables.collect(), ..Whole::default() };
    let mut sections: Vec<SectionView> = (there.iter().zip(drafted))
        .map(|(section, drafted)| self::section(section, drafted, reader, &mut whole))
        .collect();
    let blocks = sections.iter_mut().flat_map(|section| &mut section.blocks);
    let mut tables: Vec<&mut TableView> = blocks.filter_map(|block| block.table.as_mut()).collect();
    let mut lists: Vec<&mut TableView> =
        tables.iter_mut().map(|table| &mut **table).filter(|table| table.is_list).collect();
    budget::keep(&mut lists);
    tables.par_iter_mut().for_each(|table| table.body = cells::markup(std::mem::take(&mut table.rows)));
    let downloads = report
        .downloads
        .iter()
        .map(|download| Ok((plain(&download.label), links::beside(&download.href)?)))
        .collect::<Result<_, String>>()?;
    Ok(PageView {
        title: plain(&report.title),
        header: all(&report.header),
        every: report.folder.as_ref().map(|name| format!("../index.html#r-{}", plain(name))),
        periods: periods(report),
        downloads,
        has_method: there.iter().any(|section| section.id == "method"),
        sections,
        absent: absent.iter().map(|section| plain(&section.title)).collect(),
        looks: whole.looks,
        paper_css: whole.stacks.concat(),
    })
}

/// Nothing where the page's own period is the only one.
fn periods(report: &Report) -> Vec<PeriodView> {
    let Some(own) = report.folder.as_ref().filter(|_| report.periods.len() > 1) else { return Vec::new() };
    let view = |period: &OtherPeriod| PeriodView {
        label: plain(&period.label),
        href: (period.name != *own).then(|| format!("../index.html?open#r-{}", plain(&period.name))),
    };
    report.periods.iter().rev().map(view).collect()
}

fn has_content(section: &Section) -> bool {
    let has_block = |block: &Block| match block {
        Block::Table(_) => true,
        Block::Definitions(definitions) => !definitions.is_empty(),
    };
    !section.sentences.is_empty() || !section.cards.is_empty() || section.blocks.iter().any(has_block)
}

/// Whether there is no row to show, here or elsewhere.
fn is_nothing(table: &Table) -> bool {
    table.rows.is_empty() && table.total_rows == 0
}

fn section(
    section: &Section,
    drafted: Vec<Option<Drafted>>,
    reader: Reader,
    whole: &mut Whole,
) -> SectionView {
    let (mut blocks, mut nothing) = (Vec::new(), Vec::new());
    for (block, drafted) in section.blocks.iter().zip(drafted) {
        match block {
            Block::Table(table) => match drafted {
                Some(drafted) => {
                    let table = Some(self::table(drafted, reader, whole));
                    blocks.push(BlockView { table, definitions: Vec::new() });
                }
                None => nothing.push(plain(&table.title)),
            },
            Block::Definitions(definitions) => blocks.push(BlockView {
                table: None,
                definitions: definitions.iter().map(|d| (plain(&d.term), marked(&d.text))).collect(),
            }),
        }
    }
    let sentences = section.sentences.iter().enumerate();
    SectionView {
        id: plain(&section.id),
        title: plain(&section.title),
        sentences: sentences.map(|(at, text)| sentence(section, at, text, whole)).collect(),
        cards: section.cards.iter().map(|card| self::card(card, reader.locale)).collect(),
        blocks,
        nothing,
    }
}

fn sentence(section: &Section, at: usize, text: &str, whole: &Whole) -> SentenceView {
    let link = section.links.iter().find(|link| link.sentence == at && whole.tables.contains(&link.table));
    SentenceView {
        text: marked(text),
        table: link.map(|link| plain(&link.table)),
        filter: link.map_or(String::new(), |link| links::query(&link.filters)),
    }
}

fn card(card: &Card, locale: Locale) -> CardView {
    let lines = [&card.fraction, &card.target, &card.delta];
    CardView {
        label: plain(&card.label),
        value: plain(&card.value),
        lines: lines.into_iter().flatten().map(|line| plain(line)).collect(),
        tone: tone(card.tone),
        status: plain(&card.status),
        spark: chart::sparkline(&card.spark, card.spark_target, locale),
        notes: all(&card.notes),
    }
}

/// Class of a tone.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Neutral => "apart",
    }
}

/// What a table comes to, whatever else is on the page.
struct Drafted<'r> {
    table: &'r Table,
    shown: Vec<Shown<'r>>,
    same: Vec<Alike>,
    empty: Vec<Alike>,
    rows: Vec<Vec<CellView>>,
    stack: Option<fit::Stack>,
    /// Columns whose words may break; `None` where that is for the looks alone to say.
    broken: Option<Vec<usize>>,
    /// By column.
    looks: Vec<Vec<char>>,
    figure: Option<FigureView>,
}

impl<'r> Drafted<'r> {
    /// `None` of what is no table, or has no row: a heading, a question and a definition of nothing
    /// would be a page of them.
    fn of(block: &'r Block, reader: Reader) -> Option<Drafted<'r>> {
        let Block::Table(table) = block else { return None };
        if is_nothing(table) {
            return None;
        }
        let mut shown = cells::shown(table);
        let (same, empty) =
            cells::alike(table, &mut shown, reader.locale).into_iter().partition(|one| !one.value.is_empty());
        let row = |row: &Vec<Cell>| shown.iter().map(|shown| cells::cell(row, shown, reader)).collect();
        let rows: Vec<Vec<CellView>> = table.rows.par_iter().map(row).collect();
        let stack = fit::stack(&shown, &rows);
        let broken = if stack.is_none() { fit::broken(&shown, &rows) } else { None };
        let looks = shown.par_iter().map(|shown| cells::looks(table, shown, reader.locale)).collect();
        Some(Drafted { table, same, empty, stack, broken, looks, figure: figure(table), rows, shown })
    }
}

fn table(drafted: Drafted, reader: Reader, whole: &mut Whole) -> TableView {
    let Drafted { table, shown, same, empty, mut rows, stack, broken, looks, figure } = drafted;
    let mut class = if shown.len() > MAX_NARROW_COLUMNS { "wide".to_owned() } else { String::new() };
    for (nth, looks) in looks.into_iter().enumerate() {
        let is_unbroken = broken.as_ref().is_some_and(|broken| !broken.contains(&nth));
        for look in looks.into_iter().filter(|look| *look != 'a' || !is_unbroken) {
            class.push_str(&format!(" {look}{}", nth + 1));
            whole.looks.insert((look, nth + 1));
        }
    }
    if let Some(stack) = stack {
        let own = format!("s{}", whole.stacks.len() + 1);
        whole.stacks.push(stack.css(&own));
        class.push_str(&format!(" stack {own}"));
    } else if broken.is_some() {
        class.push_str(" whole");
    }
    let details = whole.details.of(table, reader);
    for (row, id) in &details.ids {
        if let Some(first) = rows.get_mut(*row).and_then(|row| row.first_mut()) {
            first.opens = Some(id.clone());
        }
    }
    let is_told = table.figure.as_ref().is_some_and(|own| DRAWN.contains(&own.kind));
    let mut view = TableView {
        slug: plain(&table.slug),
        title: plain(&table.title),
        question: table.question.as_deref().map(marked),
        notes: table.notes.as_deref().map(marked),
        is_drawn: is_told && figure.as_ref().is_some_and(|figure| figure.svg.is_some()),
        figure,
        size: String::new(),
        total: None,
        printed: None,
        is_list: table.is_filterable,
        total_rows: table.total_rows,
        locale: reader.locale,
        class: class.trim_start().to_owned(),
        height: match table.figure {
            _ if table.is_filterable => " tall",
            Some(_) if table.rows.len() > MAX_BELOW_FIGURE => " short",
            None if table.rows.len() > MAX_AT_LENGTH => " tall",
            _ => "",
        },
        is_filterable: table.is_filterable && table.rows.len() > 1,
        same,
        empty,
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
        rows,
        body: String::new(),
        opening: details.ids.len(),
        details: details.views,
        details_note: details.note.as_deref().map(marked),
    };
    view.count();
    view
}

/// Rows of a table on paper; the style says the same number.
const MAX_PRINTED: usize = 80;

/// Charts whose table is a long list of their cells or of the corners of their lines.
const DRAWN: [ChartKind; 3] = [ChartKind::Heatmap, ChartKind::Ecdf, ChartKind::Mcf];

impl TableView {
    /// Place of the first column of verdicts.
    pub fn verdicts(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.name == "verdict")
    }

    /// Says how many rows there are; a caption never counts rows that the page doesn't have.
    pub fn count(&mut self) {
        let (slug, rows, locale) = (&self.slug, self.rows.len(), self.locale);
        let (here, total) = (locale.count(rows as i64), locale.count(self.total_rows as i64));
        self.total = (self.total_rows > rows).then_some(self.total_rows);
        self.size = if self.total.is_some() {
            phrase!(
                locale,
                "showing {here} of {total} rows – the rest is in csv/{slug}.csv",
                here = here,
                total = total,
                slug = slug
            )
        } else if rows == 1 {
            phrase!(locale, "1 row")
        } else {
            phrase!(locale, "{n} rows", n = here)
        };
        self.printed = if self.is_drawn {
            Some(phrase!(locale, "On paper: the chart only; its table is in csv/{slug}.csv.", slug = slug))
        } else if rows > MAX_PRINTED {
            Some(phrase!(
                locale,
                "On paper: the first {n} of {total} rows; all are in csv/{slug}.csv.",
                n = MAX_PRINTED,
                total = total,
                slug = slug
            ))
        } else {
            None
        };
    }
}

fn figure(table: &Table) -> Option<FigureView> {
    // An empty table says so itself.
    let figure = table.figure.as_ref().filter(|_| !table.rows.is_empty())?;
    Some(FigureView::of(figure, &format!("f-{}", table.slug), &table.title))
}

impl FigureView {
    /// The figure, drawn, below a heading that may be its title already.
    pub fn of(figure: &Figure, id: &str, heading: &str) -> FigureView {
        match chart::svg(figure, id) {
            Ok(svg) => FigureView {
                svg: Some(svg),
                caption: plain(if figure.title == heading { &figure.description } else { &figure.title }),
            },
            Err(sentence) => FigureView { svg: None, caption: sentence },
        }
    }

    /// About as many bytes as it takes on the page.
    pub fn bytes(&self) -> usize {
        self.svg.as_ref().map_or(0, String::len) + self.caption.len()
    }
}

pub fn plain(text: &str) -> String {
    format::plain(text).into_owned()
}

/// Takes the backticks off; where one has no other, all stay.
pub fn marked(text: &str) -> Marked {
    let text = plain(text);
    let parts: Vec<&str> = text.split('`').collect();
    let has_pairs = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|code| !code.is_empty());
    if has_pairs { parts.into_iter().map(str::to_owned).collect() } else { vec![text] }
}

pub fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| plain(text)).collect()
}
