//! When a ledger can be taken away: nothing is left of what it tells.

use super::{Boot, Entry, Head, Pages, Sought};
use crate::call::ShmId;
use crate::detail::Status;
use std::ops::ControlFlow::{Break, Continue};

/// After so many seconds, nobody asks for what was in another IPC namespace.
const DAY: i64 = 86_400;

/// Where and when it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    pub boot: Boot,
    pub namespace: u64,
    /// Seconds since the epoch.
    pub now: i64,
}

impl Around {
    /// The same, for a folder that has no more room: nobody waits a day then.
    #[must_use]
    pub const fn in_want(self) -> Self {
        Self { now: i64::MAX, ..self }
    }

    /// Whether nothing is left of what a process made that is gone. `changed_at` is when its file was last changed, and
    /// `status` asks the kernel.
    pub fn is_over(&self, file: &dyn Pages, changed_at: i64, status: &mut dyn FnMut(ShmId) -> Option<Status>) -> bool {
        let is_old = |time: i64| self.now.saturating_sub(time) > DAY;
        let Some(head) = Head::read(file) else { return is_old(changed_at) };
        if head.boot != self.boot {
            return true;
        }
        if head.namespace != self.namespace {
            return is_old(head.time.seconds());
        }
        let mut over = true;
        head.each_entry(file, &mut |entry| {
            over = !status(entry.id).is_some_and(|status| is_of(entry, &head, &status));
            if over { Continue(()) } else { Break(()) }
        });
        over
    }
}

fn is_of(entry: &Entry, head: &Head, status: &Status) -> bool {
    let sought = Sought::new(head.boot, head.namespace, entry.id, status);
    head.may_tell_of(&sought) && entry.is_of(&sought)
}
