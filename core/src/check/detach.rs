//! What can be wrong with shmdt(2).

mod there;

use super::{Check, Explain, Made, Words};
use crate::call::{Addr, Call};
use crate::errno::Errno;
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::rule;
use crate::text::counted;

pub const FAILED: &[Check] = &[
    Check { rule: &rule::detach::DETACH_NULL, find: detach_null },
    Check { rule: &rule::detach::UNCHECKED_SHMAT, find: unchecked_shmat },
    Check { rule: &rule::detach::INTERIOR_DETACH, find: interior_detach },
    Check { rule: &rule::detach::DOUBLE_DETACH, find: double_detach },
    Check { rule: &rule::detach::NOT_AN_ATTACHMENT, find: not_an_attachment },
];

pub const SUCCEEDED: &[Check] = &[Check { rule: &rule::detach::VFORK_CHILD_DETACHED, find: vfork_child_detached }];

/// The address that the kernel refused.
fn refused_address(made: &Made) -> Option<Addr> {
    match (made.call, made.outcome) {
        (Call::Detach { address }, Err(Errno::EINVAL)) => Some(address),
        _ => None,
    }
}

fn detach_null<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_address(made).filter(|address| address.0 == 0)?;
    Some(Box::new(|| Words {
        headline: "NULL was to be detached".to_owned(),
        why: "unlike free, shmdt refuses NULL; nothing was detached by this call".to_owned(),
        fix:
            "detach only what shmat returned: if (memory != NULL) shmdt(memory); or find out where the pointer was lost"
                .to_owned(),
        ..Words::default()
    }))
}

fn unchecked_shmat<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_address(made).filter(|address| address.0 == usize::MAX)?;
    Some(Box::new(move || {
        let failed = facts.past().failed_attach();
        Words {
            headline: "the address is (void *) -1, which is what shmat returns when it fails".to_owned(),
            why: match failed {
                Some(failed) => {
                    format!("shmat does not return NULL when it fails; the error itself was {}", failed.errno)
                }
                None => "shmat does not return NULL when it fails; that shmat was not seen here".to_owned(),
            },
            earlier: failed.map(|failed| Earlier {
                what: format!("the last shmat that failed was {}", failed.written()),
                site: failed.site,
            }),
            fix: "look at what shmat returns: if (memory == (void *) -1) { perror(\"shmat\"); exit(1); }".to_owned(),
            ..Words::default()
        }
    }))
}

fn interior_detach<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let address = refused_address(made)?;
    let attachment = facts.past().attachment_of(address).filter(|attachment| attachment.address != address)?;
    Some(Box::new(move || {
        let offset = address.0 - attachment.address.0;
        Words {
            headline: format!(
                "{address} lies {} inside the attachment that begins at {}",
                counted(offset, "byte"),
                attachment.address
            ),
            earlier: Some(Earlier {
                what: format!("segment {} was attached at {}", attachment.id, attachment.address),
                site: attachment.site,
            }),
            why: "shmdt wants the address that shmat returned; the segment is still attached".to_owned(),
            fix: format!("pass {} instead: keep what shmat returned, and move a copy of it", attachment.address),
            ..Words::default()
        }
    }))
}

fn double_detach<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let address = refused_address(made)?;
    // What was attached there since was taken away by another call than shmdt.
    if facts.past().attachment_of(address).is_some() {
        return None;
    }
    let first = facts.past().detached_from(address)?;
    Some(Box::new(move || Words {
        headline: format!("{address} was detached before"),
        earlier: Some(Earlier {
            what: format!("segment {} was detached from there", first.attachment.id),
            site: first.site,
        }),
        why: "the second detach finds nothing; had something been attached there in between, that would be gone now"
            .to_owned(),
        fix: "detach once, and set the pointer to NULL after it; one of the two calls is one too many".to_owned(),
        ..Words::default()
    }))
}

fn not_an_attachment<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let address = refused_address(made)?;
    Some(Box::new(move || there::words(address, facts)))
}

fn vfork_child_detached<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Detach { address }, Ok(_)) = (made.call, made.outcome) else { return None };
    let parent = facts.lender()?;
    Some(Box::new(move || {
        Words {
        headline: format!("a child of vfork has detached {address} for its parent, pid {parent}, too"),
        earlier: facts.past().detached_from(address).map(|detached| Earlier {
            what: format!("segment {} was attached there", detached.attachment.id),
            site: detached.attachment.site,
        }),
        why: "until it executes something or ends, a child of vfork uses the memory of its parent and no copy of it: the \
              parent's next access ends the parent"
            .to_owned(),
        fix: "leave the shmdt out: exec detaches everything by itself; or use fork".to_owned(),
        ..Words::default()
    }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::ShmId;
    use crate::check::tests::first;
    use crate::facts::fake::World;
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Failed, Learned, Origin, Place, Recorded, Spare, Surroundings};

    const FIRST: Place = Place { site: Site::at_return(1), thread: 7 };
    const SECOND: Place = Place { site: Site::at_return(2), thread: 7 };

    fn detach(address: usize) -> Made {
        let call = Call::Detach { address: Addr(address) };
        Made { call, outcome: Err(Errno::EINVAL), site: Site::UNKNOWN, detail: None }
    }

    /// With two pages of segment 5 attached at 0x10000.
    fn attached() -> World {
        let mut world = World::default();
        let learned =
            Learned { id: ShmId(5), key: crate::call::Key(9), size: 5000, mode: 0o600, origin: Origin::Found };
        let around = Surroundings { place: FIRST, learned: Some(learned), time: Time(0) };
        let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        while let Recorded::Needs(wanted) = world.tracker.record(&call, Ok(0x10000), &around) {
            drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
        }
        world
    }

    fn rule_of(made: &Made, world: &World) -> Option<&'static str> {
        first(made, world).map(|finding| finding.rule.id)
    }

    #[test]
    fn an_address_inside_an_attachment_is_told_the_right_one() {
        for address in [0x10001, 0x11000, 0x11fff] {
            let finding = first(&detach(address), &attached()).unwrap();
            assert_eq!(finding.rule.id, "interior-detach");
            assert!(finding.fix.contains("pass 0x10000 instead"), "{}", finding.fix);
            let offset = counted(address - 0x10000, "byte");
            let offset = format!("lies {offset} inside the attachment that begins at 0x10000");
            assert!(finding.headline.ends_with(&offset), "{}", finding.headline);
            assert_eq!(finding.earlier.unwrap().site, FIRST.site);
        }
        assert_eq!(rule_of(&detach(0x12000), &attached()), Some("not-an-attachment"));
    }

    #[test]
    fn a_second_detach_names_the_first() {
        let mut world = attached();
        assert!(world.tracker.release(Addr(0x10000), SECOND).is_some());
        let finding = first(&detach(0x10000), &world).unwrap();
        assert_eq!((finding.rule.id, finding.earlier.unwrap().site), ("double-detach", SECOND.site));
        assert_eq!(rule_of(&detach(0x11000), &world), Some("not-an-attachment"));
    }

    #[test]
    fn an_attachment_that_the_program_unmapped_was_not_detached_twice() {
        let mut world = attached();
        assert!(world.tracker.release(Addr(0x10000), SECOND).is_some());
        let around = Surroundings { place: FIRST, learned: None, time: Time(0) };
        let learned =
            Learned { id: ShmId(5), key: crate::call::Key(9), size: 5000, mode: 0o600, origin: Origin::Found };
        let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        let around = Surroundings { learned: Some(learned), ..around };
        assert_eq!(world.tracker.record(&call, Ok(0x10000), &around), Recorded::Done);
        let finding = first(&detach(0x10000), &world).unwrap();
        assert_eq!(finding.rule.id, "not-an-attachment");
        assert!(finding.why.starts_with("munmap, mmap"), "{}", finding.why);
    }

    #[test]
    fn a_child_may_never_have_got_what_its_parent_attached() {
        let mut world = attached();
        world.tracker.become_child();
        let finding = first(&detach(0x10000), &world).unwrap();
        assert_eq!(finding.rule.id, "not-an-attachment");
        assert!(finding.why.contains("MADV_DONTFORK"), "{}", finding.why);
        assert!(finding.fix.contains("leave the shmdt to the parent"), "{}", finding.fix);
    }

    #[test]
    fn null_and_minus_one_are_known_by_themselves() {
        let mut world = World::default();
        assert_eq!(rule_of(&detach(0), &world), Some("detach-null"));
        assert_eq!(rule_of(&detach(usize::MAX), &world), Some("unchecked-shmat"));
        let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        let failed = Failed { call, errno: Errno::EACCES, site: FIRST.site, thread: 7, detail: None };
        world.tracker.record_failure(failed);
        let finding = first(&detach(usize::MAX), &world).unwrap();
        assert!(finding.why.contains("EACCES") && finding.earlier.unwrap().site == FIRST.site);
    }

    #[test]
    fn only_who_uses_the_memory_of_another_detaches_for_that_one() {
        let made = Made { outcome: Ok(0), ..detach(0x10000) };
        let mut world = attached();
        world.tracker.release(Addr(0x10000), SECOND);
        assert_eq!(rule_of(&made, &world), None);
        world.lender = Some(76);
        let finding = first(&made, &world).unwrap();
        assert_eq!((finding.rule.id, finding.earlier.unwrap().site), ("vfork-child-detached", FIRST.site));
    }
}
