//! What can be wrong with the size, and what there is not enough of.

use super::namespace::Namespace;
use super::{Explain, Made, Words};
use crate::call::{Call, Key};
use crate::errno::Errno;
use crate::facts::{Facts, Size};
use crate::flags::IPC_CREAT;
use crate::text::{counted, unbroken};

/// The key names a smaller segment.
pub fn size_mismatch<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Get { key, size, .. }, Err(Errno::EINVAL)) = (made.call, made.outcome) else { return None };
    if key == Key::PRIVATE {
        return None;
    }
    let id = facts.id_of(key)?;
    let there = usize::try_from(facts.status(id)?.size).ok()?;
    if size <= there {
        return None;
    }
    Some(Box::new(move || {
        let segment = facts.segment(id);
        let removal = match segment.as_ref().map(|segment| segment.attachments) {
            Some(0) => format!(", or remove it first ({}; nobody is attached)", unbroken(&format!("ipcrm -m {id}"))),
            Some(_) => "; it is in use, so it cannot make room for a larger one now".to_owned(),
            None => String::new(),
        };
        Words {
            headline: format!("{} asked of a segment of {there}", counted(size, "byte")),
            segment,
            why: "the key already names a smaller segment, and Linux never resizes one; a key outlives the processes \
                  that used it, so this may be one of an earlier run"
                .to_owned(),
            fix: format!("ask for no more than {}{removal}", counted(there, "byte")),
            ..Words::default()
        }
    }))
}

/// Bytes, of a shmget that was to make a segment and that was refused with `errno`.
pub fn refused_size(made: &Made, errno: Errno) -> Option<usize> {
    match (made.call, made.outcome) {
        (Call::Get { key, size, flags }, Err(refused)) if refused == errno => {
            (key == Key::PRIVATE || flags & IPC_CREAT != 0).then_some(size)
        }
        _ => None,
    }
}

pub fn zero_size<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_size(made, Errno::EINVAL).filter(|size| *size == 0)?;
    let Call::Get { key, .. } = made.call else { return None };
    Some(Box::new(move || {
        Words {
        headline: "a segment of 0 bytes was to be made".to_owned(),
        why: if key == Key::PRIVATE {
            "IPC_PRIVATE always makes a new segment, and the smallest has 1 byte".to_owned()
        } else {
            format!(
                "the size 0 is for a segment that is there; the key {} has none, so one would have to be made",
                key.as_in_source()
            )
        },
        fix: "pass the size in bytes; where the segment must be there already, leave IPC_CREAT out: then the error says so \
              (ENOENT)"
            .to_owned(),
        ..Words::default()
    }
    }))
}

pub fn size_over_shmmax<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let size = refused_size(made, Errno::EINVAL)?;
    let most = facts.limits()?.largest;
    (size as u64 > most).then_some(())?;
    Some(Box::new(move || {
        // What a negative number becomes.
        let signed = size.cast_signed();
        let headline = match signed {
            ..0 => format!("{size} bytes asked for, which is what a size of {signed} becomes"),
            _ => format!("{size} bytes asked for, and the limit is {most} (kernel.shmmax)"),
        };
        Words {
            headline,
            why: "the limit is that of the IPC namespace, in which a container or a service may be alone; the --shm-size \
                  of a container is another thing, the size of /dev/shm"
                .to_owned(),
            fix: match signed {
                ..0 => "look at where the size comes from: a size_t has no sign".to_owned(),
                _ => format!(
                    "ask for no more than {most} bytes, or raise the limit, as root: {}",
                    unbroken(&format!("sysctl -w kernel.shmmax={size}"))
                ),
            },
            ..Words::default()
        }
    }))
}

pub fn out_of_shared_pages<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let size = refused_size(made, Errno::ENOSPC)?;
    let pages = size.div_ceil(facts.page_size()) as u64;
    let (most, used) = (facts.limits()?.pages, facts.usage()?.pages);
    (used.saturating_add(pages) > most).then_some(())?;
    Some(Box::new(move || {
        let bytes = |pages: u64| Size(pages.saturating_mul(facts.page_size() as u64));
        let (namespace, words) = Namespace::look(facts);
        Words {
            headline: format!("{pages} pages more would be too many: {used} of {most} are taken (kernel.shmall)"),
            earlier: namespace,
            why: format!(
                "this is not the disk: the segments of this IPC namespace may have {} in all, and have {}, attached or \
                 not; {words}",
                bytes(most),
                bytes(used)
            ),
            fix: format!(
                "remove what nobody uses: {}; or raise the limit, as root: {}",
                HOW_TO_FIND,
                unbroken(&format!("sysctl -w kernel.shmall={}", used.saturating_add(pages)))
            ),
            ..Words::default()
        }
    }))
}

pub fn out_of_segment_ids<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    refused_size(made, Errno::ENOSPC)?;
    let most = facts.limits()?.segments;
    (u64::try_from(facts.usage()?.segments).ok()? >= most).then_some(())?;
    Some(Box::new(move || {
        let (earlier, words) = Namespace::look(facts);
        Words {
            headline: format!("there are {most} segments already, and no more may be (kernel.shmmni)"),
            earlier,
            why: format!("this is not the disk: the IPC namespace has no id left for another segment; {words}"),
            fix: format!(
                "remove each segment when its last user is done: {}; of what is left now, {HOW_TO_FIND}; or raise the \
                 limit, as root: {}",
                unbroken("shmctl(shmid, IPC_RMID, NULL)"),
                unbroken(&format!("sysctl -w kernel.shmmni={}", most.saturating_mul(2).clamp(1, 32768)))
            ),
            ..Words::default()
        }
    }))
}

const HOW_TO_FIND: &str = "ipcs -m lists what nobody has attached (nattch 0), and ipcrm removes it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::get::tests::{finding, get, limited, rules_of};
    use crate::check::tests::first;
    use crate::facts::SegmentFacts;
    use crate::facts::fake::{PAGE, World, segment};

    #[test]
    fn a_smaller_segment_under_the_key_explains_einval() {
        let there = SegmentFacts { key: Key(9), size: 100, ..segment(5) };
        let world =
            |attachments| World { segments: vec![SegmentFacts { attachments, ..there.clone() }], ..World::default() };
        let finding = first(&get(9, 200, 0o600, Err(Errno::EINVAL)), &world(0)).unwrap();
        assert_eq!(
            (finding.rule.id, finding.headline.as_str()),
            ("size-mismatch", "200 bytes asked of a segment of 100")
        );
        assert_eq!(finding.segment, Some(there.clone()));
        assert!(finding.fix.contains("no more than 100 bytes") && finding.fix.contains("ipcrm"), "{}", finding.fix);
        let used = first(&get(9, 200, 0o600, Err(Errno::EINVAL)), &world(1)).unwrap();
        assert!(!used.fix.contains("ipcrm"), "never for one that is attached: {}", used.fix);
        for other in [
            get(9, 100, 0o600, Err(Errno::EINVAL)),
            get(8, 200, 0o600, Err(Errno::EINVAL)),
            get(9, 200, 0o600, Err(Errno::EIDRM)),
        ] {
            assert_eq!(first(&other, &world(0)), None);
        }
        let private = get(0, 200, 0o600, Err(Errno::EINVAL));
        assert_eq!(first(&private, &World { segments: vec![segment(5)], ..World::default() }), None);
    }

    #[test]
    fn a_new_segment_has_a_size_and_no_more_than_the_limit() {
        let world = limited(vec![], 0);
        let refused = |key, size, flags| rules_of(&get(key, size, flags, Err(Errno::EINVAL)), &world);
        assert_eq!(refused(0, 0, 0), ["zero-size"]);
        assert_eq!(refused(9, 0, 0o1600), ["zero-size"]);
        for (key, why) in
            [(0, "IPC_PRIVATE always makes a new segment"), (9, "the size 0 is for a segment that is there")]
        {
            let made = get(key, 0, 0o1600, Err(Errno::EINVAL));
            assert!(finding(&made, &World::default()).why.starts_with(why));
        }
        assert_eq!(refused(0, 1001, 0), ["size-over-shmmax"]);
        assert_eq!(refused(9, 1001, 0o1600), ["size-over-shmmax"]);
        assert_eq!(refused(9, 1000, 0o1600), [""; 0]);
        assert_eq!(refused(9, 1001, 0o600), [""; 0], "nothing was to be made");
        assert_eq!(rules_of(&get(0, 1001, 0, Err(Errno::EINVAL)), &World::default()), [""; 0], "no limit is known");
        let said = finding(&get(0, 1001, 0, Err(Errno::EINVAL)), &world);
        assert!(said.headline.contains("1000") && said.fix.contains("no more than 1000 bytes"), "{}", said.fix);
        let negative = finding(&get(0, usize::MAX - 7, 0, Err(Errno::EINVAL)), &world);
        assert!(negative.headline.contains("-8") && !negative.fix.contains("sysctl"), "{}", negative.headline);
    }

    #[test]
    fn no_space_is_told_by_what_is_used_up() {
        let refused = |size| get(0, size, 0o600, Err(Errno::ENOSPC));
        let three = || (0..3).map(segment).collect();
        assert_eq!(rules_of(&refused(PAGE + 1), &limited(three(), 9)), ["out-of-shared-pages"]);
        assert_eq!(rules_of(&refused(PAGE), &limited(three(), 9)), [""; 0], "by now there is room");
        assert_eq!(rules_of(&refused(usize::MAX), &limited(three(), 9)), ["out-of-shared-pages"]);
        assert_eq!(rules_of(&refused(PAGE), &limited((0..4).map(segment).collect(), 9)), ["out-of-segment-ids"]);
        let lookup = get(9, PAGE * 2, 0o600, Err(Errno::ENOSPC));
        assert_eq!(rules_of(&lookup, &limited(three(), 9)), [""; 0]);
        let said = finding(&refused(PAGE + 1), &limited(three(), 9));
        assert!(said.headline.contains("9 of 10"), "{}", said.headline);
        assert!(said.fix.replace('\u{a0}', " ").contains("kernel.shmall=11"), "{}", said.fix);
    }
}
