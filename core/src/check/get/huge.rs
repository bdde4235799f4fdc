//! What can be wrong where memory is to be promised: huge pages, and memory at all.

use super::limits::refused_size;
use super::{Explain, Made, Words};
use crate::call::Call;
use crate::errno::Errno;
use crate::facts::{Facts, HugePages, Memory, Size};
use crate::flags::{GetFlags, SHM_HUGETLB, SHM_NORESERVE};
use crate::text::unbroken;

/// The logarithm of the huge page's size in the flags; 0 is the machine's own choice. Nothing where none are asked for.
fn huge_page(made: &Made) -> Option<u32> {
    match made.call {
        Call::Get { flags, .. } if flags & SHM_HUGETLB != 0 => Some(GetFlags(flags).huge_page()),
        _ => None,
    }
}

pub fn bad_huge_page_size<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_size(made, Errno::EINVAL)?;
    let exponent = huge_page(made)?;
    Some(Box::new(move || {
        let sizes = facts.huge_pages();
        let list: Vec<_> = sizes.iter().map(|pages| unbroken(&name(pages.size))).collect();
        let list = list.join(", ");
        let headline = match exponent {
            0 => "this machine has no huge pages of the usual size".to_owned(),
            _ => format!("this machine has no huge pages of {}", Size(1 << exponent)),
        };
        Words {
            headline,
            why: match sizes.as_slice() {
                [] => "/sys/kernel/mm/hugepages names no size at all: the kernel was built without huge pages, or may not \
                       be asked"
                    .to_owned(),
                _ => format!("the processor and the kernel choose the sizes, and here there are: {list}"),
            },
            fix: match sizes.first() {
                Some(first) => format!(
                    "pass {}, or SHM_HUGETLB alone for the usual size",
                    unbroken(&format!("SHM_HUGETLB | ({} << SHM_HUGE_SHIFT)", first.size.ilog2()))
                ),
                None => "leave SHM_HUGETLB out".to_owned(),
            },
            ..Words::default()
        }
    }))
}

/// `2 MiB (21)`: with its logarithm.
fn name(size: u64) -> String {
    format!("{} ({})", Size(size), size.ilog2())
}

pub fn huge_page_permission<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_size(made, Errno::EPERM)?;
    huge_page(made)?;
    let Call::Get { flags, .. } = made.call else { return None };
    Some(Box::new(move || {
        let identity = facts.identity();
        let group = match facts.huge_page_group() {
            Some(gid) => format!("the group {gid} (vm.hugetlb_shm_group)"),
            None => "the group that vm.hugetlb_shm_group names".to_owned(),
        };
        let capability = if identity.may_lock() { ", and its CAP_IPC_LOCK is that of a user namespace" } else { "" };
        Words {
            headline: "this process may not have huge pages".to_owned(),
            why: format!(
                "they are for processes with CAP_IPC_LOCK and for those in {group}; this one has euid {} and egid \
                 {}{capability}",
                identity.euid, identity.egid
            ),
            fix: format!(
                "as root: {}; or pass {}, without huge pages",
                unbroken(&format!("sysctl -w vm.hugetlb_shm_group={}", identity.egid)),
                GetFlags(flags).without_huge_pages()
            ),
            ..Words::default()
        }
    }))
}

pub fn out_of_memory<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let size = refused_size(made, Errno::ENOMEM)? as u64;
    Some(Box::new(move || match huge_page(made) {
        Some(exponent) => no_huge_pages(size, exponent, facts),
        None => no_memory(made, size, facts.memory()),
    }))
}

fn no_huge_pages(size: u64, exponent: u32, facts: &dyn Facts) -> Words {
    let page = match exponent {
        0 => facts.memory().and_then(|memory| memory.huge_page),
        _ => Some(1 << exponent),
    };
    let pool = facts.huge_pages().into_iter().find(|pages| Some(pages.size) == page);
    let Some(HugePages { size: page, total, free, reserved }) = pool else {
        return Words {
            headline: format!("there are not enough huge pages for {}", Size(size)),
            why: "huge pages come from a pool that is filled by hand, and it cannot be looked into from here"
                .to_owned(),
            fix: format!("as root: {}; or leave SHM_HUGETLB out", unbroken("sysctl -w vm.nr_hugepages=NUMBER")),
            ..Words::default()
        };
    };
    let (wanted, there) = (size.div_ceil(page), free.saturating_sub(reserved));
    let more = total + wanted.saturating_sub(there);
    Words {
        headline: format!("{wanted} huge pages of {} are needed, and {there} are free", Size(page)),
        why: format!(
            "huge pages come from a pool that is filled by hand: it has {total}, of which {} are taken or promised",
            total - there.min(total)
        ),
        fix: format!(
            "as root: {}; or leave SHM_HUGETLB out",
            unbroken(&format!("echo {more} > /sys/kernel/mm/hugepages/hugepages-{}kB/nr_hugepages", page / 1024))
        ),
        ..Words::default()
    }
}

fn no_memory(made: &Made, size: u64, memory: Option<Memory>) -> Words {
    let Call::Get { flags, .. } = made.call else { return Words::default() };
    let size = Size(size);
    let (headline, why) = match memory {
        Some(Memory { overcommit: 2, limit, promised, .. }) => (
            format!("{size} asked for, and {} of {} are promised already", Size(promised), Size(limit)),
            "vm.overcommit_memory is 2: the kernel promises no more than CommitLimit in all (/proc/meminfo), and a segment \
             counts whole when it is made",
        ),
        Some(Memory { total, .. }) if size.0 > total => (
            format!("{size} asked for, and memory and swap are {}", Size(total)),
            "a segment counts whole when it is made, used or not",
        ),
        _ => (
            format!("the kernel has no {size} to promise"),
            "a segment counts whole when it is made, used or not, and for this one nothing was left",
        ),
    };
    let fix = if flags & SHM_NORESERVE == 0 {
        format!(
            "ask for less; or pass {}: then each page counts when it is first used, and where none is left a process is \
             ended",
            GetFlags(flags | SHM_NORESERVE)
        )
    } else {
        "ask for less".to_owned()
    };
    Words { headline, why: why.to_owned(), fix, ..Words::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::get::tests::{finding, get, rules_of};
    use crate::facts::fake::World;

    const MIB: u64 = 1 << 20;

    fn refused(size: u64, flags: i32, errno: Errno) -> Made {
        get(0, usize::try_from(size).unwrap(), flags | 0o600, Err(errno))
    }

    fn machine(overcommit: u64) -> World {
        let memory =
            Memory { total: 900 * MIB, limit: 500 * MIB, promised: 20 * MIB, huge_page: Some(2 * MIB), overcommit };
        let pages = |size, total, free, reserved| HugePages { size, total, free, reserved };
        World {
            memory: Some(memory),
            huge_pages: vec![pages(2 * MIB, 8, 5, 2), pages(1024 * MIB, 0, 0, 0)],
            huge_page_group: Some(12),
            ..World::default()
        }
    }

    #[test]
    fn a_size_of_huge_pages_that_is_not_there_is_told_those_that_are() {
        let said = finding(&refused(MIB, SHM_HUGETLB | 22 << 26, Errno::EINVAL), &machine(0));
        assert_eq!(said.rule.id, "bad-huge-page-size");
        assert!(said.headline.contains("4 MiB") && said.fix.contains("21"), "{} {}", said.headline, said.fix);
        assert!(said.why.replace('\u{a0}', " ").contains("2 MiB (21), 1 GiB (30)"), "{}", said.why);
        let none = finding(&refused(MIB, SHM_HUGETLB, Errno::EINVAL), &World::default());
        assert!(none.fix.contains("leave SHM_HUGETLB out"), "{}", none.fix);
        assert!(none.headline.ends_with("of the usual size") && none.why.contains("names no size"), "{}", none.why);
        assert_eq!(rules_of(&refused(MIB, 22 << 26, Errno::EINVAL), &machine(0)), [""; 0]);
        assert_eq!(rules_of(&refused(0, SHM_HUGETLB, Errno::EINVAL), &machine(0)), ["zero-size"]);
    }

    #[test]
    fn who_may_have_huge_pages_is_said() {
        let mut world = machine(0);
        world.identity.egid = 34;
        let said = finding(&refused(MIB, SHM_HUGETLB, Errno::EPERM), &world);
        assert_eq!(said.rule.id, "huge-page-permission");
        assert!(
            said.why.contains("the group 12") && said.fix.contains("hugetlb_shm_group=34"),
            "{} {}",
            said.why,
            said.fix
        );
        assert!(!said.why.contains("namespace"), "{}", said.why);
        world.identity.capabilities = 1 << 14;
        assert!(finding(&refused(MIB, SHM_HUGETLB, Errno::EPERM), &world).why.contains("namespace"));
        assert_eq!(rules_of(&refused(MIB, 0, Errno::EPERM), &world), ["no-sysv-ipc"]);
    }

    #[test]
    fn the_pool_of_huge_pages_is_counted() {
        let said = finding(&refused(7 * MIB, SHM_HUGETLB, Errno::ENOMEM), &machine(0));
        assert_eq!(said.rule.id, "out-of-memory");
        assert_eq!(said.headline, "4 huge pages of 2 MiB are needed, and 3 are free");
        assert!(said.why.contains("has 8, of which 5 are taken or promised"), "{}", said.why);
        assert!(said.fix.replace('\u{a0}', " ").contains("echo 9 > "), "{}", said.fix);
        let gigantic = finding(&refused(MIB, SHM_HUGETLB | 30 << 26, Errno::ENOMEM), &machine(0));
        assert_eq!(gigantic.headline, "1 huge pages of 1 GiB are needed, and 0 are free");
        let unknown = finding(&refused(MIB, SHM_HUGETLB | 25 << 26, Errno::ENOMEM), &machine(0));
        assert!(unknown.why.contains("cannot be looked into"), "{}", unknown.why);
    }

    #[test]
    fn memory_is_refused_for_what_the_kernel_counts() {
        let headline = |size, overcommit| finding(&refused(size, 0, Errno::ENOMEM), &machine(overcommit)).headline;
        assert_eq!(headline(901 * MIB, 0), "901 MiB asked for, and memory and swap are 900 MiB");
        assert_eq!(headline(501 * MIB, 2), "501 MiB asked for, and 20 MiB of 500 MiB are promised already");
        assert_eq!(headline(MIB, 0), "the kernel has no 1 MiB to promise");
        assert_eq!(headline(900 * MIB, 0), "the kernel has no 900 MiB to promise");
        let fix = |flags| finding(&refused(MIB, flags, Errno::ENOMEM), &machine(0)).fix;
        assert!(fix(0).contains("SHM_NORESERVE|0600") && !fix(SHM_NORESERVE).contains("SHM_NORESERVE"));
        assert_eq!(rules_of(&get(9, 1, 0o600, Err(Errno::ENOMEM)), &machine(0)), [""; 0], "nothing was to be made");
    }
}
