//! What single parts cost: `cargo bench --bench parts`.
//!
//! Whole runs beside other tools are measured in `benches/peers`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use chrono::NaiveDate;
use chrono_tz::Tz;
use divan::counter::{BytesCount, ItemsCount};
use sla_report::clock::{self, Calendars, Kernel, Readings, Scratch};
use sla_report::config::{self, Config};
use sla_report::import::{self, Imported};

fn main() {
    divan::main();
}

fn bank() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/bank/sla.toml")
}

/// The bank sample: 4,000 tickets with 22,000 events over 18 months.
struct Sample {
    config: Config,
    imported: Imported,
    calendars: Calendars,
    readings: Readings,
    as_of: i64,
}

impl Sample {
    fn kernel(&self) -> Kernel<'_> {
        Kernel::new(&self.config.policy, &self.imported.data, &self.calendars, self.as_of)
    }

    /// When each ticket was opened, seconds UTC.
    fn opened(&self) -> &[i64] {
        &self.imported.data.tickets.times[0]
    }
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let config = config::load(&bank()).unwrap_or_else(|problems| panic!("{problems}"));
    let imported = import::import(&config).expect("the sample is readable");
    let zones: Vec<Tz> = imported.data.sites.iter().filter_map(|site| site.zone).collect();
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
    let calendars = Calendars::build(&config.policy, &zones, day(2024), day(2029)).expect("calendars");
    let as_of = imported.data.last_at.expect("tickets");
    let readings = clock::measure(&config.policy, &imported.data, &calendars, as_of);
    Sample { config, imported, calendars, readings, as_of }
});

/// Business seconds between two instants, over the whole sample's tickets.
#[divan::bench]
fn calendar_elapsed(bencher: divan::Bencher) {
    let sample = &*SAMPLE;
    let kernel = sample.kernel();
    let (calendar, opened) = (kernel.calendar(&sample.readings.rows[0]), sample.opened());
    bencher
        .counter(ItemsCount::new(opened.len()))
        .bench(|| opened.iter().map(|from| calendar.elapsed(black_box(*from), from + 400_000)).sum::<i64>());
}

/// The instant after so many business seconds.
#[divan::bench]
fn calendar_add(bencher: divan::Bencher) {
    let sample = &*SAMPLE;
    let kernel = sample.kernel();
    let (calendar, opened) = (kernel.calendar(&sample.readings.rows[0]), sample.opened());
    bencher
        .counter(ItemsCount::new(opened.len()))
        .bench(|| opened.iter().filter_map(|from| calendar.add(black_box(*from), 14_400)).count());
}

/// All clocks of each ticket in turn, on one thread.
#[divan::bench]
fn clocks_of_a_ticket(bencher: divan::Bencher) {
    let sample = &*SAMPLE;
    let kernel = sample.kernel();
    let tickets = sample.imported.data.tickets.len();
    let mut scratch = Scratch::default();
    bencher.counter(ItemsCount::new(tickets)).bench_local(|| {
        let mut readings = Readings::default();
        for ticket in 0..tickets {
            kernel.measure(ticket, &mut scratch, &mut readings, true);
        }
        readings.rows.len()
    });
}

/// Files of the sample to columns, rejects and checksums.
#[divan::bench]
fn decoder(bencher: divan::Bencher) {
    let sample = &*SAMPLE;
    let bytes: u64 = sample.imported.files.iter().map(|file| file.bytes).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| import::import(&sample.config).expect("readable").data.tickets.len());
}

/// One query over the sample, with all that it needs before it: the program as it is typed.
#[divan::bench(sample_count = 10)]
fn query_typed(bencher: divan::Bencher) {
    let sql = "SELECT severity, COUNT(*) AS clocks FROM clocks WHERE is_in_period GROUP BY severity ORDER BY severity";
    bencher.bench(|| {
        Command::new(env!("CARGO_BIN_EXE_sla"))
            .args(["query", sql, "--period", "2026-09", "-q", "--config"])
            .arg(bank())
            .output()
            .expect("it runs")
            .stdout
            .len()
    });
}

/// What the shell waits for before anything happens.
#[divan::bench]
fn start(bencher: divan::Bencher) {
    bencher.bench(|| {
        Command::new(env!("CARGO_BIN_EXE_sla")).arg("--help").output().expect("it runs").status.code()
    });
}
