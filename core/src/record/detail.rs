//! What a call's pointers showed, stored.

use crate::call::Key;
use crate::detail::{Change, Detail, Limits, Owner, Status, Template, Usage};
use crate::fields::Fields;
use crate::path::PathStart;

const PATH: u8 = 1;
const CUT_PATH: u8 = 2;
const STATUS: u8 = 3;
const CHANGE: u8 = 4;
const LIMITS: u8 = 5;
const USAGE: u8 = 6;

pub(super) fn store(detail: &Detail) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    match detail {
        Detail::Path(path) => {
            out.push(if path.is_whole() { PATH } else { CUT_PATH });
            out.extend(path.bytes());
        }
        Detail::Status(status) => {
            out.push(STATUS);
            put_status(&mut out, status);
        }
        Detail::Change(Change { before, asked, template }) => {
            out.push(CHANGE);
            out.push(match template {
                Template::Filled => 0,
                Template::Blank => 1,
                Template::Other => 2,
            });
            put_owner(&mut out, *asked);
            if let Some(before) = before {
                put_owner(&mut out, *before);
            }
        }
        Detail::Limits(Limits { largest, smallest, segments, segments_of_process, pages }) => {
            out.push(LIMITS);
            put(&mut out, &[*largest, *smallest, *segments, *segments_of_process, *pages]);
        }
        Detail::Usage(Usage { segments, pages, resident, swapped, swap_attempts, swap_successes }) => {
            out.push(USAGE);
            out.extend(segments.to_ne_bytes());
            put(&mut out, &[*pages, *resident, *swapped, *swap_attempts, *swap_successes]);
        }
    }
    out
}

pub(super) fn load(bytes: &[u8]) -> Option<Detail> {
    let mut fields = Fields(bytes);
    let detail = match fields.u8()? {
        PATH => Detail::Path(PathStart::new(fields.0)),
        CUT_PATH => Detail::Path(PathStart::cut(fields.0)),
        STATUS => Detail::Status(status(&mut fields)?),
        CHANGE => {
            let template = match fields.u8()? {
                0 => Template::Filled,
                1 => Template::Blank,
                2 => Template::Other,
                _ => return None,
            };
            let asked = owner(&mut fields)?;
            let before = if fields.0.is_empty() { None } else { Some(owner(&mut fields)?) };
            Detail::Change(Change { before, asked, template })
        }
        LIMITS => Detail::Limits(Limits {
            largest: fields.u64()?,
            smallest: fields.u64()?,
            segments: fields.u64()?,
            segments_of_process: fields.u64()?,
            pages: fields.u64()?,
        }),
        USAGE => Detail::Usage(Usage {
            segments: fields.i32()?,
            pages: fields.u64()?,
            resident: fields.u64()?,
            swapped: fields.u64()?,
            swap_attempts: fields.u64()?,
            swap_successes: fields.u64()?,
        }),
        _ => return None,
    };
    Some(detail)
}

fn put(out: &mut Vec<u8>, numbers: &[u64]) {
    out.extend(numbers.iter().flat_map(|number| number.to_ne_bytes()));
}

fn put_owner(out: &mut Vec<u8>, Owner { uid, gid, mode }: Owner) {
    out.extend([uid, gid, mode].iter().flat_map(|number| number.to_ne_bytes()));
}

fn owner(fields: &mut Fields<'_>) -> Option<Owner> {
    Some(Owner { uid: fields.u32()?, gid: fields.u32()?, mode: fields.u32()? })
}

fn put_status(out: &mut Vec<u8>, status: &Status) {
    let Status { key, owner, creator_uid, creator_gid, size, creator, last, attachments, .. } = *status;
    put_owner(out, owner);
    out.extend([key.0, creator, last].iter().flat_map(|number| number.to_ne_bytes()));
    out.extend([creator_uid, creator_gid].iter().flat_map(|number| number.to_ne_bytes()));
    let times = [status.attached_at, status.detached_at, status.changed_at];
    out.extend(times.iter().flat_map(|time| time.to_ne_bytes()));
    put(out, &[size, attachments]);
}

fn status(fields: &mut Fields<'_>) -> Option<Status> {
    let owner = owner(fields)?;
    let (key, creator, last) = (Key(fields.i32()?), fields.i32()?, fields.i32()?);
    let (creator_uid, creator_gid) = (fields.u32()?, fields.u32()?);
    let (attached_at, detached_at, changed_at) = (fields.i64()?, fields.i64()?, fields.i64()?);
    let (size, attachments) = (fields.u64()?, fields.u64()?);
    Some(Status {
        key,
        owner,
        creator_uid,
        creator_gid,
        size,
        attached_at,
        detached_at,
        changed_at,
        creator,
        last,
        attachments,
    })
}
