//! How many areas to act on are false, and how many planted faults are found? `simulate_areas RUNS PLANTED [SEED]`
//!
//! 1,000 sites of 40 customers over two years: software incidents at a rate that differs between sites as a
//! gamma variable of size 2 to 5, equipment with a constant rate, tickets that repeat each other, versions
//! that arrive site by site. Prints a Markdown table. The same arguments give the same table.

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use sla_report::model::{Asset, Contract, Dataset, MISSING_AT, Site, Text, Tickets, Time};
use sla_report::recurrence::area::Area;
use sla_report::recurrence::codes::Dimension;
use sla_report::recurrence::test::{Question, Tier};
use sla_report::recurrence::text::Glossary;
use sla_report::recurrence::{Input, Lost, Recurrence, Settings, analyse};

const SITES: u32 = 1000;
const CUSTOMERS: u32 = 40;
const MODULES: [&str; 10] = [
    "Accounts",
    "Cash",
    "Cards",
    "Disputes",
    "Loans",
    "Payments",
    "Reporting",
    "Scanning",
    "Terminals",
    "Users",
];
const PHRASES: [&str; 8] = [
    "stops responding after login",
    "shows wrong totals",
    "batch ended with an error",
    "printing takes minutes",
    "refuses the password",
    "import of the file fails",
    "how is a movement cancelled",
    "screen stays empty",
];
const MODELS: [(&str, &str); 5] = [
    ("Workstation", "Accounts"),
    ("Printer", "Cash"),
    ("Scanner", "Scanning"),
    ("Terminal", "Terminals"),
    ("Reader", "Cards"),
];
const DAYS: u32 = 730;
const START: &str = "2024-10-01";
const DAY_S: i64 = 86_400;
/// Software incidents of an average site, failures of a unit; each in a year.
const SITE_RATE: f64 = 10.0;
const UNIT_RATE: f64 = 0.8;
const REPEATED: f64 = 0.15;
const FAULTS: [&str; 4] = [
    "unit at six times its model's rate",
    "model wearing out (16 units, shape 2, 2 failures each)",
    "error of a version at 20 % of sites (about 30 in 28 days)",
    "how-to flood at one customer (about 40 in 28 days)",
];

/// One ticket before it goes into columns.
#[derive(Clone)]
struct Row {
    at: i64,
    site: u32,
    unit: Option<u32>,
    module: &'static str,
    error: Option<String>,
    summary: String,
    version: &'static str,
    resolution: &'static str,
    parent: Option<usize>,
    /// Planted fault.
    fault: Option<usize>,
}

struct World {
    rng: Rng,
    start: NaiveDate,
    rows: Vec<Row>,
    assets: Vec<Asset>,
    /// By site: day on which the new version arrives.
    arrival: Vec<u32>,
}

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (runs, planted) = (arguments.first().copied().unwrap_or(20), arguments.get(1).copied().unwrap_or(20));
    let first = arguments.get(2).copied().unwrap_or(0);
    let mut watched = 0;
    let false_areas: Vec<usize> = (first..first + runs)
        .map(|seed| {
            let (found, _) = run(seed, None);
            watched += found.areas.iter().filter(|area| area.tier == Tier::Watch).count();
            let is_act = |area: &&Area| area.tier == Tier::Act;
            found
                .areas
                .iter()
                .filter(is_act)
                .inspect(|area| eprintln!("false, seed {seed}: {}", line(area)))
                .count()
        })
        .collect();
    let total: usize = false_areas.iter().sum();
    println!("| planted | runs | found | right verdict | right advice | false areas a run | watched a run |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| nothing | {runs} | - | - | - | {:.3} | {:.1} |",
        total as f64 / runs.max(1) as f64,
        watched as f64 / runs.max(1) as f64
    );
    for strength in [1.0, 0.5].into_iter().filter(|_| planted > 0) {
        let mut tally = [[0u32; 3]; 4];
        let (mut wrong, mut watched) = (0, 0);
        for seed in first..first + planted {
            let (found, faults) = run(10_000 + seed, Some(strength));
            watched += found.areas.iter().filter(|area| area.tier == Tier::Watch).count();
            let mut seen = [false; 4];
            for area in found.areas.iter().filter(|area| area.tier == Tier::Act) {
                match fault_of(area, &faults) {
                    Some(fault) if seen[fault] => {}
                    Some(fault) => {
                        seen[fault] = true;
                        tally[fault][0] += 1;
                        tally[fault][1] += u32::from(is_right(area, fault));
                        tally[fault][2] += u32::from(advice(area) == ADVICE[fault]);
                    }
                    None => {
                        eprintln!("false, seed {seed} planted: {}", line(area));
                        wrong += 1;
                    }
                }
            }
        }
        for (fault, [found, verdict, advised]) in tally.into_iter().enumerate() {
            let of = |n: u32| format!("{:.2} ({n}/{planted})", f64::from(n) / planted.max(1) as f64);
            let name = FAULTS[fault];
            let size = if strength < 1.0 { ", weaker by half (wear: by a quarter)" } else { "" };
            let last =
                format!("{:.3} | {:.1}", wrong as f64 / planted as f64, watched as f64 / planted as f64);
            println!(
                "| {name}{size} | {planted} | {} | {verdict}/{found} | {advised}/{found} | {last} |",
                of(found)
            );
        }
    }
}

const ADVICE: [&str; 4] = ["replace-unit", "replace-model", "software-version", "train-users"];

fn advice(area: &Area) -> &str {
    let advised = area.advice.as_ref();
    advised.and_then(|a| a.winner.map(|winner| a.rules[winner].name.as_str())).unwrap_or("undecided")
}

fn line(area: &Area) -> String {
    let (now, before) = (area.current.incidents, area.baseline.incidents);
    let verdict = area.spread.verdict.name();
    format!("{} {:?} {now}/{before} p {:.1e} q {:.1e} {verdict}", area.id, area.question, area.p, area.q)
}

fn is_right(area: &Area, fault: usize) -> bool {
    match fault {
        0 => area.question == Question::BadUnit,
        1 => area.question == Question::WearOut,
        2 => {
            area.shared_cause.as_ref().is_some_and(|c| c.dimension == Dimension::Version && c.value == "3.0")
        }
        _ => area.spread.verdict.name() == "systemic",
    }
}

/// The fault that has at least half of an area's tickets, or that its cut names.
fn fault_of(area: &Area, faults: &[Option<usize>]) -> Option<usize> {
    if area.id == "unit=U000007" || area.id == "site=S0001" {
        return Some(0);
    }
    if area.id.contains("hardware_model=Winder") {
        return Some(1);
    }
    let count = |fault| area.rows.iter().filter(|row| faults[**row as usize] == Some(fault)).count();
    (0..4).find(|fault| count(*fault) * 2 >= area.rows.len().max(1))
}

fn run(seed: u64, strength: Option<f64>) -> (Recurrence, Vec<Option<usize>>) {
    let mut world = World {
        rng: Rng::with_seed(seed),
        start: START.parse().expect("a date"),
        rows: Vec::new(),
        assets: Vec::new(),
        arrival: Vec::new(),
    };
    world.fill();
    if let Some(strength) = strength {
        world.plant(strength);
    }
    world.repeat();
    let (data, counts, faults) = world.dataset();
    let settings = Settings::default();
    let lost = vec![Lost::default(); counts.len()];
    let rules = sla_report::config::advice::default_rules();
    let as_of = at(world.start, DAYS);
    let input = Input {
        data: &data,
        as_of,
        zone: chrono_tz::Tz::UTC,
        settings: &settings,
        glossary: &Glossary::default(),
        rules: &rules,
        lost: &lost,
        counts: &counts,
    };
    (analyse(&input), faults)
}

fn at(start: NaiveDate, day: u32) -> i64 {
    let day = start.checked_add_days(Days::new(u64::from(day))).expect("a date");
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}

impl World {
    fn fill(&mut self) {
        let size = 2.0 + 3.0 * self.rng.f64();
        for site in 0..SITES {
            let late = self.rng.f64() < 0.6;
            self.arrival.push(if late { u32::MAX } else { self.rng.u32(0..DAYS) });
            let rate = SITE_RATE * self.gamma(size) / size;
            for day in self.days(rate, 0) {
                let row = self.software(site, day);
                self.rows.push(row);
            }
            for unit in 0..4 {
                let model = if unit == 0 { 0 } else { self.rng.usize(0..MODELS.len()) };
                let unit = self.install(site, MODELS[model].0, None);
                for day in self.days(UNIT_RATE, 0) {
                    let row = self.failure(unit, site, MODELS[model].1, day, None);
                    self.rows.push(row);
                }
            }
        }
    }

    fn plant(&mut self, strength: f64) {
        let module = MODELS.iter().find(|m| Some(m.0) == self.assets[6].model.as_deref()).expect("a model").1;
        for day in self.days(UNIT_RATE * 5.0 * strength, 0) {
            let row = self.failure(6, 1, module, day, Some(0));
            self.rows.push(row);
        }
        for n in 0..16 {
            let site = 500 + n / 2;
            let unit = self.install(site, "Winder", Some(0));
            for _ in 0..self.poisson(2.0 * strength.max(0.75)) {
                // A power law of shape 2 has uniform squares.
                let day = (f64::from(DAYS) * self.rng.f64().sqrt()) as u32;
                let row = self.failure(unit, site, "Scanning", day, Some(1));
                self.rows.push(row);
            }
        }
        let release = DAYS - 50;
        for site in (0..SITES).filter(|site| site % 5 == 0) {
            let arrival = release + self.rng.u32(0..20);
            self.arrival[site as usize] = arrival;
            for row in self.rows.iter_mut().filter(|row| row.site == site) {
                row.version = if row.at >= at(self.start, arrival) { "3.0" } else { "2.0" };
            }
            for day in self.days(30.0 / 200.0 * 365.0 / 28.0 * strength, arrival) {
                let mut row = self.software(site, day);
                (row.module, row.version, row.resolution, row.fault) =
                    ("Payments", "3.0", "workaround", Some(2));
                row.error = Some("PAY-4711".to_owned());
                row.summary = "PAY-4711 when a batch is confirmed".to_owned();
                self.rows.push(row);
            }
        }
        for site in (0..SITES).filter(|site| site % CUSTOMERS == 17) {
            for day in self.days(40.0 / 25.0 * 365.0 / 28.0 * strength, DAYS - 28) {
                let mut row = self.software(site, day);
                (row.module, row.error, row.resolution, row.fault) = ("Cash", None, "explained", Some(3));
                let texts =
                    ["how is the till confirmed in the new screen", "where is the new closing screen"];
                row.summary = texts[self.rng.usize(0..2)].to_owned();
                self.rows.push(row);
            }
        }
    }

    fn install(&mut self, site: u32, model: &str, age_days: Option<u64>) -> u32 {
        let age = age_days.unwrap_or_else(|| self.rng.u64(200..2000));
        self.assets.push(Asset {
            asset: format!("U{:06}", self.assets.len() + 1),
            site: Some(format!("S{site:04}")),
            model: Some(model.to_owned()),
            serial: None,
            installed_on: self.start.checked_sub_days(Days::new(age)),
            retired_on: None,
        });
        self.assets.len() as u32 - 1
    }

    fn software(&mut self, site: u32, day: u32) -> Row {
        // Some modules, phrases and codes are much more frequent than others.
        let pick = |rng: &mut Rng, n: usize| (rng.f64().powi(2) * n as f64) as usize;
        let (module, phrase) = (pick(&mut self.rng, 10), pick(&mut self.rng, 8));
        let error =
            (self.rng.f64() < 0.4).then(|| format!("{}-{}", MODULES[module], 1000 + pick(&mut self.rng, 30)));
        let resolutions = ["explained", "restarted", "patch applied", "no fault found", "data corrected"];
        Row {
            at: self.instant(day),
            site,
            unit: None,
            module: MODULES[module],
            error,
            summary: format!("{} {}", MODULES[module], PHRASES[phrase]),
            version: if day >= self.arrival[site as usize] { "2.1" } else { "2.0" },
            resolution: resolutions[self.rng.usize(0..5)],
            parent: None,
            fault: None,
        }
    }

    fn failure(&mut self, unit: u32, site: u32, module: &'static str, day: u32, fault: Option<usize>) -> Row {
        let texts = ["does not start", "makes noise", "jams", "is very slow"];
        let model = self.assets[unit as usize].model.clone().unwrap_or_default();
        let mut row = self.software(site, day);
        row.summary = format!("{model} {}", texts[self.rng.usize(0..4)]);
        row.resolution = ["part replaced", "cleaned", "adjusted"][self.rng.usize(0..3)];
        Row { unit: Some(unit), module, error: None, fault, ..row }
    }

    /// Some tickets are reported again within hours, half of them linked to the first.
    fn repeat(&mut self) {
        for index in 0..self.rows.len() {
            if self.rng.f64() < REPEATED {
                let parent = self.rng.bool().then_some(index);
                let mut row = self.rows[index].clone();
                row.at += self.rng.i64(600..20 * 3600);
                self.rows.push(Row { parent, ..row });
            }
        }
    }

    fn dataset(&mut self) -> (Dataset, Vec<bool>, Vec<Option<usize>>) {
        // Rows are put in order of their ids, which are those of their order here.
        let mut tickets = Tickets::default();
        let channels = ["phone", "e-mail", "web"];
        for (index, row) in self.rows.iter().enumerate() {
            tickets.ticket_id.push(&format!("T{index:07}"));
            for (time, column) in tickets.times.iter_mut().enumerate() {
                column.push(if time == Time::Opened as usize { row.at } else { MISSING_AT });
            }
            let mut texts = [const { String::new() }; 22];
            texts[Text::Customer as usize] = format!("C{:02}", row.site % CUSTOMERS);
            texts[Text::Site as usize] = format!("S{:04}", row.site);
            texts[Text::Asset as usize] =
                row.unit.map_or(String::new(), |unit| self.assets[unit as usize].asset.clone());
            texts[Text::Module as usize] = row.module.to_owned();
            texts[Text::SoftwareVersion as usize] = row.version.to_owned();
            texts[Text::Channel as usize] = channels[index % 3].to_owned();
            texts[Text::Category as usize] =
                if row.unit.is_some() { "Hardware" } else { "Software" }.to_owned();
            texts[Text::ErrorCode as usize] = row.error.clone().unwrap_or_default();
            texts[Text::ResolutionCode as usize] = row.resolution.to_owned();
            texts[Text::Parent as usize] = row.parent.map_or(String::new(), |parent| format!("T{parent:07}"));
            tickets.texts.iter_mut().zip(&texts).for_each(|(column, text)| column.push(text));
            tickets.summary.push(&row.summary);
        }
        let contract = |customer: u32| Contract {
            contract: format!("K{customer:02}"),
            customer: format!("C{customer:02}"),
            site: None,
            product: None,
            licence_on: None,
            start_on: self.start.checked_sub_days(Days::new(1000)),
            end_on: None,
            calendar: None,
            target_set: None,
            attainment_target: None,
            fee: None,
            currency: None,
        };
        let site = |site: u32| Site {
            site: format!("S{site:04}"),
            customer: Some(format!("C{:02}", site % CUSTOMERS)),
            zone: None,
            region: None,
        };
        let data = Dataset {
            tickets,
            contracts: (0..CUSTOMERS).map(contract).collect(),
            assets: self.assets.clone(),
            sites: (0..SITES).map(site).collect(),
            has_contracts: true,
            ..Dataset::default()
        };
        let counts = self.rows.iter().map(|row| row.parent.is_none()).collect();
        (data, counts, self.rows.iter().map(|row| row.fault).collect())
    }

    /// Days of a Poisson process of so many a year, from a day on.
    fn days(&mut self, a_year: f64, from: u32) -> Vec<u32> {
        let span = DAYS.saturating_sub(from);
        let count = self.poisson(a_year * f64::from(span) / 365.0);
        (0..count).map(|_| from + self.rng.u32(0..span)).collect()
    }

    fn instant(&mut self, day: u32) -> i64 {
        at(self.start, day) + 8 * 3600 + self.rng.i64(0..DAY_S * 10 / 24)
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.rng.f64(), 0);
        while product > limit {
            product *= self.rng.f64();
            count += 1;
        }
        count
    }

    /// Marsaglia and Tsang (2000), for shapes of at least 1.
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let (u, v) = (1.0 - self.rng.f64(), self.rng.f64());
            let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
            let cube = (1.0 + c * normal).powi(3);
            let chance = 1.0 - self.rng.f64();
            if cube > 0.0 && chance.ln() < 0.5 * normal * normal + d - d * cube + d * cube.ln() {
                return d * cube;
            }
        }
    }
}
