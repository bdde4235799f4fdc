//! Memory for what is read from files: looked for before it is asked for, because an allocation that fails would end the
//! checks, and the program's own memory comes first.

use crate::kernel::map;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// So much of debug information and symbol tables is kept in all, for as long as the process lives.
const MOST: usize = 192 << 20;
/// What reading them takes besides, at least.
const WORKING_ROOM: usize = 16 << 20;

static KEPT: AtomicUsize = AtomicUsize::new(0);

/// Why something cannot be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// No memory or no descriptor at the moment: it may be asked for again.
    ForNow,
    /// There is nothing, or nothing that makes sense.
    ForGood,
}

/// Room for `size` bytes, zeroed.
pub fn bytes(size: u64) -> Result<Vec<u8>, Lack> {
    let size = usize::try_from(size).ok().filter(|size| *size <= MOST).ok_or(Lack::ForGood)?;
    if !map::would_give(size + WORKING_ROOM) {
        return Err(Lack::ForNow);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|_| Lack::ForNow)?;
    bytes.resize(size, 0);
    Ok(bytes)
}

/// Whether there is room to work on `size` bytes of debug information.
pub fn is_enough_for(size: usize) -> bool {
    map::would_give(WORKING_ROOM + 2 * size)
}

/// Keeps them for ever.
pub fn keep(bytes: Vec<u8>) -> Result<&'static [u8], Lack> {
    let kept = KEPT.fetch_add(bytes.len(), Relaxed);
    if kept + bytes.len() > MOST {
        KEPT.fetch_sub(bytes.len(), Relaxed);
        return Err(Lack::ForGood);
    }
    Ok(bytes.leak())
}
