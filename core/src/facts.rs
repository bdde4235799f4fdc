//! What the kernel knows of the other side: asked for only when a rule is about to speak, and never trusted. The reads are
//! the shim's; the words and the parsers are here.

use crate::call::{Key, ShmId};
use crate::flags::{Mode, SHM_DEST, SHM_LOCKED};
use crate::text::Plain;
use std::collections::HashMap;
use std::fmt;

/// A segment as IPC_STAT or SHM_STAT_ANY tells it (shmctl(2)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentFacts {
    pub id: ShmId,
    pub key: Key,
    /// Bytes, as asked for at creation: not rounded to pages.
    pub size: usize,
    /// Permission bits, and `SHM_DEST` and `SHM_LOCKED`.
    pub mode: u32,
    pub uid: u32,
    /// The owner's name, where /etc/passwd knows one.
    pub owner: Option<String>,
    /// Pid of the creator.
    pub creator: i32,
    /// Mappings in all processes.
    pub attachments: u64,
    /// How many of them are this process's own.
    pub own_attachments: u64,
}

impl SegmentFacts {
    /// Whether it goes by itself with its last detach.
    #[must_use]
    pub const fn is_marked_for_destruction(&self) -> bool {
        self.mode & SHM_DEST != 0
    }
}

/// `segment 3: 27 bytes, mode 0666, owner root, nattch 1 (this process)`.
impl fmt::Display for SegmentFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}: {} bytes, mode {}, owner ", self.id, self.size, Mode(self.mode & 0o777))?;
        match &self.owner {
            Some(name) => write!(f, "{}", Plain(name.as_bytes()))?,
            None => write!(f, "uid {}", self.uid)?,
        }
        write!(f, ", nattch {}", self.attachments)?;
        match self.own_attachments {
            0 => {}
            own if own == self.attachments => f.write_str(" (this process, which detaches by ending)")?,
            own => write!(f, " ({own} of this process)")?,
        }
        if self.is_marked_for_destruction() {
            f.write_str(", marked for destruction")?;
        }
        if self.mode & SHM_LOCKED != 0 {
            f.write_str(", locked in memory")?;
        }
        Ok(())
    }
}

/// Who lives on when this process ends, and may still use what it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heir {
    /// The process that forked this one, which runs the same program.
    Parent(i32),
    Children,
}

impl fmt::Display for Heir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parent(pid) => write!(f, "the parent of this process (pid {pid})"),
            Self::Children => f.write_str("a child of this process"),
        }
    }
}

/// What a rule may ask.
pub trait Facts {
    /// The segment, however little one may otherwise do with it; `None` where it is gone or cannot be seen.
    fn segment(&self, id: ShmId) -> Option<SegmentFacts>;
    /// Whether the kernel itself destroys a segment with the last process that used it (kernel.shm_rmid_forced).
    fn destroyed_with_last_user(&self) -> bool;
    /// A relative of this process that still runs and may know of its segments.
    fn heir(&self) -> Option<Heir>;
    /// This process.
    fn pid(&self) -> i32;
}

/// How many mappings of each segment stand in the text of /proc/PID/maps.
#[must_use]
pub fn mappings_by_segment(maps: &[u8]) -> HashMap<ShmId, u64> {
    let mut counts = HashMap::new();
    for id in maps.split(|byte| *byte == b'\n').filter_map(mapped_segment) {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

/// `7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3   /SYSV0000162e (deleted)`: the inode is the segment's id.
fn mapped_segment(line: &[u8]) -> Option<ShmId> {
    let mut fields = str::from_utf8(line).ok()?.split_ascii_whitespace().skip(4);
    let inode = fields.next()?.parse().ok()?;
    let key = fields.next()?.strip_prefix("/SYSV")?;
    (key.len() == 8 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(ShmId(inode))
}

/// The name that the text of /etc/passwd gives to `uid`.
#[must_use]
pub fn user_name(passwd: &[u8], uid: u32) -> Option<String> {
    passwd.split(|byte| *byte == b'\n').find_map(|line| {
        let line = str::from_utf8(line).ok()?;
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &[u8] = b"\
555e1000-555e2000 r--p 00000000 fd:00 3 /SYSV-not-a-segment
7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3                          /SYSV0000162e (deleted)
7f95b8c36000-7f95b8c37000 r--s 00000000 00:01 3                          /SYSV0000162e (deleted)
7f95b8c38000-7f95b8c39000 rw-s 00000000 00:01 32771                      /SYSV00000000 (deleted)
7fff00000000-7fff00001000 rw-p 00000000 00:00 0                          [stack]
\xff\xff garbage
";

    #[test]
    fn mappings_are_counted_by_the_segments_id() {
        let expected = HashMap::from([(ShmId(3), 2), (ShmId(32771), 1)]);
        assert_eq!(mappings_by_segment(MAPS), expected);
        assert_eq!(mappings_by_segment(b""), HashMap::new());
    }

    #[test]
    fn a_user_is_found_by_number_in_the_third_field() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\nbroken\n:x:7:\n\xff:x:8:8\ndaemon:x:1:1::/:/bin/false\n";
        assert_eq!(user_name(passwd, 0).as_deref(), Some("root"));
        assert_eq!(user_name(passwd, 1).as_deref(), Some("daemon"));
        assert_eq!([7, 8, 1000].map(|uid| user_name(passwd, uid)), [None, None, None]);
    }

    #[test]
    fn a_segment_is_described_on_one_line() {
        let mut facts = SegmentFacts {
            id: ShmId(3),
            key: Key(5678),
            size: 27,
            mode: 0o666,
            uid: 0,
            owner: Some("root".to_owned()),
            creator: 1,
            attachments: 1,
            own_attachments: 1,
        };
        assert_eq!(
            facts.to_string(),
            "segment 3: 27 bytes, mode 0666, owner root, nattch 1 (this process, which detaches by ending)"
        );
        facts.owner = None;
        facts.attachments = 2;
        facts.mode |= SHM_DEST | SHM_LOCKED;
        assert_eq!(
            facts.to_string(),
            "segment 3: 27 bytes, mode 0666, owner uid 0, nattch 2 (1 of this process), marked for destruction, locked in memory"
        );
    }
}
