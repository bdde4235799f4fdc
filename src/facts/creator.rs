//! The process that made a segment, if it is still there.

use crate::kernel::{self, clock, file};
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Process, started};
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
    match (status.creator, kernel::is_there(status.creator)) {
        (0, _) | (_, None) => Life::Unknown,
        (_, Some(false)) => Life::Gone,
        (pid, Some(true)) => match read(pid, "stat", STAT).as_deref().and_then(started) {
            None => Life::Unknown,
            Some(started) if started.ended => Life::Gone,
            // Younger than the segment: another process has the pid by now. ctime has seconds, and IPC_SET makes it
            // later, never earlier.
            Some(started) if clock::from_ticks(started.ticks).is_some_and(|start| start > status.changed_at + 1) => {
                Life::Gone
            }
            Some(_) => Life::Runs,
        },
    }
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
