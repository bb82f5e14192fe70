//! How a value stands in a cell: its text, its sign or bar, and what its column
//! says once for all of them, so that long lists stay small.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::mem;

use minijinja::HtmlEscape;
use rayon::prelude::*;
use serde::Serialize;

use super::Reader;
use super::view::MAX_NARROW_COLUMNS;
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, Column, Format, Table};

/// Longer texts are cut; the CSV has them whole.
const MAX_TEXT: usize = 400;
/// Longer texts take several lines.
const MAX_LINE: usize = 90;

/// Longer words may break anywhere, so that a column can be narrow on paper.
const MAX_WORD: usize = 14;

/// Longer texts get room of their own on a screen.
const MAX_PHRASE: usize = 18;
const MAX_NARROW: usize = 14;

/// Verdicts are never broken into lines; all that there are are shorter.
const MAX_VERDICT: usize = 40;

/// Shorter lists show columns that are alike in all rows.
const MIN_ALIKE: usize = 10;

/// A cell of the page. Without a value it is empty, and the style puts a dash there.
#[derive(Debug, Default)]
pub struct CellView {
    pub text: String,
    /// One name of letters and digits, never from an export; empty for most cells.
    pub class: Cow<'static, str>,
    /// Id of the detail that the cell opens.
    pub opens: Option<String>,
}

/// A column that has the same value in all rows.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Alike {
    pub name: String,
    pub label: String,
    /// Empty where there is none.
    pub value: String,
}

/// A column as the page shows it.
pub struct Shown<'a> {
    pub at: usize,
    pub column: &'a Column,
    decimals: usize,
}

#[cfg(test)]
impl<'a> Shown<'a> {
    pub fn new(at: usize, column: &'a Column) -> Shown<'a> {
        Shown { at, column, decimals: 0 }
    }
}

/// The columns to show: those printed as part of a share are left out.
pub fn shown(table: &Table) -> Vec<Shown<'_>> {
    let within: Vec<usize> = table
        .columns
        .iter()
        .filter_map(|column| column.fraction)
        .flat_map(|(part, whole)| [part, whole])
        .collect();
    table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| !within.contains(at))
        .map(|(at, column)| Shown { at, column, decimals: table.decimals(at) })
        .collect()
}

/// Takes out the columns that say nothing of a row: of a long list those that have one text in all
/// rows, and of any wide table those that have no value or 0.
pub fn alike(table: &Table, shown: &mut Vec<Shown<'_>>, locale: Locale) -> Vec<Alike> {
    let is_list = table.is_filterable && table.rows.len() >= MIN_ALIKE;
    let is_wide = shown.len() > MAX_NARROW_COLUMNS && table.rows.len() > 1;
    if !is_list && !is_wide {
        return Vec::new();
    }
    let value = |column: &Shown<'_>| {
        let mut cells = table.rows.iter().map(|row| row.get(column.at).unwrap_or(&Cell::Missing));
        let first = cells.next()?;
        let text = match (first, column.column.format) {
            (Cell::Missing, _) => String::new(),
            (Cell::Int(0), Format::Count) => locale.count(0),
            (Cell::Int(0), Format::Duration) => duration(0, locale).text,
            (Cell::Text(text), Format::Text) if is_list => format::plain(text).into_owned(),
            (Cell::Text(text), Format::Word) if is_list => format::plain(&locale.word(text)).into_owned(),
            _ => return None,
        };
        (text.chars().nth(MAX_LINE).is_none() && cells.all(|cell| cell == first)).then_some(text)
    };
    let mut found = Vec::new();
    for (nth, column) in mem::take(shown).into_iter().enumerate() {
        match value(&column).filter(|_| nth > 0) {
            Some(value) => found.push(Alike {
                name: format::plain(&column.column.name).into_owned(),
                label: format::plain(&column.column.label).into_owned(),
                value,
            }),
            None => shown.push(column),
        }
    }
    found
}

/// What all cells of a column have in common, as letters that the style knows:
/// `n` to the right, `d` never broken, `v` verdicts, `t` room for phrases,
/// `a` words that may break anywhere.
pub fn looks(table: &Table, shown: &Shown<'_>, locale: Locale) -> Vec<char> {
    let mut looks = Vec::new();
    if is_numeric(shown.column.format) {
        looks.push('n');
    }
    if is_narrow(table, shown, locale) {
        looks.push('d');
    }
    match shown.column.format {
        Format::Verdict => looks.push('v'),
        Format::Text | Format::Word => {
            let texts = || {
                table.rows.iter().filter_map(|row| match row.get(shown.at) {
                    Some(Cell::Text(text)) if shown.column.format == Format::Word => {
                        Some(Cow::Owned(locale.word(text)))
                    }
                    Some(Cell::Text(text)) => Some(Cow::Borrowed(text.as_str())),
                    _ => None,
                })
            };
            if texts().any(|text| text.chars().nth(MAX_PHRASE).is_some()) {
                looks.push('t');
            }
            let is_long = |word: &str| word.chars().nth(MAX_WORD).is_some();
            if texts().any(|text| text.split_whitespace().any(is_long)) {
                looks.push('a');
            }
        }
        _ => {}
    }
    looks
}

/// Right-aligned and sorted as a number.
pub fn is_numeric(format: Format) -> bool {
    matches!(format, Format::Count | Format::Number | Format::Share | Format::Money | Format::Duration)
}

/// Never broken into lines: times and short words such as ids.
fn is_narrow(table: &Table, shown: &Shown<'_>, locale: Locale) -> bool {
    match shown.column.format {
        Format::Instant | Format::Date | Format::Duration | Format::Verdict => true,
        Format::Text => table.rows.iter().all(|row| match row.get(shown.at) {
            Some(Cell::Text(text)) => text.chars().nth(MAX_NARROW).is_none(),
            _ => true,
        }),
        Format::Word => table.rows.iter().all(|row| match row.get(shown.at) {
            Some(Cell::Text(text)) => locale.word(text).chars().nth(MAX_NARROW).is_none(),
            _ => true,
        }),
        _ => false,
    }
}

/// The rows of a table's body: a template would take most of a page's time for them.
pub fn markup(rows: Vec<Vec<CellView>>) -> String {
    let add = |mut markup: String, row: Vec<CellView>| {
        markup.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            markup.push_str(if at == 0 { "<th\nscope=row" } else { "<td" });
            // Writing to a text never fails.
            let _ = cell.write(&mut markup);
        }
        markup
    };
    rows.into_par_iter().fold(String::new, add).collect::<Vec<String>>().concat()
}

impl CellView {
    /// The rest of its tag, and what is in it.
    fn write(&self, out: &mut String) -> fmt::Result {
        if !self.class.is_empty() {
            write!(out, " class={}", self.class)?;
        }
        let text = HtmlEscape(&self.text);
        match &self.opens {
            Some(id) => write!(out, "><a href=#{id}>{text}</a>"),
            None if self.class == "long" => write!(out, "><div>{text}</div>"),
            None => write!(out, ">{text}"),
        }
    }
}

/// The value of that column in that row.
pub fn cell(row: &[Cell], shown: &Shown<'_>, reader: Reader) -> CellView {
    let locale = reader.locale;
    let flag = |is_so: bool| just(if is_so { phrase!(locale, "yes") } else { phrase!(locale, "no") });
    let format = shown.column.format;
    match row.get(shown.at) {
        None | Some(Cell::Missing) => missing(),
        Some(Cell::Float(value)) if !value.is_finite() => missing(),
        Some(Cell::Text(text)) if format == Format::Verdict => verdict(text, locale),
        Some(Cell::Text(text)) if format == Format::Word => long(&locale.word(text)),
        Some(Cell::Text(text)) => long(text),
        Some(Cell::Int(value)) => match format {
            Format::Share => share(row, shown.column, *value as f64, locale),
            Format::Duration => duration(*value, locale),
            Format::Instant => just(format::instant(*value, reader.zone)),
            Format::Bool => flag(*value != 0),
            Format::Number => just(locale.number(*value as f64, shown.decimals)),
            _ => just(locale.count(*value)),
        },
        Some(Cell::Float(value)) => match format {
            Format::Share => share(row, shown.column, *value, locale),
            Format::Duration => duration(value.round() as i64, locale),
            Format::Instant => just(format::instant(value.round() as i64, reader.zone)),
            Format::Bool => flag(*value != 0.0),
            Format::Money => just(locale.number(*value, 2)),
            _ => just(number(*value, shown.decimals, locale)),
        },
    }
}

/// As in a workbook, what isn't nothing doesn't read as 0: `<0.001`.
fn number(value: f64, decimals: usize, locale: Locale) -> String {
    let least = 0.1f64.powi(decimals as i32);
    match value > 0.0 && value < least / 2.0 && decimals > 0 {
        true => format!("<{}", locale.number(least, decimals)),
        false => locale.number(value, decimals),
    }
}

fn just(text: String) -> CellView {
    CellView { text, ..CellView::default() }
}

fn missing() -> CellView {
    CellView::default()
}

fn long(text: &str) -> CellView {
    let text = format::cut(text, MAX_TEXT);
    let text = format::plain(&text).into_owned();
    let class = if text.chars().nth(MAX_LINE).is_some() { "long" } else { "" };
    CellView { class: class.into(), ..just(text) }
}

/// The column is never broken, so plain spaces are enough where they don't group digits.
fn duration(seconds: i64, locale: Locale) -> CellView {
    let text = locale.duration(seconds);
    match locale.separators().0 {
        '\u{a0}' => just(text),
        _ => just(text.replace('\u{a0}', " ")),
    }
}

fn share(row: &[Cell], column: &Column, ratio: f64, locale: Locale) -> CellView {
    let int = |at: usize| match row.get(at) {
        Some(Cell::Int(value)) => Some(*value),
        Some(Cell::Float(value)) if value.fract() == 0.0 => Some(*value as i64),
        _ => None,
    };
    let fraction = column.fraction.and_then(|(part, whole)| Some(locale.fraction(int(part)?, int(whole)?)));
    let text = match fraction {
        // Breaks before the fraction if it must, never inside.
        Some(fraction) => format!("{} ({})", locale.share(ratio), fraction.replace(' ', "\u{a0}")),
        None => locale.share(ratio),
    };
    CellView {
        text,
        // Cut, so that a bar is full only when all is.
        class: format!("p{}", (ratio * 100.0).clamp(0.0, 100.0).floor()).into(),
        ..CellView::default()
    }
}

/// The word, and a class that adds a sign to it; that of most rows, kept, needs none.
fn verdict(name: &str, locale: Locale) -> CellView {
    let class = match name {
        "met" | "late" => "",
        "breached" | "overdue" => "missed",
        "at_risk" => "risk",
        "running" | "paused" => "going",
        _ => "apart",
    };
    CellView { text: word(name, locale), class: class.into(), ..CellView::default() }
}

/// A verdict as it is shown.
pub fn word(name: &str, locale: Locale) -> String {
    let words = format::cut(name, MAX_VERDICT).replace('_', " ");
    format::plain(locale.text(&words)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The template that wrote rows before, which escapes by itself.
    const TEMPLATE: &str = "{% for row in rows %}<tr>{% for cell in row %}{% if loop.first %}<th\nscope=row{% else %}<td{% endif %}{% if cell.class %} class={{ cell.class }}{% endif %}>{% if cell.opens is not none %}<a href=#{{ cell.opens }}>{{ cell.text }}</a>{% elif cell.class == 'long' %}<div>{{ cell.text }}</div>{% else %}{{ cell.text }}{% endif %}{% endfor %}{% endfor %}";

    #[test]
    fn rows_are_written_as_a_template_would() {
        let text = |nth: usize| ["", "<script>\"&'/", "é 🌊", "plain"][nth % 4].to_owned();
        let class = |nth: usize| ["", "long", "p57"][nth % 3];
        let opens = |nth: usize| nth.is_multiple_of(5).then(|| format!("d{nth}"));
        let all: Vec<Vec<usize>> = (0..300).map(|row| (row..row + row % 4).collect()).collect();
        let view = |nth: &usize| CellView { text: text(*nth), class: class(*nth).into(), opens: opens(*nth) };
        let value = |nth: &usize| {
            minijinja::context! { text => text(*nth), class => class(*nth), opens => opens(*nth) }
        };
        let values: Vec<Vec<minijinja::Value>> =
            all.iter().map(|row| row.iter().map(value).collect()).collect();
        let mut templates = minijinja::Environment::new();
        templates.add_template("rows.html", TEMPLATE).expect("a template");
        let rows = templates.get_template("rows.html").expect("there");
        let expected = rows.render(minijinja::context! { rows => values }).expect("rendered");
        assert_eq!(markup(all.iter().map(|row| row.iter().map(view).collect()).collect()), expected);
    }
}
