//! Where a call leaves the usual way. What is needed there is handed over in registers, one word each, and nothing is left to
//! do after it: so the usual way, which every call takes, keeps nothing on the stack.

use super::known::take_note;
use super::note::note;
use super::{perform_at_length, perform_shortly};
use crate::errno;
use crate::kernel::raw;
use crate::site::Caller;
use crate::thread;
use shmsan_core::call::{Addr, Call, Function, Key, Outcome, ShmId};
use shmsan_core::errno::Errno;

/// The first call of a process, a traced one, one from inside the shim, one while the checks are off.
#[inline(always)]
pub(super) fn at_length<C: Into<Caller>>(call: Call, caller: C) -> isize {
    #[cold]
    #[inline(never)]
    extern "C" fn go<C: Into<Caller>>(
        function: Function,
        first: usize,
        second: usize,
        third: usize,
        caller: C,
    ) -> isize {
        perform_at_length(Call::of_words(function, [first, second, third]), caller.into())
    }
    let (function, [first, second, third]) = call.words();
    go(function, first, second, third, caller)
}

/// The usual way with a journal, which would make each export dearer. There, too, it is known which of the calls it is.
#[inline(always)]
pub(super) fn with_journal<C: Into<Caller> + Copy>(call: Call, caller: C) -> isize {
    #[inline(never)]
    extern "C" fn get<C: Into<Caller> + Copy>(key: i32, size: usize, flags: i32, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Get { key: Key(key), size, flags }, caller)
    }
    #[inline(never)]
    extern "C" fn attach<C: Into<Caller> + Copy>(id: i32, address: usize, flags: i32, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Attach { id: ShmId(id), address: Addr(address), flags }, caller)
    }
    #[inline(never)]
    extern "C" fn detach<C: Into<Caller> + Copy>(address: usize, caller: C) -> isize {
        perform_shortly::<true, C>(Call::Detach { address: Addr(address) }, caller)
    }
    #[inline(never)]
    extern "C" fn control<C: Into<Caller> + Copy>(id: i32, command: i32, buffer: usize, caller: C) -> isize {
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

/// The call is over and failed, or there is more to do than in the usual case. Returns what it returns to the program.
#[inline(always)]
pub(super) fn finish<C: Into<Caller>>(call: Call, outcome: Outcome, caller: C) -> isize {
    #[cold]
    #[inline(never)]
    extern "C" fn go<C: Into<Caller>>(
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
                take_note(call, value, caller.into());
                returned
            }
            Err(errno) => {
                if let Some(inside) = thread::enter() {
                    note(call, Err(Errno(errno)), None, caller.into(), &inside);
                }
                errno::write(errno);
                -1
            }
        }
    }
    let (function, [first, second, third]) = call.words();
    go(function, first, second, third, caller, word(outcome))
}

/// As the kernel has returned it.
#[inline]
const fn word(outcome: Outcome) -> isize {
    match outcome {
        Ok(value) => value.cast_signed(),
        Err(Errno(errno)) => -(errno as isize),
    }
}
