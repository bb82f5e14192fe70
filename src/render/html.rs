//! The page: one file that works from a disk, without network or script, and
//! prints.
//!
//! Leaves out on purpose every decision about numbers: words and values come
//! with the report, this module only escapes and arranges them.

mod base64;
mod cells;
mod details;
mod fit;
mod index;
mod links;
mod view;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paper::Report;
use crate::paper::index::IndexEntry;

const FRAME: &str = include_str!("assets/frame.html.j2");
const PAGE: &str = include_str!("assets/page.html.j2");
const INDEX: &str = include_str!("assets/index.html.j2");
const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/script.js");
const REGULAR: &[u8] = include_bytes!("assets/fonts/report-Regular.woff2");
const BOLD: &[u8] = include_bytes!("assets/fonts/report-Bold.woff2");

/// Columns after this one are aligned left, whatever they hold.
const MAX_STYLED: usize = 24;

/// `index.html` of a report, complete.
///
/// # Errors
/// A link that leads out of the results, or an unknown time zone.
pub fn page(report: &Report) -> Result<String, String> {
    let page = view::page(report)?;
    rendered(PAGE, &page, &page.paper_css, SCRIPT)
}

/// `index.html` of all reports, complete: `entries` newest first.
///
/// # Errors
/// A link that leads out of the results.
pub fn index(entries: &[IndexEntry]) -> Result<String, String> {
    rendered(INDEX, &index::index(entries)?, "", "")
}

/// A template's page.
///
/// The content security policy names the hashes of the page's own style and
/// script, so that nothing from an export could ever run.
fn rendered<T: Serialize>(template: &str, page: &T, paper_css: &str, script: &str) -> Result<String, String> {
    let style = style(paper_css);
    let allowed = if script.is_empty() { "'none'".to_owned() } else { format!("'{}'", hash(script)) };
    let policy = format!(
        "default-src 'none'; script-src {allowed}; style-src '{}'; img-src data:; font-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(&style)
    );
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map(|syntax| templates.set_syntax(syntax))
        .and_then(|()| templates.add_template("body.html", template))
        .and_then(|()| templates.add_template("frame.html", FRAME))
        .and_then(|()| templates.get_template("body.html")?.render(context! { page => Serde(page) }))
        .and_then(|body| {
            let frame = templates.get_template("frame.html")?;
            frame.render(context! { page => Serde(page), body, policy, style, script })
        })
        .map_err(|error| format!("the page's template: {error:#}"))
}

/// The style sheet, with the rules for paper of one page's tables.
fn style(paper_css: &str) -> String {
    let face = |weight: u16, font: &[u8]| {
        format!(
            "@font-face{{font-family:report;font-weight:{weight};font-display:block;\
             src:url(data:font/woff2;base64,{}) format(\"woff2\")}}\n",
            base64::encode(font)
        )
    };
    // Style attributes would need a weaker policy, so every width and every
    // column that can be numeric or narrow has a class.
    let widths: String = (0..=100).map(|n| format!(".w{n}{{--w:{n}%}}")).collect();
    let columns = |class: &str, rule: &str| {
        let cells: Vec<String> =
            (1..=MAX_STYLED).map(|n| format!(".{class}{n}>*>tr>:nth-child({n})")).collect();
        format!("{}{{{rule}}}\n", cells.join(","))
    };
    format!(
        "{}{}{STYLE}{}{}{widths}\n@media print{{{paper_css}}}\n",
        face(400, REGULAR),
        face(700, BOLD),
        columns("n", "text-align:right"),
        columns("d", "white-space:nowrap"),
    )
}

/// As in a `script-src` or `style-src` of a content security policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::encode(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests;
