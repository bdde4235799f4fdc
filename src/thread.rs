//! One word per thread: whether it is inside the shim already, and what it holds over a fork. In the initial-exec
//! model, so that touching it never allocates, also in a signal handler.

use std::arch::{asm, global_asm};
use std::cell::Cell;

global_asm!(
    ".pushsection .tbss.shmsan_thread_word,\"awT\",%nobits",
    ".balign 4",
    ".hidden shmsan_thread_word",
    ".globl shmsan_thread_word",
    ".type shmsan_thread_word,%object",
    ".size shmsan_thread_word,4",
    "shmsan_thread_word:",
    ".zero 4",
    ".popsection",
);

const INSIDE: u32 = 1;

fn word() -> &'static Cell<u32> {
    let address: *const Cell<u32>;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the thread pointer plus the word's offset; only `address` changes.
    unsafe {
        asm!(
            "mov {address}, qword ptr fs:[0]",
            "add {address}, qword ptr [rip + shmsan_thread_word@gottpoff]",
            address = out(reg) address, options(nostack, readonly, pure),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the thread pointer plus the word's offset; only the two registers change.
    unsafe {
        asm!(
            "mrs {address}, tpidr_el0",
            "adrp {offset}, :gottprel:shmsan_thread_word",
            "ldr {offset}, [{offset}, :gottprel_lo12:shmsan_thread_word]",
            "add {address}, {address}, {offset}",
            address = out(reg) address, offset = out(reg) _, options(nostack, readonly, pure),
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: the thread pointer plus the word's offset; only `address` changes.
    unsafe {
        asm!(
            "la.tls.ie {address}, shmsan_thread_word",
            "add {address}, {address}, tp",
            address = out(reg) address, options(nostack, readonly, pure),
        );
    }
    // SAFETY: the word lives as long as its thread and no other thread knows it.
    unsafe { &*address }
}

/// While it lives, this thread is inside the shim.
pub struct Inside(());

/// `None` where the thread is inside already: a signal handler, or a call of our own.
pub fn enter() -> Option<Inside> {
    let word = word();
    if word.get() & INSIDE != 0 {
        return None;
    }
    word.set(word.get() | INSIDE);
    Some(Inside(()))
}

impl Drop for Inside {
    fn drop(&mut self) {
        let word = word();
        word.set(word.get() & !INSIDE);
    }
}

impl Inside {
    /// Stays inside until [`resume`], with a note that is not 0.
    pub fn stay(self, note: u32) {
        std::mem::forget(self);
        word().set(INSIDE | note << 1);
    }
}

/// Takes up what [`Inside::stay`] left, also in the child of a fork.
pub fn resume() -> Option<(Inside, u32)> {
    let word = word();
    let note = word.get() >> 1;
    word.set(word.get() & INSIDE);
    (note != 0).then_some((Inside(()), note))
}
