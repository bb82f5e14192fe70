//! What plotters can't write: name and description for readers who can't see
//! the figure, the page's text colour, dashes, short numbers.

use super::WIDTH;
use super::colour::{GRID, INK, INNER, LEADER, MUTED, ON_TINT, OUTER, TARGET};
use crate::paper::Figure;
use crate::paper::format;
use plotters::style::RGBColor;

/// The SVG of plotters as an element for a page or a file.
pub fn finish(raw: &str, figure: &Figure, id_prefix: &str, height: u32) -> String {
    let id: String =
        id_prefix.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let title = escaped(&figure.title);
    let description = escaped(&figure.description);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"{id}-t {id}-d\" font-family=\"report, Atkinson Hyperlegible Next, sans-serif\">\n\
         <title id=\"{id}-t\">{title}</title>\n<desc id=\"{id}-d\">{description}</desc>\n"
    );
    let body = raw.split_once('>').map_or("", |(_, body)| body);
    for (at, part) in body.split('<').enumerate() {
        if at == 0 {
            continue;
        }
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        out.push('<');
        rewrite(tag, &mut out);
        out.push('>');
        out.push_str(text.trim());
        if !tag.starts_with("text") {
            out.push('\n');
        }
    }
    out
}

/// Text between tags or quotes.
pub fn escaped(text: &str) -> String {
    format::plain(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn rewrite(tag: &str, out: &mut String) {
    let is_closed = tag.ends_with('/');
    let tag = tag.trim_end_matches('/').trim_end();
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    out.push_str(name);
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"').unwrap_or((after, ""));
        attribute(key.trim(), value.trim(), out);
        rest = next;
    }
    if is_closed {
        out.push('/');
    }
}

fn attribute(key: &str, value: &str, out: &mut String) {
    let text = match key {
        "opacity" if value == "1" => return,
        "font-family" => return,
        "stroke" if value == "none" => return,
        "stroke-width" if value == "1" => return,
        "fill" | "stroke" => paint(key, value),
        "points" => format!("points=\"{}\"", rounded(value)),
        _ => format!("{key}=\"{}\"", rounded(value)),
    };
    out.push(' ');
    out.push_str(&text);
}

fn paint(key: &str, value: &str) -> String {
    let hex = |RGBColor(r, g, b): RGBColor| format!("#{r:02X}{g:02X}{b:02X}");
    if value == hex(INK) {
        format!("{key}=\"currentColor\"")
    } else if value == hex(MUTED) {
        format!("{key}=\"currentColor\" {key}-opacity=\"0.78\"")
    } else if value == hex(GRID) {
        format!("{key}=\"currentColor\" {key}-opacity=\"0.16\"")
    } else if value == hex(TARGET) {
        format!("{key}=\"currentColor\" stroke-dasharray=\"12 9\"")
    } else if value == hex(LEADER) {
        format!("{key}=\"currentColor\" {key}-opacity=\"0.6\" stroke-dasharray=\"2 6\"")
    } else if value == hex(OUTER) {
        format!("{key}=\"currentColor\" {key}-opacity=\"0.6\"")
    } else if value == hex(INNER) {
        format!("{key}=\"currentColor\" {key}-opacity=\"0.6\" stroke-dasharray=\"8 6\"")
    } else if value == hex(ON_TINT) {
        // The page's halo around text would hide the tint.
        format!("{key}=\"currentColor\" class=\"tinted\"")
    } else {
        format!("{key}=\"{value}\"")
    }
}

/// The text with every number cut to two decimals.
fn rounded(text: &str) -> String {
    let round = |token: &str| match token.parse::<f64>() {
        Ok(number) if token.contains('.') => {
            format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => token.to_owned(),
    };
    text.split(' ')
        .map(|pair| pair.split(',').map(round).collect::<Vec<_>>().join(","))
        .collect::<Vec<_>>()
        .join(" ")
}
