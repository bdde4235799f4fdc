//! A call, stored: what it was, what came of it, when and where.

use super::detail;
use super::slot::{Slot, Stored, high, low, pair};
use super::{CALL, place};
use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::errno::Errno;
use crate::event::{Event, Stamp};
use crate::site::Site;
use crate::time::Time;

const GET: u8 = 1;
const ATTACH: u8 = 2;
const DETACH: u8 = 3;
const CONTROL: u8 = 4;
const FTOK: u8 = 5;

/// A duration of more than three days is cut.
const DURATION_BITS: u32 = 48;

/// The event; its pid stands in the journal's beginning.
#[must_use]
pub fn store(event: &Event) -> Stored {
    let Event { stamp: Stamp { time, tid, .. }, duration_ns, call, outcome, site, detail } = event;
    let mut head = store_briefly(*time, *tid, call, *outcome, *site);
    head[ABOUT] |= (*duration_ns).min((1 << DURATION_BITS) - 1) << 16;
    Stored::with(detail.as_ref().map(detail::store).unwrap_or_default(), head)
}

/// Index of the word that holds the call's name, whether it failed, what kind of place it has, and its duration.
const ABOUT: usize = 2;

/// The same of a call of which neither duration nor detail matter.
#[inline]
#[must_use]
pub fn store_briefly(time: Time, tid: i32, call: &Call, outcome: Outcome, site: Site) -> Slot {
    let (name, [first, second]) = arguments(call);
    let (failed, value) = match outcome {
        Ok(value) => (0, value as u64),
        Err(errno) => (1, u64::from(errno.0.cast_unsigned())),
    };
    let (place, number) = place::numbers(site);
    let about = u64::from(name) | failed << 4 | u64::from(place) << 8;
    let kind = u64::from(CALL) | u64::from(tid.cast_unsigned()) << 8;
    [kind, time.0.cast_unsigned(), about, first, second, value, number, 0]
}

/// Of the process `pid`; `None` where it is no event.
pub(super) fn load(stored: &Stored, pid: i32) -> Option<Event> {
    let [first_word, time, about, first, second, value, number, _] = stored.head;
    let [name, place, ..] = about.to_le_bytes();
    let call = call(name & 0xf, [first, second])?;
    let detail = if stored.bytes.is_empty() { None } else { Some(detail::load(&stored.bytes)?) };
    Some(Event {
        stamp: Stamp { time: Time(time.cast_signed()), pid, tid: low(first_word >> 8).cast_signed() },
        duration_ns: about >> 16,
        call,
        outcome: if name >> 4 == 0 { Ok(usize::try_from(value).ok()?) } else { Err(Errno(low(value).cast_signed())) },
        site: place::site(place, number)?,
        detail,
    })
}

fn arguments(call: &Call) -> (u8, [u64; 2]) {
    match *call {
        Call::Get { key, size, flags } => (GET, [numbers(key.0, flags), size as u64]),
        Call::Attach { id, address, flags } => (ATTACH, [numbers(id.0, flags), address.0 as u64]),
        Call::Detach { address } => (DETACH, [0, address.0 as u64]),
        Call::Control { id, command, buffer } => (CONTROL, [numbers(id.0, command), buffer.0 as u64]),
        Call::Ftok { path, project } => (FTOK, [numbers(0, project), path.0 as u64]),
    }
}

fn call(name: u8, [numbers, whole]: [u64; 2]) -> Option<Call> {
    let (first, second) = (low(numbers).cast_signed(), high(numbers).cast_signed());
    let whole = usize::try_from(whole).ok()?;
    Some(match name {
        GET => Call::Get { key: Key(first), size: whole, flags: second },
        ATTACH => Call::Attach { id: ShmId(first), address: Addr(whole), flags: second },
        DETACH => Call::Detach { address: Addr(whole) },
        CONTROL => Call::Control { id: ShmId(first), command: second, buffer: Addr(whole) },
        FTOK => Call::Ftok { path: Addr(whole), project: second },
        _ => return None,
    })
}

const fn numbers(first: i32, second: i32) -> u64 {
    pair(first.cast_unsigned(), second.cast_unsigned())
}
