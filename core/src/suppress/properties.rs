//! What holds for any file of suppressions: a pattern fits what the plain definition of its signs says.

use super::*;
use crate::garbage::{is_harmless, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const PIECES: &[&str] = &[
    "leaked-segment",
    "overflow",
    "key",
    "exe",
    "*",
    ":",
    ":",
    ":",
    "#",
    "\n",
    "\n",
    "0x162e",
    "5678",
    "main",
    "^",
    "$",
    "queue.c",
];

/// By the definition: every way to put the text behind a star is tried.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|begin| fits(rest, &text[begin..])),
        Some((first, rest)) => text.first() == Some(first) && fits(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn any_file_is_read_and_what_is_said_of_it_is_short_and_harmless(
        text in text(PIECES),
        bytes in vec(any::<u8>(), 0..100),
    ) {
        let mut suppressions = Suppressions::default();
        let said = [suppressions.add(&text), suppressions.add(&bytes)].concat();
        prop_assert!(said.len() <= 2 * (COMPLAINTS + 1));
        for line in &said {
            prop_assert!(is_harmless(line) && line.chars().count() < 300, "{line:?}");
        }
        suppressions.add_built_in();
        let suspect = Suspect { rule: "overflow", frames: &[Frame::default()], key: Some(Key(5678)), exe: &bytes };
        if let Some(number) = suppressions.find(&suspect) {
            suppressions.count(number, 2);
            prop_assert!(suppressions.used().all(|(times, _)| times == 2));
        }
    }

    #[test]
    fn a_pattern_fits_what_its_signs_say(
        pattern in vec(select(b"ab*".as_slice()), 0..7),
        (from_begin, to_end) in any::<(bool, bool)>(),
        text in vec(select(b"ab".as_slice()), 0..9),
    ) {
        let sign = |is_there, sign: &'static [u8]| if is_there { sign } else { b"" };
        let written = [sign(from_begin, b"^"), &pattern, sign(to_end, b"$")].concat();
        // Without the signs it may stand anywhere.
        let whole = [sign(!from_begin, b"*"), &pattern, sign(!to_end, b"*")].concat();
        let shown = String::from_utf8_lossy(&written);
        prop_assert_eq!(Pattern::new(&written).fits(&text), fits(&whole, &text), "{}", shown);
    }

    #[test]
    fn a_key_can_be_written_in_both_ways(key in any::<i32>()) {
        for line in [format!("key:{key}"), format!("key:{key:#x}"), format!("key: {key:#010x} ")] {
            let mut suppressions = Suppressions::default();
            prop_assert_eq!(suppressions.add(line.as_bytes()), Vec::<String>::new());
            let find = |key| suppressions.find(&Suspect { rule: "overflow", frames: &[], key, exe: b"" });
            prop_assert_eq!((find(Some(Key(key))), find(Some(Key(!key))), find(None)), (Some(0), None, None));
        }
    }
}
