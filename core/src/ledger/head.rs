//! How a ledger's file begins: whose it is.

use super::{FEW, MANY, Sought};
use crate::record::{Slot, high, low, pair};
use crate::time::Time;

/// Of the form. A reader knows one.
pub const VERSION: u32 = 1;

const MAGIC: u64 = u64::from_ne_bytes(*b"shmsan.l");

/// What the kernel calls this run of the machine (/proc/sys/kernel/random/boot_id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot(pub u128);

impl Boot {
    /// From the file's text: hexadecimal digits, and dashes between them.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?.trim_end();
        let digits: String = text.chars().filter(|character| *character != '-').collect();
        if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(&digits, 16).ok().map(Self)
    }
}

/// The first slots of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub boot: Boot,
    /// The IPC namespace's inode.
    pub namespace: u64,
    pub pid: i32,
    /// When the process began, in clock ticks since the machine did (proc_pid_stat(5)); 0 where that is not known.
    pub began: u64,
    /// When the file was begun.
    pub time: Time,
    /// How many there may be.
    pub entries: usize,
}

impl Head {
    /// Slots that it takes.
    pub const LEN: usize = 2;

    #[must_use]
    pub fn store(&self) -> [Slot; Self::LEN] {
        let Self { boot, namespace, pid, began, time, entries } = *self;
        let entries = u32::try_from(entries).unwrap_or_default();
        let boot = boot.0.to_le_bytes();
        let (first, second) = boot.split_at(size_of::<u64>());
        let word = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
        [
            [
                MAGIC,
                pair(VERSION, entries),
                word(first),
                word(second),
                u64::from(pid.cast_unsigned()),
                began,
                namespace,
                time.0.cast_unsigned(),
            ],
            [Self::LEN as u64, 0, 0, 0, 0, 0, 0, 0],
        ]
    }

    /// `None` where no process of this version wrote it.
    #[must_use]
    pub fn load([first, _]: &[Slot; Self::LEN]) -> Option<Self> {
        let [magic, form, boot, rest_of_boot, pid, began, namespace, time] = *first;
        let entries = high(form) as usize;
        if magic != MAGIC || low(form) != VERSION || !entries.is_power_of_two() || !(FEW..=MANY).contains(&entries) {
            return None;
        }
        let boot = Boot(u128::from(boot) | u128::from(rest_of_boot) << 64);
        let (pid, time) = (low(pid).cast_signed(), Time(time.cast_signed()));
        Some(Self { boot, namespace, pid, began, time, entries })
    }

    /// Whether the process may have made it.
    #[must_use]
    pub fn may_tell_of(&self, sought: &Sought) -> bool {
        self.boot == sought.boot && self.namespace == sought.namespace && self.pid == sought.creator
    }
}
