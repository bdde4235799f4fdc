//! Two words per thread: whether it is inside the shim already, and what it holds over a fork; and its id. In the
//! initial-exec model, so that touching them never allocates, also in a signal handler.

use crate::kernel;
use std::arch::{asm, global_asm};
use std::cell::Cell;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::compiler_fence;

global_asm!(
    ".pushsection .tbss.shmsan_thread_words,\"awT\",%nobits",
    ".balign 4",
    ".hidden shmsan_thread_words",
    ".globl shmsan_thread_words",
    ".type shmsan_thread_words,%object",
    ".size shmsan_thread_words,8",
    "shmsan_thread_words:",
    ".zero 8",
    ".popsection",
);

const INSIDE: u32 = 1;

/// The word, and its thread's id.
struct Words {
    /// [`INSIDE`], and a note above it.
    state: Cell<u32>,
    /// 0 where it was not asked yet.
    id: Cell<i32>,
}

#[inline]
fn words() -> &'static Words {
    let address: *const Words;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the thread pointer plus the words' offset; only `address` changes.
    unsafe {
        asm!(
            "mov {address}, qword ptr fs:[0]",
            "add {address}, qword ptr [rip + shmsan_thread_words@gottpoff]",
            address = out(reg) address, options(nostack, readonly, pure),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the thread pointer plus the words' offset; only the two registers change.
    unsafe {
        asm!(
            "mrs {address}, tpidr_el0",
            "adrp {offset}, :gottprel:shmsan_thread_words",
            "ldr {offset}, [{offset}, :gottprel_lo12:shmsan_thread_words]",
            "add {address}, {address}, {offset}",
            address = out(reg) address, offset = out(reg) _, options(nostack, readonly, pure),
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: the thread pointer plus the words' offset; only `address` changes.
    unsafe {
        asm!(
            "la.tls.ie {address}, shmsan_thread_words",
            "add {address}, {address}, tp",
            address = out(reg) address, options(nostack, readonly, pure),
        );
    }
    // SAFETY: the words live as long as their thread and no other thread knows them.
    unsafe { &*address }
}

/// While it lives, this thread is inside the shim.
pub struct Inside(&'static Words);

/// `None` where the thread is inside already: a signal handler, or a call of our own.
#[inline]
pub fn enter() -> Option<Inside> {
    let words = words();
    if words.state.get() != 0 {
        return None;
    }
    words.state.set(INSIDE);
    // What is done inside must not be seen as outside by a signal handler of this thread.
    compiler_fence(SeqCst);
    Some(Inside(words))
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(SeqCst);
        self.0.state.set(0);
    }
}

impl Inside {
    /// Stays inside until [`resume`], with a note that is not 0.
    pub fn stay(self, note: u32) {
        self.0.state.set(INSIDE | note << 1);
        std::mem::forget(self);
    }
}

/// Takes up what [`Inside::stay`] left, also in the child of a fork.
pub fn resume() -> Option<(Inside, u32)> {
    let words = words();
    let note = words.state.get() >> 1;
    words.state.set(words.state.get() & INSIDE);
    (note != 0).then_some((Inside(words), note))
}

/// This thread's id (gettid(2)), asked once.
#[inline]
pub fn id() -> i32 {
    match words().id.get() {
        0 => ask_id(),
        id => id,
    }
}

#[cold]
fn ask_id() -> i32 {
    let id = kernel::tid();
    words().id.set(id);
    id
}

/// In the child of a fork this thread has another id.
pub fn forget_id() {
    words().id.set(0);
}
