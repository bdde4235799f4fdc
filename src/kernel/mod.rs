//! The five calls as the kernel does them, and the looks at a segment that change nothing. No wrapper of libc is used:
//! theirs are interposed, points of cancellation, or the program's own.

pub mod child;
pub mod clock;
pub mod file;
pub mod folder;
pub mod futex;
pub mod gate;
mod identity;
pub mod map;
pub mod maps;
mod objects;
pub mod opened;
pub mod own_stack;
pub mod raw;
pub mod seccomp;
pub mod shared;
pub mod signal;

pub use identity::{euid, identity, lock_limit};
pub use objects::{Other, creator_of_other};
pub use shmsan_core::call::word as int;

use libc::c_int;
use raw::{Result, syscall, syscall3, syscall6};
use shmsan_core::call::{Addr, Call, Function, Key, Outcome, ShmId};
use shmsan_core::errno::Errno;
use shmsan_core::flags::SHM_INFO;
use shmsan_core::path::File;
use std::mem::MaybeUninit;

/// shmctl(2), since Linux 4.17.
const SHM_STAT_ANY: c_int = 15;

/// Does the call, with its arguments as they came.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub fn perform(call: &Call) -> Outcome {
    let (function, words) = call.words();
    let number = match function {
        Function::Get => libc::SYS_shmget,
        Function::Attach => libc::SYS_shmat,
        Function::Detach => libc::SYS_shmdt,
        Function::Control => libc::SYS_shmctl,
        Function::Ftok => {
            let [path, project, _] = words;
            return ftok(Addr(path), project);
        }
    };
    // SAFETY: the kernel checks every argument; what shmat and shmdt map and unmap, and where shmctl writes, is the program's
    // own demand.
    unsafe { syscall3(number, words) }.map_err(Errno)
}

/// ftok(3).
fn ftok(path: Addr, project: usize) -> Outcome {
    let status = file::status_of(path.0).map_err(Errno)?;
    let [project, ..] = project.to_le_bytes();
    Ok(int(Key::of(File { device: status.st_dev, inode: status.st_ino }, project).0))
}

/// The segment's status, also where its mode forbids IPC_STAT; `None` where it is gone or cannot be seen.
pub fn status_of_segment(id: ShmId) -> Option<libc::shmid_ds> {
    // SHM_STAT_ANY takes an index, which is the lower part of the id; another segment may have it by now.
    control(id, SHM_STAT_ANY)
        .filter(|(found, _)| *found == id)
        // Kernels before 4.17 do not know it.
        .or_else(|| control(id, libc::IPC_STAT))
        .map(|(_, status)| status)
}

/// The segment that has the place of `id` in the kernel's table: of the id, SHM_STAT_ANY looks at the place alone.
pub fn tenant(id: ShmId) -> Option<ShmId> {
    control(id, SHM_STAT_ANY).map(|(found, _)| found)
}

/// The segment in this place of the kernel's table.
pub fn segment_at(place: c_int) -> Option<(ShmId, libc::shmid_ds)> {
    control(ShmId(place), SHM_STAT_ANY)
}

/// The last place in the kernel's table that a segment has.
pub fn last_place() -> Option<c_int> {
    let mut info = [0_u64; 16];
    let buffer = Addr(info.as_mut_ptr() as usize);
    let place = perform(&Call::Control { id: ShmId(0), command: SHM_INFO, buffer }).ok()?;
    c_int::try_from(place).ok()
}

/// The segment with this key, found without creating one; nothing for IPC_PRIVATE, with which shmget always creates.
pub fn id_of_key(key: Key) -> Option<ShmId> {
    if key == Key::PRIVATE {
        return None;
    }
    let found = perform(&Call::Get { key, size: 0, flags: 0 }).ok()?;
    Some(ShmId(i32::try_from(found).ok()?))
}

/// What IPC_INFO or SHM_INFO fills.
pub fn control_info<const SIZE: usize>(command: c_int) -> Option<[u8; SIZE]> {
    // More than either structure needs.
    let mut info = [0_u64; 16];
    let buffer = Addr(info.as_mut_ptr() as usize);
    perform(&Call::Control { id: ShmId(0), command, buffer }).ok()?;
    let mut bytes = [0; SIZE];
    let words = info.iter().flat_map(|word| word.to_ne_bytes());
    bytes.iter_mut().zip(words).for_each(|(byte, word)| *byte = word);
    Some(bytes)
}

/// Whether a process is there: `None` where it may not be asked.
pub fn is_there(pid: c_int) -> Option<bool> {
    // SAFETY: signal 0 is none.
    match unsafe { syscall(libc::SYS_kill, [int(pid), 0, 0, 0]) } {
        Ok(_) | Err(libc::EPERM) => Some(true),
        Err(libc::ESRCH) => Some(false),
        Err(_) => None,
    }
}

/// Ends the process, without handlers and without flushing (exit_group(2)).
pub fn exit(status: c_int) -> ! {
    loop {
        // SAFETY: it does not come back.
        let _ = unsafe { syscall(libc::SYS_exit_group, [int(status), 0, 0, 0]) };
    }
}

/// A number that nobody can guess (getrandom(2)); `None` where the kernel has none ready.
pub fn random() -> Option<u64> {
    let mut number = 0_u64;
    let arguments = [&raw mut number as usize, size_of::<u64>(), libc::GRND_NONBLOCK as usize, 0];
    // SAFETY: the kernel writes into our word.
    (unsafe { syscall(libc::SYS_getrandom, arguments) } == Ok(size_of::<u64>())).then_some(number)
}

/// Whether this process has the same addresses in each run (`ADDR_NO_RANDOMIZE`, personality(2)).
pub fn has_fixed_addresses() -> bool {
    const ONLY_LOOK: usize = 0xffff_ffff;
    // SAFETY: nothing is changed.
    let flags = unsafe { syscall(libc::SYS_personality, [ONLY_LOOK, 0, 0, 0]) };
    flags.is_ok_and(|flags| flags & int(libc::ADDR_NO_RANDOMIZE) != 0)
}

/// Bytes in a page.
pub fn page_size() -> usize {
    // SAFETY: getauxval only looks.
    match unsafe { libc::getauxval(libc::AT_PAGESZ) } {
        0 => 4096,
        size => usize::try_from(size).unwrap_or(4096),
    }
}

fn control(id: ShmId, command: c_int) -> Option<(ShmId, libc::shmid_ds)> {
    let mut status = MaybeUninit::<libc::shmid_ds>::zeroed();
    let buffer = Addr(status.as_mut_ptr() as usize);
    let returned = perform(&Call::Control { id, command, buffer }).ok()?;
    // SAFETY: all zeroes are a good shmid_ds, and the kernel filled it.
    let status = unsafe { status.assume_init() };
    Some((ShmId(i32::try_from(returned).ok()?), status))
}

/// Whether this process has a child that has not ended.
pub fn has_children() -> bool {
    // Without WEXITED those that have ended and were not waited for are none; WNOWAIT: a stop is still there for the program.
    let options = int(libc::WSTOPPED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL);
    // SAFETY: no siginfo is wanted; without such a child it fails with ECHILD.
    unsafe { syscall6(libc::SYS_waitid, [libc::P_ALL as usize, 0, 0, options, 0, 0]) }.is_ok()
}

/// This process's id, not a cached one.
pub fn pid() -> i32 {
    process_id(libc::SYS_getpid)
}

/// This thread's id.
pub fn tid() -> i32 {
    process_id(libc::SYS_gettid)
}

/// The parent's id.
pub fn parent() -> i32 {
    process_id(libc::SYS_getppid)
}

fn process_id(call: libc::c_long) -> i32 {
    // SAFETY: getpid, gettid and getppid have no preconditions and cannot fail.
    let id: Result = unsafe { syscall(call, [0; 4]) };
    id.ok().and_then(|id| i32::try_from(id).ok()).unwrap_or_default()
}
