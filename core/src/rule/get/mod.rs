//! The rules of shmget(2): of its key, of its flags, of the segment it found, and of what there is not enough of.

mod flags;
mod found;
mod key;
mod limits;

pub use flags::*;
pub use found::*;
pub use key::*;
pub use limits::*;

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[
    &SIZE_MISMATCH,
    &ZERO_SIZE,
    &SIZE_OVER_SHMMAX,
    &OUT_OF_SHARED_PAGES,
    &OUT_OF_SEGMENT_IDS,
    &OUT_OF_MEMORY,
    &BAD_HUGE_PAGE_SIZE,
    &HUGE_PAGE_PERMISSION,
    &KEY_IS_MINUS_ONE,
    &KEY_IS_IPC_PRIVATE,
    &SHMID_PASSED_AS_KEY,
    &DECIMAL_MODE,
    &MODE_WITHOUT_OWNER,
    &SHMAT_FLAG_IN_SHMGET,
    &UNKNOWN_FLAG,
    &STALE_SEGMENT_REUSED,
    &SIZE_DIFFERS,
    &KEY_EXISTS,
    &KEY_NOT_FOUND,
    &CREATE_WITHOUT_EXCL,
    &WORLD_WRITABLE,
];
