//! No room for a segment in the address space.

use super::{demanded, refused};
use crate::check::{Explain, Made, Words};
use crate::errno::Errno;
use crate::facts::{Facts, Space};
use std::fmt;

pub fn address_space_full<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made, Errno::ENOMEM)?;
    Some(Box::new(move || {
        let segment = facts.segment(id);
        let size = segment.as_ref().map(|segment| segment.size as u64);
        let begin = demanded(address, flags, facts.page_size());
        let (headline, why, fix) = match (reason(&facts.space(), size, facts.page_size()), begin) {
            (Some(reason), _) => reason.words(),
            (None, Some(begin)) => (
                format!("no segment can be mapped at {begin}"),
                "the addresses of a program end before the segment would, or the kernel has no memory left to map it"
                    .to_owned(),
                "pass NULL, and the kernel chooses the address".to_owned(),
            ),
            (None, None) => (
                "no room is left in the address space of this process".to_owned(),
                "there is no gap between its mappings that is large enough, or the kernel has no memory left to map it"
                    .to_owned(),
                "detach what is not used any more, or ask for a smaller segment".to_owned(),
            ),
        };
        Words { headline, segment, why, fix, ..Words::default() }
    }))
}

/// The bound that was reached.
enum Reason {
    Limit { used: u64, limit: u64, size: Option<u64> },
    Mappings { most: u64 },
}

/// The size of the segment is rounded up to pages, as the kernel does.
fn reason(space: &Space, size: Option<u64>, page: usize) -> Option<Reason> {
    if let (Some(used), Some(limit)) = (space.used, space.limit)
        && used.saturating_add(size.unwrap_or(0).next_multiple_of(page as u64)) > limit
    {
        return Some(Reason::Limit { used, limit, size });
    }
    match (space.mappings, space.most_mappings) {
        // What reads them takes a few for a moment.
        (Some(mappings), Some(most)) if mappings + 4 >= most => Some(Reason::Mappings { most }),
        _ => None,
    }
}

impl Reason {
    fn words(&self) -> (String, String, String) {
        match self {
            Self::Limit { used, limit, size } => {
                let more = size.map_or_else(|| "the segment".to_owned(), |size| format!("{size} bytes"));
                (
                    format!("{more} more would pass the limit of {limit} bytes (RLIMIT_AS)"),
                    format!("{} of the address space are in use; a segment counts with its whole size", Rounded(*used)),
                    "detach what is not used any more, or raise the limit (ulimit -v counts in KiB)".to_owned(),
                )
            }
            Self::Mappings { most } => (
                format!("this process has {most} mappings, which is the most there may be"),
                "each attachment is one mapping (vm.max_map_count), as is each piece of memory with rights of its own"
                    .to_owned(),
                "detach what is not used any more; is a shmdt missing? If all are needed, raise vm.max_map_count"
                    .to_owned(),
            ),
        }
    }
}

/// Bytes as a person says them: `7.0 GiB`, `130 MiB`.
struct Rounded(u64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.0 >> 20;
        match mebibytes {
            0..1024 => write!(f, "{mebibytes} MiB"),
            _ => write!(f, "{}.{} GiB", mebibytes / 1024, mebibytes % 1024 * 10 / 1024),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::attach::tests::refusal;
    use crate::facts::fake::{World, segment};
    use crate::finding::Finding;

    fn full(address: usize, space: Space) -> Finding {
        let world = World { segments: vec![segment(5)], space, ..World::default() };
        refusal(5, address, 0, Errno::ENOMEM, &world).unwrap()
    }

    #[test]
    fn the_bound_that_was_reached_is_named() {
        let space = Space { used: Some(10_000), limit: Some(14_095), mappings: Some(10), most_mappings: Some(100) };
        let finding = full(0, space);
        assert_eq!(finding.rule.id, "address-space-full");
        assert_eq!(finding.headline, "4096 bytes more would pass the limit of 14095 bytes (RLIMIT_AS)");
        let roomy = Space { limit: Some(14_096), ..space };
        assert_eq!(full(0, roomy).headline, "no room is left in the address space of this process");
        assert_eq!(full(0x7000, roomy).headline, "no segment can be mapped at 0x7000");
        let many = Space { mappings: Some(99), limit: None, ..space };
        assert!(full(0x7000, many).headline.contains("100 mappings"));
        for (mappings, is_reached) in [(95, false), (96, true)] {
            let headline = full(0x7000, Space { mappings: Some(mappings), ..many }).headline;
            assert_eq!(headline.contains("100 mappings"), is_reached, "reading them takes a few: {mappings}");
        }
        assert_eq!(full(0, Space::default()).headline, "no room is left in the address space of this process");
    }

    #[test]
    fn what_is_in_use_is_said_roundly() {
        let said = [0, 130 << 20, 7_520_378_880, 1 << 40].map(|bytes| Rounded(bytes).to_string());
        assert_eq!(said, ["0 MiB", "130 MiB", "7.0 GiB", "1024.0 GiB"]);
    }
}
