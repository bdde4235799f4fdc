//! What can be wrong with the key.

use super::{Explain, Made, Words};
use crate::call::{Call, Key, ShmId};
use crate::errno::Errno;
use crate::facts::{Facts, SegmentFacts};
use crate::finding::Earlier;

/// What a failed ftok returned was used as a key.
pub fn key_is_minus_one<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { key: Key::FAILED, .. } = made.call else { return None };
    Some(Box::new(move || {
        let ftok = facts.past().failed_ftok();
        let headline = match ftok {
            Some(_) => "the key is -1, as a failed ftok returns it",
            None => "the key is -1, which is what ftok returns when it fails",
        };
        let effect = if made.outcome.is_ok() { "the call works" } else { "the number is a good key to the kernel" };
        Words {
            headline: headline.to_owned(),
            earlier: ftok.map(|failed| Earlier {
                what: format!("the last ftok that failed was {}", failed.written()),
                site: failed.site,
            }),
            why: format!(
                "{effect}, but every program that makes this mistake meets in the one segment with the key 0xffffffff"
            ),
            fix: "check the key before shmget: if (key == (key_t)-1) { perror(\"ftok\"); exit(1); }".to_owned(),
            ..Words::default()
        }
    }))
}

/// What ftok returned is no key, and shmget does not know it for one.
pub fn key_is_ipc_private<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { key: Key::PRIVATE, .. } = made.call else { return None };
    let ftok = facts.past().zero_ftok()?;
    Some(Box::new(move || {
        Words {
        headline: "the key is 0, as ftok returned it, and so this is IPC_PRIVATE".to_owned(),
        earlier: Some(Earlier { what: "ftok returned 0 here".to_owned(), site: ftok }),
        why: "IPC_PRIVATE always makes a new segment without a key: whoever asks by the same file gets another one; where \
              IPC_PRIVATE was meant, all is well"
            .to_owned(),
        fix: "give ftok a project that is not 0 in its low 8 bits, as 'A': then the key is never 0".to_owned(),
        ..Words::default()
    }
    }))
}

/// Something else has the number for its id.
pub fn shmid_passed_as_key<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Get { key, .. }, Err(Errno::ENOENT)) = (made.call, made.outcome) else { return None };
    let id = ShmId(key.0);
    let ours = facts.past().known_segment(id).filter(|_| facts.status(id).is_some());
    let other = if ours.is_none() && id.0 > 0 { facts.other_object(id.0) } else { None };
    let what = if ours.is_some() { "a segment" } else { other? };
    Some(Box::new(move || {
        Words {
        headline: format!("no segment has the key {id}, but {what} has the id {id}"),
        earlier: ours.map(|segment| Earlier { what: format!("shmget returned {id} here"), site: segment.site }),
        segment: if ours.is_some() { facts.segment(id) } else { None },
        why: "shmget takes a key, a name that programs agree on, and returns an id, as semget and msgget do; perhaps the \
              two were mixed up, perhaps two small numbers are the same by chance"
            .to_owned(),
        fix: if ours.is_some() {
            format!("pass the id on as it is: shmat({id}, NULL, 0); or pass shmget the key of the segment")
        } else {
            "pass shmget the key that the segment was made with".to_owned()
        },
        ..Words::default()
    }
    }))
}

pub fn key_exists<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Get { key, .. }, Err(Errno::EEXIST)) = (made.call, made.outcome) else { return None };
    Some(Box::new(move || {
        let segment = facts.id_of(key).and_then(|id| facts.segment(id));
        Words {
            headline: format!("the key {} has a segment already", key.as_in_source()),
            why: who_has_it(segment.as_ref(), facts),
            segment,
            fix: "take the one that is there, by a shmget without IPC_EXCL; or another key".to_owned(),
            ..Words::default()
        }
    }))
}

fn who_has_it(segment: Option<&SegmentFacts>, facts: &dyn Facts) -> String {
    let who = match segment {
        None => "it cannot be looked at any more",
        Some(segment) if segment.creator == facts.pid() => "this process has made it itself",
        Some(segment) if segment.attachments > 0 => "it is in use",
        Some(_) => "nobody has it attached now: it may be one that an earlier run has left",
    };
    format!("with IPC_CREAT and IPC_EXCL shmget makes a new segment or fails; {who}")
}

pub fn key_not_found<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Get { key, .. }, Err(Errno::ENOENT)) = (made.call, made.outcome) else { return None };
    Some(Box::new(move || {
        let removed = facts.past().removal_of_key(key);
        Words {
            headline: format!("no segment has the key {}", key.as_in_source()),
            earlier: removed.map(|removed| Earlier {
                what: format!("this process removed segment {}, which had it, at {} UTC", removed.id, removed.time.clock_to_the_second()),
                site: removed.site,
            }),
            why: match removed {
                Some(_) => "the key is free from the moment of IPC_RMID, also while the segment is still attached",
                None => {
                    "its creator has not come yet, or it was removed, or it was made with another key or in another IPC \
                     namespace, as each container has its own"
                }
            }
            .to_owned(),
            fix: "compare the keys (ipcs -m lists those that are there); pass IPC_CREAT where this program may come first"
                .to_owned(),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::get::tests::{HERE, after, finding, get, rules_of};
    use crate::check::tests::first;
    use crate::detail::Detail;
    use crate::facts::fake::{World, segment};
    use crate::facts::{Life, Process};
    use crate::path::PathStart;
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Failed, Origin, Place, Surroundings};

    #[test]
    fn only_the_key_minus_one_is_what_ftok_returns() {
        let world = World::default();
        for outcome in [Ok(0), Err(Errno::EIDRM)] {
            for key in [0, 1, i32::MAX, i32::MIN, -2] {
                assert_eq!(first(&get(key, 1024, 0o640, outcome), &world), None);
            }
            assert_eq!(first(&get(-1, 1024, 0o640, outcome), &world).unwrap().rule.id, "key-is-minus-one");
        }
    }

    #[test]
    fn the_ftok_that_failed_is_named_with_its_site() {
        let mut world = World::default();
        world.tracker.record_failure(Failed {
            call: Call::Ftok { path: Addr(1), project: 65 },
            errno: Errno::ENOENT,
            site: Site::at_return(0x1234),
            thread: 7,
            detail: Some(Detail::Path(PathStart::new(b"shmfile"))),
        });
        let earlier = first(&get(-1, 1024, 0o640, Ok(0)), &world).unwrap().earlier.unwrap();
        assert_eq!(
            earlier.what,
            "the last ftok that failed was ftok(\"shmfile\", 65) = -1 ENOENT (No such file or directory)"
        );
        assert_eq!(earlier.site, Site::at_return(0x1234));
    }

    #[test]
    fn zero_is_a_mistake_where_it_came_from_ftok() {
        let mut world = World::default();
        let private = get(0, 4096, 0o600, Ok(5));
        assert_eq!(rules_of(&private, &world), [""; 0]);
        let ftok = Call::Ftok { path: Addr(1), project: 0 };
        let around =
            Surroundings { place: Place { site: Site::at_return(3), thread: 7 }, learned: None, time: Time(0) };
        world.tracker.record(&ftok, Ok(1), &around);
        world.tracker.record(&ftok, Err(Errno::ENOENT), &around);
        assert_eq!(rules_of(&private, &world), [""; 0]);
        world.tracker.record(&ftok, Ok(0), &around);
        let said = finding(&private, &world);
        assert_eq!((said.rule.id, said.earlier.unwrap().site), ("key-is-ipc-private", Site::at_return(3)));
        assert_eq!(rules_of(&get(1, 4096, 0o600, Ok(5)), &world), [""; 0]);
    }

    #[test]
    fn an_id_of_ours_is_no_key() {
        let made = get(0, 4096, 0o600, Ok(7));
        let world = |segments| after(World { segments, ..World::default() }, &made, 4096, Origin::Created);
        let absent = |key| get(key, 4096, 0o600, Err(Errno::ENOENT));
        let known = world(vec![segment(7)]);
        let said = finding(&absent(7), &known);
        assert_eq!((said.rule.id, said.earlier.unwrap().site), ("shmid-passed-as-key", HERE));
        assert!(said.fix.contains("shmat(7,") && said.why.contains("perhaps"), "{}", said.fix);
        assert_eq!(rules_of(&absent(8), &known), ["key-not-found"]);
        assert_eq!(rules_of(&absent(7), &world(vec![])), ["key-not-found"], "it is gone");
        let unknown = World { segments: vec![segment(7)], ..World::default() };
        assert_eq!(rules_of(&absent(7), &unknown), ["key-not-found"], "an id of somebody else's");
        let queue = World { queues: vec![3, -2], ..World::default() };
        assert!(finding(&absent(3), &queue).headline.contains("a message queue has the id 3"));
        assert_eq!(rules_of(&absent(-2), &queue), ["key-not-found"]);
    }

    #[test]
    fn a_key_that_is_there_or_not_is_worth_knowing() {
        let exists = get(9, 4096, 0o3600, Err(Errno::EEXIST));
        let there = SegmentFacts { key: Key(9), ..segment(5) };
        let process = Process { pid: 3, life: Life::Gone, command: None, made: None };
        let others = SegmentFacts { creator: 3, process: Some(process), ..there.clone() };
        let used = SegmentFacts { attachments: 1, ..others.clone() };
        for (segment, words) in [(there, "itself"), (others, "an earlier run"), (used, "in use")] {
            let said = finding(&exists, &World { segments: vec![segment.clone()], ..World::default() });
            assert!(said.rule.id == "key-exists" && said.why.contains(words), "{}", said.why);
            assert_eq!(said.segment, Some(segment));
        }
        let absent = get(9, 4096, 0o600, Err(Errno::ENOENT));
        assert_eq!(finding(&absent, &World::default()).earlier, None);
        let mut removed = after(World::default(), &get(9, 4096, 0o3600, Ok(5)), 4096, Origin::Created);
        let removal = Call::Control { id: ShmId(5), command: 0, buffer: Addr(0) };
        let around =
            Surroundings { place: Place { site: Site::at_return(2), thread: 7 }, learned: None, time: Time(0) };
        removed.tracker.record(&removal, Ok(0), &around);
        assert_eq!(finding(&absent, &removed).earlier.unwrap().site, Site::at_return(2));
        assert_eq!(finding(&get(8, 1, 0o600, Err(Errno::ENOENT)), &removed).earlier, None);
    }
}
