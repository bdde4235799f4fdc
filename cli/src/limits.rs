//! `shmsan limits`: what this IPC namespace allows, how much of it is used, and who removes segments unasked; each with a
//! word on what it means.

use crate::machine::system::{KernelConfig, ipc_namespace, large_sysctl, lists_segments, remove_ipc, sysctl};
use crate::output::say;
use crate::sys::die_of_broken_pipes;
use crate::sys::segments;
use clap::Args;
use rustix::param::page_size;
use shmsan_core::detail::{Limits as OfTheKernel, Usage};
use shmsan_core::machine::{RemoveIpc, ShortSize, Source, Switch};
use shmsan_core::report::paint::{Ink, Paint};
use shmsan_core::text::{Plain, counted, wrap};
use std::fmt::Write;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub struct Limits {
    #[command(flatten)]
    color: colorchoice_clap::Color,
}

const WIDTH: usize = 78;
const INDENT: usize = 4;
/// The number of the namespace that the machine begins with; the kernel's headers have it as PROC_IPC_INIT_INO.
const FIRST_NAMESPACE: u64 = 0xefff_ffff;

/// A name, its value, and what that means.
struct Fact {
    name: &'static str,
    value: String,
    meaning: String,
}

pub fn go(limits: &Limits) -> ExitCode {
    die_of_broken_pipes();
    limits.color.write_global();
    let mut out = String::new();
    for Fact { name, value, meaning } in support().into_iter().chain(numbers()).chain(removal()) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{}{name}{}  {value}\n   ", Paint::Colour.begin(Ink::Blue), Paint::Colour.end());
        wrap(&mut out, &meaning, INDENT - 1, WIDTH);
        out.push('\n');
    }
    say(&out)
}

/// Whether there is any shared memory at all, and which.
fn support() -> Vec<Fact> {
    let config = KernelConfig::read();
    let built = |name| match config.as_ref() {
        None => "the kernel's configuration cannot be read here".to_owned(),
        Some(config) => {
            let value = match config.switch(name) {
                Some(Switch::On) => "=y",
                Some(Switch::Off) => " is not set",
                None => " is not mentioned",
            };
            format!("{name}{value} in {}", config.path.display())
        }
    };
    let answers = segments::usage();
    let is_missing = answers.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::ENOSYS));
    let (value, meaning) = match (&answers, lists_segments()) {
        (Ok(_), Some(true)) => ("yes", "/proc/sysvipc/shm is there".to_owned()),
        (Ok(_), _) => ("yes", "the kernel answers, but /proc/sysvipc/shm is not to be seen".to_owned()),
        (Err(_), _) if is_missing => {
            ("no", "shmget fails with ENOSYS (error 38): the kernel was built without it".to_owned())
        }
        (Err(error), _) => ("refused", format!("{error}: a filter (seccomp) may forbid it")),
    };
    let ipc = Fact {
        name: "System V IPC",
        value: value.to_owned(),
        meaning: format!("{meaning}; {}", built("CONFIG_SYSVIPC")),
    };
    let has_sysctl = sysctl("kernel/shmmni").is_some();
    let sysctls = Fact {
        name: "kernel.shm* as sysctls",
        value: if has_sysctl { "yes" } else { "no" }.to_owned(),
        meaning: format!(
            "the limits below are changed by sysctl(8), if they are to be; {}",
            built("CONFIG_SYSVIPC_SYSCTL")
        ),
    };
    vec![ipc, sysctls, namespace()]
}

fn namespace() -> Fact {
    let (value, meaning) = match ipc_namespace() {
        None => ("unknown".to_owned(), "/proc/self/ns/ipc cannot be read"),
        Some(FIRST_NAMESPACE) => (
            format!("ipc:[{FIRST_NAMESPACE}]"),
            "the machine's own: segments stay until they are removed, or the machine is started again",
        ),
        Some(number) => (
            format!("ipc:[{number}]"),
            "a private one, as containers have: its segments and limits are its own, and all goes with its last process",
        ),
    };
    Fact { name: "IPC namespace", value, meaning: meaning.to_owned() }
}

/// The limits, each with what is used of it.
fn numbers() -> Vec<Fact> {
    let asked = segments::limits().ok().flatten();
    let usage = segments::usage().ok().and_then(|(_, usage)| usage);
    let limit = |name: &str, of: fn(&OfTheKernel) -> u64| {
        large_sysctl(&format!("kernel/{name}")).or_else(|| asked.as_ref().map(of))
    };
    let page = page_size() as u64;
    let mut facts = Vec::new();
    if let Some(largest) = limit("shmmax", |limits| limits.largest) {
        let meaning = format!(
            "bytes of the largest segment; shmget of more fails with EINVAL{}. The smallest has 1 byte",
            if is_no_limit(largest) { ", but no machine has so many" } else { "" }
        );
        facts.push(Fact { name: "kernel.shmmax", value: with_size(largest, largest), meaning });
    }
    if let Some(pages) = limit("shmall", |limits| limits.pages) {
        let (bytes, taken) = (pages.saturating_mul(page), usage.as_ref().map(|usage| usage.pages));
        let meaning = match taken {
            Some(taken) if is_no_limit(bytes) => {
                format!("pages of {page} bytes in all segments together, but no machine has so many. In use: {taken}")
            }
            _ => format!(
                "pages of {page} bytes in all segments together; above that, shmget fails with ENOSPC{}",
                used(taken, pages)
            ),
        };
        facts.push(Fact { name: "kernel.shmall", value: with_size(pages, bytes), meaning });
    }
    if let Some(count) = limit("shmmni", |limits| limits.segments) {
        let taken = usage.as_ref().and_then(|usage| u64::try_from(usage.segments).ok());
        let meaning = format!("segments at the same time; above that, shmget fails with ENOSPC{}", used(taken, count));
        facts.push(Fact { name: "kernel.shmmni", value: count.to_string(), meaning });
    }
    facts.extend(usage.map(|usage| in_use(&usage, page)));
    facts
}

fn in_use(usage: &Usage, page: u64) -> Fact {
    let size = |pages: u64| ShortSize(pages.saturating_mul(page));
    Fact {
        name: "in use",
        value: format!(
            "{}, {}",
            counted(u64::try_from(usage.segments).unwrap_or_default(), "segment"),
            size(usage.pages)
        ),
        meaning: format!(
            "of that {} in memory and {} in swap; what nobody has written yet is in neither",
            size(usage.resident),
            size(usage.swapped)
        ),
    }
}

/// Whether it is more than any machine has: the kernel's own defaults are of that kind.
const fn is_no_limit(bytes: u64) -> bool {
    bytes >= 1 << 60
}

/// A limit, with the bytes that it comes to.
fn with_size(number: u64, bytes: u64) -> String {
    if is_no_limit(bytes) { format!("{number} (no limit)") } else { format!("{number} ({})", ShortSize(bytes)) }
}

/// As the end of a sentence.
fn used(used: Option<u64>, limit: u64) -> String {
    let Some(used) = used else { return String::new() };
    // Hundredths of a percent.
    let share = u128::from(used) * 10_000 / u128::from(limit.max(1));
    format!(". In use: {used}, {}.{:02} %", share / 100, share % 100)
}

/// Who removes segments that nobody removed.
fn removal() -> Vec<Fact> {
    let forced = match sysctl("kernel/shm_rmid_forced") {
        None => None,
        Some(0) => Some(("0", "a segment stays until somebody removes it, whoever made it")),
        Some(_) => Some((
            "1",
            "a segment is destroyed with its last detach, and one that was never attached with the process that made it",
        )),
    };
    let forced = forced.map(|(value, meaning)| Fact {
        name: "kernel.shm_rmid_forced",
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    });
    forced.into_iter().chain([logind(remove_ipc())]).collect()
}

fn logind(found: Option<RemoveIpc>) -> Fact {
    let (value, meaning) = match found {
        None => ("-", "systemd-logind does not run here: nothing is removed when a user logs out".to_owned()),
        Some(RemoveIpc { is_on, source }) => {
            let place = match source {
                Source::Set(path) => format!("set in {}", Plain(path.as_bytes())),
                Source::Shipped(path) => format!("nowhere set; {} names it as the default", Plain(path.as_bytes())),
                Source::Default => "nowhere set; the default of systemd".to_owned(),
            };
            let effect = if is_on {
                "systemd-logind removes all segments of an ordinary user (not of a system user as a database has it) when \
                 the last session of that user ends, also from under programs that still use them"
            } else {
                "segments of a user stay when the last session of that user ends"
            };
            (if is_on { "yes" } else { "no" }, format!("{effect} ({place})"))
        }
    };
    Fact { name: "RemoveIPC of systemd-logind", value: value.to_owned(), meaning }
}
