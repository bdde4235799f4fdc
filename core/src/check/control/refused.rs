//! What shmctl(2) refuses for another reason than the id: the command, the buffer, the user, the limit.

use crate::call::{Call, ShmId};
use crate::check::{Explain, Made, Words};
use crate::errno::Errno;
use crate::facts::{Facts, SegmentFacts};
use crate::flags::{Command, IPC_64, IPC_INFO, IPC_RMID, IPC_SET, IPC_STAT, SHM_INFO, SHM_LOCK, SHM_UNLOCK};
use crate::text::{Plain, unbroken};
use crate::tracker::Origin;

/// Commands of semctl(2) that are none of shmctl's; its others have numbers that mean something here.
const OF_SEMAPHORES: [(i32, &str); 5] =
    [(16, "SETVAL"), (17, "SETALL"), (18, "SEM_STAT"), (19, "SEM_INFO"), (20, "SEM_STAT_ANY")];

pub fn unknown_command<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Control { id, command, .. }, Err(Errno::EINVAL)) = (made.call, made.outcome) else { return None };
    if Command(command).name().is_some() {
        return None;
    }
    Some(Box::new(move || {
        let known = "shmctl knows IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK and SHM_UNLOCK, and for tools IPC_INFO, SHM_INFO, \
                     SHM_STAT and SHM_STAT_ANY";
        let (is_what, fix) = match meant(id, command, facts) {
            Some(hint) => (format!(": {}", hint.is_what), hint.fix),
            None => (String::new(), format!("give one of those in the place of {command}")),
        };
        Words {
            headline: format!("there is no command {command}{is_what}"),
            why: format!("{known}; the kernel looks at nothing else before it refuses an unknown one"),
            fix,
            ..Words::default()
        }
    }))
}

/// What an unknown command may have been meant to be.
struct Hint {
    is_what: String,
    fix: String,
}

fn meant(id: ShmId, command: i32, facts: &dyn Facts) -> Option<Hint> {
    if let Some((_, name)) = OF_SEMAPHORES.iter().find(|(number, _)| *number == command) {
        return Some(Hint {
            is_what: format!("that is semctl's {name}"),
            fix: format!(
                "{name} is for semaphores: call semctl with a semaphore set's id, or give shmctl its own command"
            ),
        });
    }
    if let Some(name) = Command(command & !IPC_64).name().filter(|_| command > 0) {
        return Some(Hint {
            is_what: format!("that is {name} with IPC_64 (0x100)"),
            fix: format!("leave IPC_64 out: it is for C libraries on 32-bit machines; {name} alone is meant"),
        });
    }
    let name = Command(id.0).name().filter(|_| command >= 0 && facts.status(ShmId(command)).is_some())?;
    Some(Hint {
        is_what: format!("that is the id of a segment, and {id} is {name}"),
        fix: format!("the id comes first, then the command: {}", unbroken(&format!("shmctl({command}, {name}, ...)"))),
    })
}

/// The structure that a command wants, and whether the kernel reads it.
const fn structure(command: i32) -> &'static str {
    match command {
        IPC_INFO => "struct shminfo",
        SHM_INFO => "struct shm_info",
        _ => "struct shmid_ds",
    }
}

pub fn bad_buffer<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (Call::Control { id, command, buffer }, Err(Errno::EFAULT)) = (made.call, made.outcome) else { return None };
    Some(Box::new(move || {
        let (name, structure) = (Command(command), structure(command));
        let (does, done) = if command == IPC_SET { ("reads", "read") } else { ("writes", "written") };
        let call = unbroken(&format!("{structure} buffer; shmctl({id}, {name}, &buffer)"));
        Words {
            headline: match buffer.0 {
                0 => format!("{name} was given NULL, and not a {structure}"),
                _ => format!("{name} was given {buffer}, where no {structure} can be {done}"),
            },
            segment: if command == IPC_STAT { facts.segment(id) } else { None },
            why: format!("with {name} the kernel {does} a {structure} at its third argument"),
            fix: match command {
                IPC_SET => format!("fill one by IPC_STAT, change it, and pass its address: {call}"),
                _ => format!("pass the address of one: {call}"),
            },
            ..Words::default()
        }
    }))
}

/// The command and its segment, of a call that is for the owner and the creator; whether this process is one of them.
fn owners_command(made: &Made, facts: &dyn Facts) -> Option<(ShmId, i32, bool)> {
    let Call::Control { id, command, .. } = made.call else { return None };
    if !matches!(command, IPC_SET | IPC_RMID | SHM_LOCK | SHM_UNLOCK) {
        return None;
    }
    let status = facts.status(id)?;
    let own = [status.owner.uid, status.creator_uid].contains(&facts.identity().euid);
    Some((id, command, own))
}

pub fn not_owner<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    if made.outcome != Err(Errno::EPERM) {
        return None;
    }
    let (id, command, _) = owners_command(made, facts).filter(|(.., own)| !own)?;
    Some(Box::new(move || {
        let segment = facts.segment(id);
        let owner = segment.as_ref().map_or_else(|| "another user".to_owned(), owner);
        let known = facts.past().known_segment(id);
        let made_here = known.is_some_and(|known| known.origin == Origin::Created && !known.inherited);
        let capability = if matches!(command, SHM_LOCK | SHM_UNLOCK) { "CAP_IPC_LOCK" } else { "CAP_SYS_ADMIN (root)" };
        let creator = match facts.status(id) {
            Some(status) if status.creator_uid != status.owner.uid => format!(", made by uid {}", status.creator_uid),
            _ => String::new(),
        };
        Words {
            headline: format!(
                "segment {id} belongs to {owner}{creator}; this process is uid {}",
                facts.identity().euid
            ),
            segment,
            why: format!(
                "{} is for the owner, the creator and whoever has {capability}; the mode, which says who may attach, does \
                 not matter",
                Command(command)
            ),
            fix: if made_here {
                "this process made it as another user: do this before setuid or seteuid gives those rights away"
                    .to_owned()
            } else {
                format!("do this as {owner}, or let {owner} hand the segment over first (IPC_SET, shm_perm.uid)")
            },
            ..Words::default()
        }
    }))
}

fn owner(segment: &SegmentFacts) -> String {
    match &segment.owner {
        Some(name) => Plain(name.as_bytes()).to_string(),
        None => format!("uid {}", segment.uid),
    }
}

pub fn lock_limit<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Err(errno @ (Errno::EPERM | Errno::ENOMEM)) = made.outcome else { return None };
    let (id, ..) = owners_command(made, facts).filter(|(_, command, own)| *command == SHM_LOCK && *own)?;
    let limit = facts.lock_limit();
    // Else it was a security module that said no.
    if errno == Errno::EPERM && limit != Some(0) {
        return None;
    }
    Some(Box::new(move || {
        let segment = facts.segment(id);
        let page = facts.page_size();
        let bytes = segment.as_ref().map_or(0, |segment| segment.size.next_multiple_of(page));
        let headline = match limit {
            Some(0) => "nothing may be locked in memory: RLIMIT_MEMLOCK is 0".to_owned(),
            Some(limit) if limit < bytes as u64 => {
                format!("{bytes} bytes are more than the {limit} that may be locked")
            }
            Some(limit) => format!("{bytes} bytes more would pass the {limit} that may be locked"),
            None => format!("{bytes} bytes are more than may be locked"),
        };
        Words {
            headline,
            segment,
            why: "RLIMIT_MEMLOCK bounds what a user may lock in memory, all of it together: other segments, mlock, also in \
                  other processes; only CAP_IPC_LOCK (root) is free of it"
                .to_owned(),
            fix: format!(
                "raise the limit by {} or more ({}, LimitMEMLOCK= of a service, limits.conf), or go without SHM_LOCK: it \
                 only keeps the memory from being swapped out",
                Kibibytes(bytes),
                unbroken("ulimit -l")
            ),
            ..Words::default()
        }
    }))
}

/// In the unit of `ulimit -l`, rounded up.
struct Kibibytes(usize);

impl std::fmt::Display for Kibibytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} KiB", self.0.div_ceil(1024))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, Key};
    use crate::check::get::tests::{after, get};
    use crate::check::tests::first;
    use crate::facts::fake::{World, segment};
    use crate::facts::{Identity, SegmentFacts};
    use crate::finding::Finding;
    use crate::site::Site;

    fn refused(id: i32, command: i32, buffer: usize, errno: Errno) -> Made {
        let call = Call::Control { id: ShmId(id), command, buffer: Addr(buffer) };
        Made { call, outcome: Err(errno), site: Site::UNKNOWN, detail: None }
    }

    fn found(made: &Made, world: &World) -> Option<(&'static str, String)> {
        first(made, world).map(|Finding { rule, headline, .. }| (rule.id, headline))
    }

    fn world_of(euid: u32, there: SegmentFacts) -> World {
        World { segments: vec![there], identity: Identity { euid, ..Identity::default() }, ..World::default() }
    }

    #[test]
    fn an_unknown_command_is_told_with_what_it_may_have_been() {
        let world = World { segments: vec![segment(77)], ..World::default() };
        let headline = |id, command| found(&refused(id, command, 0, Errno::EINVAL), &world);
        let said = |text: &str| Some(("unknown-command", text.to_owned()));
        assert_eq!(headline(77, 16), said("there is no command 16: that is semctl's SETVAL"));
        assert_eq!(headline(77, 4), said("there is no command 4"));
        assert_eq!(headline(-1, -1), said("there is no command -1"));
        assert_eq!(headline(77, 0o402), said("there is no command 258: that is IPC_STAT with IPC_64 (0x100)"));
        assert_eq!(headline(0, 77), said("there is no command 77: that is the id of a segment, and 0 is IPC_RMID"));
        assert_eq!(headline(9, 77), said("there is no command 77"), "9 is no command either");
        assert_eq!(headline(0, 78), said("there is no command 78"), "nor is 78 an id");
        for command in [0, 1, 2, 3, 11, 12, 13, 14, 15] {
            assert_eq!(headline(77, command), None, "{command}");
        }
        assert_eq!(found(&refused(77, 16, 0, Errno::EPERM), &world), None);
    }

    #[test]
    fn a_bad_buffer_is_told_with_the_structure_that_is_wanted() {
        let world = World { segments: vec![segment(5)], ..World::default() };
        let headline = |command, buffer| found(&refused(5, command, buffer, Errno::EFAULT), &world).unwrap();
        assert_eq!(headline(2, 0), ("bad-buffer", "IPC_STAT was given NULL, and not a struct shmid_ds".to_owned()));
        assert_eq!(headline(1, 16).1, "IPC_SET was given 0x10, where no struct shmid_ds can be read");
        assert_eq!(headline(3, 16).1, "IPC_INFO was given 0x10, where no struct shminfo can be written");
        assert_eq!(headline(14, 0).1, "SHM_INFO was given NULL, and not a struct shm_info");
        assert_eq!(found(&refused(5, 2, 0, Errno(5)), &world), None);
        let said = |command| first(&refused(5, command, 16, Errno::EFAULT), &world).unwrap();
        assert!(said(IPC_SET).fix.starts_with("fill one by IPC_STAT") && said(2).fix.starts_with("pass the address"));
        assert_eq!([2, IPC_SET, 3].map(|command| said(command).segment.is_some()), [true, false, false]);
    }

    #[test]
    fn who_is_neither_owner_nor_creator_is_told_whose_it_is() {
        let world = |euid| world_of(euid, segment(5));
        for command in [IPC_SET, IPC_RMID, SHM_LOCK, SHM_UNLOCK] {
            let (rule, headline) = found(&refused(5, command, 0, Errno::EPERM), &world(9)).unwrap();
            assert_eq!((rule, headline.as_str()), ("not-owner", "segment 5 belongs to root; this process is uid 9"));
            assert_eq!(found(&refused(5, command, 0, Errno::EPERM), &world(0)), None, "a security module");
        }
        assert_eq!(found(&refused(5, IPC_STAT, 0, Errno::EPERM), &world(9)), None);
        assert_eq!(found(&refused(6, IPC_RMID, 0, Errno::EPERM), &world(9)), None, "gone by now");
        let nameless = world_of(9, SegmentFacts { owner: None, uid: 7, ..segment(5) });
        let finding = first(&refused(5, IPC_RMID, 0, Errno::EPERM), &nameless).unwrap();
        assert!(finding.fix.contains("as uid 7, or let uid 7 hand"), "{}", finding.fix);
        let handed_over = World { maker: Some(8), ..nameless };
        let headline = found(&refused(5, IPC_RMID, 0, Errno::EPERM), &handed_over).unwrap().1;
        assert_eq!(headline, "segment 5 belongs to uid 7, made by uid 8; this process is uid 9");
    }

    #[test]
    fn who_made_it_as_another_user_is_told_to_do_it_before() {
        let known = |origin| {
            let call = get(9, 4096, 0o600, Ok(5));
            after(world_of(9, SegmentFacts { key: Key(9), ..segment(5) }), &call, 4096, origin)
        };
        let is_own = |world: &World| {
            let finding = first(&refused(5, IPC_RMID, 0, Errno::EPERM), world).unwrap();
            finding.fix.starts_with("this process made it as another user")
        };
        let mut world = known(Origin::Created);
        assert!(is_own(&world) && !is_own(&known(Origin::Found)));
        world.tracker.become_child();
        assert!(!is_own(&world), "its parent has made it");
    }

    #[test]
    fn the_limit_of_locked_memory_is_told_to_the_owner() {
        let world = |limit| World { lock_limit: limit, ..world_of(0, SegmentFacts { size: 5000, ..segment(5) }) };
        let headline = |errno, limit| found(&refused(5, SHM_LOCK, 0, errno), &world(limit));
        let said = |text: &str| Some(("lock-limit", text.to_owned()));
        assert_eq!(headline(Errno::EPERM, Some(0)), said("nothing may be locked in memory: RLIMIT_MEMLOCK is 0"));
        assert_eq!(headline(Errno::EPERM, Some(4096)), None);
        assert_eq!(headline(Errno::ENOMEM, Some(4096)), said("8192 bytes are more than the 4096 that may be locked"));
        assert_eq!(headline(Errno::ENOMEM, Some(8192)), said("8192 bytes more would pass the 8192 that may be locked"));
        assert_eq!(found(&refused(5, SHM_UNLOCK, 0, Errno::ENOMEM), &world(Some(0))), None);
        let finding = first(&refused(5, SHM_LOCK, 0, Errno::ENOMEM), &world(Some(4096))).unwrap();
        assert!(finding.fix.contains("by 8 KiB or more"), "{}", finding.fix);
    }
}
