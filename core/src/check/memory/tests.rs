//! Faults as a table, over a history that was recorded as the shim records it.

use super::*;
use crate::call::{Call, Key, ShmId};
use crate::errno::Errno;
use crate::facts::fake::{World, segment};
use crate::flags::{IPC_CREAT, IPC_RMID, SHM_EXEC, SHM_HUGETLB, SHM_RDONLY};
use crate::guard::{Gap, Taken};
use crate::site::Site;
use crate::time::Time;
use crate::tracker::outline;
use crate::tracker::{Attachment, Chosen, Detached, Failed, Place, Recorded, Spare, Surroundings};

const PAGE: usize = 4096;
const BEGIN: usize = 0x7200_0000_0000;
const PLACE: Place = Place { site: Site::at_return(1), thread: 7 };
const NEAR: usize = 0x7f00_0000_0000;

/// Segment 5 has 5000 bytes and is where the gap puts it, read-only segment 6 where the kernel did; 7 is of huge pages.
struct History {
    world: World,
    /// Where segment 5 is attached.
    place: usize,
}

fn record(world: &mut World, call: &Call, value: usize) {
    let around = Surroundings { place: PLACE, learned: None, time: Time(0) };
    loop {
        match world.tracker.record(call, Ok(value), &around) {
            Recorded::Done => return,
            Recorded::Asks(id) => panic!("{id} is not known"),
            Recorded::Needs(wanted) => drop(world.tracker.exchange(Spare::allocate(wanted).unwrap())),
        }
    }
}

fn history() -> History {
    let mut world = World { segments: vec![segment(5), segment(6), segment(7)], ..World::default() };
    for (id, size, flags) in [(5, 5000, 0o600), (6, PAGE, 0o600), (7, 2 << 20, 0o600 | SHM_HUGETLB)] {
        record(&mut world, &Call::Get { key: Key(0), size, flags: flags | IPC_CREAT }, id);
    }
    assert!(world.tracker.choose_gap(Box::new(Gap::new(BEGIN).unwrap())).is_none());
    let Some(Taken::Anchor(anchor)) = world.tracker.place(ShmId(5), None, None) else { panic!("no block") };
    let Some(Taken::At(place)) = world.tracker.place(ShmId(5), None, Some(anchor)) else { panic!("no place") };
    let attach = |id, flags| Call::Attach { id: ShmId(id), address: Addr(0), flags };
    record(&mut world, &attach(5, 0), place.0);
    record(&mut world, &attach(6, SHM_RDONLY), NEAR);
    record(&mut world, &attach(7, 0), NEAR + (1 << 30));
    History { world, place: place.0 }
}

const fn fault(address: usize, access: Access, kind: Kind) -> Fault {
    Fault { address: Addr(address), access, kind, instruction: 0x40_1000, caller: None, thread: 7 }
}

impl History {
    fn cause(&self, fault: &Fault) -> Option<Cause> {
        Cause::find(fault, &self.world.tracker, PAGE)
    }

    fn rule(&self, address: usize, access: Access, kind: Kind) -> Option<&'static str> {
        self.cause(&fault(address, access, kind)).map(|cause| cause.rule().id)
    }

    /// The headline and the line below it.
    fn words(&self, address: usize, access: Access) -> (String, String) {
        let fault = fault(address, access, Kind::NotMapped);
        let finding = finding(&self.cause(&fault).unwrap(), &fault, Site::at_return(2), &self.world);
        (finding.headline, finding.call)
    }
}

#[test]
fn beyond_both_ends_of_an_attachment_the_nearer_one_counts() {
    let history = history();
    let end = history.place + 2 * PAGE;
    let rule = |address| history.rule(address, Access::Write, Kind::NotMapped);
    assert_eq!(rule(end), Some("overflow"));
    assert_eq!(rule(end + 20_000), Some("overflow"));
    assert_eq!(rule(history.place - 1), Some("underflow"));
    assert_eq!(rule(history.place - 20_000), Some("underflow"));
    assert_eq!(rule(history.place + (1 << 20)), None, "that is far away");
    assert_eq!(
        history.words(end, Access::Write),
        (
            "a write past the end of segment 5, which has 5000 bytes".to_owned(),
            format!("write at {end:#x}, 3193 bytes past the end; the offset is 8192"),
        )
    );
    assert_eq!(
        history.words(history.place - 4, Access::Read).1,
        format!("read at {:#x}, 4 bytes before the beginning", history.place - 4)
    );
    // Where the kernel placed it, only what is near.
    assert_eq!(rule(NEAR + PAGE), Some("overflow"));
    assert_eq!(rule(NEAR + PAGE + (128 << 10)), None);
    assert_eq!([outline::NEAR - 1, outline::NEAR].map(|far| rule(NEAR + PAGE + far)), [Some("overflow"), None]);
    // SIGBUS has other causes.
    assert_eq!(history.rule(end, Access::Write, Kind::NoMemory), None);
}

#[test]
fn between_two_attachments_the_nearer_one_counts() {
    let mut history = history();
    let begin = NEAR + (6 << 30);
    for place in [begin, begin + 10 * PAGE] {
        record(&mut history.world, &Call::Attach { id: ShmId(6), address: Addr(0), flags: 0 }, place);
    }
    let rule = |page| history.rule(begin + page * PAGE, Access::Write, Kind::NotMapped);
    let said: Vec<_> = (1..10).map(|page| rule(page).unwrap()).collect();
    assert_eq!(said, [vec!["overflow"; 5], vec!["underflow"; 4]].concat());
}

#[test]
fn inside_an_attachment_it_depends_on_what_it_allows() {
    let mut history = history();
    assert_eq!(history.rule(NEAR + 8, Access::Write, Kind::NotAllowed), Some("write-to-read-only"));
    assert_eq!(history.rule(NEAR + 8, Access::Read, Kind::NotAllowed), None, "the program's own mprotect");
    assert_eq!(history.rule(history.place, Access::Write, Kind::NotAllowed), None, "that too");
    assert_eq!(history.rule(history.place, Access::Write, Kind::NotMapped), None, "its own munmap");
    assert_eq!(history.rule(history.place, Access::Execute, Kind::NotAllowed), Some("execute-segment"));
    assert_eq!(history.rule(NEAR + (1 << 30), Access::Write, Kind::NoMemory), Some("huge-pages-exhausted"));
    assert_eq!(history.rule(history.place, Access::Write, Kind::NoMemory), None, "no huge pages");
    record(&mut history.world, &Call::Attach { id: ShmId(6), address: Addr(0), flags: SHM_EXEC }, NEAR + (2 << 30));
    assert_eq!(history.rule(NEAR + (2 << 30), Access::Execute, Kind::NotAllowed), None, "the program's own mprotect");
    for (place, how) in [(NEAR, ", with SHM_RDONLY"), (NEAR + (2 << 30), "")] {
        let fault = fault(place - 1, Access::Write, Kind::NotMapped);
        let earlier =
            finding(&history.cause(&fault).unwrap(), &fault, Site::at_return(2), &history.world).earlier.unwrap();
        assert_eq!(earlier.what, format!("segment 6 was attached at {place:#x}{how}"));
    }
    record(&mut history.world, &Call::Control { id: ShmId(7), command: IPC_RMID, buffer: Addr(0) }, 0);
    assert_eq!(history.rule(NEAR + (1 << 30), Access::Write, Kind::NoMemory), Some("huge-pages-exhausted"));
}

#[test]
fn after_a_detach_both_sites_are_told() {
    let mut history = history();
    let place = Place { site: Site::at_return(3), thread: 7 };
    history.world.tracker.release(Addr(history.place), place).unwrap();
    let fault = fault(history.place + 4999, Access::Read, Kind::NotMapped);
    let finding = finding(&history.cause(&fault).unwrap(), &fault, Site::at_return(2), &history.world);
    assert_eq!(finding.rule.id, "use-after-detach");
    assert_eq!(finding.earlier.map(|earlier| earlier.site), Some(Site::at_return(3)));
    assert_eq!(finding.before_that.map(|attach| attach.site), Some(Site::at_return(1)));
    assert!(finding.call.contains("4999 bytes into"), "{}", finding.call);
    // With end_aligned=1 the address is not where its page begins.
    let Some(Cause::Detached { detached }) = history.cause(&fault) else { panic!("it was detached") };
    let attachment = Attachment { address: Addr(0x7200_0000_0d18), size: 744, ..detached.attachment };
    let before = Fault { address: Addr(0x7200_0000_0010), ..fault };
    let cause = Cause::Detached { detached: Detached { attachment, site: Site::at_return(3), thread: 7 } };
    let words = super::finding(&cause, &before, Site::at_return(2), &history.world).call;
    assert!(words.ends_with(", 3336 bytes before what was attached at 0x720000000d18"), "{words}");
    // What stands there now is smaller, and has its own neighbourhood.
    let smaller = Call::Attach { id: ShmId(6), address: Addr(history.place), flags: 0 };
    record(&mut history.world, &smaller, history.place);
    assert_eq!(history.rule(history.place + PAGE, Access::Read, Kind::NotMapped), Some("overflow"));
    history.world.tracker.release(Addr(history.place), place).unwrap();
    // Attached there again, the address is good.
    let again = Call::Attach { id: ShmId(5), address: Addr(history.place), flags: 0 };
    record(&mut history.world, &again, history.place);
    assert_eq!(history.cause(&fault), None);
}

#[test]
fn where_the_kernel_had_placed_it_what_keeps_others_out_is_known_for_ours() {
    let mut history = history();
    let released = history.world.tracker.release(Addr(NEAR), PLACE).unwrap();
    assert_eq!(released.chosen(), Chosen::ByKernel);
    let rule = |history: &History| history.rule(NEAR + 8, Access::Read, Kind::NotAllowed);
    assert_eq!(rule(&history), None, "the program's own PROT_NONE");
    assert!(history.world.tracker.keep(&released, Addr(NEAR), Addr(NEAR + PAGE), 99));
    assert_eq!(rule(&history), Some("use-after-detach"));
    // However much is detached in the meantime.
    for _ in 0..200 {
        record(&mut history.world, &Call::Attach { id: ShmId(6), address: Addr(0), flags: 0 }, NEAR + (4 << 30));
        history.world.tracker.release(Addr(NEAR + (4 << 30)), PLACE).unwrap();
    }
    assert_eq!(rule(&history), Some("use-after-detach"));
    history.world.tracker.quarantine().forget(99);
    assert_eq!(rule(&history), None);
}

#[test]
fn what_the_program_forbids_in_the_gap_is_its_own() {
    let mut history = history();
    let rule = |history: &History, address, kind| history.rule(address, Access::Read, kind);
    assert_eq!(rule(&history, history.place + 2 * PAGE, Kind::NotAllowed), None);
    assert_eq!(rule(&history, BEGIN + 8, Kind::NotAllowed), Some("underflow"), "the anchor");
    history.world.tracker.release(Addr(history.place), PLACE).unwrap();
    assert_eq!(rule(&history, history.place, Kind::NotAllowed), None);
    assert_eq!(rule(&history, history.place, Kind::NotMapped), Some("use-after-detach"));
}

#[test]
fn minus_one_is_the_result_of_the_shmat_that_failed() {
    let mut history = history();
    assert_eq!(history.rule(usize::MAX, Access::Read, Kind::NotMapped), None, "none has failed");
    let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
    let failed = Failed { call, errno: Errno(13), site: Site::at_return(9), thread: 7, detail: None };
    history.world.tracker.record_failure(failed);
    let rule = |history: &History, address: usize| history.rule(address, Access::Read, Kind::NotMapped);
    for address in [usize::MAX, usize::MAX - 7, 0, 3, 4000] {
        assert_eq!(rule(&history, address), Some("unchecked-shmat"), "{address:#x}");
    }
    assert_eq!(rule(&history, usize::MAX - 5000), None);
    assert_eq!(rule(&history, outline::LOWEST_OF_MINUS_ONE), Some("unchecked-shmat"));
    let headline = |address| {
        let fault = fault(address, Access::Read, Kind::NotMapped);
        finding(&history.cause(&fault).unwrap(), &fault, Site::at_return(2), &history.world).headline
    };
    assert_eq!([0, 3].map(|address| headline(address).contains("probably")), [true, true]);
    assert!(!headline(usize::MAX).contains("probably") && !headline(usize::MAX - 7).contains("probably"));
    assert_eq!(rule(&history, 4096), None);
    assert_eq!(history.words(0, Access::Write).1, "write at NULL, which is (void *)-1 plus 1");
    assert_eq!(history.words(usize::MAX, Access::Read).1, format!("read at {:#x}, which is (void *)-1", usize::MAX));
    assert_eq!(
        history.words(usize::MAX - 3, Access::Read).1,
        format!("read at {:#x}, which is (void *)-1 less 3", usize::MAX - 3)
    );
    // NULL is as likely where another thread faults, or where something was attached since.
    let other = Fault { thread: 8, ..fault(0, Access::Read, Kind::NotMapped) };
    assert_eq!(history.cause(&other), None);
    assert!(history.cause(&Fault { address: Addr(usize::MAX), ..other }).is_some());
    record(&mut history.world, &call, NEAR + (2 << 30));
    assert_eq!(rule(&history, 0), None);
    assert_eq!(rule(&history, usize::MAX), Some("unchecked-shmat"));
    // Of a small segment the last byte is the last that can have been meant.
    record(&mut history.world, &Call::Get { key: Key(0), size: 100, flags: 0o600 | IPC_CREAT }, 8);
    let call = Call::Attach { id: ShmId(8), address: Addr(0), flags: 0 };
    history.world.tracker.record_failure(Failed { call, ..failed });
    assert_eq!([98, 99].map(|address| rule(&history, address)), [Some("unchecked-shmat"), None]);
}

#[test]
fn every_cause_has_words() {
    let history = history();
    let attachment = history.world.tracker.attachment_of_segment(ShmId(5)).unwrap();
    let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
    let causes = [
        Cause::Overflow { attachment, past: 0 },
        Cause::Underflow { attachment, before: 1 },
        Cause::ReadOnly { attachment },
        Cause::Execute { attachment },
        Cause::HugePages { attachment },
        Cause::Unchecked { failed: Failed { call, errno: Errno(13), site: Site::UNKNOWN, thread: 7, detail: None } },
    ];
    for cause in causes {
        for access in [Access::Read, Access::Write, Access::Execute, Access::Unknown] {
            let fault = fault(history.place, access, Kind::NotMapped);
            let finding = finding(&cause, &fault, Site::at_return(2), &history.world);
            assert!(finding.headline.len() <= 90, "{}", finding.headline);
            assert!(
                finding.call.starts_with(&format!("{access} at "))
                    && !finding.fix.is_empty()
                    && !finding.why.is_empty()
            );
            assert!(!finding.call.contains("1 bytes"), "{}", finding.call);
        }
    }
}
