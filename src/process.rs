//! Which process this is, without asking each time: a page that the kernel wipes in every child holds the pid, so that a
//! child of fork, `_Fork` or raw clone finds 0 there. A vfork child shares its parent's memory and rightly finds the parent.

use crate::kernel::{self, map};
use crate::thread::{self, Inside};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicUsize};

/// A whole page, so that nothing else is wiped with it: as large as pages are at most. In .bss, because an address that
/// is known at load saves the usual call a look.
#[cfg_attr(target_arch = "aarch64", repr(C, align(65536)))]
#[cfg_attr(not(target_arch = "aarch64"), repr(C, align(4096)))]
struct Page {
    /// The pid; 0 in a process that has not said [`settle`] yet.
    pid: AtomicI32,
    /// How far a call may go the short way: the one question of the usual call.
    ready: AtomicU32,
    /// Where each thread's words are ([`crate::thread::offset`]); 0 in a child that has not settled.
    words: AtomicUsize,
}

/// A call asks at length.
const NOT_READY: u32 = 0;
/// It needs nothing but to be looked at.
const READY: u32 = 1;
/// The same, but that the place of an attach may be ours to choose.
const READY_WITH_GUARD: u32 = 2;
/// The same again, and the journal is told.
const READY_WITH_JOURNAL: u32 = 3;

static PAGE: Page = Page { pid: AtomicI32::new(0), ready: AtomicU32::new(NOT_READY), words: AtomicUsize::new(0) };

static IN_USE: AtomicBool = AtomicBool::new(false);

/// The pid, or nothing in a process that has not said [`settle`] yet.
pub fn known() -> Option<i32> {
    Some(PAGE.pid.load(Acquire)).filter(|pid| *pid != 0)
}

/// Whether [`get_ready`] was said in this process.
#[inline]
pub fn is_ready() -> bool {
    matches!(PAGE.ready.load(Relaxed), READY | READY_WITH_GUARD)
}

/// The same, and the kernel chooses the place of every attach.
#[inline]
pub fn is_ready_without_guard() -> bool {
    PAGE.ready.load(Relaxed) == READY
}

/// Whether [`get_ready_with_journal`] was said in this process.
#[inline]
pub fn is_ready_with_journal() -> bool {
    PAGE.ready.load(Relaxed) == READY_WITH_JOURNAL
}

/// From now on calls need no preparation, in this process.
pub fn get_ready(guard: bool) {
    PAGE.ready.store(if guard { READY_WITH_GUARD } else { READY }, Relaxed);
}

/// The kernel chooses the place of every attach: that was not known before.
pub fn get_ready_without_guard() {
    let _ = PAGE.ready.compare_exchange(READY_WITH_GUARD, READY, SeqCst, SeqCst);
}

/// It may be ours to choose after all.
pub fn get_ready_with_guard() {
    let _ = PAGE.ready.compare_exchange(READY, READY_WITH_GUARD, SeqCst, SeqCst);
}

/// The same where some of them are news to the journal, which is open.
pub fn get_ready_with_journal() {
    PAGE.ready.store(READY_WITH_JOURNAL, Relaxed);
}

/// From now on each call asks at length.
pub fn be_unready() {
    PAGE.ready.store(NOT_READY, Relaxed);
}

/// Who forked this process; negative in one that came by an exec.
static PARENT: AtomicI32 = AtomicI32::new(-1);

/// Remembers the parent; called in the child of a fork.
pub fn remember_parent() {
    PARENT.store(kernel::parent(), Release);
}

/// The parent that forked this process, while it lives: an orphan has another one.
pub fn living_parent() -> Option<i32> {
    Some(PARENT.load(Acquire)).filter(|parent| *parent >= 0 && *parent == kernel::parent())
}

/// Whether any call of the five was looked at, in this process or before it was forked.
pub fn is_in_use() -> bool {
    IN_USE.load(Acquire)
}

/// The process that lends this one its memory: a child of vfork, or of clone with CLONE_VM, finds another's pid here. Where
/// the page is not wiped in a child of fork there is no telling, and it is not said.
pub fn lender() -> Option<i32> {
    known().filter(|pid| WIPED.load(Acquire) && *pid != kernel::pid())
}

/// Whether the kernel wipes the page in a child with a memory of its own.
static WIPED: AtomicBool = AtomicBool::new(false);

/// This is a child: to be said where the kernel does not wipe the page.
pub fn forget() {
    be_unready();
    PAGE.pid.store(0, Release);
}

/// From now on this process is known.
pub fn settle() {
    if !IN_USE.swap(true, Release) {
        // Where the kernel cannot wipe it, only `pthread_atfork` tells of a fork.
        let wiped = map::wipe_on_fork(&raw const PAGE as usize, size_of::<Page>());
        WIPED.store(wiped.is_ok(), Release);
    }
    PAGE.words.store(thread::offset(), Relaxed);
    PAGE.pid.store(kernel::pid(), Release);
}

/// Enters the shim from a call that goes the short way: by what lies beside what it has read already.
#[inline]
pub fn enter() -> Option<Inside> {
    thread::enter_at(PAGE.words.load(Relaxed))
}
