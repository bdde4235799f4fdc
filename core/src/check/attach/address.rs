//! What can be wrong with the address that shmat(2) is given.

use super::{demanded, refused, replaces};
use crate::call::Addr;
use crate::check::{Explain, Made, Words};
use crate::errno::Errno;
use crate::facts::{Facts, Kind, Mapping};
use crate::flags::SHM_RND;
use std::ops::ControlFlow;

pub fn remap_at_null<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made, Errno::EINVAL)?;
    let begin = demanded(address, flags, facts.page_size()).unwrap_or(address);
    (replaces(flags) && begin.0 == 0).then_some(())?;
    Some(Box::new(move || Words {
        headline: "SHM_REMAP was given without an address".to_owned(),
        segment: facts.segment(id),
        why: "SHM_REMAP replaces what is mapped at the address; at NULL there is nothing that could be replaced"
            .to_owned(),
        fix: "leave SHM_REMAP out, and the kernel chooses the address; or name the address that is to be replaced"
            .to_owned(),
        ..Words::default()
    }))
}

pub fn misaligned_address<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made, Errno::EINVAL)?;
    let (page, over) = (facts.page_size(), address.0 % facts.page_size());
    (over != 0 && flags & SHM_RND == 0).then_some(())?;
    Some(Box::new(move || {
        let rounded = Addr(address.0 - over);
        Words {
            headline: format!("{address} is no multiple of {page}, the size of a page"),
            segment: facts.segment(id),
            why: "a segment is mapped page by page, so it can begin only where a page does".to_owned(),
            fix: if rounded.0 == 0 {
                "pass NULL, and the kernel chooses the address".to_owned()
            } else {
                format!("pass NULL, and the kernel chooses the address; or {rounded}, or SHM_RND, which rounds to it")
            },
            ..Words::default()
        }
    }))
}

pub fn address_in_use<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made, Errno::EINVAL)?;
    let begin = demanded(address, flags, facts.page_size()).filter(|begin| begin.0 != 0 && !replaces(flags))?;
    // Where there is no such segment, the kernel has not looked any further.
    let size = usize::try_from(facts.status(id)?.size).ok()?;
    let end = begin.0.checked_add(size.checked_next_multiple_of(facts.page_size())?).map(Addr);
    let in_the_way = end.map_or(InTheWay::End, |end| InTheWay::between(begin, end, facts));
    // There is another reason: huge pages begin at their own multiples.
    (!matches!(in_the_way, InTheWay::Nothing)).then_some(())?;
    Some(Box::new(move || Words {
        headline: match &in_the_way {
            InTheWay::Seen(mapping) => {
                format!("from {} to {} there is already {mapping}", mapping.begin, mapping.end)
            }
            InTheWay::Nothing | InTheWay::Unseen => {
                format!("something is already mapped in the {size} bytes from {begin}")
            }
            InTheWay::End => format!("{size} bytes from {begin} on reach beyond the last address"),
        },
        segment: facts.segment(id),
        why: match &in_the_way {
            InTheWay::End => "the addresses end before the segment would".to_owned(),
            _ => format!("a segment of {size} bytes takes whole pages from {begin} on, and all of them must be free"),
        },
        fix: in_the_way.fix(),
        ..Words::default()
    }))
}

/// Why a segment cannot begin where it should.
enum InTheWay {
    Nothing,
    Seen(Box<Mapping>),
    /// The kernel does not show it here.
    Unseen,
    /// No mapping, but the end of all addresses.
    End,
}

impl InTheWay {
    /// The first mapping between two addresses.
    fn between(from: Addr, to: Addr, facts: &dyn Facts) -> Self {
        let mut first = Self::Nothing;
        let seen = facts.each_mapping(from, to, &mut |mapping| {
            first = Self::Seen(Box::new(*mapping));
            ControlFlow::Break(())
        });
        if seen.is_some() { first } else { Self::Unseen }
    }

    fn fix(&self) -> String {
        let choose = "pass NULL, and the kernel chooses a free address";
        match self {
            Self::Seen(mapping) => match (mapping.kind(), mapping.attached_at()) {
                (Kind::Segment(_), Some(begin)) => {
                    format!("{choose}; or detach what is there first: shmdt({begin})")
                }
                (Kind::Reservation, _) => {
                    format!("add SHM_REMAP if this program keeps these addresses free for the segment; or {choose}")
                }
                _ => choose.to_owned(),
            },
            Self::Nothing | Self::Unseen | Self::End => choose.to_owned(),
        }
    }
}

pub fn address_too_low<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made, Errno::EPERM)?;
    let begin = demanded(address, flags, facts.page_size())?;
    let lowest = facts.lowest_address();
    (begin.0 < lowest).then_some(())?;
    Some(Box::new(move || Words {
        headline: format!("{address} is below {}, the lowest address that a program may map", Addr(lowest)),
        segment: facts.segment(id),
        why: "the lowest addresses stay empty (vm.mmap_min_addr), so that an access through a NULL pointer ends the \
              program instead of reading something"
            .to_owned(),
        fix: "pass NULL, and the kernel chooses the address".to_owned(),
        ..Words::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::attach::tests::refusal;
    use crate::facts::fake::{LOWEST, World, segment};
    use crate::facts::{SegmentFacts, mapping};
    use crate::finding::Finding;
    use crate::flags::SHM_REMAP;

    fn world() -> World {
        let lines = [
            "20000-24000 rw-p 0 0:0 0 [heap]",
            "30000-31000 ---p 0 0:0 0",
            "40000-41000 rw-s 2000 0:1 9 /SYSV00000000 (deleted)",
        ];
        let mappings = lines.iter().map(|line| mapping(line.as_bytes()).unwrap()).collect();
        World { segments: vec![segment(5)], mappings: Some(mappings), ..World::default() }
    }

    fn attach(id: i32, address: usize, flags: i32) -> Option<Finding> {
        refusal(id, address, flags, Errno::EINVAL, &world())
    }

    fn rule_of(id: i32, address: usize, flags: i32) -> Option<&'static str> {
        attach(id, address, flags).map(|finding| finding.rule.id)
    }

    #[test]
    fn an_address_within_a_page_is_told_where_the_page_begins() {
        let finding = attach(5, 0x7001, 0).unwrap();
        assert_eq!(finding.rule.id, "misaligned-address");
        assert!(finding.fix.contains("0x7000"), "{}", finding.fix);
        assert!(!attach(5, 1, 0).unwrap().fix.contains("SHM_RND"), "rounded it would be NULL");
        assert_eq!(rule_of(5, 0x7001, SHM_RND), None);
        assert_eq!(rule_of(5, 0x7000, 0), None);
        assert_eq!(rule_of(6, 0x7001, 0), Some("misaligned-address"), "the kernel looks at the address first");
        assert_eq!(rule_of(-1, 0x7001, 0), Some("unchecked-shmget"), "and at the sign of the id before that");
    }

    #[test]
    fn remap_needs_an_address() {
        assert_eq!(rule_of(5, 0, SHM_REMAP), Some("remap-at-null"));
        assert_eq!(rule_of(5, 0x10, SHM_REMAP | SHM_RND), Some("remap-at-null"));
        assert_eq!(rule_of(5, 0x7000, SHM_REMAP), None);
        assert_eq!(rule_of(5, 0, 0), None);
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let heap = attach(5, 0x1f000, 0);
        assert_eq!(heap, None, "the page before it is free");
        let heap = attach(5, 0x23fff, SHM_RND).unwrap();
        assert_eq!(heap.rule.id, "address-in-use");
        assert!(heap.headline.starts_with("from 0x20000 to 0x24000 there is already the heap"), "{}", heap.headline);
        assert!(!heap.fix.contains("SHM_REMAP"), "{}", heap.fix);
        assert!(attach(5, 0x30000, 0).unwrap().fix.contains("SHM_REMAP"));
        assert!(attach(5, 0x40000, 0).unwrap().fix.contains("shmdt(0x3e000)"));
        assert_eq!(rule_of(6, 0x20000, 0), Some("invalid-shmid"), "the kernel looks the id up first");
        assert_eq!(rule_of(5, 0x20000, SHM_REMAP), None);
        assert_eq!(refusal(5, 0x20000, 0, Errno::ENOMEM, &world()).map(|it| it.rule.id), Some("address-space-full"));
    }

    #[test]
    fn all_the_pages_of_a_segment_must_be_free() {
        let mut world = world();
        world.segments = vec![SegmentFacts { size: 4097, ..segment(5) }];
        let rule = |address, world: &World| refusal(5, address, 0, Errno::EINVAL, world).map(|finding| finding.rule.id);
        assert_eq!(rule(0x1f000, &world), Some("address-in-use"));
        assert_eq!(rule(0x1e000, &world), None);
    }

    #[test]
    fn without_a_map_it_is_said_without_a_name_and_at_the_end_of_all_addresses_too() {
        let blind = World { mappings: None, ..world() };
        let finding = refusal(5, 0x20000, 0, Errno::EINVAL, &blind).unwrap();
        assert_eq!(finding.headline, "something is already mapped in the 4096 bytes from 0x20000");
        let last = refusal(5, usize::MAX - 4095, 0, Errno::EINVAL, &world()).unwrap();
        assert!(last.headline.contains("beyond the last address"), "{}", last.headline);
        assert_eq!(last.why, "the addresses end before the segment would");
    }

    #[test]
    fn the_lowest_addresses_are_nobodys() {
        let rule = |address, flags| refusal(5, address, flags, Errno::EPERM, &world()).map(|finding| finding.rule.id);
        assert_eq!(rule(LOWEST - 4096, 0), Some("address-too-low"));
        assert_eq!([1, LOWEST - 1].map(|at| rule(at, SHM_RND)), [Some("address-too-low"); 2]);
        assert_eq!(rule(LOWEST, 0), None);
        assert_eq!(rule(0, 0), None);
    }
}
