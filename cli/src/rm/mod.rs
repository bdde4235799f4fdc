//! `shmsan rm`: removes segments, and only those. It shows what it will do, asks, and looks again before each removal.

mod choose;
mod question;

use crate::args::duration;
use crate::info::attached;
use crate::ls::usual_table;
use crate::machine::{Segment, Unseen, holders, status_of};
use crate::output::{complain, remark, say, unavailable};
use crate::progress::Progress;
use crate::sys::segments::remove;
use choose::Choice;
use clap::{ArgGroup, Args};
use question::Answer;
use shmsan_core::call::Key;
use shmsan_core::machine::{ShortSize, Wanted, difference, key};
use shmsan_core::text::counted;
use std::fmt::Write;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["segments", "keys", "orphans"]), after_help = CARE)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Rm {
    /// Ids, which are decimal numbers, or keys, written as 0x162e
    #[arg(value_name = "ID|0xKEY", value_parser = Wanted::parse)]
    segments: Vec<Wanted>,
    /// Key of a segment, decimal or as 0x162e
    #[arg(long = "key", value_name = "KEY", value_parser = key, allow_negative_numbers = true)]
    keys: Vec<Key>,
    /// All your segments that nobody has attached and whose creator is dead
    #[arg(long, conflicts_with_all = ["segments", "keys"])]
    orphans: bool,
    /// Only orphans that nobody created, changed, attached or detached for this long: 90s, 1h, 2d
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "orphans", conflicts_with_all = ["segments", "keys"])]
    older_than: Option<Duration>,
    /// Other users' orphans too
    #[arg(long, requires = "orphans", conflicts_with_all = ["segments", "keys"])]
    all_users: bool,
    /// Only show what would be removed
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Remove without asking
    #[arg(short, long)]
    yes: bool,
    /// Also remove a segment that is attached, if it is named by its id
    #[arg(short, long, conflicts_with = "orphans")]
    force: bool,
    #[command(flatten)]
    color: colorchoice_clap::Color,
}

/// What a user must know before removing anything.
const CARE: &str = "\
The segments are shown first, and then you are asked; where there is no terminal to ask on, --yes or --dry-run is needed. One \
that is attached goes only if it is named by its id and with --force: it loses its key at once, and goes with its last detach.

Before each removal shmsan looks again, and removes nothing whose key, creator, size, owner, mode, nattch or times are others \
than before. A moment remains between that look and the removal: Linux has no call that removes a segment only if it is \
unchanged. One that is attached in that moment stays until its last detach, but has lost its key.

Exit status: 0; 1 if something was not removed; 2 if the command line cannot be understood, or nothing can be seen.";

/// The status where something was not removed.
const NOT_REMOVED: u8 = 1;

pub fn go(rm: &Rm) -> ExitCode {
    rm.color.write_global();
    let choice = match choose::choose(rm) {
        Ok(choice) => choice,
        Err(error) => return unavailable(&error),
    };
    let Choice { candidates, refused, left_alone } = choice;
    for sentence in &refused {
        remark(sentence);
    }
    if !left_alone.is_empty() {
        remark(&format!("left alone: {}", left_alone.join(", ")));
    }
    let refusals = if refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NOT_REMOVED) };
    if candidates.is_empty() {
        if refused.is_empty() {
            remark("there is nothing to remove");
        }
        return refusals;
    }
    let shown = say(&announcement(&candidates));
    if rm.dry_run || shown != ExitCode::SUCCESS {
        return if shown == ExitCode::SUCCESS { refusals } else { shown };
    }
    if !rm.yes {
        match question::ask(&format!("Remove {}?", counted(candidates.len(), "segment"))) {
            Answer::Yes => {}
            Answer::No => {
                remark("nothing is removed");
                return ExitCode::from(NOT_REMOVED);
            }
            Answer::NobodyThere => {
                return complain("nothing is removed: there is no terminal to ask on; --yes removes without asking");
            }
        }
    }
    let failures = candidates.iter().filter(|segment| !remove_one(segment)).count();
    if failures == 0 { refusals } else { ExitCode::from(NOT_REMOVED) }
}

/// What is about to happen.
fn announcement(candidates: &[Segment]) -> String {
    let mut out = usual_table(candidates);
    let attached: Vec<_> = candidates.iter().filter(|segment| segment.status.attachments > 0).collect();
    if !attached.is_empty() {
        let holders = holders(Progress::of("processes"));
        for segment in attached {
            // Writing to a String cannot fail.
            let _ =
                writeln!(out, "\nsegment {} is attached: its key goes now, itself with its last detach", segment.id);
            out += &attached::describe(segment, holders.as_ref().ok());
        }
    }
    let bytes = candidates.iter().fold(0_u64, |sum, segment| sum.saturating_add(segment.status.size));
    out + &format!("\n{}, {}\n", counted(candidates.len(), "segment"), ShortSize(bytes))
}

/// Looks again, and says what came of it.
fn remove_one(segment: &Segment) -> bool {
    let id = segment.id;
    let stopped = match status_of(id) {
        Ok(now) => difference(&segment.status, &now),
        Err(Unseen::Absent) => Some("it is gone already".to_owned()),
        Err(Unseen::Failed(error)) => Some(error.to_string()),
    };
    let stopped = stopped.or_else(|| remove(id).err().map(|error| refusal(segment, &error)));
    match stopped {
        Some(why) => {
            remark(&format!("segment {id} is not removed: {why}"));
            false
        }
        None if segment.status.attachments > 0 => {
            say(&format!("marked for destruction: segment {id}\n")) == ExitCode::SUCCESS
        }
        None => say(&format!("removed segment {id}\n")) == ExitCode::SUCCESS,
    }
}

fn refusal(segment: &Segment, error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EPERM) => choose::belongs_to_others(&segment.status),
        Some(libc::EINVAL | libc::EIDRM) => "it is gone already".to_owned(),
        _ => error.to_string(),
    }
}
