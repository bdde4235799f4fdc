//! A private IPC namespace for each run where the machine allows one; else one run at a time.

use super::say;
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
/// `SHMSAN_ONE_NAMESPACE=1` does as if it did not (to be run inside `unshare -i`).
pub fn private_namespaces_allowed() -> bool {
    static ALLOWED: LazyLock<bool> = LazyLock::new(|| {
        let mut probe = Command::new("true");
        isolate(&mut probe);
        let wanted = std::env::var_os("SHMSAN_ONE_NAMESPACE").is_none();
        let allowed = wanted && probe.status().is_ok_and(|status| status.success());
        if !allowed {
            say("no private IPC namespace here: the scenarios run one at a time, with keys of their own");
        }
        allowed
    });
    *ALLOWED
}

/// The keys under which scenarios leave a segment behind on purpose.
const LEFT_BEHIND: [libc::key_t; 5] = [5678, 1001, -1, 0x7368_0001, 0x7368_0002];

/// Held while a scenario runs on a machine that has no private namespaces: their keys would meet. What the scenario left
/// under its keys is removed at the end; what was there before stays.
pub struct Turn {
    _guard: MutexGuard<'static, ()>,
    before: [Option<libc::c_int>; LEFT_BEHIND.len()],
}

pub fn turn() -> Option<Turn> {
    static TURN: Mutex<()> = Mutex::new(());
    (!private_namespaces_allowed()).then(|| Turn {
        _guard: TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        before: LEFT_BEHIND.map(find),
    })
}

impl Drop for Turn {
    fn drop(&mut self) {
        for (key, before) in LEFT_BEHIND.into_iter().zip(self.before) {
            if let Some(id) = find(key).filter(|id| before != Some(*id)) {
                // SAFETY: IPC_RMID takes no buffer.
                unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) };
            }
        }
    }
}

/// The segment with this key.
fn find(key: libc::key_t) -> Option<libc::c_int> {
    // SAFETY: shmget takes no pointers; size and mode 0 create nothing.
    Some(unsafe { libc::shmget(key, 0, 0) }).filter(|id| *id >= 0)
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
