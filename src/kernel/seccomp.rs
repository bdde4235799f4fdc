//! Whether the program's system calls go through a filter (seccomp(2)).

use super::int;
use super::raw::syscall;

/// A filter that does not know prctl(2) either may end the program for the question.
pub fn is_filtered() -> bool {
    const MODE_FILTER: usize = 2;
    // SAFETY: PR_GET_SECCOMP only looks.
    let mode = unsafe { syscall(libc::SYS_prctl, [int(libc::PR_GET_SECCOMP), 0, 0, 0]) };
    mode == Ok(MODE_FILTER)
}
