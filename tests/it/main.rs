//! One integration binary: what the program computes, against published
//! vectors, real data and naive twins; and what people type and read.

mod agreements;
mod boston;
mod calendar_cases;
mod calendar_properties;
mod calendar_vectors;
mod cases;
mod cli;
mod clock_twin;
mod clocks;
mod common;
mod determinism;
mod layers;
mod uci;
mod what_if;
