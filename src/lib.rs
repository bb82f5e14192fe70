//! From help desk exports to SLA reports that nobody can dispute.
//!
//! Modules in order of their layers; each may use those before it.

/// Tickets, history, contracts, assets and sites as plain data in columns.
pub mod model;
/// An error, warning or finding with its place, and how it prints.
pub mod diagnostic;
/// The hours in which a clock may run.
pub mod calendar;
/// Entitlement, timeline, targets, verdict.
pub mod clock;
/// `sla.toml` to a checked policy.
pub mod config;
/// Exports to a dataset and rejects.
pub mod import;
/// What SQL may see, as Polars frames.
pub mod tables;
/// A report is one SQL file: header, run, checks.
pub mod query;
/// Results to a report value: sections, tables, sentences.
pub mod report;
/// A report to bytes.
pub mod render;
/// The only writer of results.
pub mod output;
/// What was typed.
pub mod cli;
/// A file per subcommand.
pub mod commands;
