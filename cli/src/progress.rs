//! How far a long look has come, for whoever sits before a terminal; of a short one nothing is seen.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// What takes less is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);

pub struct Progress;

impl Progress {
    /// To be told how many of how many are done.
    pub fn of(what: &'static str) -> impl FnMut(u64, u64) {
        let begin = Instant::now();
        let mut bar = None;
        move |done, all| {
            if begin.elapsed() >= PATIENCE {
                // On standard error, and only where that is a terminal; it wipes itself off at the end.
                let bar: &mut Bar = bar.get_or_insert_with(|| Bar::new(what, all));
                bar.0.set_position(done);
            }
        }
    }
}

struct Bar(ProgressBar);

impl Bar {
    fn new(what: &'static str, all: u64) -> Self {
        let style =
            ProgressStyle::with_template("{msg} {pos}/{len} {bar:40}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
        Self(bar.with_style(style).with_message(what))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
