//! What holds for any text that somebody puts into SHMSAN_OPTIONS.

use super::grammar::{Item, Value, items};
use super::table::{self, Entry};
use super::*;
use crate::garbage::{is_harmless, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const PIECES: &[&str] = &[
    "checks",
    "trace",
    "guard",
    "log_path",
    "suppressions",
    "max_reports",
    "verbosity",
    "color",
    "=",
    "=",
    "=",
    ":",
    ":",
    ",",
    " ",
    "0",
    "1",
    "yes",
    "arena",
    "always",
    "json",
    "calls",
    "memory",
    "advice",
    "run",
    "+",
    "-",
    "overflow",
    "ftok-failed",
    "-leaked-segment",
    "'",
    "\"",
    "32",
    "1000001",
    "/tmp/log",
    "%p",
    "stderr",
];

/// Values of all kinds, some of which an option takes.
fn values() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()), vec(any::<u8>(), 0..12), text(PIECES)]
}

fn names() -> impl Strategy<Value = &'static str> {
    select(table::entries().map(|entry| entry.name).collect::<Vec<_>>())
}

/// What looks like options.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let pair = (names(), values()).prop_map(|(name, value)| [name.as_bytes(), b"=", &value, b":"].concat());
    vec(pair, 0..6).prop_map(|pairs| pairs.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_and_what_is_said_of_it_is_short_and_harmless(
        first in text(PIECES),
        second in prop_oneof![likely(), vec(any::<u8>(), 0..200)],
    ) {
        let (options, complaints) = Options::read(&[("FIRST", &first), ("SECOND", &second)]);
        prop_assert!(complaints.len() <= 2 * (COMPLAINTS + 1));
        for complaint in &complaints {
            prop_assert!(is_harmless(complaint) && complaint.chars().count() < 300, "{complaint:?}");
        }
        prop_assert!((1..=32).contains(&options.context_size) && options.exitcode <= 255 && options.verbosity <= 1);
    }

    #[test]
    fn whatever_is_wrong_the_rest_is_used(
        wrong in "[a-z_]{1,12}(=[^ ,:\n\t\r'\"]{0,8})?",
        name in names(),
        value in values(),
    ) {
        prop_assume!(table::entries().all(|entry| !wrong.starts_with(entry.name)));
        if let Some(right) = written(name, &value) {
            let alone = Options::read(&[("HERE", &right)]).0;
            let beside = [wrong.as_bytes(), b":", &right, b" ", wrong.as_bytes()].concat();
            prop_assert_eq!(Options::read(&[("HERE", &beside)]).0, alone);
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was(name in names(), value in values()) {
        match written(name, &value) {
            Some(text) => {
                let read: Vec<_> = items(&text).collect();
                prop_assert_eq!(read, [Item { name: name.to_owned(), value: Value::Given(&value) }]);
                prop_assert!(!has_open_quote(&text));
            }
            // What no quote can hold together.
            None => prop_assert!(value.contains(&b'"') && value.contains(&b'\'')),
        }
    }

    #[test]
    fn an_option_takes_a_value_or_says_why_not_and_stays_as_it_was(name in names(), value in values()) {
        let entry = table::entries().find(|entry| entry.name == name).unwrap();
        let mut options = Options::default();
        match entry.kind.set(&mut options, &value) {
            Ok(()) => prop_assert_eq!(Options::check(name, &value), Ok(())),
            Err(why) => {
                prop_assert!(!why.is_empty());
                prop_assert_eq!(options, Options::default());
            }
        }
    }

    #[test]
    fn what_is_in_use_is_shown_as_it_could_be_given(text in text(PIECES)) {
        let mut options = Options::read(&[("HERE", &text)]).0;
        for Entry { name, kind, .. } in table::entries().filter(|entry| !matches!(entry.kind, value::Kind::Text(_))) {
            let (shown, mut again) = (kind.show(&mut options), Options::default());
            prop_assert_eq!(kind.set(&mut again, shown.as_bytes()), Ok(()), "{}={}", name, shown);
            prop_assert_eq!(kind.show(&mut again), shown);
        }
    }

    #[test]
    fn a_log_has_the_pid_in_its_name_once_or_where_it_is_asked_for(
        path in text(&["%p", "%%", "%", "/", "log", ".", "p"]),
        pid in 1..i32::MAX,
        add_pid in any::<bool>(),
    ) {
        let name = file_name(&path, pid, add_pid).unwrap();
        let wants_it = asks_for_pid(&path);
        let plain = file_name(&path, pid, false).unwrap();
        if wants_it || !add_pid {
            prop_assert_eq!(&name, &plain);
        } else {
            let end = format!(".{pid}").into_bytes();
            prop_assert!(name.starts_with(&plain) && name.ends_with(&end));
        }
    }
}

/// Whether there is a `%p` that is not behind a percent sign of its own.
fn asks_for_pid(path: &[u8]) -> bool {
    let mut bytes = path.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'%'
            && bytes.clone().next().is_some_and(|next| matches!(next, b'p' | b'%'))
            && bytes.next() == Some(&b'p')
        {
            return true;
        }
    }
    false
}
