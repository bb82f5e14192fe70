//! What a screen reader relies on, looked for in the markup of a page.

use std::collections::BTreeSet;

/// The opening tags of that name, each with what follows up to its end.
fn elements<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    page.match_indices(&open)
        .map(|(at, _)| &page[at..])
        .filter(|rest| rest[open.len()..].starts_with([' ', '>', '\n']))
        .map(|rest| rest.split_once(close.as_str()).map_or(rest, |(element, _)| element))
        .collect()
}

/// With or without quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (tag, _) = tag.split_once('>')?;
    let sign = format!("{name}=");
    let at = tag.match_indices(&sign).find(|(at, _)| tag[..*at].ends_with([' ', '\n']))?.0;
    let value = &tag[at + sign.len()..];
    Some(match value.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => value.split([' ', '\n', '/']).next()?,
    })
}

/// Panics with what is missing.
pub fn check(page: &str) {
    // Scripts and styles hold no markup.
    let body = page.split_once("<body>").expect("a body").1;
    let body = body.split_once("<script").map_or(body, |(body, _)| body);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en-GB\">"));
    assert_eq!(elements(body, "h1").len(), 1, "one h1");
    assert_eq!(elements(body, "main").len(), 1, "one main");
    assert!(body.contains("class=\"skip\" href=\"#content\""));
    assert!(!body.contains(" style=") && !body.contains(" onclick="));

    let mut ids = BTreeSet::new();
    let tags = || body.split('<').skip(1);
    for id in tags().filter_map(|tag| attribute(tag, "id")) {
        assert!(ids.insert(id), "the id `{id}` is used twice");
        assert!(!id.is_empty() && !id.contains(char::is_whitespace), "id `{id}`");
    }
    for tag in tags() {
        for id in attribute(tag, "aria-labelledby").into_iter().flat_map(|list| list.split(' ')) {
            assert!(ids.contains(id), "`{id}` is no id");
        }
        if let Some(id) = attribute(tag, "href").and_then(|href| href.strip_prefix('#')) {
            assert!(ids.contains(id), "`#{id}` leads nowhere");
        }
    }
    for svg in elements(body, "svg") {
        assert_eq!(attribute(svg, "role"), Some("img"));
        let named = |tag: &str| elements(svg, tag).iter().any(|found| !found.ends_with('>'));
        assert!(named("title") && named("desc"), "{svg}");
    }
    for table in elements(body, "table") {
        assert!(table.contains("<caption>"), "{table}");
        assert!(elements(table, "th").iter().all(|th| attribute(th, "scope").is_some()), "{table}");
    }
    for figure in elements(body, "figure") {
        assert!(figure.contains("<figcaption>"), "{figure}");
    }
    for nav in elements(body, "nav") {
        assert!(attribute(nav, "aria-label").is_some(), "{nav}");
    }
    for section in elements(body, "section") {
        assert!(attribute(section, "aria-labelledby").is_some(), "{section}");
    }
    for label in ["input", "button", "summary"] {
        assert!(elements(body, label).iter().all(|found| !found.ends_with('>') || label == "input"));
    }
    // Headings never skip a level.
    let mut level = 0;
    for tag in tags() {
        let next = match tag.as_bytes() {
            [b'h', digit @ b'1'..=b'6', b' ' | b'>', ..] => digit - b'0',
            _ => continue,
        };
        assert!(next <= level + 1, "h{next} after h{level}");
        level = next;
    }
}
