//! A stack of our own, for work that needs more than a thread of the program may have left: its stack may be 16 KiB, or a
//! signal handler's. Signals must be blocked meanwhile: a handler, or a garbage collector in it, would find a stack that it
//! does not know.

use super::map;
use std::arch::asm;

/// Demangling a name is recursive; this is several times what the worst one was seen to need.
const SIZE: usize = 2 << 20;
/// Pages have no more on any machine that we support.
const GUARD: usize = 64 << 10;

/// Used by one thread at a time; its memory is kept.
pub struct OwnStack(Option<usize>);

impl OwnStack {
    pub const fn new() -> Self {
        Self(None)
    }

    /// Runs `work` there; `None` where there is no memory for a stack. `work` must not panic.
    pub fn run<T>(&mut self, work: impl FnOnce() -> T) -> Option<T> {
        struct Task<W, T>(Option<W>, Option<T>);
        extern "C" fn perform<W: FnOnce() -> T, T>(task: *mut Task<W, T>) {
            // SAFETY: `run` waits for us, and touches it only then.
            let task = unsafe { &mut *task };
            task.1 = task.0.take().map(|work| work());
        }
        fn entry<W: FnOnce() -> T, T>(_: &Task<W, T>) -> extern "C" fn(*mut Task<W, T>) {
            perform::<W, T>
        }
        let top = self.top()?;
        let mut task = Task(Some(work), None);
        let function = entry(&task) as usize;
        // SAFETY: the top of a stack that nobody else uses, and a function that takes the task.
        unsafe { switch(top, function, &raw mut task as usize) };
        task.1
    }

    fn top(&mut self) -> Option<usize> {
        if self.0.is_none() {
            let begin = map::pages(GUARD + SIZE).ok()?;
            // SAFETY: the lowest of the pages, mapped just now.
            let _ = unsafe { map::forbid(begin, GUARD) };
            self.0 = Some(begin + GUARD + SIZE);
        }
        self.0
    }
}

/// Calls `function(argument)` with the stack pointer at `top`.
///
/// # Safety
/// `function` takes one word, returns, and does not unwind; `top` is aligned to 16, with a stack below.
unsafe fn switch(top: usize, function: usize, argument: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the stack pointer is kept in a register that the function preserves, and put back.
    unsafe {
        asm!(
            "mov r12, rsp", "mov rsp, {top}", "call {function}", "mov rsp, r12",
            top = in(reg) top, function = in(reg) function, in("rdi") argument, out("r12") _, clobber_abi("C"),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the stack pointer is kept in a register that the function preserves, and put back.
    unsafe {
        asm!(
            "mov x20, sp", "mov sp, {top}", "blr {function}", "mov sp, x20",
            top = in(reg) top, function = in(reg) function, in("x0") argument, out("x20") _, clobber_abi("C"),
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: the stack pointer is kept in a register that the function preserves, and put back.
    unsafe {
        asm!(
            "mv s2, sp", "mv sp, {top}", "jalr {function}", "mv sp, s2",
            top = in(reg) top, function = in(reg) function, in("a0") argument, out("s2") _, clobber_abi("C"),
        );
    }
}
