//! One integration binary: what the program computes, against published
//! vectors, real data and naive twins; and what people type and read.

mod agreements;
mod alone;
mod areas;
mod boston;
mod broken;
mod browser;
mod calendar_cases;
mod calendar_properties;
mod calendar_vectors;
mod cases;
mod cli;
mod clock_twin;
mod clocks;
mod common;
mod copies;
mod determinism;
mod fuzz;
mod gates;
mod layers;
mod ledger;
mod locales;
mod presets;
mod recurrence_areas;
mod recurrence_hardware;
mod recurrence_text;
mod scheduled;
mod stats_age_window;
mod stats_properties;
mod stats_vectors;
mod uci;
mod what_if;
