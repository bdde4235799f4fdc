//! The spine: the way of one call, from the program to the kernel and back.

use crate::boundary::{self, contain};
use crate::facts;
use crate::kernel;
use crate::site::{self, Caller};
use crate::state::TRACKER;
#[cfg(debug_assertions)]
use crate::state::options;
use crate::trace::Stopwatch;
use crate::{announce, memory};
use shmsan_core::call::{Call, Outcome};
use shmsan_core::check;
use shmsan_core::tracker::{FtokFailure, PathStart, Recorded, Spare};

/// Does the call and looks at it. What the kernel answered is fixed before any check begins, and returned as it is.
pub fn perform(call: &Call, caller: &Caller) -> Outcome {
    let Some(_inside) = boundary::enter() else { return kernel::perform(call) };
    let stopwatch = contain(Stopwatch::start).flatten();
    let outcome = kernel::perform(call);
    contain(|| {
        if let Some(stopwatch) = stopwatch {
            stopwatch.stop(call, outcome, caller);
        }
        record(call, outcome, caller);
        judge(call, outcome, caller);
    });
    outcome
}

/// Tells the tracker; what that does not know yet is asked of the kernel, and room is made outside its lock.
fn record(call: &Call, outcome: Outcome, caller: &Caller) {
    if outcome.is_err() || !changes_something(call) {
        return;
    }
    let site = site::keep(caller);
    let mut learned = None;
    loop {
        match TRACKER.with(|tracker| tracker.record(call, outcome, site, learned)) {
            Some(Recorded::Done) => return,
            Some(Recorded::Asks(id)) if learned.is_none() => match facts::learn(id) {
                Some(answer) => learned = Some(answer),
                // Gone between two calls: there is nothing to keep.
                None => return,
            },
            Some(Recorded::Needs(wanted)) => {
                let Some(room) = Spare::allocate(wanted) else {
                    return boundary::give_up("no room to keep track of more segments or attachments");
                };
                drop(TRACKER.with(|tracker| tracker.exchange(room)));
            }
            Some(Recorded::Asks(_)) | None => return boundary::give_up("the tracker cannot be reached"),
        }
    }
}

const fn changes_something(call: &Call) -> bool {
    match *call {
        Call::Get { .. } | Call::Attach { .. } | Call::Detach { .. } => true,
        Call::Control { command, .. } => command == libc::IPC_RMID,
        Call::Ftok { .. } => false,
    }
}

/// Lets the rules speak.
fn judge(call: &Call, outcome: Outcome, caller: &Caller) {
    #[cfg(debug_assertions)]
    assert!(!options().panic_on_purpose, "on purpose");
    match (*call, outcome) {
        (Call::Ftok { path, project }, Err(errno)) => {
            let start = memory::path(path, Some(errno)).map(PathStart::new);
            let failure = FtokFailure { path: start, address: path, project, errno, site: site::keep(caller) };
            TRACKER.with(|tracker| tracker.set_ftok_failure(failure));
            announce::finding(&check::ftok::failed(&failure));
        }
        _ if check::get::has_key_minus_one(call) => {
            let ftok = TRACKER.with(|tracker| tracker.ftok_failure()).flatten();
            let finding = check::get::key_is_minus_one(call, outcome, site::keep(caller), ftok.as_ref());
            finding.iter().for_each(announce::finding);
        }
        _ => {}
    }
}
