//! The spine: the way of one call, from the program to the kernel and back.

use crate::boundary::{self, contain};
use crate::facts;
use crate::guard::{self, end_aligned};
use crate::kernel;
use crate::site::{self, Caller};
use crate::state::{SEEN, TRACKER, options};
use crate::thread::{self, Inside};
use crate::trace::Watch;
use crate::{errno, journal, judge, keys, leaks, ledger, lsan, memory, process, slack};
use shmsan_core::call::{Addr, Call, Key, Outcome, ShmId};
use shmsan_core::check::attach::USUAL;
use shmsan_core::check::control::is_index;
use shmsan_core::detail::{Change, Detail};
use shmsan_core::errno::Errno;
use shmsan_core::flags::{IPC_CREAT, IPC_RMID, IPC_SET, SHM_STAT, SHM_STAT_ANY};
use shmsan_core::rule::Ring;
use shmsan_core::time::Time;
use shmsan_core::tracker::seen::fingerprint;
use shmsan_core::tracker::{
    Attachment, Chosen, Failed, Origin, Place, Recorded, Released, Spare, Surroundings, Tracker, is_creation,
};

/// No page is smaller.
const SMALLEST_PAGE: usize = 4096;

/// Does the call for an export: its value, or -1 and errno. What the kernel answered is fixed before any check begins,
/// and returned as it is; on success errno stays as the program had it.
///
/// Inlined into each export, where the call is known: the usual call is the kernel's own and a few comparisons. The thread
/// is inside the shim only while the tracker or the rules work, not while the kernel does: a signal handler that runs
/// then, or leaves by siglongjmp, is seen as any other code.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub fn perform(call: Call, caller: Caller) -> isize {
    if asks_for_a_look(call) {
        return perform_at_length(call, caller);
    }
    if process::is_ready() {
        return perform_shortly::<false>(call, caller);
    }
    if process::is_ready_with_journal() {
        return perform_with_journal(call, caller);
    }
    perform_at_length(call, caller)
}

/// The short way with a journal, of which the exports hold nothing but a jump: it would make each of them dearer. There, too,
/// it is known which of the calls it is.
#[inline(always)]
fn perform_with_journal(call: Call, caller: Caller) -> isize {
    #[inline(never)]
    fn get(key: Key, size: usize, flags: i32, caller: Caller) -> isize {
        perform_shortly::<true>(Call::Get { key, size, flags }, caller)
    }
    #[inline(never)]
    fn attach(id: ShmId, address: Addr, flags: i32, caller: Caller) -> isize {
        perform_shortly::<true>(Call::Attach { id, address, flags }, caller)
    }
    #[inline(never)]
    fn detach(address: Addr, caller: Caller) -> isize {
        perform_shortly::<true>(Call::Detach { address }, caller)
    }
    #[inline(never)]
    fn control(id: ShmId, command: i32, buffer: Addr, caller: Caller) -> isize {
        perform_shortly::<true>(Call::Control { id, command, buffer }, caller)
    }
    match call {
        Call::Get { key, size, flags } => get(key, size, flags, caller),
        Call::Attach { id, address, flags } => attach(id, address, flags, caller),
        Call::Detach { address } => detach(address, caller),
        Call::Control { id, command, buffer } => control(id, command, buffer, caller),
        Call::Ftok { .. } => perform_at_length(call, caller),
    }
}

/// The usual way, with or without a journal.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn perform_shortly<const JOURNAL: bool>(call: Call, caller: Caller) -> isize {
    let released = release(call, caller);
    let change = memory::change(&call);
    let time = if JOURNAL { journal::time_of(&call, &caller) } else { None };
    let outcome = carry_out(&call, None);
    if JOURNAL && journal::matters(&call, outcome, &caller) {
        tell_journal(time, &call, outcome, &caller);
    }
    match outcome {
        Err(errno) => refuse(call, errno, released, caller),
        Ok(value) => {
            if !is_done(call, value, caller, record_known_attach) {
                take_note(call, value, change.as_ref(), caller);
            }
            keep_place(call, released);
            value.cast_signed()
        }
    }
}

/// The call itself: the kernel's, at a place of ours where an attach leaves that open.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn carry_out(call: &Call, inside: Option<&Inside>) -> Outcome {
    match *call {
        Call::Attach { id, address, flags } => guard::attach(id, address, flags, inside),
        _ => kernel::perform(call),
    }
}

/// What a handler does that interrupted us is not told.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn tell_journal(time: Option<Time>, call: &Call, outcome: Outcome, caller: &Caller) {
    if let Some(_inside) = thread::enter() {
        journal::brief_call(time, call, outcome, caller);
    }
}

/// The first call of a process, a traced one, one from inside the shim, one while the checks are off.
#[cold]
fn perform_at_length(call: Call, caller: Caller) -> isize {
    let before = errno::read();
    let outcome = match boundary::enter() {
        Some(inside) => perform_inside(call, caller, &inside),
        None => kernel::perform(&call),
    };
    let (value, errno) = match outcome {
        Ok(value) => (value.cast_signed(), before),
        Err(errno) => (-1, errno.0),
    };
    errno::write(errno);
    value
}

/// A shmat that may destroy something, or holds what shmat does not know: the usual one is told by one comparison.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
const fn asks_for_a_look(call: Call) -> bool {
    matches!(call, Call::Attach { flags, .. } if flags & !USUAL != 0)
}

fn perform_inside(call: Call, caller: Caller, inside: &Inside) -> Outcome {
    // Somebody wants to hear of calls of which the rules have nothing to say.
    let closely = options().looks_at_every_call() || lsan::is_there() || asks_for_a_look(call);
    let look = if closely { contain(|| judge::look(&call)).flatten() } else { None };
    let released = match call {
        Call::Detach { address } => release_attachment(address, caller, inside),
        _ => None,
    };
    let change = memory::change(&call);
    let watch = contain(|| {
        journal::begin();
        Watch::start(&call, &caller)
    })
    .flatten();
    let outcome = match call {
        Call::Detach { address } => {
            kernel::perform(&Call::Detach { address: end_aligned::mapped(address, released.as_ref()) })
        }
        _ => carry_out(&call, Some(inside)),
    };
    contain(|| {
        if let Some(watch) = watch {
            watch.stop(&call, outcome, &caller);
        }
    });
    if let Some(released) = released {
        if outcome.is_err() {
            restore(released, inside);
        } else if let Call::Detach { address } = call {
            lsan::detached(address.0, released.size);
            guard::after_detach(address, &released, Some(inside));
        }
    }
    let is_known = |value| is_done(call, value, caller, record_attach) || record_known(call, value, caller, inside);
    if closely || !outcome.is_ok_and(is_known) {
        note(call, outcome, change.as_ref(), caller, inside);
    }
    if let Some(look) = look.filter(|_| outcome.is_ok()) {
        contain(|| judge::looked(&look, call, outcome, caller));
    }
    outcome
}

/// What the kernel has placed is not given to anybody else at once.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn keep_place(call: Call, released: Option<Released>) {
    if let Call::Detach { address } = call
        && let Some(released) = released
        && released.chosen == Chosen::ByKernel
        && guard::is_on()
    {
        guard::after_detach(address, &released, None);
    }
}

/// The call failed: what was taken out for it is put back, and the rules are asked.
#[cold]
#[inline(never)]
fn refuse(call: Call, errno: Errno, released: Option<Released>, caller: Caller) -> isize {
    if let Some(inside) = thread::enter() {
        if let Some(released) = released {
            restore(released, &inside);
        }
        note(call, Err(errno), None, caller, &inside);
    }
    errno::write(errno.0);
    -1
}

/// The call succeeded, and there is more to do than in the usual case.
#[inline(never)]
fn take_note(call: Call, value: usize, change: Option<&Change>, caller: Caller) {
    let Some(inside) = thread::enter() else { return };
    if !record_known(call, value, caller, &inside) {
        let before = errno::read();
        note(call, Ok(value), change, caller, &inside);
        errno::write(before);
    }
}

/// Takes an attachment out of the tracker before its detach: another thread may be given the address while the call is
/// still on its way back.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn release(call: Call, caller: Caller) -> Option<Released> {
    match call {
        Call::Detach { address } => release_at_once(address, caller),
        _ => None,
    }
}

/// The site is kept inside: a new one takes memory, and a handler that interrupts that must not come here again.
#[inline]
fn release_at_once(address: Addr, caller: Caller) -> Option<Released> {
    release_attachment(address, caller, &thread::enter()?)
}

#[inline(never)]
fn release_attachment(address: Addr, caller: Caller, _inside: &Inside) -> Option<Released> {
    contain(|| {
        let place = place(caller);
        let released = TRACKER.with(|tracker| tracker.release(address, place)).flatten()?;
        if !released.size.is_multiple_of(SMALLEST_PAGE) && slack::is_due(caller) {
            slack::before_detach(address, caller);
        }
        Some(released)
    })
    .flatten()
}

fn restore(released: Released, _inside: &Inside) {
    contain(|| TRACKER.with(|tracker| tracker.restore(released)));
}

/// Whether there is nothing to find out of a call that succeeded, and nothing to say: the usual case, made short.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn is_done(
    call: Call,
    value: usize,
    caller: Caller,
    record_attach: impl FnOnce(ShmId, Addr, i32, Caller) -> bool,
) -> bool {
    match call {
        Call::Get { .. } => SEEN.contains(id_of(value), fingerprint_of(call, caller)),
        Call::Attach { address, .. } if address.0 != 0 => false,
        Call::Attach { id, flags, .. } => record_attach(id, Addr(value), flags, caller),
        Call::Control { command: IPC_RMID | IPC_SET, .. } | Call::Ftok { .. } => false,
        Call::Control { id, command: SHM_STAT | SHM_STAT_ANY, .. } => is_index(id, id_of(value)),
        Call::Control { .. } | Call::Detach { .. } => true,
    }
}

#[inline]
fn record_known_attach(id: ShmId, address: Addr, flags: i32, caller: Caller) -> bool {
    // A handler that interrupted us: its attachments are not tracked.
    let Some(_inside) = thread::enter() else { return true };
    record_attach(id, address, flags, caller)
}

/// The same from inside.
#[inline(never)]
fn record_attach(id: ShmId, address: Addr, flags: i32, caller: Caller) -> bool {
    let place = place(caller);
    contain(|| TRACKER.with(|tracker| tracker.record_known_attach(id, address, flags, place))).flatten() == Some(true)
}

/// The creation and the removal of a segment that no rule has anything to say of; `false` for all else.
fn record_known(call: Call, value: usize, caller: Caller, _inside: &Inside) -> bool {
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

/// The same for the same arguments at the same place.
#[inline]
pub fn fingerprint_of(call: Call, caller: Caller) -> u64 {
    let Call::Get { key, size, flags } = call else { return 0 };
    fingerprint(caller.number(), key, size, flags)
}

fn id_of(value: usize) -> ShmId {
    ShmId(value.to_le_bytes().first_chunk().map_or(-1, |low| i32::from_le_bytes(*low)))
}

fn key_of(value: usize) -> Key {
    Key(id_of(value).0)
}

/// Tells the tracker, then lets the rules speak.
fn note(call: Call, outcome: Outcome, change: Option<&Change>, caller: Caller, _inside: &Inside) {
    contain(|| {
        #[cfg(debug_assertions)]
        assert!(!options().panic_on_purpose, "on purpose");
        let found = match outcome {
            // Asked first: what a removal or a change was of is what was known before.
            Ok(_) if matches!(call, Call::Control { .. }) => {
                judge::succeeded(call, outcome, change.copied().map(Detail::Change), caller);
                record(call, outcome, caller);
                return;
            }
            Ok(value) => {
                let path = match call {
                    Call::Ftok { path, .. } => keys::record(path, key_of(value), caller),
                    _ => None,
                };
                record(call, outcome, caller);
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
                record(call, outcome, caller);
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
fn record(call: Call, outcome: Outcome, caller: Caller) {
    let mut around = Surroundings { place: place(caller), learned: None, time: Time::default() };
    if let Err(errno) = outcome {
        let Place { site, thread } = around.place;
        let failed = Failed { call, errno, site, thread, detail: memory::detail_of_failure(call) };
        TRACKER.with(|tracker| tracker.record_failure(failed));
    }
    if let (Call::Control { id, command: IPC_RMID, .. }, Ok(_)) = (call, outcome) {
        forget(id);
        around.time = kernel::clock::time();
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
#[inline]
fn forget(id: ShmId) {
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
            // Others may have removed what this process made.
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

#[inline]
pub fn place(caller: Caller) -> Place {
    Place { site: site::keep(&caller), thread: thread::id() }
}
