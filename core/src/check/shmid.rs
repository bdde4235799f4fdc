//! What can be wrong with the id that shmat(2) or shmctl(2) was given.

use super::{Check, Explain, Made, Words, namespace};
use crate::call::{Call, Key, ShmId};
use crate::errno::Errno;
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::flags::{IPC_RMID, IPC_STAT};
use crate::rule;
use crate::text::counted;
use crate::tracker::Origin;

/// In the order from what is surely known to what is only not there.
pub const SHMID_FAILED: &[Check] = &[
    Check { rule: &rule::shmid::UNCHECKED_SHMGET, find: unchecked_shmget },
    Check { rule: &rule::shmid::SEGMENT_REMOVED, find: segment_removed },
    namespace::CHANGED,
    Check { rule: &rule::shmid::SEGMENT_VANISHED, find: segment_vanished },
    Check { rule: &rule::shmid::KEY_PASSED_AS_SHMID, find: key_passed_as_shmid },
    Check { rule: &rule::shmid::STALE_SHMID, find: stale_shmid },
    Check { rule: &rule::shmid::INVALID_SHMID, find: invalid_shmid },
];

/// The id of a call that the kernel refused for it.
pub(super) fn refused_id(made: &Made, facts: &dyn Facts) -> Option<ShmId> {
    let id = match made.call {
        Call::Attach { id, .. } => id,
        // The others take no id, or an index.
        Call::Control { id, command, .. } if takes_id(command) => id,
        _ => return None,
    };
    let refused = matches!(made.outcome, Err(Errno::EINVAL | Errno::EIDRM));
    (refused && (id.0 < 0 || facts.status(id).is_none())).then_some(id)
}

/// Whether a command of shmctl(2) is about the segment with the id: IPC_RMID, IPC_SET, IPC_STAT, SHM_LOCK, SHM_UNLOCK.
const fn takes_id(command: i32) -> bool {
    matches!(command, 0..=2 | 11 | 12)
}

/// As [`refused_id`], of a call for which the segment had to be there. IPC_STAT may just ask whether it is, and of two
/// processes that clean up one comes second.
fn needed_id(made: &Made, facts: &dyn Facts) -> Option<ShmId> {
    refused_id(made, facts).filter(|id| match made.call {
        Call::Control { command: IPC_STAT, .. } => false,
        Call::Control { command: IPC_RMID, .. } => facts.past().known_segment(*id).is_none(),
        _ => true,
    })
}

fn unchecked_shmget<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_id(made, facts).filter(|id| id.0 == -1)?;
    Some(Box::new(move || {
        let failed = facts.past().failed_get();
        Words {
            headline: "the id is -1, which is what shmget returns when it fails".to_owned(),
            why: match failed {
                Some(failed) => format!("nobody looked at its result; the error itself was {}", failed.errno),
                None => "nobody looked at its result; that shmget was not seen here".to_owned(),
            },
            earlier: failed.map(|failed| Earlier {
                what: format!("the last shmget that failed was {}", failed.written()),
                site: failed.site,
            }),
            fix: "look at what shmget returns: if (shmid == -1) { perror(\"shmget\"); exit(1); }".to_owned(),
            ..Words::default()
        }
    }))
}

fn segment_removed<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = needed_id(made, facts)?;
    let removed = facts.past().removal_of(id)?;
    let who = if removed.inherited { "the process that forked this one" } else { "this process" };
    Some(Box::new(move || Words {
        headline: format!("segment {id} was removed by {who}"),
        earlier: Some(Earlier {
            what: format!("shmctl({id}, IPC_RMID) removed it at {} UTC", removed.time.clock_to_the_second()),
            site: removed.site,
        }),
        why:
            "an id is good until the segment is removed and its last attachment is gone; from then on it means nothing"
                .to_owned(),
        fix: "do this before IPC_RMID, or remove the segment later; what is attached may be used until shmdt"
            .to_owned(),
        ..Words::default()
    }))
}

fn segment_vanished<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = needed_id(made, facts)?;
    let known = facts.past().known_segment(id)?;
    Some(Box::new(move || {
        let how = if known.origin == Origin::Created { "made" } else { "got" };
        let forced = if facts.destroyed_with_last_user() {
            "kernel.shm_rmid_forced is 1 here: the kernel destroys a segment with its last detach"
        } else {
            "another process removed it, or ipcrm, or systemd-logind at a logout (RemoveIPC=), or this process is in \
             another IPC namespace by now"
        };
        Words {
            headline: format!("segment {id} is gone, and this process has not removed it"),
            earlier: Some(Earlier {
                what: format!("this process {how} it, {}", counted(known.size, "byte")),
                site: known.site,
            }),
            why: forced.to_owned(),
            fix: "attach it as soon as its id is known: an attached segment stays; else get its id again by the key"
                .to_owned(),
            ..Words::default()
        }
    }))
}

fn stale_shmid<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = needed_id(made, facts)?;
    let tenant = facts.tenant(id).filter(|tenant| *tenant != id && id.0 > 0)?;
    Some(Box::new(move || Words {
        headline: format!("segment {id} is gone; its place in the table belongs to segment {tenant}"),
        segment: facts.segment(tenant),
        why:
            "an id is a place in the kernel's table and a count of how often it was used: this one is of an earlier use"
                .to_owned(),
        fix: "do not keep ids for later: keep the key, and ask shmget(key, 0, 0) for the id".to_owned(),
        ..Words::default()
    }))
}

fn key_passed_as_shmid<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = refused_id(made, facts)?;
    let key = Key(id.0);
    let named = facts.id_of(key)?;
    Some(Box::new(move || Words {
        headline: format!("{id} is no id, but the key of segment {named}"),
        segment: facts.segment(named),
        why: "a key is what shmget takes; it returns the id, and the id is what the other calls take".to_owned(),
        fix: format!("pass what shmget returned ({named}), and not the key {}", key.as_in_source()),
        ..Words::default()
    }))
}

fn invalid_shmid<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = needed_id(made, facts)?;
    Some(Box::new(move || Words {
        headline: format!("no segment has the id {id}"),
        why: if id.0 < 0 {
            "ids are never negative".to_owned()
        } else {
            "it was removed before this process got to know it, it was never there, or it belongs to another IPC \
             namespace, as each container has its own"
                .to_owned()
        },
        fix: "take the id from shmget; ipcs -m lists those that are there".to_owned(),
        ..Words::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::tests::first;
    use crate::facts::SegmentFacts;
    use crate::facts::fake::{World, segment};
    use crate::site::Site;
    use crate::tracker::{Failed, Place, Recorded, Spare, Surroundings};

    fn attach(id: i32) -> Made {
        let call = Call::Attach { id: ShmId(id), address: Addr(0), flags: 0 };
        Made { call, outcome: Err(Errno::EINVAL), site: Site::UNKNOWN, detail: None }
    }

    fn control(id: i32, command: i32) -> Made {
        Made { call: Call::Control { id: ShmId(id), command, buffer: Addr(0) }, ..attach(id) }
    }

    fn rule_of(made: &Made, world: &World) -> Option<&'static str> {
        first(made, world).map(|finding| finding.rule.id)
    }

    /// With a past in which `call` succeeded.
    fn after(mut world: World, call: &Call, value: usize) -> World {
        let place = Place { site: Site::at_return(9), thread: 7 };
        let around = Surroundings { place, learned: None, time: crate::time::Time(0) };
        while let Recorded::Needs(wanted) = world.tracker.record(call, Ok(value), &around) {
            drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
        }
        world
    }

    #[test]
    fn minus_one_comes_from_a_shmget_that_failed() {
        let mut world = World::default();
        assert_eq!(rule_of(&attach(-1), &world), Some("unchecked-shmget"));
        assert_eq!(rule_of(&attach(-2), &world), Some("invalid-shmid"));
        let call = Call::Get { key: Key(7), size: 1, flags: 0 };
        let failed = Failed { call, errno: Errno::ENOENT, site: Site::at_return(3), thread: 7, detail: None };
        world.tracker.record_failure(failed);
        let why = |id| first(&attach(id), &World::default()).unwrap().why;
        assert!(why(-2) == "ids are never negative" && why(0).starts_with("it was removed before"), "{}", why(0));
        let finding = first(&control(-1, 2), &world).unwrap();
        assert!(finding.why.contains("ENOENT") && finding.earlier.unwrap().site == Site::at_return(3));
    }

    #[test]
    fn what_this_process_removed_or_knew_is_told_from_what_was_never_there() {
        let get = Call::Get { key: Key::PRIVATE, size: 100, flags: 0 };
        let removal = Call::Control { id: ShmId(5), command: 0, buffer: Addr(0) };
        let known = after(World::default(), &get, 5);
        let vanished = first(&attach(5), &known).unwrap();
        assert_eq!(
            (vanished.rule.id, vanished.earlier.unwrap().what),
            ("segment-vanished", "this process made it, 100 bytes".into())
        );
        assert_eq!([0, 2].map(|command| rule_of(&control(5, command), &known)), [None, None]);
        assert_eq!(rule_of(&control(5, 11), &known), Some("segment-vanished"));
        let removed = after(known, &removal, 0);
        assert_eq!(rule_of(&attach(5), &removed), Some("segment-removed"));
        assert_eq!(rule_of(&attach(6), &removed), Some("invalid-shmid"));
    }

    #[test]
    fn another_one_in_the_same_place_and_a_key_are_known_by_the_kernel() {
        let there = SegmentFacts { key: Key(4321), ..segment(3 + (2 << 15)) };
        let world = World { segments: vec![there], ..World::default() };
        assert_eq!(rule_of(&attach(3 + (1 << 15)), &world), Some("stale-shmid"));
        assert_eq!(rule_of(&attach(4321), &world), Some("key-passed-as-shmid"));
        let there = SegmentFacts { key: Key(3 + (9 << 15)), ..segment(3 + (2 << 15)) };
        let world = World { segments: vec![there], ..World::default() };
        assert_eq!(
            rule_of(&attach(3 + (9 << 15)), &world),
            Some("key-passed-as-shmid"),
            "a key says more than a place"
        );
        assert_eq!(rule_of(&attach(4), &world), Some("invalid-shmid"));
        assert_eq!(rule_of(&attach(3 - (1 << 15)), &world), Some("invalid-shmid"), "no id was ever negative");
        let world = World { segments: vec![SegmentFacts { key: Key(9), ..segment(1 << 15) }], ..World::default() };
        assert_eq!(rule_of(&attach(0), &world), Some("invalid-shmid"), "0 is what nobody has set");
    }

    #[test]
    fn an_id_that_is_there_was_not_the_reason_and_an_index_is_no_id() {
        let world = World { segments: vec![segment(0), segment(5)], ..World::default() };
        assert_eq!([0, 5].map(|id| rule_of(&attach(id), &world)), [None, None]);
        assert_eq!(rule_of(&Made { outcome: Err(Errno(5)), ..attach(6) }, &world), None);
        for command in [3, 13, 14, 15] {
            assert_eq!(rule_of(&control(6, command), &world), None, "{command}");
        }
        assert_eq!(rule_of(&control(6, IPC_STAT), &world), None, "it is how one asks");
        for command in [0, 1, 11, 12] {
            assert_eq!(rule_of(&control(6, command), &world), Some("invalid-shmid"), "{command}");
        }
    }
}
