//! Asks the rules what they have to say of a call, and of each mistake at each place only once.

use crate::facts::Kernel;
use crate::site::{Caller, Calling};
use crate::state::{TRACKER, options};
use crate::{announce, boundary, memory};
use shmsan_core::call::{Call, Outcome};
use shmsan_core::check::look::{Advice, Look};
use shmsan_core::check::{self, Check, Made};
use shmsan_core::detail::Detail;
use shmsan_core::errno::Errno;
use shmsan_core::rule::Ring;
use shmsan_core::tracker::Cause;

/// A call that failed is explained by the first rule whose condition holds. The same failure at the same place costs a
/// look into a table from then on: there are test suites that fail thousands of times on purpose.
pub fn failed(call: Call, errno: Errno, caller: Caller) {
    let site = caller.site();
    let cause = Cause::Failure(call.name(), errno);
    if TRACKER.with(|tracker| tracker.said().is_new(site, cause)) != Some(true) {
        return;
    }
    if boundary::is_locked_in() {
        return;
    }
    let made = Made { call, outcome: Err(errno), site, detail: memory::detail_of_failure(call) };
    let facts = Kernel::default();
    for Check { rule, find } in check::of(&call, made.outcome) {
        if let Some(explain) = find(&made, &facts) {
            return announce::found(&made, rule, cause, explain);
        }
    }
}

/// Of a call that succeeded each rule says its own; whether one had something to say.
pub fn succeeded(call: Call, outcome: Outcome, detail: Option<Detail>, caller: Caller) -> bool {
    if boundary::is_locked_in() {
        return false;
    }
    let checks = check::of(&call, outcome).filter(|check| options().checks.wants(check.rule.ring));
    let made = Made { call, outcome, site: caller.site(), detail };
    let facts = Kernel::default();
    let mut found = false;
    for Check { rule, find } in checks {
        let Some(explain) = find(&made, &facts) else { continue };
        found = true;
        let cause = Cause::Rule(rule);
        if TRACKER.with(|tracker| tracker.said().is_new(made.site, cause)) == Some(true) {
            announce::found(&made, rule, cause, explain);
        }
    }
    found
}

/// What can be seen only before the call.
pub fn look(call: &Call) -> Option<Look> {
    if boundary::is_locked_in() {
        return None;
    }
    let advice = if options().checks.wants(Ring::Advice) { Advice::Wanted } else { Advice::NotWanted };
    Look::before(call, &Kernel::default(), advice)
}

/// Says what was seen before a call that succeeded.
pub fn looked(look: &Look, call: Call, outcome: Outcome, caller: Caller) {
    let made = Made { call, outcome, site: caller.site(), detail: None };
    let (rule, facts) = (look.rule(), Kernel::default());
    let cause = Cause::Rule(rule);
    if TRACKER.with(|tracker| tracker.said().is_new(made.site, cause)) == Some(true) {
        announce::found(&made, rule, cause, look.explain(&made, &facts));
    }
}
