//! What holds for any ledger, whoever wrote it: what was told is read again, of a file that is cut or changed what the kernel
//! does not contradict.

use super::tests::{ENTRY, HEAD, SOUGHT, file, records};
use super::*;
use crate::effort::rounds;
use crate::site::Site;
use crate::time::Time;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::ops::ControlFlow;

fn heads() -> impl Strategy<Value = Head> {
    let entries = (FEW.trailing_zeros()..=MANY.trailing_zeros()).prop_map(|bits| 1 << bits);
    (any::<(u128, u64, i32, u64, i64)>(), entries).prop_map(|((boot, namespace, pid, began, time), entries)| Head {
        boot: Boot(boot),
        namespace,
        pid,
        began,
        time: Time(time),
        entries,
    })
}

fn entries() -> impl Strategy<Value = Entry> {
    let sites = prop_oneof![
        Just(Site::UNKNOWN),
        (0..1_usize << 62).prop_map(Site::at_return),
        any::<u32>().prop_map(Site::of_source),
        any::<u32>().prop_map(Site::of_stack),
    ];
    let numbers = any::<(i32, i32, u64, i64, u32, bool, bool)>();
    (numbers, sites).prop_map(|((id, key, size, time, path, end_aligned, removed), site)| Entry {
        id: ShmId(id),
        key: Key(key),
        size,
        time: Time(time),
        site,
        path,
        end_aligned,
        removed,
    })
}

proptest! {
    #[test]
    fn what_is_stored_is_loaded(head in heads(), entry in entries()) {
        prop_assert_eq!(Head::load(&head.store()), Some(head));
        prop_assert_eq!(Entry::load(&entry.store()), Some(entry));
        prop_assert_eq!(head.store().as_flattened()[USED], Head::LEN as u64);
    }

    #[test]
    fn of_a_segment_is_told_what_its_process_wrote(head in heads(), entry in entries()) {
        let sought = Sought {
            boot: head.boot,
            namespace: head.namespace,
            id: entry.id,
            key: entry.key,
            size: entry.size,
            creator: head.pid,
            changed_at: entry.time.0.div_euclid(1_000_000_000),
            is_removed: entry.removed,
        };
        let maker = Maker::read(&file(&head, &records(), &[entry]), &sought).unwrap();
        prop_assert_eq!((maker.told.head, maker.entry), (head, entry));
    }

    #[test]
    fn one_changed_byte_makes_no_segment_another_ones(at in any::<Index>(), mask in 1..=u8::MAX) {
        let mut changed = file(&HEAD, &records(), &[ENTRY]);
        let place = place_of(ENTRY.id, HEAD.entries);
        // Of the file what is not empty: the beginning, and the entry.
        let taken: Vec<usize> = (0..32).chain([place]).collect();
        let byte = at.index(taken.len() * size_of::<Slot>());
        let (slot, byte) = (taken[byte / size_of::<Slot>()], byte % size_of::<Slot>());
        changed.0[slot][byte / 8] ^= u64::from(mask) << (byte % 8 * 8);
        if let Some(Maker { told, entry }) = Maker::read(&changed, &SOUGHT) {
            prop_assert!(told.head.may_tell_of(&SOUGHT) && entry.is_of(&SOUGHT));
            // What is behind the entries is not told by them, nor the other way round.
            prop_assert!(slot == place || entry == ENTRY);
            prop_assert!(slot < ENTRIES || told.process.command() == b"./server --workers 2");
        }
    }

    #[test]
    fn whatever_stands_in_a_file_it_is_read_to_its_end(
        slots in vec(any::<Slot>(), 0..40),
        used in any::<u64>(),
        kinds in vec(0_u64..12, 40),
    ) {
        let mut file = file(&HEAD, &records(), &[ENTRY]);
        let begin = Head::LEN + 4;
        for ((at, slot), kind) in (begin..).zip(&slots).zip(&kinds) {
            file.0[at] = *slot;
            file.0[at][0] = *kind;
            file.0[at][7] %= 200;
        }
        file.0[USED / 8][USED % 8] = used;
        let maker = Maker::read(&file, &SOUGHT);
        prop_assert!(maker.is_some());
        file.0.truncate(usize::try_from(used % 600).unwrap());
        let _ = Maker::read(&file, &SOUGHT);
        let mut count = 0;
        HEAD.each_entry(&file, &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        });
        prop_assert!(count <= 1);
    }
}

#[test]
fn what_stands_behind_the_entries_is_none_of_them() {
    let mut file = file(&HEAD, &records(), &[ENTRY]);
    assert_eq!(file.0.len() * size_of::<Slot>(), size(HEAD.entries));
    for last in [ENTRY, Entry { id: ShmId(511), ..ENTRY }] {
        let mut shown = Vec::new();
        file.0.resize(file.0.len() + 3, ENTRY.store());
        file.0[place_of(last.id, HEAD.entries)] = last.store();
        HEAD.each_entry(&file, &mut |entry| {
            shown.push(entry.id);
            ControlFlow::Continue(())
        });
        assert_eq!(shown, if last == ENTRY { vec![ENTRY.id] } else { vec![ENTRY.id, last.id] });
    }
}

#[test]
fn a_file_that_is_cut_short_tells_of_the_segments_before_the_cut() {
    let (mut file, place) = (file(&HEAD, &records(), &[ENTRY]), place_of(ENTRY.id, HEAD.entries));
    for length in (0..=file.0.len()).rev().step_by(rounds(1, 37)) {
        file.0.truncate(length);
        let told = Maker::read(&file, &SOUGHT).map(|maker| maker.entry);
        assert_eq!(told, (length > place).then_some(ENTRY), "{length}");
        let mut count = 0;
        HEAD.each_entry(&file, &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        });
        assert_eq!(count, usize::from(length > place), "{length}");
    }
}

#[test]
fn records_that_are_cut_short_are_told_as_far_as_they_go() {
    let whole = file(&HEAD, &records(), &[ENTRY]);
    let used = whole.0.as_flattened()[USED];
    let mut known = Vec::new();
    for end in 0..=used + 1 {
        let mut file = file(&HEAD, &records(), &[ENTRY]);
        file.0[USED / 8][USED % 8] = end;
        let maker = Maker::read(&file, &SOUGHT).unwrap();
        let Told { process, folder, places, .. } = &*maker.told;
        let frames = places.frames(ENTRY.site, &mut |_, _| unreachable!()).len();
        known.push((!process.exe.is_empty(), !folder.is_empty(), frames, maker.path().is_some()));
    }
    assert!(known.is_sorted(), "{known:?}");
    assert_eq!((known[2], known[known.len() - 1]), ((false, false, 0, false), (true, true, 1, true)));
}
