use super::states::{HOSTILE, tickets};
use super::{access, report, text};
use crate::paper::{Block, Cell, Definition, Detail, Segment, Table};
use crate::render::html::page;

fn detail(row: usize, name: &str, segments: i64) -> Detail {
    Detail {
        row,
        name: name.into(),
        facts: vec![Definition { term: "Promise".into(), text: "8 h for High".into() }],
        segments: (0..segments)
            .map(|n| Segment {
                from_at: 1_788_440_700 + n * 3_600,
                until_at: 1_788_444_300 + n * 3_600,
                kind: ["queue", "work", "waiting", "closed_hours"][(n % 4) as usize].into(),
                holder: (n == 0).then(|| "Service desk".into()),
                counted_s: 3_600,
            })
            .collect(),
        due_at: Some(1_788_444_300),
        figure: None,
    }
}

fn list(rows: usize) -> Table {
    let row = |n: usize| {
        let id = text(&format!("INC-{n}"));
        vec![id, Cell::Float(0.5), Cell::Int(1), Cell::Int(2), text("breached"), Cell::Int(60)]
    };
    tickets((1..=rows).map(row).collect())
}

#[test]
fn a_row_leads_to_its_ledger() {
    let mut table = list(2);
    table.details = vec![detail(1, "INC-2, Response", 2)];
    let page = page(&report(table)).expect("rendered");
    access::check(&page);
    assert!(page.contains("scope=row>INC-1<td"));
    assert!(page.contains("scope=row><a href=#d1>INC-2</a><td"));
    assert!(page.contains("<summary>How 1 row came about</summary>"));
    assert!(page.contains("<dt>Promise<dd>8 h for High"));
    // 1788440700 is 13:05 UTC, 14:05 in Lisbon.
    assert!(page.contains(
        "<tr><th\nscope=row>2026-09-03 14:05<td>2026-09-03 15:05<td class=queue>queue<td>Service desk<td>1 h"
    ));
    assert!(page.contains(
        "<desc id=d1-d>2 segments from 2026-09-03 14:05 to 2026-09-03 16:05. \
         The limit was used up at 2026-09-03 15:05. The table below has each.</desc>"
    ));
    // Halves of the lane, and the limit in its middle.
    assert!(page.contains("<path class=queue d=\"M0.0 40v-24h500.0v24z\"/>"));
    assert!(page.contains("<path class=due d=\"M500.0 0V40\"/>"));
}

#[test]
fn a_ledger_is_on_the_page_once() {
    let mut report = report(list(1));
    let mut second = list(1);
    second.slug = "missed".into();
    second.details = vec![detail(0, "INC-1, Response", 3)];
    if let Block::Table(first) = &mut report.sections[0].blocks[0] {
        first.details = vec![detail(0, "INC-1, Response", 3)];
    }
    report.sections[0].blocks.push(Block::Table(second));
    let page = page(&report).expect("rendered");
    access::check(&page);
    assert_eq!(page.matches("href=#d1>").count(), 2);
    assert_eq!(page.matches(" id=d1 ").count(), 1);
    assert_eq!(page.matches("class=\"ledgers\"").count(), 1);
}

#[test]
fn ledgers_never_bloat_a_page() {
    let mut table = list(3_000);
    table.details = (0..3_000).map(|n| detail(n, &format!("INC-{n}"), 20)).collect();
    let bare = page(&report(list(3_000))).expect("rendered").len();
    let full = page(&report(table.clone())).expect("rendered");
    assert!(full.len() - bare < 1_400_000, "{}", full.len() - bare);
    assert!(full.contains(
        " of the 3,000 rows; for the others, to keep the page small, see <code>sla explain TICKET</code>."
    ));
    // One huge history is cut and says so.
    table = list(1);
    table.details = vec![detail(0, "INC-1", 500)];
    let page = page(&report(table)).expect("rendered");
    assert!(page.contains("440 more segments: see <code>sla explain</code>."));
}

#[test]
fn hostile_ledgers_are_only_text() {
    let mut table = list(1);
    let mut own = detail(0, HOSTILE, 2);
    own.facts[0] = Definition { term: HOSTILE.into(), text: "W".repeat(40_000) };
    own.segments[0].kind = HOSTILE.into();
    own.segments[0].holder = Some(HOSTILE.into());
    // Times in disorder and of no length.
    own.segments[1].until_at = own.segments[1].from_at - 10;
    own.due_at = Some(0);
    table.details = vec![own, detail(7, "no such row", 2)];
    let page = page(&report(table)).expect("rendered");
    access::check(&page);
    assert_eq!(page.matches("<script").count(), 2);
    assert!(!page.contains("<img") && !page.contains('\0') && !page.contains("no such row"));
}
