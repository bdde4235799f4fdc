//! The process that made a segment, if it is still there.

use crate::kernel::{self, clock, file};
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Namesake, Process, started};
use std::ffi::CString;

/// The most that is read of /proc/PID/stat and of /proc/PID/cmdline.
const STAT: usize = 4096;
const COMMAND: usize = 4096;
/// As much of a command line as a report shows.
const SHOWN: usize = 120;

pub fn of(status: &Status) -> Process {
    let pid = status.creator;
    let life = life(status);
    let command = if life == Life::Runs { command(pid) } else { None };
    Process { pid, life, command }
}

/// Whether it still runs.
pub fn life(status: &Status) -> Life {
    Life::of(status.creator, status.changed_at, kernel::is_there(status.creator), || {
        let started = started(&read(status.creator, "stat", STAT)?)?;
        let (began, booted) = (clock::from_ticks(started.ticks)?, clock::from_ticks(0)?);
        Some(Namesake { ended: started.ended, began, booted })
    })
}

/// The arguments with spaces between them.
fn command(pid: i32) -> Option<Vec<u8>> {
    let mut command = read(pid, "cmdline", COMMAND)?;
    while command.last() == Some(&0) {
        command.pop();
    }
    command.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
    if command.len() > SHOWN {
        command.truncate(SHOWN);
        command.extend_from_slice("…".as_bytes());
    }
    (!command.is_empty()).then_some(command)
}

fn read(pid: i32, name: &str, most: usize) -> Option<Vec<u8>> {
    file::read(&CString::new(format!("/proc/{pid}/{name}")).ok()?, most)
}
