//! Colours of marks, and stand-ins for the page's own text colour.

use plotters::style::RGBColor;

use crate::paper::Figure;
use crate::paper::locale::Locale;

/// Kept, and the first colour of a figure.
pub const MET: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// Missed.
pub const MISSED: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// What only gives context.
pub const CONTEXT: RGBColor = RGBColor(0x6b, 0x72, 0x80);
/// The queue, of a ticket's time.
pub const FOURTH: RGBColor = RGBColor(0x00, 0x9e, 0x73);
/// Waiting, of a ticket's time; else only where a stack has a fifth part.
pub const FIFTH: RGBColor = RGBColor(0x7d, 0x59, 0xa6);

/// Stand-ins: `finish` turns them into `currentColor`, so that a figure
/// follows light, dark and forced colours.
pub const INK: RGBColor = RGBColor(0, 0, 1);
pub const MUTED: RGBColor = RGBColor(0, 0, 2);
pub const GRID: RGBColor = RGBColor(0, 0, 3);
/// Dashed.
pub const TARGET: RGBColor = RGBColor(0, 0, 4);

/// Dotted, from the end of a line to its label.
pub const LEADER: RGBColor = RGBColor(0, 0, 5);

/// The wider limits of chance, and, dashed, the closer ones.
pub const OUTER: RGBColor = RGBColor(0, 0, 6);
pub const INNER: RGBColor = RGBColor(0, 0, 7);

/// Text on a mark that is a tint of the page's own background.
pub const ON_TINT: RGBColor = RGBColor(0, 0, 8);

/// How opaque a cell is, from the least to the most: five steps of one hue that
/// part from each other on white and on dark.
pub const TINTS: [f64; 5] = [0.16, 0.32, 0.48, 0.66, 1.0];

/// A colour for each series: by meaning where its name tells, else in turn.
pub fn of(figure: &Figure) -> Vec<RGBColor> {
    let names: Vec<&str> = figure.series.iter().map(|one| one.name.as_str()).collect();
    of_names(&names, figure.locale)
}

/// As `of`, for series that are only named.
pub fn of_names(names: &[&str], locale: Locale) -> Vec<RGBColor> {
    let known: Vec<Option<RGBColor>> = names.iter().map(|name| by_name(name, locale)).collect();
    let mut rest = [MET, FOURTH, MISSED, FIFTH, CONTEXT]
        .into_iter()
        .filter(|colour| !known.contains(&Some(*colour)))
        .collect::<Vec<_>>()
        .into_iter()
        .cycle();
    known.into_iter().map(|colour| colour.or_else(|| rest.next()).unwrap_or(CONTEXT)).collect()
}

/// Text on a mark of that colour, with a contrast of at least 4.5.
pub fn on(colour: RGBColor) -> RGBColor {
    if [MET, CONTEXT, FIFTH].contains(&colour) { RGBColor(0xff, 0xff, 0xff) } else { RGBColor(0, 0, 0) }
}

/// Colours of a measure's high and of its low values: missing more is worse.
pub fn of_ends(measure: &str, locale: Locale) -> (RGBColor, RGBColor) {
    if by_name(measure, locale) == Some(MISSED) { (MISSED, MET) } else { (MET, MISSED) }
}

/// The kinds of a ticket's time, as in the lanes of tickets; closed hours are context.
fn of_time(name: &str, locale: Locale) -> Option<RGBColor> {
    let kinds = [
        ("queue", locale.text("queue"), FOURTH),
        ("work", locale.text("work"), MET),
        ("waiting", locale.text("waiting"), FIFTH),
    ];
    kinds.into_iter().find(|(word, own, _)| name == *word || name == *own).map(|(.., colour)| colour)
}

/// Words in the figure's language, and in English: a query of the user's own may name series as SQL does.
fn by_name(name: &str, locale: Locale) -> Option<RGBColor> {
    let name = name.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let missed = [locale.text("missed"), locale.text("breached"), locale.text("overdue")];
    let context = [
        locale.text("closed hours"),
        locale.text("other"),
        locale.text("undecided"),
        locale.text("excluded"),
    ];
    if is(&missed) || is(&["missed", "breach", "overdue"]) {
        Some(MISSED)
    } else if is(&context) || is(&["closed hours", "off hours", "other", "undecided", "excluded"]) {
        Some(CONTEXT)
    } else if let Some(colour) = of_time(&name, locale) {
        Some(colour)
    } else if name == "met" || name == locale.text("met") || is(&["kept", locale.text("kept")]) {
        Some(MET)
    } else {
        None
    }
}
