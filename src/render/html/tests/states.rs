//! The states that a page must be good in, made up.

use super::{access, column, report, table, text};
use crate::paper::Block;
use crate::paper::locale::Locale;
use crate::paper::{
    Card, Cell, ChartKind, Column, Download, Figure, Format, OtherPeriod, Report, Section, SentenceLink,
    Series, Table, Tone,
};
use crate::render::html::page;

pub const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(1)>=HYPERLINK(\"https://x\")@SUM\u{202e}\0#panic";

pub fn card(value: &str, tone: Tone, status: &str, spark: &[Option<f64>], target: Option<f64>) -> Card {
    Card {
        amounts: Default::default(),
        id: "on_site.attainment".into(),
        label: "On-site kept".into(),
        value: value.into(),
        fraction: None,
        target: target.map(|_| "target ≥ 95%".into()),
        delta: None,
        tone,
        status: status.into(),
        spark: spark.to_vec(),
        spark_target: target,
        notes: vec!["0 undecided".into()],
    }
}

pub fn tickets(rows: Vec<Vec<Cell>>) -> Table {
    let mut attainment = column("attainment", Format::Share);
    attainment.fraction = Some((2, 3));
    table(
        vec![
            column("ticket_id", Format::Text),
            attainment,
            column("kept", Format::Count),
            column("decided", Format::Count),
            column("verdict", Format::Verdict),
            column("overrun_s", Format::Duration),
        ],
        rows,
    )
}

fn row(id: &str, kept: i64, of: i64, verdict: &str) -> Vec<Cell> {
    vec![
        text(id),
        Cell::Float(kept as f64 / of as f64),
        Cell::Int(kept),
        Cell::Int(of),
        text(verdict),
        Cell::Int(60),
    ]
}

fn figure(names: &[&str], values: &[Option<f64>], target: Option<f64>) -> Figure {
    Figure {
        locale: Locale::EnGb,
        panels: Vec::new(),
        spans: Vec::new(),
        kind: ChartKind::Line,
        title: "On-site kept by month".into(),
        description: "One line over the months.".into(),
        x_label: String::new(),
        y_label: "Attainment".into(),
        unit: "%".into(),
        categories: names.iter().map(|name| (*name).to_owned()).collect(),
        series: vec![Series { name: "On-site".into(), values: values.to_vec() }],
        points: vec![],
        target,
    }
}

fn with(sentence: &str, card: Card, table: Table) -> Report {
    let mut report = report(table);
    report.sections[0].sentences = vec![sentence.into()];
    report.sections[0].cards = vec![card];
    report.folder = Some("2026-09".into());
    report.downloads = vec![Download { label: "Excel".into(), href: "sla-pack.xlsx".into() }];
    report
}

/// A report in each state.
pub fn all() -> Vec<(&'static str, Report)> {
    let months = ["2026-08", "2026-09"];
    let full = [Some(1.0), Some(1.0)];
    let one = |value: Option<f64>, verdict: &str| {
        let mut table = tickets(vec![row("INC-1", i64::from(verdict == "met"), 1, verdict)]);
        table.figure = Some(figure(&["2026-09"], &[value], Some(0.95)));
        table
    };
    let mut all_met = tickets((1..=30).map(|n| row(&format!("INC-{n}"), n, n, "met")).collect());
    all_met.figure = Some(figure(&months, &full, Some(0.95)));
    let mut all_missed = tickets((1..=30).map(|n| row(&format!("INC-{n}"), 0, n, "breached")).collect());
    all_missed.figure = Some(figure(&months, &[Some(0.0), Some(0.0)], Some(0.95)));
    let mut no_target = tickets(vec![row("K-1", 8, 10, "met"), row("K-2", 9, 10, "met")]);
    no_target.figure = Some(figure(&months, &[Some(0.8), Some(0.9)], None));
    let long = "Companhia Intercontinental de Transportes Ferroviários e Rodoviários ".repeat(3);
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let mut names = with(
        &long,
        card("94.1%", Tone::Bad, &long, &[], Some(0.95)),
        tickets(vec![row(&long, 1, 2, "late"), row(word, 1, 2, "met"), row("INC-3", 1, 2, "paused")]),
    );
    names.title = format!("SLA report – {long}– September 2026");
    names.sections[1].title.clone_from(&long);
    let mut missing = with("One.", card("1", Tone::Neutral, "few", &[], None), tickets(vec![]));
    for (id, title) in [("faults", "Recurring faults"), ("volumes", "Volumes")] {
        missing.sections.push(Section {
            id: id.into(),
            title: title.into(),
            sentences: vec![],
            links: vec![],
            cards: vec![],
            blocks: vec![Block::Definitions(vec![])],
        });
    }
    let wide: Vec<Column> = (0..30)
        .map(|n| {
            let mut column = column("c", Format::Count);
            column.label = format!("Column {n}");
            column
        })
        .collect();
    let mut many = table(wide, vec![(0..30).map(|n| Cell::Int(n * 1_000_000)).collect(); 40]);
    many.slug = "wide".into();
    vec![
        (
            "empty",
            with(
                "Nothing was decided in September 2026.",
                card("–", Tone::Neutral, "nothing decided", &[None, None], Some(0.95)),
                tickets(vec![]),
            ),
        ),
        (
            "one",
            with(
                "Only 1 On-site clock was decided in September 2026: the percentage is indicative.",
                card("100.0%", Tone::Neutral, "indicative: 1 decided", &[Some(1.0)], Some(0.95)),
                one(Some(1.0), "met"),
            ),
        ),
        (
            "all_met",
            with(
                "All 1 attainment targets were met.",
                card("100.0%", Tone::Good, "target met", &full, Some(0.95)),
                all_met,
            ),
        ),
        (
            "all_missed",
            with(
                "1 of 1 attainment targets was missed.",
                card("0.0%", Tone::Bad, "target missed by 29 tickets", &[Some(0.0), Some(0.0)], Some(0.95)),
                all_missed,
            ),
        ),
        (
            "no_target",
            with(
                "No attainment target could be judged.",
                card("85.0%", Tone::Neutral, "no attainment target", &[Some(0.8), Some(0.9)], None),
                no_target,
            ),
        ),
        (
            "one_contract",
            with(
                "One contract.",
                card("1", Tone::Good, "met", &[], None),
                tickets(vec![row("K-1", 8, 10, "met")]),
            ),
        ),
        ("long_names", names),
        ("missing", missing),
        ("wide", with("Wide.", card("1", Tone::Good, "met", &[], None), many)),
        ("hostile", hostile()),
    ]
}

fn hostile() -> Report {
    let huge = "W".repeat(40_000);
    let mut table = tickets(vec![row(HOSTILE, 1, 2, HOSTILE), row(&huge, 1, 2, &huge)]);
    table.title = HOSTILE.into();
    table.question = Some(HOSTILE.into());
    table.notes = Some(HOSTILE.into());
    table.columns[0].label = HOSTILE.into();
    table.figure = Some(figure(&[HOSTILE, "b", "c"], &[Some(0.5), Some(0.6), Some(0.7)], Some(0.95)));
    if let Some(figure) = &mut table.figure {
        figure.title = HOSTILE.into();
        figure.description = HOSTILE.into();
        figure.series[0].name = HOSTILE.into();
    }
    let mut report = with(HOSTILE, card(HOSTILE, Tone::Bad, HOSTILE, &[Some(0.5)], None), table);
    report.title = HOSTILE.into();
    report.header = vec![HOSTILE.into()];
    report.folder = Some(HOSTILE.into());
    report.downloads[0].label = HOSTILE.into();
    report.sections[1].title = HOSTILE.into();
    report
}

#[test]
fn every_state_is_accessible_without_a_script() {
    for (name, report) in all() {
        let page = page(&report).unwrap_or_else(|error| panic!("{name}: {error}"));
        access::check(&page);
        // All is there; what only a script can serve is hidden until it says so.
        let body = page.split_once("<body>").expect("a body").1.split_once("<script").expect("a script").0;
        assert!(body.contains("id=\"verdict\"") && body.contains("id=\"method\""), "{name}");
        for part in body.split('<').filter(|part| part.contains("hidden") && !part.contains("aria-hidden")) {
            let is_tool = ["class=\"tools\"", "id=\"filters\"", "class=\"filter\"", "class=\"more\""];
            assert!(is_tool.iter().any(|class| part.contains(class)), "{name}: {part}");
        }
        assert_eq!(page, super::page(&report).expect("again"), "{name}");
    }
}

#[test]
fn hostile_text_is_only_text() {
    let page = page(&hostile()).expect("rendered");
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    for bad in ["<img", "\0", "\u{202e}", "href=\"https:", " onerror=\""] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(
        page.contains("=HYPERLINK(&quot;https://x&quot;)")
            || page.contains("=HYPERLINK(&quot;https:&#x2f;&#x2f;x&quot;)")
    );
    assert!(page.len() < 160_000, "{}", page.len());
}

#[test]
fn sections_without_content_are_named_not_shown() {
    let (_, missing) = all().into_iter().find(|(name, _)| *name == "missing").expect("made up");
    let page = page(&missing).expect("rendered");
    assert!(page.contains("Not in this report, as there is nothing to show: Recurring faults, Volumes."));
    assert!(!page.contains("id=\"faults\"") && !page.contains("#faults"));
}

#[test]
fn links_lead_to_files_of_the_results() {
    let (_, report) = all().into_iter().next().expect("made up");
    let page = page(&report).expect("rendered");
    assert!(page.contains("<a href=\"..&#x2f;index.html#r-2026-09\">All periods</a>"));
    assert!(page.contains("<a href=\"sla-pack.xlsx\">Excel</a>"));
    for bad in ["javascript:alert(1)", "https://example.org", "//example.org"] {
        let mut report = report.clone();
        report.downloads[0].href = bad.into();
        super::page(&report).expect_err(bad);
    }
}

#[test]
fn other_periods_are_found_by_way_of_the_list() {
    let (_, mut report) = all().into_iter().next().expect("made up");
    assert!(!page(&report).expect("rendered").contains("Other periods"));
    report.periods = [("August 2026", "2026-08"), ("September 2026", "2026-09")]
        .map(|(label, name)| OtherPeriod { label: label.into(), name: name.into() })
        .to_vec();
    let page = page(&report).expect("rendered");
    access::check(&page);
    assert!(page.contains("<a href=\"..&#x2f;index.html?open#r-2026-08\">August 2026</a>"));
    assert!(page.contains("<b aria-current=\"page\">September 2026</b>"));
}

#[test]
fn a_page_alone_leads_to_no_list() {
    let (_, mut report) = all().into_iter().next().expect("made up");
    report.folder = None;
    assert!(!page(&report).expect("rendered").contains("All periods"));
}

#[test]
fn wide_tables_are_stacked_on_paper_only() {
    let (_, report) = all().into_iter().find(|(name, _)| *name == "wide").expect("made up");
    let page = page(&report).expect("rendered");
    assert!(page.contains("stack s1\""));
    let (_, rules) = page.split_once("@media print{.s1>*>tr{grid-template-columns:").expect("rules");
    assert!(rules.starts_with("minmax(0,"));
}

#[test]
fn paper_has_a_heat_map_without_its_table() {
    let drawn = |kind: ChartKind| {
        let mut table = tickets(vec![row("K-1", 8, 10, "met"), row("K-2", 9, 10, "met")]);
        let mut own = figure(&["a", "b"], &[Some(0.8), Some(0.9)], None);
        own.kind = kind;
        table.figure = Some(own);
        page(&report(table)).expect("rendered")
    };
    let said = "<p class=\"printed\">On paper: the chart only; its table is in csv&#x2f;tickets.csv.</p>";
    let heat_map = drawn(ChartKind::Heatmap);
    assert!(heat_map.contains(said) && heat_map.contains("<div class=\"scroll tall drawn\""));
    let line = drawn(ChartKind::Line);
    assert!(!line.contains("class=\"printed\"") && line.contains("<div class=\"scroll tall\""));
}

#[test]
fn a_sentence_leads_to_its_rows() {
    let (_, mut report) = all().into_iter().find(|(name, _)| *name == "all_missed").expect("made up");
    let link = |table: &str| SentenceLink {
        sentence: 0,
        table: table.into(),
        filters: vec![("status".into(), "missed".into()), ("site".into(), HOSTILE.into())],
    };
    report.sections[0].links = vec![link("tickets")];
    let page = super::page(&report).expect("rendered");
    access::check(&page);
    assert!(page.contains("<a href=\"#t-tickets\" data-filter=\"status=missed&amp;site=%3C%2Fscript%3E"));
    // A table that isn't there is no place to go to.
    report.sections[0].links = vec![link("none")];
    assert!(!super::page(&report).expect("rendered").contains("<a href=\"#t-none"));
}
