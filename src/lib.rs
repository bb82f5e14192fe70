//! From help desk exports to SLA reports that nobody can dispute.
//!
//! Modules in order of their layers; each may use those before it.

/// The hours in which a clock may run.
pub mod calendar;
/// What was typed.
pub mod cli;
/// Entitlement, timeline, targets, verdict.
pub mod clock;
/// A file per subcommand.
pub mod commands;
/// `sla.toml` to a checked policy.
pub mod config;
/// An error, warning or finding with its place, and how it prints.
pub mod diagnostic;
/// What a summary must show for a pipeline to pass.
pub mod gate;
/// Exports to a dataset and rejects.
pub mod import;
/// Tickets, history, contracts, assets and sites as plain data in columns.
pub mod model;
/// The only writer of results.
pub mod output;
/// A report as plain data, and how numbers read on paper.
pub mod paper;
/// What the exports of help desk products look like, and a configuration for them.
pub mod preset;
/// A report is one SQL file: header, run, checks.
pub mod query;
/// Groups, expected against observed, systemic or isolated, advice.
pub mod recurrence;
/// A report to bytes.
pub mod render;
/// Results to a report value: sections, tables, sentences.
pub mod report;
/// Intervals, tests, trends on plain numbers, each with its source.
pub mod stats;
/// What SQL may see, as Polars frames.
pub mod tables;
