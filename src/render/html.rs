//! The page: one file that works from a disk, without network or script, and
//! prints.
//!
//! Leaves out on purpose every decision about numbers: words and values come
//! with the report, this module only escapes and arranges them.

mod base64;
mod budget;
mod cells;
mod details;
mod fit;
mod index;
mod links;
mod view;
mod words;

use std::collections::BTreeSet;

use chrono_tz::Tz;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paper::Report;
use crate::paper::index::IndexEntry;
use crate::paper::locale::{Locale, phrase};

/// For whom values are written.
#[derive(Debug, Clone, Copy)]
struct Reader {
    /// Of instants.
    zone: Tz,
    locale: Locale,
}

const FRAME: &str = include_str!("assets/frame.html.j2");
const PAGE: &str = include_str!("assets/page.html.j2");
const INDEX: &str = include_str!("assets/index.html.j2");
const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/script.js");
const INDEX_SCRIPT: &str = include_str!("assets/index.js");
const REGULAR: &[u8] = include_bytes!("assets/fonts/report-Regular.woff2");
const BOLD: &[u8] = include_bytes!("assets/fonts/report-Bold.woff2");

/// `index.html` of a report, complete.
///
/// # Errors
/// A link that leads out of the results, or an unknown time zone.
pub fn page(report: &Report) -> Result<String, String> {
    let page = view::page(report)?;
    let style = style(&page.looks, &page.paper_css, report.locale);
    rendered(PAGE, &page, style, SCRIPT, Some(words::island(report.locale)?), report.locale)
}

/// `index.html` of all reports, complete: `entries` newest first.
///
/// # Errors
/// A link that leads out of the results.
pub fn index(entries: &[IndexEntry], locale: Locale) -> Result<String, String> {
    let style = style(&BTreeSet::new(), "", locale);
    rendered(INDEX, &index::index(entries, locale)?, style, INDEX_SCRIPT, None, locale)
}

/// A template's page.
///
/// The content security policy names the hashes of the page's own style and
/// script, so that nothing from an export could ever run.
fn rendered<T: Serialize>(
    template: &str,
    page: &T,
    style: String,
    script: &str,
    words: Option<String>,
    locale: Locale,
) -> Result<String, String> {
    // The words are data, not a script: browsers never run them, so the policy doesn't name them.
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; font-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(script),
        hash(&style)
    );
    let page = Value::from(Serde(page));
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_filter("t", move |english: &str| locale.text(english).to_owned());
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map(|syntax| templates.set_syntax(syntax))
        .and_then(|()| templates.add_template("body.html", template))
        .and_then(|()| templates.add_template("frame.html", FRAME))
        .and_then(|()| templates.get_template("body.html")?.render(context! { page => page.clone() }))
        .and_then(|body| {
            let frame = templates.get_template("frame.html")?;
            frame.render(context! { page, body, policy, style, script, words, lang => locale.tag() })
        })
        .map_err(|error| format!("the page's template: {error:#}"))
}

/// The style sheet, with the rules for one page's columns and for its tables on paper.
fn style(looks: &BTreeSet<(char, usize)>, paper_css: &str, locale: Locale) -> String {
    let face = |weight: u16, font: &[u8]| {
        format!(
            "@font-face{{font-family:report;font-weight:{weight};font-display:block;\
             src:url(data:font/woff2;base64,{}) format(\"woff2\")}}\n",
            base64::encode(font)
        )
    };
    // Style attributes would need a weaker policy, so every length of a bar has
    // a class; and classes of cells would be most of a long list's bytes, so
    // tables have a class for each column that looks like something.
    let bars: String = (0..=100).map(|n| format!(".p{n}{{--p:{n}%}}")).collect();
    let columns: String = LOOKS
        .iter()
        .map(|(letter, rows, cell, rule)| {
            let of = looks.iter().filter(|(look, _)| look == letter);
            let cells: Vec<String> =
                of.map(|(_, nth)| format!(".{letter}{nth}>{rows}>tr>:nth-child({nth}){cell}")).collect();
            if cells.is_empty() { String::new() } else { format!("{}{{{rule}}}\n", cells.join(",")) }
        })
        .collect();
    let page_of = phrase!(
        locale,
        "Page {page} of {pages}",
        page = "\" counter(page) \"",
        pages = "\" counter(pages) \""
    );
    let style = STYLE
        .replace("{page_of}", &page_of)
        .replace("{download}", &phrase!(locale, "Download"))
        .replace("{no_value}", &phrase!(locale, "no value"));
    format!("{}{}{columns}{style}{bars}\n@media print{{{paper_css}}}\n", face(400, REGULAR), face(700, BOLD))
}

/// How columns look: letter, rows, what of their cells, and the rule.
const LOOKS: [(char, &str, &str, &str); 7] = [
    ('n', "*", "", "text-align:right"),
    ('d', "tbody", "", "white-space:nowrap"),
    ('a', "tbody", "", "min-width:var(--word);overflow-wrap:anywhere"),
    ('t', "tbody", "", "min-width:var(--phrase)"),
    ('v', "tbody", "::before", "display:inline-block;width:1.2em"),
    ('v', "tbody", ":not([class],:empty)", "color:var(--met-text)"),
    ('v', "tbody", ":not([class],:empty)::before", "content:\"✓\" / \"\""),
];

/// As in a `script-src` or `style-src` of a content security policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::encode(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests;
