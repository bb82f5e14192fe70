use std::io::{Cursor, Read};

use calamine::{Data, DataType, Range, Reader, Xlsx};
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{EXCEL, Limits, pack, write};
use crate::paper::locale::Locale;
use crate::paper::{
    Amounts, Block, Card, Cell, ChartKind, Column, Definition, Figure, Format, Report, Section, Series,
    Table, Tone,
};

/// 2026-09-30T23:00:00Z, the end of September 2026 in Lisbon.
const END: i64 = 1_790_809_200;

fn column(name: &str, label: &str, format: Format) -> Column {
    Column { name: name.into(), label: label.into(), format, fraction: None }
}

fn table(slug: &str, title: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Table {
    Table {
        details: Vec::new(),
        slug: slug.into(),
        title: title.into(),
        question: Some("What happened?".into()),
        notes: Some("Overrun is elapsed less limit.".into()),
        columns,
        total_rows: rows.len(),
        rows,
        is_filterable: false,
        figure: None,
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// One row of every format.
fn tickets() -> Table {
    let mut columns = vec![
        column("ticket_id", "Ticket", Format::Text),
        column("verdict", "Verdict", Format::Verdict),
        column("attainment", "Attainment", Format::Share),
        column("kept", "Kept", Format::Count),
        column("decided", "Decided", Format::Count),
        column("overrun_s", "Overrun", Format::Duration),
        column("opened_at", "Opened", Format::Instant),
        column("due_on", "Due", Format::Date),
        column("month", "Month", Format::Date),
        column("is_open", "Open", Format::Bool),
        column("fee_amount", "Fee", Format::Money),
        column("p", "P", Format::Number),
    ];
    columns[2].fraction = Some((3, 4));
    let row = vec![
        text("00012"),
        text("at_risk"),
        Cell::Float(0.75),
        Cell::Int(3),
        Cell::Int(4),
        Cell::Int(129_600),
        // 2026-09-03T13:05:30Z.
        Cell::Int(1_788_440_730),
        text("2026-09-05"),
        text("2026-09"),
        Cell::Int(1),
        Cell::Float(1234.5),
        Cell::Float(0.125),
    ];
    let missing = vec![Cell::Missing; columns.len()];
    table("tickets", "Tickets", columns, vec![row, missing])
}

fn figure(kind: ChartKind, unit: &str, categories: &[&str], values: &[f64]) -> Figure {
    Figure {
        locale: Locale::EnGb,
        panels: Vec::new(),
        spans: Vec::new(),
        kind,
        title: "=Attainment".into(),
        description: "In 2026-09: On-site 70.0%.".into(),
        x_label: "Month".into(),
        y_label: "Overrun".into(),
        unit: unit.into(),
        categories: categories.iter().map(|&name| name.into()).collect(),
        series: vec![Series { name: "On-site".into(), values: values.iter().copied().map(Some).collect() }],
        points: Vec::new(),
        target: (kind == ChartKind::Line).then_some(0.9),
    }
}

fn report(tables: &[Table]) -> Report {
    let card = Card {
        id: "on_site.attainment".into(),
        label: "On-site kept".into(),
        value: "70.0%".into(),
        fraction: Some("7 of 10".into()),
        target: Some("target ≥ 90.0%".into()),
        delta: Some("−30.0 pp vs August 2026".into()),
        amounts: Amounts {
            value: Some(0.7),
            is_share: true,
            numerator: Some(7),
            denominator: Some(10),
            delta: Some(-0.3),
        },
        tone: Tone::Bad,
        status: "target missed by 2 tickets".into(),
        spark: Vec::new(),
        spark_target: Some(0.9),
        notes: vec!["16 undecided".into()],
    };
    let definition = Definition { term: "Overrun".into(), text: "Elapsed minus limit.".into() };
    let section = |id: &str, cards, blocks| Section {
        id: id.into(),
        title: id.into(),
        sentences: vec![format!("Sentence of {id}.")],
        links: Vec::new(),
        cards,
        blocks,
    };
    let mut blocks: Vec<Block> = tables.iter().cloned().map(Block::Table).collect();
    blocks.push(Block::Definitions(vec![definition]));
    Report {
        locale: Locale::EnGb,
        folder: None,
        periods: Vec::new(),
        downloads: Vec::new(),
        title: "SLA report – A & B – September 2026".into(),
        header: vec!["Data as of 2026-10-01 00:00 (Europe/Lisbon).".into()],
        time_zone: "Europe/Lisbon".into(),
        sections: vec![section("verdict", vec![card], vec![]), section("method", vec![], blocks)],
    }
}

fn packed(tables: &[Table]) -> Vec<u8> {
    pack(&report(tables), tables.iter().collect(), 20_000, Tz::Europe__Lisbon, END).expect("a workbook")
}

fn open(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).expect("readable")
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    open(bytes).worksheet_range(name).expect("the sheet")
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

fn parts(bytes: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    archive.file_names().map(|name| name.expect("a name").into_owned()).collect()
}

fn words(range: &Range<Data>) -> Vec<String> {
    range.used_cells().filter_map(|(_, _, cell)| cell.get_string().map(str::to_owned)).collect()
}

#[test]
fn values_come_back_as_they_went_in() {
    let bytes = packed(&[tickets()]);
    let range = sheet(&bytes, "Tickets");
    let headers: Vec<String> =
        (0..13).map(|at| range.get((0, at)).and_then(Data::get_string).unwrap_or("").to_owned()).collect();
    let expected = [
        "Ticket",
        "Verdict",
        "Attainment",
        "Kept",
        "Decided",
        "Overrun",
        "Overrun, hours",
        "Opened, Europe/Lisbon",
        "Due",
        "Month",
        "Open",
        "Fee",
        "P",
    ];
    assert_eq!(headers, expected);
    let cell = |at: usize| range.get((1, at)).cloned().unwrap_or_default();
    assert_eq!(cell(0), Data::String("00012".into()));
    assert_eq!(cell(1), Data::String("at risk".into()));
    for (at, expected) in [(2, 0.75), (3, 3.0), (4, 4.0), (6, 36.0), (11, 1234.5), (12, 0.125)] {
        assert_eq!(cell(at), Data::Float(expected), "column {at}");
    }
    let Data::DateTime(overrun) = cell(5) else { panic!("{:?}", cell(5)) };
    assert!(overrun.is_duration());
    assert_eq!(overrun.as_f64(), 1.5);
    // Summer time: one hour ahead of UTC.
    let opened = NaiveDate::from_ymd_opt(2026, 9, 3).and_then(|day| day.and_hms_opt(14, 5, 30));
    assert_eq!(cell(7).as_datetime(), opened);
    assert_eq!(cell(8).as_date(), NaiveDate::from_ymd_opt(2026, 9, 5));
    assert_eq!(cell(9).as_date(), NaiveDate::from_ymd_opt(2026, 9, 1));
    assert_eq!(cell(10), Data::Bool(true));
    assert!((0..13).all(|at| range.get((2, at)).is_none_or(|cell| *cell == Data::Empty)));
}

#[test]
fn a_sheet_is_a_table_with_filter_frozen_header_and_page() {
    let bytes = packed(&[tickets()]);
    let table = part(&bytes, "xl/tables/table2.xml");
    assert!(table.contains("name=\"tTickets\"") && table.contains("<autoFilter ref=\"A1:M3\"/>"), "{table}");
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    for needed in [
        "<pane xSplit=\"1\" ySplit=\"1\" topLeftCell=\"B2\"",
        "paperSize=\"9\"",
        "orientation=\"landscape\"",
        "<oddHeader>&amp;LSLA report – A &amp;&amp; B – September 2026&amp;R&amp;A</oddHeader>",
        "<oddFooter>&amp;RPage &amp;P of &amp;N</oddFooter>",
        "<formula>\"at risk\"</formula>",
        "type=\"dataBar\"",
    ] {
        assert!(sheet.contains(needed), "{needed} in {sheet}");
    }
    let styles = part(&bytes, "xl/styles.xml");
    for pattern in ["[h]:mm:ss", "yyyy-mm-dd hh:mm", "0.0%"] {
        assert!(styles.contains(&format!("formatCode=\"{pattern}\"")), "{pattern} in {styles}");
    }
    // One page wide, which is the default, and any number high.
    let summary = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(summary.contains("<pageSetUpPr fitToPage=\"1\"/>") && summary.contains("fitToHeight=\"0\""));
    assert!(!summary.contains("fitToWidth"), "{summary}");
}

#[test]
fn key_figures_are_numbers_with_names() {
    let bytes = packed(&[tickets()]);
    let range = sheet(&bytes, "Summary");
    let first =
        range.rows().position(|row| row[0] == Data::String("On-site kept".into())).expect("the key figure");
    let row: Vec<Data> = range.rows().nth(first).expect("the row").to_vec();
    for (at, expected) in [(1, 0.7), (2, 7.0), (3, 10.0), (4, 0.9), (5, -30.0)] {
        assert_eq!(row[at], Data::Float(expected), "column {at}");
    }
    assert_eq!(row[6], Data::String("target missed by 2 tickets".into()));
    assert_eq!(row[7], Data::String("−30.0 pp vs August 2026; 16 undecided".into()));
    let name = ("kpi_on_site_attainment".to_owned(), format!("Summary!$B${}", first + 1));
    let names: Vec<(String, String)> = open(&bytes)
        .defined_names()
        .iter()
        .map(|(name, place)| (name.clone(), place.replace('\'', "")))
        .collect();
    assert!(names.contains(&name), "{names:?}");
    assert!(words(&range).contains(&"Sentence of verdict.".to_owned()));
    assert!(!words(&range).contains(&"Sentence of method.".to_owned()));
}

#[test]
fn charts_are_native_and_described() {
    let mut by_month = tickets();
    by_month.figure = Some(figure(ChartKind::Line, "%", &["2026-08", "2026-09"], &[1.0, 0.7]));
    let mut areas = table("areas", "Areas", vec![column("area", "Area", Format::Text)], vec![]);
    areas.figure = Some(figure(ChartKind::Pareto, "h", &["a", "=b", "c"], &[5.0, 3.0, 2.0]));
    let bytes = packed(&[by_month, areas]);
    let range = sheet(&bytes, "Summary");
    let at = |name: &str| range.rows().position(|row| row[0] == Data::String(name.into())).expect("the row");
    let august = range.rows().nth(at("2026-08")).expect("the row");
    assert_eq!(august[1..3], [Data::Float(0.9), Data::Float(1.0)]);
    for (name, hours, share) in [("a", 5.0, 0.5), ("=b", 3.0, 0.8), ("c", 2.0, 1.0)] {
        let row = range.rows().nth(at(name)).expect("the row");
        assert_eq!(row[1..3], [Data::Float(hours), Data::Float(share)]);
    }
    let (line, pareto) = (part(&bytes, "xl/charts/chart1.xml"), part(&bytes, "xl/charts/chart2.xml"));
    assert_eq!(line.matches("<c:ser>").count(), 2);
    assert!(line.contains("<c:lineChart>") && !line.contains("<c:barChart>"));
    assert!(pareto.contains("<c:barChart>") && pareto.contains("<c:lineChart>"));
    // The title is a reference to a cell, never the text itself as a formula.
    assert!(!line.contains("<c:f>Attainment</c:f>") && line.contains("<c:v>=Attainment</c:v>"), "{line}");
    let drawing = part(&bytes, "xl/drawings/drawing1.xml");
    assert_eq!(drawing.matches("descr=\"=Attainment. In 2026-09: On-site 70.0%.").count(), 2);
    let first = at("Month") + 2;
    assert!(drawing.contains(&format!("Its values are in A{} to C{}.", first - 1, first + 1)), "{drawing}");
}

#[test]
fn hostile_text_stays_text() {
    let long = "x".repeat(40_000);
    let cases = [
        ("=HYPERLINK(\"http://example.com\",\"x\")", "=HYPERLINK(\"http://example.com\",\"x\")"),
        ("@SUM(1+1)", "@SUM(1+1)"),
        ("+1", "+1"),
        ("{=1+1}", "{=1+1}"),
        ("http://example.com", "http://example.com"),
        ("a\0b", "ab"),
        ("\u{202e}evil\u{2066}\u{200f}", "evil"),
        ("\u{1}\u{8}\u{b}\u{1f}\u{fffe}\u{ffff}c", "c"),
        ("_x0041_", "_x0041_"),
        ("<r></t></si><evil/></r>", "<r></t></si><evil/></r> "),
        ("]]>&<![CDATA[", "]]>&<![CDATA["),
    ];
    let mut rows: Vec<Vec<Cell>> = cases.iter().map(|(given, _)| vec![text(given)]).collect();
    rows.push(vec![text(&long)]);
    let attack = "=HYPERLINK(\"x\")[]:*?/\\\0'";
    let mut hostile = table("=1+1", attack, vec![column("a", attack, Format::Text)], rows);
    hostile.question = Some(attack.into());
    hostile.notes = Some(attack.into());
    hostile.figure = Some(figure(ChartKind::Line, "%", &[attack], &[0.5]));
    let mut report = report(std::slice::from_ref(&hostile));
    report.title = format!("&D&[Date]{attack}{}", "&".repeat(300));
    report.header = vec![attack.into()];
    report.sections[0].sentences = vec![attack.into()];
    report.sections[0].cards[0].label = attack.into();
    report.sections[0].cards[0].id = attack.into();
    let bytes = pack(&report, vec![&hostile], 20_000, Tz::UTC, END).expect("a workbook");
    let mut book = open(&bytes);
    let name = book.sheet_names()[1].clone();
    assert_eq!(name, "=HYPERLINK(\"x\")");
    let range = book.worksheet_range(&name).expect("the sheet");
    for (nth, (_, expected)) in cases.iter().enumerate() {
        assert_eq!(range.get((nth + 1, 0)), Some(&Data::String((*expected).into())));
    }
    let cut = range.get((cases.len() + 1, 0)).and_then(Data::get_string).expect("the long text");
    assert_eq!(cut.len() - "…".len() + 1, 32_767);
    assert!(cut.ends_with("x… [cut, see csv/=1+1.csv]"), "{}", &cut[32_700..]);
    for name in parts(&bytes).iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
        let part = part(&bytes, name);
        assert!(
            !part.contains("<f>") && !part.contains("<hyperlink") && !part.contains("/hyperlink"),
            "{name}"
        );
        assert!(!part.chars().any(|c| c < ' ' && !matches!(c, '\n' | '\t' | '\r')), "{name}");
        assert!(!part.contains("<evil/>"), "{name}");
    }
}

#[test]
fn what_is_cut_says_so() {
    let rows = (0..5).map(|nth| vec![Cell::Int(nth)]).collect();
    let long = table("long", "Long", vec![column("n", "N", Format::Count)], rows);
    let limits = Limits { rows: 3, ..EXCEL };
    let report = report(std::slice::from_ref(&long));
    let bytes = write(&report, vec![&long], Tz::UTC, END, limits).expect("a workbook");
    assert_eq!(sheet(&bytes, "Long").height(), 4);
    let cut = "Cut: the sheet holds 3 of 5 rows; the rest is in csv/long.csv.";
    assert!(words(&sheet(&bytes, "Summary")).contains(&format!("Long: {cut}")));
    assert!(words(&sheet(&bytes, "Notes")).iter().any(|text| text.ends_with(cut)));
    let comments = parts(&bytes).into_iter().find(|name| name.contains("comments")).expect("a note");
    assert!(part(&bytes, &comments).contains(cut));
    assert_eq!((EXCEL.rows, EXCEL.text), (1_048_575, 32_767));
}

#[test]
fn empty_tables_and_equal_titles_have_sheets() {
    let columns = || vec![column("a", "A", Format::Text), column("b", "a", Format::Text)];
    let bytes = packed(&[table("a", "Same", columns(), vec![]), table("b", "same", columns(), vec![])]);
    assert_eq!(open(&bytes).sheet_names(), ["Summary", "Same", "same (2)", "Notes"]);
    let range = sheet(&bytes, "Same");
    assert_eq!(range.get((0, 1)), Some(&Data::String("a (2)".into())));
    assert!(words(&range).contains(&"No rows.".to_owned()));
    assert!(pack(&report(&[]), Vec::new(), 20_000, Tz::UTC, END).is_ok());
    let bare = table("bare", "Bare", vec![], vec![]);
    assert!(pack(&report(&[]), vec![&bare], 20_000, Tz::UTC, END).is_ok());
}

#[test]
fn notes_define_and_name_sources() {
    let columns = vec![
        column("source", "Source", Format::Text),
        column("file", "File", Format::Text),
        column("rows_read", "Rows read", Format::Count),
        column("sha256", "Sha256", Format::Text),
    ];
    let row = vec![text("tickets"), text("tickets.csv"), Cell::Int(4_000), text("12ab")];
    let bytes = packed(&[tickets(), table("source_files", "Files read", columns, vec![row])]);
    let words = words(&sheet(&bytes, "Notes"));
    for needed in [
        "Data as of 2026-10-01 00:00 (Europe/Lisbon).",
        "Overrun",
        "Elapsed minus limit.",
        "tickets.csv",
        "Source tickets; Rows read 4,000; Sha256 12ab",
        "What happened?\nOverrun is elapsed less limit.\n2 rows. Excel table tTickets, file csv/tickets.csv.",
    ] {
        assert!(words.iter().any(|text| text == needed), "{needed} in {words:?}");
    }
    assert!(words.iter().any(|text| text.starts_with("Wall clock of Europe/Lisbon")));
}

#[test]
fn a_portuguese_pack_has_english_names_only_where_formulas_use_them() {
    let mut by_month = tickets();
    by_month.title = "Pedidos".into();
    by_month.figure = Some(Figure {
        locale: Locale::PtPt,
        ..figure(ChartKind::Line, "%", &["2026-08", "2026-09"], &[1.0, 0.7])
    });
    by_month.rows[0][2] = Cell::Float(0.9996);
    let empty = table("empty", "Vazia", vec![column("a", "", Format::Text)], vec![]);
    let tables = [by_month, empty];
    let report = Report { locale: Locale::PtPt, ..report(&tables) };
    let limits = Limits { rows: 1, ..EXCEL };
    let bytes = write(&report, tables.iter().collect(), Tz::Europe__Lisbon, END, limits).expect("a workbook");
    let mut book = open(&bytes);
    assert_eq!(book.sheet_names(), ["Resumo", "Pedidos", "Vazia", "Notas"]);
    assert_eq!(book.defined_names()[0].0, "kpi_on_site_attainment");
    let mut all = |name: &str| words(&book.worksheet_range(name).expect("the sheet"));
    let pages = [all("Resumo"), all("Pedidos"), all("Vazia"), all("Notas")].concat();
    for needed in [
        "Indicador",
        "Letra pequena",
        "Objetivo",
        "Overrun, horas",
        "em risco",
        "Sem linhas.",
        "Coluna 1",
        "Sobre este livro",
        "Pedidos: Cortada: a folha contém 1 de 2 linhas; o resto está em csv/tickets.csv.",
    ] {
        assert!(pages.iter().any(|text| text == needed), "{needed} in {pages:?}");
    }
    assert!(pages.iter().any(|text| text.contains("mostram >99,9%")), "{pages:?}");
    assert!(pages.iter().any(|text| text.ends_with("Tabela do Excel tEmpty, ficheiro csv/empty.csv.")));
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("&gt;99,9%") && !styles.contains("&gt;99.9%"), "{styles}");
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(sheet.contains("<formula>\"em risco\"</formula>") && sheet.contains("Página &amp;P de &amp;N"));
}

#[test]
fn bytes_depend_on_the_report_only() {
    let first = packed(&[tickets()]);
    assert_eq!(first, packed(&[tickets()]));
    let core = part(&first, "docProps/core.xml");
    assert_eq!(core.matches("2026-09-30T23:00:00Z").count(), 2, "{core}");
    assert!(core.contains("<dc:title>SLA report – A &amp; B – September 2026</dc:title>"));
    assert!(core.contains("<dc:subject>Data as of 2026-10-01 00:00 (Europe/Lisbon).</dc:subject>"));
    let mut archive = zip::ZipArchive::new(Cursor::new(first)).expect("a zip");
    for at in 0..archive.len() {
        let modified = archive.by_index(at).expect("the part").last_modified();
        assert!(modified.is_none_or(|time| time.year() == 1980));
    }
}
