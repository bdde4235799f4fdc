//! What stands against removing a segment, and what may have happened between looking and removing.

use crate::call::Key;
use crate::detail::Status;
use crate::flags::{Mode, PERMISSIONS, SHM_DEST};
use crate::text::counted;

/// How a segment came to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    ById,
    ByKey,
    /// Nobody named it.
    AsOrphan,
}

/// Why a segment must not be removed, as the end of a sentence; nothing where it may be.
#[must_use]
pub fn objection(status: &Status, chosen: Chosen, is_forced: bool) -> Option<String> {
    if status.owner.mode & SHM_DEST != 0 {
        return Some("it is marked for destruction already, and goes with its last detach".to_owned());
    }
    match (status.attachments, chosen, is_forced) {
        (0, ..) | (_, Chosen::ById, true) => None,
        (count, Chosen::ById, false) => {
            Some(format!("it is attached ({}); --force removes it nevertheless", counted(count, "mapping")))
        }
        (count, ..) => Some(format!(
            "it is attached ({}); such a one is removed by its id alone, with --force",
            counted(count, "mapping")
        )),
    }
}

/// In what a segment differs from what it was at the first look, as the end of a sentence; nothing where it does not.
#[must_use]
pub fn difference(before: &Status, now: &Status) -> Option<String> {
    let differs = |of: fn(&Status) -> u64| of(before) != of(now);
    if before.key != now.key {
        let key = |key: Key| if key == Key::PRIVATE { "none".to_owned() } else { key.to_string() };
        return Some(format!("its key was {} and is {} now", key(before.key), key(now.key)));
    }
    if before.creator != now.creator || before.size != now.size {
        return Some("another segment has its id now".to_owned());
    }
    if before.attachments != now.attachments {
        return Some(format!("nattch was {} and is {} now", before.attachments, now.attachments));
    }
    if before.owner != now.owner {
        let mode = |status: &Status| Mode(status.owner.mode & (PERMISSIONS.cast_unsigned() | SHM_DEST));
        let (was, is) = (&before.owner, &now.owner);
        return Some(format!(
            "its owner and mode were {}:{} {} and are {}:{} {} now",
            was.uid,
            was.gid,
            mode(before),
            is.uid,
            is.gid,
            mode(now)
        ));
    }
    if differs(|status| status.changed_at.cast_unsigned()) {
        return Some("it was changed by IPC_SET, or another segment has its id now".to_owned());
    }
    // Of one that is attached, processes may come and go.
    let is_idle = before.attachments == 0;
    if is_idle && (before.attached_at, before.detached_at) != (now.attached_at, now.detached_at) {
        return Some("somebody attached and detached it".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::SHM_LOCKED;

    fn status() -> Status {
        let mut status = Status::from_kernel(&[0; Status::SIZE]).unwrap();
        (status.key, status.size, status.creator, status.changed_at) = (Key(0x162e), 27, 7, 1000);
        status.owner.mode = 0o600 | SHM_LOCKED;
        status
    }

    #[test]
    fn an_attached_segment_goes_only_by_its_id_and_by_force() {
        for chosen in [Chosen::ById, Chosen::ByKey, Chosen::AsOrphan] {
            for is_forced in [false, true] {
                assert_eq!(objection(&status(), chosen, is_forced), None);
                let attached = objection(&Status { attachments: 2, ..status() }, chosen, is_forced);
                assert_eq!(attached.is_none(), chosen == Chosen::ById && is_forced, "{attached:?}");
                assert!(attached.is_none_or(|why| why.contains("(2 mappings)") && why.contains("--force")));
                let mut destroyed = Status { attachments: 1, ..status() };
                destroyed.owner.mode |= SHM_DEST;
                assert!(objection(&destroyed, chosen, is_forced).unwrap().contains("marked for destruction"));
            }
        }
    }

    type Change = fn(&mut Status);

    #[test]
    fn whatever_changed_since_the_first_look_is_named() {
        let changed = |change: Change| {
            let mut now = status();
            change(&mut now);
            difference(&status(), &now)
        };
        assert_eq!(changed(|_| {}), None);
        let cases: [(Change, &str); 10] = [
            (|now| now.key = Key(1), "its key was 0x0000162e and is 0x00000001 now"),
            (|now| now.key = Key::PRIVATE, "its key was 0x0000162e and is none now"),
            (|now| now.creator = 8, "another segment has its id now"),
            (|now| now.size = 28, "another segment has its id now"),
            (|now| now.attachments = 1, "nattch was 0 and is 1 now"),
            (|now| now.owner.mode |= SHM_DEST, "its owner and mode were 0:0 0600 and are 0:0 01600 now"),
            (|now| now.owner.uid = 5, "its owner and mode were 0:0 0600 and are 5:0 0600 now"),
            (|now| now.changed_at += 1, "it was changed by IPC_SET, or another segment has its id now"),
            (|now| now.attached_at = 1, "somebody attached and detached it"),
            (|now| now.detached_at = 1, "somebody attached and detached it"),
        ];
        for (change, words) in cases {
            assert_eq!(changed(change).as_deref(), Some(words));
        }
        let attached = Status { attachments: 1, ..status() };
        assert_eq!(difference(&attached, &Status { attached_at: 5, last: 9, ..attached }), None);
    }
}
