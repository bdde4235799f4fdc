//! A write of ours may raise SIGPIPE or SIGXFSZ; the program must never see them.

use super::int;
use super::raw::syscall;

/// The kernel's signal set: one bit a signal, the first for signal 1.
type Set = u64;

const fn bit(signal: libc::c_int) -> Set {
    1 << (signal - 1)
}

const OURS: Set = bit(libc::SIGPIPE) | bit(libc::SIGXFSZ);
const SET_SIZE: usize = size_of::<Set>();

/// Which signals wait while we write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// SIGPIPE and SIGXFSZ, and SIGTTOU, which would stop a job in the background: with it blocked, the terminal takes the
    /// write.
    OfWriting,
    /// All, because a descriptor of ours is open, and a handler may leave by siglongjmp(3).
    All,
}

/// Runs `write` with signals held back. Where it fails with the errno that goes with SIGPIPE or SIGXFSZ, that one is
/// taken out again, unless one was pending before.
pub fn without_signals<T, E>(
    held: Held,
    write: impl FnOnce() -> Result<T, E>,
    errno: impl FnOnce(&E) -> Option<i32>,
) -> Result<T, E> {
    let held = match held {
        Held::OfWriting => OURS | bit(libc::SIGTTOU),
        Held::All => Set::MAX,
    };
    let Some(before) = change_mask(libc::SIG_BLOCK, held) else { return write() };
    // What was not blocked before cannot have been pending.
    let pending_before = if before & OURS == 0 { 0 } else { pending() };
    let result = write();
    match result.as_ref().err().and_then(errno) {
        Some(libc::EPIPE) => take_out(bit(libc::SIGPIPE) & !pending_before),
        Some(libc::EFBIG) => take_out(bit(libc::SIGXFSZ) & !pending_before),
        _ => {}
    }
    change_mask(libc::SIG_SETMASK, before);
    result
}

/// Runs `work` with every signal held back, those of libc's own too: no handler runs in it, nor leaves it by siglongjmp.
pub fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let before = change_mask(libc::SIG_SETMASK, Set::MAX);
    let result = work();
    if let Some(before) = before {
        change_mask(libc::SIG_SETMASK, before);
    }
    result
}

/// Sends this thread a signal again, as it came.
///
/// # Safety
/// `info` is what a handler was given.
pub unsafe fn send_again(signal: libc::c_int, info: *const libc::siginfo_t) -> super::raw::Result {
    let (process, thread) = (super::pid(), super::tid());
    // SAFETY: the caller's promise; the kernel lets a process send itself any siginfo.
    unsafe { syscall(libc::SYS_rt_tgsigqueueinfo, [int(process), int(thread), int(signal), info as usize]) }
}

/// Whether this is a handler on the stack that the program gave for handlers (sigaltstack(2)); also where nobody tells.
pub fn is_on_other_stack() -> bool {
    let mut stack = libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: libc::SS_ONSTACK, ss_size: 0 };
    // SAFETY: no new stack, and room for what is told of the old one.
    let _ = unsafe { syscall(libc::SYS_sigaltstack, [0, &raw mut stack as usize, 0, 0]) };
    stack.ss_flags & libc::SS_ONSTACK != 0
}

fn change_mask(how: libc::c_int, set: Set) -> Option<Set> {
    let mut before: Set = 0;
    // SAFETY: two sets on our stack, of the size given.
    let changed = unsafe {
        syscall(libc::SYS_rt_sigprocmask, [int(how), &raw const set as usize, &raw mut before as usize, SET_SIZE])
    };
    changed.ok().map(|_| before)
}

fn pending() -> Set {
    let mut set: Set = 0;
    // SAFETY: a set on our stack, of the size given.
    let _ = unsafe { syscall(libc::SYS_rt_sigpending, [&raw mut set as usize, SET_SIZE, 0, 0]) };
    set
}

fn take_out(raised: Set) {
    if pending() & raised == 0 {
        return;
    }
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let arguments = [&raw const raised as usize, 0, &raw const at_once as usize, SET_SIZE];
    // SAFETY: a set and a timespec on our stack; no siginfo wanted.
    while unsafe { syscall(libc::SYS_rt_sigtimedwait, arguments) }.is_ok() {}
}
