//! What a run left, judged by what the kernel has when it is over.

use super::history::History;
use super::machine::Machine;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::check::run::{self, Holder, Leak, Left, Unwatched};
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Process, SegmentFacts};
use shmsan_core::finding::Finding;
use shmsan_core::flags::{IPC_CREAT, IPC_EXCL, SHM_DEST};
use shmsan_core::report::json::Spoke;
use shmsan_core::rule::{self, Rule, Severity};
use shmsan_core::time::Time;
use shmsan_core::tree::{Got, Known, Name};
use std::collections::{BTreeMap, HashSet};

/// What is known when a run is over.
pub struct Verdict {
    pub findings: Vec<Finding>,
    /// Which segments leak, for whoever wants them removed.
    pub leaks: Vec<(ShmId, Status)>,
    /// What the processes said themselves.
    pub said: BTreeMap<(String, Severity), u64>,
    /// How often that happened again, by rule.
    pub again: BTreeMap<String, u64>,
    /// How many of them called one of the five.
    pub processes: usize,
    /// How many processes go on.
    pub running: usize,
}

/// The rules that speak of segments that stay.
const LEAKS: [&Rule; 3] =
    [&rule::exit::LEAKED_SEGMENT, &rule::exit::CREATED_THEN_ATTACH_FAILED, &rule::run::REMOVAL_PENDING];

/// How many errors and warnings there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub errors: u64,
    pub warnings: u64,
}

/// The run as it stands at its end.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    pub now: Time,
    /// Processes of the tree that go on: what they know is not judged.
    pub running: &'a [i32],
    /// Pids that were seen in the tree, with or without a journal.
    pub seen: &'a HashSet<i32>,
    /// The run's own program, where the library does not get into it by itself.
    pub unwatched: Option<(i32, Unwatched)>,
    /// Whether every segment of the namespace is the run's own.
    pub isolated: bool,
    /// Whether what is left is removed after the verdict.
    pub removes: bool,
}

impl End<'_> {
    const fn fate(&self) -> run::Fate {
        match (self.isolated, self.removes) {
            (true, _) => run::Fate::GoWithNamespace,
            (false, true) => run::Fate::AreRemoved,
            (false, false) => run::Fate::Stay,
        }
    }
}

impl<M: Machine> History<M> {
    /// Gives the verdict.
    pub fn judge(&mut self, end: &End<'_>) -> Verdict {
        self.look_for_the_last_time(end.now);
        let Self { places, journal, symbols, deaths, .. } = self;
        let mut findings = run::died(deaths, &mut |site| places.same(site, journal, symbols));
        findings.append(&mut self.findings);
        let mut leaks = Vec::new();
        // One reason is enough of each.
        let mut unwatched: BTreeMap<_, _> =
            end.unwatched.filter(|(pid, _)| !self.has_journal(*pid)).into_iter().collect();
        for (id, status) in self.machine.segments() {
            let name = Name { namespace: self.machine.namespace(), id };
            let known = self.known(name);
            let creation = known.as_ref().and_then(|known| self.creation(known, id, &status));
            if status.owner.mode & SHM_DEST != 0 {
                let removed = known.as_ref().and_then(|known| known.removed);
                if let Some(removed) = removed.filter(|_| !is_in_use(known.as_ref(), &status, end)) {
                    let got = known.as_ref().and_then(|known| known.got.first());
                    findings.push(run::removal_pending(&self.left(id, &status, end.now), &removed, got));
                }
                continue;
            }
            let whose = self.whose(id, &status, creation.as_ref(), end);
            match whose {
                Whose::Nobodys => continue,
                Whose::Perhaps => {
                    unwatched.entry(status.creator).or_insert(Unwatched::MayHaveMade(id, status.key));
                    continue;
                }
                Whose::Unwatched => {
                    unwatched.entry(status.creator).or_insert(Unwatched::Made(id, status.key));
                }
                Whose::Runs => {}
            }
            if status.attachments == 0 && !is_in_use(known.as_ref(), &status, end) {
                let refused = known.and_then(|known| known.refused);
                let refused =
                    refused.filter(|(who, _)| creation.is_some_and(|got| got.member == *who)).map(|(_, it)| it);
                leaks.push((
                    Leak {
                        left: self.left(id, &status, end.now),
                        got: creation,
                        watched: !matches!(whose, Whose::Unwatched),
                        refused,
                    },
                    status,
                ));
            }
        }
        findings.extend(unwatched.iter().map(|(pid, why)| run::not_loaded(&Holder { pid: *pid, command: None }, *why)));
        findings.extend(self.vanished(end));
        let removable = leaks.iter().map(|(leak, status)| (leak.left.now.id, *status)).collect();
        let leaks: Vec<_> = leaks.into_iter().map(|(leak, _)| leak).collect();
        let Self { places, journal, symbols, .. } = self;
        findings.extend(run::leaked(&leaks, end.fate(), &mut |site| places.same(site, journal, symbols)));
        let processes = self.journal.processes().count();
        let (said, again) = (std::mem::take(&mut self.said), std::mem::take(&mut self.again));
        Verdict { findings, leaks: removable, said, again, processes, running: end.running.len() }
    }

    /// What the journals tell of a segment; they may not know the namespace's number.
    fn known(&self, name: Name) -> Option<Known> {
        let unnumbered = Name { namespace: 0, ..name };
        self.tree.segment(name).or_else(|| self.tree.segment(unnumbered)).cloned()
    }

    /// The shmget that made a segment. A child of vfork makes it in the memory of its parent, whose journal tells of it.
    fn creation(&self, known: &Known, id: ShmId, status: &Status) -> Option<Got> {
        let own = known.creation_by(status.creator, status.key);
        if own.is_some() || self.before.contains(&id) || self.has_journal(status.creator) {
            return own.copied();
        }
        let is_it = |got: &&Got| {
            let since = got.time.seconds().abs_diff(status.changed_at);
            is_creation(got) && got.key == status.key && since <= 1
        };
        known.got.iter().find(is_it).copied()
    }

    fn has_journal(&self, pid: i32) -> bool {
        self.journal.processes().any(|(_, process)| process.pid == pid)
    }

    fn whose(&self, id: ShmId, status: &Status, creation: Option<&Got>, end: &End<'_>) -> Whose {
        if creation.is_some() {
            return Whose::Runs;
        }
        // A call that did not come back has no record; the second is for IPC_SET, which moves the time.
        let is_new = !self.before.contains(&id);
        match (is_new, self.has_journal(status.creator)) {
            (true, true) => Whose::Runs,
            (true, false)
                if !end.isolated
                    && !end.seen.contains(&status.creator)
                    && status.creator_uid == self.machine.user()
                    && !self.machine.runs(status.creator, 0) =>
            {
                Whose::Perhaps
            }
            (true, false) if end.isolated || end.seen.contains(&status.creator) => Whose::Unwatched,
            _ => Whose::Nobodys,
        }
    }

    fn left(&self, id: ShmId, status: &Status, now: Time) -> Left {
        let holders = if status.attachments > 0 { self.machine.holders(id) } else { Vec::new() };
        let creator = self.journal.last_of(status.creator);
        let life = match creator {
            Some((_, process)) if self.machine.runs(process.pid, process.began) => Life::Runs,
            None if self.machine.runs(status.creator, 0) => Life::Unknown,
            _ => Life::Gone,
        };
        let command = creator.and_then(|(number, _)| self.holder(number).command);
        let age = u64::try_from(now.seconds() - status.changed_at).ok();
        Left {
            now: SegmentFacts {
                id,
                key: status.key,
                size: usize::try_from(status.size).unwrap_or(usize::MAX),
                mode: status.owner.mode,
                uid: status.owner.uid,
                owner: self.machine.user_name(status.owner.uid),
                creator: status.creator,
                process: Some(Process { pid: status.creator, life, command, made: None }),
                age,
                attachments: status.attachments,
                own_attachments: 0,
            },
            holders,
        }
    }

    /// Segments that the run made for certain, that are gone, and that nobody was seen to remove.
    fn vanished(&self, end: &End<'_>) -> Vec<Finding> {
        // Where something was not seen, it may have been the removal.
        if !end.running.is_empty() || !self.journal.is_whole() || end.unwatched.is_some() {
            return Vec::new();
        }
        let forced = self.machine.destroys_with_last_user();
        let mut findings = Vec::new();
        for (name, known) in self.tree.segments() {
            let certain = known.got.iter().find(|got| is_creation(got));
            let gone =
                known.removed.is_none() && self.is_ours(name.namespace) && self.machine.segment(name.id).is_none();
            if let Some(got) = certain.filter(|_| gone) {
                findings.push((got.time, run::vanished(name, got, forced)));
            }
        }
        findings.sort_by_key(|(time, _)| *time);
        findings.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// Whether a process that goes on will still use or remove it.
fn is_in_use(known: Option<&Known>, status: &Status, end: &End<'_>) -> bool {
    let goes_on = |pid: i32| end.running.contains(&pid);
    goes_on(status.creator) || known.is_some_and(|known| known.got.iter().any(|got| goes_on(got.pid)))
}

/// Whom a segment that is there belongs to.
enum Whose {
    Runs,
    /// Somebody of the run made it, who has no journal.
    Unwatched,
    /// A process that is gone made it meanwhile.
    Perhaps,
    Nobodys,
}

/// A shmget that finds nothing, but makes.
fn is_creation(got: &Got) -> bool {
    let exclusive = IPC_CREAT | IPC_EXCL;
    got.key == Key::PRIVATE || got.flags & exclusive == exclusive
}

impl Verdict {
    /// All that counts, the processes' own included.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        let own = self.findings.iter().map(|finding| (finding.severity, 1));
        for (severity, times) in own.chain(self.said.iter().map(|((_, severity), times)| (*severity, *times))) {
            match severity {
                Severity::Error => count.errors += times,
                Severity::Warning => count.warnings += times,
                Severity::Info => {}
            }
        }
        count
    }

    /// Leaves out what the run left in the kernel.
    pub fn forget_leaks(&mut self) {
        self.findings.retain(|finding| !LEAKS.contains(&finding.rule));
        self.leaks.clear();
    }

    /// How often each rule spoke, in the order of the table.
    pub fn by_rule(&self) -> Vec<Spoke> {
        let spoke = |rule: &'static str| {
            let own = self.findings.iter().filter(|finding| finding.rule.id == rule).count() as u64;
            let said: u64 = self.said.iter().filter(|((id, _), _)| id == rule).map(|(_, times)| times).sum();
            let (reports, again) = (own + said, self.again.get(rule).copied().unwrap_or_default());
            Spoke { rule, reports, times: reports.saturating_add(again) }
        };
        rule::all().map(|rule| spoke(rule.id)).filter(|spoke| spoke.reports > 0).collect()
    }
}
