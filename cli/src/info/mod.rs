//! `shmsan info`: all that can be known of one segment. What ipcs -m -i tells stands in it under the same words, as far as
//! these are words.

pub mod attached;

use crate::ls::value::local;
use crate::machine::{Look, Names, Segment, Unseen, command_of, holders, id_of, now};
use crate::output::{complain, say, unavailable};
use crate::progress::Progress;
use crate::symbols::Symbols;
use crate::sys::die_of_broken_pipes;
use clap::Args;
use rustix::param::page_size;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::detail::Status;
use shmsan_core::facts::{Age, Life};
use shmsan_core::flags::{Mode, PERMISSIONS, SHM_DEST, SHM_LOCKED};
use shmsan_core::ledger::Maker;
use shmsan_core::machine::{Permissions, ShortSize, Use, Wanted, key};
use shmsan_core::report::paint::{Ink, Paint};
use shmsan_core::text::{Plain, counted};
use std::fmt::Write;
use std::process::ExitCode;

#[derive(Debug, Args)]
#[command(after_help = WHOM)]
pub struct Info {
    /// The segment's id, a decimal number, or its key, written as 0x162e
    #[arg(value_name = "ID|0xKEY", value_parser = Wanted::parse, required_unless_present = "key")]
    segment: Option<Wanted>,
    /// The segment's key, decimal or as 0x162e
    #[arg(long, value_name = "KEY", value_parser = key, conflicts_with = "segment", allow_negative_numbers = true)]
    key: Option<Key>,
    #[command(flatten)]
    color: colorchoice_clap::Color,
}

const WHOM: &str = "The processes that have it attached are looked for in this IPC namespace, among those that you may look at; \
how many mappings others have is said.\n\nExit status: 0; 2 if there is no such segment.";

pub fn go(info: &Info) -> ExitCode {
    die_of_broken_pipes();
    info.color.write_global();
    let Some(wanted) = info.key.map(Wanted::Key).or(info.segment) else { return complain("no segment is named") };
    match find(wanted) {
        Ok(segment) => say(&describe(&segment)),
        Err(Unseen::Absent) => complain(&absent(wanted, "shmsan info")),
        Err(Unseen::Failed(error)) => unavailable(&error),
    }
}

fn find(wanted: Wanted) -> Result<Segment, Unseen> {
    let id = match wanted {
        Wanted::Id(id) => id,
        Wanted::Key(key) => id_of(key)?,
    };
    Look::default().at(id)
}

/// That there is none, with what the user may have meant: some take the key for the id. `command` is the one that would do it.
pub fn absent(wanted: Wanted, command: &str) -> String {
    let no = format!("there is no {}", named(wanted));
    let Wanted::Id(ShmId(number)) = wanted else { return no };
    match Some(Key(number)).filter(|key| *key != Key::PRIVATE).map(id_of) {
        Some(Ok(id)) => format!("{no}; segment {id} has the key {number}: {command} --key {number}"),
        _ => no,
    }
}

/// As the user named it.
fn named(wanted: Wanted) -> String {
    match wanted {
        Wanted::Id(ShmId(id)) => format!("segment {id}"),
        Wanted::Key(key) => format!("segment with key {}", key.as_in_source()),
    }
}

fn describe(segment: &Segment) -> String {
    let mut out = format!("{}segment {}{}\n", Paint::Colour.begin(Ink::Blue), segment.id, Paint::Colour.end());
    for (name, text) in fields(segment) {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {name:<12} {text}");
    }
    if segment.status.attachments > 0 {
        out.push_str(&attached::describe(segment, holders(Progress::of("processes")).as_ref().ok()));
    }
    if segment.state().is_orphan() {
        let _ = writeln!(out, "\nIf nobody is to use it any more: shmsan rm {}", segment.id);
    }
    out
}

/// In the order in which a person asks.
fn fields(segment: &Segment) -> Vec<(&'static str, String)> {
    let status = &segment.status;
    let mut names = Names::default();
    let key = match (status.key, status.owner.mode & SHM_DEST) {
        (Key::PRIVATE, 0) => format!("{} (none: IPC_PRIVATE)", Key::PRIVATE),
        (Key::PRIVATE, _) => format!("{} (none any more: marked for destruction)", Key::PRIVATE),
        (key, _) => key.as_in_source(),
    };
    let mut all = vec![("key", key), ("size", size(status.size))];
    if let Some(residence) = segment.residence {
        all.push(("in memory", format!("{} bytes, {} in swap", residence.resident, residence.swapped)));
    }
    let maker = segment.creator.maker.as_ref();
    all.extend([
        ("mode", mode(status.owner.mode)),
        ("owner", user(status.owner.uid, status.owner.gid, &mut names)),
        ("creator", user(status.creator_uid, status.creator_gid, &mut names)),
        ("created by", process(segment.creator.pid, segment.creator.life, segment.creator.command())),
    ]);
    all.extend(maker.into_iter().flat_map(creation));
    all.extend([
        ("last used by", last_user(segment)),
        ("state", state(segment)),
        ("nattch", status.attachments.to_string()),
        ("attached", time(status.attached_at)),
        ("detached", time(status.detached_at)),
        ("changed", format!("{}, {} ago (made, or changed by IPC_SET)", time(status.changed_at), Age(segment.age()))),
    ]);
    all
}

fn size(size: u64) -> String {
    let page = page_size() as u64;
    let short = if size < 1024 { String::new() } else { format!("{}, ", ShortSize(size)) };
    format!("{} ({short}{} of {page})", counted(size, "byte"), counted(size.div_ceil(page), "page"))
}

fn mode(mode: u32) -> String {
    let permissions = mode & PERMISSIONS.cast_unsigned();
    let destroyed = if mode & SHM_DEST == 0 { "" } else { ", marked for destruction" };
    let locked = if mode & SHM_LOCKED == 0 { "" } else { ", locked in memory" };
    format!("{} ({}){destroyed}{locked}", Mode(permissions), Permissions(permissions))
}

fn user(uid: u32, gid: u32, names: &mut Names) -> String {
    let name = |name: Option<&str>, kind, number| match name {
        Some(name) => format!("{} ({kind} {number})", Plain(name.as_bytes())),
        None => format!("{kind} {number}"),
    };
    format!("{}, group {}", name(names.user(uid), "uid", uid), name(names.group(gid), "gid", gid))
}

/// With the command line where that is known.
fn process(pid: i32, life: Life, command: Option<Vec<u8>>) -> String {
    let life = match (pid, life) {
        (0, _) => return "a process that cannot be seen from this pid namespace".to_owned(),
        (_, Life::Gone) => "dead",
        (_, Life::Unknown) => "whether it still runs cannot be seen",
        (_, Life::Runs) => "running",
    };
    let command = command.map(|command| format!(", {}", Plain(&command))).unwrap_or_default();
    format!("pid {pid} ({life}){command}")
}

/// What the ledger tells.
fn creation(maker: &Maker) -> Vec<(&'static str, String)> {
    let Maker { told, entry } = maker;
    let mut symbols = Symbols::default();
    let mut all = vec![("created at", symbols.frame(&told.places, entry.site).to_string())];
    if !told.folder.is_empty() {
        all.push(("in folder", Plain(&told.folder).to_string()));
    }
    if let Some(path) = maker.path() {
        all.push(("ftok", format!("\"{}\", {}", Plain(path), project(entry.key))));
    }
    let seconds = entry.time.seconds();
    let age = u64::try_from(now() - seconds).unwrap_or_default();
    all.push(("created on", format!("{}, {} ago", time(seconds), Age(age))));
    all
}

/// As a program writes it.
fn project(key: Key) -> String {
    let project = key.project();
    let letter = Some(project).filter(u8::is_ascii_alphanumeric);
    letter.map_or_else(|| project.to_string(), |letter| format!("'{}' ({project})", char::from(letter)))
}

fn last_user(segment: &Segment) -> String {
    let Status { attached_at, detached_at, last, .. } = segment.status;
    if attached_at.max(detached_at) == 0 {
        return "nobody yet".to_owned();
    }
    let command = (segment.last_user == Life::Runs).then(|| command_of(last)).flatten();
    process(last, segment.last_user, command)
}

fn state(segment: &Segment) -> String {
    let state = segment.state();
    let why = match state.used {
        Use::Live if segment.status.attachments > 0 => "attached",
        Use::Live => "nobody has it attached, but its creator runs",
        Use::Orphan => "nobody has it attached, and its creator is dead",
        Use::Unknown => "nobody has it attached, and its creator cannot be seen",
        Use::Destroyed => "removed already: it goes with its last detach",
    };
    format!("{state}: {why}")
}

/// As ctime(3) writes it.
fn time(time: i64) -> String {
    local(time).map_or_else(|| "never".to_owned(), |time| time.strftime("%a %b %e %T %Y").to_string())
}
