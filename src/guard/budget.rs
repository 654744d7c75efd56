//! By when this process has to be done, when somebody set that: a process has one end. Told once, at the start.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

#[derive(Debug)]
struct Budget {
    end: Instant,
    asked: Duration,
}

static BUDGET: OnceLock<Budget> = OnceLock::new();

/// From now on there is so much time. Only the first call counts.
pub fn be_done_in(time: Duration) {
    let now = Instant::now();
    let _ = BUDGET.set(Budget { end: now.checked_add(time).unwrap_or(now), asked: time });
}

/// How much time is left; nothing when nobody set an end.
pub fn time_left() -> Option<Duration> {
    BUDGET.get().map(|budget| budget.end.saturating_duration_since(Instant::now()))
}

/// Whether the time is up.
pub fn is_over() -> bool {
    time_left().is_some_and(|left| left.is_zero())
}

/// The same before any mutant could run: the next run does not begin further on.
pub fn used_up_early() -> String {
    format!("{} before the first mutant ran; what was built is kept: run again with more time", used_up())
}

/// `the budget of 10m is used up`.
pub fn used_up() -> String {
    let asked = BUDGET.get().map_or(Duration::ZERO, |budget| budget.asked);
    format!("the budget of {} is used up", humantime::format_duration(asked))
}
