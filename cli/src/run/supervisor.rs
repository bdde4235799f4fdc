//! The program and all that comes from it, from its start to its end: signals go to it, it is followed when it stops, and
//! whoever ends in the tree is noted.

use super::processes::{self, Running};
use crate::sys::{self, Arrived, Change, Held, Status};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// These a terminal sends to the program as well, which is in the same process group.
const OF_THE_TERMINAL: [i32; 6] =
    [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU, libc::SIGWINCH];

/// These mean that nobody wants to wait any longer.
const IMPATIENT: [i32; 4] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP];

/// A process of the tree that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub pid: i32,
    /// In clock ticks since the machine began; 0 where there is no /proc. Pids repeat, this with them does not.
    pub began: u64,
    pub status: Status,
}

/// What became of the tree.
#[derive(Debug)]
pub struct Outcome {
    pub program: Status,
    pub pid: i32,
    /// Whoever did not end in time.
    pub running: Vec<Running>,
}

/// Who looks on while the tree runs.
pub trait Witness {
    /// Looks at what is new; says after how long it wants to look again, if it wants to.
    fn look(&mut self) -> Option<Duration>;
    /// Somebody has ended: the program, or an orphan; not those that their parents have waited for.
    fn note(&mut self, ended: &Ended);
}

pub struct Supervisor<'a> {
    held: &'a Held,
    program: i32,
    /// Children that this process had before: `exec shmsan run` in a script that has started others.
    strangers: HashSet<i32>,
    /// How the program ended, and when.
    over: Option<(Status, Instant)>,
    stopped: bool,
    /// This process has stopped with the program, and the signal that let it go on is still to be read.
    resumed: bool,
    impatient: bool,
}

impl<'a> Supervisor<'a> {
    /// Of `program`, a child of this process, which had `strangers` for children before.
    pub fn new(held: &'a Held, program: i32, strangers: HashSet<i32>) -> Self {
        Self { held, program, strangers, over: None, stopped: false, resumed: false, impatient: false }
    }

    /// Waits for the program, and after it at most so long for what it has left running.
    pub fn watch(mut self, patience: Duration, witness: &mut impl Witness) -> Outcome {
        loop {
            let childless = self.reap(witness);
            self.follow();
            let mut most = witness.look();
            if let Some((program, since)) = self.over {
                let rest = patience.saturating_sub(since.elapsed());
                let running = if childless { Vec::new() } else { self.running() };
                if running.is_empty() || rest.is_zero() || self.impatient {
                    // Whoever has ended since, and nobody else waits for.
                    self.reap(witness);
                    return Outcome { program, pid: self.program, running };
                }
                most = Some(most.map_or(rest, |most| most.min(rest)));
            }
            self.held.wait(most);
            while let Some(arrived) = self.held.next() {
                self.receive(&arrived);
            }
        }
    }

    fn running(&self) -> Vec<Running> {
        processes::descendants_of(own_pid(), &self.strangers)
    }

    /// Notes who has ended; says whether there is no child left.
    fn reap(&mut self, witness: &mut impl Witness) -> bool {
        let look = |pid| (pid, processes::look_at(pid).map_or(0, |found| found.ticks));
        loop {
            match sys::ended(look) {
                Ok(Some(((pid, began), status))) => {
                    if pid == self.program {
                        self.over = Some((status, Instant::now()));
                    }
                    if !self.strangers.contains(&pid) {
                        witness.note(&Ended { pid, began, status });
                    }
                }
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
    }

    /// Stops with the program, by the same signal, so that a shell sees one job; says whether it has.
    fn follow(&mut self) -> bool {
        let stopped = self.newly_stopped();
        if let Some(signal) = stopped {
            sys::stop_like(signal);
            self.resumed = true;
        }
        stopped.is_some()
    }

    fn newly_stopped(&mut self) -> Option<i32> {
        let mut by = None;
        while self.over.is_none() {
            by = match sys::change_of(self.program) {
                Some(Change::Stopped(signal)) => Some(signal),
                Some(Change::Continued) => None,
                None => break,
            };
            self.stopped = by.is_some();
        }
        by
    }

    fn receive(&mut self, arrived: &Arrived) {
        let resumed = self.resumed && arrived.signal == libc::SIGCONT;
        match arrived.signal {
            _ if self.over.is_some() => self.impatient |= IMPATIENT.contains(&arrived.signal),
            libc::SIGCHLD => {}
            // A shell tells the whole job to go on; somebody else may have told this process alone.
            _ if resumed => {
                self.resumed = false;
                // Stopped anew means that it has gone on in between.
                if !self.follow() && self.stopped {
                    arrived.pass_on(self.program);
                }
            }
            _ if is_for_the_program(arrived) => arrived.pass_on(self.program),
            _ => {}
        }
    }
}

/// Whether the program would miss this signal if it were not passed on.
fn is_for_the_program(arrived: &Arrived) -> bool {
    if arrived.is_of_the_kernel() {
        // A terminal that goes away tells its session's leader alone.
        let leads = || rustix::process::getsid(None).is_ok_and(|leader| leader.as_raw_pid() == own_pid());
        return !OF_THE_TERMINAL.contains(&arrived.signal) && (arrived.signal != libc::SIGHUP || leads());
    }
    // Who kills its process group from inside the tree means itself and the others, who hear of it as well.
    arrived.pid != own_pid() && !processes::descends_from(arrived.pid, own_pid())
}

fn own_pid() -> i32 {
    std::process::id().cast_signed()
}
