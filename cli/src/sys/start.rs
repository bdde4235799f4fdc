//! How the command was started, before Rust changed anything of it, and a child that is started the same way.

use super::checked;
use super::signals::Held;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8};

/// Rust ignores SIGPIPE, from its beginning on.
static PIPE_WAS_IGNORED: AtomicBool = AtomicBool::new(false);
/// While it is ignored, the kernel reaps our children by itself and forgets their status.
static CHILD_WAS_IGNORED: AtomicBool = AtomicBool::new(false);
/// A bit for each of the three standard descriptors: Rust opens /dev/null in the place of a closed one.
static CLOSED: AtomicU8 = AtomicU8::new(0);

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_RUST: extern "C" fn() = before_rust;

extern "C" fn before_rust() {
    PIPE_WAS_IGNORED.store(is_ignored(libc::SIGPIPE), Relaxed);
    CHILD_WAS_IGNORED.store(is_ignored(libc::SIGCHLD), Relaxed);
    // SAFETY: F_GETFD only looks.
    let is_closed = |descriptor| unsafe { libc::fcntl(descriptor, libc::F_GETFD) } == -1;
    let closed = (0..3).filter(|descriptor| is_closed(*descriptor)).fold(0, |bits, descriptor| bits | 1 << descriptor);
    CLOSED.store(closed, Relaxed);
}

fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and the kernel writes into our struct.
    unsafe { libc::sigaction(signal, null(), action.as_mut_ptr()) };
    // SAFETY: zero is a valid sigaction, and what the kernel wrote is one.
    unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

/// A pipe that nobody reads ends this process again, as it does other commands'.
pub fn die_of_broken_pipes() {
    if !PIPE_WAS_IGNORED.load(Relaxed) {
        set(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Sets a variable for this process and what it starts. The order of the others stays as it was, which
/// [`Command::env`] would not let it.
pub fn set_environment(name: &str, value: &OsStr) {
    // SAFETY: this process has one thread.
    unsafe { std::env::set_var(name, value) };
}

/// Starts a program with the signals and descriptors that this process was started with. From here on this process hears of
/// the ends of its children.
///
/// # Errors
/// What fork(2) or execvp(3) says.
pub fn spawn(command: &mut Command, held: &Held) -> io::Result<i32> {
    set(libc::SIGCHLD, libc::SIG_DFL);
    let mask = held.before();
    let as_it_was = move || {
        if PIPE_WAS_IGNORED.load(Relaxed) {
            set(libc::SIGPIPE, libc::SIG_IGN);
        }
        if CHILD_WAS_IGNORED.load(Relaxed) {
            set(libc::SIGCHLD, libc::SIG_IGN);
        }
        let closed = CLOSED.load(Relaxed);
        for descriptor in (0..3).filter(|descriptor| closed & 1 << descriptor != 0) {
            // SAFETY: it is the /dev/null that Rust has put there.
            unsafe { libc::close(descriptor) };
        }
        // SAFETY: the mask is ours to read.
        checked(unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, std::ptr::null_mut()) }).map(drop)
    };
    // SAFETY: the closure makes system calls only, which is all that is allowed between fork and exec.
    unsafe { command.pre_exec(as_it_was) };
    Ok(command.spawn()?.id().cast_signed())
}

fn set(signal: i32, action: libc::sighandler_t) {
    // SAFETY: neither the default nor being ignored needs a handler.
    unsafe { libc::signal(signal, action) };
}
