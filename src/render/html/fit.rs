//! Tables on paper: which are too wide for a line, and how their rows are
//! stacked into several instead of being printed too small to read.
//!
//! Widths are estimates from the number of characters: what is misjudged
//! wraps, it is never cut off.

use rayon::prelude::*;

use super::cells::{CellView, Shown, is_numeric};
use super::view::MAX_NARROW_COLUMNS;
use crate::paper::Format;

/// A4 less the margins of the page.
const PAPER_MM: f64 = 182.0;
/// A figure of the report's font at 7 pt, and the gap between columns.
const CHARACTER_MM: f64 = 1.48;
const GAP_MM: f64 = 2.6;
/// Tables of few columns are set in 8 pt instead of 7.
const NARROW_TYPE: f64 = 8.0 / 7.0;
/// Longer texts get a line of their own in a stacked row.
const OWN_LINE: usize = 45;
/// Texts wrap into about so many lines.
const LINES: usize = 2;
/// Words longer than this are broken; as in the cells.
const MAX_WORD: usize = 14;
/// Words longer than this, such as checksums, are broken even where there is room for others.
const MAX_WHOLE: usize = 26;
/// Room for a verdict's sign, and for its bold type.
const SIGN: usize = 3;
const MAX_STACKED: usize = 6;

/// How the rows of a table that is too wide are stacked.
#[derive(Debug, PartialEq)]
pub struct Stack {
    /// Widths of the columns in tenths of a millimetre, without the gaps; the first spans all lines.
    columns: Vec<u32>,
    lines: usize,
    /// Places of the columns with a line of their own, 0 is the first.
    own_lines: Vec<usize>,
}

/// How to stack the table; `None` where a row fits one line.
pub fn stack(shown: &[Shown<'_>], rows: &[Vec<CellView>]) -> Option<Stack> {
    let sizes: Vec<(f64, usize)> =
        shown.par_iter().enumerate().map(|(at, column)| size(at, column, rows)).collect();
    if sizes.iter().map(|(width, _)| width).sum::<f64>() <= PAPER_MM {
        return None;
    }
    let (first, others) = sizes.split_first()?;
    let own_lines: Vec<usize> =
        (1..sizes.len()).filter(|at| sizes[*at].1 > OWN_LINE && !is_short(&shown[*at])).collect();
    let flowing: Vec<f64> = others
        .iter()
        .enumerate()
        .filter(|(at, _)| !own_lines.contains(&(at + 1)))
        .map(|(_, (width, _))| *width)
        .collect();
    let folded = |lines: usize| {
        let across = flowing.len().div_ceil(lines).max(1);
        let mut columns = vec![first.0];
        columns.extend(
            (0..across).map(|at| flowing.iter().skip(at).step_by(across).fold(0.0, |a, b| f64::max(a, *b))),
        );
        columns
    };
    let fits = |lines: &usize| folded(*lines).iter().sum::<f64>() <= PAPER_MM;
    let lines = (1..=MAX_STACKED).find(fits).unwrap_or(MAX_STACKED);
    Some(Stack {
        columns: folded(lines)
            .iter()
            .map(|width| ((width - GAP_MM).max(1.0) * 10.0).round() as u32)
            .collect(),
        lines,
        own_lines,
    })
}

/// Of a table that isn't stacked: whether there is room for its words and fractions in one piece
/// each, and the places of the columns whose words are too long for that and break nevertheless.
pub fn broken(shown: &[Shown<'_>], rows: &[Vec<CellView>]) -> Option<Vec<usize>> {
    let widths: Vec<(usize, bool)> =
        shown.par_iter().enumerate().map(|(at, column)| width(at, column, rows)).collect();
    let broken = (0..widths.len()).filter(|at| widths[*at].1).collect();
    let characters: usize =
        widths.iter().map(|(widest, is_hash)| if *is_hash { MAX_WORD } else { *widest }).sum();
    let type_size = if shown.len() > MAX_NARROW_COLUMNS { 1.0 } else { NARROW_TYPE };
    let width = characters as f64 * CHARACTER_MM * type_size + shown.len() as f64 * GAP_MM;
    (width <= PAPER_MM).then_some(broken)
}

/// In figures of the font with its words whole, and whether they are too long for that.
fn width(at: usize, column: &Shown<'_>, rows: &[Vec<CellView>]) -> (usize, bool) {
    let is_fraction = column.column.format == Format::Share;
    let sign = if column.column.format == Format::Verdict { SIGN } else { 0 };
    let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| {
        let length = cell.text.chars().count();
        let is_one = is_short(column) || is_fraction || length <= MAX_WORD;
        if is_one { length + sign } else { longest(&cell.text, breadth) }
    });
    let widest = cells.chain([longest(&column.column.label, breadth)]).max().unwrap_or(0);
    (widest, widest > MAX_WHOLE && !is_short(column) && !is_fraction)
}

/// Of the longest word; a space that holds a fraction together ends none.
fn longest(text: &str, length: impl Fn(&str) -> usize) -> usize {
    text.split(' ').map(length).max().unwrap_or(0)
}

/// In figures of the font; capitals and the letters of East Asia are broader.
fn breadth(word: &str) -> usize {
    let is_broad = |c: &char| c.is_uppercase() || *c > '\u{2e7f}';
    word.chars().count() + word.chars().filter(is_broad).count().div_ceil(2)
}

/// Width in mm, and the length of the longest value.
fn size(at: usize, shown: &Shown<'_>, rows: &[Vec<CellView>]) -> (f64, usize) {
    let word = |text: &str| longest(text, |word| word.chars().count()).min(MAX_WORD);
    let is_verdict = shown.column.format == Format::Verdict;
    let (mut characters, mut longest) = (word(&shown.column.label), 0);
    for cell in rows.iter().filter_map(|row| row.get(at)) {
        let length = cell.text.chars().count() + if is_verdict { SIGN } else { 0 };
        longest = longest.max(length);
        characters = characters.max(match length {
            ..=MAX_WORD => length,
            _ if is_short(shown) => length,
            _ => word(&cell.text).max(length.div_ceil(LINES)),
        });
    }
    (characters as f64 * CHARACTER_MM + GAP_MM, longest)
}

/// Values that look odd in several lines.
fn is_short(shown: &Shown<'_>) -> bool {
    let format = shown.column.format;
    (is_numeric(format) && format != Format::Share)
        || matches!(format, Format::Instant | Format::Date | Format::Verdict)
}

impl Stack {
    /// Rules for a table of that class, for paper only.
    pub fn css(&self, class: &str) -> String {
        let columns: String = self.columns.iter().map(|tenths| format!(" minmax(0,{}fr)", tenths)).collect();
        let mut css = format!(".{class}>*>tr{{grid-template-columns:{}}}", columns.trim_start());
        css +=
            &format!(".{class}>*>tr>:first-child{{grid-row:1/span {}}}", self.lines + self.own_lines.len());
        // Of each second line, values and headings are set in the softer ink.
        let across = self.columns.len() - 1;
        let flowing = (1..).filter(|at| !self.own_lines.contains(at));
        let soft: Vec<String> = flowing
            .take(across * self.lines)
            .enumerate()
            .filter(|(nth, _)| nth / across % 2 == 1)
            .map(|(_, at)| format!(".{class}>*>tr>:nth-child({})", at + 1))
            .collect();
        if !soft.is_empty() {
            css += &format!("{}{{color:var(--soft)}}", soft.join(","));
        }
        for at in &self.own_lines {
            css += &format!(".{class}>*>tr>:nth-child({}){{grid-column:2/-1;order:1}}", at + 1);
        }
        css
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Column;

    fn column(format: Format) -> Column {
        Column { name: "c".into(), label: "C".into(), format, fraction: None }
    }

    fn row(formats: &[(Format, usize)]) -> Vec<CellView> {
        let cell =
            |(_, length): &(Format, usize)| CellView { text: "x".repeat(*length), ..CellView::default() };
        formats.iter().map(cell).collect()
    }

    fn stacked(formats: &[(Format, usize)]) -> Option<Stack> {
        let columns: Vec<Column> = formats.iter().map(|(format, _)| column(*format)).collect();
        let shown: Vec<Shown<'_>> =
            columns.iter().enumerate().map(|(at, column)| Shown::new(at, column)).collect();
        stack(&shown, &[row(formats)])
    }

    #[test]
    fn what_fits_a_line_is_not_stacked() {
        // 10 columns of 10 figures: 10 × (14.8 + 2.6) = 174 mm.
        assert_eq!(stacked(&[(Format::Count, 10); 10]), None);
        assert_eq!(stacked(&[]), None);
    }

    #[test]
    fn what_does_not_is_folded_evenly() {
        // 12 columns of 17.4 mm: the first, and 11 others in two lines of 6: 7 × 17.4 = 121.8 mm.
        let stack = stacked(&[(Format::Count, 10); 12]).expect("too wide");
        assert_eq!(stack, Stack { columns: vec![148; 7], lines: 2, own_lines: vec![] });
        assert!(stack.css("s1").contains(".s1>*>tr>:first-child{grid-row:1/span 2}"));
        // The second line begins with the eighth column.
        assert!(stack.css("s1").contains(".s1>*>tr>:nth-child(8),"));
        assert!(!stack.css("s1").contains(".s1>*>tr>:nth-child(7),"));
    }

    #[test]
    fn words_stay_whole_where_there_is_room() {
        let broken = |formats: &[(Format, usize)]| {
            let columns: Vec<Column> = formats.iter().map(|(format, _)| column(*format)).collect();
            let shown: Vec<Shown<'_>> =
                columns.iter().enumerate().map(|(at, column)| Shown::new(at, column)).collect();
            broken(&shown, &[row(formats)])
        };
        // Four words of 24 figures at 8 pt: 4 × (40.6 + 2.6) = 173 mm.
        assert_eq!(broken(&[(Format::Text, 24); 4]), Some(vec![]));
        assert_eq!(broken(&[(Format::Text, 24); 5]), None);
        // A checksum is broken, wherever it stands.
        assert_eq!(broken(&[(Format::Text, 20), (Format::Text, 64)]), Some(vec![1]));
        assert_eq!(breadth("Host W-2"), 9);
        // A fraction counts with all of its characters.
        assert_eq!(broken(&[(Format::Share, 19); 5]), Some(vec![]));
        assert_eq!(broken(&[(Format::Share, 19); 6]), None);
    }

    #[test]
    fn long_texts_get_a_line_of_their_own() {
        let mut formats = vec![(Format::Count, 10); 10];
        formats.insert(3, (Format::Text, 120));
        let stack = stacked(&formats).expect("too wide");
        // 10 × 17.4 mm without the text: one line and one more.
        assert_eq!(stack, Stack { columns: vec![148; 10], lines: 1, own_lines: vec![3] });
        assert!(stack.css("s1").contains(".s1>*>tr>:nth-child(4){grid-column:2/-1;order:1}"));
    }
}
