//! The reports that a folder holds: the list of all.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::told;
use crate::paper::index::IndexEntry;
use crate::paper::locale::Locale;
use crate::paper::summary::Summary;
use crate::render;

/// One folder with a report.
struct Listed {
    /// RFC 3339, UTC; empty if the summary is of an unknown version.
    from: String,
    name: String,
    entry: IndexEntry,
}

/// Every report of the folder, oldest first.
fn listed(out: &Path, locale: Locale) -> Vec<Listed> {
    let Ok(folders) = fs::read_dir(out) else {
        return Vec::new();
    };
    let names = folders.filter_map(|folder| folder.ok()?.file_name().into_string().ok());
    let mut found: Vec<Listed> = names
        .filter(|name| !name.starts_with('.'))
        .filter_map(|name| {
            let text = fs::read_to_string(out.join(&name).join("summary.json")).ok()?;
            let href = format!("{name}/index.html");
            Some(match serde_json::from_str::<Summary>(&text) {
                Ok(summary) => Listed {
                    from: summary.period.from.clone(),
                    entry: IndexEntry { href, ..IndexEntry::of(&summary, locale) },
                    name,
                },
                Err(_) => Listed { from: String::new(), entry: bare(&name, href), name },
            })
        })
        .collect();
    found.sort_by(|a, b| (&a.from, &a.name).cmp(&(&b.from, &b.name)));
    found
}

/// A report of which only the folder can be told.
fn bare(name: &str, href: String) -> IndexEntry {
    IndexEntry {
        label: name.to_owned(),
        href,
        subject: String::new(),
        sentences: Vec::new(),
        own_reports: Vec::new(),
        figures: Vec::new(),
    }
}

/// Renews the list of all reports, and what is the latest.
///
/// # Errors
/// What the system says.
pub fn index(out: &Path, latest: &str, locale: Locale) -> Result<(), String> {
    let entries: Vec<IndexEntry> = listed(out, locale).into_iter().rev().map(|listed| listed.entry).collect();
    let page = render::html::index(&entries, locale)?;
    let latest = json!({ "period": latest, "path": format!("{latest}/") });
    for (name, text) in [("index.html", page), ("latest.json", format!("{latest}\n"))] {
        let path = out.join(name);
        fs::write(&path, text).map_err(|error| told(&path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_all_reports() {
        let out = tempfile::tempdir().expect("a folder");
        for name in ["old", "2026-08", ".tmp-x"] {
            fs::create_dir(out.path().join(name)).expect("made");
        }
        fs::create_dir(out.path().join("no-report")).expect("made");
        fs::write(out.path().join("old/summary.json"), "{}").expect("written");
        fs::write(out.path().join("2026-08/summary.json"), "not JSON").expect("written");
        index(out.path(), "2026-09", Locale::EnGb).expect("written");
        let page = fs::read_to_string(out.path().join("index.html")).expect("a page");
        assert!(page.contains("2 reports") && page.contains("old&#x2f;index.html"));
        assert!(page.contains("<tr id=\"r-2026-08\">"));
    }
}
