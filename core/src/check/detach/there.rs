//! What is at an address where nothing is attached, and how that is given back.

use crate::call::Addr;
use crate::check::Words;
use crate::facts::{Facts, Kind, Mapping};
use crate::finding::Earlier;
use std::ops::ControlFlow;

const SHMDT_IS_FOR: &str = "shmdt takes what shmat returned, and nothing else";

pub fn words(address: Addr, facts: &dyn Facts) -> Words {
    // It was there: somebody has unmapped it by other means.
    if let Some(attachment) = facts.past().attachment_of(address) {
        return Words {
            headline: format!("what was attached at {address} is not mapped any more"),
            earlier: Some(Earlier {
                what: format!("segment {} was attached at {}", attachment.id, attachment.address),
                site: attachment.site,
            }),
            segment: facts.segment(attachment.id),
            why: if attachment.inherited {
                "the parent attached it before the fork; madvise(MADV_DONTFORK) keeps an attachment from the child, and \
                 munmap, mmap, mremap or SHM_REMAP may have taken it away since"
            } else {
                "munmap, mmap, mremap or SHM_REMAP has taken it away, and nothing is left to be detached"
            }
            .to_owned(),
            fix: if attachment.inherited {
                "detach in the child only what it got: after MADV_DONTFORK, leave the shmdt to the parent"
            } else {
                "give an attachment back by shmdt alone, and only once"
            }
            .to_owned(),
            ..Words::default()
        };
    }
    let mut there = None;
    let seen = facts.each_mapping(address, Addr(address.0.saturating_add(1)), &mut |mapping| {
        there = Some(*mapping);
        ControlFlow::Break(())
    });
    let (headline, why, fix) = match (seen, there) {
        (None, _) => unseen(address),
        (_, None) => nothing(address),
        (_, Some(mapping)) => mapped(address, &mapping, facts.page_size()),
    };
    Words { headline, why, fix, ..Words::default() }
}

fn unseen(address: Addr) -> (String, String, String) {
    (
        format!("nothing is attached at {address}"),
        format!(
            "{SHMDT_IS_FOR}; memory of malloc goes by free, what mmap returned by munmap, POSIX shared memory by munmap \
             and shm_unlink"
        ),
        "pass the address that shmat returned, or call the function that belongs to this memory".to_owned(),
    )
}

fn nothing(address: Addr) -> (String, String, String) {
    (
        format!("nothing at all is mapped at {address}"),
        format!("{SHMDT_IS_FOR}; this pointer was never one of those, or what it pointed to is gone"),
        "pass the address that shmat returned; where does this one come from?".to_owned(),
    )
}

fn mapped(address: Addr, mapping: &Mapping, page: usize) -> (String, String, String) {
    let is_there = format!("nothing is attached at {address}: there is {mapping}");
    let why = SHMDT_IS_FOR.to_owned();
    match (mapping.kind(), mapping.attached_at()) {
        (Kind::Segment(id), Some(begin)) => (
            format!("{address} lies inside an attachment of segment {id} that begins at {begin}"),
            format!("{SHMDT_IS_FOR}; that attachment was not seen when it was made, only the kernel tells of it"),
            format!("pass {begin} instead"),
        ),
        (Kind::Heap, _) => {
            (is_there, why, "give it back by free, if it is the beginning of what malloc returned".to_owned())
        }
        (Kind::Stack, _) => (
            is_there,
            format!("{why}; a variable of a function goes by itself"),
            "pass the pointer that shmat returned, and not the address of a variable".to_owned(),
        ),
        (Kind::PosixMemory, _) => (
            is_there,
            format!("{why}; shm_open and mmap are another kind of shared memory"),
            format!("{}, and shm_unlink when nobody needs it any more", unmap(mapping, page)),
        ),
        (Kind::File | Kind::Reservation, _) => {
            (is_there, why, format!("{}, if mmap returned it", unmap(mapping, page)))
        }
        (Kind::Anonymous, _) => {
            (is_there, why, "give it back by munmap if mmap returned it, by free if malloc did".to_owned())
        }
        (Kind::Kernel | Kind::Segment(_), _) => (is_there, why, "pass the address that shmat returned".to_owned()),
    }
}

/// The call that gives a mapping back.
fn unmap(mapping: &Mapping, page: usize) -> String {
    let size = (mapping.end.0 - mapping.begin.0).max(page);
    format!("call munmap({},\u{a0}{size})", mapping.begin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fake::World;
    use crate::facts::mapping;

    fn at(address: usize, lines: &[&str]) -> Words {
        let mappings = lines.iter().map(|line| mapping(line.as_bytes()).unwrap()).collect();
        words(Addr(address), &World { mappings: Some(mappings), ..World::default() })
    }

    #[test]
    fn what_is_there_is_named_with_the_function_that_belongs_to_it() {
        for (line, is_there, fix) in [
            ("20000-24000 rw-p 0 0:0 0 [heap]", "there is the heap", "free"),
            ("20000-24000 rw-p 0 0:0 0 [stack]", "there is a stack", "address of a variable"),
            ("20000-24000 rw-p 0 0:0 0", "memory of mmap", "munmap if mmap"),
            (
                "20000-24000 rw-s 0 0:1 7 /dev/shm/q",
                "POSIX shared memory \"/q\"",
                "munmap(0x20000,\u{a0}16384), and shm_unlink",
            ),
            ("20000-24000 r--p 0 fe:0 7 /etc/p", "the file \"/etc/p\"", "munmap(0x20000,\u{a0}16384)"),
            ("20000-24000 r--p 0 0:0 0 [vdso]", "the kernel's own", "shmat returned"),
            ("20000-24000 rw-s 3000 0:1 7 /SYSV00000000 (deleted)", "segment 7 that begins at 0x1d000", "pass 0x1d000"),
        ] {
            let Words { headline, fix: said, .. } = at(0x21000, &[line]);
            assert!(headline.contains(is_there), "{line}: {headline}");
            assert!(said.contains(fix), "{line}: {said}");
            assert!(at(0x1ffff, &[line]).headline.starts_with("nothing at all"), "{line}");
        }
    }

    #[test]
    fn without_a_map_every_remedy_is_named() {
        let Words { headline, why, .. } = words(Addr(0x21000), &World::default());
        assert_eq!(headline, "nothing is attached at 0x21000");
        assert!(["free", "munmap", "shm_unlink"].iter().all(|word| why.contains(word)), "{why}");
    }
}
