//! The TOML in the leading comment lines of a query.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::Diagnostic;
use crate::paper::ChartKind;

/// What a query says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Heading, sheet and caption.
    pub title: String,
    /// Columns that identify a row: unique and not null.
    pub key: Vec<String>,
    /// What a reader can decide with it.
    pub question: Option<String>,
    /// Where it appears on the page.
    pub section: Option<String>,
    pub chart: Option<Chart>,
    /// Row predicates over the result.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Definition, printed with the table.
    pub notes: Option<String>,
    /// For shares: columns of numerator and denominator.
    #[serde(default)]
    pub fractions: BTreeMap<String, [String; 2]>,
    /// Headings on paper, where the column's name doesn't read well.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Columns that hold words of this program, such as `queue`: translated on paper.
    #[serde(default)]
    pub words: Vec<String>,
    /// Tables of a section stand in this order, then by name.
    #[serde(default)]
    pub order: i64,
    /// A long list that a reader filters.
    #[serde(default)]
    pub is_filterable: bool,
}

/// What to draw from the result.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    pub kind: ChartKind,
    pub x: String,
    pub y: Names,
    pub series: Option<String>,
    #[serde(default)]
    pub unit: String,
}

/// One column, or several side by side.
#[derive(Debug, Clone)]
pub struct Names(pub Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a column, or a list of columns")
            }

            fn visit_str<E>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The header, and where the SQL begins.
pub fn parse(text: &str) -> Result<(Header, usize), Vec<Diagnostic>> {
    let mut toml = String::new();
    // Where each header line's text begins, in the TOML and in the file.
    let mut places = Vec::new();
    let mut body = 0;
    for line in text.split_inclusive('\n') {
        let Some(comment) = line.trim_start().strip_prefix("--") else { break };
        let content = comment.trim_end_matches(['\r', '\n']);
        places.push((toml.len(), body + line.len() - comment.len()));
        toml.push_str(content);
        toml.push('\n');
        body += line.len();
    }
    if places.is_empty() {
        return Err(vec![
            Diagnostic::error(Some(0..text.len().min(1)), "the query has no header")
                .label("expected lines such as `-- title = \"…\"`"),
        ]);
    }
    let place = |at: usize| {
        let line = places.iter().rev().find(|(start, _)| *start <= at);
        line.map_or(0, |(start, file)| (file + at - start).min(text.len()))
    };
    match toml::from_str::<Header>(&toml) {
        Ok(header) if header.key.is_empty() => Err(vec![
            Diagnostic::error(Some(0..text.len().min(1)), "the query's `key` is empty")
                .label("expected the columns that identify a row"),
        ]),
        Ok(Header { chart: Some(chart), .. }) if !chart.kind.takes(chart.y.0.len()) => Err(vec![
            Diagnostic::error(Some(0..text.len().min(1)), "the chart's `y` has a wrong number of columns")
                .label(
                    "expected 1 or 3 for `mcf`, 1 or 5 for `funnel`, 1 for `slope`, 1 or 2 for `heatmap`, \
                     2 for `spc`, `ecdf` and `timeline`, 4 or more for `waterfall`",
                ),
        ]),
        Ok(header) => Ok((header, body)),
        Err(error) => {
            let span =
                error.span().map_or(0..1, |span| place(span.start)..place(span.end).max(place(span.start)));
            Err(vec![
                Diagnostic::error(Some(span), "the query's header can't be read")
                    .label(error.message().trim()),
            ])
        }
    }
}

/// A heading from a column's name: without unit, with blanks and a capital.
pub fn label(name: &str) -> String {
    let bare = ["_at", "_on", "_s"].iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    let words = bare.strip_prefix("is_").unwrap_or(bare).replace('_', " ");
    let words = words.replace("server os", "server OS").replace("client os", "client OS");
    let words = match words.as_str() {
        "on site" => "On-site".to_owned(),
        "ticket id" => "Ticket".to_owned(),
        "group name" => "Group".to_owned(),
        _ => words,
    };
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
