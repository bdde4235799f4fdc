//! What can be wrong with shmget(2): with its key, its flags, the segment it found, and what there is not enough of.

mod flags;
mod found;
mod huge;
mod key;
mod limits;
mod namespace;

use super::{Check, Explain, Made, Words};
use crate::call::{Call, Key, ShmId};
use crate::facts::Facts;
use crate::flags::IPC_CREAT;
use crate::rule::get as rule;
use crate::tracker::{Origin, Segment};

/// Of a shmget that failed, in the order in which the kernel looks: at the key, at the segment that it names, and at what
/// a new one needs. Beside what a rule says of a key that is found or not, a mode that was meant to be another is the news.
pub const FAILED: &[Check] = &[
    Check { rule: &rule::KEY_IS_MINUS_ONE, find: key::key_is_minus_one },
    Check { rule: &rule::DECIMAL_MODE, find: flags::decimal_mode_refused },
    Check { rule: &rule::KEY_EXISTS, find: key::key_exists },
    Check { rule: &rule::SIZE_MISMATCH, find: limits::size_mismatch },
    Check { rule: &rule::SHMID_PASSED_AS_KEY, find: key::shmid_passed_as_key },
    Check { rule: &rule::KEY_NOT_FOUND, find: key::key_not_found },
    Check { rule: &rule::ZERO_SIZE, find: limits::zero_size },
    Check { rule: &rule::SIZE_OVER_SHMMAX, find: limits::size_over_shmmax },
    Check { rule: &rule::OUT_OF_SHARED_PAGES, find: limits::out_of_shared_pages },
    Check { rule: &rule::BAD_HUGE_PAGE_SIZE, find: huge::bad_huge_page_size },
    Check { rule: &rule::HUGE_PAGE_PERMISSION, find: huge::huge_page_permission },
    Check { rule: &rule::OUT_OF_MEMORY, find: huge::out_of_memory },
    Check { rule: &rule::OUT_OF_SEGMENT_IDS, find: limits::out_of_segment_ids },
    Check { rule: &rule::DECIMAL_MODE, find: flags::decimal_mode },
];

/// None of these asks the kernel where there is nothing to say of the call itself: they are looked at for each shmget that
/// is news.
pub const SUCCEEDED: &[Check] = &[
    Check { rule: &rule::KEY_IS_MINUS_ONE, find: key::key_is_minus_one },
    Check { rule: &rule::KEY_IS_IPC_PRIVATE, find: key::key_is_ipc_private },
    Check { rule: &rule::DECIMAL_MODE, find: flags::decimal_mode },
    Check { rule: &rule::MODE_WITHOUT_OWNER, find: flags::mode_without_owner },
    Check { rule: &rule::SHMAT_FLAG_IN_SHMGET, find: flags::shmat_flag_in_shmget },
    Check { rule: &rule::UNKNOWN_FLAG, find: flags::unknown_flag },
    Check { rule: &rule::STALE_SEGMENT_REUSED, find: found::stale_segment_reused },
    Check { rule: &rule::SIZE_DIFFERS, find: found::size_differs },
    Check { rule: &rule::CREATE_WITHOUT_EXCL, find: found::create_without_excl },
    Check { rule: &rule::WORLD_WRITABLE, find: flags::world_writable },
];

/// The segment that a shmget gave, as this process knows it.
fn given(made: &Made, facts: &dyn Facts) -> Option<Segment> {
    let id = ShmId(i32::try_from(made.outcome.ok()?).ok()?);
    facts.past().known_segment(id)
}

/// Whether it was this call that gave it first, and not an earlier one.
fn is_news(made: &Made, segment: &Segment) -> bool {
    let Call::Get { size, flags, .. } = made.call else { return false };
    let first = (segment.site, segment.flags, segment.asked);
    !segment.inherited && first == (made.site, flags, size)
}

/// The segment that a shmget has made.
fn created(made: &Made, facts: &dyn Facts) -> Option<Segment> {
    let Call::Get { key, flags, .. } = made.call else { return None };
    if key != Key::PRIVATE && flags & IPC_CREAT == 0 {
        return None;
    }
    given(made, facts).filter(|segment| segment.origin == Origin::Created && is_news(made, segment))
}

#[cfg(test)]
pub(crate) mod tests;
