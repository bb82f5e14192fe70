//! Text in a figure: one embedded font, measured with its own widths.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use plotters::element::Text;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, TextStyle, register_font};

use super::{Area, Drawn, Fallible};
use crate::paper::format;

const FAMILY: &str = "report";
pub static REGULAR: &[u8] = include_bytes!("../assets/fonts/report-Regular.ttf");
pub static BOLD: &[u8] = include_bytes!("../assets/fonts/report-Bold.ttf");

/// plotters takes sizes as line heights of 1.24 em.
const LINE: f64 = 1.24;
/// Size of all text, in canvas units.
pub const SIZE: f64 = 23.0;
/// From one line of text to the next.
pub const LEADING: i32 = 28;

/// Makes the font known to plotters; once per process.
pub fn register() -> Result<(), &'static str> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let is_done = *DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
    });
    if is_done { Ok(()) } else { Err("the embedded font is unreadable") }
}

/// Regular or bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// Where the point lies in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Left,
    Middle,
    Right,
}

/// Draws one line of text, its middle at that height.
pub fn draw(
    area: &Area<'_>,
    text: &str,
    (x, y): (i32, i32),
    anchor: Anchor,
    weight: Weight,
    colour: RGBColor,
) -> Drawn {
    let h = match anchor {
        Anchor::Left => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::Right => HPos::Right,
    };
    let style = TextStyle::from(font(weight)).color(&colour).pos(Pos::new(h, VPos::Center));
    area.draw(&Text::new(text.to_owned(), (x, y), style))?;
    Ok(())
}

/// Width in canvas units.
pub fn width(text: &str, weight: Weight) -> Fallible<i32> {
    let (width, _) = font(weight).box_size(text)?;
    // plotters cuts to whole units.
    Ok(i32::try_from(width)?.saturating_add(1))
}

/// The text without control characters, cut with an ellipsis to fit the width.
pub fn fit(text: &str, room: i32, weight: Weight) -> Fallible<String> {
    // No label has room for more; spares the measuring of huge texts.
    let text = format::cut(&format::plain(text), 120).into_owned();
    if width(&text, weight)? <= room {
        return Ok(text);
    }
    let ends: Vec<usize> = text.char_indices().map(|(end, _)| end).collect();
    let (mut fits, mut too_long) = (0, ends.len());
    while fits + 1 < too_long {
        let middle = fits.midpoint(too_long);
        if width(&format!("{}…", &text[..ends[middle]]), weight)? <= room {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    let kept = ends.get(fits).map_or("", |end| &text[..*end]);
    Ok(format!("{}…", kept.trim_end()))
}

/// As `fit`, for names that stand side by side: those that would read alike are cut in the middle.
pub fn fit_all<'a>(texts: impl Iterator<Item = (&'a str, Weight)>, room: i32) -> Fallible<Vec<String>> {
    let texts: Vec<(&str, Weight)> = texts.collect();
    let cut =
        texts.iter().map(|(text, weight)| fit(text, room, *weight)).collect::<Fallible<Vec<String>>>()?;
    let mut meanings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (cut, (text, _)) in cut.iter().zip(&texts) {
        meanings.entry(cut).or_default().insert(text);
    }
    let one = |(cut, (text, weight)): (&String, &(&str, Weight))| match meanings[cut.as_str()].len() {
        0 | 1 => Ok(cut.clone()),
        _ => fit_ends(text, room, *weight),
    };
    cut.iter().zip(&texts).map(one).collect()
}

/// As `fit`, cut in the middle.
fn fit_ends(text: &str, room: i32, weight: Weight) -> Fallible<String> {
    let text: Vec<char> = format::plain(text).chars().collect();
    let kept = |count: usize| -> String {
        let (start, end) = (&text[..count.div_ceil(2)], &text[text.len() - count / 2..]);
        let (start, end): (String, String) = (start.iter().collect(), end.iter().collect());
        format!("{}…{}", start.trim_end(), end.trim_start())
    };
    // No label has room for more.
    let (mut fits, mut too_long) = (0, text.len().min(120));
    while fits + 1 < too_long {
        let middle = fits.midpoint(too_long);
        if width(&kept(middle), weight)? <= room {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    Ok(kept(fits))
}

fn font(weight: Weight) -> FontDesc<'static> {
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    FontDesc::new(FontFamily::Name(FAMILY), SIZE * LINE, style)
}
