//! How a trace reads, as text and as JSON, and that each line of it is whole. That it says what strace says is compared in
//! `strace`.

use crate::golden::replace_after;
use crate::harness::{Ran, Run, Way, compile, expect_file, normalise, source};
use serde_json::Value;
use std::collections::BTreeSet;

/// What comes from this machine, this run and this user, by what stands before it.
#[rustfmt::skip]
const NUMBERS: [&str; 39] = [
    "uid=", "gid=", "pid=", "atime=", "dtime=", "ctime=", "shmmax=", "shmmni=", "shmseg=", "shmall=", "used_ids=",
    "shm_tot=", "shm_rss=", "shm_swp=", "shmat(", "shmctl(", ") = ", "ipcrm -m ", "uid\":", "gid\":", "pid\":",
    "tid\":", "atime\":", "dtime\":", "ctime\":", "shmmax\":", "shmmni\":", "shmseg\":", "shmall\":", "used_ids\":",
    "shm_tot\":", "shm_rss\":", "shm_swp\":", "shmid\":", "\"id\":", "\"ret\":", "duration_ns\":", "\"cpid\":",
    "unchanged_s\":",
    ];
const TEXTS: [&str; 3] = ["\"time\":\"", "\"exe\":\"", "\"owner\":\""];

/// With an N for each number that varies, and nothing for each text.
fn comparable(text: &str) -> String {
    let folder = source("").parent().unwrap().display().to_string();
    let text = normalise(&text.replace(&format!("{}/", folder.trim_end_matches('/')), ""));
    let quoted = |rest: &str| (rest.find('"').unwrap_or_default(), String::new());
    let text = TEXTS.iter().fold(text, |text, before| replace_after(&text, before, quoted));
    NUMBERS.iter().fold(text, |text, before| {
        replace_after(&text, before, |rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (digits, if digits > 0 { "N".to_owned() } else { String::new() })
        })
    })
}

fn story(way: Way, options: &str) -> Ran {
    let ran = Run::new(compile("trace/story.c", way), way).options(options).go();
    assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(0), ""), "{way:?}");
    ran
}

fn objects(ran: &Ran) -> Vec<Value> {
    let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", ran.stderr));
    ran.stderr.lines().map(read).collect()
}

/// Names of the events in their order.
fn events(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["event"].as_str().unwrap()).collect()
}

/// The ways in which a call's place is the same on every machine.
const WITH_MACROS: [Way; 3] = [Way::Linked, Way::LinkedStatic, Way::FullyStatic];

#[test]
fn a_trace_reads_well() {
    for way in WITH_MACROS {
        let ran = story(way, "trace=1:detect_leaks=0");
        let trace: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("[pid ")).collect();
        expect_file(&source("trace/story.text.expected"), &comparable(&trace.join("\n")));
    }
}

#[test]
fn as_json_calls_and_findings_and_their_counts_are_an_object_a_line() {
    for way in WITH_MACROS {
        let ran = story(way, "trace=1:trace_format=json");
        assert_eq!(objects(&ran).last().unwrap()["event"], "summary", "{}", ran.stderr);
        expect_file(&source("trace/story.json.expected"), &comparable(&ran.stderr));
    }
    // Whoever wants only the findings gets only them.
    let ran = story(Way::Preloaded, "trace_format=json");
    let objects = objects(&ran);
    assert_eq!(events(&objects), ["finding", "finding", "finding", "summary"]);
    let rules: Vec<_> = objects[..3].iter().map(|object| object["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["ftok-failed", "double-detach", "leaked-segment"]);
}

#[test]
fn the_program_of_a_line_is_its_file() {
    let program = compile("trace/story.c", Way::Preloaded);
    let ran = Run::new(&program, Way::Preloaded).options("trace_format=json").go();
    let program = program.canonicalize().unwrap();
    assert_eq!(objects(&ran)[0]["exe"], program.to_str().unwrap());
}

#[test]
fn many_threads_and_processes_write_whole_lines() {
    const CALLS: usize = 4 * 4 * 200 * 2 + 2;
    let program = compile("trace/crowd.c", Way::Preloaded);
    let run = |options| Run::new(&program, Way::Preloaded).options(options).go();
    let ran = run("trace=1:checks=");
    assert_eq!(ran.status.code(), Some(0), "{}", ran.stdout);
    let is_whole = |line: &&str| {
        let ends = [" = 0 <", " = -1 EINVAL (Invalid argument) <"].iter().any(|end| line.matches(end).count() == 1);
        line.starts_with("[pid ") && line.matches("[pid ").count() == 1 && ends && line.matches("> at ").count() == 1
    };
    let torn = ran.stderr.lines().find(|line| !is_whole(line) && !line.contains("shmget("));
    assert_eq!((torn, ran.stderr.lines().count()), (None, CALLS));

    let ran = run("trace=1:trace_format=json:checks=");
    let objects = objects(&ran);
    assert_eq!((ran.status.code(), objects.len()), (Some(0), CALLS), "{}", ran.stdout);
    let numbers = |name: &str| objects.iter().map(|object| object[name].as_i64().unwrap()).collect::<BTreeSet<_>>();
    // The first process with its one thread, and four with four of their own.
    assert_eq!((numbers("pid").len(), numbers("tid").len()), (5, 17));
}

#[test]
fn a_program_whose_buffers_cannot_be_read_is_traced_with_their_addresses() {
    let run = |way, options| Run::new(compile("trace/no_peeking.c", way), way).options(options).go();
    let bare = run(Way::Bare, "");
    assert_eq!((bare.status.code(), bare.stdout.as_str()), (Some(0), "done\n"));
    for way in Way::SHIMMED {
        let traced = run(way, "trace=1");
        assert_eq!(traced.seen_by_the_user(), bare.seen_by_the_user(), "{way:?}\n{}", traced.stderr);
        for call in ["IPC_STAT, 0x", "IPC_SET, 0x", "ftok(0x"] {
            assert!(traced.stderr.contains(call), "{way:?}: no {call}\n{}", traced.stderr);
        }
    }
    let ran = run(Way::Preloaded, "trace=1:trace_format=json");
    let ftok = objects(&ran).into_iter().find(|object| object["event"] == "ftok").unwrap();
    assert_eq!(ftok["args"]["pathname"], Value::Null);
}

#[test]
fn a_buffer_that_another_thread_takes_away_is_no_harm() {
    for way in [Way::Bare, Way::Preloaded, Way::LinkedStatic] {
        let program = compile("trace/vanishing.c", way);
        for options in ["trace=1", "trace=1:trace_format=json"] {
            let ran = Run::new(&program, way).options(options).go();
            assert_eq!(
                (ran.status.code(), ran.stdout.as_str()),
                (Some(0), "done\n"),
                "{way:?} {options} {}",
                ran.status
            );
        }
    }
}

/// The names in an object and below it, without those of C's structures.
fn names(value: &Value, all: &mut BTreeSet<String>) {
    for value in value.as_array().into_iter().flatten() {
        names(value, all);
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        all.insert(name.clone());
        if !["shmid_ds", "shminfo", "shm_info", "before"].contains(&name.as_str()) {
            names(value, all);
        }
    }
}

fn names_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for value in values {
        names(value, &mut all);
    }
    all
}

#[test]
fn the_page_about_the_trace_names_all_there_is() {
    let page = std::fs::read_to_string(source("").parent().unwrap().join("docs/trace.md")).unwrap();
    let objects = objects(&story(Way::Preloaded, "trace=1:trace_format=json"));
    for name in names_of(&objects) {
        assert!(page.contains(&format!("`{name}`")), "docs/trace.md does not know {name}");
    }
    let example = page.lines().find(|line| line.starts_with('{')).unwrap();
    let shmget = objects.iter().find(|object| object["event"] == "shmget").unwrap();
    assert_eq!(names_of([&serde_json::from_str(example).unwrap()]), names_of([shmget]));
}
