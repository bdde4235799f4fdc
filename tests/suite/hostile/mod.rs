//! The library in hostile surroundings. Each program runs bare and then shimmed, with the default options and with
//! `trace=1`: it must not notice a difference, and nobody but shmsan may have written on standard error.

mod company;
mod denied;
mod descriptors;
mod environment;
mod exit_order;
mod limits;
mod many;
mod memory;
mod mounts;
mod processes;

use crate::harness::{Ran, Run, Way, compile_with};
use std::path::Path;

/// Enough where it makes no difference how the library got in: once before everything else, once inside the program.
pub const TWO_WAYS: [Way; 2] = [Way::Preloaded, Way::LinkedStatic];

/// A shimmed run that equals the bare one.
pub struct Shimmed {
    pub way: Way,
    pub options: &'static str,
    pub ran: Ran,
}

impl Shimmed {
    pub fn is_traced(&self) -> bool {
        self.options.contains("trace=1")
    }

    /// How often a rule was reported; a report is counted by its first line.
    pub fn reports_of(&self, rule: &str) -> usize {
        let first = format!(": shmsan: {rule}:");
        self.ran.stderr.lines().filter(|line| line.starts_with("==") && line.contains(&first)).count()
    }

    /// Fails with what there is to see of the run; of a long trace the beginning and the end.
    pub fn fail(&self, what: &str) -> ! {
        let Self { way, options, ran } = self;
        let mut lines: Vec<_> = ran.stderr.lines().collect();
        if lines.len() > 80 {
            lines.splice(40..lines.len() - 40, ["..."]);
        }
        let stderr = lines.join("\n");
        panic!("{way:?} {options:?}: {what}\n{}\nit wrote\n{}{stderr}", ran.status, ran.stdout)
    }

    pub fn expect_reports(&self, rule: &str, wanted: usize) {
        let seen = self.reports_of(rule);
        if seen != wanted {
            self.fail(&format!("{rule} was reported {seen} times and not {wanted} times"));
        }
    }

    /// That shmsan was awake to the end: it never gave up, and wrote a trace if and only if it was asked for one.
    pub fn expect_checks_on(&self) {
        if self.ran.stderr.contains("checks are off") {
            self.fail("the checks went off");
        }
        self.expect_trace();
    }

    pub fn expect_trace(&self) {
        if self.is_traced() != self.ran.stderr.lines().any(is_trace_line) {
            self.fail("a trace where none was asked for, or none where one was");
        }
    }
}

fn is_trace_line(line: &str) -> bool {
    line.starts_with("[pid ")
}

/// A report, a trace line, or a word about options or about what shmsan could not do.
fn is_ours(line: &str) -> bool {
    line.contains("shmsan") || line.starts_with("  ") || is_trace_line(line)
}

/// Compiles a program and runs it bare and shimmed, as `prepare` says; returns the bare run and all others.
pub fn undisturbed(
    name: &str,
    flags: &[&str],
    ways: &[Way],
    prepare: impl Fn(&Path, Way) -> Run,
) -> (Ran, Vec<Shimmed>) {
    let bare = prepare(&compile_with(name, Way::Bare, flags), Way::Bare).go();
    let mut all = Vec::new();
    for &way in ways {
        let program = compile_with(name, way, flags);
        for options in ["", "trace=1"] {
            let ran = prepare(&program, way).options(options).go();
            let shimmed = Shimmed { way, options, ran };
            if shimmed.ran.seen_by_the_user() != bare.seen_by_the_user() {
                shimmed.fail(&format!("{name} is not as it is bare: {}\n{}", bare.status, bare.stdout));
            }
            if !shimmed.ran.stderr.lines().all(is_ours) {
                shimmed.fail("somebody else wrote on standard error");
            }
            all.push(shimmed);
        }
    }
    (bare, all)
}

/// The usual preparation: nothing.
pub fn as_it_is(program: &Path, way: Way) -> Run {
    Run::new(program, way)
}
