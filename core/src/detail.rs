//! What a call's pointers showed: plain data of fixed size, read from the kernel's structures as bytes, and written as
//! strace(1) writes it.

use crate::call::Key;
use crate::fields::Fields;
use crate::flags::Mode;
use crate::path::PathStart;
use std::fmt;

/// What a call's pointer led to, where it could be read and said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The path that ftok was given.
    Path(PathStart),
    /// What IPC_STAT, SHM_STAT or SHM_STAT_ANY filled.
    Status(Status),
    /// What IPC_SET was asked for.
    Change(Change),
    /// What IPC_INFO filled.
    Limits(Limits),
    /// What SHM_INFO filled.
    Usage(Usage),
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Status(status) => status.fmt(f),
            Self::Change(change) => change.fmt(f),
            Self::Limits(limits) => limits.fmt(f),
            Self::Usage(usage) => usage.fmt(f),
        }
    }
}

/// `struct shmid_ds` of shmctl(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub key: Key,
    pub owner: Owner,
    pub creator_uid: u32,
    pub creator_gid: u32,
    /// Bytes.
    pub size: u64,
    /// Seconds since the epoch; 0 where it never happened.
    pub attached_at: i64,
    pub detached_at: i64,
    pub changed_at: i64,
    /// Pid of the creator, and of whoever attached or detached it last.
    pub creator: i32,
    pub last: i32,
    pub attachments: u64,
}

/// Of a segment's status, what IPC_SET can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
    /// Permission bits, and what else stands there.
    pub mode: u32,
}

/// What IPC_SET was asked for, and what it would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The segment before the call; `None` where it could not be asked.
    pub before: Option<Owner>,
    pub asked: Owner,
    pub template: Template,
}

/// What else stood in the structure that IPC_SET was given, and that it does not look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// What IPC_STAT fills in for that segment.
    Filled,
    /// Nothing but zeroes.
    Blank,
    /// Whatever was there.
    Other,
}

impl Change {
    /// From the structure that IPC_SET was given, and the segment's own.
    #[must_use]
    pub fn new(given: &Status, before: Option<&Status>) -> Self {
        let of_creation = |status: &Status| (status.creator_uid, status.creator_gid, status.creator, status.size);
        let template = match before {
            Some(before) if of_creation(before) == of_creation(given) => Template::Filled,
            _ if given.is_blank() => Template::Blank,
            _ => Template::Other,
        };
        Self { before: before.map(|before| before.owner), asked: given.owner, template }
    }
}

/// `struct shminfo` of shmctl(2): the namespace's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the largest and of the smallest segment.
    pub largest: u64,
    pub smallest: u64,
    /// Segments in the namespace, and attached to a process (Linux does not look at that one).
    pub segments: u64,
    pub segments_of_process: u64,
    /// Pages in all segments.
    pub pages: u64,
}

/// `struct shm_info` of shmctl(2): what the namespace uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub segments: i32,
    /// Pages, and of them in memory and in swap.
    pub pages: u64,
    pub resident: u64,
    pub swapped: u64,
    /// Always 0 on Linux.
    pub swap_attempts: u64,
    pub swap_successes: u64,
}

impl Status {
    /// Bytes of the kernel's structure on a 64-bit machine.
    pub const SIZE: usize = 112;

    #[must_use]
    pub fn from_kernel(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let key = Key(fields.i32()?);
        let (uid, gid, creator_uid, creator_gid) = (fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?);
        let owner = Owner { uid, gid, mode: fields.u32()? };
        // A sequence number, padding, and two words for later use.
        fields.take::<24>()?;
        Some(Self {
            key,
            owner,
            creator_uid,
            creator_gid,
            size: fields.u64()?,
            attached_at: fields.i64()?,
            detached_at: fields.i64()?,
            changed_at: fields.i64()?,
            creator: fields.i32()?,
            last: fields.i32()?,
            attachments: fields.u64()?,
        })
    }
}

impl Status {
    /// Whether nothing is set but what IPC_SET looks at.
    const fn is_blank(&self) -> bool {
        let Self { creator_uid, creator_gid, size, attached_at, detached_at, changed_at, creator, last, .. } = *self;
        creator_uid | creator_gid == 0
            && size == 0
            && attached_at | detached_at | changed_at == 0
            && creator | last == 0
    }
}

impl Limits {
    /// Bytes of the kernel's structure on a 64-bit machine.
    pub const SIZE: usize = 72;

    #[must_use]
    pub fn from_kernel(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self {
            largest: fields.u64()?,
            smallest: fields.u64()?,
            segments: fields.u64()?,
            segments_of_process: fields.u64()?,
            pages: fields.u64()?,
        })
    }
}

impl Usage {
    /// Bytes of the kernel's structure on a 64-bit machine.
    pub const SIZE: usize = 48;

    #[must_use]
    pub fn from_kernel(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let segments = fields.i32()?;
        // Padding.
        fields.take::<4>()?;
        Some(Self {
            segments,
            pages: fields.u64()?,
            resident: fields.u64()?,
            swapped: fields.u64()?,
            swap_attempts: fields.u64()?,
            swap_successes: fields.u64()?,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner { uid, gid, mode } = self.owner;
        let Self { creator_uid, creator_gid, size, creator, last, attachments, .. } = *self;
        write!(f, "{{shm_perm={{uid={}, gid={}, mode={}", UserId(uid), UserId(gid), Mode(mode))?;
        write!(f, ", key={}, cuid={}", self.key.0.cast_unsigned(), UserId(creator_uid))?;
        write!(f, ", cgid={}}}, shm_segsz={size}, shm_cpid={creator}", UserId(creator_gid))?;
        write!(f, ", shm_lpid={last}, shm_nattch={attachments}, shm_atime={}", self.attached_at)?;
        write!(f, ", shm_dtime={}, shm_ctime={}}}", self.detached_at, self.changed_at)
    }
}

/// What differs from before as `old -> new`; the rest as strace writes it.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner { uid, gid, mode } = self.asked;
        let before = self.before.unwrap_or(self.asked);
        f.write_str("{shm_perm={uid=")?;
        if before.uid != uid {
            write!(f, "{} -> ", UserId(before.uid))?;
        }
        write!(f, "{}, gid=", UserId(uid))?;
        if before.gid != gid {
            write!(f, "{} -> ", UserId(before.gid))?;
        }
        write!(f, "{}, mode=", UserId(gid))?;
        // The kernel takes the permission bits alone.
        if (before.mode ^ mode) & 0o777 != 0 {
            write!(f, "{} -> ", Mode(before.mode & 0o777))?;
        }
        write!(f, "{}}}}}", Mode(mode))
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { largest, smallest, segments, segments_of_process, pages } = self;
        write!(f, "{{shmmax={largest}, shmmin={smallest}, shmmni={segments}")?;
        write!(f, ", shmseg={segments_of_process}, shmall={pages}}}")
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segments, pages, resident, swapped, swap_attempts, swap_successes } = self;
        write!(f, "{{used_ids={segments}, shm_tot={pages}, shm_rss={resident}, shm_swp={swapped}")?;
        write!(f, ", swap_attempts={swap_attempts}, swap_successes={swap_successes}}}")
    }
}

/// A user or a group; -1 is none, as in chown(2).
#[derive(Clone, Copy)]
pub(crate) struct UserId(pub u32);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == u32::MAX { f.write_str("-1") } else { write!(f, "{}", self.0) }
    }
}

#[cfg(test)]
mod tests;
