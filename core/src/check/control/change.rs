//! IPC_SET that worked, and changed more than was meant.

use crate::call::{Call, ShmId};
use crate::check::{Explain, Made, Words};
use crate::detail::{Change, Detail, Owner, Template};
use crate::facts::Facts;
use crate::flags::{Mode, PERMISSIONS};
use crate::text::unbroken;

/// Any bit beyond these is none of a mode.
const MODE_BITS: u32 = 0o7777;

/// The segment, what it was and what it is now.
fn changed(made: &Made) -> Option<(ShmId, Owner, Change)> {
    let (Call::Control { id, .. }, Ok(_), Some(Detail::Change(change))) = (made.call, made.outcome, made.detail) else {
        return None;
    };
    Some((id, change.before?, change))
}

const fn permissions(owner: Owner) -> u32 {
    owner.mode & PERMISSIONS.cast_unsigned()
}

/// Whether something changed that nobody can have asked for: to 0 in a structure of zeroes, to another owner in one that
/// was not filled at all.
fn by_accident(before: Owner, Change { asked, template, .. }: Change) -> bool {
    let (uid, gid) = (asked.uid != before.uid, asked.gid != before.gid);
    let no_mode = permissions(asked) == 0 && permissions(before) != 0;
    match template {
        Template::Filled => false,
        Template::Blank => uid && asked.uid == 0 || gid && asked.gid == 0 || no_mode,
        Template::Other => uid || gid || no_mode || asked.mode & !MODE_BITS != 0,
    }
}

pub fn without_stat<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let (id, before, change) = changed(made).filter(|(_, before, change)| by_accident(*before, *change))?;
    Some(Box::new(move || {
        let Change { asked, template, .. } = change;
        let mut changes = Vec::new();
        if before.uid != asked.uid {
            changes.push(format!("uid {} -> {}", before.uid, asked.uid));
        }
        if before.gid != asked.gid {
            changes.push(format!("gid {} -> {}", before.gid, asked.gid));
        }
        if permissions(before) != permissions(asked) {
            changes.push(format!("mode {} -> {}", Mode(permissions(before)), Mode(permissions(asked))));
        }
        let rest = if template == Template::Blank { "0" } else { "what happened to stand there" };
        Words {
            headline: format!("{}, without IPC_STAT before", changes.join(", ")),
            segment: facts.segment(id),
            why: format!(
                "IPC_SET takes uid, gid and mode, all three: what the program does not set is {rest}; if it has set all of \
                 them, this is as it is meant"
            ),
            fix: format!(
                "{}, then set what is to change, then IPC_SET",
                unbroken(&format!("shmctl({id}, IPC_STAT, &change)"))
            ),
            ..Words::default()
        }
    }))
}

pub fn locks_self_out<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    const READ: u32 = 0o400;
    let (id, before, change) = changed(made).filter(|(_, before, change)| !by_accident(*before, *change))?;
    let asked = change.asked;
    if before.mode & READ == 0 || asked.mode & READ != 0 {
        return None;
    }
    let identity = facts.identity();
    let creator = facts.status(id)?.creator_uid;
    // Given away: the new owner's digit is not this process's.
    if ![asked.uid, creator].contains(&identity.euid) || identity.overrides_modes() {
        return None;
    }
    Some(Box::new(move || {
        let mode = permissions(asked);
        let fix = match octal(asked.mode) {
            Some(octal) => format!("{} is a decimal number: write {}", asked.mode, Mode(octal)),
            None => {
                format!("leave the owner the first digit: shm_perm.mode = {}", Mode(mode | permissions(before) & 0o700))
            }
        };
        Words {
            headline: format!("mode {} takes the right to read from the owner, uid {}, itself", Mode(mode), identity.euid),
            segment: facts.segment(id),
            why: "the owner has what the first digit of the mode gives and nothing of the others: shmat and IPC_STAT fail \
                  with EACCES from now on, for this process too; what is attached stays"
                .to_owned(),
            fix,
            ..Words::default()
        }
    }))
}

/// What a decimal number was meant to be: its digits as those of a mode.
fn octal(decimal: u32) -> Option<u32> {
    let digits = [decimal / 100, decimal / 10 % 10, decimal % 10];
    let is_mode = digits[0] >= 4 && digits.iter().all(|digit| *digit < 8);
    is_mode.then(|| digits.iter().fold(0, |mode, digit| mode * 8 + digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::tests::all;
    use crate::detail::Status;
    use crate::facts::Identity;
    use crate::facts::fake::{World, segment};
    use crate::finding::Finding;
    use crate::flags::IPC_SET;
    use crate::site::Site;

    const USER: u32 = 1000;

    fn world() -> World {
        let there = crate::facts::SegmentFacts { uid: USER, ..segment(5) };
        World { segments: vec![there], identity: Identity { euid: USER, ..Identity::default() }, ..World::default() }
    }

    /// The structure that IPC_STAT fills.
    fn filled() -> Status {
        world().status(ShmId(5)).unwrap()
    }

    fn blank() -> Status {
        let bytes = [0; Status::SIZE];
        Status::from_kernel(&bytes).unwrap()
    }

    fn set(given: Status) -> Vec<Finding> {
        change(given, filled())
    }

    fn change(given: Status, before: Status) -> Vec<Finding> {
        let change = Change::new(&given, Some(&before));
        let call = Call::Control { id: ShmId(5), command: IPC_SET, buffer: Addr(1) };
        let made = Made { call, outcome: Ok(0), site: Site::UNKNOWN, detail: Some(Detail::Change(change)) };
        all(&made, &world())
    }

    fn rules(given: Status) -> Vec<&'static str> {
        set(given).iter().map(|finding| finding.rule.id).collect()
    }

    fn owner(uid: u32, mode: u32) -> Owner {
        Owner { uid, gid: uid, mode }
    }

    #[test]
    fn what_was_not_set_is_told_where_it_changed_something() {
        let accident = ["ipc-set-without-stat"];
        assert_eq!(rules(Status { owner: owner(0, 0o640), ..blank() }), accident, "the mode alone was set");
        assert_eq!(rules(Status { owner: owner(USER, 0), ..blank() }), accident, "the mode was not set");
        assert_eq!(rules(Status { owner: owner(USER, 0o640), ..blank() }), [""; 0], "all three were set");
        assert_eq!(rules(Status { owner: owner(77, 0o640), ..blank() }), [""; 0], "given away on purpose");
        for zero in [Owner { uid: 0, ..owner(USER, 0o640) }, Owner { gid: 0, ..owner(USER, 0o640) }] {
            assert_eq!(rules(Status { owner: zero, ..blank() }), accident, "one of three was not set: {zero:?}");
        }
        let garbage = Status { size: 0x7ffc_1234, ..blank() };
        for other in [Owner { uid: 77, ..owner(USER, 0o640) }, Owner { gid: 77, ..owner(USER, 0o640) }, owner(USER, 0)]
        {
            assert_eq!(rules(Status { owner: other, ..garbage }), accident, "one of three is no accident: {other:?}");
        }
        assert_eq!(rules(Status { owner: owner(77, 0o640), ..garbage }), accident);
        assert_eq!(rules(Status { owner: owner(USER, 0o640), ..garbage }), [""; 0], "all three were set");
        assert_eq!(rules(Status { owner: owner(USER, 0x5555_0180), ..garbage }), accident);
        for owner in [owner(0, 0o600), owner(77, 0o640), owner(USER, 0o660)] {
            assert_eq!(rules(Status { owner, ..filled() }), [""; 0], "IPC_STAT filled it: {owner:?}");
        }
        let said = &set(Status { owner: owner(0, 0o640), ..blank() })[0];
        assert_eq!(said.headline, "uid 1000 -> 0, gid 1000 -> 0, mode 0600 -> 0640, without IPC_STAT before");
        assert!(said.why.contains("does not set is 0;"), "{}", said.why);
    }

    #[test]
    fn who_takes_the_right_to_read_from_itself_is_told() {
        let with = |uid, mode| set(Status { owner: Owner { gid: USER, ..owner(uid, mode) }, ..filled() });
        let rules = |uid, mode| with(uid, mode).iter().map(|finding| finding.rule.id).collect::<Vec<_>>();
        assert_eq!(rules(USER, 0o066), ["ipc-set-locks-self-out"]);
        assert_eq!(rules(77, 0o066), ["ipc-set-locks-self-out"], "it is still the creator");
        assert_eq!([rules(USER, 0o466), rules(USER, 0o600)], [[""; 0], [""; 0]]);
        let unread = Status { owner: owner(USER, 0o200), ..filled() };
        assert_eq!(change(Status { owner: owner(USER, 0o066), ..filled() }, unread), [], "it had none to lose");
        assert!(with(USER, 0o066)[0].fix.ends_with("shm_perm.mode = 0666"), "{}", with(USER, 0o066)[0].fix);
        assert_eq!(with(USER, 600)[0].fix, "600 is a decimal number: write 0600");
        assert_eq!(with(USER, 640)[0].fix, "640 is a decimal number: write 0640");
        assert!(with(USER, 680)[0].fix.starts_with("leave the owner the first digit"), "8 is no octal digit");
    }

    #[test]
    fn root_and_who_has_given_the_segment_away_lose_nothing_by_accident() {
        let change = Change::new(&Status { owner: owner(77, 0o066), ..filled() }, Some(&filled()));
        let call = Call::Control { id: ShmId(5), command: IPC_SET, buffer: Addr(1) };
        let made = Made { call, outcome: Ok(0), site: Site::UNKNOWN, detail: Some(Detail::Change(change)) };
        let root = Identity { euid: USER, capabilities: 1 << 15, ..Identity::default() };
        assert_eq!(all(&made, &World { identity: root, ..world() }), []);
        let another = Identity { euid: 5, ..Identity::default() };
        assert_eq!(all(&made, &World { identity: another, ..world() }), []);
    }
}
