//! What can be wrong with ftok(3).

mod files;
mod project;

use super::{Check, Explain, Made, Words};
use crate::call::Call;
use crate::detail::Detail;
use crate::errno::Errno;
use crate::facts::Facts;
use crate::path::PathStart;
use crate::rule;

pub const FAILED: &[Check] = &[Check { rule: &rule::ftok::FTOK_FAILED, find: failed }];

pub const SUCCEEDED: &[Check] = &[
    Check { rule: &rule::ftok::FTOK_PROJECT_ZERO, find: project::zero },
    Check { rule: &rule::ftok::FTOK_PROJECT_TRUNCATED, find: project::truncated },
    Check { rule: &rule::ftok::FTOK_COLLISION, find: files::collision },
    Check { rule: &rule::ftok::FTOK_PATH_REPLACED, find: files::replaced },
];

/// The path that ftok was given, where it could be read.
const fn path_of(made: &Made) -> Option<&PathStart> {
    match &made.detail {
        Some(Detail::Path(path)) => Some(path),
        _ => None,
    }
}

/// There is no key, and -1 looks like one.
fn failed<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Ftok { .. }, Err(errno)) = (made.call, made.outcome) else { return None };
    let path = path_of(made);
    Some(Box::new(move || Words {
        headline: match path {
            Some(path) => format!("no key for {path}: {errno}"),
            None => format!("the path cannot be read: {errno}"),
        },
        why:
            "ftok makes a key from the device and inode of a file that exists; when it fails it returns -1, and shmget \
              takes -1 for a key like any other; where the program checks for it, all is well"
                .to_owned(),
        fix: fix(path, errno),
        ..Words::default()
    }))
}

fn fix(path: Option<&PathStart>, errno: Errno) -> String {
    let Some(path) = path else {
        return "give ftok the name of a file that exists, and check for (key_t)-1".to_owned();
    };
    let relative = path.bytes().first().is_some_and(|byte| *byte != b'/');
    match errno {
        Errno::ENOENT if relative => format!(
            "create {path} before the first run, or give a full path: this one is looked up in the folder the program \
             was started in; and check for (key_t)-1"
        ),
        Errno::ENOENT => format!("create {path} before the first run; and check for (key_t)-1"),
        Errno::EACCES => format!("every folder on the way to {path} must be searchable (x); and check for (key_t)-1"),
        _ => format!("give ftok a file that stat can look at ({path} is not one); and check for (key_t)-1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::tests::first;
    use crate::facts::fake::World;
    use crate::finding::Finding;
    use crate::site::Site;

    fn failure(path: Option<&[u8]>, errno: Errno) -> Finding {
        let call = Call::Ftok { path: Addr(1), project: 65 };
        let detail = path.map(|path| Detail::Path(PathStart::new(path)));
        let made = Made { call, outcome: Err(errno), site: Site::UNKNOWN, detail };
        first(&made, &World::default()).unwrap()
    }

    #[test]
    fn the_headline_names_the_path_and_the_reason() {
        let finding = failure(Some(b"shmfile"), Errno::ENOENT);
        assert_eq!(finding.rule.id, "ftok-failed");
        assert_eq!(finding.headline, "no key for \"shmfile\": ENOENT (No such file or directory)");
        assert_eq!(finding.call, "ftok(\"shmfile\", 65) = -1 ENOENT (No such file or directory)");
        assert!(finding.fix.contains("the folder the program was started in"));
    }

    #[test]
    fn a_full_path_is_not_told_about_the_working_folder() {
        let finding = failure(Some(b"/var/shmfile"), Errno::ENOENT);
        assert!(!finding.fix.contains("folder"), "{}", finding.fix);
    }

    #[test]
    fn the_remedy_is_one_for_the_reason() {
        for (errno, fix) in [
            (Errno::ENOENT, "create \"/shmfile\" before the first run; "),
            (Errno::EACCES, "every folder on the way to \"/shmfile\" must be searchable"),
            (Errno::EFAULT, "give ftok a file that stat can look at"),
        ] {
            let finding = failure(Some(b"/shmfile"), errno);
            assert!(finding.fix.starts_with(fix), "{}", finding.fix);
        }
    }

    #[test]
    fn a_path_that_cannot_be_read_is_not_quoted() {
        let finding = failure(None, Errno::EFAULT);
        assert_eq!(finding.headline, "the path cannot be read: EFAULT (Bad address)");
        assert_eq!(finding.call, "ftok(0x1, 65) = -1 EFAULT (Bad address)");
    }
}
