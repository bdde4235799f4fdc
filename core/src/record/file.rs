//! How a journal's file begins: whose it is, and how far its room is taken.

use super::slot::{Slot, high, low, pair};
use crate::time::Time;

/// Of the form. A reader knows one.
pub const VERSION: u32 = 1;

const MAGIC: u64 = u64::from_ne_bytes(*b"shmsan.j");

/// Index of the word that counts how many slots are taken, the beginning's own among them. It grows while the process
/// writes.
pub const USED: usize = 8;

/// The first slots of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Not the same in two programs that one process runs, one after the other.
    pub token: u64,
    pub pid: i32,
    pub parent: i32,
    /// When the process began, in clock ticks since the machine did (proc_pid_stat(5)); 0 where that is not known.
    pub began: u64,
    /// 0 for the first file of a token, then 1 and so on.
    pub number: u32,
    /// The IPC namespace's inode; 0 where that is not known.
    pub namespace: u64,
    /// When the file was begun.
    pub time: Time,
    /// Which of its calls a process writes down.
    pub every_call: bool,
    /// The token of the process that forked this one with all that it had attached, at `time`; 0 where none did.
    pub origin: u64,
}

impl Beginning {
    /// Slots that it takes.
    pub const LEN: usize = 2;

    #[must_use]
    pub fn store(&self) -> [Slot; Self::LEN] {
        let Self { token, pid, parent, began, number, namespace, time, every_call, origin } = *self;
        [
            [
                MAGIC,
                pair(VERSION, number),
                token,
                pair(pid.cast_unsigned(), parent.cast_unsigned()),
                began,
                namespace,
                u64::from(every_call),
                time.0.cast_unsigned(),
            ],
            [Self::LEN as u64, origin, 0, 0, 0, 0, 0, 0],
        ]
    }

    /// `None` where no process of this version wrote it.
    #[must_use]
    pub fn load([first, [_, origin, ..]]: &[Slot; Self::LEN]) -> Option<Self> {
        let [magic, form, token, pids, began, namespace, every_call, time] = *first;
        if magic != MAGIC || low(form) != VERSION {
            return None;
        }
        let (number, pid, parent) = (high(form), low(pids).cast_signed(), high(pids).cast_signed());
        let time = Time(time.cast_signed());
        let (every_call, origin) = (every_call != 0, *origin);
        Some(Self { token, pid, parent, began, number, namespace, time, every_call, origin })
    }
}
