//! The texts of /proc and /etc, in pieces as read(2) may give them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::call::Addr;
use shmsan_core::facts::{Mapping, Scan, field_of, mapping, mappings_by_segment, memory, started, user_name};
use shmsan_core::machine::{ConfigFile, Device, Mapped, RemoveIpc, Stat, Wanted, kernel_switch, key, residences};
use std::ops::ControlFlow;

fn scan(text: &[u8], piece: usize, from: usize, to: usize) -> Vec<Mapping> {
    let (mut scan, mut found) = (Scan::new(Addr(from), Addr(to)), Vec::new());
    for piece in text.chunks(piece) {
        let read = scan.read(piece, &mut |mapping| {
            found.push(*mapping);
            ControlFlow::Continue(())
        });
        if read.is_break() {
            break;
        }
    }
    found
}

fuzz_target!(|input: (u8, u32, u32, &[u8])| {
    let (piece, from, length, text) = input;
    let (from, to) = (from as usize, from as usize + length as usize);
    assert_eq!(scan(text, usize::from(piece) + 1, from, to), scan(text, text.len().max(1), from, to));
    for found in text.split(|byte| *byte == b'\n').filter_map(mapping) {
        assert!(found.begin < found.end);
        let _ = (found.to_string(), found.kind(), found.attached_at(), found.keeps_others_out());
    }
    let _ = (mappings_by_segment(text), user_name(text, length), field_of(text, "MemTotal"), memory(text, 2));
    assert_eq!(Stat::parse(text).map(|stat| stat.started), Stat::parse(text).and(started(text)));
    let _ = (Mapped::parse(text, &[Device { major: 0, minor: 1 }]), kernel_switch(text, "CONFIG_SYSVIPC"));
    let _ = (residences(text), RemoveIpc::of(&[ConfigFile { path: String::new(), text: text.to_vec() }]));
    if let Ok(word) = str::from_utf8(text) {
        let _ = (Wanted::parse(word), key(word));
    }
});
