//! Other processes, and this one's rights.

use crate::site::Frame;

/// A process that is named in a segment's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub life: Life,
    /// Its command line with spaces between the arguments, while it runs and may be looked at, or as the ledger has it.
    pub command: Option<Vec<u8>>,
    /// How it made the segment, where the ledger tells.
    pub made: Option<Made>,
}

/// The creation of a segment by another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where the shmget was.
    pub frame: Frame,
    /// For how many seconds it is there.
    pub age: u64,
    /// What ftok(3) made the key of.
    pub path: Option<Vec<u8>>,
}

/// Whether a process is still there. A pid alone does not tell: another one may have it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Runs,
    Gone,
    /// It cannot be seen from here.
    Unknown,
}

/// The process that has a creator's pid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// It has ended, and nobody has waited for it yet.
    pub ended: bool,
    /// When it began, and when the machine did, by today's clock: seconds since the epoch.
    pub began: i64,
    pub booted: i64,
}

impl Life {
    /// Of the process with this pid that did something at `moment`: made a segment, attached it. `is_there` is whether any
    /// process has the pid now, where that can be told; `namesake` looks at that one.
    pub fn of(pid: i32, moment: i64, is_there: Option<bool>, namesake: impl FnOnce() -> Option<Namesake>) -> Self {
        match (pid, is_there) {
            (0, _) | (_, None) => Self::Unknown,
            (_, Some(false)) => Self::Gone,
            (_, Some(true)) => match namesake() {
                None => Self::Unknown,
                Some(namesake) if namesake.ended => Self::Gone,
                // Before the machine began: the clock was set since then, and no two times can be compared.
                Some(namesake) if moment < namesake.booted => Self::Unknown,
                // Another process has the pid by now. The moment is in whole seconds; of a creator it is ctime, and IPC_SET
                // makes that later, never earlier.
                Some(namesake) if namesake.began > moment + 1 => Self::Gone,
                Some(_) => Self::Runs,
            },
        }
    }

    /// The same, where a ledger tells when the process began, and /proc when the one began that has its pid now, both in
    /// clock ticks since the machine did. 0 in the ledger: it was not known.
    #[must_use]
    pub fn confirmed(self, told: u64, now: Option<u64>) -> Self {
        let is_another = told != 0 && now.is_some_and(|now| now != told);
        if self == Self::Runs && is_another { Self::Gone } else { self }
    }
}

/// With whose rights a process runs (credentials(7)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub euid: u32,
    pub egid: u32,
    /// The supplementary groups.
    pub groups: Vec<u32>,
    /// The effective capabilities, one bit each (capabilities(7)).
    pub capabilities: u64,
}

impl Identity {
    const CAP_IPC_LOCK: u32 = 14;
    const CAP_IPC_OWNER: u32 = 15;

    /// Whether permission bits are not looked at.
    #[must_use]
    pub const fn overrides_modes(&self) -> bool {
        self.capabilities & 1 << Self::CAP_IPC_OWNER != 0
    }

    /// Whether memory may be locked, and huge pages used, without further conditions.
    #[must_use]
    pub const fn may_lock(&self) -> bool {
        self.capabilities & 1 << Self::CAP_IPC_LOCK != 0
    }

    #[must_use]
    pub fn is_in_group(&self, gid: u32) -> bool {
        self.egid == gid || self.groups.contains(&gid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_alone_does_not_make_a_creator() {
        let namesake = Namesake { ended: false, began: 900, booted: 10 };
        let life = |namesake| Life::of(7, 1000, Some(true), || namesake);
        assert_eq!(life(Some(namesake)), Life::Runs);
        assert_eq!(life(Some(Namesake { began: 1001, ..namesake })), Life::Runs);
        assert_eq!(life(Some(Namesake { began: 1002, ..namesake })), Life::Gone);
        assert_eq!(life(Some(Namesake { ended: true, ..namesake })), Life::Gone);
        assert_eq!(life(None), Life::Unknown);
        // The machine had no clock when it began.
        assert_eq!(life(Some(Namesake { began: 5000, booted: 4990, ..namesake })), Life::Unknown);
        let of_pid = |pid, is_there| Life::of(pid, 1000, is_there, || unreachable!());
        assert_eq!(of_pid(0, Some(true)), Life::Unknown);
        assert_eq!(of_pid(7, None), Life::Unknown);
        assert_eq!(of_pid(7, Some(false)), Life::Gone);
    }

    #[test]
    fn who_began_at_another_time_is_another() {
        assert_eq!(Life::Runs.confirmed(70, Some(70)), Life::Runs);
        assert_eq!(Life::Runs.confirmed(70, Some(71)), Life::Gone);
        assert_eq!([Life::Runs.confirmed(0, Some(71)), Life::Runs.confirmed(70, None)], [Life::Runs; 2]);
        assert_eq!(Life::Unknown.confirmed(70, Some(71)), Life::Unknown);
    }
}
