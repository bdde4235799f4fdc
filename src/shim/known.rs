//! The usual call that succeeded: of which there is nothing to find out and nothing to say.

use super::note::forget;
use super::{fingerprint_of, id_of, key_of, place};
use crate::boundary::contain;
use crate::cache;
use crate::kernel;
use crate::site::{Caller, Calling};
use crate::state::{SEEN, TRACKER};
use crate::thread::Inside;
use crate::{keys, ledger};
use shmsan_core::call::{Addr, Call, Key, ShmId};
use shmsan_core::check::control::is_index;
use shmsan_core::flags::{IPC_RMID, IPC_SET, SHM_STAT, SHM_STAT_ANY};
use shmsan_core::tracker::{Tracker, is_creation};

/// What there is to take note of.
pub(super) enum News {
    Nothing,
    Creation {
        key: Key,
        size: usize,
        flags: i32,
    },
    Attachment {
        flags: i32,
    },
    Removal,
    /// More than the rest of this file knows.
    Anything,
}

/// What the tracker has to hear of a call that succeeded.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub(super) fn news<C: Calling>(call: Call, value: usize, caller: C) -> News {
    match call {
        Call::Get { key, size, flags } if is_creation(key, flags) => News::Creation { key, size, flags },
        Call::Get { .. } if SEEN.contains(id_of(value), fingerprint_of(call, caller)) => News::Nothing,
        Call::Attach { address: Addr(0), flags, .. } => News::Attachment { flags },
        Call::Control { command: IPC_RMID, .. } => News::Removal,
        Call::Control { id, command: SHM_STAT | SHM_STAT_ANY, .. } if is_index(id, id_of(value)) => News::Nothing,
        Call::Get { .. }
        | Call::Attach { .. }
        | Call::Control { command: IPC_SET | SHM_STAT | SHM_STAT_ANY, .. }
        | Call::Ftok { .. } => News::Anything,
        Call::Control { .. } | Call::Detach { .. } => News::Nothing,
    }
}

/// Takes note of a call that succeeded, where it is a usual one; `false` for all else.
pub(super) fn record(call: Call, value: usize, caller: Caller, inside: &Inside) -> bool {
    match (news(call, value, caller), call) {
        (News::Nothing, _) => true,
        (News::Creation { key, size, flags }, _) => record_creation(id_of(value), key, size, flags, caller, inside),
        (News::Attachment { flags }, Call::Attach { id, .. }) => record_attach(id, Addr(value), flags, caller, inside),
        (News::Removal, Call::Control { id, .. }) => record_removal(id, caller, inside),
        // The key 0 is no usual one.
        (News::Anything, Call::Ftok { path, project: 1..=255 }) if value != 0 => {
            contain(|| keys::are_usual(path, key_of(value))) == Some(true)
        }
        _ => false,
    }
}

/// Takes note of an attach; `false` where it takes more than that.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call more is a tenth of it")]
pub(super) fn record_attach<C: Calling>(id: ShmId, address: Addr, flags: i32, caller: C, inside: &Inside) -> bool {
    let record = || {
        let place = place(caller, inside);
        TRACKER.with(|tracker| tracker.record_known_attach(id, address, flags, place))
    };
    contain(record).flatten() == Some(true)
}

/// Takes note of a segment that such a call has made before, of which no rule had anything to say; `false` for all else.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call more is a tenth of it")]
pub(super) fn record_creation<C: Calling>(
    id: ShmId,
    key: Key,
    size: usize,
    flags: i32,
    caller: C,
    inside: &Inside,
) -> bool {
    let record = || {
        if !SEEN.contains_creation(fingerprint_of(Call::Get { key, size, flags }, caller)) {
            return false;
        }
        let place = place(caller, inside);
        let done = TRACKER.with(|tracker| tracker.record_known_creation(id, key, size, flags, place)) == Some(true);
        if done {
            ledger::created_again(id, key, size, place.site);
        }
        done
    };
    contain(record) == Some(true)
}

/// Takes note of the removal of a segment that this process made or found; `false` for all else. Where advice is wanted, each call
/// is looked at in full, and none comes here.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call more is a tenth of it")]
pub(super) fn record_removal<C: Calling>(id: ShmId, caller: C, _inside: &Inside) -> bool {
    let record = || {
        forget(id);
        let (site, time) = (caller.site(), kernel::clock::whole_second());
        let record = |tracker: &mut Tracker| {
            let recorded = tracker.record_known_removal(id, site, time);
            cache::fetch(tracker.next_removed());
            recorded
        };
        TRACKER.with(record) == Some(true)
    };
    contain(record) == Some(true)
}
