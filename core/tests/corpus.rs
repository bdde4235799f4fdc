//! What the fuzzers have kept, given to their targets once more, without a fuzzer and a compiler of its own: the targets still
//! build, and what was mended stays so.
#![expect(unused_attributes, reason = "a target begins as a program of its own does")]

// The targets take a macro from libfuzzer_sys: here it is ours.
extern crate self as libfuzzer_sys;

use std::fs::{read, read_dir};
use std::path::Path;

#[path = "../../fuzz/fuzz_targets/demangle.rs"]
mod demangle;
#[path = "../../fuzz/fuzz_targets/ledger.rs"]
mod ledger;
#[path = "../../fuzz/fuzz_targets/options.rs"]
mod options;
#[path = "../../fuzz/fuzz_targets/proc.rs"]
mod proc;
#[path = "../../fuzz/fuzz_targets/record.rs"]
mod record;
#[path = "../../fuzz/fuzz_targets/suppressions.rs"]
mod suppressions;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 6] = [
    ("demangle", demangle::run),
    ("ledger", ledger::run),
    ("options", options::run),
    ("proc", proc::run),
    ("record", record::run),
    ("suppressions", suppressions::run),
];

/// Makes a function of a target: of bytes its input, as libfuzzer_sys makes it, and what is to be done with that.
#[macro_export]
macro_rules! fuzz_target {
    (|$input:ident: $kind:ty| $body:expr) => {
        pub fn run(bytes: &[u8]) {
            let input = <$kind as arbitrary::Arbitrary>::arbitrary_take_rest(arbitrary::Unstructured::new(bytes));
            if let Ok($input) = input {
                $body
            }
        }
    };
}

#[test]
fn what_the_fuzzers_have_kept_breaks_nothing() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let files = |folder: &str| {
        let entries = read_dir(fuzz.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let known: Vec<_> =
        TARGETS.iter().map(|(name, _)| fuzz.join("fuzz_targets").join(name).with_extension("rs")).collect();
    assert_eq!(files("fuzz_targets"), known);
    for (name, run) in TARGETS {
        let kept = files(&format!("corpus/{name}"));
        assert!(!kept.is_empty());
        // Miri would take a day for all of them.
        for path in kept.into_iter().step_by(if cfg!(miri) { 20 } else { 1 }) {
            // With a panic, the test's output ends with the file that led to it.
            println!("{}", path.display());
            run(&read(path).unwrap());
        }
    }
}
