//! What a run leaves in the kernel: segments that nobody has attached, and removed ones that somebody has.

use super::{Holders, Left, own_key, shmget, together};
use crate::call::{Call, Key, ShmId, Written};
use crate::finding::{Earlier, Finding};
use crate::rule::{self, Rule, Severity};
use crate::site::Site;
use crate::text::{counted, unbroken};
use crate::tracker::Refused;
use crate::tree::{Done, Got};

/// How many segments of one report are named in the command that removes them.
const SHOWN: usize = 32;

/// A segment that the run made, that is still there, and that nobody has attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    pub left: Left,
    /// The shmget that made it; `None` where its process was not watched, or was ended before it could say so.
    pub got: Option<Got>,
    pub watched: bool,
    /// The shmat after which its creator could do nothing with it.
    pub refused: Option<Refused>,
}

/// What becomes of the leaks after the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stay,
    /// `--isolate`: an id of theirs means nothing to anybody else.
    GoWithNamespace,
    /// `--remove-leaks`.
    AreRemoved,
}

/// Which places are one: the same line of the same program in another process.
pub type Sites<'a> = &'a mut dyn FnMut(Site) -> Site;

/// `leaked-segment` or `created-then-attach-failed`, those of one place together.
#[must_use]
pub fn leaked(leaks: &[Leak], fate: Fate, same: Sites<'_>) -> Vec<Finding> {
    together(leaks, |leak| like(leak, same)).iter().map(|group| finding(group, fate)).collect()
}

/// What is the same for all leaks of a report.
type Like = (Option<Site>, Option<Site>, bool);

fn like(leak: &Leak, same: Sites<'_>) -> Like {
    let got = leak.got.map(|got| same(got.site));
    (got, leak.refused.map(|refused| same(refused.site)), leak.left.now.key == Key::PRIVATE)
}

fn finding(group: &[&Leak], fate: Fate) -> Finding {
    let Leak { left, got, watched, refused } = group[0];
    let now = &left.now;
    let rule: &'static Rule = refused.map_or(&rule::exit::LEAKED_SEGMENT, |_| &rule::exit::CREATED_THEN_ATTACH_FAILED);
    Finding {
        rule,
        severity: Severity::Error,
        headline: headline(group),
        call: got.map_or_else(|| format!("shmget(...) = {}", now.id), |got| shmget(&got, now)),
        site: got.map_or(Site::UNKNOWN, |got| got.site),
        earlier: refused.map(earlier),
        before_that: None,
        key: own_key(now.key),
        segment: Some(now.clone()),
        why: why(refused.is_some(), got.is_some(), *watched),
        fix: fix(group, refused.is_some(), fate),
    }
}

fn headline(group: &[&Leak]) -> String {
    let bytes: usize = group.iter().map(|leak| leak.left.now.size).fold(0, usize::saturating_add);
    let key = group[0].left.now.key;
    let after = if group[0].refused.is_some() { ", after shmat failed" } else { "" };
    let size = counted(bytes, "byte");
    match (group.len(), key == Key::PRIVATE) {
        (1, true) => format!("{size} of IPC_PRIVATE memory left behind{after}"),
        (1, false) => format!("{size} left behind under key {}{after}", key.as_in_source()),
        (count, true) => format!("{count} segments of IPC_PRIVATE memory left behind{after}, {size} in all"),
        (count, false) => format!("{count} segments with keys left behind{after}, {size} in all"),
    }
}

fn why(refused: bool, seen: bool, watched: bool) -> String {
    let who = match (refused, seen, watched) {
        (true, ..) => "its creator could not use it, and went away without it",
        (false, true, _) => "the processes that could have removed it have ended, and nobody has it attached",
        (false, false, false) => "its creator was not watched, and is gone or does not use it",
        (false, false, true) => "its creator was ended before the call came back, so that nobody could know of it",
    };
    format!(
        "a segment outlives every process that used it: it stays until somebody removes it or the machine (the container, \
         the IPC namespace) ends; {who}"
    )
}

fn fix(group: &[&Leak], refused: bool, fate: Fate) -> String {
    let call = unbroken("shmctl(shmid, IPC_RMID, NULL)");
    let when = if refused {
        "where shmat fails, before the program gives up"
    } else {
        "when its last user is done, also on the ways out after an error; a parent can do it for a child that was killed"
    };
    let now = match fate {
        Fate::Stay => format!("; now: {}", removal(group.iter().map(|leak| leak.left.now.id))),
        Fate::GoWithNamespace => "; here it goes with the run's own IPC namespace".to_owned(),
        Fate::AreRemoved => String::new(),
    };
    format!("call {call} {when}{now}")
}

/// The command that removes them.
fn removal(ids: impl ExactSizeIterator<Item = ShmId>) -> String {
    let count = ids.len();
    let mut words = vec!["ipcrm".to_owned()];
    words.extend(ids.take(SHOWN).map(|id| unbroken(&format!("-m {id}"))));
    match count.saturating_sub(SHOWN) {
        0 if count == 1 => unbroken(&words.join(" ")),
        0 => words.join(" "),
        more => format!("{} (and {more} more: ipcs -m)", words.join(" ")),
    }
}

/// The shmat that failed, as strace would write it.
fn earlier(Refused { id, address, flags, errno, site }: Refused) -> Earlier {
    let call = Call::Attach { id, address, flags };
    Earlier { what: Written { call: &call, outcome: Err(errno), detail: None }.to_string(), site }
}

/// A segment of the run that was removed, and that somebody still has; `got` is the shmget that made it, where it is known.
#[must_use]
pub fn removal_pending(left: &Left, removed: &Done, got: Option<&Got>) -> Finding {
    let now = &left.now;
    let holders = match (left.holders.as_slice(), now.attachments) {
        ([], 1) => "one process that cannot be seen from here".to_owned(),
        ([], _) => "processes that cannot be seen from here".to_owned(),
        (holders, _) => Holders(holders).to_string(),
    };
    Finding {
        rule: &rule::run::REMOVAL_PENDING,
        severity: rule::run::REMOVAL_PENDING.severity,
        headline: format!(
            "a segment of {} was removed, and stays: nattch is {}",
            counted(now.size, "byte"),
            now.attachments
        ),
        call: removed.written(),
        site: removed.site,
        earlier: got.map(|got| Earlier { what: "it was made there".to_owned(), site: got.site }),
        before_that: None,
        // IPC_RMID takes the key away.
        key: got.and_then(|got| own_key(got.key)),
        segment: Some(now.clone()),
        why: format!("a removed segment goes with its last detach, and it is attached by {holders}"),
        fix: "let these processes detach or end; until then its memory stays taken".to_owned(),
    }
}
