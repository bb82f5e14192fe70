use super::access;
use super::states::HOSTILE;
use crate::paper::Tone;
use crate::paper::index::{IndexEntry, IndexFigure};
use crate::paper::locale::Locale;
use crate::render::html::index;

fn figure(id: &str, value: &str, share: Option<f64>) -> IndexFigure {
    IndexFigure {
        id: id.into(),
        label: format!("Label of {id}"),
        value: value.into(),
        fraction: share.map(|_| "7 of 10".into()),
        share,
        target: Some(0.9),
        tone: Tone::Bad,
        status: "target missed by 2".into(),
    }
}

fn entry(name: &str, figures: Vec<IndexFigure>) -> IndexEntry {
    IndexEntry {
        label: name.into(),
        href: format!("{name}/index.html"),
        subject: "all contracts".into(),
        sentences: vec![format!("Verdict of {name}.")],
        own_reports: vec![("Board & co".into(), format!("{name}/board.html"))],
        figures,
    }
}

#[test]
fn every_report_has_a_row_and_the_newest_its_figures() {
    let entries = [
        entry("2026-09", vec![figure("on_site", "70.0%", Some(0.7))]),
        entry("2026-08", vec![figure("on_site", "90.0%", Some(0.9)), figure("older", "1", None)]),
    ];
    let page = index(&entries, Locale::EnGb).expect("rendered");
    access::check(&page);
    assert!(page.contains("script-src &#x27;sha256-") && page.matches("<script>").count() == 1);
    assert!(page.contains("<a href=\"2026-09&#x2f;board.html\">Board &amp; co</a>"));
    assert!(page.contains("<title>SLA reports – all contracts</title>"));
    assert!(page.contains("newest first <span>2 reports</span>"));
    assert_eq!(page.matches("<th scope=\"row\">").count(), 2);
    assert!(page.contains("Verdict of 2026-08."));
    // What one of them doesn't have is a gap, not a shift.
    assert!(page.contains("<td class=\"m\">–<i>no value</i>"));
    assert!(page.contains("<desc>Oldest first: 90.0%, 70.0%; target 90.0%</desc>"));
}

#[test]
fn an_empty_list_and_a_hostile_one() {
    let empty = index(&[], Locale::EnGb).expect("rendered");
    access::check(&empty);
    assert!(empty.contains("No report has been made yet."));
    let mut hostile = entry("2026-09", vec![figure("a", HOSTILE, None)]);
    hostile.label = HOSTILE.into();
    hostile.subject = HOSTILE.into();
    hostile.sentences = vec![HOSTILE.into(), "W".repeat(40_000)];
    let page = index(std::slice::from_ref(&hostile), Locale::EnGb).expect("rendered");
    access::check(&page);
    assert!(page.matches("<script").count() == 1 && !page.contains("<img") && !page.contains('\0'));
    hostile.href = "javascript:alert(1)".into();
    index(&[hostile], Locale::EnGb).expect_err("a script");
}
