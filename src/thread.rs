//! Three words per thread: whether it is inside the shim already, and what it holds over a fork; its id; and how far its
//! stack went when it came inside. In the initial-exec model, so that touching them never allocates, also in a signal handler.

use crate::kernel::{self, signal};
use crate::{boundary, lifecycle};
use std::arch::{asm, global_asm};
use std::hint::cold_path;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, compiler_fence};

global_asm!(
    ".pushsection .tbss.shmsan_thread_words,\"awT\",%nobits",
    ".balign 8",
    ".hidden shmsan_thread_words",
    ".globl shmsan_thread_words",
    ".type shmsan_thread_words,%object",
    ".size shmsan_thread_words,16",
    "shmsan_thread_words:",
    ".zero 16",
    ".popsection",
);

const INSIDE: u32 = 1;

/// Whether somebody came who was inside already: a signal handler, whose call interrupts another one.
static OVERLOOKED: AtomicBool = AtomicBool::new(false);

/// The words of the thread that asks, by their offset from its thread pointer, which is the same in all threads.
#[derive(Clone, Copy)]
struct Words(usize);

/// Bytes from the first word, the state: [`INSIDE`], and a note above it.
const STATE: usize = 0;
/// From there to the thread's id; 0 where it was not asked yet.
const ID: usize = 4;
/// From there to the stack pointer of the last one that came inside.
const STACK: usize = 8;

/// What the kernel puts on the stack before it calls a handler is larger than this on every machine, and what our functions
/// differ by is less.
const LEAST_SIGNAL_FRAME: usize = 512;

/// A word that these instructions find out. It never changes while the thread lives, so the compiler may take what is read for
/// it for no memory at all.
macro_rules! constant {
    ($($instruction:literal),+) => {{
        let word: usize;
        // SAFETY: nothing but the register changes.
        unsafe {
            asm!($($instruction,)+ word = out(reg) word, options(nostack, nomem, pure, preserves_flags));
        }
        word
    }};
}

impl Words {
    #[inline]
    fn find() -> Self {
        #[cfg(target_arch = "x86_64")]
        let offset = constant!("mov {word}, qword ptr [rip + shmsan_thread_words@gottpoff]");
        #[cfg(target_arch = "aarch64")]
        let offset = constant!(
            "adrp {word}, :gottprel:shmsan_thread_words",
            "ldr {word}, [{word}, :gottprel_lo12:shmsan_thread_words]"
        );
        #[cfg(target_arch = "riscv64")]
        let offset = constant!("la.tls.ie {word}, shmsan_thread_words");
        Self(offset)
    }

    /// The word so many bytes behind the first.
    #[inline]
    fn get<const WORD: usize>(self) -> u32 {
        let value: u32;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: no other thread knows the words, which live as long as this one.
        unsafe {
            asm!(
                "mov {value:e}, dword ptr fs:[{offset} + {word}]",
                offset = in(reg) self.0, word = const WORD, value = lateout(reg) value,
                options(nostack, readonly, preserves_flags),
            );
        }
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as above.
        unsafe {
            value = self.pointer(WORD).read_volatile();
        }
        value
    }

    #[inline]
    fn set<const WORD: usize>(self, value: u32) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as for `get`.
        unsafe {
            asm!(
                "mov dword ptr fs:[{offset} + {word}], {value:e}",
                offset = in(reg) self.0, word = const WORD, value = in(reg) value,
                options(nostack, preserves_flags),
            );
        }
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as for `get`.
        unsafe {
            self.pointer(WORD).write_volatile(value);
        }
    }

    /// The same for a value that is known here, which needs no register.
    #[inline]
    fn set_state<const VALUE: u32>(self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as for `get`.
        unsafe {
            asm!(
                "mov dword ptr fs:[{offset} + {word}], {value}",
                offset = in(reg) self.0, word = const STATE, value = const VALUE,
                options(nostack, preserves_flags),
            );
        }
        #[cfg(not(target_arch = "x86_64"))]
        self.set::<STATE>(VALUE);
    }

    /// Remembers how far the stack goes now.
    #[inline]
    fn remember_stack(self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as for `get`.
        unsafe {
            asm!(
                "mov qword ptr fs:[{offset} + {word}], rsp",
                offset = in(reg) self.0, word = const STACK, options(nostack, preserves_flags),
            );
        }
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as for `get`.
        unsafe {
            self.pointer(STACK).cast::<usize>().write_volatile(stack_pointer());
        }
    }

    fn remembered_stack(self) -> usize {
        let (low, high) = (self.get::<STACK>(), self.get::<{ STACK + 4 }>());
        (high as usize) << 32 | low as usize
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn pointer(self, word: usize) -> *mut u32 {
        #[cfg(target_arch = "aarch64")]
        let thread = constant!("mrs {word}, tpidr_el0");
        #[cfg(target_arch = "riscv64")]
        let thread = constant!("mv {word}, tp");
        thread.wrapping_add(self.0).wrapping_add(word) as *mut u32
    }

    #[inline]
    fn id(self) -> i32 {
        match self.get::<ID>() {
            0 => self.ask_id(),
            id => id.cast_signed(),
        }
    }

    #[cold]
    #[inline(never)]
    fn ask_id(self) -> i32 {
        let id = kernel::tid();
        self.set::<ID>(id.cast_unsigned());
        id
    }

    /// Whether who came inside has left by a jump, as by siglongjmp(3) out of a handler that ends a wait: what it had on the
    /// stack is gone.
    #[cold]
    #[inline(never)]
    fn was_left(self) -> bool {
        self.get::<STATE>() == INSIDE
            && stack_pointer().saturating_add(LEAST_SIGNAL_FRAME) > self.remembered_stack()
            && !boundary::is_locked_in()
            && !signal::is_on_other_stack()
            && lifecycle::may_go_on_after_jump()
    }

    fn enter(self) -> Option<Inside> {
        if self.get::<STATE>() != 0 {
            if !self.was_left() {
                OVERLOOKED.store(true, Relaxed);
                return None;
            }
            self.set_state::<0>();
        }
        self.enter_if_outside()
    }

    #[inline]
    fn enter_if_outside(self) -> Option<Inside> {
        if self.get::<STATE>() != 0 {
            cold_path();
            return None;
        }
        self.set_state::<INSIDE>();
        self.remember_stack();
        // What is done inside must not be seen as outside by a signal handler of this thread.
        compiler_fence(SeqCst);
        Some(Inside(self))
    }
}

fn stack_pointer() -> usize {
    let pointer: usize;
    // SAFETY: nothing but the register changes.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("mov {}, rsp", out(reg) pointer, options(nostack, nomem, preserves_flags));
        #[cfg(target_arch = "aarch64")]
        asm!("mov {}, sp", out(reg) pointer, options(nostack, nomem, preserves_flags));
        #[cfg(target_arch = "riscv64")]
        asm!("mv {}, sp", out(reg) pointer, options(nostack, nomem, preserves_flags));
    }
    pointer
}

/// Whether a signal handler made a call in the middle of another one, in this process: it is not looked at.
pub fn has_overlooked() -> bool {
    OVERLOOKED.load(Relaxed)
}

/// What was overlooked before a fork is its parent's to tell.
pub fn forget_overlooked() {
    OVERLOOKED.store(false, Relaxed);
}

/// The offset of each thread's words, for [`enter_at`].
pub fn offset() -> usize {
    Words::find().0
}

/// While it lives, this thread is inside the shim.
pub struct Inside(Words);

/// `None` where the thread is inside already: a signal handler, or a call of our own.
pub fn enter() -> Option<Inside> {
    Words::find().enter()
}

/// The usual case for whoever has the [`offset`] at hand: where it is found lies in a page that no call touches otherwise. 0 stands
/// for one that is not known; where it is that, it is found. Where it gives nothing, [`enter`] may.
#[inline]
pub fn enter_at(offset: usize) -> Option<Inside> {
    #[cold]
    #[inline(never)]
    fn find() -> Words {
        Words::find()
    }
    if offset == 0 { find() } else { Words(offset) }.enter_if_outside()
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(SeqCst);
        self.0.set_state::<0>();
    }
}

impl Inside {
    /// Stays inside until [`resume`], with a note that is not 0.
    pub fn stay(self, note: u32) {
        self.0.set::<STATE>(INSIDE | note << 1);
        std::mem::forget(self);
    }

    /// This thread's id (gettid(2)), asked once.
    #[inline]
    pub fn thread(&self) -> i32 {
        self.0.id()
    }
}

/// Takes up what [`Inside::stay`] left, also in the child of a fork.
pub fn resume() -> Option<(Inside, u32)> {
    let words = Words::find();
    let state = words.get::<STATE>();
    words.set::<STATE>(state & INSIDE);
    let note = state >> 1;
    (note != 0).then_some((Inside(words), note))
}

/// This thread's id (gettid(2)), asked once.
#[inline]
pub fn id() -> i32 {
    Words::find().id()
}

/// In the child of a fork this thread has another id.
pub fn forget_id() {
    Words::find().set::<ID>(0);
}
