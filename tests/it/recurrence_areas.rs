//! Recurring problem areas: planted faults of the bank sample, small data worked out by hand, and naive
//! second implementations.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use sla_report::clock::StatusClass;
use sla_report::config::{self, advice};
use sla_report::model::{Asset, Contract, Dataset, MISSING_AT, Site, Text, Tickets, Time};
use sla_report::recurrence::area::Area;
use sla_report::recurrence::spread::Verdict;
use sla_report::recurrence::test::{Question, Tier};
use sla_report::recurrence::text::Glossary;
use sla_report::recurrence::windows::{Side, Windows};
use sla_report::recurrence::{Input, Lost, Recurrence, Settings, analyse};

const DAY_S: i64 = 86_400;
/// 2026-03-01T00:00:00Z, a Sunday.
const AS_OF: i64 = 1_772_323_200;

/// A ticket; texts that are empty are missing.
#[derive(Clone, Default)]
struct Row {
    at: i64,
    site: &'static str,
    unit: &'static str,
    module: &'static str,
    error: String,
    summary: String,
    version: &'static str,
    resolution: &'static str,
    parent: String,
    category: &'static str,
    is_out: bool,
}

fn id(row: usize) -> String {
    format!("T{row:05}")
}

/// A data set whose dictionaries are filled in the order of the tickets, or in the reverse.
fn dataset(rows: &[Row], is_reversed: bool) -> (Dataset, Vec<bool>) {
    let columns = |row: &Row| {
        let mut texts: BTreeMap<usize, String> = BTreeMap::new();
        texts.insert(Text::Site as usize, row.site.to_owned());
        texts.insert(Text::Customer as usize, row.site.chars().take(1).collect());
        texts.insert(Text::Asset as usize, row.unit.to_owned());
        texts.insert(Text::Module as usize, row.module.to_owned());
        texts.insert(Text::ErrorCode as usize, row.error.clone());
        texts.insert(Text::SoftwareVersion as usize, row.version.to_owned());
        texts.insert(Text::ResolutionCode as usize, row.resolution.to_owned());
        texts.insert(Text::Parent as usize, row.parent.clone());
        texts.insert(Text::Category as usize, row.category.to_owned());
        texts
    };
    let mut tickets = Tickets::default();
    if is_reversed {
        for (column, text) in rows.iter().rev().flat_map(columns).filter(|(_, text)| !text.is_empty()) {
            tickets.texts[column].dictionary.intern(&text);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        tickets.ticket_id.push(&id(index));
        for (time, column) in tickets.times.iter_mut().enumerate() {
            column.push(if time == Time::Opened as usize { row.at } else { MISSING_AT });
        }
        let texts = columns(row);
        for (column, values) in tickets.texts.iter_mut().enumerate() {
            values.push(texts.get(&column).map_or("", String::as_str));
        }
        tickets.summary.push(&row.summary);
    }
    let counts = rows.iter().map(|row| !row.is_out).collect();
    (Dataset { tickets, ..Dataset::default() }, counts)
}

fn contract(customer: &str, start_on: &str, end_on: Option<&str>) -> Contract {
    Contract {
        contract: format!("K-{customer}"),
        customer: customer.to_owned(),
        site: None,
        product: None,
        licence_on: None,
        start_on: Some(day(start_on)),
        end_on: end_on.map(day),
        calendar: None,
        target_set: None,
        attainment_target: None,
        fee: None,
        currency: None,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Sites `A01` to `D10` of customers `A` to `D`.
fn with_sites(data: &mut Dataset) {
    let sites = ["A", "B", "C", "D"].iter().flat_map(|c| (1..=10).map(move |n| (c, format!("{c}{n:02}"))));
    data.sites = sites
        .map(|(customer, site)| Site {
            site,
            customer: Some((*customer).to_owned()),
            zone: None,
            region: None,
        })
        .collect();
    data.contracts = ["A", "B", "C", "D"].iter().map(|c| contract(c, "2020-01-01", None)).collect();
    data.has_contracts = true;
}

fn analysed(data: &Dataset, counts: &[bool], as_of: i64) -> Recurrence {
    let rules = advice::default_rules();
    let lost: Vec<Lost> = (0..counts.len()).map(|_| Lost { missed: 1, overrun_s: 60, visits: 0 }).collect();
    analyse(&Input {
        data,
        as_of,
        zone: chrono_tz::Tz::UTC,
        settings: &Settings::default(),
        glossary: &Glossary::default(),
        rules: &rules,
        lost: &lost,
        counts,
    })
}

fn act(found: &Recurrence) -> Vec<&Area> {
    found.areas.iter().filter(|area| area.tier == Tier::Act).collect()
}

fn advice_of(area: &Area) -> Option<&str> {
    let advised = area.advice.as_ref()?;
    Some(advised.rules[advised.winner?].name.as_str())
}

static SITES: [&str; 40] = [
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "B01", "B02", "B03", "B04", "B05",
    "B06", "B07", "B08", "B09", "B10", "C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10",
    "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09", "D10",
];

/// Quiet tickets: every site once a month in every of four modules, at no two alike times.
fn quiet() -> Vec<Row> {
    let modules = ["Cash", "Loans", "Cards", "Users"];
    let mut rows = Vec::new();
    for (n, site) in SITES.iter().enumerate() {
        for (m, module) in modules.iter().enumerate() {
            for month in 0..12 {
                let days = 5 + 28 * month + (n as i64 * 7 + m as i64 * 3) % 28;
                let at = AS_OF - days * DAY_S + n as i64 * 600;
                let summary = format!("{module} is slow");
                rows.push(Row { at, site, module, summary, version: "1.0", ..Row::default() });
            }
        }
    }
    rows
}

/// An error at some sites, so many days before as-of each.
fn error(code: &str, sites: &[&'static str], days: impl Fn(usize) -> i64) -> Vec<Row> {
    let row = |(n, site): (usize, &&'static str)| Row {
        at: AS_OF - days(n) * DAY_S + 3600 * (n as i64 % 9),
        site,
        module: "Cash",
        error: code.to_owned(),
        summary: "till does not close".to_owned(),
        version: "1.0",
        resolution: "workaround",
        ..Row::default()
    };
    sites.iter().enumerate().map(row).collect()
}

fn bank() -> (Dataset, Vec<bool>, chrono_tz::Tz) {
    let config =
        config::load(Path::new("sample-data/bank/sla.toml")).unwrap_or_else(|error| panic!("{error}"));
    let imported = sla_report::import::import(&config).unwrap_or_else(|problems| panic!("{problems:?}"));
    let status = imported.data.tickets.column(Text::Status);
    let is_out = |row| {
        let class = status.get(row).and_then(|status| config.policy.statuses.get(status));
        matches!(class, Some(StatusClass::Excluded(_)))
    };
    let counts = (0..imported.data.tickets.len()).map(|row| !is_out(row)).collect();
    (imported.data, counts, config.zone)
}

/// Ids of planted tickets, by number of the fault.
fn planted(fault: u32) -> Vec<String> {
    let text = std::fs::read_to_string("sample-data/bank/PLANTED.md").expect("the list of what is planted");
    let section = text.split(&format!("\n### {fault}. ")).nth(1).expect("the fault");
    let ids = section.lines().find_map(|line| line.strip_prefix("- Ids: ")).expect("its ids");
    ids.split(' ').map(str::to_owned).collect()
}

/// Share of an area's tickets that are planted.
fn share(area: &Area, data: &Dataset, fault: u32) -> f64 {
    let ids = planted(fault);
    let is_its = |row: &&u32| ids.iter().any(|id| id == data.tickets.ticket_id.get(**row as usize));
    area.rows.iter().filter(is_its).count() as f64 / area.rows.len() as f64
}

#[test]
fn bank_faults_are_found_and_nothing_else() {
    let (data, counts, zone) = bank();
    let rules = advice::default_rules();
    let lost = vec![Lost::default(); counts.len()];
    let as_of = day("2026-10-01").and_hms_opt(0, 0, 0).expect("a time").and_utc().timestamp();
    let found = analyse(&Input {
        data: &data,
        as_of,
        zone,
        settings: &Settings::default(),
        glossary: &Glossary::default(),
        rules: &rules,
        lost: &lost,
        counts: &counts,
    });
    let areas = act(&found);
    let by_id = |id: &str| *areas.iter().find(|area| area.id == id).unwrap_or_else(|| panic!("no {id}"));

    let flood = by_id("customer=Caixa Rural das Serras;module=Cash");
    assert!(share(flood, &data, 2) > 0.8, "{}", share(flood, &data, 2));
    assert_eq!(flood.spread.verdict, Verdict::Systemic);
    assert_eq!((flood.spread.sites_hit, flood.spread.sites), (10, 12));
    assert_eq!(flood.shared_cause, None, "the software stayed the same");
    assert_eq!(advice_of(flood), Some("train-users"));

    let release = by_id("error_code=ORA-BK-4711");
    assert_eq!(share(release, &data, 3), 1.0);
    assert_eq!(release.current.tickets, 39, "as planted, also where only the summary names the code");
    assert_eq!(release.spread.verdict, Verdict::Systemic);
    let cause = release.shared_cause.as_ref().expect("a shared cause");
    assert_eq!((cause.dimension.name(), cause.value.as_str()), ("software_version", "8.3.0"));
    assert_eq!(advice_of(release), Some("software-version"));
    assert!(release.would_change.is_some());

    let unit = by_id("unit=A000116");
    assert_eq!((unit.spread.verdict, advice_of(unit)), (Verdict::BadUnit, Some("replace-unit")));
    let model = by_id("hardware_model=Lince DS-55");
    assert_eq!((model.question, advice_of(model)), (Question::WearOut, Some("replace-model")));
    assert_eq!(areas.len(), 4, "{:?}", areas.iter().map(|area| &area.id).collect::<Vec<_>>());

    // A power cut is one incident.
    assert_eq!(found.bursts.len(), 1);
    let ids = |rows: &[u32]| -> Vec<String> {
        rows.iter().map(|row| data.tickets.ticket_id.get(*row as usize).to_owned()).collect()
    };
    assert_eq!(ids(&found.bursts[0].rows), planted(5));
    let whole = (0..found.incidents.len()).filter(|i| ids(found.incidents.tickets(*i)) == planted(5)).count();
    assert_eq!(whole, 1);

    // The busy site is seen, but as volume.
    let busy: Vec<&Area> = found.areas.iter().filter(|area| area.id.contains("TEJ-01")).collect();
    assert!(busy.iter().all(|area| area.tier == Tier::Watch && area.advice.is_none()));
}

#[test]
fn whole_weeks_without_the_open_day() {
    let zone = chrono_tz::Europe::Lisbon;
    let noon = day("2026-04-15").and_hms_opt(12, 0, 0).expect("a time").and_utc().timestamp();
    let windows = Windows::new(noon, zone, &Settings::default());
    // 180 days are 25 weeks and 5 days.
    assert_eq!(windows.days(), (28, 175));
    assert_eq!((windows.end_on, windows.current_on), (day("2026-04-15"), day("2026-03-18")));
    assert_eq!(windows.baseline_on, day("2025-09-24"));
    // Summer time began on 29 March: 28 days less an hour.
    assert_eq!(windows.end_at - windows.current_at, 28 * DAY_S - 3600);
    assert_eq!(windows.side(windows.end_at), None);
    assert_eq!(windows.side(windows.end_at - 1), Some(Side::Current));
    assert_eq!(windows.side(windows.current_at - 1), Some(Side::Baseline));
    assert_eq!(windows.side(windows.baseline_at - 1), None);
}

/// The rule of merging said anew: each ticket in order of time joins the earliest open incident that fits.
fn naive(rows: &[Row]) -> Vec<Vec<usize>> {
    let root = |mut row: usize| {
        while let Some(parent) = (0..rows.len()).find(|other| id(*other) == rows[row].parent) {
            row = parent;
        }
        row
    };
    let mut order: Vec<usize> =
        (0..rows.len()).filter(|row| root(*row) == *row && !rows[*row].is_out).collect();
    order.sort_by_key(|row| (rows[*row].at, *row));
    let mut incidents: Vec<Vec<usize>> = Vec::new();
    for row in order {
        let fits = |incident: &&mut Vec<usize>| {
            let (first, own) = (&rows[incident[0]], &rows[row]);
            let what = |row: &Row| if row.error.is_empty() { row.summary.clone() } else { row.error.clone() };
            !own.site.is_empty()
                && (first.site, what(first), first.module) == (own.site, what(own), own.module)
                && first.error.is_empty() == own.error.is_empty()
                && own.at - first.at < DAY_S
                && (first.unit.is_empty() || own.unit.is_empty() || first.unit == own.unit)
        };
        match incidents.iter_mut().find(fits) {
            Some(incident) => incident.push(row),
            None => incidents.push(vec![row]),
        }
    }
    for row in (0..rows.len()).filter(|row| root(*row) != *row) {
        if let Some(incident) = incidents.iter_mut().find(|incident| incident.contains(&root(row))) {
            incident.push(row);
        }
    }
    incidents.iter_mut().for_each(|incident| incident.sort_unstable());
    incidents
}

#[test]
fn incidents_are_those_of_a_naive_merge() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let rows: Vec<Row> = (0..300)
            .map(|n| Row {
                at: AS_OF - random.i64(0..40 * DAY_S),
                site: ["A01", "A02", "B01", ""][random.usize(0..4)],
                unit: ["U1", "U2", ""][random.usize(0..3)],
                module: ["Cash", "Loans"][random.usize(0..2)],
                error: ["", "", "E-1234", "E-9999"][random.usize(0..4)].to_owned(),
                summary: ["jammed again", "very slow", "password refused"][random.usize(0..3)].to_owned(),
                parent: if n > 0 && random.u8(0..10) == 0 { id(random.usize(0..n)) } else { String::new() },
                is_out: random.u8(0..10) == 0,
                ..Row::default()
            })
            .collect();
        let (data, counts) = dataset(&rows, false);
        let found = analysed(&data, &counts, AS_OF).incidents;
        let own: Vec<Vec<usize>> = (0..found.len())
            .map(|incident| found.tickets(incident).iter().map(|row| *row as usize).collect())
            .collect();
        assert_eq!(own, naive(&rows), "seed {seed}");
    }
}

#[test]
fn order_of_values_and_threads_change_nothing() {
    let mut rows = quiet();
    rows.extend(error("E-4711", &SITES[3..29], |n| 1 + n as i64));
    let result = |is_reversed: bool, threads: usize| {
        let (mut data, counts) = dataset(&rows, is_reversed);
        with_sites(&mut data);
        if is_reversed {
            data.sites.reverse();
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| analysed(&data, &counts, AS_OF))
    };
    let first = result(false, 1);
    assert!(!first.areas.is_empty());
    assert_eq!(first, result(true, 4));
}

/// Chance of at least `count` of `total` at this share, added up term by term.
fn binomial(count: u32, total: u32, share: f64) -> f64 {
    let ways = |k: u32| (0..k).map(|i| f64::from(total - i) / f64::from(i + 1)).product::<f64>();
    (count..=total).map(|k| ways(k) * share.powi(k as i32) * (1.0 - share).powi((total - k) as i32)).sum()
}

#[test]
fn an_error_everywhere_is_systemic() {
    let mut rows = quiet();
    rows.extend(error(
        "E-4711",
        &SITES,
        |n| if n < 30 { 1 + n as i64 % 27 } else { 30 + 10 * (n as i64 - 30) },
    ));
    let (mut data, counts) = dataset(&rows, false);
    with_sites(&mut data);
    let found = analysed(&data, &counts, AS_OF);
    let areas = act(&found);
    assert_eq!(areas.iter().map(|area| area.id.as_str()).collect::<Vec<_>>(), ["error_code=E-4711"]);
    let area = areas[0];
    assert_eq!((area.current.incidents, area.baseline.incidents), (30, 10));
    // 40 sites, 28 and 175 days each.
    assert!((area.expected - 10.0 * 28.0 / 175.0).abs() < 1e-12);
    assert!((area.ratio.expect("a ratio") - 18.75).abs() < 1e-9);
    let p = binomial(30, 40, 28.0 / 203.0);
    assert!((area.p / p - 1.0).abs() < 1e-9, "{} {p}", area.p);
    assert_eq!((area.spread.verdict, area.spread.sites_hit, area.spread.sites), (Verdict::Systemic, 30, 40));
    let expected_sites = 40.0 * (1.0 - (39.0f64 / 40.0).powi(30));
    assert!((area.spread.expected_sites.expect("sites") - expected_sites).abs() < 1e-9);
    assert_eq!(area.shared_cause, None, "every site runs the same version");
    assert_eq!(area.lost, Lost { missed: 30, overrun_s: 1800, visits: 0 });
    assert_eq!(area.rows.len(), 30);
    // One incident fewer than what would change it is still to act on, by the naive chance.
    let change = area.would_change.expect("a change");
    let limit = found.families[0].act_p;
    assert!(binomial(change.incidents, change.incidents + 10, 28.0 / 203.0) > limit);
    assert!(binomial(change.incidents + 1, change.incidents + 11, 28.0 / 203.0) <= limit);
}

#[test]
fn an_error_at_one_customer_is_reported_there() {
    let mut rows = quiet();
    let sites: Vec<&'static str> = SITES[10..20].iter().cycle().take(30).copied().collect();
    rows.extend(error("E-4711", &sites, |n| 1 + 2 * (n as i64 / 10) * 3 + n as i64 % 5));
    let (mut data, counts) = dataset(&rows, false);
    with_sites(&mut data);
    let found = analysed(&data, &counts, AS_OF);
    let ids: Vec<&str> = act(&found).iter().map(|area| area.id.as_str()).collect();
    assert_eq!(ids, ["customer=B;error_code=E-4711"]);
    assert_eq!((act(&found)[0].spread.sites, act(&found)[0].spread.verdict), (10, Verdict::Systemic));
    assert!(act(&found)[0].explains.iter().any(|id| id == "error_code=E-4711"));
}

#[test]
fn an_error_at_one_site_is_local() {
    let mut rows = quiet();
    let sites: Vec<&'static str> = std::iter::repeat_n("C05", 20).collect();
    rows.extend(error("E-4711", &sites, |n| 2 + n as i64 * 5 / 4));
    let (mut data, counts) = dataset(&rows, false);
    with_sites(&mut data);
    let found = analysed(&data, &counts, AS_OF);
    let areas = act(&found);
    assert_eq!(areas.len(), 1, "{:?}", areas.iter().map(|area| &area.id).collect::<Vec<_>>());
    assert!(areas[0].id.starts_with("site=C05"), "{}", areas[0].id);
    assert_eq!(areas[0].spread.verdict, Verdict::Local);
    assert_eq!(areas[0].spread.top_site.as_deref(), Some("C05"));
    // Twenty incidents of one kind at one site: volume is no reason for training.
    assert_eq!(advice_of(areas[0]), None);
}

#[test]
fn a_version_is_named_only_if_sites_without_it_are_spared() {
    let with_version = |sites: &'static [&'static str], is_everywhere: bool| {
        let mut rows = quiet();
        for row in rows.iter_mut() {
            let has = SITES[..20].contains(&row.site) || is_everywhere;
            row.version = if has && row.at > AS_OF - 40 * DAY_S { "2.0" } else { "1.0" };
        }
        rows.extend(error("E-4711", sites, |n| 1 + n as i64 % 27).into_iter().map(|mut row| {
            row.version = if SITES[..20].contains(&row.site) || is_everywhere { "2.0" } else { "1.0" };
            row
        }));
        let (mut data, counts) = dataset(&rows, false);
        with_sites(&mut data);
        let found = analysed(&data, &counts, AS_OF);
        found.areas.iter().find(|area| area.id.contains("E-4711")).expect("an area").clone()
    };
    let linked = with_version(&SITES[..20], false);
    let cause = linked.shared_cause.as_ref().expect("a cause");
    assert_eq!((cause.value.as_str(), cause.others), ("2.0", 0));
    assert_eq!(advice_of(&linked), Some("software-version"));
    // The error came when the version did, but to all sites alike: the version needn't be the cause.
    assert_eq!(with_version(&SITES, false).shared_cause, None);
    assert_eq!(with_version(&SITES, true).shared_cause, None);
}

#[test]
fn without_lists_only_the_past_is_compared() {
    let mut rows = quiet();
    rows.extend(error("E-4711", &SITES[..30], |n| 1 + n as i64 % 27));
    let (data, counts) = dataset(&rows, false);
    let found = analysed(&data, &counts, AS_OF);
    assert!(found.findings[0].text.starts_with("Rate not comparable: no list of"), "{:?}", found.findings);
    let areas = act(&found);
    assert_eq!(areas[0].id, "error_code=E-4711");
    assert_eq!(areas[0].spread.verdict, Verdict::CannotTell);
    assert_eq!(found.families[1].size, 0, "no peers");
}

#[test]
fn sites_count_while_a_contract_or_equipment_is_in_force() {
    use sla_report::recurrence::codes::{Codes, Dimension};
    use sla_report::recurrence::exposure::{Days, Exposure};
    use sla_report::recurrence::incidents::Incidents;
    let (mut data, _) = dataset(&[Row { at: AS_OF, site: "E01", ..Row::default() }], false);
    let site = |site: &str, customer: &str| Site {
        site: site.to_owned(),
        customer: Some(customer.to_owned()),
        zone: None,
        region: None,
    };
    data.sites = vec![site("A01", "A"), site("B01", "B"), site("C01", "C")];
    data.has_contracts = true;
    // As of 2026-03-01 the current window begins on 02-01, the baseline on 2025-08-10.
    data.contracts = vec![
        contract("A", "2020-01-01", Some("2026-02-10")),
        contract("B", "2026-01-01", Some("2026-01-31")),
    ];
    let asset = |asset: &str, site: &str, from: &str, to: Option<&str>| Asset {
        asset: asset.to_owned(),
        site: Some(site.to_owned()),
        model: Some("M".to_owned()),
        serial: None,
        installed_on: Some(day(from)),
        retired_on: to.map(day),
    };
    data.assets =
        vec![asset("U1", "B01", "2026-01-20", Some("2026-02-04")), asset("U2", "C01", "2026-02-27", None)];
    let windows = Windows::new(AS_OF, chrono_tz::Tz::UTC, &Settings::default());
    let codes = Codes::new(&data, &Glossary::default(), 0.5);
    let exposure = Exposure::new(&data, &codes, &Incidents::default(), &windows);
    let of = |name: &str| exposure.site[codes.names[Dimension::Site as usize].code(name) as usize];
    assert_eq!(of("A01"), Days { current: 10, baseline: 175 });
    assert_eq!(of("B01"), Days { current: 4, baseline: 31 });
    assert_eq!(of("C01"), Days { current: 2, baseline: 0 });
    assert_eq!(of("E01"), Days::default(), "no contract and no equipment");
    assert_eq!(exposure.of(&[(Dimension::Model, 0)]), Some(Days { current: 6, baseline: 12 }));
}

#[test]
fn a_history_that_begins_late_shortens_the_baseline() {
    let rows: Vec<Row> = quiet().into_iter().filter(|row| row.at >= AS_OF - 100 * DAY_S).collect();
    let (mut data, counts) = dataset(&rows, false);
    with_sites(&mut data);
    let found = analysed(&data, &counts, AS_OF);
    assert_eq!(found.windows.days(), (28, 70));
    assert!(found.findings.iter().any(|finding| finding.text.contains("the history holds no more")));
    assert_eq!(act(&found), Vec::<&Area>::new());
}

#[test]
fn mistakes_in_advice_are_all_reported() {
    let text = "[[rules]]\nname = \"a\"\nadvise = \"b\"\nbasis = \"c\"\nwhen = [{ fact = \"systemc\", at_least = 1 }]\n\
                [[rules]]\nname = \"a\"\nadvice = \"b\"\nbasis = \"c\"\nwhen = [{ fact = \"resolution_share\" }]\n";
    let errors = advice::parse(Path::new("advice.toml"), text).expect_err("mistakes").to_string();
    for part in [
        "unknown key `rules.advise`",
        "did you mean `advice`?",
        "a rule needs `advice`",
        "`rules.when.fact` can't be `systemc`",
        "did you mean `systemic`?",
        "there is another rule `a`",
        "a condition needs `at_least` or `at_most`",
        "`resolution_share` needs `codes`",
    ] {
        assert!(errors.contains(part), "{part} is not in:\n{errors}");
    }
    assert_eq!(advice::parse(Path::new("advice.toml"), advice::DEFAULT).expect("no mistakes").len(), 9);
}
