//! A private IPC namespace for each run where the machine allows one; else one run at a time.

use std::ffi::CString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard};

pub fn is_root() -> bool {
    // SAFETY: geteuid has no preconditions.
    unsafe { libc::geteuid() == 0 }
}

/// Whether this machine lets the tests make an IPC namespace; where it does not, that is said once.
pub fn private_namespaces_allowed() -> bool {
    static ALLOWED: LazyLock<bool> = LazyLock::new(|| {
        let mut probe = Command::new("true");
        isolate(&mut probe);
        let allowed = probe.status().is_ok_and(|status| status.success());
        if !allowed {
            eprintln!("no private IPC namespace here: the scenarios run one at a time, with the keys they have");
        }
        allowed
    });
    *ALLOWED
}

/// Held while a scenario runs on a machine that has no private namespaces: their keys would meet.
pub fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    (!private_namespaces_allowed()).then(|| TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Lets the child begin in a fresh IPC namespace (an ordinary user: inside a user namespace that maps only itself).
pub fn isolate(command: &mut Command) {
    // SAFETY: geteuid has no preconditions.
    let uid = unsafe { libc::geteuid() };
    // SAFETY: getegid has no preconditions.
    let gid = unsafe { libc::getegid() };
    let maps =
        [("setgroups", "deny".into()), ("uid_map", format!("{uid} {uid} 1")), ("gid_map", format!("{gid} {gid} 1"))]
            .map(|(file, text): (_, String)| (CString::new(format!("/proc/self/{file}")).unwrap(), text));
    let enter = move || {
        let user = if uid == 0 { 0 } else { libc::CLONE_NEWUSER };
        // SAFETY: unshare takes flags only.
        if unsafe { libc::unshare(libc::CLONE_NEWIPC | user) } != 0 {
            return Err(io::Error::last_os_error());
        }
        if user != 0 {
            for (file, text) in &maps {
                write_once(file, text)?;
            }
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls only, which is all that is allowed between fork and exec.
    unsafe { command.pre_exec(enter) };
}

fn write_once(file: &CString, text: &str) -> io::Result<()> {
    // SAFETY: `file` ends in NUL.
    let descriptor = unsafe { libc::open(file.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    // SAFETY: `text` is ours to read.
    let written = unsafe { libc::write(descriptor, text.as_ptr().cast(), text.len()) };
    let result = if written < 0 { Err(io::Error::last_os_error()) } else { Ok(()) };
    // SAFETY: opened above.
    unsafe { libc::close(descriptor) };
    result
}
