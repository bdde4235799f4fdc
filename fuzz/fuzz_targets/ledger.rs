//! A ledger that anybody has written: it tells of a segment what the kernel says of it too, or nothing; what is read of it has
//! an end, and what is printed of it is harmless. Of a file that is cut short, the same holds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::detail::{Owner, Status};
use shmsan_core::ledger::{Around, Boot, ENTRIES, Entry, Head, MANY, Maker, Pages, Sought, Told, place_of};
use shmsan_core::record::Slot;
use shmsan_core::site::Frame;
use shmsan_core::text::is_misleading;
use std::collections::BTreeMap;
use std::ops::ControlFlow::{Break, Continue};

const SECOND: i64 = 1_000_000_000;
/// A record is a head and 255 slots at most, of seven words each.
const MOST_BYTES: usize = 255 * 56;
/// Slots in a page of the file.
const PAGE: usize = 64;

/// With holes, of which lseek(2) tells by pages.
struct File {
    slots: BTreeMap<usize, Slot>,
    length: usize,
}

impl File {
    /// So many of the slots stand at its beginning. The others are entries: where, stands in a word that an entry leaves free.
    fn new(bytes: &[u8], records: usize, length: usize) -> Self {
        let words: Vec<u64> = bytes.chunks(8).map(word).collect();
        let slots = words.chunks(8).map(|words| std::array::from_fn(|at| words.get(at).copied().unwrap_or(0)));
        let place =
            |at: usize, slot: &Slot| if at < records { at } else { ENTRIES + usize::try_from(slot[7]).unwrap() % MANY };
        let slots = slots.enumerate().map(|(at, slot)| (place(at, &slot), slot)).filter(|(at, _)| *at < length);
        Self { slots: slots.collect(), length }
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        self.slots.get(&at).and_then(Entry::load)
    }
}

impl Pages for File {
    fn slots(&self, from: usize, count: usize) -> Vec<Slot> {
        let slot = |at| self.slots.get(&at).copied().unwrap_or_default();
        (from..self.length.min(from.saturating_add(count))).map(slot).collect()
    }

    fn next(&self, from: usize) -> Option<usize> {
        let data = self.slots.keys().map(|at| at / PAGE * PAGE).find(|page| page + PAGE > from)?;
        Some(data.max(from)).filter(|at| *at < self.length)
    }
}

fuzz_target!(|input: (u8, u16, &[u8])| {
    let (records, cut, bytes) = input;
    for length in [ENTRIES + MANY, usize::from(cut)] {
        let file = File::new(bytes, usize::from(records), length);
        if let Some(head) = Head::read(&file) {
            look(&file, head);
        } else {
            let around = Around { boot: Boot(1), namespace: 1, now: 100_000 };
            assert!(!around.is_over(&file, 100_000, &mut |_| None) && around.is_over(&file, 0, &mut |_| None));
        }
    }
});

fn look(file: &File, head: Head) {
    assert_eq!(Head::load(&head.store()), Some(head));
    let told = Told::read(file, head);
    assert!(told.process.exe.len() + told.process.arguments.len() <= MOST_BYTES && told.folder.len() <= MOST_BYTES);
    let mut entries = Vec::new();
    head.each_entry(file, &mut |entry| {
        entries.push(*entry);
        Continue(())
    });
    let there: Vec<Entry> =
        file.slots.range(ENTRIES..ENTRIES + head.entries).filter_map(|(_, slot)| Entry::load(slot)).collect();
    assert_eq!(entries, there);
    for entry in entries.iter().take(4) {
        assert_eq!(Entry::load(&entry.store()), Some(*entry));
        believe(file, &head, entry);
    }
    is_over(file, &head, &entries);
}

/// What is told of the segment that an entry may stand for.
fn believe(file: &File, head: &Head, entry: &Entry) {
    let sought = Sought::new(head.boot, head.namespace, entry.id, &status(head, entry));
    let others = [
        Sought { boot: Boot(!head.boot.0), ..sought },
        Sought { namespace: !head.namespace, ..sought },
        Sought { creator: !head.pid, ..sought },
        Sought { size: !entry.size, ..sought },
        Sought { changed_at: sought.changed_at - 2, ..sought },
    ];
    let maker = Maker::read(file, &sought);
    let own = file.entry(place_of(entry.id, head.entries));
    if own == Some(*entry) {
        assert!(maker.is_some() && others.iter().all(|other| Maker::read(file, other).is_none()));
    }
    let Some(Maker { told, entry: found }) = &maker else { return };
    assert!(own.as_ref() == Some(found) && told.head == *head);
    assert_eq!((found.id, found.key, found.size), (entry.id, entry.key, entry.size));
    assert!(maker.as_ref().and_then(Maker::path).is_none_or(|path| path.len() <= MOST_BYTES));
    let in_module = |address, _: &_| vec![Frame { address, ..Frame::default() }];
    let frames = told.places.frames(found.site, &mut { in_module });
    assert!(frames.len() <= 1 + MOST_BYTES / 8);
    for frame in frames.iter().take(4) {
        assert!(!frame.to_string().contains(is_misleading) && !frame.summary().contains(is_misleading), "{frame:?}");
    }
}

/// When the file can go.
fn is_over(file: &File, head: &Head, entries: &[Entry]) {
    let now = head.time.0.div_euclid(SECOND);
    let here = Around { boot: head.boot, namespace: head.namespace, now };
    let mut asked = 0;
    assert!(here.is_over(file, 0, &mut |_| {
        asked += 1;
        None
    }));
    assert_eq!(asked, entries.len());
    for entry in entries.iter().take(2) {
        let status = status(head, entry);
        assert!(!here.is_over(file, 0, &mut |id| (id == entry.id).then_some(status)));
    }
    let elsewhere = Around { namespace: !head.namespace, ..here };
    assert!(Around { boot: Boot(!head.boot.0), ..here }.is_over(file, 0, &mut |_| None));
    assert!(!elsewhere.is_over(file, 0, &mut |_| None) && elsewhere.in_want().is_over(file, 0, &mut |_| None));
    let mut shown = 0;
    head.each_entry(file, &mut |_| {
        shown += 1;
        Break(())
    });
    assert_eq!(shown, entries.len().min(1));
}

/// What the kernel says of a segment for which the entry stands.
fn status(head: &Head, entry: &Entry) -> Status {
    Status {
        key: entry.key,
        owner: Owner { uid: 0, gid: 0, mode: 0o600 },
        creator_uid: 0,
        creator_gid: 0,
        size: entry.size,
        attached_at: 0,
        detached_at: 0,
        changed_at: entry.time.0.div_euclid(SECOND),
        creator: head.pid,
        last: 0,
        attachments: 0,
    }
}

/// Of the file's last piece what is there.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}
