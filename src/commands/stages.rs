//! What a run is doing: times for `-v`, a moving line where somebody watches.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::CommonArgs;

/// The stages of a run, one after the other.
pub struct Stages {
    is_verbose: bool,
    since: Instant,
    bar: ProgressBar,
    /// Seconds by stage.
    pub taken: Vec<(&'static str, f64)>,
}

/// Shorter runs show no moving line.
const PATIENCE: Duration = Duration::from_millis(500);

impl Stages {
    /// Of a run with those options.
    pub fn new(args: &CommonArgs) -> Stages {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if !args.quiet && !args.verbose && !args.no_progress {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.set_message("reading");
            let late = bar.clone();
            std::thread::spawn(move || {
                std::thread::sleep(PATIENCE);
                if !late.is_finished() {
                    // Draws only on a terminal.
                    late.set_draw_target(ProgressDrawTarget::stderr());
                    late.enable_steady_tick(Duration::from_millis(100));
                }
            });
        }
        Stages { is_verbose: args.verbose, since: Instant::now(), bar, taken: Vec::new() }
    }

    /// Notes the end of a stage; `what` is said of it with `-v`.
    pub fn done(&mut self, stage: &'static str, what: impl FnOnce() -> String) {
        let seconds = self.since.elapsed().as_secs_f64();
        if self.is_verbose {
            tell!("{stage:<10} {seconds:>8.3} s  {}", what());
        }
        self.bar.set_message(format!("{stage} done"));
        self.taken.push((stage, seconds));
        self.since = Instant::now();
    }

    /// Clears the moving line, so that what is printed stands by itself.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.finish();
    }
}
