//! What several of the calls may be refused: a right that the mode does not give, and System V IPC as a whole.

use super::{Check, Explain, Made, Words};
use crate::call::{Call, ShmId};
use crate::detail::Status;
use crate::errno::Errno;
use crate::facts::{Facts, Identity};
use crate::flags::{GetFlags, IPC_STAT, Mode, PERMISSIONS, SHM_EXEC, SHM_HUGETLB, SHM_RDONLY, SHM_STAT};
use crate::rule::Severity;
use crate::rule::access::{NO_SYSV_IPC, PERMISSION_DENIED};

/// Of shmget, shmat, shmdt and shmctl.
pub const FAILED: &[Check] =
    &[Check { rule: &NO_SYSV_IPC, find: no_sysv_ipc }, Check { rule: &PERMISSION_DENIED, find: permission_denied }];

/// Rights as in a mode's last digit.
const READ: u32 = 4;
const WRITE: u32 = 2;
const EXECUTE: u32 = 1;

/// The segment and what was asked of it, of a call that was refused for that (ipcperms() in the kernel).
fn refused(made: &Made, facts: &dyn Facts) -> Option<(Option<ShmId>, u32)> {
    if made.outcome != Err(Errno::EACCES) {
        return None;
    }
    match made.call {
        Call::Get { key, flags, .. } => {
            let Mode(mode) = GetFlags(flags).mode();
            // Whoever asks for a right for anybody asks for it himself.
            Some((facts.id_of(key), (mode >> 6 | mode >> 3 | mode) & 7))
        }
        Call::Attach { id, flags, .. } => {
            let write = if flags & SHM_RDONLY == 0 { WRITE } else { 0 };
            let execute = if flags & SHM_EXEC == 0 { 0 } else { EXECUTE };
            Some((Some(id), READ | write | execute))
        }
        Call::Control { id, command: IPC_STAT, .. } => Some((Some(id), READ)),
        Call::Control { id, command: SHM_STAT, .. } => Some((facts.tenant(id), READ)),
        // The kernel looks at no mode there.
        Call::Control { id, .. } => Some((Some(id), 0)),
        Call::Detach { .. } | Call::Ftok { .. } => None,
    }
}

/// As whom the kernel sees a process: of the three the first that fits, and no other counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Owner,
    Group,
    Other,
}

impl Class {
    fn of(identity: &Identity, status: &Status) -> Self {
        let Status { owner, creator_uid, creator_gid, .. } = *status;
        if [owner.uid, creator_uid].contains(&identity.euid) {
            Self::Owner
        } else if identity.is_in_group(owner.gid) || identity.is_in_group(creator_gid) {
            Self::Group
        } else {
            Self::Other
        }
    }

    /// Where its digit stands in a mode.
    const fn shift(self) -> u32 {
        match self {
            Self::Owner => 6,
            Self::Group => 3,
            Self::Other => 0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Owner => "its owner",
            Self::Group => "its group",
            Self::Other => "others",
        }
    }
}

fn permission_denied<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, wanted) = refused(made, facts)?;
    Some(Box::new(move || {
        // A program may look at what is there, as ipcs does, and pass over what it may not see.
        let severity = matches!(made.call, Call::Control { .. }).then_some(Severity::Warning);
        let words = match id.and_then(|id| facts.status(id)) {
            Some(status) => Refusal::new(made, wanted, status, facts.identity()).words(),
            None => Words {
                headline: "the right to do this is missing".to_owned(),
                why: "the segment's mode does not allow it, or a security module (SELinux, AppArmor) does not; it cannot \
                      be looked at from here, or is gone by now"
                    .to_owned(),
                fix: "run as the user who made the segment; ipcs -m shows owner and mode".to_owned(),
                ..Words::default()
            },
        };
        Words { segment: id.and_then(|id| facts.segment(id)), severity, ..words }
    }))
}

/// Why a right is missing.
struct Refusal<'a> {
    made: &'a Made,
    wanted: u32,
    status: Status,
    identity: Identity,
    class: Class,
    granted: u32,
}

impl<'a> Refusal<'a> {
    fn new(made: &'a Made, wanted: u32, status: Status, identity: Identity) -> Self {
        let class = Class::of(&identity, &status);
        let granted = status.owner.mode >> class.shift() & 7;
        Self { made, wanted, status, identity, class, granted }
    }

    fn missing(&self) -> u32 {
        self.wanted & !self.granted
    }

    fn mode(&self) -> u32 {
        self.status.owner.mode & PERMISSIONS.cast_unsigned()
    }

    fn words(&self) -> Words {
        let (mode, class) = (Mode(self.mode()), self.class.name());
        if self.missing() == 0 {
            return Words {
                headline: format!("mode {mode} would allow it, and still it was refused"),
                why: format!(
                    "{}, and mode {mode} gives {class} {}; so a security module (SELinux, AppArmor) refused it, or the \
                     segment belongs to a user namespace in which this process is somebody else",
                    self.who(),
                    rights(self.granted)
                ),
                fix: "look for the refusal in the kernel's log (dmesg, ausearch -m avc)".to_owned(),
                ..Words::default()
            };
        }
        Words {
            headline: format!(
                "mode {mode} gives {class} {}, and {} asked for",
                only(self.granted),
                match self.wanted {
                    READ | WRITE | EXECUTE => format!("{} is", rights(self.wanted)),
                    _ => format!("{} are", rights(self.wanted)),
                }
            ),
            why: format!("{}; {}{}", self.asking(), self.who(), self.capability()),
            fix: self.fix(),
            ..Words::default()
        }
    }

    /// What the call asks for, and by what.
    fn asking(&self) -> String {
        match self.made.call {
            Call::Get { .. } => {
                "of a segment that is there, the mode argument of shmget is what one asks to be allowed".to_owned()
            }
            Call::Attach { flags, .. } if flags & SHM_RDONLY == 0 => {
                "without SHM_RDONLY shmat asks to write, too".to_owned()
            }
            Call::Attach { .. } => "shmat asks for what its flags say".to_owned(),
            _ => "to look at a segment by IPC_STAT or SHM_STAT one must be allowed to read it".to_owned(),
        }
    }

    fn who(&self) -> String {
        let Identity { euid, egid, .. } = self.identity;
        let Status { owner, creator_uid, creator_gid, .. } = self.status;
        let or = |first: u32, second: u32| {
            if first == second { first.to_string() } else { format!("{first} or {second}") }
        };
        let (users, groups) = (or(owner.uid, creator_uid), or(owner.gid, creator_gid));
        match self.class {
            Class::Owner => {
                format!("this process (euid {euid}) is its owner or has made it, and so the owner's bits alone count")
            }
            Class::Group => {
                format!(
                    "this process (euid {euid}) is in the group {groups} and is not uid {users}, so the group's bits alone count"
                )
            }
            Class::Other => format!(
                "this process (euid {euid}, egid {egid}) is neither uid {users} nor in the group {groups}, so the bits of \
                 others count"
            ),
        }
    }

    fn capability(&self) -> &'static str {
        if self.identity.overrides_modes() {
            "; its CAP_IPC_OWNER does not count, being that of another user namespace"
        } else {
            ""
        }
    }

    fn fix(&self) -> String {
        let wider = self.mode() | self.missing() << self.class.shift();
        let change = match self.class {
            Class::Owner => format!("make it with mode {} (this one its owner can change by IPC_SET)", Mode(wider)),
            Class::Group => format!("let its owner make it with mode {}, or change this one by IPC_SET", Mode(wider)),
            Class::Other => format!(
                "run as uid {}, or let that one make it with mode {} and share a group with this process",
                self.status.owner.uid,
                Mode(self.mode() | self.missing() << 3)
            ),
        };
        match self.made.call {
            Call::Get { flags, .. } if self.missing() == EXECUTE => {
                format!("leave the execute bits out: pass {}", GetFlags(flags & !0o111))
            }
            Call::Get { .. } if self.missing() == WRITE => {
                format!("to read it only, pass 0444 here and SHM_RDONLY to shmat; to write it, {change}")
            }
            Call::Attach { .. } if self.missing() == WRITE => {
                format!("to read it only, pass SHM_RDONLY; to write it, {change}")
            }
            Call::Control { .. } => format!("{change}; or ask by SHM_STAT_ANY (Linux 4.17), which needs no right"),
            _ => change,
        }
    }
}

/// `read, write and execute`.
fn rights(bits: u32) -> String {
    let names: Vec<_> = [(READ, "read"), (WRITE, "write"), (EXECUTE, "execute")]
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn only(granted: u32) -> String {
    if granted == 0 { "nothing".to_owned() } else { format!("only {}", rights(granted)) }
}

/// ENOSYS; or EPERM of a shmget that has no reason for it, as some filters have it.
fn no_sysv_ipc<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    match (made.call, made.outcome) {
        (_, Err(Errno::ENOSYS)) => {}
        (Call::Get { flags, .. }, Err(Errno::EPERM)) if flags & SHM_HUGETLB == 0 => {}
        _ => return None,
    }
    Some(Box::new(move || {
        let (kernel, filter) = (facts.has_sysv_ipc(), facts.is_filtered());
        let (why, remedy) = match (kernel, filter) {
            (Some(false), _) => ("this kernel was built without System V IPC (CONFIG_SYSVIPC)", ""),
            (Some(true), Some(true)) => (
                "the kernel has System V IPC, and a seccomp filter that this process runs under keeps it away: sandboxes, \
                 containers and services of systemd (SystemCallFilter=) have one",
                "let the filter pass shmget, shmat, shmdt and shmctl; or ",
            ),
            _ => (
                "the kernel was built without System V IPC (CONFIG_SYSVIPC), or a seccomp filter keeps it away, as that of \
                 a sandbox, a container or a service; which of them cannot be seen from here",
                "let the filter, if there is one, pass shmget, shmat, shmdt and shmctl; or ",
            ),
        };
        Words {
            headline: format!("{} is denied to this process", made.call.name()),
            why: why.to_owned(),
            fix: format!("{remedy}use POSIX shared memory: shm_open and mmap"),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests;
