//! SHMSAN_OPTIONS: any text is read, what is said of it is short and harmless, and what is in use can be written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::options::{self, Options, file_name, has_open_quote, written};
use shmsan_core::text::is_misleading;

fuzz_target!(|bytes: &[u8]| {
    let (mut options, complaints) = Options::read(&[("HERE", bytes)]);
    assert!(complaints.len() <= 9);
    for complaint in &complaints {
        assert!(!complaint.contains(is_misleading) && complaint.chars().count() < 300, "{complaint:?}");
    }
    let _ = (options.help(), options.log(), file_name(&options.log_path, 17, options.log_pid));
    if let Some(text) = written("log_path", bytes) {
        let (read, complaints) = Options::read(&[("HERE", &text)]);
        assert!(read.log_path == bytes && complaints.is_empty() && !has_open_quote(&text));
    }
    options.log_path.clear();
    let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
    let _ = options::Options::check(&String::from_utf8_lossy(name), bytes);
});
