//! What stands still: customers, their sites, equipment and contracts.
//!
//! Sixty sites with 500 assets form a block. More sites are more blocks of the
//! same make-up, so the first sixty are always alike.

use std::io;
use std::path::Path;

use crate::clock::{DAY, EXPORT, START, Stamps, Zone, date, holidays_pt};
use crate::draw::Draw;
use crate::faults;
use crate::table::Table;

pub struct Customer {
    pub name: &'static str,
    code: &'static str,
    zone: usize,
    regions: &'static [&'static str],
    /// Sites in a block of sixty.
    sites: usize,
    pub speaks_portuguese: bool,
    pub distributor_share: f64,
    /// Below 1 is faster, above 1 slower than usual.
    pub pace: f64,
    /// Software versions, each from a date on, newest first.
    versions: &'static [(&'static str, &'static str)],
}

pub const TEJO: usize = 0;
pub const SERRAS: usize = 1;
pub const BURSZTYN: usize = 2;

pub const CUSTOMERS: [Customer; 6] = [
    Customer {
        name: "Banco Meridiano do Tejo",
        code: "TEJ",
        zone: 0,
        regions: &["Lisboa", "Setúbal", "Alentejo", "Algarve"],
        sites: 20,
        speaks_portuguese: true,
        distributor_share: 0.05,
        pace: 0.95,
        versions: &[("2026-08-17", "8.3.0"), ("2025-10-06", "8.2.0"), ("2019-01-01", "8.1.2")],
    },
    Customer {
        name: "Caixa Rural das Serras",
        code: "SER",
        zone: 0,
        regions: &["Norte", "Beira Interior", "Centro"],
        sites: 12,
        speaks_portuguese: true,
        distributor_share: 0.1,
        pace: 1.0,
        versions: &[("2025-11-17", "8.2.0"), ("2019-01-01", "8.1.2")],
    },
    Customer {
        name: "Bank Bursztynowy",
        code: "BUR",
        zone: 1,
        regions: &["Mazowsze", "Pomorze"],
        sites: 10,
        speaks_portuguese: false,
        distributor_share: 0.2,
        pace: 1.0,
        versions: &[("2026-09-07", "8.3.0"), ("2026-01-12", "8.2.0"), ("2019-01-01", "8.1.2")],
    },
    Customer {
        name: "Harbor Lantern Bank, N.A.",
        code: "HLB",
        zone: 2,
        regions: &["Hudson Valley", "Long Island"],
        sites: 7,
        speaks_portuguese: false,
        distributor_share: 0.15,
        pace: 0.95,
        versions: &[("2026-02-02", "8.2.0"), ("2019-01-01", "8.0.9")],
    },
    Customer {
        name: "Banco Palanca Azul",
        code: "PAL",
        zone: 3,
        regions: &["Luanda", "Benguela"],
        sites: 6,
        speaks_portuguese: true,
        distributor_share: 0.8,
        pace: 1.7,
        versions: &[("2025-09-15", "8.2.0"), ("2019-01-01", "8.1.2")],
    },
    Customer {
        name: "Banco Ipê Dourado",
        code: "IPE",
        zone: 4,
        regions: &["São Paulo", "Campinas"],
        sites: 5,
        speaks_portuguese: true,
        distributor_share: 0.5,
        pace: 1.0,
        versions: &[("2026-03-16", "8.2.0"), ("2019-01-01", "8.1.2")],
    },
];

impl Customer {
    pub fn version(&self, at: i64) -> &'static str {
        let known = self.versions.iter().find(|(from, _)| date(from) <= at);
        known.expect("the oldest version is from 2019").1
    }
}

pub struct Model {
    pub name: &'static str,
    serial: &'static str,
    /// Index into `PRODUCTS` and the module used with it.
    pub product: usize,
    pub module: &'static str,
    /// Units in a block of sixty sites; scanners are placed by site.
    per_block: usize,
    /// How often a unit fails, relative to the other models.
    pub rate: f64,
}

pub const SCANNER: usize = 2;
pub const NEW_SCANNER: usize = 3;
pub const PRINTER: usize = 4;
pub const WORKSTATION: usize = 1;

#[rustfmt::skip]
pub const MODELS: [Model; 8] = [
    Model { name: "Corvo S2", serial: "CS2", product: 0, module: "Day close", per_block: 60, rate: 0.8 },
    Model { name: "Melro W5", serial: "MW5", product: 1, module: "Counter", per_block: 210, rate: 1.0 },
    Model { name: "Lince DS-40", serial: "LD40", product: 3, module: "Scanning", per_block: 0, rate: 1.0 },
    Model { name: "Lince DS-55", serial: "LD55", product: 3, module: "Scanning", per_block: 0, rate: 0.6 },
    Model { name: "Tordo RP-7", serial: "TR7", product: 1, module: "Counter", per_block: 70, rate: 1.2 },
    Model { name: "Pega CR-2", serial: "PC2", product: 2, module: "Terminals", per_block: 50, rate: 0.9 },
    Model { name: "Garça CD-9", serial: "GC9", product: 1, module: "Cash", per_block: 30, rate: 1.5 },
    Model { name: "Grilo U1", serial: "GU1", product: 0, module: "Operations", per_block: 20, rate: 0.5 },
];

/// Products and their modules.
pub const PRODUCTS: [(&str, &[&str]); 4] = [
    ("Ponte Core", &["Accounts", "Loans", "Payments", "Day close", "Reporting"]),
    ("Ponte Teller", &["Counter", "Cash", "Customer file"]),
    ("Ponte Cards", &["Issuing", "Terminals", "Disputes"]),
    ("Ponte Archive", &["Scanning", "Signatures"]),
];
pub const CARDS: usize = 2;

/// Sites with scanners of the newer model, as slots in a block, and how many.
const NEW_SCANNERS: [(usize, usize); 6] =
    [(faults::WEAR_SLOTS[0], 4), (faults::WEAR_SLOTS[1], 4), (2, 1), (12, 1), (34, 1), (50, 1)];
const SLOTS_WITHOUT_SCANNER: [usize; 6] = [19, 31, 41, 48, 54, 59];
pub const BLOCK: usize = 60;

pub struct Site {
    pub code: String,
    pub customer: usize,
    pub contact: String,
    pub assets: std::ops::Range<usize>,
    /// How many software requests it makes, relative to the others; at most 1.
    pub weight: f64,
    region: &'static str,
}

pub struct Asset {
    pub site: usize,
    pub model: usize,
    pub installed: i64,
    pub retired: Option<i64>,
    /// Fails as planted, and not otherwise.
    pub is_planted: bool,
}

pub struct World {
    pub zones: Vec<Zone>,
    pub sites: Vec<Site>,
    pub assets: Vec<Asset>,
    pub stamps: Stamps,
}

impl World {
    pub fn new(sites: usize, draw: &mut Draw) -> Self {
        let zones = vec![
            Zone::new("Europe/Lisbon", holidays_pt()),
            Zone::new("Europe/Warsaw", vec![]),
            Zone::new("America/New_York", vec![]),
            Zone::new("Africa/Luanda", vec![]),
            Zone::new("America/Sao_Paulo", vec![]),
        ];
        let mut world = Self { zones, sites: vec![], assets: vec![], stamps: Stamps::new() };
        for index in 0..sites {
            world.add_site(index, draw);
        }
        world
    }

    fn add_site(&mut self, index: usize, draw: &mut Draw) {
        let (block, slot) = (index / BLOCK, index % BLOCK);
        let (customer, place) = customer_of(slot);
        let owner = &CUSTOMERS[customer];
        let number = block * owner.sites + place + 1;
        let code = format!("{}-{number:02}", owner.code);
        let first = self.assets.len();
        for model in 0..MODELS.len() {
            for _ in 0..units(model, slot) {
                let asset = install(index, model, draw);
                self.assets.push(asset);
            }
        }
        self.sites.push(Site {
            contact: format!("{code} branch"),
            code,
            customer,
            assets: first..self.assets.len(),
            weight: 0.4 + 0.6 * draw.unit(),
            region: owner.regions[place % owner.regions.len()],
        });
    }

    pub fn zone(&self, site: usize) -> &Zone {
        &self.zones[CUSTOMERS[self.sites[site].customer].zone]
    }

    pub fn customer(&self, site: usize) -> &'static Customer {
        &CUSTOMERS[self.sites[site].customer]
    }

    /// The unit of a model at a site, counted from 0.
    pub fn unit(&self, site: usize, model: usize, nth: usize) -> usize {
        let mut units = self.sites[site].assets.clone().filter(|id| self.assets[*id].model == model);
        units.nth(nth).expect("the site has such a unit")
    }

    pub fn serial(&self, asset: usize) -> String {
        // A multiplier without common factors with the modulus: no serial twice.
        let scrambled = (asset * 7_919 + 104_729) % 10_000_000;
        format!("{}-{scrambled:07}", MODELS[self.assets[asset].model].serial)
    }

    pub fn is_in_service(&self, asset: usize, at: i64) -> bool {
        let asset = &self.assets[asset];
        asset.installed <= at && asset.retired.is_none_or(|retired| at < retired)
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        self.write_sites(folder)?;
        self.write_assets(folder)?;
        write_contracts(folder)
    }

    fn write_sites(&self, folder: &Path) -> io::Result<()> {
        let mut table = Table::create(folder, "sites.csv", "Site,Customer,Time zone,Region")?;
        for (index, site) in self.sites.iter().enumerate() {
            let customer = self.customer(index).name;
            table.text(&site.code).text(customer).text(self.zone(index).name).text(site.region);
            table.end()?;
        }
        table.finish().map(drop)
    }

    fn write_assets(&self, folder: &Path) -> io::Result<()> {
        let header = "Asset,Site,Model,Serial,Installed,Retired";
        let mut table = Table::create(folder, "assets.csv", header)?;
        for (id, asset) in self.assets.iter().enumerate() {
            table.text(&asset_code(id)).text(&self.sites[asset.site].code);
            table.text(MODELS[asset.model].name).text(&self.serial(id));
            table.text(self.stamps.date(asset.installed));
            table.text(asset.retired.map_or("", |at| self.stamps.date(at))).end()?;
        }
        table.finish().map(drop)
    }
}

pub fn asset_code(id: usize) -> String {
    format!("A{:06}", id + 1)
}

/// The customer of a slot, and which of its sites in the block it is.
fn customer_of(slot: usize) -> (usize, usize) {
    let mut place = slot;
    for (index, customer) in CUSTOMERS.iter().enumerate() {
        if place < customer.sites {
            return (index, place);
        }
        place -= customer.sites;
    }
    unreachable!("a block has as many slots as the customers have sites")
}

/// The slots of a customer in the first block.
pub fn slots_of(customer: usize) -> std::ops::Range<usize> {
    let first = CUSTOMERS[..customer].iter().map(|before| before.sites).sum();
    first..first + CUSTOMERS[customer].sites
}

fn units(model: usize, slot: usize) -> usize {
    let new_scanners = NEW_SCANNERS.iter().find(|(at, _)| *at == slot).map_or(0, |(_, units)| *units);
    match model {
        NEW_SCANNER => new_scanners,
        SCANNER => usize::from(new_scanners == 0 && !SLOTS_WITHOUT_SCANNER.contains(&slot)),
        _ => (slot + 1) * MODELS[model].per_block / BLOCK - slot * MODELS[model].per_block / BLOCK,
    }
}

fn install(site: usize, model: usize, draw: &mut Draw) -> Asset {
    let wears_out = model == NEW_SCANNER && faults::WEAR_SLOTS.contains(&site);
    let is_bad = model == PRINTER && site == faults::BAD_UNIT_SLOT;
    let installed = if model == NEW_SCANNER {
        START + draw.between(0, 21) * DAY
    } else if is_bad || draw.chance(0.9) {
        date("2019-02-01") + draw.between(0, 2_200) * DAY
    } else {
        START + draw.between(0, 480) * DAY
    };
    let may_retire = model != NEW_SCANNER && !is_bad && installed < date("2023-01-01");
    let retired = (may_retire && draw.chance(0.05))
        .then(|| START + draw.between(90, (EXPORT - START) / DAY - 30) * DAY);
    Asset { site, model, installed, retired, is_planted: wears_out || is_bad }
}

#[rustfmt::skip]
const CONTRACTS: [[&str; 12]; 11] = [
    ["K-1001", "Banco Meridiano do Tejo", "", "", "2019-06-17", "2024-01-01", "2026-12-31", "business", "standard", "0.90", "4200.00", "EUR"],
    ["K-1002", "Banco Meridiano do Tejo", "TEJ-03", "", "2019-06-17", "2024-01-01", "2026-12-31", "24x7", "gold", "0.95", "650.00", "EUR"],
    ["K-1003", "Caixa Rural das Serras", "", "", "2018-02-05", "2024-07-01", "2025-06-30", "business", "standard", "0.90", "2100.00", "EUR"],
    ["K-1004", "Caixa Rural das Serras", "", "", "2018-02-05", "2025-07-01", "2026-06-30", "business", "standard", "0.90", "2150.00", "EUR"],
    ["K-1005", "Caixa Rural das Serras", "", "", "2018-02-05", "2026-07-01", "2027-06-30", "business", "standard", "0.90", "2200.00", "EUR"],
    ["K-1006", "Bank Bursztynowy", "", "Ponte Core", "2021-09-13", "2025-01-01", "2026-12-31", "business", "standard", "0.90", "900.00", "EUR"],
    ["K-1007", "Bank Bursztynowy", "", "Ponte Teller", "2021-09-13", "2025-01-01", "2026-12-31", "business", "standard", "0.90", "900.00", "EUR"],
    ["K-1008", "Bank Bursztynowy", "", "Ponte Cards", "2022-03-07", "2025-01-01", "2026-12-31", "24x7", "gold", "0.95", "1100.00", "EUR"],
    ["K-1009", "Harbor Lantern Bank, N.A.", "", "", "2020-10-26", "2023-04-01", "2026-03-31", "business", "standard", "0.90", "3100.00", "USD"],
    ["K-1010", "Banco Palanca Azul", "", "", "2025-03-31", "2025-08-01", "2027-07-31", "business", "standard", "0.90", "1750.00", "EUR"],
    ["K-1011", "Banco Ipê Dourado", "", "", "2023-05-15", "2023-08-15", "2026-12-31", "business", "standard", "0.90", "1600.00", "EUR"],
];

/// Slot of the site with a contract of its own, served round the clock.
const GOLD_SLOT: usize = 2;

/// Whether the contract promises service day and night.
pub fn is_round_the_clock(site: usize, product: usize, world: &World) -> bool {
    site == GOLD_SLOT || (world.sites[site].customer == BURSZTYN && product == CARDS)
}

fn write_contracts(folder: &Path) -> io::Result<()> {
    let header = "Contract,Customer,Site,Product,Licence issued,Start,End,Calendar,Target set,Attainment target,\
                  Monthly fee,Currency";
    let mut table = Table::create(folder, "contracts.csv", header)?;
    for contract in CONTRACTS {
        for value in contract {
            table.text(value);
        }
        table.end()?;
    }
    table.finish().map(drop)
}
