//! What can be wrong with shmctl(2), beside the id.

mod change;
mod refused;
mod removal;

use super::{Check, Explain, Made, Words};
use crate::call::{Call, ShmId};
use crate::facts::Facts;
use crate::flags::{Command, SHM_STAT, SHM_STAT_ANY};
use crate::rule::control as rule;
use crate::text::unbroken;

/// Of a shmctl that failed: the kernel looks at the command first, then at the id, at the rights, at the buffer.
pub const FAILED: &[Check] = &[
    Check { rule: &rule::UNKNOWN_COMMAND, find: refused::unknown_command },
    Check { rule: &rule::REMOVED_TWICE, find: removal::removed_twice },
    Check { rule: &rule::NOT_OWNER, find: refused::not_owner },
    Check { rule: &rule::LOCK_LIMIT, find: refused::lock_limit },
    Check { rule: &rule::BAD_BUFFER, find: refused::bad_buffer },
];

pub const SUCCEEDED: &[Check] = &[
    Check { rule: &rule::REMOVED_TWICE, find: removal::removed_twice },
    Check { rule: &rule::REMOVED_WHILE_ATTACHED, find: removal::removed_while_attached },
    Check { rule: &rule::CHILD_REMOVED_PARENTS, find: removal::child_removed_parents },
    Check { rule: &rule::IPC_SET_WITHOUT_STAT, find: change::without_stat },
    Check { rule: &rule::IPC_SET_LOCKS_SELF_OUT, find: change::locks_self_out },
    Check { rule: &rule::STAT_INDEX_NOT_ID, find: stat_index_not_id },
];

/// Whether SHM_STAT or SHM_STAT_ANY with this number tells nothing new: it is an index, or the id that it told of.
#[must_use]
pub const fn is_index(number: ShmId, told: ShmId) -> bool {
    /// Of an id, the bits that are its index; more of them with the kernel's option ipcmni_extend.
    const INDEX: i32 = 0x7fff;
    const LONG_INDEX: i32 = 0x00ff_ffff;
    number.0 <= INDEX || told.0 == number.0 || told.0 & LONG_INDEX == number.0
}

fn stat_index_not_id<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Control { id, command, .. }, Ok(told)) = (made.call, made.outcome) else { return None };
    let told = ShmId(i32::try_from(told).ok()?);
    if !matches!(command, SHM_STAT | SHM_STAT_ANY) || is_index(id, told) {
        return None;
    }
    Some(Box::new(move || {
        let name = Command(command);
        Words {
            headline: format!("{name} was given the id of segment {id} and told of segment {told}"),
            segment: facts.segment(told),
            why: format!(
                "{name} takes an index into the kernel's table; of an id it uses the lower bits alone, and segment {told} has \
                 that place now: {id} is gone"
            ),
            fix: format!(
                "ask for a segment by {}; an index runs from 0 to what SHM_INFO returns",
                unbroken(&format!("shmctl({id}, IPC_STAT, ...)"))
            ),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::tests::all;
    use crate::facts::fake::World;
    use crate::site::Site;

    fn asked(number: i32, command: i32, told: usize) -> usize {
        let call = Call::Control { id: ShmId(number), command, buffer: Addr(1) };
        let made = Made { call, outcome: Ok(told), site: Site::UNKNOWN, detail: None };
        all(&made, &World::default()).iter().filter(|finding| finding.rule.id == "stat-index-not-id").count()
    }

    #[test]
    fn an_id_in_the_place_of_an_index_is_told_when_another_segment_answers() {
        let (id, later) = (3 + (1 << 15), 3 + (2 << 15));
        assert_eq!([SHM_STAT, SHM_STAT_ANY].map(|command| asked(id, command, later)), [1, 1]);
        assert_eq!(asked(id, SHM_STAT, usize::try_from(id).unwrap()), 0, "it is still there");
        assert_eq!(asked(3, SHM_STAT, later), 0, "an index");
        assert_eq!(asked(id, SHM_STAT, usize::try_from(id).unwrap() + (1 << 24)), 0, "an index with ipcmni_extend");
        assert_eq!(asked(id, 2, 0), 0, "IPC_STAT takes an id");
    }
}
