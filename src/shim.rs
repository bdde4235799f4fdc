//! The spine: the way of one call, from the program to the kernel and back.

use crate::boundary::{self, contain};
use crate::facts;
use crate::kernel;
use crate::site::{self, Caller};
use crate::state::TRACKER;
#[cfg(debug_assertions)]
use crate::state::options;
use crate::trace::Stopwatch;
use crate::{announce, leaks, memory};
use shmsan_core::call::{Addr, Call, Key, Outcome};
use shmsan_core::check;
use shmsan_core::errno::Errno;
use shmsan_core::rule;
use shmsan_core::tracker::{Answer, Attachment, FtokFailure, Question, Recorded, Spare};

/// Does the call and looks at it. What the kernel answered is fixed before any check begins, and returned as it is.
pub fn perform(call: &Call, caller: &Caller) -> Outcome {
    let Some(_inside) = boundary::enter() else { return kernel::perform(call) };
    let released = contain(|| release(call)).flatten();
    let stopwatch = Stopwatch::start(call);
    let outcome = kernel::perform(call);
    contain(|| {
        if let Some(attachment) = released.filter(|_| outcome.is_err()) {
            TRACKER.with(|tracker| tracker.restore(attachment));
        }
        if let Some(stopwatch) = stopwatch {
            stopwatch.stop(call, outcome, caller);
        }
        record(call, outcome, caller);
        judge(call, outcome, caller);
    });
    outcome
}

/// Before a detach: another thread may be given the address while the call is still on its way back.
fn release(call: &Call) -> Option<Attachment> {
    let Call::Detach { address } = *call else { return None };
    TRACKER.with(|tracker| tracker.release(address)).flatten()
}

/// Tells the tracker.
fn record(call: &Call, outcome: Outcome, caller: &Caller) {
    if outcome.is_err() || !changes_something(call) {
        return;
    }
    let mut answer = Answer::default();
    // An attachment is always new: it will be asked for its site.
    if matches!(call, Call::Attach { .. }) {
        answer.site = Some(site::keep(caller));
    }
    let recorded = TRACKER.with(|tracker| tracker.record(call, outcome, answer));
    if recorded != Some(Recorded::Done) {
        record_the_new(call, outcome, caller, answer, recorded);
    }
}

/// Finds out what the tracker does not know yet, makes room outside its lock, and tells it again.
#[cold]
fn record_the_new(call: &Call, outcome: Outcome, caller: &Caller, mut answer: Answer, mut recorded: Option<Recorded>) {
    loop {
        match recorded {
            Some(Recorded::Done) => return,
            Some(Recorded::Asks(Question::Site)) => answer.site = Some(site::keep(caller)),
            Some(Recorded::Asks(Question::Segment(id))) => match facts::learn(id) {
                Some(learned) => answer.learned = Some(learned),
                // Gone between two calls: there is nothing to keep.
                None => return,
            },
            Some(Recorded::Needs(wanted)) => {
                if let Some(room) = Spare::allocate(wanted) {
                    drop(TRACKER.with(|tracker| tracker.exchange(room)));
                // Others may have removed what this process made.
                } else if leaks::forget_the_gone() == 0 {
                    return boundary::give_up("no room to keep track of more segments or attachments");
                }
            }
            None => return boundary::give_up("the tracker cannot be reached"),
        }
        recorded = TRACKER.with(|tracker| tracker.record(call, outcome, answer));
    }
}

const fn changes_something(call: &Call) -> bool {
    match *call {
        Call::Get { .. } | Call::Attach { .. } => true,
        Call::Control { command, .. } => command == libc::IPC_RMID,
        Call::Detach { .. } | Call::Ftok { .. } => false,
    }
}

/// Lets the rules speak that have something to say of this call.
fn judge(call: &Call, outcome: Outcome, caller: &Caller) {
    #[cfg(debug_assertions)]
    assert!(!options().panic_on_purpose, "on purpose");
    match (*call, outcome) {
        (Call::Ftok { path, project }, Err(errno)) => ftok_failed(path, project, errno, caller),
        (Call::Get { key: Key::FAILED, .. }, _) => key_is_minus_one(call, outcome, caller),
        _ => {}
    }
}

#[cold]
fn ftok_failed(path: Addr, project: i32, errno: Errno, caller: &Caller) {
    let site = site::keep(caller);
    let failure = FtokFailure { path: memory::path(path), address: path, project, errno, site };
    TRACKER.with(|tracker| tracker.set_ftok_failure(failure));
    announce::finding(&rule::FTOK_FAILED, site, || Some(check::ftok::failed(&failure)));
}

#[cold]
fn key_is_minus_one(call: &Call, outcome: Outcome, caller: &Caller) {
    let site = site::keep(caller);
    announce::finding(&rule::KEY_IS_MINUS_ONE, site, || {
        let ftok = TRACKER.with(|tracker| tracker.ftok_failure()).flatten();
        check::get::key_is_minus_one(call, outcome, site, ftok.as_ref())
    });
}
