//! Who is speaking, for lines that stand by themselves among those of other processes.

use crate::kernel::{self, clock, file};
use once_cell::race::OnceBox;
use shmsan_core::event::Stamp;
use shmsan_core::facts::started;
use shmsan_core::report::json::Header;
use shmsan_core::time::Time;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

/// The most that is read of /proc/self/cmdline and of /proc/self/stat.
const ARGUMENTS: usize = 1 << 21;
const STAT: usize = 4096;

/// Whose reports these are, where a child writes them; 0 where nobody else's.
static SPOKEN_FOR: AtomicI32 = AtomicI32::new(0);
static THREAD_SPOKEN_FOR: AtomicI32 = AtomicI32::new(0);

/// From now on this process speaks for another one, of which it is a copy.
pub fn speak_for(process: i32, thread: i32) {
    SPOKEN_FOR.store(process, Relaxed);
    THREAD_SPOKEN_FOR.store(thread, Relaxed);
}

pub fn is_spoken_for() -> bool {
    SPOKEN_FOR.load(Relaxed) != 0
}

/// The process that is spoken of.
pub fn pid() -> i32 {
    match SPOKEN_FOR.load(Relaxed) {
        0 => kernel::pid(),
        other => other,
    }
}

fn tid() -> i32 {
    match THREAD_SPOKEN_FOR.load(Relaxed) {
        0 => kernel::tid(),
        other => other,
    }
}

/// This thread, at that time.
pub fn stamp(time: Time) -> Stamp {
    Stamp { time, pid: pid(), tid: tid() }
}

/// What a line of JSON that is written now begins with.
pub fn header() -> Header<'static> {
    Header { stamp: stamp(clock::time()), exe: exe() }
}

/// The arguments of this process, each with a NUL behind it; at most so many bytes.
pub fn arguments(most: usize) -> Vec<u8> {
    // All is read, because a file that is longer than the room for it is not read at all.
    let mut arguments = file::read(c"/proc/self/cmdline", ARGUMENTS).unwrap_or_default();
    arguments.truncate(most);
    arguments
}

/// When this process began, in clock ticks since the machine did; 0 where there is no /proc to tell.
pub fn began() -> u64 {
    file::read(c"/proc/self/stat", STAT).as_deref().and_then(started).map_or(0, |started| started.ticks)
}

/// The program's file; nothing where there is no /proc to tell. Only exec changes it, and that begins anew.
pub fn exe() -> Option<&'static [u8]> {
    static EXE: OnceBox<Option<Vec<u8>>> = OnceBox::new();
    EXE.get_or_init(|| Box::new(file::read_link(c"/proc/self/exe"))).as_deref()
}
