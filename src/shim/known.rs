//! The usual call that succeeded: of which there is nothing to find out and nothing to say.

use super::note::{forget, note};
use super::{fingerprint_of, id_of, key_of, place};
use crate::boundary::contain;
use crate::kernel;
use crate::site::Caller;
use crate::state::{SEEN, TRACKER, options};
use crate::thread::{self, Inside};
use crate::{errno, keys, ledger};
use shmsan_core::call::{Addr, Call, ShmId};
use shmsan_core::check::control::is_index;
use shmsan_core::flags::{IPC_RMID, IPC_SET, SHM_STAT, SHM_STAT_ANY};
use shmsan_core::rule::Ring;
use shmsan_core::time::Time;
use shmsan_core::tracker::{Recorded, Surroundings};

/// Whether there is nothing to find out of a call that succeeded, and nothing to say: the usual case, made short.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub(super) fn is_done<C: Into<Caller>>(call: Call, value: usize, caller: C) -> bool {
    is_nothing_new(call, value, caller, |id, address, flags, caller| {
        // A handler that interrupted us: its attachments are not tracked.
        let Some(_inside) = thread::enter() else { return true };
        record_attach(id, address, flags, caller)
    })
}

/// The same, with what is to be done about an attach.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub(super) fn is_nothing_new<C: Into<Caller>>(
    call: Call,
    value: usize,
    caller: C,
    record_attach: impl FnOnce(ShmId, Addr, i32, C) -> bool,
) -> bool {
    match call {
        Call::Get { .. } => SEEN.contains(id_of(value), fingerprint_of(call, caller.into())),
        Call::Attach { address, .. } if address.0 != 0 => false,
        Call::Attach { id, flags, .. } => record_attach(id, Addr(value), flags, caller),
        Call::Control { command: IPC_RMID | IPC_SET, .. } | Call::Ftok { .. } => false,
        Call::Control { id, command: SHM_STAT | SHM_STAT_ANY, .. } => is_index(id, id_of(value)),
        Call::Control { .. } | Call::Detach { .. } => true,
    }
}

/// Takes note of an attach, from inside; `false` where it takes more than that.
#[inline(never)]
pub(super) fn record_attach<C: Into<Caller>>(id: ShmId, address: Addr, flags: i32, caller: C) -> bool {
    let place = place(caller.into());
    contain(|| TRACKER.with(|tracker| tracker.record_known_attach(id, address, flags, place))).flatten() == Some(true)
}

/// The creation and the removal of a segment that no rule has anything to say of; `false` for all else.
pub(super) fn record_known(call: Call, value: usize, caller: Caller, _inside: &Inside) -> bool {
    contain(|| {
        let mut around = Surroundings { place: place(caller), learned: None, time: Time::default() };
        match call {
            Call::Get { key, size, .. } if SEEN.contains_creation(fingerprint_of(call, caller)) => {
                let recorded = TRACKER.with(|tracker| tracker.record(&call, Ok(value), &around));
                let done = recorded == Some(Recorded::Done);
                if done {
                    ledger::created_again(id_of(value), key, size, around.place.site);
                }
                done
            }
            Call::Control { id, command: IPC_RMID, .. } if !options().checks.wants(Ring::Advice) => {
                forget(id);
                around.time = kernel::clock::time();
                TRACKER.with(|tracker| tracker.record_known_removal(id, &around)) == Some(true)
            }
            // The key 0 is no usual one.
            Call::Ftok { path, project: 1..=255 } if value != 0 => keys::are_usual(path, key_of(value)),
            _ => false,
        }
    }) == Some(true)
}

/// The call succeeded, and there is more to do than in the usual case.
pub(super) fn take_note(call: Call, value: usize, caller: Caller) {
    let Some(inside) = thread::enter() else { return };
    if !record_known(call, value, caller, &inside) {
        let before = errno::read();
        note(call, Ok(value), None, caller, &inside);
        errno::write(before);
    }
}
