//! What several tests need.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sla_report::calendar::local_to_utc;
use sla_report::clock::{self, Calendars, Readings};
use sla_report::config::{self, Config};
use sla_report::import::{self, Imported};

/// A path below the project's root.
pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Everything measured of a sample.
pub struct Measured {
    pub config: Config,
    pub imported: Imported,
    pub readings: Readings,
}

impl Measured {
    /// Position of a clock in the policy.
    pub fn clock(&self, name: &str) -> u16 {
        self.config.policy.clocks.iter().position(|clock| clock.name == name).unwrap() as u16
    }
}

/// Imports and measures what a configuration names, after `change`.
pub fn measure(path: &str, as_of: &str, change: impl FnOnce(&mut Config)) -> Measured {
    let mut config = config::load(&root(path)).unwrap_or_else(|problems| panic!("{problems}"));
    change(&mut config);
    let imported = import::import(&config).unwrap();
    let as_of: chrono::NaiveDateTime = as_of.parse().unwrap();
    let as_of = local_to_utc(chrono_tz::Tz::UTC, as_of);
    let zones: Vec<chrono_tz::Tz> = imported.data.sites.iter().filter_map(|site| site.zone).collect();
    let day = |year| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let calendars = Calendars::build(&config.policy, &zones, day(2012), day(2030)).unwrap();
    let readings = clock::measure(&config.policy, &imported.data, &calendars, as_of);
    Measured { config, imported, readings }
}

/// Runs the program in a folder.
pub fn sla(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sla")).args(arguments).current_dir(folder).output().unwrap()
}

/// What it printed, as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
