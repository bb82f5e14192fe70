mod access;
mod contrast;
mod details;
mod index;
mod states;

use super::page;
use crate::paper::locale::Locale;
use crate::paper::{
    Block, Card, Cell, Column, Definition, Format, Report, Section, SentenceLink, Table, Tone,
};

fn column(name: &str, format: Format) -> Column {
    Column { name: name.into(), label: format!("Label of {name}"), format, fraction: None }
}

fn table(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Table {
    Table {
        slug: "tickets".into(),
        title: "Tickets".into(),
        question: None,
        notes: None,
        columns,
        total_rows: rows.len(),
        rows,
        is_filterable: true,
        figure: None,
        details: vec![],
    }
}

fn report(table: Table) -> Report {
    let card = Card {
        id: "on_site.attainment".into(),
        label: "On-site".into(),
        value: "94.1%".into(),
        fraction: Some("412 of 438".into()),
        target: None,
        delta: None,
        amounts: Default::default(),
        tone: Tone::Bad,
        status: "target missed".into(),
        spark: vec![Some(0.9), Some(0.94)],
        spark_target: Some(0.95),
        notes: vec![],
    };
    let definition = Definition { term: "Overrun".into(), text: "Elapsed minus limit.".into() };
    Report {
        locale: Locale::EnGb,
        title: "SLA report – <all> contracts".into(),
        header: vec!["Data as of 2026-09-30.".into()],
        time_zone: "Europe/Lisbon".into(),
        folder: None,
        periods: Vec::new(),
        downloads: vec![],
        sections: vec![
            Section {
                id: "verdict".into(),
                title: "Verdict".into(),
                sentences: vec!["One target was missed.".into()],
                links: vec![],
                cards: vec![card],
                blocks: vec![Block::Table(table)],
            },
            Section {
                id: "method".into(),
                title: "Method".into(),
                sentences: vec![],
                links: vec![],
                cards: vec![],
                blocks: vec![Block::Definitions(vec![definition])],
            },
        ],
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// The page of a table with one row of these columns, without line ends.
fn row(columns: Vec<Column>, cells: Vec<Cell>) -> String {
    let page = page(&report(table(columns, vec![cells]))).expect("rendered");
    let (_, body) = page.split_once("<tbody>").expect("a table");
    let (body, _) = body.split_once("</tbody>").expect("its end");
    body.replace('\u{a0}', " ").trim().to_owned()
}

#[test]
fn values_stand_as_on_paper() {
    let mut share = column("attainment", Format::Share);
    share.fraction = Some((2, 3));
    let columns = vec![
        column("ticket", Format::Text),
        share,
        column("kept", Format::Count),
        column("decided", Format::Count),
        column("overrun_s", Format::Duration),
        column("opened_at", Format::Instant),
        column("closed_at", Format::Instant),
        column("verdict", Format::Verdict),
        column("is_open", Format::Bool),
    ];
    let cells = vec![
        text("INC-1"),
        Cell::Float(412.0 / 438.0),
        Cell::Int(412),
        Cell::Int(438),
        Cell::Int(11_100),
        Cell::Int(1_788_440_700),
        Cell::Missing,
        text("at_risk"),
        Cell::Int(1),
    ];
    assert_eq!(
        row(columns, cells),
        "<tr><th\nscope=row>INC-1<td class=p94>94.1% (412 of 438)<td>3 h 05 min<td>2026-09-03 14:05<td>\
         <td class=risk>at risk<td>yes"
    );
}

#[test]
fn hostile_text_is_inert() {
    let attack = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\0";
    let mut hostile = report(table(
        vec![column("subject", Format::Text), column("b", Format::Text)],
        vec![
            vec![text(attack), text(&"W".repeat(40_000))],
            vec![text(&format!("\" {attack}{attack}{attack}")), Cell::Missing],
        ],
    ));
    hostile.title = attack.into();
    hostile.sections[0].sentences = vec![attack.into()];
    hostile.sections[0].cards[0].label = attack.into();
    let page = page(&hostile).expect("rendered");
    assert_eq!(page.matches("<script").count(), 2);
    assert!(!page.contains("<img") && !page.contains('\0') && !page.contains('\u{202e}'));
    assert!(!page.contains(" style="));
    assert!(page.len() < 120_000, "{}", page.len());
}

#[test]
fn captions_count_what_is_printed() {
    let rows = |n: i64| (0..n).map(|i| vec![Cell::Int(i)]).collect::<Vec<_>>();
    let captioned = |n: i64, total: usize| {
        let mut table = table(vec![column("n", Format::Count)], rows(n));
        table.total_rows = total;
        page(&report(table)).expect("rendered")
    };
    assert!(captioned(1, 1).contains("<caption>Tickets <span>1 row</span>"));
    assert!(captioned(12, 12).contains("<caption>Tickets <span>12 rows</span>"));
    assert!(captioned(2, 3_412).contains("showing 2 of 3,412 rows – the rest is in csv"));
    let empty = captioned(0, 0);
    assert!(empty.contains("<p class=\"nothing\">Nothing to show for this period: Tickets.</p>"));
    assert!(!empty.contains("<table"));
}

#[test]
fn the_page_is_one_file_with_a_policy() {
    let report = report(table(vec![column("n", Format::Count)], vec![]));
    let first = page(&report).expect("rendered");
    assert_eq!(first, page(&report).expect("rendered"));
    assert!(first.contains("default-src &#x27;none&#x27;; script-src &#x27;sha256-"));
    for outside in ["src=\"", "@import", "http://", "https://", "<link"] {
        assert!(!first.contains(outside), "{outside}");
    }
    assert_eq!(first.matches("<h1").count(), 1);
    assert!(first.contains("<html lang=\"en-GB\">"));
    assert!(first.contains("<dt>Overrun<dd>Elapsed minus limit."));
    assert!(super::SCRIPT.len() < 25_000 && !super::SCRIPT.contains('\r'));
}

#[test]
fn an_unknown_zone_is_an_error() {
    let mut report = report(table(vec![], vec![]));
    report.time_zone = "Mars/Olympus".into();
    assert_eq!(page(&report).expect_err("refused"), "unknown time zone `Mars/Olympus`");
}

/// As `row`, for a list that is long enough to be lean.
fn list(columns: Vec<Column>, cells: &[Cell], rows: usize) -> String {
    page(&report(table(columns, vec![cells.to_vec(); rows]))).expect("rendered")
}

#[test]
fn a_row_of_a_list_weighs_little_more_than_its_text() {
    let names = ["ticket_id", "clock", "severity", "site"];
    let mut columns: Vec<Column> = names.iter().map(|name| column(name, Format::Text)).collect();
    columns.extend(["opened_at", "due_at"].map(|name| column(name, Format::Instant)));
    columns.extend(["elapsed_s", "limit_s"].map(|name| column(name, Format::Duration)));
    columns.push(column("verdict", Format::Verdict));
    columns.push(column("reason", Format::Text));
    let texts = ["INC0010606", "resolution", "3 - Moderate", "Location 59"];
    let mut cells: Vec<Cell> = texts.iter().map(|own| text(own)).collect();
    cells.extend([1_788_440_700, 1_788_440_700, 2_365_920, 552_600].map(Cell::Int));
    cells.extend([text("met"), Cell::Missing]);
    // Nothing is alike in all rows.
    let few = list(columns.clone(), &cells, 2).len();
    let mut other = table(columns, vec![cells.clone(); 1_002]);
    for at in [1, 2, 3, 9] {
        other.rows[0][at] = text("x");
    }
    let many = page(&report(other)).expect("rendered").len();
    let shown = "INC0010606 resolution 3 - Moderate Location 59 2026-09-03 14:05 2026-09-03 14:05 657.2 h 153.5 h met";
    let row = (many - few) / 1_000;
    // `<td>` for each, and what makes the first a heading.
    assert!(row <= shown.len() + 10 * "<td>".len() + 20, "{row} bytes for {}", shown.len());
    // 20,000 such rows and all else are within 5 MB.
    assert!(row * 20_000 < 3_600_000, "{row}");
}

#[test]
fn columns_that_are_alike_are_said_once() {
    let columns = ["ticket_id", "coverage", "customer"].map(|name| column(name, Format::Text)).to_vec();
    let cells = [text("INC-1"), text("not <judged>"), Cell::Missing];
    let long = list(columns.clone(), &cells, 10);
    assert!(long.contains(
        "The same in every row: <span data-c=\"coverage\" data-v=\"not &lt;judged&gt;\">\
         Label of coverage not &lt;judged&gt;</span>."
    ));
    assert!(long.contains("Without a value in any row: <span data-c=\"customer\">Label of customer</span>."));
    assert_eq!(long.matches("scope=\"col\"").count(), 1);
    let short = list(columns, &cells, 9);
    assert_eq!(short.matches("scope=\"col\"").count(), 3);
    assert_eq!(short.matches("<td>not &lt;judged&gt;<td>").count(), 9);
    assert!(!short.contains("in every row") && !short.contains("in any row"));
}

#[test]
fn columns_of_nothing_but_0_are_said_once_where_a_table_is_wide() {
    let columns = |n: usize| (0..n).map(|at| column(&format!("c{at}"), Format::Count)).collect::<Vec<_>>();
    let mut cells = vec![Cell::Int(3); 7];
    cells[1] = Cell::Int(0);
    let wide = list(columns(7), &cells, 2);
    let said = "The same in every row: <span data-c=\"c1\" data-v=\"0\">Label of c1 0</span>.";
    assert!(wide.contains(said));
    assert_eq!(wide.matches("scope=\"col\"").count(), 6);
    let narrow = list(columns(6), &cells[..6], 2);
    assert!(!narrow.contains("in every row") && narrow.matches("scope=\"col\"").count() == 6);
}

#[test]
fn tables_without_a_row_are_one_line() {
    let mut report = report(table(vec![column("n", Format::Count)], vec![vec![Cell::Int(1)]]));
    for (slug, title) in [("bursts", "Bursts: many, one"), ("units", "Units <b>")] {
        let mut empty = table(vec![column("n", Format::Count)], vec![]);
        empty.slug = slug.into();
        empty.title = title.into();
        empty.notes = Some("What it would mean.".into());
        report.sections[0].blocks.insert(0, Block::Table(empty));
    }
    let link = SentenceLink { sentence: 0, table: "bursts".into(), filters: vec![] };
    report.sections[0].links = vec![link];
    let page = page(&report).expect("rendered");
    access::check(&page);
    let said =
        "<p class=\"nothing\">Nothing to show for this period: Units &lt;b&gt;; Bursts: many, one.</p>";
    assert!(page.contains(said));
    for gone in ["t-bursts", "What it would mean.", "csv/units"] {
        assert!(!page.contains(gone), "{gone}");
    }
}

#[test]
fn what_stands_between_backticks_is_code() {
    let mut table = table(vec![column("n", Format::Text)], vec![vec![text("`a`")]]);
    table.notes = Some("See `sla <b>`.".into());
    let mut report = report(table);
    report.sections[0].sentences = vec!["One ` alone.".into(), "`A` or `b`".into()];
    let page = page(&report).expect("rendered");
    for said in ["See <code>sla &lt;b&gt;</code>. <a", ">One ` alone.<", "><code>A</code> or <code>b</code><"]
    {
        assert!(page.contains(said), "{said}");
    }
    // What an export says stays as it is.
    assert!(page.contains("scope=row>`a`"));
}

#[test]
fn columns_past_any_number_have_their_look() {
    let columns: Vec<Column> = (0..40).map(|_| column("n", Format::Count)).collect();
    let page = page(&report(table(columns, vec![vec![Cell::Int(1); 40]]))).expect("rendered");
    assert!(page.contains(".n40>*>tr>:nth-child(40){text-align:right}"));
    assert!(!page.contains(".v1>"));
}

#[test]
fn attributes_without_quotes_hold_nothing_of_an_export() {
    let (_, hostile) = states::all().into_iter().find(|(name, _)| *name == "hostile").expect("made up");
    let page = page(&hostile).expect("rendered");
    let body = page.split_once("<body>").expect("a body").1.split_once("<script").expect("a script").0;
    for tag in body.split('<').filter_map(|part| Some(part.split_once('>')?.0)) {
        for (at, _) in tag.match_indices('=').filter(|(at, _)| tag[..*at].matches('"').count() % 2 == 0) {
            let value = tag[at + 1..].split([' ', '\n']).next().unwrap_or_default();
            let is_word = value.chars().all(|c| c.is_ascii_alphanumeric() || "#-/".contains(c));
            assert!(value.starts_with('"') || (is_word && value.len() < 20), "{tag}");
        }
    }
}

#[test]
fn a_page_is_never_too_big_to_send() {
    let columns = ["ticket_id", "summary"].map(|name| column(name, Format::Text));
    let columns = [&columns[..], &[column("verdict", Format::Verdict)]].concat();
    let row = |n: usize| {
        let verdict = if n.is_multiple_of(10) { "running" } else { "met" };
        vec![text(&format!("INC-{n}")), text(&"</td> & so on ".repeat(20)), text(verdict)]
    };
    let whole = page(&report(table(columns.clone(), (0..500).map(row).collect()))).expect("rendered");
    assert!(whole.contains("<span>500 rows</span>") && !whole.contains("data-total="));
    let cut = page(&report(table(columns, (0..20_000).map(row).collect()))).expect("rendered");
    assert!(cut.len() < 5_000_000, "{}", cut.len());
    assert!(cut.contains(" of 20,000 rows – the rest is in csv") && cut.contains("data-total=\"20000\""));
    assert_eq!(cut.matches("class=going").count(), 2_000);
}
