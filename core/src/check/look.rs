//! What only a look at the map of the process before a call can tell: what the call is about to destroy, or what is gone
//! already.

use super::{Explain, Made, Words};
use crate::call::{Addr, Call, ShmId};
use crate::facts::{Facts, Kind, Mapping};
use crate::finding::Earlier;
use crate::rule::{self, Rule};
use crate::tracker::Attachment;
use std::ops::ControlFlow;

/// What was seen, and is worth to be said if the call succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// shmat with SHM_REMAP takes the place of this.
    Replaced(Box<Mapping>),
    /// The attachment is not mapped any more from one address to another.
    Missing(Attachment, Addr, Addr),
}

impl Look {
    /// Before a call.
    #[must_use]
    pub fn before(call: &Call, facts: &dyn Facts, advice: Advice) -> Option<Self> {
        match *call {
            Call::Attach { id, address, flags } if flags & crate::flags::SHM_REMAP != 0 => {
                let page = facts.page_size();
                // Without SHM_RND the kernel refuses another address.
                let begin = address.0 - address.0 % page;
                let size = usize::try_from(facts.status(id)?.size).ok()?.checked_next_multiple_of(page)?;
                replaced(id, Addr(begin), Addr(begin.checked_add(size)?), facts)
                    .map(|mapping| Self::Replaced(Box::new(mapping)))
            }
            Call::Detach { address } if advice == Advice::Wanted => {
                let attachment = facts.past().attachment_of(address).filter(|it| it.address == address)?;
                Self::of_attachment(&attachment, facts)
            }
            _ => None,
        }
    }

    /// Whether an attachment is still mapped as a whole.
    #[must_use]
    pub fn of_attachment(attachment: &Attachment, facts: &dyn Facts) -> Option<Self> {
        let (begin, end) = missing(attachment, facts)?;
        Some(Self::Missing(*attachment, begin, end))
    }

    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Self::Replaced(_) => &rule::attach::REMAP_OVER_MAPPING,
            Self::Missing(..) => &rule::detach::MUNMAP_OF_ATTACHMENT,
        }
    }

    /// The words for a call that succeeded.
    #[must_use]
    pub fn explain<'a>(&'a self, made: &'a Made, facts: &'a dyn Facts) -> Explain<'a> {
        match self {
            Self::Replaced(mapping) => Box::new(move || explain_replaced(mapping, made, facts)),
            Self::Missing(attachment, begin, end) => {
                Box::new(move || explain_missing(attachment, (*begin, *end), made, facts))
            }
        }
    }
}

/// Whether the ring of advice is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Wanted,
    NotWanted,
}

/// What is in use between two addresses. A reservation is made to be replaced, and so may be memory of mmap that has no
/// name; what shows the same bytes of the same segment at the same addresses is replaced to change its rights.
fn replaced(id: ShmId, begin: Addr, end: Addr, facts: &dyn Facts) -> Option<Mapping> {
    let mut found = None;
    facts.each_mapping(begin, end, &mut |mapping| {
        let harmless = mapping.is_forbidden()
            || match mapping.kind() {
                Kind::Reservation | Kind::Anonymous => true,
                Kind::Segment(there) => there == id && mapping.attached_at() == Some(begin),
                Kind::Heap | Kind::Stack | Kind::PosixMemory | Kind::File | Kind::Kernel => false,
            };
        if harmless {
            return ControlFlow::Continue(());
        }
        found = Some(*mapping);
        ControlFlow::Break(())
    })?;
    found
}

/// The first part of an attachment that is not mapped as that segment.
fn missing(attachment: &Attachment, facts: &dyn Facts) -> Option<(Addr, Addr)> {
    let (begin, end) = attachment.pages(facts.page_size());
    let mut whole_until = begin;
    let mut next = end;
    facts.each_mapping(begin, end, &mut |mapping| {
        if mapping.kind() != Kind::Segment(attachment.id) {
            return ControlFlow::Continue(());
        }
        if mapping.begin > whole_until {
            next = mapping.begin;
            return ControlFlow::Break(());
        }
        whole_until = mapping.end;
        ControlFlow::Continue(())
    })?;
    (whole_until < next).then_some((whole_until, next))
}

fn explain_replaced(mapping: &Mapping, made: &Made, facts: &dyn Facts) -> Words {
    let segment = match made.call {
        Call::Attach { id, .. } => facts.segment(id),
        _ => None,
    };
    Words {
        headline: format!("SHM_REMAP took the place of {mapping} ({} to {})", mapping.begin, mapping.end),
        segment,
        why: "SHM_REMAP replaces whatever is mapped where the segment goes, without a question: what was there is gone, \
              and who still uses it uses the segment"
            .to_owned(),
        fix: "pass NULL without SHM_REMAP, and the kernel chooses a free address; or keep the addresses free before: mmap \
              with PROT_NONE, as many bytes as the segment has"
            .to_owned(),
        ..Words::default()
    }
}

fn explain_missing(attachment: &Attachment, (begin, end): (Addr, Addr), made: &Made, facts: &dyn Facts) -> Words {
    let (first, last) = attachment.pages(facts.page_size());
    let (part, nattch) = if (begin, end) == (first, last) {
        ("is not mapped any more", "that is as good as shmdt here, and a shmdt that comes later fails")
    } else {
        ("is not whole any more", "nattch counts the pieces that are left, and no longer how often it is attached")
    };
    Words {
        headline: format!("the attachment at {first} {part}: {} bytes from {begin} on are gone", end.0 - begin.0),
        // At the end, the attach is what the finding is about.
        earlier: (made.site != attachment.site).then(|| Earlier {
            what: format!("segment {} was attached at {first}", attachment.id),
            site: attachment.site,
        }),
        segment: facts.segment(attachment.id),
        why: format!("munmap, mmap, mremap or SHM_REMAP has taken them; {nattch}"),
        fix: format!("give an attachment back as a whole: shmdt({first}), and no munmap"),
        ..Words::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fake::{World, segment};
    use crate::facts::{SegmentFacts, mapping};
    use crate::flags::{SHM_REMAP, SHM_RND};
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Chosen, Place, Recorded, Spare, Surroundings};

    fn world(lines: &[&str]) -> World {
        let mappings = lines.iter().map(|line| mapping(line.as_bytes()).unwrap()).collect();
        let segments = vec![SegmentFacts { size: 5000, ..segment(5) }];
        World { segments, mappings: Some(mappings), ..World::default() }
    }

    fn before(address: usize, flags: i32, lines: &[&str]) -> Option<&'static str> {
        let call = Call::Attach { id: ShmId(5), address: Addr(address), flags };
        Look::before(&call, &world(lines), Advice::NotWanted).map(|look| look.rule().id)
    }

    #[test]
    fn what_is_in_use_is_not_to_be_replaced() {
        let bad = Some("remap-over-mapping");
        for (line, expected) in [
            ("20000-24000 rw-p 0 0:0 0 [heap]", bad),
            ("20000-24000 rw-p 0 0:0 0 [stack]", bad),
            ("20000-24000 r-xp 0 fe:0 9 /lib/x.so", bad),
            ("20000-24000 rw-s 0 0:1 6 /SYSV00000000 (deleted)", bad),
            ("20000-24000 rw-s 1000 0:1 5 /SYSV00000000 (deleted)", bad),
            ("20000-24000 rw-s 0 0:1 5 /SYSV00000000 (deleted)", None),
            ("20000-24000 ---p 0 fe:0 9 /lib/x.so", None),
            ("20000-24000 ---p 0 0:0 0", None),
            ("20000-24000 rw-p 0 0:0 0", None),
        ] {
            assert_eq!(before(0x20000, SHM_REMAP, &[line]), expected, "{line}");
            assert_eq!(before(0x20000, 0, &[line]), None, "without SHM_REMAP nothing is lost");
        }
    }

    #[test]
    fn every_page_of_the_segment_counts_and_none_beside_it() {
        let lines = ["20000-21000 ---p 0 0:0 0", "21000-22000 rw-p 0 0:0 0 [heap]"];
        assert_eq!(before(0x20000, SHM_REMAP, &lines), Some("remap-over-mapping"));
        assert_eq!(before(0x1f000, SHM_REMAP, &lines), None);
        assert_eq!(before(0x22000, SHM_REMAP, &lines), None);
        assert_eq!(before(0x20fff, SHM_REMAP | SHM_RND, &lines), Some("remap-over-mapping"));
        assert_eq!(before(0x1ffff, SHM_REMAP | SHM_RND, &lines), None);
        assert_eq!(before(usize::MAX - 4095, SHM_REMAP, &lines), None);
    }

    fn gone(lines: &[&str]) -> Option<(usize, usize)> {
        let attachment = Attachment {
            address: Addr(0x10000),
            size: 3 * 4096 - 5,
            id: ShmId(5),
            flags: 0,
            site: Site::at_return(1),
            thread: 7,
            number: 1,
            chosen: Chosen::ByKernel,
            inherited: false,
        };
        missing(&attachment, &world(lines)).map(|(begin, end)| (begin.0, end.0))
    }

    #[test]
    fn an_attachment_is_whole_as_long_as_each_of_its_pages_is_mapped() {
        let page =
            |begin: usize, id: i32| format!("{begin:x}-{:x} rw-s 0 0:1 {id} /SYSV00000000 (deleted)", begin + 4096);
        let gone = |pages: &[(usize, i32)]| {
            let lines: Vec<_> = pages.iter().map(|(begin, id)| page(*begin, *id)).collect();
            gone(&lines.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(gone(&[(0x10000, 5), (0x11000, 5), (0x12000, 5)]), None, "as mprotect leaves it");
        assert_eq!(gone(&[(0x10000, 5), (0x12000, 5)]), Some((0x11000, 0x12000)));
        assert_eq!(gone(&[(0x11000, 5), (0x12000, 5)]), Some((0x10000, 0x11000)));
        assert_eq!(gone(&[(0x10000, 5), (0x11000, 5)]), Some((0x12000, 0x13000)));
        assert_eq!(gone(&[(0x10000, 5), (0x11000, 6), (0x12000, 5)]), Some((0x11000, 0x12000)));
        assert_eq!(gone(&[]), Some((0x10000, 0x13000)));
    }

    #[test]
    fn without_a_map_nothing_is_missing() {
        let blind = World { mappings: None, ..world(&[]) };
        let call = Call::Attach { id: ShmId(5), address: Addr(0x20000), flags: SHM_REMAP };
        assert_eq!(Look::before(&call, &blind, Advice::Wanted), None);
    }

    #[test]
    fn what_took_the_place_of_something_says_of_what() {
        let world = world(&["20000-24000 rw-p 0 0:0 0 [heap]"]);
        let call = Call::Attach { id: ShmId(5), address: Addr(0x20000), flags: SHM_REMAP };
        let made = Made { call, outcome: Ok(0x20000), site: Site::at_return(1), detail: None };
        let look = Look::before(&call, &world, Advice::NotWanted).unwrap();
        let words = look.explain(&made, &world)();
        assert_eq!(words.headline, "SHM_REMAP took the place of the heap, which malloc uses (0x20000 to 0x24000)");
        assert_eq!(words.segment, world.segment(ShmId(5)));
    }

    #[test]
    fn a_detach_is_asked_for_what_is_missing_where_the_attachment_begins() {
        // Of two pages the second is gone.
        let mut world = world(&["10000-11000 rw-s 0 0:1 5 /SYSV00000000 (deleted)"]);
        let place = Place { site: Site::at_return(1), thread: 7 };
        let get = Call::Get { key: crate::call::Key::PRIVATE, size: 5000, flags: 0 };
        let attach = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
        for (call, value) in [(get, 5), (attach, 0x10000)] {
            let around = Surroundings { place, learned: None, time: Time(0) };
            while let Recorded::Needs(wanted) = world.tracker.record(&call, Ok(value), &around) {
                drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
            }
        }
        let look = |address, advice| {
            Look::before(&Call::Detach { address: Addr(address) }, &world, advice).map(|look| look.rule().id)
        };
        assert_eq!(look(0x10000, Advice::Wanted), Some("munmap-of-attachment"));
        assert_eq!(look(0x11000, Advice::Wanted), None, "shmdt finds nothing there");
        assert_eq!(look(0x10000, Advice::NotWanted), None);
        let detach = |site| Made { call: Call::Detach { address: Addr(0x10000) }, outcome: Ok(0), site, detail: None };
        let words = |world: &World, site| {
            let made = detach(site);
            Look::before(&made.call, world, Advice::Wanted).unwrap().explain(&made, world)()
        };
        let part = words(&world, Site::at_return(2));
        assert_eq!(
            part.headline,
            "the attachment at 0x10000 is not whole any more: 4096 bytes from 0x11000 on are gone"
        );
        assert_eq!((part.earlier.unwrap().site, part.segment), (place.site, world.segment(ShmId(5))));
        assert_eq!(words(&world, place.site).earlier, None, "that is what the finding is about");
        world.mappings = Some(Vec::new());
        let all = words(&world, Site::at_return(2)).headline;
        assert_eq!(all, "the attachment at 0x10000 is not mapped any more: 8192 bytes from 0x10000 on are gone");
    }
}
