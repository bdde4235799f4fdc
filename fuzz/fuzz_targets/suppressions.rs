//! A file of suppressions, and a finding that it may fit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::call::Key;
use shmsan_core::site::Frame;
use shmsan_core::suppress::{Suppressions, Suspect};
use shmsan_core::text::is_misleading;

fuzz_target!(|input: (&[u8], &str, i32)| {
    let (text, name, key) = input;
    let mut suppressions = Suppressions::default();
    let complaints = suppressions.add(text);
    assert!(complaints.len() <= 9);
    for complaint in &complaints {
        assert!(!complaint.contains(is_misleading) && complaint.chars().count() < 300, "{complaint:?}");
    }
    suppressions.add_built_in();
    let frame = Frame {
        function: Some(name.to_owned()),
        source: Some((name.to_owned(), 1)),
        module: Some((name.to_owned(), 2)),
        ..Frame::default()
    };
    let suspect = Suspect { rule: "leaked-segment", frames: &[frame], key: Some(Key(key)), exe: name.as_bytes() };
    if let Some(number) = suppressions.find(&suspect) {
        suppressions.count(number, 1);
        assert!(suppressions.used().count() <= 1);
    }
});
