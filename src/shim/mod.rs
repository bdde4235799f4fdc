//! The spine: the way of one call, from the program to the kernel and back.

mod aside;
mod detach;
mod known;
mod note;

use crate::boundary::{self, contain};
use crate::guard::{self, end_aligned};
use crate::kernel;
use crate::site::{Caller, Calling};
use crate::state::options;
use crate::thread::{self, Inside};
use crate::trace::Watch;
use crate::{errno, journal, judge, lsan, memory, process};
use detach::{keep_place, put_back, release, release_attachment, restore};
use known::News;
use note::note;
use shmsan_core::call::{Call, Key, Outcome, ShmId};
use shmsan_core::check::attach::USUAL;
use shmsan_core::time::Time;
use shmsan_core::tracker::seen::fingerprint;
use shmsan_core::tracker::{Place, Released};

/// Does the call for an export: its value, or -1 and errno. What the kernel answered is fixed before any check begins,
/// and returned as it is; on success errno stays as the program had it.
///
/// Inlined into each export, where the call is known: the usual call is the kernel's own and a few comparisons. The thread
/// is inside the shim only while the tracker or the rules work, not while the kernel does: a signal handler that runs
/// then, or leaves by siglongjmp, is seen as any other code.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub fn perform<C: Calling>(call: Call, caller: C) -> isize {
    if asks_for_a_look(call) || memory::is_change(&call) {
        return aside::at_length(call, caller);
    }
    if let Call::Attach { id, address, flags } = call {
        if process::is_ready_without_guard() {
            return end_of(call, kernel::perform(&call), None, caller);
        }
        if process::is_ready() {
            return aside::guarded(id, address, flags, caller);
        }
    } else if process::is_ready() {
        return perform_shortly::<false, C>(call, caller);
    }
    if process::is_ready_with_journal() {
        return aside::with_journal(call, caller);
    }
    aside::at_length(call, caller)
}

/// The usual way, with or without a journal.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn perform_shortly<const JOURNAL: bool, C: Calling>(call: Call, caller: C) -> isize {
    let released = release(call, caller);
    let time = if JOURNAL { journal::time_of(&call, &caller.into()) } else { None };
    let outcome = carry_out(&call, None);
    if JOURNAL && journal::matters(&call, outcome, &caller.into()) {
        tell_journal(time, &call, outcome, &caller.into());
    }
    end_of(call, outcome, released, caller)
}

/// The kernel has answered: what the call returns to the program, when note is taken of it.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn end_of<C: Calling>(call: Call, outcome: Outcome, released: Option<Released>, caller: C) -> isize {
    let Ok(value) = outcome else {
        put_back(released);
        return aside::finish(call, outcome, caller);
    };
    keep_place(call, released);
    match (known::news(call, value, caller), call) {
        (News::Nothing, _) => value.cast_signed(),
        (News::Creation { key, size, flags }, _) => aside::created(key, size, flags, value, caller),
        (News::Attachment { flags }, Call::Attach { id, .. }) => aside::attached(id, value, flags, caller),
        (News::Removal, Call::Control { id, buffer, .. }) => aside::removed(id, buffer, value, caller),
        _ => aside::finish(call, Ok(value), caller),
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

/// The whole way, whatever the call and its surroundings are.
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
    if closely || !outcome.is_ok_and(|value| known::record(call, value, caller, inside)) {
        note(call, outcome, change.as_ref(), caller, inside);
    }
    if let Some(look) = look.filter(|_| outcome.is_ok()) {
        contain(|| judge::looked(&look, call, outcome, caller));
    }
    outcome
}

/// The same for the same arguments at the same place.
#[inline]
pub fn fingerprint_of<C: Calling>(call: Call, caller: C) -> u64 {
    let Call::Get { key, size, flags } = call else { return 0 };
    fingerprint(caller.number(), key, size, flags)
}

fn id_of(value: usize) -> ShmId {
    ShmId(value.to_le_bytes().first_chunk().map_or(-1, |low| i32::from_le_bytes(*low)))
}

fn key_of(value: usize) -> Key {
    Key(id_of(value).0)
}

#[inline]
fn place<C: Calling>(caller: C, inside: &Inside) -> Place {
    Place { site: caller.site(), thread: inside.thread() }
}
