//! The hours in which a clock may run.
//!
//! Answers "how long was it open between these instants, and when is the time
//! used up?". Instants are `i64` seconds UTC and intervals are half-open. What
//! counts is real elapsed time, so a 24-hour day on which a zone leaves summer
//! time has 25 hours. Left out on purpose: reading files, the present time, and
//! what a clock is (pauses, targets, verdicts).

mod check;
mod computed;
mod days;
mod ics;
mod intervals;
mod outside;
mod span;
mod spec;
mod zone;

pub use computed::Calendar;
pub use days::{Day, DayReason};
pub use ics::holidays_from_ics;
pub use span::Span;
pub use spec::{Break, BusinessDay, CalendarSpec, DeadlineAt, Holiday, Hours, Override, WeeklyHours, Window};
pub use zone::{Wall, local_day_bounds, local_to_utc, to_local, wall_to_instant};
