//! What holds for any text that the command reads of the machine: no text breaks a reader, and nobody is taken for a segment by a
//! name alone.

use super::*;
use crate::call::{Addr, Key, ShmId};
use crate::garbage::text;
use proptest::collection::vec;
use proptest::prelude::*;

const MAPPED: &[&str] = &[
    "7f95b8c34000-7f95b8c35000",
    " rw-s ",
    " r--s ",
    " 00000000 ",
    " 00:01 ",
    " 00:12 ",
    " 32771 ",
    " /SYSV0000162e",
    " (deleted)",
    "\n",
];
const CONFIG: &[&str] =
    &["[Login]", "\n", "\n", "RemoveIPC", "=", "yes", "no", "#", "CONFIG_SYSVIPC", "=y", " is not set", "# "];
const SYSVIPC: &[&str] = &["key", " shmid ", " rss ", " swap", "\n", "0 ", "32771 ", "4096 "];
const DEVICE: Device = Device { major: 0, minor: 1 };

proptest! {
    #[test]
    fn no_text_breaks_a_reader(
        mapped in text(MAPPED),
        config in text(CONFIG),
        sysvipc in text(SYSVIPC),
        bytes in vec(any::<u8>(), 0..80),
    ) {
        for text in [&mapped, &config, &sysvipc, &bytes] {
            let _ = (Mapped::parse(text, &[DEVICE]), Stat::parse(text));
            let _ = (kernel_switch(text, "CONFIG_SYSVIPC"), residences(text));
            let _ = RemoveIpc::of(&[ConfigFile { path: String::new(), text: text.clone() }]);
            if let Ok(word) = str::from_utf8(text) {
                let _ = (Wanted::parse(word), key(word));
            }
        }
    }

    #[test]
    fn a_segment_is_known_by_its_device(
        id in 0..i32::MAX,
        key in any::<i32>(),
        (major, minor) in (0..3_u32, 0..3_u32),
        (begin, length) in (0..1_usize << 47, 1..1_usize << 40),
        is_writable in any::<bool>(),
    ) {
        let end = begin + length;
        let rights = if is_writable { "rw-s" } else { "r--s" };
        let device = format!("{major:02x}:{minor:02x}");
        let line = format!("{begin:x}-{end:x} {rights} 00000000 {device} {id}   /SYSV{key:08x} (deleted)\n");
        let mapped = Mapped { id: ShmId(id), key: Key(key), begin: Addr(begin), end: Addr(end), is_writable };
        let expected = (Device { major, minor } == DEVICE).then_some(mapped);
        prop_assert_eq!(Mapped::parse(line.as_bytes(), &[DEVICE]), expected);
        prop_assert_eq!(Mapped::parse(line.replace("/SYSV", "/tmp/SYSV").as_bytes(), &[DEVICE]), None);
    }

    #[test]
    fn a_word_is_an_id_or_a_key_and_both_can_be_written(number in any::<i32>()) {
        let id = Wanted::parse(&number.to_string());
        prop_assert_eq!(id.ok(), (number >= 0).then_some(Wanted::Id(ShmId(number))));
        let by_key = Wanted::parse(&format!("{number:#x}"));
        prop_assert_eq!(by_key.ok(), (number != 0).then_some(Wanted::Key(Key(number))));
        prop_assert_eq!(key(&number.to_string()).ok(), (number != 0).then_some(Key(number)));
        prop_assert_eq!(key(&number.cast_unsigned().to_string()).ok(), (number != 0).then_some(Key(number)));
    }

    #[test]
    fn every_segment_of_the_table_has_its_residence(all in vec((any::<i32>(), any::<u64>(), any::<u64>()), 0..20)) {
        let lines = all.iter().map(|(id, resident, swapped)| format!("0 {id} 600 {resident} {swapped}\n"));
        let text: String = std::iter::once("key shmid perms rss swap\n".to_owned()).chain(lines).collect();
        let found = residences(text.as_bytes());
        for (id, resident, swapped) in all.iter().rev() {
            let is_last = all.iter().rev().find(|other| other.0 == *id) == Some(&(*id, *resident, *swapped));
            let residence = Residence { resident: *resident, swapped: *swapped };
            prop_assert!(!is_last || found.get(&ShmId(*id)) == Some(&residence));
        }
    }
}
