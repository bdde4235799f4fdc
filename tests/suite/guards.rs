//! Where segments are attached, what is kept from use after their detach, and where there are no guards: whatever the
//! surroundings, the program sees what it would have seen.

use crate::harness::{Ran, Run, Way, compile, compile_with};
use std::os::unix::process::ExitStatusExt;

const WAYS: [Way; 3] = [Way::Preloaded, Way::Linked, Way::LinkedStatic];
const GUARDS: [&str; 3] = ["", "guard=0", "guard=arena"];

fn run(program: &str, argument: &str, way: Way, options: &str) -> Ran {
    Run::new(compile(program, way), way).arg(argument).options(options).go()
}

/// The program ended well.
fn all_is_well(ran: &Ran, context: &str) {
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("", Some(3)), "{context}\n{}", ran.stderr);
}

#[test]
fn what_the_kernel_has_placed_faults_after_its_detach_whatever_is_mapped_meanwhile() {
    for argument in ["large", "refused"] {
        for way in WAYS {
            for level in ["-O0", "-O2"] {
                let program = compile_with("faults/kept.c", way, &[level]);
                let ran = Run::new(program, way).arg(argument).go();
                let context = format!("{argument} {way:?} {level} {:?}\n{}\n{}", ran.status, ran.stdout, ran.stderr);
                assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{context}");
                assert_eq!(ran.stderr.matches("SUMMARY: shmsan: use-after-detach at ").count(), 1, "{context}");
                assert!(ran.stderr.contains("5 bytes into what was attached at"), "{context}");
                assert!(ran.stderr.contains("segment 0 was detached from"), "{context}");
            }
        }
    }
}

#[test]
fn what_is_kept_gives_way_to_the_program_and_goes_only_where_it_is_ours() {
    all_is_well(&run("faults/kept.c", "named", Way::Bare, ""), "bare");
    for guard in GUARDS {
        for way in WAYS {
            all_is_well(&run("faults/kept.c", "named", way, guard), &format!("{way:?} {guard}"));
        }
    }
    for options in ["", "quarantine_mb=1"] {
        for way in WAYS {
            all_is_well(&run("faults/kept.c", "over", way, options), &format!("{way:?} {options}"));
        }
    }
}

#[test]
fn what_is_kept_has_bounds() {
    for (options, kept) in [("", 64), ("quarantine_mb=1", 8), ("quarantine_mb=0", 0), ("guard=0", 0)] {
        let ran = run("faults/kept.c", "many", Way::Preloaded, options);
        assert_eq!((ran.stdout, ran.status.code()), (format!("{kept}\n"), Some(3)), "{options}\n{}", ran.stderr);
    }
}
