//! One integration binary: what the program computes, against published
//! vectors, real data and naive twins; and what people type and read.

mod boston;
mod calendars;
mod cli;
mod clocks;
mod common;
mod determinism;
mod layers;
mod uci;
