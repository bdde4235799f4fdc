//! What a process says of itself in its journal: who it is, what was found in it, and that it ended by itself.

use super::slot::Stored;
use super::{END, FINDING, FOLDER, PROCESS, place};
use crate::facts::command_line;
use crate::fields::Fields;
use crate::rule::Severity;
use crate::site::Site;
use crate::time::Time;

/// What runs in the process, from its beginning or from an exec on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The program's file; empty where there is no /proc to tell.
    pub exe: Vec<u8>,
    /// Its arguments, each with a NUL behind it, as in /proc/PID/cmdline.
    pub arguments: Vec<u8>,
}

/// Something that a rule said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub time: Time,
    /// A rule's id.
    pub rule: Vec<u8>,
    pub severity: Severity,
    pub site: Site,
    /// 0 where it was said then; else it happened there so often without being said again.
    pub again: u64,
}

impl Process {
    #[must_use]
    pub fn store(exe: &[u8], arguments: &[u8]) -> Stored {
        Stored::new(PROCESS, [exe.len() as u64, 0, 0, 0, 0, 0], [exe, arguments].concat())
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        let mut fields = Fields(&stored.bytes);
        let exe = fields.bytes(usize::try_from(stored.head[1]).ok()?)?.to_vec();
        Some(Self { exe, arguments: fields.0.to_vec() })
    }

    /// Its arguments with spaces between them; the file's name where they are not known.
    #[must_use]
    pub fn command(&self) -> Vec<u8> {
        let command = command_line(self.arguments.clone());
        if command.is_empty() { self.exe.clone() } else { command }
    }
}

impl Finding {
    #[must_use]
    pub fn store(time: Time, rule: &str, severity: Severity, site: Site, again: u64) -> Stored {
        let severity = match severity {
            Severity::Error => 2,
            Severity::Warning => 1,
            Severity::Info => 0,
        };
        let (place, number) = place::numbers(site);
        let words = [time.0.cast_unsigned(), severity, u64::from(place), number, again, 0];
        Stored::new(FINDING, words, rule.as_bytes().to_vec())
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        let [_, time, severity, place, number, again, ..] = stored.head;
        let severity = match severity {
            0 => Severity::Info,
            1 => Severity::Warning,
            2 => Severity::Error,
            _ => return None,
        };
        let site = place::site(u8::try_from(place).ok()?, number)?;
        Some(Self { time: Time(time.cast_signed()), rule: stored.bytes.clone(), severity, site, again })
    }
}

/// The process comes to its end by exit(3), or by our own hand.
#[must_use]
pub fn end(time: Time) -> Stored {
    Stored::new(END, [time.0.cast_unsigned(), 0, 0, 0, 0, 0], Vec::new())
}

/// The folder that the process is in.
#[must_use]
pub fn folder(folder: &[u8]) -> Stored {
    Stored::new(FOLDER, [0; 6], folder.to_vec())
}
