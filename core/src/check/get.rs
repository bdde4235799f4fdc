//! What can be wrong with shmget(2).

use super::{Check, Explain, Made, Words};
use crate::call::{Call, Key};
use crate::errno::Errno;
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::rule;
use crate::text::unbroken;

/// Of a shmget that failed, in the order in which the kernel looks (see semantics in shmget(2)).
pub const FAILED: &[Check] = &[
    Check { rule: &rule::get::KEY_IS_MINUS_ONE, find: key_is_minus_one },
    Check { rule: &rule::get::SIZE_MISMATCH, find: size_mismatch },
];

pub const SUCCEEDED: &[Check] = &[Check { rule: &rule::get::KEY_IS_MINUS_ONE, find: key_is_minus_one }];

/// What a failed ftok returned was used as a key.
fn key_is_minus_one<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
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

/// The key names a smaller segment.
fn size_mismatch<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
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
            headline: format!("{size} bytes asked of a segment of {there}"),
            segment,
            why: "the key already names a smaller segment, and Linux never resizes one; a key outlives the processes \
                  that used it, so this may be one of an earlier run"
                .to_owned(),
            fix: format!("ask for no more than {there} bytes{removal}"),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, Outcome};
    use crate::check::tests::first;
    use crate::detail::Detail;
    use crate::facts::SegmentFacts;
    use crate::facts::fake::{World, segment};
    use crate::path::PathStart;
    use crate::site::Site;
    use crate::tracker::Failed;

    fn get(key: i32, size: usize, outcome: Outcome) -> Made {
        let call = Call::Get { key: Key(key), size, flags: 0o1666 };
        Made { call, outcome, site: Site::Unknown, detail: None }
    }

    #[test]
    fn only_the_key_minus_one_is_what_ftok_returns() {
        let world = World::default();
        for outcome in [Ok(0), Err(Errno::ENOENT)] {
            for key in [0, 1, i32::MAX, i32::MIN, -2] {
                assert_eq!(first(&get(key, 1024, outcome), &world), None);
            }
            assert_eq!(first(&get(-1, 1024, outcome), &world).unwrap().rule.id, "key-is-minus-one");
        }
    }

    #[test]
    fn the_ftok_that_failed_is_named_with_its_site() {
        let mut world = World::default();
        world.tracker.record_failure(Failed {
            call: Call::Ftok { path: Addr(1), project: 65 },
            errno: Errno::ENOENT,
            site: Site::Return(0x1234),
            thread: 7,
            detail: Some(Detail::Path(PathStart::new(b"shmfile"))),
        });
        let earlier = first(&get(-1, 1024, Ok(0)), &world).unwrap().earlier.unwrap();
        assert_eq!(
            earlier.what,
            "the last ftok that failed was ftok(\"shmfile\", 65) = -1 ENOENT (No such file or directory)"
        );
        assert_eq!(earlier.site, Site::Return(0x1234));
    }

    #[test]
    fn a_smaller_segment_under_the_key_explains_einval() {
        let there = SegmentFacts { key: Key(9), size: 100, ..segment(5) };
        let world =
            |attachments| World { segments: vec![SegmentFacts { attachments, ..there.clone() }], ..World::default() };
        let finding = first(&get(9, 200, Err(Errno::EINVAL)), &world(0)).unwrap();
        assert_eq!(
            (finding.rule.id, finding.headline.as_str()),
            ("size-mismatch", "200 bytes asked of a segment of 100")
        );
        assert_eq!(finding.segment, Some(there.clone()));
        assert!(finding.fix.contains("no more than 100 bytes") && finding.fix.contains("ipcrm"), "{}", finding.fix);
        let used = first(&get(9, 200, Err(Errno::EINVAL)), &world(1)).unwrap();
        assert!(!used.fix.contains("ipcrm"), "never for one that is attached: {}", used.fix);
        for other in [get(9, 100, Err(Errno::EINVAL)), get(8, 200, Err(Errno::EINVAL)), get(9, 200, Err(Errno::ENOENT))]
        {
            assert_eq!(first(&other, &world(0)), None);
        }
        let private = get(0, 200, Err(Errno::EINVAL));
        assert_eq!(first(&private, &World { segments: vec![segment(5)], ..World::default() }), None);
    }
}
