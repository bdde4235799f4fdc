//! One verdict over a whole tree of processes, whatever ends them.

use crate::golden::same_everywhere;
use crate::harness::{
    Ran, Run, Way, compile, expect_file, library_folder, normalise, private_namespaces_allowed, source,
};
use serde_json::Value;
use shmsan_core::rule;
use std::path::Path;

/// `shmsan run` with these options over a program and its arguments.
fn run(options: &[&str], program: &Path, arguments: &[&str]) -> Run {
    let command = Run::new(library_folder().join("shmsan"), Way::Bare).arg("run").arg("--wait=0");
    let command = options.iter().fold(command, Run::arg).arg("--").arg(program);
    arguments.iter().fold(command, Run::arg)
}

pub(super) fn tree(options: &[&str], what: &str) -> Ran {
    run(options, &compile("run/tree.c", Way::Bare), &[what]).go()
}

/// The rules of the summary lines, in their order.
pub(super) fn rules(ran: &Ran) -> Vec<&str> {
    let lines = ran.stderr.lines().filter_map(|line| line.strip_prefix("SUMMARY: shmsan: "));
    lines.filter_map(|line| line.split(' ').next()).collect()
}

pub(super) fn last_line(ran: &Ran) -> &str {
    ran.stderr.lines().last().unwrap_or_default()
}

#[test]
fn each_rule_of_the_ring_speaks_of_its_mistake() {
    for rule in rule::run::ALL {
        let program = compile(&format!("bad/{}.c", rule.id), Way::Bare);
        let ran = run(&[], &program, &[]).go();
        assert!(rules(&ran).contains(&rule.id), "{}: {}", rule.id, ran.stderr);
        if private_namespaces_allowed() {
            let report = normalise(&same_everywhere(&ran.stderr));
            expect_file(&source(&format!("bad/{}.expected", rule.id)), &report);
        }
    }
}

#[test]
fn no_rule_of_the_ring_speaks_of_what_only_looks_like_its_mistake() {
    for rule in rule::run::ALL {
        let program = compile(&format!("good/{}.c", rule.id), Way::Bare);
        let ran = run(&[], &program, &[]).go();
        assert!(!rules(&ran).contains(&rule.id), "{}: {}", rule.id, ran.stderr);
    }
}

#[test]
fn what_a_killed_child_made_and_nobody_removes_is_a_leak_with_its_line() {
    for (what, expected) in
        [("killed", "300 bytes left behind under key 0x00005154"), ("killed-private", "IPC_PRIVATE")]
    {
        let ran = tree(&[], what);
        assert_eq!(ran.status.code(), Some(23), "{ran:?}");
        assert_eq!(rules(&ran), ["leaked-segment"], "{}", ran.stderr);
        assert!(ran.stderr.contains(expected) && ran.stderr.contains(" in make\n"), "{}", ran.stderr);
        assert!(ran.stderr.contains("(dead), ") && ran.stderr.contains(&format!(" {what}\n")), "{}", ran.stderr);
        assert_eq!(last_line(&ran), "SUMMARY: shmsan run: 1 error and 0 warnings in 1 process: leaked-segment 1");
    }
}

#[test]
fn what_happens_again_at_a_place_is_counted_and_reported_once() {
    let program = compile("verdict/mistakes.c", Way::Bare);
    let ran = run(&[], &program, &["7000"]).go();
    let verdict = "SUMMARY: shmsan run: 2 errors and 0 warnings in 1 process: size-mismatch 2 (7001 times)";
    assert_eq!(last_line(&ran), verdict, "{}", ran.stderr);
    let ran = run(&["--format=json"], &program, &["7000"]).go();
    let last: Value = serde_json::from_str(last_line(&ran)).unwrap();
    let rule = &last["rules"][0];
    assert_eq!((&last["errors"], &rule["reports"], &rule["times"]), (&2.into(), &2.into(), &7001.into()), "{last}");
    let once = run(&[], &program, &["1"]).go();
    assert!(last_line(&once).ends_with(": size-mismatch 2"), "{}", once.stderr);
}

#[test]
fn leaks_of_one_line_in_several_processes_are_one_report() {
    let ran = tree(&[], "three");
    assert_eq!(rules(&ran), ["leaked-segment"], "{}", ran.stderr);
    assert!(ran.stderr.contains("3 segments of IPC_PRIVATE memory left behind, 900 bytes in all"), "{}", ran.stderr);
}

#[test]
fn leaks_of_one_line_are_one_report_in_whatever_order_they_were_made() {
    let ran = tree(&[], "by-turns");
    assert_eq!(rules(&ran), ["leaked-segment"], "{}", ran.stderr);
    assert!(ran.stderr.contains("2 segments of IPC_PRIVATE memory left behind, 600 bytes in all"), "{}", ran.stderr);
}

#[test]
fn what_a_child_of_vfork_leaves_is_a_leak_of_the_run() {
    let ran = tree(&[], "vforked");
    assert_eq!(rules(&ran), ["leaked-segment"], "{}", ran.stderr);
    assert!(ran.stderr.contains(" in make\n"), "{}", ran.stderr);
}

#[test]
fn what_one_process_leaves_and_another_removes_is_no_leak() {
    for what in ["handed-over", "removed"] {
        let ran = tree(&[], what);
        assert_eq!((ran.status.code(), rules(&ran).is_empty()), (Some(0), true), "{}", ran.stderr);
        let last = if what == "removed" { "1 process" } else { "2 processes" };
        let last = format!("shmsan run: nothing found in the {last} that used shared memory");
        assert_eq!(last_line(&ran), last, "{}", ran.stderr);
        assert_eq!(tree(&["--quiet"], what).stderr, "");
    }
}

#[test]
fn a_segment_that_could_not_be_attached_is_told_with_the_attach_that_failed() {
    let ran = tree(&["--checks=run+created-then-attach-failed"], "refused");
    assert_eq!(rules(&ran), ["created-then-attach-failed"], "{}", ran.stderr);
    assert!(ran.stderr.contains("shmat(0, 0x1, 0) = -1 EINVAL"), "{}", ran.stderr);
}

#[test]
fn what_an_unseen_grandchild_left_is_a_leak_in_a_fresh_namespace_and_else_perhaps_one() {
    let program = compile("bad/shim-not-loaded.c", Way::Bare);
    let script = format!("{}; exit 0", program.display());
    let ran = |options: &[&str]| run(options, Path::new("/bin/sh"), &["-c", &script]).go();
    let perhaps = ran(&[]);
    assert_eq!(rules(&perhaps), ["shim-not-loaded"], "{}", perhaps.stderr);
    assert!(perhaps.stderr.replace("\n       ", " ").contains("nothing to do with the run"), "{}", perhaps.stderr);
    if private_namespaces_allowed() {
        let certain = ran(&["--isolate"]);
        assert_eq!(rules(&certain), ["shim-not-loaded", "leaked-segment"], "{}", certain.stderr);
    }
}

#[test]
fn what_somebody_else_removed_is_said_to_have_vanished() {
    let ran = tree(&[], "vanished");
    if ran.status.code() != Some(77) {
        assert_eq!(rules(&ran), ["segment-vanished"], "{}", ran.stderr);
    }
}

#[test]
fn who_goes_on_is_named_and_not_judged() {
    let ran = tree(&[], "daemon");
    assert_eq!(ran.status.code(), Some(0), "{}", ran.stderr);
    assert!(rules(&ran).is_empty(), "{}", ran.stderr);
    let last: Vec<_> = ran.stderr.lines().rev().take(2).collect();
    assert!(last[1].starts_with("shmsan: still running, not judged: pid "), "{}", ran.stderr);
    assert!(last[0].starts_with("shmsan run: nothing found in the "), "{}", ran.stderr);
    assert!(last[0].ends_with(" that used shared memory; what still runs is not judged"), "{}", ran.stderr);
    let json = tree(&["--format=json"], "daemon");
    let verdict: Value = serde_json::from_str(last_line(&json)).unwrap();
    assert_eq!(verdict["running"], 1, "{}", json.stderr);
}

#[test]
fn the_exit_status_is_what_was_asked_for() {
    let cases = [
        (&["--error-exitcode=9"][..], "killed", Some(9)),
        (&["--error-exitcode=0"], "killed", Some(0)),
        (&["--suppressions", "LEAKS"], "killed", Some(0)),
        (&["--detect-leaks=0"], "killed", Some(0)),
        (&["--checks=-leaked-segment"], "killed", Some(0)),
        (&[], "vanished", Some(0)),
        (&["--werror"], "vanished", Some(23)),
        (&[], "none", Some(2)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leaks.supp");
    std::fs::write(&file, "leaked-segment:^make$\n").unwrap();
    for (options, what, expected) in cases {
        let options: Vec<_> =
            options.iter().map(|word| if *word == "LEAKS" { file.to_str().unwrap() } else { word }).collect();
        let ran = tree(&options, what);
        if ran.status.code() != Some(77) {
            assert_eq!(ran.status.code(), expected, "{options:?} {what}: {}", ran.stderr);
        }
    }
}

#[test]
fn the_lines_for_a_suppressions_file_suppress_what_was_found() {
    let ran = tree(&["--gen-suppressions"], "three");
    let lines: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("leaked-segment:")).collect();
    assert_eq!(lines, ["leaked-segment:^make$"], "{}", ran.stderr);
    // They are one block behind all else, which is a file as it stands.
    let folder = tempfile::tempdir().unwrap();
    let (copied, added) = (folder.path().join("copied"), folder.path().join("added"));
    let block = &ran.stderr[ran.stderr.find("# for a file that --suppressions names:\n").unwrap()..];
    assert_eq!(block.lines().count(), 2, "{}", ran.stderr);
    std::fs::write(&copied, block).unwrap();
    let option = |name: &str, file: &Path| format!("--{name}={}", file.display());
    assert_eq!(tree(&[&option("suppressions", &copied)], "three").status.code(), Some(0));
    std::fs::write(&added, "# mine\n").unwrap();
    for _ in 0..2 {
        let ran = tree(&[&option("gen-suppressions", &added), &option("suppressions", &added)], "three");
        assert!(!ran.stderr.contains("^make$") || ran.status.code() == Some(0), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read_to_string(&added).unwrap(), "# mine\nleaked-segment:^make$\n");
    let nowhere = tree(&[&option("gen-suppressions", &folder.path().join("none/file"))], "three");
    assert_eq!(nowhere.status.code(), Some(125), "{}", nowhere.stderr);
}

#[test]
fn leaks_are_removed_where_that_is_asked_for_and_nothing_else() {
    if !private_namespaces_allowed() {
        return;
    }
    let shmsan = library_folder().join("shmsan");
    let (tree, shmsan) = (compile("run/tree.c", Way::Bare), shmsan.display().to_string());
    let script = format!(
        "ipcmk -M 100 >/dev/null; {shmsan} run --remove-leaks --error-exitcode=0 -- {} three; ipcs -m | grep -c 600 || true; \
         {shmsan} run --error-exitcode=0 -- {} three; ipcs -m | grep -c 600",
        tree.display(),
        tree.display()
    );
    let ran = Run::script(&script, Way::Bare).go();
    assert_eq!(ran.stdout, "0\n3\n", "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().filter(|line| line.ends_with(" was removed")).count(), 3, "{}", ran.stderr);
    // Of the second run alone.
    assert_eq!(ran.stderr.matches("ipcrm").count(), 1, "{}", ran.stderr);
}

#[test]
fn a_fresh_namespace_takes_all_that_is_left_with_it() {
    if !private_namespaces_allowed() {
        return;
    }
    let (tree, shmsan) = (compile("run/tree.c", Way::Bare), library_folder().join("shmsan"));
    let script = format!(
        "{} run --isolate -- {} three || echo $?; ipcs -m | grep -c 600 || true",
        shmsan.display(),
        tree.display()
    );
    let ran = Run::script(&script, Way::Bare).go();
    assert_eq!(ran.stdout, "23\n0\n", "{}", ran.stderr);
    // Outside, these ids are somebody else's.
    assert!(!ran.stderr.contains("ipcrm") && ran.stderr.contains("the run's own IPC namespace"), "{}", ran.stderr);
    assert_eq!(rules(&ran), ["leaked-segment"], "{}", ran.stderr);
}

#[test]
fn the_trace_holds_the_calls_of_all_processes_in_one_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace");
    tree(&[&format!("--trace={}", file.display()), "--format=json"], "handed-over");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["shmget", "shmget", "shmctl"], "{text}");
    assert_ne!(lines[0]["pid"], lines[1]["pid"]);
    assert!(lines.is_sorted_by_key(|line| line["time"].as_str().unwrap().to_owned()), "{text}");
    assert_eq!(lines[0]["site"]["function"], "make", "{text}");
}

#[test]
fn the_trace_is_what_the_library_prints_itself() {
    let program = compile("trace/story.c", Way::Bare);
    let comparable = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("[pid "));
        lines.map(|line| normalise(line).replace(|character: char| character.is_ascii_digit(), "")).collect::<String>()
    };
    let own = Run::new(&program, Way::Preloaded).options("trace=1").go();
    let of_the_command = run(&["--trace"], &program, &[]).go();
    assert_eq!(comparable(&of_the_command.stderr), comparable(&own.stderr));
    assert!(comparable(&own.stderr).lines().count() > 5, "{}", own.stderr);
}

#[test]
fn what_each_process_traces_itself_stands_before_its_report() {
    let program = compile("verdict/mistakes.c", Way::Bare);
    let ran = run(&[], &program, &["1"]).options("trace=1").go();
    let lines: Vec<_> = ran.stderr.lines().collect();
    let reports = lines.windows(2).filter(|pair| pair[1].contains("ERROR: shmsan: size-mismatch: "));
    let calls: Vec<_> = reports.map(|pair| pair[0]).collect();
    assert_eq!(calls.len(), 2, "{}", ran.stderr);
    assert!(calls.iter().all(|line| line.starts_with("[pid ") && line.contains(" EINVAL ")), "{}", ran.stderr);
}

#[test]
fn as_json_the_verdict_is_the_last_line() {
    let ran = tree(&["--format=json"], "three");
    let lines: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["event"], &last["errors"], &last["processes"]),
        (&"verdict".into(), &1.into(), &3.into()),
        "{last}"
    );
    assert_eq!(last["rules"][0]["rule"], "leaked-segment");
    assert_eq!(lines[0]["rule"], "leaked-segment");
}

#[test]
fn who_writes_garbage_into_the_sessions_folder_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("hostile.sh");
    std::fs::write(
        &script,
        "cd \"$SHMSAN_SESSION\"\n\
         mkfifo fifo; mkdir folder; ln -s /etc/passwd link; ln -s loop loop; : > empty; chmod 600 empty\n\
         (umask 077; head -c 5000 /dev/urandom > noise; head -c 63 /dev/zero > short; truncate -s 4G huge)\n\
         \"$1\" removed; \"$1\" three\n\
         for file in *; do if [ -f \"$file\" ] && [ ! -L \"$file\" ] && [ \"${#file}\" = 32 ]; then\n\
           cp -p \"$file\" \"copy-$file\"; ln \"$file\" \"hard-$file\"; printf '\\377\\377\\377\\377' | dd of=\"$file\" bs=1 seek=200 conv=notrunc status=none\n\
         fi; done\n",
    )
    .unwrap();
    let program = compile("run/tree.c", Way::Bare);
    let shell = Path::new("/bin/sh");
    let ran = run(&[], shell, &[script.to_str().unwrap(), program.to_str().unwrap()]).go();
    assert!(ran.stderr.contains("came from no process of the run"), "{}", ran.stderr);
    assert!(rules(&ran).contains(&"leaked-segment"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}
