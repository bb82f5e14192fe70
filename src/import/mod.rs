//! Exports to a dataset; what can't be used goes to the rejects, with its reason.
//!
//! Answers "what did the help desk say, and which rows could not be used?".
//! Rows read = rows used + rows rejected, for every file.

mod blocks;
mod cells;
mod columns;
mod cut;
mod dates;
mod defect;
mod events;
mod examine;
mod json;
mod open;
mod parquet;
mod read;
mod redact;
mod reference;
mod rows;
mod slas;
mod survey;
mod tickets;
mod values;
mod workbook;

pub use columns::folded;
pub use defect::{Code, FileCount, Finding, Reject, Unusable};
pub use open::{STANDARD_INPUT, hex};
pub use redact::{Redaction, redact};
pub use survey::{HeaderCandidate, Sniffed, Survey, Times, sniff, survey};

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::{Config, EventKind, Input, Table};
use crate::model::{Dataset, Dictionary, Event, Events, MISSING_AT, Strings, Tickets, Time, recode};
use events::{ChangeColumns, EventChunk, Odd, SnapshotColumns, TicketIndex};
use open::{Opening, Source};
use reference::Placed;
use slas::{SlaChunk, SlaColumns};
use tickets::{TicketChunk, TicketColumns};

/// What import made of the exports.
#[derive(Debug, Default)]
pub struct Imported {
    pub data: Dataset,
    /// In order of table, file and line.
    pub rejects: Vec<Reject>,
    pub findings: Vec<Finding>,
    /// In order of table and file.
    pub files: Vec<FileCount>,
}

impl Imported {
    /// Rows read, used and rejected over all files.
    pub fn totals(&self) -> (u64, u64, u64) {
        self.files.iter().fold((0, 0, 0), |(read, used, rejected), file| {
            (read + file.read, used + file.used, rejected + file.rejected)
        })
    }
}

/// Reads everything that the configuration names.
///
/// # Errors
/// Where a file can't be found or read, or its header doesn't fit.
pub fn import(config: &Config) -> Result<Imported, Vec<Unusable>> {
    let mut imported = Imported::default();
    let mut problems = Vec::new();
    let mut step = |outcome: Result<(), Unusable>| {
        if let Err(problem) = outcome {
            problems.push(problem);
        }
    };
    let mut source_ids = Strings::default();
    for inputs in config.inputs.tables.chunk_by(|a, b| a.table == b.table) {
        step(match inputs[0].table {
            Table::Tickets => read_tickets(config, inputs, &mut imported).map(|ids| source_ids = ids),
            Table::SourceSlas => read_slas(config, inputs, &source_ids, &mut imported),
            Table::Events if config.inputs.derives_tickets() => read_derived(config, inputs, &mut imported),
            Table::Events => read_events(config, inputs, &source_ids, &mut imported),
            Table::Contracts => read_contracts(config, inputs, &mut imported),
            Table::Assets => read_assets(config, inputs, &mut imported),
            Table::Sites => read_sites(config, inputs, &mut imported),
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    imported.data.last_at = latest(&imported.data);
    imported.rejects.par_sort_unstable();
    imported.files.sort_by(|a, b| (a.table, &a.file).cmp(&(b.table, &b.file)));
    // A file that holds two kinds of history was read for each of them.
    imported.files.dedup_by(|again, first| {
        let is_same = (again.table, &again.file, &again.sha256) == (first.table, &first.file, &first.sha256);
        if is_same {
            first.read += again.read;
            first.first_at = [first.first_at, again.first_at].into_iter().flatten().min();
            first.last_at = first.last_at.max(again.last_at);
        }
        is_same
    });
    let mut rejected: FxHashMap<(&str, &str), u64> = FxHashMap::default();
    for reject in &imported.rejects {
        *rejected.entry((reject.table, &reject.file)).or_insert(0) += 1;
    }
    for file in &mut imported.files {
        file.rejected = rejected.get(&(file.table, file.file.as_str())).copied().unwrap_or(0);
        file.used = file.read - file.rejected;
    }
    examine::examine(config, &mut imported);
    Ok(imported)
}

/// The files of an input, sorted, with the names to print.
pub fn files(config: &Config, input: &Input) -> Result<Vec<(PathBuf, String)>, Unusable> {
    let base = if input.is_from_command_line { Path::new("") } else { config.dir.as_path() };
    let mut files = Vec::new();
    for pattern in &input.paths {
        let absent = |why: String| Unusable {
            message: format!("{}: {why}", input.table.name()),
            place: pattern.clone(),
            hint: Some("paths are relative to the configuration's folder".to_owned()),
        };
        if pattern == STANDARD_INPUT {
            files.push((PathBuf::from(STANDARD_INPUT), "standard input".to_owned()));
            continue;
        }
        let full = base.join(pattern);
        let mut found: Vec<PathBuf> = if full.exists() {
            vec![full]
        } else {
            // What is special in the folder's own name is not meant so.
            let escaped = PathBuf::from(glob::Pattern::escape(&base.to_string_lossy())).join(pattern);
            glob::glob(&escaped.to_string_lossy())
                .map_err(|error| absent(error.to_string()))?
                .filter_map(Result::ok)
                .filter(|path| path.is_file())
                .collect()
        };
        if found.is_empty() {
            return Err(absent("no such file".to_owned()));
        }
        found.sort();
        for path in found {
            let shown = path.strip_prefix(base).unwrap_or(&path).to_path_buf();
            // An absolute path would tell whose machine made the report.
            let shown = if shown.is_absolute() {
                PathBuf::from(shown.file_name().unwrap_or_default())
            } else {
                shown
            };
            let shown = shown.display().to_string();
            // A file that two patterns find is read once.
            if files.iter().all(|(known, _)| *known != path) {
                files.push((path, shown));
            }
        }
    }
    Ok(files)
}

/// The files of a table, each with its input, opened one after the other.
fn sources<'a>(
    config: &'a Config,
    inputs: &'a [Input],
) -> Result<impl Iterator<Item = Result<(&'a Input, Source), Unusable>>, Unusable> {
    let mut named = Vec::new();
    for input in inputs {
        named.extend(files(config, input)?.into_iter().map(|(path, name)| (input, path, name)));
    }
    Ok(named.into_iter().map(|(input, path, name)| {
        let opening = Opening {
            encoding: Some(input.format.encoding),
            sheet: input.sheet.as_deref(),
            limits: &config.limits,
        };
        let source = open::open_lazily(&path, name.clone(), &opening)
            .map_err(|error| read::unreadable(input, &name, &error))?;
        Ok((input, source))
    }))
}

/// Notes what became of a file's rows, and the span of time that they cover.
fn take(imported: &mut Imported, outcome: read::Outcome, span: Span) {
    imported.rejects.extend(outcome.rejects);
    imported.findings.extend(outcome.findings);
    imported.files.push(FileCount { first_at: span.first_at, last_at: span.last_at, ..outcome.count });
}

/// A span of time, seconds UTC.
#[derive(Debug, Default)]
struct Span {
    first_at: Option<i64>,
    last_at: Option<i64>,
}

impl Span {
    /// Widens it to instants.
    fn cover(&mut self, instants: impl Iterator<Item = i64>) {
        for at in instants.filter(|at| *at != MISSING_AT) {
            self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
            self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        }
    }
}

/// Reads the tickets; returns the source's own keys of them, if it has any.
fn read_tickets(config: &Config, inputs: &[Input], imported: &mut Imported) -> Result<Strings, Unusable> {
    let mut all = Tickets::default();
    let mut source_ids = Strings::default();
    let mut places: Vec<(u16, u64)> = Vec::new();
    let mut names = Vec::new();
    for source in sources(config, inputs)? {
        let (input, source) = source?;
        let mut span = Span::default();
        let file = names.len() as u16;
        let outcome = read::read(
            input,
            &config.limits,
            &source,
            TicketColumns::new,
            |columns, row, chunk: &mut TicketChunk| columns.push(&input.extras, row, chunk),
            |mut chunks| {
                chunks.par_iter_mut().for_each(|chunk| tickets::translate(chunk, config));
                for chunk in chunks.iter().filter(|chunk| !chunk.lines.is_empty()) {
                    all.append(&chunk.tickets);
                    // Of several files, some may have no such column.
                    let has_own = !chunk.source_ids.is_empty();
                    if has_own || !source_ids.is_empty() {
                        (source_ids.len()..all.len() - chunk.lines.len()).for_each(|_| source_ids.push(""));
                    }
                    if has_own {
                        source_ids.append(&chunk.source_ids);
                    }
                    places.extend(chunk.lines.iter().map(|line| (file, *line)));
                    span.cover(chunk.tickets.times[0].iter().copied());
                }
            },
        )?;
        take(imported, outcome, span);
        names.push(source.name);
    }
    let id = |row: u32| all.ticket_id.get(row as usize);
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    // Most exports are in order already.
    if !order.is_sorted_by_key(|row| id(*row)) {
        order.par_sort_unstable_by(|&a, &b| id(a).cmp(id(b)).then(a.cmp(&b)));
    }
    // Of one file the first row of a ticket counts; of several files, whose rows
    // may be of different days, the one that knows the latest time.
    let latest = |row: u32| all.times.iter().map(|times| times[row as usize]).max();
    let rank = |row: u32| (latest(row), places[row as usize].0, std::cmp::Reverse(places[row as usize].1));
    let mut kept: Vec<u32> = Vec::with_capacity(order.len());
    for same in order.chunk_by(|&a, &b| id(a) == id(b)) {
        if let [only] = same {
            kept.push(*only);
            continue;
        }
        let file_of = |position: usize| places[same[position] as usize].0;
        // Rows come in order of files.
        let is_first = |position: usize| position == 0 || file_of(position) != file_of(position - 1);
        let firsts = (0..same.len()).filter(|position| is_first(*position));
        let Some(best) = firsts.max_by_key(|position| rank(same[*position])) else { continue };
        kept.push(same[best]);
        let best_place = places[same[best] as usize];
        for position in (0..same.len()).filter(|position| *position != best) {
            let (file, line) = places[same[position] as usize];
            let is_superseded = file != best_place.0 && is_first(position);
            imported.rejects.push(Reject {
                table: Table::Tickets.name(),
                file: names[file as usize].clone(),
                line,
                code: if is_superseded { Code::Superseded } else { Code::DuplicateTicket },
                column: "ticket_id".to_owned(),
                found: id(same[position]).to_owned(),
                expected: format!(
                    "a new ticket; it is also at {}:{}",
                    names[best_place.0 as usize], best_place.1
                ),
            });
        }
    }
    drop((order, places));
    if !source_ids.is_empty() {
        (source_ids.len()..all.len()).for_each(|_| source_ids.push(""));
        source_ids = source_ids.take(&kept);
    }
    imported.data.tickets = all.take(&kept);
    Ok(source_ids)
}

/// Adds what the source's own clocks say to the tickets.
fn read_slas(
    config: &Config,
    inputs: &[Input],
    source_ids: &Strings,
    imported: &mut Imported,
) -> Result<(), Unusable> {
    let mut tickets = std::mem::take(&mut imported.data.tickets);
    let mut all = SlaChunk::default();
    {
        let index = TicketIndex::new(&tickets.ticket_id, source_ids);
        let verdicts = config.inputs.values.get("source_verdict");
        for source in sources(config, inputs)? {
            let (input, source) = source?;
            let push = |columns: &SlaColumns, row: &rows::Row, chunk: &mut SlaChunk| {
                columns.push(input, &index, verdicts, row, chunk)
            };
            let append = |chunks: Vec<SlaChunk>| chunks.into_iter().for_each(|chunk| all.append(chunk));
            let outcome = read::read(input, &config.limits, &source, SlaColumns::new, push, append)?;
            take(imported, outcome, Span::default());
        }
    }
    if all.ignored > 0 {
        imported.findings.push(Finding {
            table: Table::SourceSlas.name(),
            code: Code::IgnoredSla,
            subject: String::new(),
            count: all.ignored,
            first_at: imported.files.last().map(|file| file.file.clone()).unwrap_or_default(),
        });
    }
    all.apply(&mut tickets);
    imported.data.tickets = tickets;
    Ok(())
}

fn read_events(
    config: &Config,
    inputs: &[Input],
    source_ids: &Strings,
    imported: &mut Imported,
) -> Result<(), Unusable> {
    let tickets = std::mem::take(&mut imported.data.tickets);
    let index = TicketIndex::new(&tickets.ticket_id, source_ids);
    let (mut rows, mut values) = (Vec::new(), Dictionary::default());
    for source in sources(config, inputs)? {
        let (input, source) = source?;
        let find = |columns: &columns::Columns| (ChangeColumns::new(columns), SnapshotColumns::new(columns));
        let (mut span, mut odd) = (Span::default(), Vec::new());
        let outcome = read::read(
            input,
            &config.limits,
            &source,
            find,
            |(changes, snapshots), row, chunk: &mut EventChunk| match input.kind {
                EventKind::Changes => changes.push(config, input, &index, row, chunk),
                EventKind::Snapshots => {
                    let ticket = |chunk: &mut EventChunk| chunk.ticket(&index, row, snapshots.ticket_id);
                    snapshots.push(config, input, row, chunk, ticket).map(|_| ())
                }
            },
            |chunks| {
                for chunk in chunks {
                    events::append(&mut rows, &mut values, &chunk, |ticket| ticket);
                    span.cover(chunk.rows.iter().map(|event| event.at));
                    odd.push(chunk.odd);
                }
            },
        )?;
        // A large text must not stand beside the events that were made of it.
        drop(source);
        take(imported, outcome, span);
        note(imported, &odd);
    }
    drop(index);
    finish_events(imported, tickets, rows, values);
    Ok(())
}

fn finish_events(imported: &mut Imported, tickets: Tickets, mut rows: Vec<Event>, values: Dictionary) {
    let (values, codes) = values.sorted();
    rows.par_iter_mut().for_each(|event| {
        (event.from, event.to) = (recode(&codes, event.from), recode(&codes, event.to));
    });
    events::order(&mut rows);
    imported.data.events = Events::new(rows, values, tickets.len());
    imported.data.tickets = tickets;
    imported.data.has_events = true;
}

/// Notes what is odd about the events of the file just read.
fn note(imported: &mut Imported, odd: &[Odd]) {
    let file = imported.files.last().map(|file| file.file.clone()).unwrap_or_default();
    let mut add = |code, subject: &str, count| {
        let known = imported.findings.iter_mut().find(|f| f.code == code && f.subject == subject);
        match known {
            Some(finding) => finding.count += count,
            None => imported.findings.push(Finding {
                table: Table::Events.name(),
                code,
                subject: subject.to_owned(),
                count,
                first_at: file.clone(),
            }),
        }
    };
    for odd in odd {
        for (role, count) in &odd.unknown_roles {
            add(Code::UnknownRole, role, *count);
        }
        if odd.ignored > 0 {
            add(Code::IgnoredField, "", odd.ignored);
        }
    }
}

/// One pass over snapshots that gives both the history and the tickets: each
/// ticket is as its last row has it.
fn read_derived(config: &Config, inputs: &[Input], imported: &mut Imported) -> Result<(), Unusable> {
    let mut all = Tickets::default();
    let mut stamps: Vec<(i64, i32)> = Vec::new();
    let (mut rows, mut values) = (Vec::new(), Dictionary::default());
    for source in sources(config, inputs)? {
        let (input, source) = source?;
        let find = |columns: &columns::Columns| (TicketColumns::new(columns), SnapshotColumns::new(columns));
        let (mut span, mut odd) = (Span::default(), Vec::new());
        let outcome = read::read(
            input,
            &config.limits,
            &source,
            find,
            |(columns, snapshot), row, (tickets, events): &mut (TicketChunk, EventChunk)| {
                let own = tickets.lines.len() as u32;
                let events_before = events.rows.len();
                let stamp = snapshot.push(config, input, row, events, |_| Ok(own))?;
                let pushed = columns.push(&input.extras, row, tickets);
                if pushed.is_err() {
                    events.rows.truncate(events_before);
                }
                pushed.map(|()| tickets.stamps.push(stamp))
            },
            |mut chunks| {
                chunks.par_iter_mut().for_each(|(chunk, _)| tickets::translate(chunk, config));
                for (tickets, chunk) in chunks {
                    let base = all.len() as u32;
                    if !tickets.lines.is_empty() {
                        all.append(&tickets.tickets);
                    }
                    stamps.extend_from_slice(&tickets.stamps);
                    events::append(&mut rows, &mut values, &chunk, |ticket| base + ticket);
                    span.cover(chunk.rows.iter().map(|event| event.at));
                    odd.push(chunk.odd);
                }
            },
        )?;
        take(imported, outcome, span);
        note(imported, &odd);
    }
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    order.par_sort_unstable_by(|&a, &b| {
        let key = |row: u32| (all.ticket_id.get(row as usize), stamps[row as usize]);
        key(a).cmp(&key(b)).then(a.cmp(&b))
    });
    let mut kept: Vec<u32> = Vec::new();
    let mut ticket_of = vec![0_u32; all.len()];
    for row in order {
        let id = all.ticket_id.get(row as usize);
        match kept.last_mut() {
            Some(last) if all.ticket_id.get(*last as usize) == id => *last = row,
            _ => kept.push(row),
        }
        ticket_of[row as usize] = kept.len() as u32 - 1;
    }
    for event in &mut rows {
        event.ticket = ticket_of[event.ticket as usize];
    }
    let tickets = all.take(&kept);
    finish_events(imported, tickets, rows, values);
    Ok(())
}

/// Rows of a small table with their places, and what is wrong with them.
fn read_reference<T: Send>(
    config: &Config,
    inputs: &[Input],
    imported: &mut Imported,
    parse: impl Fn(&columns::Columns, &rows::Row) -> Result<T, rows::Objection> + Sync,
) -> Result<Vec<Placed<T>>, Unusable> {
    let mut all = Vec::new();
    for source in sources(config, inputs)? {
        let (input, source) = source?;
        let find = |columns: &columns::Columns| columns.clone();
        let outcome = read::read(
            input,
            &config.limits,
            &source,
            find,
            |columns, row, chunk: &mut Vec<(T, u64)>| {
                parse(columns, row).map(|parsed| chunk.push((parsed, row.line)))
            },
            |chunks| {
                let rows = chunks.into_iter().flatten();
                all.extend(rows.map(|(row, line)| (row, source.name.clone(), line)));
            },
        )?;
        take(imported, outcome, Span::default());
    }
    Ok(all)
}

fn duplicates<T>(imported: &mut Imported, table: Table, later: Vec<Placed<T>>, key: impl Fn(&T) -> String) {
    imported.rejects.extend(later.into_iter().map(|(row, file, line)| Reject {
        table: table.name(),
        file,
        line,
        code: Code::DuplicateKey,
        column: String::new(),
        found: key(&row),
        expected: "a new key".to_owned(),
    }));
}

fn read_contracts(config: &Config, inputs: &[Input], imported: &mut Imported) -> Result<(), Unusable> {
    let rows = read_reference(config, inputs, imported, reference::contract)?;
    let (first, later) =
        reference::unique(rows, |c| (c.contract.clone(), c.start_on, c.site.clone(), c.product.clone()));
    duplicates(imported, Table::Contracts, later, |c| c.contract.clone());
    imported.data.contracts = first;
    for contract in &mut imported.data.contracts {
        if let Some(terms) = config.terms.get(&contract.contract) {
            terms.apply(contract);
        }
    }
    imported.data.has_contracts = true;
    Ok(())
}

fn read_assets(config: &Config, inputs: &[Input], imported: &mut Imported) -> Result<(), Unusable> {
    let rows = read_reference(config, inputs, imported, reference::asset)?;
    let (first, later) = reference::unique(rows, |a| a.asset.clone());
    duplicates(imported, Table::Assets, later, |a| a.asset.clone());
    imported.data.assets = first;
    Ok(())
}

fn read_sites(config: &Config, inputs: &[Input], imported: &mut Imported) -> Result<(), Unusable> {
    let rows = read_reference(config, inputs, imported, reference::site)?;
    let (first, later) = reference::unique(rows, |s| s.site.clone());
    duplicates(imported, Table::Sites, later, |s| s.site.clone());
    imported.data.sites = first;
    Ok(())
}

fn latest(data: &Dataset) -> Option<i64> {
    let times = [Time::Opened, Time::FirstResponse, Time::OnSite, Time::Resolved, Time::Closed];
    let tickets = times.par_iter().filter_map(|time| data.tickets.times[*time as usize].iter().max());
    let events = data.events.rows.par_iter().map(|event| event.at).max();
    tickets.max().copied().max(events).filter(|at| *at != MISSING_AT)
}
