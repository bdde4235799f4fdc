//! What can be wrong with shmget(2).

use crate::call::{Call, Key, Outcome, Written};
use crate::finding::{Earlier, Finding};
use crate::rule;
use crate::site::Site;
use crate::tracker::FtokFailure;

/// `key-is-minus-one`: what a failed ftok returned was used as a key.
#[must_use]
pub fn key_is_minus_one(call: &Call, outcome: Outcome, site: Site, ftok: Option<&FtokFailure>) -> Option<Finding> {
    let Call::Get { key: Key::FAILED, .. } = call else { return None };
    let headline = match ftok {
        Some(_) => "the key is -1, as a failed ftok returns it",
        None => "the key is -1, which is what ftok returns when it fails",
    };
    let effect = if outcome.is_ok() { "the call works" } else { "the number is a good key to the kernel" };
    Some(Finding {
        rule: &rule::KEY_IS_MINUS_ONE,
        severity: rule::KEY_IS_MINUS_ONE.severity,
        headline: headline.to_owned(),
        call: Written { call, outcome, detail: None }.to_string(),
        site,
        earlier: ftok.map(|failure| Earlier {
            what: format!("the last ftok that failed was {}", failure.written()),
            site: failure.site,
        }),
        segment: None,
        why: format!(
            "{effect}, but every program that makes this mistake meets in the one segment with the key 0xffffffff"
        ),
        fix: "check the key before shmget: if (key == (key_t)-1) { perror(\"ftok\"); exit(1); }".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::errno::Errno;
    use crate::path::PathStart;

    const fn get(key: i32) -> Call {
        Call::Get { key: Key(key), size: 1024, flags: 0o1666 }
    }

    #[test]
    fn only_the_key_minus_one_is_reported() {
        for key in [0, 1, i32::MAX, i32::MIN, -2] {
            assert_eq!(key_is_minus_one(&get(key), Ok(0), Site::Unknown, None), None);
        }
        assert!(key_is_minus_one(&get(-1), Ok(0), Site::Unknown, None).is_some());
        assert!(key_is_minus_one(&get(-1), Err(Errno::ENOENT), Site::Unknown, None).is_some());
    }

    #[test]
    fn the_ftok_that_failed_is_named_with_its_site() {
        let ftok = FtokFailure {
            path: Some(PathStart::new(b"shmfile")),
            address: Addr(1),
            project: 65,
            errno: Errno::ENOENT,
            site: Site::Return(0x1234),
        };
        let finding = key_is_minus_one(&get(-1), Ok(0), Site::Unknown, Some(&ftok)).unwrap();
        let earlier = finding.earlier.unwrap();
        assert_eq!(
            earlier.what,
            "the last ftok that failed was ftok(\"shmfile\", 65) = -1 ENOENT (No such file or directory)"
        );
        assert_eq!(earlier.site, Site::Return(0x1234));
    }
}
