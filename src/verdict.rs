//! What the findings come to: how many there were, when there are enough of them, and how the program ends for it.

use crate::state::{self, options};
use crate::{journal, kernel};
use shmsan_core::options::{FailOn, Options};
use shmsan_core::rule::{self, Rule, Severity};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Of this process.
static ERRORS: AtomicU64 = AtomicU64::new(0);
static WARNINGS: AtomicU64 = AtomicU64::new(0);
static REPORTS: AtomicU64 = AtomicU64::new(0);
/// Findings of each rule, in the order of the table; what happened again at the same place is counted there.
static OF_RULE: [AtomicU64; rule::ROOM] = [const { AtomicU64::new(0) }; rule::ROOM];

/// Where `exitcode` is 0, for a program that is halted: it must not end as if all were well.
const HALTED: i32 = 1;

/// Whether there is room for one more report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    /// For this one and no other.
    Last,
    None,
}

/// Counts a finding that is not suppressed.
pub fn count(rule: &Rule, severity: Severity) -> Room {
    if let Some(count) = rule::position(rule).and_then(|position| OF_RULE.get(position)) {
        count.fetch_add(1, Relaxed);
    }
    match severity {
        Severity::Error => ERRORS.fetch_add(1, Relaxed),
        Severity::Warning => WARNINGS.fetch_add(1, Relaxed),
        Severity::Info => 0,
    };
    let (number, most) = (REPORTS.fetch_add(1, Relaxed) + 1, u64::from(options().max_reports));
    match number {
        _ if most == 0 || number < most => Room::Enough,
        _ if number == most => Room::Last,
        _ => Room::None,
    }
}

/// What is said behind the last report, in the name of this process.
pub struct NoMore(pub i32);

impl fmt::Display for NoMore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self(pid), most) = (self, options().max_reports);
        writeln!(f, "=={pid}==shmsan: no more reports after {most} (max_reports); they are counted")
    }
}

/// Takes back what [`count`] has counted: it turned out to be suppressed.
pub fn uncount(rule: &Rule, severity: Severity) {
    if let Some(count) = rule::position(rule).and_then(|position| OF_RULE.get(position)) {
        count.fetch_sub(1, Relaxed);
    }
    match severity {
        Severity::Error => ERRORS.fetch_sub(1, Relaxed),
        Severity::Warning => WARNINGS.fetch_sub(1, Relaxed),
        Severity::Info => 0,
    };
    REPORTS.fetch_sub(1, Relaxed);
}

/// What was found is the parent's; said in the child of a fork.
pub fn forget() {
    for count in [&ERRORS, &WARNINGS, &REPORTS].into_iter().chain(&OF_RULE) {
        count.store(0, Relaxed);
    }
}

/// How many findings there were of each rule, in the order of the table.
pub fn of_rules() -> [u64; rule::ROOM] {
    std::array::from_fn(|position| OF_RULE[position].load(Relaxed))
}

/// How many errors and warnings there were, where more were found than printed.
pub fn beyond_the_reports() -> Option<(u64, u64)> {
    let most = u64::from(options().max_reports);
    (most > 0 && REPORTS.load(Relaxed) > most).then(|| (ERRORS.load(Relaxed), WARNINGS.load(Relaxed)))
}

/// Whether the user wants the program to end with such a finding, in whatever way.
pub fn ends_by(severity: Severity) -> bool {
    let options = options();
    fails_by(severity, options) && (options.abort_on_error || options.halt_on_error)
}

/// Ends the program at once, if the user wants that of such a finding. Nothing is flushed: this may be in the middle of
/// a call of stdio's, in a signal handler.
pub fn halt_on(severity: Severity) {
    let options = options();
    if !fails_by(severity, options) {
        return;
    }
    if options.abort_on_error {
        // SAFETY: it does not come back, which is what the user wants.
        unsafe { libc::abort() };
    }
    if options.halt_on_error {
        let own = i32::try_from(options.exitcode).unwrap_or(HALTED);
        journal::end();
        kernel::exit(if own == 0 { HALTED } else { own });
    }
}

const fn fails_by(severity: Severity, options: &Options) -> bool {
    match (severity, options.fail_on) {
        (Severity::Error, _) | (Severity::Warning, FailOn::Warning) => true,
        (Severity::Warning, FailOn::Error) | (Severity::Info, _) => false,
    }
}

/// At the very end: the exit status that the user wants for a program with mistakes.
pub fn end() {
    let Some(options) = state::given().map(|settings| &settings.options) else { return };
    let warnings = if options.fail_on == FailOn::Warning { WARNINGS.load(Relaxed) } else { 0 };
    let exitcode = i32::try_from(options.exitcode).unwrap_or(HALTED);
    if exitcode != 0 && ERRORS.load(Relaxed) + warnings > 0 {
        // Called from a handler of its own, glibc's exit goes on with what is left of the end, flushes stdio without
        // waiting for a lock that another thread holds in a read, and takes the new status.
        // SAFETY: this is the last handler, in the thread that ends the program.
        unsafe { libc::exit(exitcode) };
    }
}
