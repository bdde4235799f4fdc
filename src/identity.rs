//! Who is speaking, for lines that stand by themselves among those of other processes.

use crate::kernel::{self, clock, file};
use once_cell::race::OnceBox;
use shmsan_core::event::Stamp;
use shmsan_core::report::json::Header;
use shmsan_core::time::Time;

/// This thread, at that time.
pub fn stamp(time: Time) -> Stamp {
    Stamp { time, pid: kernel::pid(), tid: kernel::tid() }
}

/// What a line of JSON that is written now begins with.
pub fn header() -> Header<'static> {
    Header { stamp: stamp(clock::time()), exe: exe() }
}

/// The program's file; nothing where there is no /proc to tell. Only exec changes it, and that begins anew.
pub fn exe() -> Option<&'static [u8]> {
    static EXE: OnceBox<Option<Vec<u8>>> = OnceBox::new();
    EXE.get_or_init(|| Box::new(file::read_link(c"/proc/self/exe"))).as_deref()
}
