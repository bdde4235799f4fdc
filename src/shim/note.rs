//! All other calls: the tracker is told, and the rules are asked.

use super::{fingerprint_of, id_of, key_of, place};
use crate::boundary::{self, contain};
use crate::facts;
use crate::kernel;
use crate::site::Caller;
use crate::state::{SEEN, TRACKER};
use crate::thread::Inside;
use crate::{judge, keys, leaks, ledger, lsan, memory, slack};
use shmsan_core::call::{Addr, Call, Outcome, ShmId};
use shmsan_core::detail::{Change, Detail};
use shmsan_core::flags::{IPC_CREAT, IPC_RMID};
use shmsan_core::time::Time;
use shmsan_core::tracker::{Attachment, Failed, Origin, Place, Recorded, Spare, Surroundings, Tracker, is_creation};

/// Tells the tracker, then lets the rules speak.
pub(super) fn note(call: Call, outcome: Outcome, change: Option<&Change>, caller: Caller, inside: &Inside) {
    contain(|| {
        #[cfg(debug_assertions)]
        assert!(!crate::state::options().panic_on_purpose, "on purpose");
        let found = match outcome {
            // Asked first: what a removal or a change was of is what was known before.
            Ok(_) if matches!(call, Call::Control { .. }) => {
                judge::succeeded(call, outcome, change.copied().map(Detail::Change), caller);
                record(call, outcome, caller, inside);
                return;
            }
            Ok(value) => {
                let path = match call {
                    Call::Ftok { path, .. } => keys::record(path, key_of(value), caller),
                    _ => None,
                };
                record(call, outcome, caller, inside);
                if let Call::Attach { id, .. } = call {
                    slack::at_attach(id, Addr(value));
                    if let Some(attachment) = attachment_at(Addr(value)) {
                        lsan::attached(value, attachment.size);
                    }
                }
                judge::succeeded(call, outcome, path.map(Detail::Path), caller)
            }
            Err(errno) => {
                // Asked first: what failed before is not what failed now.
                judge::failed(call, errno, caller);
                record(call, outcome, caller, inside);
                return;
            }
        };
        // What a rule has something to say of is counted every time.
        if let (Call::Get { key, flags, .. }, Ok(value), false) = (call, outcome, found) {
            let fingerprint = fingerprint_of(call, caller);
            if is_creation(key, flags) {
                SEEN.note_creation(fingerprint);
            } else {
                SEEN.note(id_of(value), fingerprint);
            }
        }
    });
}

/// Only where anybody wants to know.
fn attachment_at(address: Addr) -> Option<Attachment> {
    let tracked = |tracker: &mut Tracker| tracker.attachment_of(address, kernel::page_size());
    if lsan::is_there() { TRACKER.with(tracked).flatten() } else { None }
}

#[inline]
fn record(call: Call, outcome: Outcome, caller: Caller, inside: &Inside) {
    let mut around = Surroundings { place: place(caller, inside), learned: None, time: Time::default() };
    if let Err(errno) = outcome {
        let Place { site, thread } = around.place;
        let failed = Failed { call, errno, site, thread, detail: memory::detail_of_failure(call) };
        TRACKER.with(|tracker| tracker.record_failure(failed));
    }
    if let (Call::Control { id, command: IPC_RMID, .. }, Ok(_)) = (call, outcome) {
        forget(id);
        around.time = kernel::clock::whole_second();
    }
    loop {
        let recorded = TRACKER.with(|tracker| tracker.record(&call, outcome, &around));
        if recorded == Some(Recorded::Done) {
            return enter_in_ledger(call, outcome, &around);
        }
        if !find_out(recorded, &mut around) {
            return;
        }
    }
}

/// The segment is gone.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call more is a tenth of it")]
pub(super) fn forget(id: ShmId) {
    SEEN.forget(id);
    ledger::removed(id);
}

/// Where the call has surely made a segment: the key alone does not tell, because it may have been there before.
fn enter_in_ledger(call: Call, outcome: Outcome, around: &Surroundings) {
    let (Call::Get { key, size, flags }, Ok(value)) = (call, outcome) else { return };
    let is_ours = || around.learned.is_some_and(|learned| learned.origin == Origin::Created);
    if is_creation(key, flags) || flags & IPC_CREAT != 0 && is_ours() {
        let size = around.learned.map_or(size, |learned| learned.size);
        ledger::created(id_of(value), key, size, around.place.site);
    }
}

/// Finds out what the tracker asked, or makes room outside its lock; `false` where there is nothing more to tell it.
#[cold]
fn find_out(recorded: Option<Recorded>, around: &mut Surroundings) -> bool {
    match recorded {
        Some(Recorded::Done) => return false,
        Some(Recorded::Asks(id)) => {
            // Gone between two calls: there is nothing to keep.
            let Some(learned) = facts::learn(id) else { return false };
            around.learned = Some(learned);
        }
        Some(Recorded::Needs(wanted)) => {
            if let Some(room) = Spare::allocate(wanted) {
                drop(TRACKER.with(|tracker| tracker.exchange(room)));
            } else if leaks::forget_the_gone() == 0 {
                boundary::give_up("no room to keep track of more segments or attachments");
                return false;
            }
        }
        None => {
            boundary::give_up("the tracker cannot be reached");
            return false;
        }
    }
    true
}
