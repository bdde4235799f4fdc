//! Where a call goes on in a function of its own: the usual one that is to be noted, and whatever is not usual. What is needed
//! there is handed over in registers, one word each, and nothing is left to do after it: so the export itself keeps nothing on
//! the stack.
//!
//! What a usual call goes through is in one section, `.text.shmsan_usual`: each page costs as much as three lines of the
//! cache.

use super::known::{self, record_attach, record_creation, record_removal};
use super::note::note;
use super::{id_of, perform_at_length, perform_shortly};
use crate::errno;
use crate::kernel::raw;
use crate::process;
use crate::site::{Caller, Calling};
use crate::thread::{self, Inside};
use shmsan_core::call::{Addr, Call, Function, Key, Outcome, ShmId};
use shmsan_core::errno::Errno;
use shmsan_core::flags::IPC_RMID;

/// The first call of a process, a traced one, one from inside the shim, one while the checks are off.
#[inline(always)]
pub(super) fn at_length<C: Calling>(call: Call, caller: C) -> isize {
    #[cold]
    #[inline(never)]
    extern "C" fn go<C: Calling>(function: Function, first: usize, second: usize, third: usize, caller: C) -> isize {
        perform_at_length(Call::of_words(function, [first, second, third]), caller.into())
    }
    let (function, [first, second, third]) = call.words();
    go(function, first, second, third, caller)
}

/// The usual way with a journal, which would make each export dearer. There, too, it is known which of the calls it is.
#[inline(always)]
pub(super) fn with_journal<C: Calling>(call: Call, caller: C) -> isize {
    #[inline(never)]
    extern "C" fn get<C: Calling>(key: i32, size: usize, flags: i32, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Get { key: Key(key), size, flags }, caller)
    }
    #[inline(never)]
    extern "C" fn attach<C: Calling>(id: i32, address: usize, flags: i32, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Attach { id: ShmId(id), address: Addr(address), flags }, caller)
    }
    #[inline(never)]
    extern "C" fn detach<C: Calling>(address: usize, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Detach { address: Addr(address) }, caller)
    }
    #[inline(never)]
    extern "C" fn control<C: Calling>(id: i32, command: i32, buffer: usize, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Control { id: ShmId(id), command, buffer: Addr(buffer) }, caller)
    }
    match call {
        Call::Get { key, size, flags } => get(key.0, size, flags, caller),
        Call::Attach { id, address, flags } => attach(id.0, address.0, flags, caller),
        Call::Detach { address } => detach(address.0, caller),
        Call::Control { id, command, buffer } => control(id.0, command, buffer.0, caller),
        Call::Ftok { .. } => at_length(call, caller),
    }
}

/// An attach of which the place may be ours to choose.
#[inline(always)]
pub(super) fn guarded<C: Calling>(id: ShmId, address: Addr, flags: i32, caller: C) -> isize {
    #[unsafe(link_section = ".text.shmsan_usual")]
    #[inline(never)]
    extern "C" fn go<C: Calling>(id: i32, address: usize, flags: i32, caller: C) -> isize {
        perform_shortly::<false, C>(Call::Attach { id: ShmId(id), address: Addr(address), flags }, caller)
    }
    go(id.0, address.0, flags, caller)
}

/// A segment was attached at an address that the kernel or we have chosen.
#[inline(always)]
pub(super) fn attached<C: Calling>(id: ShmId, value: usize, flags: i32, caller: C) -> isize {
    #[unsafe(link_section = ".text.shmsan_usual")]
    #[inline(never)]
    extern "C" fn go<C: Calling>(first: usize, value: usize, third: usize, caller: C) -> isize {
        let call = Call::of_words(Function::Attach, [first, 0, third]);
        let Call::Attach { id, flags, .. } = call else { return finish(call, Ok(value), caller) };
        recorded(call, value, caller, |inside| record_attach(id, Addr(value), flags, caller, inside))
    }
    let (_, [first, _, third]) = Call::Attach { id, address: Addr(0), flags }.words();
    go(first, value, third, caller)
}

/// A segment was made.
#[inline(always)]
pub(super) fn created<C: Calling>(key: Key, size: usize, flags: i32, value: usize, caller: C) -> isize {
    #[unsafe(link_section = ".text.shmsan_usual")]
    #[inline(never)]
    extern "C" fn go<C: Calling>(first: usize, second: usize, third: usize, value: usize, caller: C) -> isize {
        let call = Call::of_words(Function::Get, [first, second, third]);
        let Call::Get { key, size, flags } = call else { return finish(call, Ok(value), caller) };
        recorded(call, value, caller, |inside| record_creation(id_of(value), key, size, flags, caller, inside))
    }
    let (_, [first, second, third]) = Call::Get { key, size, flags }.words();
    go(first, second, third, value, caller)
}

/// A segment was removed.
#[inline(always)]
pub(super) fn removed<C: Calling>(id: ShmId, buffer: Addr, value: usize, caller: C) -> isize {
    #[unsafe(link_section = ".text.shmsan_usual")]
    #[inline(never)]
    extern "C" fn go<C: Calling>(first: usize, third: usize, value: usize, caller: C) -> isize {
        let (_, [_, command, _]) = Call::Control { id: ShmId(0), command: IPC_RMID, buffer: Addr(0) }.words();
        let call = Call::of_words(Function::Control, [first, command, third]);
        let Call::Control { id, .. } = call else { return finish(call, Ok(value), caller) };
        recorded(call, value, caller, |inside| record_removal(id, caller, inside))
    }
    let (_, [first, _, third]) = Call::Control { id, command: IPC_RMID, buffer }.words();
    go(first, third, value, caller)
}

/// Takes note of a call that succeeded, in the short way where that can.
#[inline]
fn recorded<C: Calling>(call: Call, value: usize, caller: C, record: impl FnOnce(&Inside) -> bool) -> isize {
    if process::enter().is_some_and(|inside| record(&inside)) {
        return value.cast_signed();
    }
    finish(call, Ok(value), caller)
}

/// The call is over and failed, or there is more to do than in the usual case. Returns what it returns to the program.
#[inline(always)]
pub(super) fn finish<C: Calling>(call: Call, outcome: Outcome, caller: C) -> isize {
    #[cold]
    #[inline(never)]
    extern "C" fn go<C: Calling>(
        function: Function,
        first: usize,
        second: usize,
        third: usize,
        caller: C,
        returned: isize,
    ) -> isize {
        let call = Call::of_words(function, [first, second, third]);
        match raw::outcome(returned) {
            Ok(value) => {
                let before = errno::read();
                take_note(call, Ok(value), caller.into());
                errno::write(before);
                returned
            }
            Err(errno) => {
                take_note(call, Err(Errno(errno)), caller.into());
                errno::write(errno);
                -1
            }
        }
    }
    let (function, [first, second, third]) = call.words();
    go(function, first, second, third, caller, word(outcome))
}

fn take_note(call: Call, outcome: Outcome, caller: Caller) {
    // A handler that interrupted us: what it does is not tracked.
    let Some(inside) = thread::enter() else { return };
    if !outcome.is_ok_and(|value| known::record(call, value, caller, &inside)) {
        note(call, outcome, None, caller, &inside);
    }
}

/// As the kernel has returned it.
#[inline]
const fn word(outcome: Outcome) -> isize {
    match outcome {
        Ok(value) => value.cast_signed(),
        Err(Errno(errno)) => -(errno as isize),
    }
}
