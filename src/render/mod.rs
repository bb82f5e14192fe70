//! A `Report` as bytes: pages, charts and CSV files.
//!
//! Answers "how is it shown?". Leaves out on purpose what is shown: nothing
//! here counts, sums or judges, opens a file or reads the time.

pub mod chart;
pub mod csv;
pub mod html;
pub mod junit;
pub mod metrics;
pub mod slack;
pub mod summary;
pub mod text;
pub mod xlsx;
