//! File systems that are missing, full or closed: /proc, where the journal goes, where a log goes, and no folder of the user's own.

use super::{TWO_WAYS, undisturbed};
use crate::harness::{Ran, Run, Way, compile, library_folder, say};

/// In mounts of one's own; where that is refused, one line that ends the script with 77.
fn in_own_mounts(text: &str, way: Way) -> Run {
    const ENTER: &str = r#"
        own='unshare --mount'; [ "$(id -u)" = 0 ] || own='unshare --user --map-root-user --mount'
        $own true 2>/dev/null || { echo 'no mounts of one'\''s own can be made here'; exit 77; }
        exec $own sh -euc "$INSIDE"
    "#;
    Run::script(ENTER, way).env("INSIDE", text).env("SHMSAN", library_folder().join("shmsan"))
}

fn is_skipped(test: &str, ran: &Ran) -> bool {
    let is_skipped = ran.status.code() == Some(77);
    if is_skipped {
        say(&format!("skipped: {test}: {}", ran.stdout.trim_end()));
    }
    is_skipped
}

#[test]
fn without_proc_the_program_is_not_disturbed_and_its_leak_is_told() {
    const TEXT: &str = r#"mount -t tmpfs none /proc; LD_PRELOAD="$SHIM" exec "$PROGRAM" 3"#;
    let (bare, all) = undisturbed("hostile/plain.c", &[], &Way::SHIMMED, |program, way| {
        in_own_mounts(TEXT, way).env("PROGRAM", program)
    });
    if is_skipped("without_proc_the_program_is_not_disturbed_and_its_leak_is_told", &bare) {
        return;
    }
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked 3 times\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

/// `shmsan run` in mounts as `text` makes them, with the program's own words and status.
fn run_in(text: &str) -> Ran {
    let text = format!("{text}\nexec \"$SHMSAN\" run --trace=\"$FOLDER/trace\" \"$PROGRAM\" 3");
    let folder = tempfile::tempdir().unwrap();
    let run = in_own_mounts(&text, Way::Bare).env("PROGRAM", compile("hostile/plain.c", Way::Bare));
    run.env("FOLDER", folder.path()).go()
}

fn expect_the_programs_own(ran: &Ran) {
    let seen = (ran.stdout.as_str(), ran.status.code());
    assert_eq!(seen, ("worked 3 times\n", Some(3)), "{}", ran.stderr);
}

#[test]
fn without_proc_shmsan_run_is_not_in_the_way() {
    let ran = run_in("mount -t tmpfs none /proc");
    if !is_skipped("without_proc_shmsan_run_is_not_in_the_way", &ran) {
        expect_the_programs_own(&ran);
        assert!(ran.stderr.contains("leaked-segment"), "{}", ran.stderr);
    }
}

#[test]
fn where_the_journals_disk_is_full_the_program_goes_on_and_one_line_says_so() {
    // The folders have their place, the first file has none.
    let ran = run_in("mount -t tmpfs -o size=4k none /dev/shm; head -c 4096 /dev/zero >/dev/shm/ballast");
    if !is_skipped("where_the_journals_disk_is_full_the_program_goes_on_and_one_line_says_so", &ran) {
        expect_the_programs_own(&ran);
        let lines: Vec<_> =
            ran.stderr.lines().filter(|line| line.contains("no space is left for the journal")).collect();
        assert_eq!(lines.len(), 1, "{}", ran.stderr);
    }
}

#[test]
fn where_every_folder_is_closed_shmsan_run_says_so_and_starts_nothing() {
    let ran = run_in(
        "mount -t tmpfs -o ro none /dev/shm; mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp
         exec env TMPDIR=/no/such/folder \"$SHMSAN\" run true",
    );
    if !is_skipped("where_every_folder_is_closed_shmsan_run_says_so_and_starts_nothing", &ran) {
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("", Some(125)), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("shmsan: no folder for the session can be made:"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_session_that_cannot_be_written_costs_the_journal_and_nothing_else() {
    const TEXT: &str = r#"
        mount -t tmpfs -o "$MODE" none "$FOLDER"
        export SHMSAN_SESSION="trace:$FOLDER$BELOW"
        LD_PRELOAD="$SHIM" exec "$PROGRAM" 3
    "#;
    for (mode, below) in [("ro", ""), ("size=4k,nr_inodes=1", ""), ("size=4k", ""), ("size=4k", "/no/such/folder")] {
        let folder = tempfile::tempdir().unwrap();
        let (bare, all) = undisturbed("hostile/plain.c", &[], &TWO_WAYS, |program, way| {
            let run = in_own_mounts(TEXT, way).env("PROGRAM", program).env("FOLDER", folder.path());
            run.env("MODE", mode).env("BELOW", below)
        });
        if is_skipped("a_session_that_cannot_be_written_costs_the_journal_and_nothing_else", &bare) {
            return;
        }
        assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked 3 times\n", Some(3)), "{mode}");
        for shimmed in all {
            shimmed.expect_checks_on();
        }
    }
}

#[test]
fn a_log_on_a_read_only_disk_is_one_line_and_the_reports_go_to_standard_error() {
    const TEXT: &str = r#"
        mount -t tmpfs -o ro none "$FOLDER"
        SHMSAN_OPTIONS="log_path=$FOLDER/log" LD_PRELOAD="$SHIM" exec "$PROGRAM" 3
    "#;
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let run = in_own_mounts(TEXT, way).env("PROGRAM", compile("hostile/plain.c", way));
        let ran = run.env("FOLDER", folder.path()).go();
        if is_skipped("a_log_on_a_read_only_disk_is_one_line_and_the_reports_go_to_standard_error", &ran) {
            return;
        }
        expect_the_programs_own(&ran);
        let said: Vec<_> = ran.stderr.lines().filter(|line| line.contains("shmsan: log_path: ")).collect();
        assert!(said.len() == 1 && said[0].contains(": EROFS ("), "{}", ran.stderr);
        assert!(ran.stderr.contains("SUMMARY: shmsan: leaked-segment"), "{}", ran.stderr);
    }
}

#[test]
fn without_a_home_or_a_runtime_directory_nothing_is_missed() {
    const TEXT: &str = r#"
        unset HOME XDG_RUNTIME_DIR TMPDIR USER LOGNAME XDG_CACHE_HOME XDG_CONFIG_HOME
        LD_PRELOAD="$SHIM" exec ${SHMSAN:+"$SHMSAN" run --error-exitcode 0} "$PROGRAM" 3
    "#;
    let prepare = |program: &std::path::Path, way| Run::script(TEXT, way).env("PROGRAM", program);
    let (bare, all) = undisturbed("hostile/plain.c", &[], &TWO_WAYS, prepare);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked 3 times\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
    let program = compile("hostile/plain.c", Way::Bare);
    let ran = prepare(&program, Way::Bare).env("SHMSAN", library_folder().join("shmsan")).go();
    expect_the_programs_own(&ran);
    assert!(ran.stderr.contains("leaked-segment"), "{}", ran.stderr);
}
