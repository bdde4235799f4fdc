//! Whether random calls went where mistakes are made: mostly live arguments, and every errno that the machine can give.
//! ENFILE, ENOSYS, EIDRM and EOVERFLOW come from a seccomp filter: the kernel's own would need the whole machine's limit
//! on files, another kernel, a won race, and 32 bits.

use super::trial::{SEQUENCES, STEPS};
use crate::harness::say;
use crate::nobody::may_use_any_segment;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What every user reaches of each call.
const REACHED: &[(&str, &str)] = &[
    ("shmget", "success ENOENT EEXIST EINVAL"),
    ("shmat", "success EINVAL ENOMEM"),
    ("shmdt", "success EINVAL"),
    ("shmctl", "success EINVAL EFAULT"),
    ("ftok", "success ENOENT EFAULT ENOTDIR ENAMETOOLONG ELOOP"),
];

/// What only an ordinary user is refused, or root that has become one.
const REFUSED: &[(&str, &str)] =
    &[("shmget", "EACCES"), ("shmat", "EACCES"), ("shmctl", "EACCES EPERM ENOMEM"), ("ftok", "EACCES")];

/// What a seccomp filter answers.
const FILTERED: &[(&str, &str)] = &[
    ("shmget", "ENOSYS ENFILE EIDRM EOVERFLOW"),
    ("shmat", "ENOSYS ENFILE EIDRM EOVERFLOW"),
    ("shmdt", "ENOSYS ENFILE EIDRM EOVERFLOW"),
    ("shmctl", "ENOSYS ENFILE EIDRM EOVERFLOW"),
];

/// What is done besides, on every machine.
const DONE: &[&str] = &[
    "fork",
    "vfork",
    "kill",
    "threads-by-turns",
    "threads-at-once",
    "storm",
    "mprotect",
    "mremap",
    "munmap",
    "raw-call",
];

/// The counts that runs of the driver print at their end, added up.
#[derive(Default)]
pub struct Reached {
    calls: u64,
    live: u64,
    counts: BTreeMap<String, u64>,
}

impl Reached {
    pub fn add(&mut self, printed: &str) {
        let summary = printed.lines().filter_map(|line| line.strip_prefix("summary: ")).next_back();
        let summary = summary.unwrap_or_else(|| panic!("no summary: {}", printed.lines().last().unwrap_or_default()));
        let numbers: Vec<u64> = summary.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [calls, live] = numbers[..] else { panic!("not a summary: {summary}") };
        self.calls += calls;
        self.live += live;
        for line in printed.lines().filter(|line| line.starts_with("reached: ") || line.starts_with("done: ")) {
            let (what, count) = line.rsplit_once(' ').unwrap();
            *self.counts.entry(what.to_owned()).or_default() += count.parse::<u64>().unwrap();
        }
    }

    fn has(&self, what: &str) -> bool {
        self.counts.get(what).is_some_and(|count| *count > 0)
    }

    /// Prints all counts, and fails if the usual number of sequences went nowhere. `root`: these were root's calls.
    pub fn check(&self, root: bool, sequences: u64) {
        let mut text = format!("{} calls, {} drawn from live state\n", self.calls, self.live);
        for (what, count) in &self.counts {
            writeln!(text, "{what} {count}").unwrap();
        }
        text += "not reached: EIDRM of a race, EOVERFLOW of 32 bits, ENFILE of a machine without files, ENOSYS of a kernel \
                 without them; a filter answers these";
        say(&text);
        assert!(self.calls >= sequences * STEPS / 2, "only {} calls", self.calls);
        assert!(self.live * 10 >= self.calls * 7, "{} of {} calls were drawn from live state", self.live, self.calls);
        if sequences < SEQUENCES {
            say("skipped: whether every errno was reached: that takes the usual number of sequences");
            return;
        }
        let missed: Vec<_> = self.wanted(root).into_iter().filter(|what| !self.has(what)).collect();
        assert!(missed.is_empty(), "never reached: {missed:?}");
    }

    fn wanted(&self, root: bool) -> Vec<String> {
        let setting = |file| fs::read_to_string(Path::new("/proc/sys/vm").join(file)).unwrap_or_default();
        let mut wanted = REACHED.to_vec();
        let mut done = DONE.to_vec();
        let other_users = self.has("done: other-user");
        if setting("overcommit_memory").trim() != "1" {
            wanted.push(("shmget", "ENOMEM"));
        }
        if !root || other_users {
            wanted.extend(REFUSED);
            // Root is somebody else too seldom to reach it for certain.
            if !root && setting("mmap_min_addr").trim() != "0" {
                wanted.push(("shmat", "EPERM"));
            }
            wanted.push(("shmget", "EPERM"));
        }
        if self.has("done: filter") {
            wanted.extend(FILTERED);
        } else {
            say("not reached: ENFILE ENOSYS EIDRM EOVERFLOW: no seccomp filters here");
        }
        if self.has("done: limit") {
            wanted.push(("shmget", "ENOSPC"));
        } else {
            say("not reached: shmget ENOSPC: the namespace's limits may not be changed here");
        }
        if root && may_use_any_segment() && other_users {
            done.extend(["exec", "other-namespace", "back-home"]);
        }
        let errors = wanted
            .iter()
            .flat_map(|&(call, errors)| errors.split(' ').map(move |error| format!("reached: {call} {error}")));
        errors.chain(done.iter().map(|deed| format!("done: {deed}"))).collect()
    }
}
