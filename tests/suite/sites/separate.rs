//! Debug information in a file of its own.

use super::{GET, OPEN, Workshop, without_offsets};
use crate::harness::say;
use std::fmt::Write;
use std::process::Command;

/// `queue`, stripped, and what was taken out of it in `queue.debug`.
fn separated(compress: &[&str]) -> Workshop {
    let workshop = Workshop::with(&["queue.c"]);
    workshop.tool("gcc", &["-g", "-Wl,--build-id=sha1", "src/queue.c", "-o", "queue"]);
    workshop.tool("objcopy", &[&["--only-keep-debug"], compress, &["queue", "queue.debug"]].concat());
    workshop.tool("strip", &["queue"]);
    workshop
}

/// The build id of a program, as `.build-id/ab/cdef.debug`.
fn by_build_id(workshop: &Workshop, program: &str) -> String {
    let output = Command::new("readelf").args(["-n", program]).current_dir(workshop.path("")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let id = text.split("Build ID: ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned();
    format!(".build-id/{}/{}.debug", &id[..2], &id[2..])
}

fn move_to(workshop: &Workshop, from: &str, to: &str) {
    let to = workshop.path(to);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::rename(workshop.path(from), to).unwrap();
}

#[test]
fn a_debug_file_is_found_by_build_id() {
    for compress in [&[][..], &["--compress-debug-sections=zlib"]] {
        let workshop = separated(compress);
        let options = format!("debug_file_directory={}", workshop.path("debug").display());
        assert_eq!(without_offsets(&workshop.stack("queue", &options)[0]), "(queue+OFF)");
        move_to(&workshop, "queue.debug", &format!("debug/{}", by_build_id(&workshop, "queue")));
        assert_eq!(workshop.stack("queue", &options), [GET, OPEN], "{compress:?}");
    }
}

#[test]
fn a_debug_file_is_found_by_the_name_that_the_program_gives() {
    let workshop = separated(&[]);
    workshop.tool("objcopy", &["--add-gnu-debuglink=queue.debug", "queue"]);
    assert_eq!(workshop.stack("queue", ""), [GET, OPEN], "beside it");
    move_to(&workshop, "queue.debug", ".debug/queue.debug");
    assert_eq!(workshop.stack("queue", ""), [GET, OPEN], "in .debug");
    let folder = workshop.path("").canonicalize().unwrap();
    move_to(&workshop, ".debug/queue.debug", &format!("elsewhere{}/queue.debug", folder.display()));
    let options = format!("debug_file_directory={}", workshop.path("elsewhere").display());
    assert_eq!(workshop.stack("queue", &options), [GET, OPEN], "below the debug directory");
}

#[test]
fn the_debug_file_of_another_build_is_left_alone() {
    let workshop = separated(&[]);
    workshop.tool("objcopy", &["--add-gnu-debuglink=queue.debug", "queue"]);
    let text = std::fs::read_to_string(workshop.path("src/queue.c")).unwrap();
    std::fs::write(workshop.path("src/queue.c"), format!("\n\n{text}")).unwrap();
    workshop.tool("gcc", &["-g", "-Wl,--build-id=sha1", "src/queue.c", "-o", "newer"]);
    workshop.tool("objcopy", &["--only-keep-debug", "newer", "queue.debug"]);
    assert_eq!(without_offsets(&workshop.stack("queue", "")[0]), "(queue+OFF)");
}

#[test]
fn what_several_programs_share_is_found() {
    const TEST: &str = "what_several_programs_share_is_found";
    let workshop = Workshop::with(&["queue.c"]);
    if Command::new("dwz").arg("--version").output().is_err() {
        return say(&format!("skipped: {TEST}: dwz is not installed"));
    }
    // Enough in common to be worth a file of its own.
    let mut text = std::fs::read_to_string(workshop.path("src/queue.c")).unwrap();
    for number in 0..400 {
        writeln!(text, "struct a_rather_long_name_{number} {{ int first; long second; }} object_{number};").unwrap();
    }
    std::fs::write(workshop.path("src/queue.c"), text).unwrap();
    for program in ["queue", "other"] {
        workshop.tool("gcc", &["-g", "-Wl,--build-id=sha1", "-gdwarf-4", "src/queue.c", "-o", program]);
    }
    workshop.tool("dwz", &["-m", "shared.debug", "queue", "other"]);
    let sections = Command::new("readelf").args(["-S", "queue"]).current_dir(workshop.path("")).output().unwrap();
    assert!(String::from_utf8_lossy(&sections.stdout).contains(".gnu_debugaltlink"));
    assert_eq!(workshop.stack("queue", ""), [GET, OPEN]);
}

#[test]
fn a_file_is_read_once() {
    let workshop = Workshop::with(&["many.c"]);
    workshop.tool("gcc", &["-g", "-Wl,--build-id=sha1", "src/many.c", "-o", "many"]);
    workshop.tool("objcopy", &["--only-keep-debug", "many", "many.debug"]);
    workshop.tool("strip", &["many"]);
    workshop.tool("objcopy", &["--add-gnu-debuglink=many.debug", "many"]);
    let ran = workshop.run("many").arg("many.debug").options("trace=1:checks=").go();
    for line in [9, 12] {
        let place = format!(" at src/many.c:{line}");
        let count = ran.stderr.lines().filter(|traced| traced.ends_with(&place)).count();
        assert_eq!(count, 1000, "{place}: {}", ran.stderr.lines().take(4).collect::<Vec<_>>().join("\n"));
    }
}
