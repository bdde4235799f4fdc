//! What happened in the tree, in its order: who began, called, replaced its program, ended.

use super::machine::Machine;
use super::places::Places;
use super::trace::Trace;
use crate::journal::{Journal, Number, Process, Said, What};
use crate::symbols::Symbols;
use crate::sys::{Followed, Status};
use shmsan_core::call::ShmId;
use shmsan_core::check::run::{self, Death, Holder};
use shmsan_core::finding::Finding;
use shmsan_core::rule::Severity;
use shmsan_core::site::Site;
use shmsan_core::time::Time;
use shmsan_core::tree::{Done, Member, Name, Tree};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A call is in its journal so long after it began: what is younger may still get something before it.
const SETTLED_NS: i64 = 1_000_000_000;

/// Their journals need descriptors, too.
const MOST_FOLLOWED: usize = 256;

/// What is known of a run so far.
pub struct History<M> {
    pub(super) machine: M,
    pub(super) journal: Journal,
    pub(super) symbols: Symbols,
    pub(super) places: Places,
    pub(super) tree: Tree,
    trace: Option<Trace>,
    /// What was read and is not settled.
    waiting: Vec<(Time, Step)>,
    /// The segments that were there when the run began.
    pub(super) before: HashSet<ShmId>,
    /// Those of whom the kernel may tell how they end.
    followed: HashMap<Number, Followed>,
    /// What the order of events has shown.
    pub(super) findings: Vec<Finding>,
    pub(super) deaths: Vec<Death>,
    /// What the processes themselves have said, by rule: how many errors and warnings, and where for the first time.
    pub(super) said: BTreeMap<(String, Severity), u64>,
    pub(super) said_at: Vec<(String, Site)>,
    /// How often what they have said happened again, by rule.
    pub(super) again: BTreeMap<String, u64>,
}

#[expect(clippy::large_enum_variant, reason = "most of it are calls")]
enum Step {
    Said(Said),
    /// The process is gone, and nobody knows how it ended.
    Gone(Number),
    Killed(Number, i32),
    /// Another program runs there, or ran when it ended.
    Replaced(Number),
}

impl<M: Machine> History<M> {
    /// To be made before the program starts.
    pub fn new(journal: Journal, machine: M, symbols: Symbols, trace: Option<Trace>) -> Self {
        let before = machine.segments().into_iter().map(|(id, _)| id).collect();
        Self {
            machine,
            journal,
            symbols,
            places: Places::default(),
            tree: Tree::default(),
            trace,
            waiting: Vec::new(),
            before,
            followed: HashMap::new(),
            findings: Vec::new(),
            deaths: Vec::new(),
            said: BTreeMap::new(),
            said_at: Vec::new(),
            again: BTreeMap::new(),
        }
    }

    /// Takes in what has happened by `now`.
    pub fn look(&mut self, now: Time) {
        for said in self.journal.read() {
            if let (What::Call(event), Some(trace)) = (&said.what, &mut self.trace) {
                trace.add(said.process, event);
            }
            if matches!(said.what, What::Began(_)) && self.followed.len() < MOST_FOLLOWED {
                let Process { pid, began, .. } = *self.journal.process(said.process);
                self.followed.extend(self.machine.follow(pid, began).map(|followed| (said.process, followed)));
            }
            self.waiting.push((said.time(), Step::Said(said)));
        }
        if let Some(trace) = &mut self.trace {
            trace.write(Some(now), &self.journal, &mut self.symbols);
        }
        self.settle(Some(Time(now.0.saturating_sub(SETTLED_NS))));
    }

    /// Lets go of what is over; to be called now and then.
    pub fn tidy(&mut self, now: Time) {
        let Self { journal, machine, .. } = self;
        let over = |process: &Process| process.ended || !machine.runs(process.pid, process.began);
        let gone = journal.processes().filter(|(_, process)| !process.gone && over(process));
        let gone: Vec<_> = gone.map(|(number, _)| (now, Step::Gone(number))).collect();
        journal.tidy(over);
        // How they ended comes first.
        self.hear_of_ends(now);
        self.waiting.extend(gone);
        self.notice_execs();
    }

    /// A process of the tree was ended by that signal.
    pub fn killed(&mut self, pid: i32, began: u64, signal: i32, now: Time) {
        let process = self.journal.last_of(pid).filter(|(_, process)| process.began == began);
        if let Some((number, _)) = process {
            self.note_killed(number, signal, now);
        }
    }

    fn note_killed(&mut self, process: Number, signal: i32, now: Time) {
        let runs_on = self.journal.is_marked(process);
        self.waiting.push((now, if runs_on { Step::Killed(process, signal) } else { Step::Replaced(process) }));
    }

    /// Of those whose parents have waited for them.
    fn hear_of_ends(&mut self, now: Time) {
        let ended = self.followed.iter().filter_map(|(number, followed)| Some((*number, followed.status()?)));
        for (number, status) in ended.collect::<Vec<_>>() {
            self.followed.remove(&number);
            if let Status::Killed(signal) = status {
                self.note_killed(number, signal, now);
            }
        }
    }

    /// Takes in all there is.
    pub(super) fn look_for_the_last_time(&mut self, now: Time) {
        self.look(now);
        self.hear_of_ends(now);
        if let Some(trace) = &mut self.trace {
            trace.write(None, &self.journal, &mut self.symbols);
        }
        self.settle(None);
    }

    /// Why the trace is not whole, if it is not.
    pub(super) fn trouble_of_trace(&self) -> Option<String> {
        Some(self.trace.as_ref()?.trouble()?.to_string())
    }

    fn settle(&mut self, until: Option<Time>) {
        self.waiting.sort_by_key(|(time, _)| *time);
        let settled = match until {
            Some(until) => self.waiting.partition_point(|(time, _)| *time <= until),
            None => self.waiting.len(),
        };
        let steps: Vec<_> = self.waiting.drain(..settled).collect();
        for (_, step) in steps {
            match step {
                Step::Said(Said { process, what }) => self.take(process, what),
                Step::Gone(process) => self.leave(process),
                Step::Killed(process, signal) => self.die(process, signal),
                Step::Replaced(process) => self.replace(process),
            }
        }
    }

    fn take(&mut self, process: Number, what: What) {
        match what {
            What::Began(_) => self.begin(process),
            What::Call(mut event) => {
                event.site = self.places.keep(process, event.site);
                let namespace = self.journal.process(process).namespace;
                self.tree.record(member(process), namespace, &event);
            }
            What::Finding(finding) => {
                let rule = String::from_utf8_lossy(&finding.rule).into_owned();
                if finding.again > 0 {
                    let again = self.again.entry(rule).or_default();
                    return *again = again.saturating_add(finding.again);
                }
                *self.said.entry((rule.clone(), finding.severity)).or_default() += 1;
                self.said_at.push((rule, self.places.keep(process, finding.site)));
            }
            What::End(_) => self.leave(process),
        }
    }

    /// Where the same process ran another program before, exec took what that one had attached.
    fn begin(&mut self, process: Number) {
        let new = self.journal.process(process);
        if let Some(parent) = self.journal.forker_of(process) {
            self.tree.inherit(member(parent), member(process));
        }
        let is_before = |(_, old): &(Number, &Process)| {
            old.first < new.first && old.pid == new.pid && old.began == new.began && new.began != 0 && !old.gone
        };
        let old = self.journal.processes().find(is_before).map(|(old, _)| old);
        if let Some(old) = old {
            self.replace(old);
        }
    }

    /// Whoever runs another program than its journal says has called exec, and nothing of the five since.
    fn notice_execs(&mut self) {
        let holders: HashSet<_> = self.tree.holders_of_removed().chain(self.tree.heirs()).collect();
        let replaced = |(number, process): &(Number, &Process)| {
            let exe = &process.program.exe;
            let runs_another = || !exe.is_empty() && self.machine.exe(process.pid).is_some_and(|now| now != *exe);
            let is_replaced = || !self.journal.is_marked(*number) || runs_another();
            !process.gone && holders.contains(&member(*number)) && is_replaced()
        };
        let replaced: Vec<_> = self.journal.processes().filter(replaced).map(|(number, _)| number).collect();
        for number in replaced {
            self.replace(number);
        }
    }

    /// The program of that process is over, and another one runs there.
    fn replace(&mut self, old: Number) {
        let mut held = self.leave_quietly(old);
        let is_replaced = |heir: &Number| !self.journal.is_marked(*heir);
        let heirs: HashSet<_> = self.tree.heirs().map(|Member(number)| Number(number)).filter(is_replaced).collect();
        held.extend(heirs.into_iter().flat_map(|heir| self.leave_quietly(heir)));
        let mut seen = HashSet::new();
        for (name, attach) in held.into_iter().filter(|(name, _)| seen.insert(*name)) {
            // What a child has of its parent it may well give up by an exec: a helper's.
            let own = attach.member == member(old);
            if let Some(finding) = own.then(|| self.destroyed_by_exec(old, name, &attach)).flatten() {
                self.findings.push(finding);
            }
            self.tree.forget_if_over(name);
        }
    }

    fn destroyed_by_exec(&self, old: Number, name: Name, attach: &Done) -> Option<Finding> {
        let known = self.tree.segment(name)?;
        let removed = known.removed?;
        let there = self.is_ours(name.namespace).then(|| self.machine.segment(name.id))?;
        if there.is_some() || self.tree.is_held_by_another(name, member(old)) {
            return None;
        }
        Some(run::exec_destroyed(&self.holder(old), name, attach, &removed, known.got.first()))
    }

    fn die(&mut self, process: Number, signal: i32) {
        let attached: Vec<_> = self.tree.attachments_of(member(process)).copied().collect();
        self.deaths.push(Death { process: self.holder(process), signal: name_of(signal), attached });
        self.leave(process);
    }

    fn leave(&mut self, process: Number) {
        for (name, _) in self.leave_quietly(process) {
            self.tree.forget_if_over(name);
        }
    }

    fn leave_quietly(&mut self, process: Number) -> Vec<(Name, Done)> {
        self.journal.note_gone(process);
        self.followed.remove(&process);
        self.tree.leave(member(process))
    }

    pub(super) fn holder(&self, process: Number) -> Holder {
        let process = self.journal.process(process);
        Holder { pid: process.pid, command: Some(process.program.command()).filter(|command| !command.is_empty()) }
    }

    /// Whether segments of that namespace can be looked at; one that is not known is taken for ours.
    pub(super) fn is_ours(&self, namespace: u64) -> bool {
        namespace == 0 || self.machine.namespace() == 0 || namespace == self.machine.namespace()
    }
}

/// As kill(1) calls it.
fn name_of(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.to_string())
}

/// Under which number the tree knows it.
pub(super) const fn member(Number(number): Number) -> Member {
    Member(number)
}
