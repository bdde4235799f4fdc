//! The process that made a segment: what the kernel knows of it, and what it wrote into its ledger.

use crate::kernel::{self, clock, file};
use crate::{ledger, site};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Made, Namesake, Process, command_line, started};
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
    let (life, ticks) = life_and_start(status);
    let life = life.confirmed(maker.as_ref().map_or(0, |maker| maker.told.head.began), ticks);
    let command = if life == Life::Runs { command(pid) } else { None };
    let told = || maker.as_ref().map(|maker| maker.told.process.command()).filter(|command| !command.is_empty());
    Process { pid, life, command: command.or_else(told).map(short), made: maker.as_ref().map(made) }
}

fn made(maker: &Maker) -> Made {
    let age = clock::time().seconds() - maker.entry.time.seconds();
    let frame = site::frame_elsewhere(maker.entry.site, &maker.told.places);
    Made { frame, age: u64::try_from(age).unwrap_or_default(), path: maker.path().map(<[u8]>::to_vec) }
}

/// Whether it still runs.
pub fn life(status: &Status) -> Life {
    life_and_start(status).0
}

/// The second is when the process began that has its pid now, in clock ticks since the machine did.
fn life_and_start(status: &Status) -> (Life, Option<u64>) {
    let mut ticks = None;
    let life = Life::of(status.creator, status.changed_at, kernel::is_there(status.creator), || {
        let started = started(&read(status.creator, "stat", STAT)?)?;
        ticks = Some(started.ticks);
        let (began, booted) = (clock::from_ticks(started.ticks)?, clock::from_ticks(0)?);
        Some(Namesake { ended: started.ended, began, booted })
    });
    (life, ticks)
}

fn command(pid: i32) -> Option<Vec<u8>> {
    Some(command_line(read(pid, "cmdline", COMMAND)?)).filter(|command| !command.is_empty())
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
