//! IPC_RMID that was not needed, or that took from others what they use. Asked before the removal is noted: what the past
//! knows of the segment is what was before it.

use crate::call::{Call, ShmId};
use crate::check::shmid::refused_id;
use crate::check::{Explain, Made, Words};
use crate::detail::Status;
use crate::facts::{Facts, Life};
use crate::finding::Earlier;
use crate::flags::{IPC_RMID, SHM_DEST};
use crate::text::{counted, unbroken};
use crate::tracker::{Origin, Removed};

/// The segment that was to be removed.
fn removed_id(made: &Made) -> Option<ShmId> {
    match made.call {
        Call::Control { id, command: IPC_RMID, .. } => Some(id),
        _ => None,
    }
}

/// A segment that outlived its removal, and waits for its last detach.
fn marked(made: &Made, facts: &dyn Facts) -> Option<(ShmId, Status)> {
    let id = removed_id(made).filter(|_| made.outcome.is_ok())?;
    let status = facts.status(id).filter(|status| status.owner.mode & SHM_DEST != 0 && status.attachments > 0)?;
    Some((id, status))
}

/// This process's own removal of `id`, before this one; the parent's is not its own.
fn first_removal(id: ShmId, facts: &dyn Facts) -> Option<Removed> {
    // One that is known was got since: another segment, in another IPC namespace.
    let unknown = facts.past().known_segment(id).is_none();
    facts.past().removal_of(id).filter(|first| unknown && !first.inherited)
}

pub fn removed_twice<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = removed_id(made)?;
    let status = marked(made, facts).map(|(_, status)| status);
    if status.is_none() {
        refused_id(made, facts)?;
    }
    let first = first_removal(id, facts)?;
    Some(Box::new(move || Words {
        headline: format!("segment {id} was removed by this process before"),
        earlier: Some(Earlier {
            what: format!("shmctl({id}, IPC_RMID) removed it at {} UTC", first.time.clock_to_the_second()),
            site: first.site,
        }),
        segment: status.and_then(|_| facts.segment(id)),
        why: match status {
            Some(_) => {
                "the first time has marked it: it goes with its last detach, and there is no more to do".to_owned()
            }
            None => {
                "the id means nothing any more, so nothing was removed; after a long time another segment may have it, \
                     and that one would go"
                    .to_owned()
            }
        },
        fix: "remove it in one place, and forget the id there: shmid = -1".to_owned(),
        ..Words::default()
    }))
}

/// Where nobody else has it attached, this is how one makes sure that it goes: nothing is said.
pub fn removed_while_attached<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, status) = marked(made, facts).filter(|(id, _)| first_removal(*id, facts).is_none())?;
    let segment = facts.segment(id).filter(|segment| segment.attachments > segment.own_attachments)?;
    Some(Box::new(move || {
        let last = if status.last > 0 && status.last != facts.pid() {
            format!("; the last to attach or detach it was pid {}", status.last)
        } else {
            String::new()
        };
        Words {
            headline: format!("segment {id} is only marked: it is attached elsewhere too"),
            why: format!(
                "those that are attached go on with it and it takes memory until then, while its key is free at once: whoever \
                 asks for that gets another segment{last}"
            ),
            segment: Some(segment),
            fix: "nothing, if they are to finish with it; else remove it when shm_nattch of IPC_STAT says that the others \
                  are done"
                .to_owned(),
            ..Words::default()
        }
    }))
}

pub fn child_removed_parents<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    // One that was handed over (IPC_SET) is the new owner's to remove.
    let (id, _) = marked(made, facts).filter(|(_, status)| status.owner.uid == status.creator_uid)?;
    let known = facts.past().known_segment(id).filter(|known| known.inherited && known.origin == Origin::Created)?;
    let segment = facts.segment(id).filter(|segment| segment.attachments > segment.own_attachments)?;
    let creator = segment.creator;
    segment.process.as_ref().filter(|process| process.life == Life::Runs)?;
    Some(Box::new(move || Words {
        headline: format!("a child removed segment {id}; pid {creator}, which made it, still runs"),
        earlier: Some(Earlier {
            what: format!("made before the fork, {}", counted(known.size, "byte")),
            site: known.site,
        }),
        segment: Some(segment),
        why:
            "what is attached stays, but nobody else can find the segment by its key any more; where the child did not \
              mean to: a fork copies the handlers of atexit, and a child that calls exit runs them"
                .to_owned(),
        fix: format!(
            "let the process that made it remove it: {}; a child that shall not run its parent's handlers ends by _exit",
            unbroken("if (getpid() == creator) shmctl(...)")
        ),
        ..Words::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, Key};
    use crate::check::tests::all;
    use crate::errno::Errno;
    use crate::facts::fake::{PID, World, segment};
    use crate::facts::{Process, SegmentFacts};
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Place, Recorded, Spare, Surroundings};

    const REMOVAL: Call = Call::Control { id: ShmId(5), command: IPC_RMID, buffer: Addr(0) };
    const PRIVATE: Call = Call::Get { key: Key::PRIVATE, size: 100, flags: 0 };

    fn past(world: &mut World, call: &Call, value: usize) {
        let place = Place { site: Site::at_return(1), thread: 7 };
        let around = Surroundings { place, learned: None, time: Time(0) };
        while let Recorded::Needs(wanted) = world.tracker.record(call, Ok(value), &around) {
            drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
        }
    }

    fn removal(errno: Option<Errno>) -> Made {
        Made { call: REMOVAL, outcome: errno.map_or(Ok(0), Err), site: Site::at_return(2), detail: None }
    }

    fn rules(made: &Made, world: &World) -> Vec<&'static str> {
        all(made, world).iter().map(|finding| finding.rule.id).collect()
    }

    fn attached(all: u64, own: u64) -> SegmentFacts {
        SegmentFacts { mode: 0o600 | SHM_DEST, attachments: all, own_attachments: own, ..segment(5) }
    }

    #[test]
    fn the_second_removal_names_the_first() {
        let mut world = World::default();
        past(&mut world, &REMOVAL, 0);
        let finding = &all(&removal(Some(Errno::EINVAL)), &world)[0];
        assert_eq!((finding.rule.id, finding.earlier.as_ref().unwrap().site), ("removed-twice", Site::at_return(1)));
        let control = |id, command| Made {
            call: Call::Control { id: ShmId(id), command, buffer: Addr(0) },
            ..removal(Some(Errno::EINVAL))
        };
        assert_eq!(rules(&control(6, IPC_RMID), &world).first(), Some(&"invalid-shmid"));
        assert_eq!(rules(&control(5, 11), &world).first(), Some(&"segment-removed"));
        assert_eq!(rules(&control(5, 2), &world), [""; 0], "IPC_STAT may ask whether it is gone");
    }

    #[test]
    fn a_second_removal_that_works_is_one_of_a_segment_that_waits_for_its_last_detach() {
        let mut world = World { segments: vec![attached(1, 1)], ..World::default() };
        assert_eq!(rules(&removal(None), &world), [""; 0]);
        past(&mut world, &REMOVAL, 0);
        assert_eq!(rules(&removal(None), &world), ["removed-twice"]);
        for (mode, attachments) in [(0o600, 1), (0o600 | SHM_DEST, 0)] {
            world.segments = vec![SegmentFacts { mode, ..attached(attachments, attachments) }];
            assert_eq!(rules(&removal(None), &world), [""; 0], "it does not wait for a detach");
        }
        let gone = World { segments: Vec::new(), ..world };
        assert_eq!(rules(&removal(None), &gone), [""; 0], "it was another one: the first would have gone then");
        let mut again = World { segments: vec![attached(1, 1)], ..gone };
        past(&mut again, &PRIVATE, 5);
        assert_eq!(rules(&removal(None), &again), [""; 0], "the id was got since");
    }

    #[test]
    fn of_two_processes_that_clean_up_none_is_told() {
        let mut child = World { segments: vec![attached(2, 1)], ..World::default() };
        past(&mut child, &REMOVAL, 0);
        child.tracker.become_child();
        assert!(!rules(&removal(None), &child).contains(&"removed-twice"));
        child.segments.clear();
        assert!(!rules(&removal(Some(Errno::EINVAL)), &child).contains(&"removed-twice"));
    }

    #[test]
    fn a_removal_is_worth_a_word_where_others_are_attached() {
        let rules = |all, own| rules(&removal(None), &World { segments: vec![attached(all, own)], ..World::default() });
        assert_eq!(rules(3, 1), ["removed-while-attached"]);
        assert_eq!([rules(2, 2), rules(0, 0)], [[""; 0], [""; 0]]);
        let why = |last| {
            let world = World { segments: vec![attached(3, 1)], last, ..World::default() };
            all(&removal(None), &world)[0].why.clone()
        };
        assert!(why(9).ends_with("; the last to attach or detach it was pid 9"), "{}", why(9));
        assert_eq!([0, PID].map(|last| why(last).contains("the last to attach")), [false, false]);
    }

    #[test]
    fn a_child_must_not_remove_what_its_living_parent_uses() {
        let world = |life, all| {
            let process = Some(Process { pid: 7, life, command: None, made: None });
            let mut world = World::default();
            past(&mut world, &PRIVATE, 5);
            world.tracker.become_child();
            world.segments.push(SegmentFacts { creator: 7, process, ..attached(all, 1) });
            world
        };
        let speaks = |world: &World| rules(&removal(None), world).contains(&"child-removed-parents");
        assert!(speaks(&world(Life::Runs, 2)));
        assert!(!speaks(&world(Life::Gone, 2)), "a daemon goes on without its parent");
        assert!(!speaks(&world(Life::Runs, 1)), "nobody else is attached");
        let mut own = world(Life::Runs, 2);
        past(&mut own, &PRIVATE, 5);
        assert!(!speaks(&own), "the child made it");
        let given = World { maker: Some(9), ..world(Life::Runs, 2) };
        assert!(!speaks(&given), "it was handed over");
    }
}
