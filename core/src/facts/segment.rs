//! A segment as a report describes it.

use super::{Life, Process};
use crate::call::{Key, ShmId};
use crate::flags::{Mode, SHM_DEST, SHM_LOCKED};
use crate::text::{Plain, counted};
use std::fmt;

/// A segment as IPC_STAT or SHM_STAT_ANY tells it (shmctl(2)), with what else could be found out.
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
    /// Pid of the creator; 0 where it cannot be seen from this pid namespace.
    pub creator: i32,
    /// The creator, where it is another process.
    pub process: Option<Process>,
    /// For how many seconds nothing was changed by creation or IPC_SET: the kernel keeps no other time of creation.
    pub age: Option<u64>,
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

/// `segment 3: 27 bytes, mode 0666, owner root, nattch 1 (this process)`, and a line of its creator where that is another
/// process.
impl fmt::Display for SegmentFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}: {}, mode {}, owner ", self.id, counted(self.size, "byte"), Mode(self.mode & 0o777))?;
        match &self.owner {
            Some(name) => write!(f, "{}", Plain(name.as_bytes()))?,
            None => write!(f, "uid {}", self.uid)?,
        }
        write!(f, ", nattch {}", self.attachments)?;
        match self.own_attachments {
            0 => {}
            1 if self.attachments == 1 => f.write_str(" (this process)")?,
            own if own == self.attachments => f.write_str(" (all of this process)")?,
            own => write!(f, " ({own} of this process)")?,
        }
        if self.is_marked_for_destruction() {
            f.write_str(", marked for destruction")?;
        }
        if self.mode & SHM_LOCKED != 0 {
            f.write_str(", locked in memory")?;
        }
        match &self.process {
            Some(process) => self.write_creator(f, process),
            None => Ok(()),
        }
    }
}

impl SegmentFacts {
    fn write_creator(&self, f: &mut fmt::Formatter<'_>, process: &Process) -> fmt::Result {
        f.write_str("\n    created ")?;
        match (&process.made, self.age) {
            (Some(made), _) => write!(f, "{} ago ", Age(made.age))?,
            (None, Some(age @ 1..)) => write!(f, "at least {} ago ", Age(age))?,
            (None, None | Some(0)) => {}
        }
        f.write_str("by ")?;
        match (process.pid, process.life) {
            (0, _) => f.write_str("a process that cannot be seen from here")?,
            (pid, Life::Gone) => write!(f, "pid {pid} (dead)")?,
            (pid, Life::Runs) => write!(f, "pid {pid} (running)")?,
            (pid, Life::Unknown) => write!(f, "pid {pid}")?,
        }
        if let Some(command) = &process.command {
            write!(f, ", {}", Plain(command))?;
        }
        let Some(made) = &process.made else { return Ok(()) };
        write!(f, ", at {}", made.frame.summary())?;
        match &made.path {
            Some(path) => write!(f, "; its key is of ftok(\"{}\", …)", Plain(path)),
            None => Ok(()),
        }
    }
}

/// Seconds as a person says them: `41 s`, `2 h 03 m`, `5 days`.
pub struct Age(pub u64);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, hours, days) = (self.0 / 60, self.0 / 3600, self.0 / 86_400);
        match self.0 {
            seconds @ 0..60 => write!(f, "{seconds} s"),
            seconds @ 60..3600 => write!(f, "{minutes} m {:02} s", seconds % 60),
            3600..172_800 => write!(f, "{hours} h {:02} m", minutes % 60),
            _ => write!(f, "{days} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Made, fake};
    use crate::site::Frame;

    #[test]
    fn a_segment_is_described_with_what_is_known_of_it() {
        let mut facts = SegmentFacts { own_attachments: 1, attachments: 1, size: 27, ..fake::segment(3) };
        assert_eq!(facts.to_string(), "segment 3: 27 bytes, mode 0600, owner root, nattch 1 (this process)");
        (facts.attachments, facts.own_attachments) = (2, 2);
        assert!(facts.to_string().ends_with("nattch 2 (all of this process)"), "{facts}");
        (facts.attachments, facts.own_attachments) = (2, 1);
        facts.owner = None;
        facts.mode |= SHM_DEST | SHM_LOCKED;
        assert_eq!(
            facts.to_string(),
            "segment 3: 27 bytes, mode 0600, owner uid 0, nattch 2 (1 of this process), marked for destruction, locked in memory"
        );
    }

    #[test]
    fn another_creator_has_a_line_of_its_own() {
        let line = |pid, life, command: Option<&str>, age| {
            let process = Process { pid, life, command: command.map(Into::into), made: None };
            let facts = SegmentFacts { process: Some(process), age, ..fake::segment(3) };
            facts.to_string().lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(line(7, Life::Gone, None, Some(7380)), "    created at least 2 h 03 m ago by pid 7 (dead)");
        assert_eq!(line(7, Life::Runs, Some("a\x1b[m b"), None), "    created by pid 7 (running), a\\x1b[m b");
        assert_eq!(line(7, Life::Unknown, None, Some(9)), "    created at least 9 s ago by pid 7");
        assert_eq!(line(7, Life::Unknown, None, Some(0)), "    created by pid 7");
        assert_eq!(line(0, Life::Unknown, None, None), "    created by a process that cannot be seen from here");
    }

    #[test]
    fn what_the_ledger_tells_of_a_creator_stands_in_its_line() {
        let line = |path: Option<&[u8]>| {
            let frame = Frame {
                function: Some("open_queue".into()),
                source: Some(("src/queue.c".into(), 41)),
                ..Frame::default()
            };
            let made = Some(Made { frame, age: 7380, path: path.map(Into::into) });
            let command = Some(b"./server --workers 2".to_vec());
            let process = Some(Process { pid: 22702, life: Life::Gone, command, made });
            SegmentFacts { process, age: Some(9), ..fake::segment(3) }.to_string().lines().nth(1).unwrap().to_owned()
        };
        let expected =
            "    created 2 h 03 m ago by pid 22702 (dead), ./server --workers 2, at src/queue.c:41 in open_queue";
        assert_eq!(line(None), expected);
        assert_eq!(line(Some(b"/srv/\x1b[m")), format!("{expected}; its key is of ftok(\"/srv/\\x1b[m\", …)"));
    }

    #[test]
    fn an_age_is_said_as_a_person_says_it() {
        let ages = [0, 59, 60, 3599, 3600, 172_799, 172_800, 864_000].map(|age| Age(age).to_string());
        assert_eq!(ages, ["0 s", "59 s", "1 m 00 s", "59 m 59 s", "1 h 00 m", "47 h 59 m", "2 days", "10 days"]);
    }
}
