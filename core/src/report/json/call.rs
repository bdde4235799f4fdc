//! A traced call. The arguments have the names of the man pages; what was behind a pointer stands beside it, under the name of
//! its structure.

use super::write::Object;
use super::{Header, line, site};
use crate::call::{Addr, Call};
use crate::detail::{Change, Detail, Limits, Owner, Status, Usage, UserId};
use crate::event::Event;
use crate::flags::{AttachFlags, Command, GetFlags, Mode};
use crate::site::Frame;

/// The line of one call, with its end.
#[must_use]
pub fn call(event: &Event, exe: Option<&[u8]>, caller: &Frame) -> String {
    line(Header { stamp: event.stamp, exe }, name(&event.call), |object| {
        object.object("args", |args| arguments(args, event));
        match (event.outcome, event.call) {
            (Err(_), _) => object.number("ret", -1),
            (Ok(key), Call::Ftok { .. }) => object.text("ret", format_args!("0x{:08x}", key & 0xffff_ffff)),
            (Ok(address), Call::Attach { .. }) => object.address("ret", Some(address)),
            (Ok(value), _) => object.number("ret", value),
        }
        match event.outcome.err().map(|errno| (errno, errno.describe())) {
            None => object.null("errno"),
            Some((_, Some((name, _)))) => object.text("errno", name),
            Some((errno, None)) => object.text("errno", errno.0),
        }
        object.number("duration_ns", event.duration_ns);
        site(object, "site", caller);
    })
}

const fn name(call: &Call) -> &'static str {
    match call {
        Call::Get { .. } => "shmget",
        Call::Attach { .. } => "shmat",
        Call::Detach { .. } => "shmdt",
        Call::Control { .. } => "shmctl",
        Call::Ftok { .. } => "ftok",
    }
}

fn arguments(args: &mut Object<'_>, event: &Event) {
    match event.call {
        Call::Get { key, size, flags } => {
            args.text("key", key);
            args.number("size", size);
            args.texts("flags", |visit| GetFlags(flags).each(visit));
            args.text("mode", GetFlags(flags).mode());
        }
        Call::Attach { id, address, flags } => {
            args.number("shmid", id);
            pointer(args, "shmaddr", address);
            args.texts("flags", |visit| AttachFlags(flags).each(visit));
        }
        Call::Detach { address } => pointer(args, "shmaddr", address),
        Call::Control { id, command, buffer } => {
            args.number("shmid", id);
            match Command(command).name() {
                Some(name) => args.text("cmd", name),
                None => args.text("cmd", format_args!("{command:#x}")),
            }
            pointer(args, "buf", buffer);
        }
        Call::Ftok { project, .. } => {
            path(args, event.detail.as_ref());
            args.number("proj_id", project);
        }
    }
    match &event.detail {
        None | Some(Detail::Path(_)) => {}
        Some(Detail::Status(it)) => args.object("shmid_ds", |object| status(object, it)),
        Some(Detail::Change(it)) => change(args, it),
        Some(Detail::Limits(it)) => args.object("shminfo", |object| limits(object, it)),
        Some(Detail::Usage(it)) => args.object("shm_info", |object| usage(object, it)),
    }
}

fn path(args: &mut Object<'_>, detail: Option<&Detail>) {
    match detail {
        Some(Detail::Path(path)) => {
            args.bytes("pathname", Some(path.bytes()));
            args.bool("pathname_cut", !path.is_whole());
        }
        _ => args.null("pathname"),
    }
}

fn pointer(args: &mut Object<'_>, name: &'static str, address: Addr) {
    args.address(name, Some(address.0).filter(|address| *address != 0));
}

fn status(object: &mut Object<'_>, status: &Status) {
    object.object("shm_perm", |perm| {
        owner(perm, status.owner);
        perm.text("key", status.key);
        perm.number("cuid", UserId(status.creator_uid));
        perm.number("cgid", UserId(status.creator_gid));
    });
    object.number("shm_segsz", status.size);
    object.number("shm_cpid", status.creator);
    object.number("shm_lpid", status.last);
    object.number("shm_nattch", status.attachments);
    object.number("shm_atime", status.attached_at);
    object.number("shm_dtime", status.detached_at);
    object.number("shm_ctime", status.changed_at);
}

fn owner(perm: &mut Object<'_>, Owner { uid, gid, mode }: Owner) {
    perm.number("uid", UserId(uid));
    perm.number("gid", UserId(gid));
    perm.text("mode", Mode(mode));
}

fn change(args: &mut Object<'_>, change: &Change) {
    args.object("shmid_ds", |object| object.object("shm_perm", |perm| owner(perm, change.asked)));
    match change.before {
        Some(before) => {
            args.object("before", |object| object.object("shm_perm", |perm| owner(perm, before)));
        }
        None => args.null("before"),
    }
}

fn limits(object: &mut Object<'_>, limits: &Limits) {
    object.number("shmmax", limits.largest);
    object.number("shmmin", limits.smallest);
    object.number("shmmni", limits.segments);
    object.number("shmseg", limits.segments_of_process);
    object.number("shmall", limits.pages);
}

fn usage(object: &mut Object<'_>, usage: &Usage) {
    object.number("used_ids", usage.segments);
    object.number("shm_tot", usage.pages);
    object.number("shm_rss", usage.resident);
    object.number("shm_swp", usage.swapped);
    object.number("swap_attempts", usage.swap_attempts);
    object.number("swap_successes", usage.swap_successes);
}
