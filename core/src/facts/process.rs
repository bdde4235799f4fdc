//! Other processes, and this one's rights.

/// A process that is named in a segment's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub life: Life,
    /// Its command line with spaces between the arguments, while it runs and may be looked at.
    pub command: Option<Vec<u8>>,
}

/// Whether a process is still there. A pid alone does not tell: another one may have it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Runs,
    Gone,
    /// It cannot be seen from here.
    Unknown,
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
