//! What can be wrong with the flags, and with the mode among them.

use super::{Explain, Made, Words, created};
use crate::call::{Call, Key};
use crate::errno::Errno;
use crate::facts::{Facts, Size};
use crate::flags::{
    GetFlags, IPC_CREAT, IPC_EXCL, Mode, PERMISSIONS, SHM_EXEC, SHM_HUGETLB, SHM_NORESERVE, SHM_REMAP, SHM_RND,
};
use crate::text::unbroken;

/// What people write for a mode. As decimal numbers all of them hold IPC_CREAT and a mode that nobody would want.
const MODES: [i32; 8] = [600, 644, 660, 664, 666, 700, 755, 777];

/// The mode that was written in decimal.
fn decimal(flags: i32) -> Option<i32> {
    let is_it = |mode: &i32| flags & IPC_CREAT != 0 && (flags ^ mode) & !(IPC_CREAT | IPC_EXCL) == 0;
    MODES.into_iter().find(is_it)
}

pub fn decimal_mode<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { flags, .. } = made.call else { return None };
    let mode = decimal(flags)?;
    Some(Box::new(move || {
        Words {
        headline: format!("{mode} in decimal is 0{mode:o}: IPC_CREAT and the mode {}", GetFlags(flags).mode()),
        why: "a mode is an octal number, and in C those begin with 0; this one asks for IPC_CREAT whether or not that was \
              meant, and its owner may not do what the mode was to allow"
            .to_owned(),
        fix: format!(
            "write 0{mode}, and where a segment is to be made {}",
            unbroken(&format!("IPC_CREAT | 0{mode}"))
        ),
        ..Words::default()
    }
    }))
}

/// The call failed for its mode, or for the IPC_CREAT in it.
pub fn decimal_mode_refused<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    matches!(made.outcome, Err(Errno::EACCES | Errno::EEXIST)).then(|| decimal_mode(made, facts)).flatten()
}

pub fn mode_without_owner<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    const OWNER: i32 = 0o600;
    let Call::Get { flags, .. } = made.call else { return None };
    let missing = OWNER & !flags;
    if missing == 0 || decimal(flags).is_some() {
        return None;
    }
    created(made, facts)?;
    Some(Box::new(move || {
        let what = match missing {
            0o400 => "not read it",
            0o200 => "not write it",
            _ => "neither read nor write it",
        };
        let mode = GetFlags(flags).mode();
        let alone = if mode.0 == 0 { "without a mode nobody may do anything" } else { "the owner has no other rights" };
        Words {
            headline: format!("the new segment has mode {mode}: its owner may {what}"),
            why: format!(
                "the low nine bits of the flags are the mode, and {alone}; root gets past that (CAP_IPC_OWNER), and \
                 everybody else gets EACCES"
            ),
            fix: format!("pass {}; 0660 shares it with the group, 0666 with everybody", GetFlags(flags | OWNER)),
            ..Words::default()
        }
    }))
}

/// Below this SHM_NORESERVE saves nothing: nobody means it.
const SMALL: usize = 1 << 16;

pub fn shmat_flag_in_shmget<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { size, flags, .. } = made.call else { return None };
    if flags & (SHM_NORESERVE | SHM_HUGETLB) != SHM_NORESERVE || size >= SMALL {
        return None;
    }
    Some(Box::new(move || {
        let without = GetFlags(flags & !SHM_NORESERVE);
        Words {
            headline: "010000 is SHM_RDONLY to shmat alone; to shmget it is SHM_NORESERVE".to_owned(),
            why: format!(
                "no memory is set aside for the segment, which for {} saves nothing, and it may be written as its mode \
                 allows",
                Size(size as u64)
            ),
            fix: format!("pass shmget {without}, and SHM_RDONLY to shmat; the mode 0444 asks for a segment to read"),
            ..Words::default()
        }
    }))
}

pub fn unknown_flag<'a>(made: &'a Made, _facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { flags, .. } = made.call else { return None };
    let unknown = GetFlags(flags).unknown();
    (unknown != 0).then_some(())?;
    Some(Box::new(move || {
        let of_shmat = [(SHM_RND, "SHM_RND"), (SHM_REMAP, "SHM_REMAP"), (SHM_EXEC, "SHM_EXEC")];
        let names: Vec<_> = of_shmat.iter().filter(|(bit, _)| unknown & bit != 0).map(|(_, name)| *name).collect();
        let size_alone = flags & SHM_HUGETLB == 0 && GetFlags(flags).huge_page() != 0;
        let why = match (names.is_empty(), size_alone) {
            (false, _) => {
                format!("{} is for shmat; shmget does not look at it and does not complain", names.join(" or "))
            }
            (true, true) => "the size of a huge page means nothing without SHM_HUGETLB".to_owned(),
            (true, false) => "the kernel does not look at them and does not complain".to_owned(),
        };
        Words {
            headline: format!("the bits {unknown:#x} of the flags mean nothing to shmget"),
            why,
            fix: format!("pass {} alone", GetFlags(flags & !unknown)),
            ..Words::default()
        }
    }))
}

pub fn world_writable<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    const WRITE_FOR_ALL: i32 = 0o002;
    let Call::Get { key, flags, .. } = made.call else { return None };
    (flags & WRITE_FOR_ALL != 0 && decimal(flags).is_none()).then_some(())?;
    created(made, facts)?;
    Some(Box::new(move || {
        let narrower = (flags & PERMISSIONS & !0o007).cast_unsigned();
        let how = if key == Key::PRIVATE { "by its id, which ipcs shows" } else { "by its key or its id" };
        Words {
            headline: format!(
                "every user of the machine may write the new segment: its mode is {}",
                GetFlags(flags).mode()
            ),
            why: format!("any process may attach it, {how}, and change or fill it"),
            fix: format!("pass the mode {}, or 0600 where one user is enough", Mode(narrower)),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::get::tests::{after, finding, get, rules_of};
    use crate::facts::fake::World;
    use crate::tracker::Origin;

    /// What is said of a shmget that made a segment.
    fn made(key: i32, size: usize, flags: i32) -> Vec<&'static str> {
        let made = get(key, size, flags, Ok(5));
        rules_of(&made, &after(World::default(), &made, size, Origin::Created))
    }

    #[test]
    fn a_decimal_mode_is_known_by_its_number() {
        for mode in MODES {
            assert_eq!(made(9, 4096, mode), ["decimal-mode"], "{mode}");
            assert_eq!(made(9, 4096, mode | IPC_CREAT), ["decimal-mode"], "{mode}");
            assert_eq!(made(9, 4096, mode | IPC_CREAT | IPC_EXCL), ["decimal-mode"], "{mode}");
            let text = finding(&get(9, 4096, mode, Ok(5)), &World::default()).fix;
            assert!(text.starts_with(&format!("write 0{mode}, ")), "{text}");
            let octal = i32::from_str_radix(&mode.to_string(), 8).unwrap();
            assert_eq!(made(9, 4096, IPC_CREAT | octal & !0o002), [""; 0], "{octal:o}");
        }
        let looked_up = get(9, 4096, 0o232, Ok(5));
        assert_eq!(rules_of(&looked_up, &World::default()), [""; 0]);
    }

    #[test]
    fn a_decimal_mode_explains_what_it_may_have_caused() {
        let failed = |errno| rules_of(&get(9, 4096, IPC_EXCL | MODES[4], Err(errno)), &World::default());
        assert_eq!(failed(Errno::EEXIST), ["decimal-mode"]);
        assert_eq!(failed(Errno::EACCES), ["decimal-mode"]);
        assert_eq!(failed(Errno::ENOMEM), ["out-of-memory"]);
        assert_eq!(failed(Errno::ENOSPC), ["decimal-mode"], "there is nothing better");
    }

    #[test]
    fn whoever_makes_a_segment_wants_to_use_it() {
        for flags in [0, 0o066, 0o200, 0o400, 0o577, 0o277] {
            let rules = made(9, 4096, IPC_CREAT | flags & !0o002);
            assert_eq!(
                (rules, made(0, 4096, flags & !0o002)),
                (vec!["mode-without-owner"], vec!["mode-without-owner"])
            );
        }
        assert_eq!(made(9, 4096, IPC_CREAT | 0o600), [""; 0]);
        let call = get(9, 4096, IPC_CREAT | 0o400, Ok(5));
        let said = finding(&call, &after(World::default(), &call, 4096, Origin::Created));
        assert!(said.headline.contains("may not write it") && said.fix.contains("IPC_CREAT|0600"), "{}", said.fix);
        for (mode, headline, why) in [
            (0o200, "may not read it", "the owner has no other rights"),
            (0o066, "may neither read nor write it", "the owner has no other rights"),
            (0, "may neither read nor write it", "without a mode nobody may do anything"),
        ] {
            let call = get(9, 4096, IPC_CREAT | mode, Ok(5));
            let said = finding(&call, &after(World::default(), &call, 4096, Origin::Created));
            assert!(said.headline.ends_with(headline) && said.why.contains(why), "{} {}", said.headline, said.why);
        }
        assert_eq!(rules_of(&call, &after(World::default(), &call, 4096, Origin::Found)), ["create-without-excl"]);
        let looked_up = get(9, 4096, 0, Ok(5));
        assert_eq!(rules_of(&looked_up, &after(World::default(), &looked_up, 4096, Origin::Created)), [""; 0]);
        let mut child = after(World::default(), &call, 4096, Origin::Created);
        child.tracker.become_child();
        assert_eq!(rules_of(&call, &child), [""; 0], "its parent has made it");
        let again = get(9, 4096, IPC_CREAT, Ok(5));
        let first = get(9, 4096, IPC_CREAT | 0o600, Ok(5));
        assert_eq!(rules_of(&again, &after(World::default(), &first, 4096, Origin::Created)), [""; 0]);
    }

    #[test]
    fn a_flag_of_shmat_is_told_from_one_that_was_meant() {
        let rdonly = SHM_NORESERVE | IPC_CREAT | 0o600;
        assert_eq!(made(9, 65535, rdonly), ["shmat-flag-in-shmget"]);
        assert_eq!(made(9, 65536, rdonly), [""; 0]);
        assert_eq!(made(9, 4096, rdonly | SHM_HUGETLB), [""; 0]);
        assert_eq!(made(9, 4096, SHM_RND | IPC_CREAT | 0o600), ["unknown-flag"]);
        let fix = |flags| finding(&get(9, 4096, flags, Ok(5)), &World::default());
        assert!(fix(rdonly).fix.contains("pass shmget IPC_CREAT|0600,"), "{}", fix(rdonly).fix);
        assert!(fix(SHM_EXEC | 0o600).why.contains("SHM_EXEC is for shmat"));
        assert!(fix(21 << 26 | 0o600).why.contains("without SHM_HUGETLB"));
        let unknown = fix(1 << 20 | 0o600);
        assert!(unknown.headline.contains("0x100000") && unknown.why.starts_with("the kernel does not look"));
    }

    #[test]
    fn a_segment_that_everybody_may_write_is_worth_knowing() {
        for mode in [0o666, 0o602, 0o777] {
            assert_eq!(made(9, 4096, IPC_CREAT | mode), ["world-writable"]);
        }
        assert_eq!(made(9, 4096, IPC_CREAT | 0o664), [""; 0]);
        let call = get(9, 4096, IPC_CREAT | 0o666, Ok(5));
        let said = finding(&call, &after(World::default(), &call, 4096, Origin::Created));
        assert!(said.fix.contains("0660") && said.why.contains("by its key or its id"), "{}", said.why);
        let private = get(0, 4096, IPC_CREAT | 0o666, Ok(5));
        let said = finding(&private, &after(World::default(), &private, 4096, Origin::Created));
        assert!(said.why.contains("by its id, which ipcs shows"), "{}", said.why);
        assert_eq!(rules_of(&get(9, 4096, 0o666, Ok(5)), &World::default()), [""; 0]);
    }
}
