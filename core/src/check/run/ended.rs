//! What the end of a process, or an exec, does to what it had attached.

use super::{Holder, Sites, together};
use crate::finding::{Earlier, Finding};
use crate::rule;
use crate::text::unbroken;
use crate::tree::{Done, Got, Name};

/// A process that was ended by a signal, with what it had attached then.
pub struct Death {
    pub process: Holder,
    /// The signal's name.
    pub signal: String,
    pub attached: Vec<(Name, Done)>,
}

/// Those that had something attached; of those that ran the same program, were ended by the same signal and had it attached
/// at the same place, a server's workers for example, one report tells.
#[must_use]
pub fn died(deaths: &[Death], same: Sites<'_>) -> Vec<Finding> {
    let like = |death: &'_ Death| {
        let site = death.attached.first().map(|(_, attach)| same(attach.site));
        (site, death.signal.clone(), death.process.command.clone())
    };
    together(deaths, like).iter().filter_map(|group| finding(group)).collect()
}

fn finding(group: &[&Death]) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let Death { process, signal, attached } = first;
    let (_, attach) = attached.first()?;
    let (who, with) = match others.len() {
        0 => (format!("{process} was"), with(attached)),
        1 => (format!("{process} and another one like it were"), with_of_all(group)),
        more => (format!("{process} and {more} more like it were"), with_of_all(group)),
    };
    Some(Finding {
        rule: &rule::run::DIED_HOLDING_SEGMENT,
        severity: rule::run::DIED_HOLDING_SEGMENT.severity,
        headline: format!("{who} ended by {signal} with {with} attached"),
        call: attach.written(),
        site: attach.site,
        earlier: None,
        before_that: None,
        key: None,
        segment: None,
        why: format!(
            "{}the kernel detached it and left its contents as they were in that instant; a lock or a count in it stays \
             as it was",
            whose(process, attach)
        ),
        fix: format!("{}, or let those who go on check what they find in the segment", instead_of(signal)),
    })
}

fn with(attached: &[(Name, Done)]) -> String {
    match attached {
        [(name, _)] => format!("segment {}", name.id),
        _ => format!("{} segments", attached.len()),
    }
}

fn with_of_all(group: &[&Death]) -> String {
    let each = with(&group[0].attached);
    if group.iter().all(|death| with(&death.attached) == each) { each } else { "segments".to_owned() }
}

/// Whether the process has attached it itself.
fn whose(process: &Holder, attach: &Done) -> String {
    if attach.pid == process.pid {
        return String::new();
    }
    format!("{} attached it and forked this process, which had it too; ", unbroken(&format!("pid {}", attach.pid)))
}

/// What to do about an end by that signal.
fn instead_of(signal: &str) -> &'static str {
    match signal {
        "SIGSEGV" | "SIGBUS" | "SIGABRT" | "SIGILL" | "SIGFPE" | "SIGTRAP" | "SIGSYS" => "mend what it died of",
        _ => "let the program end by itself (a handler for SIGTERM that sets a flag)",
    }
}

/// A segment that was marked by IPC_RMID and is gone since the process replaced its program; `got` is the shmget that made
/// it, where it is known.
#[must_use]
pub fn exec_destroyed(process: &Holder, name: Name, attach: &Done, removed: &Done, got: Option<&Got>) -> Finding {
    Finding {
        rule: &rule::run::EXEC_DESTROYS_SEGMENT,
        severity: rule::run::EXEC_DESTROYS_SEGMENT.severity,
        headline: format!("segment {} went with an exec of {process}", name.id),
        call: attach.written(),
        site: attach.site,
        earlier: Some(Earlier {
            what: "it was removed there, which is done with its last detach".to_owned(),
            site: removed.site,
        }),
        before_that: got.map(|got| Earlier { what: "it was made there".to_owned(), site: got.site }),
        key: got.and_then(|got| super::own_key(got.key)),
        segment: None,
        why:
            "exec takes away the attachments of a process, and this was the last one of a segment that was marked for \
              destruction: what was in it is lost"
                .to_owned(),
        fix: format!(
            "let the new program attach it by its id, and remove it by {} after that; if it is not needed any more, shmdt \
             it before the exec",
            unbroken("shmctl(shmid, IPC_RMID, NULL)")
        ),
    }
}
