//! What opens below a row: how it came about, once on the page even where
//! several tables have the row.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Reader;
use super::view::{FigureView, Marked, marked, plain};
use crate::paper::format;
use crate::paper::locale::phrase;
use crate::paper::{Detail, Segment, Table};
use crate::render::chart;

/// Bytes that all details of a page may take together, so that it stays
/// small enough to be sent by mail.
const BUDGET: usize = 750_000;
/// Segments shown of one detail.
const MAX_SEGMENTS: usize = 60;
/// Longer facts and names are cut.
const MAX_FACT: usize = 600;
const MAX_NAME: usize = 120;
/// Markup around a segment and around a fact.
const SEGMENT_BYTES: usize = 100;
const FACT_BYTES: usize = 20;

#[derive(Serialize)]
pub struct DetailView {
    pub id: String,
    name: String,
    facts: Vec<(String, String)>,
    /// An `<svg>`, or nothing.
    lane: String,
    /// Where the lane begins, what is marked in it, and where it ends.
    ends: Vec<String>,
    segments: Vec<SegmentView>,
    /// How many segments are left out.
    rest: Option<Marked>,
    figure: Option<FigureView>,
}

#[derive(Serialize)]
struct SegmentView {
    from: String,
    until: String,
    class: &'static str,
    kind: String,
    holder: Option<String>,
    counted: String,
}

/// The details of a page, as they are met.
#[derive(Default)]
pub struct Details {
    /// Ids by name.
    known: BTreeMap<String, String>,
    bytes: usize,
    /// Whether one did not fit: those behind it are left out as well.
    is_full: bool,
}

/// Those of one table.
#[derive(Default)]
pub struct Own {
    /// The ones that no table before had.
    pub views: Vec<DetailView>,
    /// Ids by row.
    pub ids: BTreeMap<usize, String>,
    /// Says that some rows don't open.
    pub note: Option<String>,
}

impl Details {
    /// Takes up the details of a table, in the order of its rows, while there is room.
    pub fn of(&mut self, table: &Table, reader: Reader) -> Own {
        let by_row: BTreeMap<usize, &Detail> = table
            .details
            .iter()
            .filter(|detail| detail.row < table.rows.len())
            .map(|detail| (detail.row, detail))
            .collect();
        let mut own = Own::default();
        for (row, detail) in &by_row {
            if let Some(id) = self.known.get(&detail.name) {
                own.ids.insert(*row, id.clone());
                continue;
            }
            if self.is_full {
                continue;
            }
            let id = format!("d{}", self.known.len() + 1);
            let view = view(detail, &id, reader);
            let bytes = view.bytes();
            self.is_full = self.bytes + bytes > BUDGET;
            if self.is_full {
                continue;
            }
            self.bytes += bytes;
            self.known.insert(detail.name.clone(), id.clone());
            own.ids.insert(*row, id);
            own.views.push(view);
        }
        let left_out = by_row.len() - own.ids.len();
        own.note = (left_out > 0).then(|| {
            if own.ids.is_empty() {
                return phrase!(
                    reader.locale,
                    "No details unfold here, to keep the page small: see `sla explain TICKET`."
                );
            }
            phrase!(
                reader.locale,
                "Details unfold for {n} of the {total} rows; for the others, to keep the page small, see `sla explain TICKET`.",
                n = reader.locale.count(own.ids.len() as i64),
                total = reader.locale.count(table.total_rows as i64)
            )
        });
        own
    }
}

impl DetailView {
    /// About as many bytes as it takes on the page.
    fn bytes(&self) -> usize {
        let facts: usize = self.facts.iter().map(|(a, b)| a.len() + b.len() + FACT_BYTES).sum();
        let segments: usize = self
            .segments
            .iter()
            .map(|one| SEGMENT_BYTES + one.holder.as_ref().map_or(0, String::len) + one.kind.len())
            .sum();
        let figure = self.figure.as_ref().map_or(0, FigureView::bytes);
        facts + segments + figure + self.lane.len() + 4 * self.name.len()
    }
}

fn view(detail: &Detail, id: &str, reader: Reader) -> DetailView {
    let rest = detail.segments.len().saturating_sub(MAX_SEGMENTS);
    let ends = chart::span(detail).map_or_else(Vec::new, |(from_at, until_at)| {
        let due = detail.due_at.map(|due_at| {
            phrase!(reader.locale, "limit used up {at}", at = format::instant(due_at, reader.zone))
        });
        [Some(format::instant(from_at, reader.zone)), due, Some(format::instant(until_at, reader.zone))]
            .into_iter()
            .flatten()
            .collect()
    });
    DetailView {
        id: id.to_owned(),
        name: short(&detail.name, MAX_NAME),
        facts: detail
            .facts
            .iter()
            .map(|fact| (short(&fact.term, MAX_NAME), short(&fact.text, MAX_FACT)))
            .collect(),
        lane: chart::lane(detail, id, reader.zone, reader.locale),
        ends,
        segments: detail.segments.iter().take(MAX_SEGMENTS).map(|one| segment(one, reader)).collect(),
        rest: (rest > 0).then(|| {
            marked(&phrase!(
                reader.locale,
                "{n} more segments: see `sla explain`.",
                n = reader.locale.count(rest as i64)
            ))
        }),
        figure: detail.figure.as_ref().map(|figure| FigureView::of(figure, &format!("{id}-f"), "")),
    }
}

fn segment(segment: &Segment, reader: Reader) -> SegmentView {
    SegmentView {
        from: format::instant(segment.from_at, reader.zone),
        until: format::instant(segment.until_at, reader.zone),
        class: chart::look(&segment.kind).0,
        kind: short(reader.locale.text(&segment.kind.replace('_', " ")), MAX_NAME),
        holder: segment.holder.as_deref().map(|holder| short(holder, MAX_NAME)),
        counted: format::exact(segment.counted_s),
    }
}

fn short(text: &str, limit: usize) -> String {
    plain(&format::cut(text, limit))
}
