//! The ends of children, stopping and dying as another process did, and being the parent of orphans.

use super::checked;
use super::signals::is_pending;
use std::io;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Exited(u8),
    Killed(i32),
}

/// What a child that goes on does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Stopped(i32),
    Continued,
}

/// Orphans among the descendants of this process become its children, and not init's.
///
/// # Errors
/// What prctl(2) says.
pub fn become_subreaper() -> io::Result<()> {
    // SAFETY: takes numbers only.
    checked(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }).map(drop)
}

/// A child that has ended; it stays a zombie while `look` looks at it by its pid, and is gone after that. `Ok(None)` where
/// none has ended yet.
///
/// # Errors
/// There is no child at all (ECHILD).
pub fn ended<T>(look: impl FnOnce(i32) -> T) -> io::Result<Option<(T, Status)>> {
    let Some(info) = wait(libc::P_ALL, 0, libc::WEXITED | libc::WNOWAIT)? else { return Ok(None) };
    // SAFETY: waitid fills in the pid of a child that has changed.
    let pid = unsafe { info.si_pid() };
    let seen = look(pid);
    wait(libc::P_PID, pid, libc::WEXITED)?;
    // SAFETY: and its status.
    let status = unsafe { info.si_status() };
    let status = match info.si_code {
        libc::CLD_EXITED => Status::Exited(u8::try_from(status & 0xff).unwrap_or_default()),
        _ => Status::Killed(status),
    };
    Ok(Some((seen, status)))
}

/// Whether this child has stopped or gone on since it was last asked.
pub fn change_of(pid: i32) -> Option<Change> {
    let info = wait(libc::P_PID, pid, libc::WSTOPPED | libc::WCONTINUED).ok().flatten()?;
    // SAFETY: waitid fills in the signal that stopped a child.
    let signal = unsafe { info.si_status() };
    match info.si_code {
        libc::CLD_CONTINUED => Some(Change::Continued),
        libc::CLD_STOPPED => Some(Change::Stopped(signal)),
        _ => None,
    }
}

/// waitid(2), without waiting.
fn wait(kind: libc::idtype_t, pid: i32, options: i32) -> io::Result<Option<libc::siginfo_t>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = options | libc::WNOHANG | libc::__WALL;
    // SAFETY: the kernel writes into our struct.
    checked(unsafe { libc::waitid(kind, pid.cast_unsigned(), info.as_mut_ptr(), options) })?;
    // SAFETY: zero is a valid siginfo_t, and what the kernel wrote is one.
    let info = unsafe { info.assume_init() };
    Ok((info.si_signo != 0).then_some(info))
}

/// Stops this process by the signal that has stopped another, until it is told to go on. Where that has happened
/// meanwhile, it does not stop.
pub fn stop_like(signal: i32) {
    if is_pending(libc::SIGCONT) {
        return;
    }
    // SAFETY: raise takes a number.
    unsafe { libc::raise(signal) };
    with_mask(libc::SIG_UNBLOCK, signal);
    with_mask(libc::SIG_BLOCK, signal);
}

/// Ends this process by the signal that has ended another, without a core of its own. Returns where that cannot be.
pub fn die_of(signal: i32) {
    leave_no_core();
    // SAFETY: the default needs no handler.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: raise takes a number.
    unsafe { libc::raise(signal) };
    with_mask(libc::SIG_UNBLOCK, signal);
}

fn with_mask(how: i32, signal: i32) {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset writes the set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: the set is whole.
    unsafe { libc::sigaddset(set.as_mut_ptr(), signal) };
    // SAFETY: the set is ours to read.
    unsafe { libc::sigprocmask(how, set.as_ptr(), null_mut()) };
}

/// Neither as a file nor to a program that collects them.
fn leave_no_core() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel reads our struct.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    // SAFETY: takes numbers only.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}
