//! Fonts, colours, number formats and the printed page.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet};

use super::cells::Shown;
use super::text::for_header;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Report, Tone};

/// As on the page: kept and the first line of a chart, then the others.
pub const LINES: [u32; 4] = [0x0072B2, 0x009E73, 0xD55E00, 0x7D59A6];
/// What only gives context, such as a target.
pub const CONTEXT: u32 = 0x6B7280;
/// A bar within a cell, light enough for the number over it.
pub const BAR: u32 = 0xBFDDEF;
/// Of the tab of a sheet that doesn't hold all rows.
pub const WARNING: u32 = 0xD55E00;

const INK: u32 = 0x111827;
const MUTED: u32 = 0x4B5563;
const HEADER: u32 = 0xE5E7EB;
// Ink on ground, each at least 7:1.
const GOOD: (u32, u32) = (0x004770, 0xDCEBF5);
const BAD: (u32, u32) = (0x7A3500, 0xFBE3D3);
const RISK: (u32, u32) = (0x5C4700, 0xFFF3C4);

const A4: u8 = 9;

/// Digits across a page at full size, and at a size that can still be read.
const FULL_PAGE: usize = 120;
const SMALL_PAGE: usize = 230;

/// Decimals of numbers, at most.
const MAX_DECIMALS: usize = 3;

/// Cell formats, made once.
pub struct Styles {
    pub title: Format,
    pub heading: Format,
    /// Sentences over several columns.
    pub lead: Format,
    pub muted: Format,
    pub header: Format,
    /// Over texts of a table.
    pub header_text: Format,
    /// Over numbers.
    pub header_right: Format,
    /// The same with room for the button of a filter.
    pub header_number: Format,
    /// Text in several lines.
    pub wrapped: Format,
    pub term: Format,
    /// Of a table, a little away from the number before it.
    pub text: Format,
    /// The same in several lines.
    pub text_wrapped: Format,
    /// A text that would be a formula if somebody edited its cell.
    pub quoted: Format,
    pub good: Format,
    pub bad: Format,
    pub risk: Format,
    pub difference: Format,
    count: Format,
    numbers: [Format; MAX_DECIMALS + 1],
    small: Format,
    share: Format,
    nearly_all: Format,
    nearly_none: Format,
    money: Format,
    duration: Format,
    hours: Format,
    instant: Format,
    date: Format,
    month: Format,
}

impl Styles {
    pub fn new(locale: Locale) -> Styles {
        let top = || Format::new().set_align(FormatAlign::Top);
        let header = top()
            .set_bold()
            .set_font_color(INK)
            .set_background_color(HEADER)
            .set_border_bottom(FormatBorder::Medium)
            .set_text_wrap();
        let text = || top().set_align(FormatAlign::Left).set_indent(1);
        let number = |pattern: &str| top().set_num_format(pattern);
        // A text in a number's place, which follows no setting of the reader's Excel.
        let quoted = |text: String| number(&format!("\"{text}\""));
        let toned = |(ink, ground): (u32, u32)| {
            Format::new().set_bold().set_font_color(ink).set_background_color(ground)
        };
        Styles {
            title: Format::new().set_bold().set_font_size(18).set_font_color(INK),
            heading: Format::new().set_bold().set_font_size(13).set_font_color(INK),
            lead: top().set_font_size(12).set_text_wrap(),
            muted: top().set_font_color(MUTED).set_text_wrap(),
            header_text: header.clone().set_align(FormatAlign::Left).set_indent(1),
            header_number: header.clone().set_align(FormatAlign::Right).set_indent(2),
            header_right: header.clone().set_align(FormatAlign::Right),
            header,
            wrapped: top().set_text_wrap(),
            term: top().set_bold().set_text_wrap(),
            quoted: text().set_quote_prefix(),
            text: text(),
            text_wrapped: text().set_text_wrap(),
            good: toned(GOOD),
            bad: toned(BAD),
            risk: toned(RISK),
            difference: number("+0.0;\u{2212}0.0;\u{b1}0.0"),
            count: number("#,##0"),
            numbers: ["#,##0", "#,##0.0", "#,##0.00", "#,##0.000"].map(number),
            small: number("0.0E+00"),
            share: number("0.0%"),
            nearly_all: quoted(locale.share(0.9999)).set_align(FormatAlign::Right),
            nearly_none: quoted(locale.share(0.0001)).set_align(FormatAlign::Right),
            money: number("#,##0.00"),
            duration: number("[h]:mm:ss"),
            hours: number("#,##0.00"),
            instant: number("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left).set_indent(1),
            date: number("yyyy-mm-dd").set_align(FormatAlign::Left).set_indent(1),
            month: number("yyyy-mm").set_align(FormatAlign::Left).set_indent(1),
        }
    }

    /// The format of a number.
    pub fn number(&self, shown: Shown) -> &Format {
        match shown {
            Shown::Count => &self.count,
            Shown::Number(decimals) => &self.numbers[decimals.min(MAX_DECIMALS)],
            Shown::Small => &self.small,
            Shown::Share => &self.share,
            Shown::NearlyAll => &self.nearly_all,
            Shown::NearlyNone => &self.nearly_none,
            Shown::Money => &self.money,
            Shown::Duration => &self.duration,
            Shown::Hours => &self.hours,
            Shown::Instant => &self.instant,
            Shown::Date => &self.date,
            Shown::Month => &self.month,
        }
    }

    /// The format of a status in words.
    pub fn status(&self, tone: Tone) -> Format {
        match tone {
            Tone::Good => &self.good,
            Tone::Bad => &self.bad,
            Tone::Neutral => &self.wrapped,
        }
        .clone()
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_indent(1)
        .set_text_wrap()
    }
}

/// Landscape A4 with title, sheet and page numbers, for so many digits across.
///
/// What fits a page stays as it is: some programs would enlarge it.
pub fn page(sheet: &mut Worksheet, report: &Report, width: usize) {
    // A header holds 255 characters, and doubled ampersands count.
    let title = for_header(&report.title, 90);
    sheet
        .set_paper_size(A4)
        .set_landscape()
        // Over, then down: the parts of a row follow each other.
        .set_page_order(true)
        .set_margins(0.4, 0.4, 0.75, 0.6, 0.3, 0.3)
        .set_header(format!("&L{title}&R&A"))
        .set_footer(format!("&R{}", phrase!(report.locale, "Page &P of &N")));
    if width > FULL_PAGE {
        sheet.set_print_fit_to_pages(width.div_ceil(SMALL_PAGE).min(20) as u16, 0);
    }
}
