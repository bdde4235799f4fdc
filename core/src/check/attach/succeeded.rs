//! What a shmat(2) that succeeded may still do wrong.

use super::replaces;
use crate::call::{Addr, Call, ShmId};
use crate::check::{Check, Explain, Made, Words};
use crate::facts::{Facts, Kind};
use crate::finding::Earlier;
use crate::flags::{
    AttachFlags, IPC_CREAT, IPC_EXCL, PERMISSIONS, SHM_DEST, SHM_EXEC, SHM_HUGETLB, SHM_RDONLY, SHM_RND,
};
use crate::rule::attach as rule;
use std::ops::ControlFlow;

pub const SUCCEEDED: &[Check] = &[
    Check { rule: &rule::MAPPED_AT_NULL, find: mapped_at_null },
    Check { rule: &rule::SHMGET_FLAG_IN_SHMAT, find: shmget_flag_in_shmat },
    Check { rule: &rule::ATTACH_AFTER_RMID, find: attach_after_rmid },
    Check { rule: &rule::ATTACHED_TWICE, find: attached_twice },
    Check { rule: &rule::FIXED_ADDRESS, find: fixed_address },
];

/// What a shmat may be given without a closer look: nothing that it ignores, and nothing that it destroys.
pub const USUAL: i32 = SHM_RDONLY | SHM_RND | SHM_EXEC;

/// Bits that mean something in shmget(2), and nothing here. SHM_NORESERVE is SHM_RDONLY here.
const OF_SHMGET: i32 = PERMISSIONS | IPC_CREAT | IPC_EXCL | SHM_HUGETLB;

struct Done {
    id: ShmId,
    demanded: Addr,
    flags: i32,
    at: Addr,
}

fn done(made: &Made) -> Option<Done> {
    match (made.call, made.outcome) {
        (Call::Attach { id, address, flags }, Ok(at)) => Some(Done { id, demanded: address, flags, at: Addr(at) }),
        _ => None,
    }
}

fn mapped_at_null<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Done { id, .. } = done(made).filter(|done| done.at.0 == 0)?;
    Some(Box::new(move || Words {
        headline: format!("segment {id} is mapped at address 0, where NULL points"),
        segment: facts.segment(id),
        why:
            "an access through a NULL pointer does not end this program any more: it reads and writes the segment; and \
              who tests the result for NULL takes the success for a failure"
                .to_owned(),
        fix: "pass NULL as the address, and the kernel chooses another one; SHM_RND rounds the first page down to 0"
            .to_owned(),
        ..Words::default()
    }))
}

fn shmget_flag_in_shmat<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Done { id, flags, .. } = done(made).filter(|done| done.flags & OF_SHMGET != 0)?;
    Some(Box::new(move || Words {
        headline: format!("{} belongs to shmget: shmat ignores it", OfShmget(flags & OF_SHMGET)),
        segment: facts.segment(id),
        why:
            "what may be done with a segment is fixed when it is made; shmat takes SHM_RDONLY, SHM_RND, SHM_REMAP and \
              SHM_EXEC, and else attaches for reading and writing"
                .to_owned(),
        fix: format!("pass {} as the flags", AttachFlags(flags & !OF_SHMGET)),
        ..Words::default()
    }))
}

/// As it stands in a source.
struct OfShmget(i32);

impl std::fmt::Display for OfShmget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = [(IPC_CREAT, "IPC_CREAT"), (IPC_EXCL, "IPC_EXCL"), (SHM_HUGETLB, "SHM_HUGETLB")];
        let mut words: Vec<String> =
            named.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| (*name).to_owned()).collect();
        if self.0 & PERMISSIONS != 0 {
            words.push(format!("{:#05o}", self.0 & PERMISSIONS).replace("0o", "0"));
        }
        f.write_str(&words.join("|"))
    }
}

fn attach_after_rmid<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Done { id, .. } = done(made)?;
    facts.status(id).filter(|status| status.owner.mode & SHM_DEST != 0)?;
    Some(Box::new(move || Words {
        headline: format!("segment {id} was removed already, and is attached once more"),
        earlier: facts
            .past()
            .removal_of(id)
            .map(|removed| Earlier { what: format!("segment {id} was removed by this process"), site: removed.site }),
        segment: facts.segment(id),
        why: "Linux lets a removed segment be attached while somebody else still has it; other systems refuse, and so \
              does Linux as soon as the last one has detached"
            .to_owned(),
        fix: "attach first, and remove when everybody has attached".to_owned(),
        ..Words::default()
    }))
}

fn attached_twice<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Done { id, at, .. } = done(made)?;
    let twin = facts.past().twin_of(id, at)?;
    // It may have been unmapped by other means.
    let mut still_there = false;
    let seen = facts.each_mapping(twin.address, Addr(twin.address.0.saturating_add(1)), &mut |mapping| {
        still_there = mapping.kind() == Kind::Segment(id);
        ControlFlow::Break(())
    });
    (seen.is_none() || still_there).then_some(())?;
    Some(Box::new(move || Words {
        headline: format!("segment {id} is attached twice: at {} and at {at}", twin.address),
        earlier: Some(Earlier { what: format!("it was attached at {}", twin.address), site: twin.site }),
        segment: facts.segment(id),
        why: "two addresses are the same memory: what is written through one changes behind the other, which the \
              compiler does not expect; and each attach needs a shmdt of its own"
            .to_owned(),
        fix: format!("use {} again, or detach it first", twin.address),
        ..Words::default()
    }))
}

fn fixed_address<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Done { id, demanded, .. } = done(made).filter(|done| done.demanded.0 != 0 && !replaces(done.flags))?;
    Some(Box::new(move || {
        Words {
        headline: format!("segment {id} is attached at an address that the program names, {demanded}"),
        segment: facts.segment(id),
        why: "where everything is mapped changes from run to run and from machine to machine: some day something else is \
              there, and shmat fails"
            .to_owned(),
        fix: "pass NULL; and in the segment keep offsets from its beginning in the place of pointers".to_owned(),
        ..Words::default()
    }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::attach::tests::attach;
    use crate::check::of;
    use crate::facts::fake::{World, segment};
    use crate::facts::{SegmentFacts, mapping};
    use crate::finding::Finding;
    use crate::flags::SHM_REMAP;
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Learned, Origin, Place, Recorded, Spare, Surroundings};

    const FIRST: Place = Place { site: Site::at_return(1), thread: 7 };

    fn findings(made: &Made, world: &World) -> Vec<Finding> {
        let found = |check: &Check| (check.find)(made, world).map(|explain| made.finding(check.rule, explain()));
        of(&made.call, made.outcome).filter_map(found).collect()
    }

    fn rules(address: usize, flags: i32, at: usize, world: &World) -> Vec<&'static str> {
        findings(&attach(5, address, flags, Ok(at)), world).iter().map(|finding| finding.rule.id).collect()
    }

    fn world() -> World {
        World { segments: vec![segment(5)], ..World::default() }
    }

    #[test]
    fn only_the_usual_call_is_passed_over() {
        assert!(rules(0, 0, 0x10000, &world()).is_empty());
        assert!(rules(0, USUAL, 0x10000, &world()).is_empty());
        assert_eq!(rules(1, SHM_RND, 0, &world()), ["mapped-at-null", "fixed-address"]);
        assert_eq!(rules(0x10000, 0, 0x10000, &world()), ["fixed-address"]);
        assert!(rules(0x10000, SHM_REMAP, 0x10000, &world()).is_empty());
    }

    #[test]
    fn flags_of_shmget_are_named_and_left_out_of_the_mended_call() {
        for bit in [0o1, 0o40, 0o400, IPC_CREAT, IPC_EXCL, SHM_HUGETLB] {
            assert_eq!(rules(0, bit, 0x10000, &world()), ["shmget-flag-in-shmat"], "{bit:o}");
            assert_eq!(bit & USUAL, 0, "it is looked at");
        }
        let finding = &findings(&attach(5, 0, IPC_CREAT | 0o666 | SHM_RDONLY, Ok(0x10000)), &world())[0];
        assert_eq!(finding.headline, "IPC_CREAT|0666 belongs to shmget: shmat ignores it");
        assert_eq!(finding.fix, "pass SHM_RDONLY as the flags");
    }

    #[test]
    fn a_removed_segment_can_be_attached_and_that_is_said() {
        let marked = SegmentFacts { mode: 0o600 | SHM_DEST, ..segment(5) };
        assert_eq!(rules(0, 0, 0x10000, &World { segments: vec![marked], ..World::default() }), ["attach-after-rmid"]);
    }

    #[test]
    fn a_second_attachment_names_the_first_while_that_is_there() {
        let mut world = world();
        let learned =
            Learned { id: ShmId(5), key: crate::call::Key(9), size: 4096, mode: 0o600, origin: Origin::Found };
        let around = Surroundings { place: FIRST, learned: Some(learned), time: Time(0) };
        for at in [0x10000, 0x20000] {
            let made = attach(5, 0, 0, Ok(at));
            while let Recorded::Needs(wanted) = world.tracker.record(&made.call, made.outcome, &around) {
                drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
            }
            let twice = at == 0x20000;
            assert_eq!(findings(&made, &world).len(), usize::from(twice));
        }
        let finding = &findings(&attach(5, 0, 0, Ok(0x20000)), &world)[0];
        assert_eq!((finding.rule.id, finding.earlier.as_ref().unwrap().site), ("attached-twice", FIRST.site));
        assert!(finding.fix.contains("use 0x10000 again"), "{}", finding.fix);
        for (line, rules_then) in [
            ("10000-11000 rw-s 0 0:1 5 /SYSV00000009 (deleted)", vec!["attached-twice"]),
            ("10000-11000 rw-s 0 0:1 6 /SYSV00000009 (deleted)", vec![]),
            ("11000-12000 rw-s 0 0:1 5 /SYSV00000009 (deleted)", vec![]),
        ] {
            world.mappings = Some(vec![mapping(line.as_bytes()).unwrap()]);
            assert_eq!(rules(0, 0, 0x20000, &world), rules_then, "{line}");
        }
    }
}
