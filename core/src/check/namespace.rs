//! An id that was taken into another IPC namespace (ipc_namespaces(7)), where it means nothing or another segment.

use super::shmid::refused_id;
use super::{Check, Explain, Made, Words};
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::rule;
use crate::text::counted;

pub const CHANGED: Check = Check { rule: &rule::exit::IPC_NAMESPACE_CHANGED, find: changed };

fn changed<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let id = refused_id(made, facts)?;
    let known = facts.past().known_segment(id).filter(|known| known.namespace != 0)?;
    // Asked last: it takes a look into /proc.
    let now = facts.namespace().filter(|now| *now != known.namespace)?;
    Some(Box::new(move || {
        Words {
        headline: format!("segment {id} is of another IPC namespace than this thread is in now"),
        earlier: Some(Earlier {
            what: format!("shmget gave it before, {}, in ipc:[{}]; this is ipc:[{now}]", counted(known.size, "byte"), known.namespace),
            site: known.site,
        }),
        why: "unshare(CLONE_NEWIPC) or setns came in between: each namespace has its own segments, ids and keys, so the id means \
              nothing here; what is attached stays attached"
            .to_owned(),
        fix: "attach the segment before the namespace changes, or get it after; shmctl reaches it only from the namespace it \
              is of"
            .to_owned(),
        ..Words::default()
    }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, Call, Key, ShmId};
    use crate::check::tests::first;
    use crate::errno::Errno;
    use crate::facts::fake::{World, segment};
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Place, Recorded, Spare, Surroundings};

    /// With a segment that was made in namespace `then`.
    fn world(then: u32, now: Option<u32>) -> World {
        let mut world = World { namespace: now, ..World::default() };
        world.tracker.enter_namespace(then);
        let place = Place { site: Site::at_return(9), thread: 7 };
        let around = Surroundings { place, learned: None, time: Time(0) };
        let call = Call::Get { key: Key::PRIVATE, size: 100, flags: 0 };
        while let Recorded::Needs(wanted) = world.tracker.record(&call, Ok(5), &around) {
            drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
        }
        world
    }

    fn rule_of(call: Call, world: &World) -> Option<&'static str> {
        let made = Made { call, outcome: Err(Errno::EINVAL), site: Site::UNKNOWN, detail: None };
        first(&made, world).map(|finding| finding.rule.id)
    }

    #[test]
    fn an_id_of_another_namespace_is_told_from_one_that_vanished() {
        let attach = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        let control = |command| Call::Control { id: ShmId(5), command, buffer: Addr(0) };
        assert_eq!(rule_of(attach, &world(1, Some(2))), Some("ipc-namespace-changed"));
        for command in 0..=2 {
            assert_eq!(rule_of(control(command), &world(1, Some(2))), Some("ipc-namespace-changed"), "{command}");
        }
        for (then, now) in [(1, Some(1)), (0, Some(2)), (1, None)] {
            assert_eq!(rule_of(attach, &world(then, now)), Some("segment-vanished"), "{then} {now:?}");
        }
        let there = World { segments: vec![segment(5)], ..world(1, Some(2)) };
        assert_eq!(rule_of(attach, &there), None, "the id means something here");
    }

    #[test]
    fn a_child_keeps_the_namespace_of_what_it_inherited() {
        let attach = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        let mut child = world(1, Some(2));
        child.tracker.become_child();
        child.tracker.enter_namespace(2);
        assert_eq!(rule_of(attach, &child), Some("ipc-namespace-changed"));
    }
}
