//! What happened in a run without being seen.

use super::{Holder, own_key};
use crate::call::{Call, Key, ShmId, Written};
use crate::finding::Finding;
use crate::rule;
use crate::site::Site;
use crate::tree::{Got, Name};

/// A segment that the run made for certain, that is gone, and that nobody of the run removed; `forced` says that the kernel
/// does so by itself (kernel.shm_rmid_forced).
#[must_use]
pub fn vanished(name: Name, got: &Got, forced: bool) -> Finding {
    let call = Call::Get { key: got.key, size: got.asked, flags: got.flags };
    let why = if forced {
        "kernel.shm_rmid_forced is 1: the kernel destroys what the last process detaches, or leaves by ending"
    } else {
        "somebody else removed it: ipcrm, an administrator, systemd-logind at a logout (RemoveIPC), or a process that \
         LD_PRELOAD does not reach"
    };
    Finding {
        rule: &rule::shmid::SEGMENT_VANISHED,
        severity: rule::shmid::SEGMENT_VANISHED.severity,
        headline: format!("segment {} is gone, and nobody was seen to remove it", name.id),
        call: Written { call: &call, outcome: Ok(usize::try_from(name.id.0).unwrap_or_default()), detail: None }
            .to_string(),
        site: got.site,
        earlier: None,
        before_that: None,
        key: own_key(got.key),
        segment: None,
        why: why.to_owned(),
        fix:
            "find out who did it (strace -f -e trace=shmctl, or shmsan with that program); next time it may be needed \
              still"
                .to_owned(),
    }
}

/// Why a process was not watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwatched {
    /// Its file has no dynamic loader.
    Static,
    /// Its file gives it more rights than its user has.
    Privileged,
    /// It made this segment all the same.
    Made(ShmId, Key),
    /// It made this segment while the run went on, and is gone: it may have been somebody else's.
    MayHaveMade(ShmId, Key),
}

/// A process of the run without a journal.
#[must_use]
pub fn not_loaded(process: &Holder, because: Unwatched) -> Finding {
    let (why, fix) = match because {
        Unwatched::Static => (
            "its program is linked statically: no dynamic loader runs, which would read LD_PRELOAD".to_owned(),
            "link it dynamically for the test, or link libshmsan.a into it",
        ),
        Unwatched::Privileged => (
            "its program is setuid, setgid or has capabilities: the dynamic loader ignores LD_PRELOAD there".to_owned(),
            "run it as the user whose rights it takes, from a copy without these bits",
        ),
        Unwatched::Made(id, key) => (
            format!(
                "it made segment {id} under key {key}, and has no journal: it is static, setuid, was started without our \
                 LD_PRELOAD, made it in a library opened with RTLD_DEEPBIND, or by a raw system call"
            ),
            "see how it is started; a script that clears the environment takes LD_PRELOAD away too",
        ),
        Unwatched::MayHaveMade(id, key) => (
            format!(
                "it made segment {id} under key {key} while the run went on, has no journal, and is gone: it was one of the run's \
                 that is static, setuid or makes raw system calls, or it had nothing to do with the run"
            ),
            "shmsan run --isolate tells: there, all segments are the run's",
        ),
    };
    Finding {
        rule: &rule::run::SHIM_NOT_LOADED,
        severity: rule::run::SHIM_NOT_LOADED.severity,
        headline: format!("{process} was not watched"),
        call: "LD_PRELOAD".to_owned(),
        site: Site::UNKNOWN,
        earlier: None,
        before_that: None,
        key: None,
        segment: None,
        why,
        fix: fix.to_owned(),
    }
}
