//! What can be wrong with a segment that was there already.

use super::{Explain, Made, Words, given, is_news};
use crate::call::{Call, Key};
use crate::facts::{Facts, Life};
use crate::flags::{IPC_CREAT, IPC_EXCL};
use crate::text::{counted, unbroken};
use crate::tracker::{Origin, Segment, Use};

/// The segment that a shmget found which was ready to make one.
fn found(made: &Made, facts: &dyn Facts) -> Option<Segment> {
    let Call::Get { key, flags, .. } = made.call else { return None };
    let takes_either = key != Key::PRIVATE && flags & (IPC_CREAT | IPC_EXCL) == IPC_CREAT;
    takes_either.then(|| given(made, facts)).flatten()
}

/// One that was never attached is none: somebody has just made it for others, and it is all zeroes.
pub fn stale_segment_reused<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let segment = found(made, facts)?;
    let is_first = is_news(made, &segment) && segment.used == Use::Untouched;
    (segment.origin == Origin::Found && is_first).then_some(())?;
    let status = facts.status(segment.id).filter(|status| status.attachments == 0 && status.attached_at != 0)?;
    facts.creator_has_ended(&status).then_some(())?;
    Some(Box::new(move || {
        Words {
        headline: format!("segment {} is not new: its creator has ended, nobody has it attached", segment.id),
        segment: facts.segment(segment.id),
        why: "IPC_CREAT without IPC_EXCL takes what the key names; this one holds what was written before: that is well for \
              a program that came to read it, and not for one that takes the memory for new"
            .to_owned(),
        fix: format!(
            "where the segment must be there, leave IPC_CREAT out: then ENOENT tells that it is not; where it must be new, \
             pass IPC_EXCL: then EEXIST tells what an earlier run has left ({} removes this one)",
            unbroken(&format!("ipcrm -m {}", segment.id))
        ),
        ..Words::default()
    }
    }))
}

pub fn size_differs<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Get { size, .. } = made.call else { return None };
    let segment = found(made, facts).filter(|segment| size != 0 && size < segment.size)?;
    Some(Box::new(move || {
        Words {
        headline: format!("{} asked for, and a segment of {} found", counted(size, "byte"), segment.size),
        segment: facts.segment(segment.id),
        why: "shmget is content with a segment that is large enough; whoever made this one has another idea of what is in \
              it, or it is from another version of the program"
            .to_owned(),
        fix: format!(
            "agree on the size ({} or {size}), or take it from shm_segsz after IPC_STAT and pass 0 to shmget",
            segment.size
        ),
        ..Words::default()
    }
    }))
}

pub fn create_without_excl<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let segment = found(made, facts).filter(|segment| segment.origin == Origin::Found && is_news(made, segment))?;
    Some(Box::new(move || {
        let facts = facts.segment(segment.id);
        let life = facts.as_ref().and_then(|facts| facts.process.as_ref()).map(|process| process.life);
        let maker = match life {
            Some(Life::Runs) => "another process made it, which still runs",
            Some(Life::Gone) => "another process made it, which has ended",
            _ => "another process made it",
        };
        Words {
            headline: format!("segment {} was there already, and without IPC_EXCL nothing says so", segment.id),
            segment: facts,
            why: format!("{maker}; whoever makes a segment is the one to set it up and to remove it"),
            fix: "pass IPC_EXCL; after EEXIST call again without IPC_CREAT, and leave the setting up to the other"
                .to_owned(),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::get::tests::{HERE, after, finding, get, rules_of};
    use crate::facts::fake::{World, segment};
    use crate::facts::{Process, SegmentFacts};
    use crate::time::Time;
    use crate::tracker::{Place, Surroundings};

    /// Segment 5 with the key 9, used once, whose creator has ended.
    fn left() -> SegmentFacts {
        let process = Process { pid: 3, life: Life::Gone, command: None, made: None };
        SegmentFacts { key: Key(9), creator: 3, process: Some(process), age: Some(60), ..segment(5) }
    }

    fn said(there: &SegmentFacts, size: usize, flags: i32) -> Vec<&'static str> {
        let made = get(9, size, flags, Ok(5));
        let world = World { segments: vec![there.clone()], ..World::default() };
        rules_of(&made, &after(world, &made, there.size, Origin::Found))
    }

    #[test]
    fn what_an_earlier_run_left_is_told_from_what_is_in_use_or_new() {
        const BOTH: [&str; 2] = ["stale-segment-reused", "create-without-excl"];
        const FOUND: [&str; 1] = ["create-without-excl"];
        assert_eq!(said(&left(), 4096, 0o1600), BOTH);
        assert_eq!(said(&SegmentFacts { attachments: 1, ..left() }, 4096, 0o1600), FOUND);
        assert_eq!(said(&SegmentFacts { age: None, ..left() }, 4096, 0o1600), FOUND, "never attached");
        let process = Some(Process { pid: 3, life: Life::Runs, command: None, made: None });
        assert_eq!(said(&SegmentFacts { process, ..left() }, 4096, 0o1600), FOUND);
        for (life, why) in
            [(Life::Runs, "which still runs;"), (Life::Gone, "which has ended;"), (Life::Unknown, "made it;")]
        {
            let process = Some(Process { pid: 3, life, command: None, made: None });
            let there = SegmentFacts { process, attachments: 1, ..left() };
            let (call, world) = (get(9, 4096, 0o1600, Ok(5)), World { segments: vec![there], ..World::default() });
            let finding = finding(&call, &after(world, &call, 4096, Origin::Found));
            assert!(finding.why.contains(why), "{}", finding.why);
        }
        assert_eq!(said(&left(), 4096, 0o600), [""; 0], "it must have been there");
        assert_eq!(said(&left(), 4096, 0o3600), [""; 0], "it is new");
    }

    #[test]
    fn only_the_first_look_finds_it_stale() {
        let call = get(9, 4096, 0o1600, Ok(5));
        let world = World { segments: vec![left()], ..World::default() };
        let mut world = after(world, &call, 4096, Origin::Found);
        assert!(finding(&call, &world).fix.replace('\u{a0}', " ").contains("ipcrm -m 5"));
        let elsewhere = Made { site: crate::site::Site::at_return(2), ..call };
        assert_eq!(rules_of(&elsewhere, &world), [""; 0]);
        let attach = Call::Attach { id: segment(5).id, address: Addr(0), flags: 0 };
        let around = Surroundings { place: Place { site: HERE, thread: 7 }, learned: None, time: Time(0) };
        world.tracker.record(&attach, Ok(0x1000), &around);
        assert_eq!(rules_of(&call, &world), ["create-without-excl"]);
        let own = World { segments: vec![left()], ..World::default() };
        assert_eq!(rules_of(&call, &after(own, &call, 4096, Origin::Created)), [""; 0]);
    }

    #[test]
    fn a_size_that_differs_is_said_where_the_segment_could_have_been_made() {
        let used = SegmentFacts { attachments: 1, size: 5000, ..left() };
        assert_eq!(said(&used, 4999, 0o1600), ["size-differs", "create-without-excl"]);
        assert_eq!(said(&used, 5000, 0o1600), ["create-without-excl"]);
        assert_eq!(said(&used, 0, 0o1600), ["create-without-excl"]);
        assert_eq!(said(&used, 100, 0o600), [""; 0]);
        let made = get(0, 100, 0o1600, Ok(5));
        let world = World { segments: vec![used], ..World::default() };
        assert_eq!(rules_of(&made, &after(world, &made, 5000, Origin::Created)), [""; 0], "a private one is new");
    }
}
