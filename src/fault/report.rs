//! The report of a fault is written by a child: names are looked up, memory is taken and a stack is unwound there, while
//! the thread that faulted stands still. Where the child comes to nothing, a few plain lines are written here.

use super::{PATIENCE, ask};
use crate::kernel::child::{self, Ended};
use crate::kernel::own_stack::OwnStack;
use crate::kernel::{self, signal};
use crate::lock::RawLock;
use crate::state::options;
use crate::verdict::{self, NoMore, Room};
use crate::{announce, boundary, facts, identity, journal, lifecycle, sink, site, thread};
use shmsan_core::check::memory::{self, Cause, Fault};
use shmsan_core::rule::Rule;
use shmsan_core::site::Site;
use shmsan_core::tracker;
use std::fmt::{self, Write};
use std::time::Duration;

/// One fault after the other.
static ONE: RawLock = RawLock::new();

/// The child is given so much time.
const TIME: Duration = Duration::from_secs(2);

/// How the child ends: it has written the report; it could not; what the tracker knew is not so any more; or a suppression
/// forbids it, whose number is added.
const WRITTEN: i32 = 0;
const FAILED: i32 = 1;
const OUTDATED: i32 = 2;
const SUPPRESSED: i32 = 3;
/// An exit status has eight bits.
const MOST_SUPPRESSIONS: usize = 250;

/// What is to be done with the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    HandOn,
    /// The user wants the program to end with its first error; that is what the signal does.
    End,
}

/// Writes the report, unless this one was written, or is not wanted.
pub fn write(fault: &Fault, cause: &Cause) -> Next {
    let rule = cause.rule();
    if !options().checks.contains(rule) || !is_new(fault, cause) || boundary::is_locked_in() {
        return Next::HandOn;
    }
    let room = verdict::count(rule, rule.severity);
    match tell(fault, cause, room) {
        Ended::With(ended) if ended >= OUTDATED => {
            verdict::uncount(rule, rule.severity);
            if ended >= SUPPRESSED {
                suppress(fault, rule, ended - SUPPRESSED);
            }
            return Next::HandOn;
        }
        // Where it was not seen, it has most likely written.
        Ended::With(WRITTEN) | Ended::Unseen => {}
        Ended::With(_) | Ended::Badly if room == Room::None => {}
        Ended::With(_) | Ended::Badly => plain(fault, cause, room),
    }
    journal::fault(rule, site(fault));
    if verdict::ends_by(rule.severity) { Next::End } else { Next::HandOn }
}

fn tell(fault: &Fault, cause: &Cause, room: Room) -> Ended {
    if !ONE.acquire_within(TIME) {
        return Ended::Badly;
    }
    // It may be gone by the time at which the child speaks for it.
    let process = kernel::pid();
    // No handler of the program runs in the child, nor comes between.
    let ended = signal::undisturbed(|| match lifecycle::fork(PATIENCE) {
        Some(child::Forked::Child) => kernel::exit(in_child(process, fault, cause, room)),
        Some(child::Forked::Parent(child)) => child.wait(TIME),
        None => Ended::Badly,
    });
    ONE.release();
    ended
}

/// What happens there again is counted as suppressed too.
fn suppress(fault: &Fault, rule: &'static Rule, number: i32) {
    let number = usize::try_from(number).unwrap_or(0);
    ask(|tracker| tracker.said().suppress(site(fault), tracker::Cause::Rule(rule), number));
}

/// Under which the fault is counted.
fn site(fault: &Fault) -> Site {
    Site::at_what_may_be_a_return(fault.instruction.saturating_add(1) as u64)
}

/// Whether no fault at this instruction broke this rule before.
fn is_new(fault: &Fault, cause: &Cause) -> bool {
    let (site, rule) = (site(fault), cause.rule());
    let cause = tracker::Cause::Rule(rule);
    ask(|tracker| tracker.said().is_new(site, cause) && tracker.said().found(site, cause, rule)) == Some(true)
}

fn in_child(process: i32, fault: &Fault, cause: &Cause, room: Room) -> i32 {
    child::dump_no_core();
    if !child::end_within(TIME) {
        return FAILED;
    }
    let Some(_inside) = thread::enter() else { return FAILED };
    identity::speak_for(process, fault.thread);
    boundary::contain(|| {
        // On this stack, which is the one to be told.
        let site = fault
            .caller
            .map_or_else(|| site::keep_fault(fault.instruction), |word| Site::at_what_may_be_a_return(word as u64));
        OwnStack::new().run(|| {
            if is_outdated(cause, fault) {
                return OUTDATED;
            }
            let finding = memory::finding(cause, fault, site, &facts::Kernel::default());
            announce::in_child(&finding, room)
                .map_or(WRITTEN, |number| SUPPRESSED + i32::try_from(number % MOST_SUPPRESSIONS).unwrap_or(0))
        })
    })
    .flatten()
    .unwrap_or(FAILED)
}

/// Whether the kernel says that the segment is not there any more, which the program has unmapped by other means than shmdt.
fn is_outdated(cause: &Cause, fault: &Fault) -> bool {
    let place = cause.rests_on(fault, kernel::page_size());
    place.is_some_and(|(id, address)| facts::map::is_of(id, address) == Some(false))
}

/// Without names, and without taking memory.
fn plain(fault: &Fault, cause: &Cause, room: Room) {
    let rule = cause.rule();
    let mut lines = Lines { text: [0; 512], length: 0 };
    // What does not fit is left out.
    let _ = write!(
        lines,
        "=={}=={}: shmsan: {}: {}\n  {} at {}, by the instruction at {:#x}\nSUMMARY: shmsan: {} at {:#x}\n",
        kernel::pid(),
        rule.severity,
        rule.id,
        rule.sentence,
        fault.access,
        fault.address,
        fault.instruction,
        rule.id,
        fault.instruction,
    );
    if room == Room::Last {
        let _ = write!(lines, "{}", NoMore(kernel::pid()));
    }
    sink::report(&lines.text[..lines.length]);
}

struct Lines {
    text: [u8; 512],
    length: usize,
}

impl Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.text.get_mut(self.length..self.length + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
