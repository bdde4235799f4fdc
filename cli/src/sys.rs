//! What the command asks of the machine by unsafe means, and nothing else of it: no decision is made here.

use std::mem::MaybeUninit;
use std::ptr::null;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Whether broken pipes were ignored when the command was started; Rust ignores them from then on.
static PIPE_WAS_IGNORED: AtomicBool = AtomicBool::new(false);

/// Runs before Rust has changed anything.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_RUST: extern "C" fn() = before_rust;

extern "C" fn before_rust() {
    PIPE_WAS_IGNORED.store(is_ignored(libc::SIGPIPE), Relaxed);
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
        // SAFETY: the default action needs no handler.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    }
}
