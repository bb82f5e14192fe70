//! Reports of the user's own: which sections and tables, in which order, for whom.
//!
//! A file `reports/NAME.toml` makes the page `NAME.html` beside `index.html`,
//! of the same results. It chooses and orders, and may say something of its
//! own; it can't change a number.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use toml::de::DeTable;

use crate::config::{Located, Problems, Reader};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::paper::{Block, Report, Section};

/// One file of the folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// File name without its ending; name of the page.
    pub slug: String,
    pub title: String,
    sections: Vec<Chosen>,
}

/// One section of a selection.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    /// A section of the whole report, as it is.
    from: Option<String>,
    title: Option<String>,
    /// Sentences of the user's.
    text: Vec<String>,
    /// Names of queries.
    tables: Vec<String>,
}

/// The ids that `from` can name: those of the page, in its order.
pub const SECTION_IDS: [&str; 14] = [
    "verdict",
    "changes",
    "trend",
    "contracts",
    "missed",
    "open",
    "time",
    "faults",
    "when",
    "volumes",
    "tickets",
    "audit",
    "quality",
    "method",
];

/// Names of files that the whole report has.
const TAKEN: [&str; 2] = ["index", "sla-pack"];

/// Reads a folder's files, in order of name; `queries` are the tables that there are.
///
/// # Errors
/// Everything that is wrong with any of the files, with places.
pub fn load(folder: Option<&Path>, queries: &[&str]) -> Result<Vec<Selection>, Vec<Diagnostics>> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let unreadable = |path: &Path, error: std::io::Error| Diagnostics {
        origin: path.display().to_string(),
        source: String::new(),
        items: vec![Diagnostic::error(None, format!("can't read it: {error}"))],
    };
    let entries = std::fs::read_dir(folder).map_err(|error| vec![unreadable(folder, error)])?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let (mut selections, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let Some(slug) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        match std::fs::read_to_string(&path) {
            Err(error) => problems.push(unreadable(&path, error)),
            Ok(source) => match parse(slug, &source, queries) {
                Ok(selection) => selections.push(selection),
                Err(items) => {
                    problems.push(Diagnostics { origin: path.display().to_string(), source, items });
                }
            },
        }
    }
    if problems.is_empty() { Ok(selections) } else { Err(problems) }
}

/// Reads one file.
///
/// # Errors
/// What is wrong with it, with places.
pub fn parse(slug: &str, source: &str, queries: &[&str]) -> Result<Selection, Vec<Diagnostic>> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if TAKEN.iter().any(|name| name.eq_ignore_ascii_case(slug)) || !slug.chars().all(is_name) {
        return Err(vec![Diagnostic::error(
            None,
            format!(
                "a report can't be named `{slug}`: letters, digits, `-` and `_`, and none of {}",
                TAKEN.map(|name| format!("`{name}`")).join(", ")
            ),
        )]);
    }
    let document = DeTable::parse(source)
        .map_err(|error| vec![Diagnostic::error(error.span(), error.message().to_owned())])?;
    let problems: Problems = RefCell::default();
    let reader = Reader::document(&document, &problems);
    let title = reader.string("title").map(|title| title.value);
    if title.is_none() && !reader.has("title") {
        reader.problem(Diagnostic::error(None, "a report needs `title`"));
    }
    let known = |reader: &Reader, what: &str, name: &Located<String>, names: &[&str]| {
        if !names.contains(&name.value.as_str()) {
            reader.problem(
                Diagnostic::error(Some(name.span.clone()), format!("no {what} `{}`", name.value))
                    .label(format!("expected one of: {}", names.join(", ")))
                    .hint(did_you_mean(&name.value, names.iter().copied())),
            );
        }
    };
    let mut sections = Vec::new();
    for section in reader.tables("sections") {
        let from = section.string("from");
        let tables = section.strings("tables").unwrap_or_default();
        if let Some(from) = &from {
            known(&section, "section", from, &SECTION_IDS);
        }
        for table in &tables {
            known(&section, "query", table, queries);
        }
        let chosen = Chosen {
            from: from.map(|from| from.value),
            title: section.string("title").map(|title| title.value),
            text: section.strings("text").unwrap_or_default().into_iter().map(|text| text.value).collect(),
            tables: tables.into_iter().map(|table| table.value).collect(),
        };
        if chosen.from.is_none() && chosen.title.is_none() {
            section.fail("a section needs `from`, a section of the page, or a `title` of its own".to_owned());
        }
        section.finish();
        sections.push(chosen);
    }
    if sections.is_empty() {
        reader.problem(Diagnostic::error(None, "a report needs at least one `[[sections]]`"));
    }
    reader.finish();
    let problems = problems.into_inner();
    if problems.is_empty() {
        Ok(Selection { slug: slug.to_owned(), title: title.unwrap_or_default(), sections })
    } else {
        Err(problems)
    }
}

/// The part of a report that a selection asks for.
///
/// A section that the report doesn't have, such as the audit where nothing is
/// audited, is left out; a table stands where it was asked for first.
pub fn select(report: &Report, selection: &Selection) -> Report {
    let table = |slug: &String| {
        let blocks = report.sections.iter().flat_map(|section| &section.blocks);
        blocks.into_iter().find(|block| matches!(block, Block::Table(table) if table.slug == *slug)).cloned()
    };
    let mut placed: BTreeSet<String> = BTreeSet::new();
    let mut sections: Vec<Section> = Vec::new();
    for (nth, chosen) in selection.sections.iter().enumerate() {
        let whole = chosen.from.as_ref().map(|id| report.sections.iter().find(|section| section.id == *id));
        let mut section = match whole {
            Some(None) => continue,
            Some(Some(section)) => section.clone(),
            None => Section {
                id: format!("{}{}", Section::OWN, nth + 1),
                title: String::new(),
                sentences: Vec::new(),
                links: Vec::new(),
                cards: Vec::new(),
                blocks: Vec::new(),
            },
        };
        if let Some(title) = &chosen.title {
            section.title.clone_from(title);
        }
        section.sentences.splice(0..0, chosen.text.iter().cloned());
        section.links.iter_mut().for_each(|link| link.sentence += chosen.text.len());
        if !chosen.tables.is_empty() {
            // Named tables replace those that the section would have.
            section.blocks = chosen.tables.iter().filter_map(table).collect();
        }
        section.blocks.retain(|block| match block {
            Block::Table(table) => placed.insert(table.slug.clone()),
            Block::Definitions(_) => true,
        });
        if sections.iter().all(|known| known.id != section.id) {
            sections.push(section);
        }
    }
    Report { title: format!("{} – {}", selection.title, report.title), sections, ..report.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stands_where_it_was_asked_for_first() {
        let table = |slug: &str| {
            Block::Table(crate::paper::Table {
                slug: slug.to_owned(),
                ..crate::query::plain(slug, slug, &polars::prelude::DataFrame::empty()).expect("a table")
            })
        };
        let section = |id: &str, blocks: Vec<Block>| Section {
            id: id.to_owned(),
            title: id.to_owned(),
            sentences: Vec::new(),
            links: Vec::new(),
            cards: Vec::new(),
            blocks,
        };
        let report = Report {
            title: "all".into(),
            header: Vec::new(),
            locale: Default::default(),
            time_zone: "UTC".into(),
            folder: None,
            periods: Vec::new(),
            downloads: Vec::new(),
            sections: vec![
                section("missed", vec![table("missed"), table("held")]),
                section("volumes", vec![table("volumes")]),
            ],
        };
        let source = "title = \"x\"\n[[sections]]\nfrom = \"missed\"\n[[sections]]\ntitle = \"own\"\n\
                      tables = [\"volumes\", \"held\", \"volumes\"]\n";
        let selection = parse("x", source, &["missed", "held", "volumes"]).expect("in order");
        let selected = select(&report, &selection);
        let slugs: Vec<&str> = selected.tables().map(|table| table.slug.as_str()).collect();
        assert_eq!(slugs, ["missed", "held", "volumes"]);
        assert!(parse("SLA-Pack", source, &["missed", "held", "volumes"]).is_err());
    }

    #[test]
    fn a_mistake_has_its_place() {
        let source =
            "title = \"Board\"\n[[sections]]\nfrom = \"verdicts\"\n[[sections]]\ntables = [\"mised\"]\n";
        let problems = parse("board", source, &["missed", "tickets"]).expect_err("three mistakes");
        let texts: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            texts,
            [
                "no section `verdicts`",
                "no query `mised`",
                "a section needs `from`, a section of the page, or a `title` of its own"
            ]
        );
        assert!(parse("index", source, &[]).is_err() && parse("a/b", source, &[]).is_err());
        assert_eq!(parse("empty", "title = \"x\"", &[]).expect_err("no sections").len(), 1);
    }
}
