//! `verbosity=1`: that shmsan is there at all, and what it saw of a process. One line at each end.

use crate::guard;
use crate::identity;
use crate::kernel::file;
use crate::sink;
use crate::state::{self, TRACKER};
use shmsan_core::report::tally;
use shmsan_core::text::{Plain, counted};

/// Whether these lines are wanted.
pub fn is_wanted() -> bool {
    state::given().is_some_and(|settings| settings.options.verbosity > 0)
}

/// At load.
pub fn say_loaded() {
    if !is_wanted() {
        return;
    }
    let program = file::read_link(c"/proc/self/exe").unwrap_or_else(|| b"a program".to_vec());
    let (pid, version, program) = (identity::pid(), env!("CARGO_PKG_VERSION"), Plain(&program));
    sink::say(format!("=={pid}==shmsan: version {version} is loaded into {program}\n").as_bytes());
}

/// At the first attach, where there can be no guards.
pub fn say_unguarded(reason: &str) {
    if is_wanted() {
        sink::say(format!("=={}==shmsan: no guards around segments: {reason}\n", identity::pid()).as_bytes());
    }
}

/// At the first creation, where no ledger can be kept.
pub fn say_no_ledger(reason: &str) {
    if is_wanted() {
        let line = format!(
            "=={}==shmsan: nobody will be told who made these segments: no ledger, {reason}\n",
            identity::pid()
        );
        sink::say(line.as_bytes());
    }
}

/// At exit.
pub fn say_seen() {
    if !is_wanted() {
        return;
    }
    if let Some(tally) = TRACKER.with(|tracker| tracker.tally()) {
        sink::say(tally::render(identity::pid(), &tally, sink::dropped()).as_bytes());
    }
    let unguarded = guard::unguarded();
    if unguarded > 0 {
        let (pid, times) = (identity::pid(), counted(unguarded, "time"));
        let line = format!("=={pid}==shmsan: {times} a segment or what it left had no guard\n");
        sink::say(line.as_bytes());
    }
}
