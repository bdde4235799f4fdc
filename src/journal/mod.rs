//! What `shmsan run` learns of each process of its tree: a file that the process writes through memory, so that a record
//! that was made before a call came back is there after a kill -9. Without `shmsan run` there is none, and nothing here
//! costs anything.

mod file;

use crate::boundary;
use crate::kernel::{self, clock};
use crate::lock::{Locked, RawLock};
use crate::site::{self, Caller, Calling, Said};
use crate::state::SEEN;
use crate::{errno, identity, shim, sink, thread};
pub use file::Heritage;
use file::{File, Trouble};
use once_cell::race::OnceBox;
use shmsan_core::call::{Call, Outcome, ShmId};
use shmsan_core::event::Event;
use shmsan_core::flags::IPC_RMID;
use shmsan_core::record::{self, Finding, Slot, Stored};
use shmsan_core::rule::{Rule, Severity};
use shmsan_core::site::Site;
use shmsan_core::time::Time;
use shmsan_core::tracker::Count;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64};

static JOURNAL: Locked<Journal> = Locked::new(Journal { file: File::new(), said: Said::new() });
static SESSION: OnceBox<Session> = OnceBox::new();
/// Whether there is a session, and its journal of this process can be written.
static ON: AtomicBool = AtomicBool::new(false);
/// Whether this process has its file.
static OPEN: AtomicBool = AtomicBool::new(false);
/// When this process, or the one that it was forked from, forked last; nanoseconds.
static FORKED_AT: AtomicI64 = AtomicI64::new(0);

/// Of the command line, what is kept.
const ARGUMENTS: usize = 4096;

/// Before the path in SHMSAN_SESSION, where every call is wanted.
const EVERY_CALL: &[u8] = b"trace:";

struct Journal {
    file: File,
    said: Said,
}

struct Session {
    /// The folder that the files go into.
    folder: Vec<u8>,
    every_call: bool,
}

/// Takes the session that SHMSAN_SESSION names, at load.
pub fn join(value: &[u8]) {
    let (folder, every_call) = match value.strip_prefix(EVERY_CALL) {
        Some(folder) => (folder, true),
        None => (value, false),
    };
    if folder.starts_with(b"/") && file::is_fit(folder) {
        SESSION.get_or_init(|| Box::new(Session { folder: folder.to_vec(), every_call }));
        // A program begins: what the process had before an exec is gone.
        file::remove_mark(folder);
        ON.store(true, Relaxed);
    }
}

pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// Whether this process has its file.
pub fn is_open() -> bool {
    OPEN.load(Relaxed)
}

/// Whether `shmsan run` traces: then calls are stored with all that they show.
pub fn wants_every_call() -> bool {
    is_on() && SESSION.get().is_some_and(|session| session.every_call)
}

/// To be held over a fork.
pub const fn lock() -> &'static RawLock {
    JOURNAL.raw()
}

/// Before a call: who is killed in its first one has been here.
#[inline]
pub fn begin() {
    if is_on() && !OPEN.load(Relaxed) {
        open(None);
    }
}

/// In a child that has what its parent had attached, whether it calls anything or not.
pub fn begin_as_child(heritage: Option<Heritage>) {
    if is_on() {
        open(heritage);
    }
}

#[cold]
fn open(heritage: Option<Heritage>) {
    let Some(session) = SESSION.get() else { return };
    let who = file::Who::find(session.every_call, heritage);
    let arguments = identity::arguments(ARGUMENTS);
    let process = record::Process::store(identity::exe().unwrap_or_default(), &arguments);
    write(|journal| {
        if OPEN.load(Relaxed) {
            return Ok(());
        }
        // Whoever finds the journal looks for it.
        file::mark(&session.folder);
        journal.file.begin(&session.folder, who)?;
        OPEN.store(true, Relaxed);
        journal.file.append(&session.folder, &process)
    });
    if is_open() {
        boundary::open();
    }
}

/// Before a fork, with the lock held.
pub fn note_fork() {
    if is_open() {
        FORKED_AT.store(clock::time().0, Relaxed);
    }
}

/// In a child of whose fork was heard: when it was.
pub fn forked_at() -> Time {
    Time(FORKED_AT.load(Relaxed))
}

/// A child's journal is its own. Returns the token of its parent's.
pub fn forget() -> Option<u64> {
    if !is_on() || !OPEN.swap(false, Relaxed) {
        return None;
    }
    let forget = |journal: &mut Journal| {
        journal.said.clear();
        journal.file.leave()
    };
    JOURNAL.with(forget)?
}

/// When the call begins, where it is likely to matter. The clock takes a fifth of a shmget.
#[inline]
pub fn time_of(call: &Call, caller: &Caller) -> Option<Time> {
    let matters = match *call {
        Call::Get { .. } => !SEEN.is_familiar(shim::fingerprint_of(*call, *caller)),
        Call::Control { command, .. } => command == IPC_RMID,
        Call::Attach { .. } | Call::Detach { .. } => true,
        Call::Ftok { .. } => false,
    };
    matters.then(clock::time)
}

/// Whether it matters to the verdict over the tree that the call was made.
#[inline]
pub fn matters(call: &Call, outcome: Outcome, caller: &Caller) -> bool {
    match (*call, outcome) {
        // What was found there before is no news.
        (Call::Get { .. }, Ok(id)) => {
            let id = i32::try_from(id).map_or(ShmId(-1), ShmId);
            !SEEN.contains(id, shim::fingerprint_of(*call, *caller))
        }
        (Call::Attach { .. }, _) | (Call::Detach { .. } | Call::Control { command: IPC_RMID, .. }, Ok(_)) => true,
        _ => false,
    }
}

/// Stores a call that is over.
pub fn call(event: &Event) {
    store(event.site, &record::call(event));
}

/// The same of a call that matters to the verdict alone.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub fn brief_call(time: Option<Time>, call: &Call, outcome: Outcome, caller: &Caller) {
    let site = boundary::contain(|| caller.site()).unwrap_or(Site::UNKNOWN);
    // What was taken for no news, and is some, began a moment ago.
    let time = time.unwrap_or_else(clock::time);
    append(site, &record::brief_call(time, thread::id(), call, outcome, site));
}

/// In one step, where the place was told of and there is room.
#[inline(never)]
fn append(site: Site, slot: &Slot) {
    let in_one_step = |journal: &mut Journal| journal.said.contains(site) && journal.file.append_slot(slot);
    if is_on() && JOURNAL.with(in_one_step) == Some(false) {
        boundary::contain(|| store(site, &Stored::from(*slot)));
    }
}

/// Stores what a rule said.
pub fn finding(rule: &Rule, severity: Severity, site: Site) {
    if is_on() {
        begin();
        store(site, &Finding::store(clock::time(), rule.id, severity, site, 0));
    }
}

/// Stores how often what a rule said happened again.
pub fn again(Count { rule, site, times }: &Count) {
    if is_on() && OPEN.load(Relaxed) {
        store(*site, &Finding::store(clock::time(), rule.id, rule.severity, *site, times - 1));
    }
}

/// Stores that something was found where nothing can be looked up, because a fault is being handled.
pub fn fault(rule: &Rule, site: Site) {
    if is_on() && OPEN.load(Relaxed) {
        let stored = Finding::store(clock::time(), rule.id, rule.severity, site, 0);
        write(|journal| journal.append(&stored));
    }
}

/// The process ends by itself.
pub fn end() {
    if is_on() && OPEN.load(Relaxed) {
        let stored = record::end(clock::time());
        write(|journal| journal.append(&stored));
    }
}

#[inline(never)]
fn store(site: Site, stored: &Stored) {
    let written =
        write(|journal| if journal.said.contains(site) { journal.append(stored).map(|()| true) } else { Ok(false) });
    if written == Some(false) {
        store_with_place(site, stored);
    }
}

#[cold]
fn store_with_place(site: Site, stored: &Stored) {
    let before = errno::read();
    // Found out without the lock: it takes memory.
    let places = site::stored(site);
    write(|journal| {
        for place in &places {
            journal.append(place)?;
        }
        journal.said.insert(site);
        journal.append(stored)
    });
    errno::write(before);
}

impl Journal {
    fn append(&mut self, stored: &Stored) -> Result<(), Trouble> {
        match SESSION.get() {
            Some(session) => self.file.append(&session.folder, stored),
            None => Ok(()),
        }
    }
}

/// Runs `work` with the journal; where that has trouble, it ends.
fn write<T>(work: impl FnOnce(&mut Journal) -> Result<T, Trouble>) -> Option<T> {
    match JOURNAL.with(work)? {
        Ok(done) => Some(done),
        Err(trouble) => {
            give_up(trouble);
            None
        }
    }
}

#[cold]
fn give_up(trouble: Trouble) {
    if !ON.swap(false, Relaxed) {
        return;
    }
    if let Some(reason) = trouble.reason() {
        let line = format!(
            "=={}==shmsan: {reason}; shmsan run does not see what this process does from now on\n",
            kernel::pid()
        );
        sink::say(line.as_bytes());
    }
    boundary::open();
}
