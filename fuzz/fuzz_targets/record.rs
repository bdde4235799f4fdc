//! A journal that anybody has written, as the command reads it, and what its calls come to in the tree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::record::{Beginning, Record, Slot, Stored, call, look};
use shmsan_core::tree::{Member, Tree};

fuzz_target!(|bytes: &[u8]| {
    let words: Vec<u64> = bytes.chunks(8).map(word).collect();
    let slots: Vec<Slot> =
        words.chunks(8).map(|words| std::array::from_fn(|at| words.get(at).copied().unwrap_or(0))).collect();
    if let Some(first) = slots.first_chunk() {
        let _ = Beginning::load(first);
    }
    let (mut next, mut tree) = (0, Tree::default());
    while next < slots.len() {
        let stored = look(&slots[next..]);
        next += stored.as_ref().map_or(1, Stored::slots);
        assert!(next <= slots.len());
        let Some(record) = stored.and_then(|stored| Record::load(&stored, 7)) else { continue };
        if let Record::Call(event) = record {
            // What was read once is written and read again as it was.
            assert_eq!(Record::load(&call(&event), 7), Some(Record::Call(event)));
            let member = Member(event.stamp.tid.unsigned_abs() as usize % 4);
            tree.record(member, 1, &event);
            if event.duration_ns % 8 == 0 {
                let left = tree.leave(member);
                assert!(tree.attachments_of(member).next().is_none());
                for (name, _) in &left {
                    tree.forget_if_over(*name);
                }
            }
        }
    }
    assert!(tree.holders_of_removed().all(|member| tree.attachments_of(member).next().is_some()));
});

/// Of the file's last piece what is there.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}
