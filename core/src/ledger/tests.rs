use super::*;
use crate::detail::Owner;
use crate::effort::rounds;
use crate::record::{self, Module, Path, Process, Proof, Source, Stored};
use crate::site::Site;
use crate::time::Time;
use std::cell::Cell;
use std::ops::ControlFlow;

/// A file as it would be on the disk.
pub(super) struct File(pub Vec<Slot>);

impl Pages for File {
    fn slots(&self, from: usize, count: usize) -> Vec<Slot> {
        self.0.iter().skip(from).take(count).copied().collect()
    }

    fn next(&self, from: usize) -> Option<usize> {
        (from..self.0.len()).find(|at| self.0[*at] != Slot::default())
    }
}

pub(super) const HEAD: Head = Head {
    boot: Boot(0x0123_4567_89ab_cdef_0011_2233_4455_6677),
    namespace: 4_026_531_839,
    pid: 22702,
    began: 5000,
    time: Time(1_000_000_000_000),
    entries: FEW,
};

pub(super) const ENTRY: Entry = Entry {
    id: ShmId(589_851),
    key: Key(0x4242),
    size: 100,
    time: Time(1_000_000_000_000),
    site: Site::of_source(3),
    path: 1,
    end_aligned: false,
    removed: false,
};

pub(super) const SOUGHT: Sought = Sought {
    boot: HEAD.boot,
    namespace: HEAD.namespace,
    id: ENTRY.id,
    key: ENTRY.key,
    size: ENTRY.size,
    creator: HEAD.pid,
    changed_at: 1000,
    is_removed: false,
};

pub(super) fn file(head: &Head, records: &[Stored], entries: &[Entry]) -> File {
    let mut slots = head.store().to_vec();
    for stored in records {
        slots.push(stored.head);
        slots.extend(stored.continuations());
    }
    slots[USED / 8][USED % 8] = slots.len() as u64;
    slots.resize(ENTRIES + head.entries, Slot::default());
    for entry in entries {
        slots[place_of(entry.id, head.entries)] = entry.store();
    }
    File(slots)
}

pub(super) fn records() -> Vec<Stored> {
    let module = Module { begin: 16, end: 32, bias: 0, path: b"/srv/server".to_vec(), proof: Proof::Nothing };
    vec![
        Process::store(b"/srv/server", b"./server\0--workers\x002\0"),
        record::folder(b"/srv"),
        module.store(),
        Source::store(3, 41, b"src/queue.c", b"open_queue"),
        Path::store(1, b"/srv/queue"),
        Path::store(2, b"/srv/other"),
    ]
}

#[test]
fn a_segment_is_told_with_its_maker_and_its_line() {
    let maker = Maker::read(&file(&HEAD, &records(), &[ENTRY]), &SOUGHT).unwrap();
    let told = &maker.told;
    assert_eq!((told.head, maker.entry), (HEAD, ENTRY));
    assert_eq!(told.process.command(), b"./server --workers 2");
    assert_eq!(told.folder, b"/srv");
    assert_eq!(maker.path(), Some(b"/srv/queue".as_slice()));
    let frames = told.places.frames(Site::of_source(3), &mut |_, _| unreachable!());
    assert_eq!(frames[0].source, Some(("src/queue.c".to_owned(), 41)));
    assert_eq!(told.places.module_at(20).unwrap().path, b"/srv/server");
    assert_eq!(told.places.module_at(32), None);
}

#[test]
fn what_the_kernel_contradicts_is_not_believed() {
    let told = |head: Head, entry: Entry, sought: Sought| Maker::read(&file(&head, &[], &[entry]), &sought).is_some();
    assert!(told(HEAD, ENTRY, SOUGHT));
    let later = |changed_at| Sought { changed_at, ..SOUGHT };
    // IPC_SET makes the kernel's time later; the clock it is taken from may be a tick behind.
    assert!(told(HEAD, ENTRY, later(5000)) && told(HEAD, ENTRY, later(999)));
    assert!(!told(HEAD, ENTRY, later(998)));
    let others = [
        Sought { boot: Boot(7), ..SOUGHT },
        Sought { namespace: 7, ..SOUGHT },
        Sought { creator: 7, ..SOUGHT },
        Sought { key: Key(7), ..SOUGHT },
        Sought { size: 7, ..SOUGHT },
        // It has the same place.
        Sought { id: ShmId(ENTRY.id.0 + (1 << 15)), ..SOUGHT },
    ];
    assert!(others.iter().all(|other| !told(HEAD, ENTRY, *other)));
}

#[test]
fn a_segment_that_is_removed_and_attached_is_known_without_its_key() {
    let told = |entry: Entry, sought: Sought| Maker::read(&file(&HEAD, &[], &[entry]), &sought).is_some();
    let removed = Entry { removed: true, ..ENTRY };
    let keyless = Sought { key: Key::PRIVATE, is_removed: true, ..SOUGHT };
    // Its maker has removed it, or somebody else has.
    assert!(told(removed, keyless) && told(ENTRY, keyless));
    assert!(!told(ENTRY, Sought { is_removed: false, ..keyless }) && !told(ENTRY, Sought { key: Key(7), ..keyless }));
    assert!(!told(removed, Sought { size: 7, ..keyless }));
    // What is not removed is not what was.
    assert!(!told(removed, SOUGHT));
}

#[test]
fn a_removal_is_a_mark_in_the_first_word() {
    let mut slot = ENTRY.store();
    assert!(Entry::is_live(slot[0]) && !Entry::is_live(0));
    slot[0] = Entry::marked_removed(slot[0]);
    assert!(!Entry::is_live(slot[0]));
    assert_eq!(Entry::load(&slot), Some(Entry { removed: true, ..ENTRY }));
}

#[test]
fn entries_are_shown_until_somebody_has_seen_enough() {
    let entries = [0, 3, 70, 511].map(|id| Entry { id: ShmId(id), ..ENTRY });
    let file = file(&HEAD, &[], &entries);
    let mut seen = Vec::new();
    HEAD.each_entry(&file, &mut |entry| {
        seen.push(*entry);
        ControlFlow::Continue(())
    });
    assert_eq!(seen, entries);
    let count = Cell::new(0);
    HEAD.each_entry(&file, &mut |_| {
        count.set(count.get() + 1);
        if count.get() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(count.get(), 2);
}

#[test]
fn two_segments_that_are_there_at_one_time_have_two_places() {
    let ids = (0..1 << 15).step_by(rounds(1, 61));
    let places: std::collections::HashSet<_> = ids.clone().map(|index| place_of(ShmId(index), MANY)).collect();
    assert_eq!(places.len(), ids.len());
    assert!(places.iter().all(|place| (ENTRIES..ENTRIES + MANY).contains(place)));
    assert_eq!(place_of(ShmId(i32::MAX), FEW), ENTRIES + FEW - 1);
}

#[test]
fn an_entry_says_all_that_it_was_told() {
    let sites = [Site::UNKNOWN, Site::at_return((1 << 62) - 1), Site::of_source(u32::MAX), Site::of_stack(0)];
    let flags = [(true, false), (false, true), (true, true), (false, false)];
    for (site, (end_aligned, removed)) in sites.into_iter().zip(flags) {
        for id in [0, i32::MAX] {
            let entry = Entry { id: ShmId(id), site, end_aligned, removed, path: u32::MAX, key: Key(-2), ..ENTRY };
            assert_eq!(Entry::load(&entry.store()), Some(entry));
            // While it is written, nothing stands there.
            let unfinished: Slot = std::array::from_fn(|word| if word == 0 { 0 } else { entry.store()[word] });
            assert_eq!(Entry::load(&unfinished), None);
        }
    }
}

#[test]
fn a_boot_id_is_32_digits() {
    let text = b"01234567-89ab-cdef-0011-223344556677\n";
    assert_eq!(Boot::parse(text), Some(HEAD.boot));
    for wrong in [&b""[..], b"+1234567-89ab-cdef-0011-223344556677", b"0123\n", &[0xff; 36], b"\n"] {
        assert_eq!(Boot::parse(wrong), None);
    }
}

#[test]
fn a_file_of_another_version_says_nothing() {
    let load = |change: fn(&mut Slot)| {
        let mut slots = HEAD.store();
        change(&mut slots[0]);
        Head::load(&slots)
    };
    assert_eq!(load(|_| {}), Some(HEAD));
    assert_eq!(load(|slot| slot[0] += 1), None);
    assert_eq!(load(|slot| slot[1] += 1), None);
    for entries in [0, 1, 513, 1 << 16, 1 << 31] {
        assert_eq!(Head::load(&Head { entries, ..HEAD }.store()), None, "{entries}");
    }
}

#[test]
fn a_ledger_is_over_when_nothing_is_left_of_what_it_tells() {
    let around = Around { boot: HEAD.boot, namespace: HEAD.namespace, now: 2000 };
    let status = Status {
        key: ENTRY.key,
        owner: Owner { uid: 0, gid: 0, mode: 0o600 },
        creator_uid: 0,
        creator_gid: 0,
        size: ENTRY.size,
        attached_at: 0,
        detached_at: 0,
        changed_at: 1000,
        creator: HEAD.pid,
        last: 0,
        attachments: 0,
    };
    let others = [Entry { id: ShmId(1), ..ENTRY }, Entry { id: ShmId(2), ..ENTRY }];
    let is_over = |around: Around, head: Head, there: Option<Status>| {
        let there = |id| there.filter(|_| id == ENTRY.id);
        around.is_over(&file(&head, &records(), &[others[0], ENTRY, others[1]]), 0, &mut { there })
    };
    assert!(!is_over(around, HEAD, Some(status)));
    assert!(is_over(around, HEAD, None));
    // Somebody else has the id by now.
    assert!(is_over(around, HEAD, Some(Status { creator: 7, ..status })));
    assert!(is_over(around, HEAD, Some(Status { changed_at: 998, ..status })));
    // Before the machine was started again, nothing is left; of another namespace nobody knows, until a day is over.
    assert!(is_over(around, Head { boot: Boot(1), ..HEAD }, Some(status)));
    let elsewhere = Head { namespace: 7, ..HEAD };
    assert!(!is_over(around, elsewhere, None));
    assert!(!is_over(Around { now: 1000 + 86_400, ..around }, elsewhere, None));
    assert!(is_over(Around { now: 1000 + 86_401, ..around }, elsewhere, None));
    assert!(is_over(around.in_want(), elsewhere, None));
    assert!(!is_over(around.in_want(), HEAD, Some(status)));
    // What cannot be read may be of a later version.
    let garbage = File(vec![[7; 8]; 600]);
    assert!(!around.is_over(&garbage, 2000, &mut |_| None));
    assert!(around.is_over(&garbage, 2000 - 86_401, &mut |_| None));
}

#[test]
fn a_files_name_is_a_pid_and_a_number() {
    assert_eq!(name(22702, 0xabc), "22702-0000000000000abc");
    assert_eq!(pid_of(name(22702, u64::MAX).as_bytes()), Some(22702));
    for wrong in
        ["", ".", "..", "1", "-1", "0-1", "-1-1", "+1-1", "1-x", "99999999999-1", "4294967296-1", "1-00000000000000000"]
    {
        assert_eq!(pid_of(wrong.as_bytes()), None, "{wrong}");
    }
    assert_eq!(pid_of(b"1-\xff"), None);
}

#[test]
fn ledgers_lie_in_the_users_own_folders() {
    let homes = |user, runtime: Option<&[u8]>| {
        let path = |home: Home| format!("{}/{}", String::from_utf8(home.above).unwrap(), home.name);
        super::homes(user, runtime).map(path).collect::<Vec<_>>()
    };
    assert_eq!(homes(1000, Some(b"/run/user/1000")), ["/run/user/1000/shmsan", "/dev/shm/shmsan-1000"]);
    assert_eq!(homes(1000, None), ["/dev/shm/shmsan-1000"]);
    assert_eq!(homes(0, None), ["/run/shmsan", "/dev/shm/shmsan-0"]);
    assert_eq!(usual_runtime(1000), b"/run/user/1000");
}
