//! Files that changed, went away, or make no sense: nothing is said that is not true, and nothing breaks.

use super::{GET, OPEN, Workshop, at, first_stack, without_offsets};
use std::fs;

#[test]
fn a_library_that_was_replaced_is_not_asked() {
    let workshop = Workshop::with(&["ring.cpp", "user.c"]);
    workshop.tool("gcc", &["-g", "src/user.c", "-ldl", "-o", "user"]);
    for linked in ["-Wl,--build-id=sha1", "-Wl,--build-id=none"] {
        workshop.tool("g++", &["-g", linked, "-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
        let text = fs::read_to_string(workshop.path("src/ring.cpp")).unwrap();
        fs::write(workshop.path("src/newer.cpp"), format!("\n\nint more[1000];\n{text}")).unwrap();
        workshop.tool("g++", &["-g", linked, "-shared", "-fPIC", "src/newer.cpp", "-o", "newer.so"]);
        let ran = workshop.run("user").arg("./ring.so").go();
        assert!(
            first_stack(&ran.stderr)[0].ends_with(&at("", "ring.cpp", "return shmget")),
            "{linked}: {}",
            ran.stderr
        );
        let ran = workshop.run("user").arg("./ring.so").arg("./newer.so").go();
        assert_eq!(without_offsets(&first_stack(&ran.stderr)[0]), "(ring.so+OFF)", "{linked}");
    }
}

#[test]
fn a_program_that_was_replaced_is_still_known() {
    let workshop = Workshop::with(&["ring.cpp", "user.c"]);
    workshop.tool("g++", &["-g", "-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
    workshop.tool("gcc", &["-g", "src/user.c", "-ldl", "-o", "user"]);
    fs::copy(workshop.path("user"), workshop.path("newer")).unwrap();
    workshop.tool("strip", &["newer"]);
    let ran = workshop.run("user").arg("./ring.so").arg("./newer").arg("./user").options("context_size=3").go();
    assert_eq!(first_stack(&ran.stderr)[2], at("main", "user.c", "use() == 0"), "{}", ran.stderr);
}

#[test]
fn a_place_in_a_closed_library_is_an_address() {
    let workshop = Workshop::with(&["ring.cpp", "user.c"]);
    workshop.tool("gcc", &["-g", "src/user.c", "-ldl", "-o", "user"]);
    workshop.tool("g++", &["-g", "-fno-gnu-unique", "-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
    let ran = workshop.run("user").arg("./ring.so").arg("close").options("context_size=3").go();
    let stack = first_stack(&ran.stderr);
    assert!(stack[0].starts_with("0x") && stack[0].ends_with(" (not in a loaded file)"), "{}", ran.stderr);
    assert_eq!(stack[2], at("main", "user.c", "use() == 0"));
}

/// Numbers that look random and are the same each time.
fn numbers(mut state: u64) -> impl Iterator<Item = usize> {
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap()
    })
}

#[test]
fn a_debug_file_that_makes_no_sense_breaks_nothing() {
    let workshop = Workshop::with(&["queue.c"]);
    workshop.tool("gcc", &["-g", "-Wl,--build-id=sha1", "src/queue.c", "-o", "queue"]);
    for compress in ["--compress-debug-sections=none", "--compress-debug-sections=zlib"] {
        workshop.tool("objcopy", &["--only-keep-debug", compress, "queue", "whole.debug"]);
        workshop.tool("objcopy", &["--strip-all", "queue", "stripped"]);
        workshop.tool("objcopy", &["--add-gnu-debuglink=whole.debug", "stripped"]);
        assert_eq!(workshop.stack("stripped", ""), [GET, OPEN]);
        let whole = fs::read(workshop.path("whole.debug")).unwrap();
        let mut numbers = numbers(0x5eed);
        let mut random = |below: usize| numbers.next().unwrap() % below;
        for round in 0..120 {
            let mut broken = whole.clone();
            if round % 4 == 0 {
                broken.truncate(random(whole.len()));
            }
            for _ in 0..round % 5 * 8 {
                let at = random(broken.len().max(1));
                if let Some(byte) = broken.get_mut(at) {
                    *byte = u8::try_from(random(256)).unwrap();
                }
            }
            fs::write(workshop.path("whole.debug"), &broken).unwrap();
            let ran = workshop.run("stripped").go();
            let seen = (ran.stdout.as_str(), ran.status.code(), ran.stderr.lines().last().unwrap_or_default());
            assert!(
                seen.0 == "opened\n" && seen.1 == Some(0) && seen.2.starts_with("SUMMARY: shmsan: leaked-segment at "),
                "round {round} {compress}: {ran:?}"
            );
            assert!(!ran.stderr.contains("checks are off"), "round {round} {compress}: {}", ran.stderr);
        }
    }
}
