//! What can be wrong with shmat(2), beside the id.

use super::{Check, Explain, Made, Words};
use crate::call::{Addr, Call, ShmId};
use crate::errno::Errno;
use crate::facts::Facts;
use crate::flags::{SHM_REMAP, SHM_RND};
use crate::rule;

/// The kernel looks at the address before it looks the id up, so these come first.
pub const FAILED: &[Check] = &[
    Check { rule: &rule::attach::REMAP_AT_NULL, find: remap_at_null },
    Check { rule: &rule::attach::MISALIGNED_ADDRESS, find: misaligned_address },
];

/// A shmat that the kernel refused with EINVAL, and not because its id is negative, which it looks at first of all.
const fn refused(made: &Made) -> Option<(ShmId, Addr, i32)> {
    match (made.call, made.outcome) {
        (Call::Attach { id, address, flags }, Err(Errno::EINVAL)) if id.0 >= 0 => Some((id, address, flags)),
        _ => None,
    }
}

fn remap_at_null<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made)?;
    let asked = flags & SHM_REMAP != 0;
    let begin = if flags & SHM_RND != 0 { address.0 - address.0 % facts.page_size() } else { address.0 };
    (asked && begin == 0).then_some(())?;
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

fn misaligned_address<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, address, flags) = refused(made)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::first;
    use crate::facts::fake::{World, segment};
    use crate::finding::Finding;
    use crate::site::Site;

    fn attach(id: i32, address: usize, flags: i32) -> Option<Finding> {
        let call = Call::Attach { id: ShmId(id), address: Addr(address), flags };
        let made = Made { call, outcome: Err(Errno::EINVAL), site: Site::Unknown, detail: None };
        first(&made, &World { segments: vec![segment(5)], ..World::default() })
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
}
