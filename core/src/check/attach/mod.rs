//! What can be wrong with shmat(2), beside the id.

mod address;
mod space;
mod succeeded;

pub use succeeded::{SUCCEEDED, USUAL};

use super::{Check, Made};
use crate::call::{Addr, Call, ShmId};
use crate::errno::Errno;
use crate::flags::{SHM_REMAP, SHM_RND};
use crate::rule::attach as rule;

/// The kernel looks at the address before it looks the id up, so these come first; the rest knows by itself whether there
/// is such a segment.
pub const FAILED: &[Check] = &[
    Check { rule: &rule::REMAP_AT_NULL, find: address::remap_at_null },
    Check { rule: &rule::MISALIGNED_ADDRESS, find: address::misaligned_address },
    Check { rule: &rule::ADDRESS_IN_USE, find: address::address_in_use },
    Check { rule: &rule::ADDRESS_TOO_LOW, find: address::address_too_low },
    Check { rule: &rule::ADDRESS_SPACE_FULL, find: space::address_space_full },
];

/// A shmat that the kernel refused with `errno`, and not because its id is negative, which it looks at first of all.
fn refused(made: &Made, errno: Errno) -> Option<(ShmId, Addr, i32)> {
    match (made.call, made.outcome) {
        (Call::Attach { id, address, flags }, Err(seen)) if id.0 >= 0 && seen == errno => Some((id, address, flags)),
        _ => None,
    }
}

/// Where the segment is to begin, as the kernel understands it; `None` where it chooses itself.
const fn demanded(address: Addr, flags: i32, page: usize) -> Option<Addr> {
    match (address.0, flags & SHM_RND) {
        (0, _) => None,
        (_, 0) => Some(address),
        (number, _) => Some(Addr(number - number % page)),
    }
}

const fn replaces(flags: i32) -> bool {
    flags & SHM_REMAP != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::first;
    use crate::facts::fake::World;
    use crate::finding::Finding;
    use crate::site::Site;

    /// A shmat as the program made it.
    pub fn attach(id: i32, address: usize, flags: i32, outcome: Result<usize, Errno>) -> Made {
        let call = Call::Attach { id: ShmId(id), address: Addr(address), flags };
        Made { call, outcome, site: Site::UNKNOWN, detail: None }
    }

    pub fn refusal(id: i32, address: usize, flags: i32, errno: Errno, world: &World) -> Option<Finding> {
        first(&attach(id, address, flags, Err(errno)), world)
    }
}
