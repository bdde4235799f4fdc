//! Who made a segment. The kernel keeps a pid, and pids come again; a ledger, where the creator kept one, knows more, also
//! when it is gone. `Creators::of` answers for every verb.

use super::booted;
use super::ledgers::Ledgers;
use rustix::io::Errno;
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, test_kill_process};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::facts::{Life, Namesake, command_line};
use shmsan_core::ledger::Maker;
use shmsan_core::machine::Stat;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

/// The most that is read of a command line.
const COMMAND: u64 = 1 << 17;

/// The process that made a segment.
#[derive(Clone, Debug)]
pub struct Creator {
    /// 0 where it cannot be seen from this pid namespace.
    pub pid: i32,
    pub life: Life,
    /// The name of its program, where that is known.
    pub program: Option<Vec<u8>>,
    /// What its ledger tells.
    pub maker: Option<Maker>,
}

impl Creator {
    /// Its command line: as it is while it runs, and else as its ledger has it.
    pub fn command(&self) -> Option<Vec<u8>> {
        let runs = (self.life == Life::Runs).then(|| command_of(self.pid)).flatten();
        let told = || self.maker.as_ref().map(|maker| maker.told.process.command());
        runs.or_else(told).filter(|command| !command.is_empty())
    }
}

/// Looks at each process once, however many segments it made.
#[derive(Default)]
pub struct Creators {
    seen: HashMap<i32, Seen>,
    ledgers: Ledgers,
}

/// The process that has a pid now.
struct Seen {
    is_there: Option<bool>,
    stat: Option<Stat>,
}

impl Creators {
    pub fn of(&mut self, id: ShmId, status: &Status) -> Creator {
        let pid = status.creator;
        let maker = self.ledgers.maker(id, status);
        let life = self.life(pid, status.changed_at);
        let stat = self.seen(pid).stat.as_ref();
        let began = maker.as_ref().map_or(0, |maker| maker.told.head.began);
        let life = life.confirmed(began, stat.map(|stat| stat.started.ticks));
        let runs = stat.filter(|_| life == Life::Runs).map(|stat| stat.name.clone());
        let program = runs.or_else(|| maker.as_ref().and_then(|maker| name_of(&maker.told.process.exe)));
        Creator { pid, life, program, maker }
    }

    /// Takes away what is over of this user's ledgers.
    pub fn tidy(&mut self) {
        self.ledgers.tidy();
    }

    /// Of the process that was there at this moment, in seconds since the epoch.
    pub fn life(&mut self, pid: i32, moment: i64) -> Life {
        let seen = self.seen(pid);
        Life::of(pid, moment, seen.is_there, || seen.stat.as_ref().map(namesake))
    }

    fn seen(&mut self, pid: i32) -> &Seen {
        self.seen.entry(pid).or_insert_with(|| look(pid))
    }
}

/// Without the folder.
fn name_of(exe: &[u8]) -> Option<Vec<u8>> {
    let exe = exe.strip_suffix(b" (deleted)").unwrap_or(exe);
    exe.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec).filter(|name| !name.is_empty())
}

fn look(pid: i32) -> Seen {
    let is_there = Pid::from_raw(pid).and_then(|pid| match test_kill_process(pid) {
        Ok(()) | Err(Errno::PERM) => Some(true),
        Err(Errno::SRCH) => Some(false),
        Err(_) => None,
    });
    let stat = if is_there == Some(true) { stat_of(pid) } else { None };
    Seen { is_there, stat }
}

pub(super) fn stat_of(pid: i32) -> Option<Stat> {
    Stat::parse(&std::fs::read(format!("/proc/{pid}/stat")).ok()?)
}

fn namesake(stat: &Stat) -> Namesake {
    let booted = booted();
    let since_boot = stat.started.ticks / clock_ticks_per_second().max(1);
    let began = booted.saturating_add(i64::try_from(since_boot).unwrap_or(i64::MAX));
    Namesake { ended: stat.started.ended, began, booted }
}

/// The command line with spaces between the arguments; of a process that has none, its name in brackets, as ps(1) writes it.
pub fn command_of(pid: i32) -> Option<Vec<u8>> {
    let mut arguments = Vec::new();
    File::open(format!("/proc/{pid}/cmdline")).ok()?.take(COMMAND).read_to_end(&mut arguments).ok()?;
    let command = command_line(arguments);
    if command.is_empty() {
        let name = stat_of(pid)?.name;
        return Some([b"[", name.as_slice(), b"]"].concat());
    }
    Some(command)
}
