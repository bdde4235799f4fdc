//! The process that made a segment: what the kernel knows of it, and what it wrote into its ledger.

use crate::kernel::{self, clock, file};
use crate::{ledger, site};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Made, Namesake, Process, started};
use shmsan_core::ledger::Maker;
use std::ffi::CString;

/// The most that is read of /proc/PID/stat and of /proc/PID/cmdline.
const STAT: usize = 4096;
const COMMAND: usize = 4096;
/// As much of a command line as a report shows.
const SHOWN: usize = 120;

pub fn of(id: ShmId, status: &Status) -> Process {
    let pid = status.creator;
    let maker = ledger::maker(id, status);
    let life = match (life(status), &maker) {
        // Another one has its pid, and the clock did not tell.
        (Life::Runs, Some(maker)) if is_another(pid, maker.told.head.began) => Life::Gone,
        (life, _) => life,
    };
    let command = if life == Life::Runs { command(pid) } else { None };
    let told = || maker.as_ref().map(|maker| maker.told.process.command()).filter(|command| !command.is_empty());
    Process { pid, life, command: command.or_else(told).map(short), made: maker.as_ref().map(made) }
}

/// Whether the process that has the pid began at another time.
fn is_another(pid: i32, began: u64) -> bool {
    let now = read(pid, "stat", STAT).as_deref().and_then(started);
    began != 0 && now.is_some_and(|now| now.ticks != began)
}

fn made(maker: &Maker) -> Made {
    let age = (clock::time().0 - maker.entry.time.0) / 1_000_000_000;
    let frame = site::frame_elsewhere(maker.entry.site, &maker.told.places);
    Made { frame, age: u64::try_from(age).unwrap_or_default(), path: maker.path().map(<[u8]>::to_vec) }
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
    (!command.is_empty()).then_some(command)
}

fn short(mut command: Vec<u8>) -> Vec<u8> {
    if command.len() > SHOWN {
        command.truncate(SHOWN);
        command.extend_from_slice("…".as_bytes());
    }
    command
}

fn read(pid: i32, name: &str, most: usize) -> Option<Vec<u8>> {
    file::read(&CString::new(format!("/proc/{pid}/{name}")).ok()?, most)
}
