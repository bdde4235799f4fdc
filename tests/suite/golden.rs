//! The well-behaved programs and the documents' own, each bare, preloaded and linked: standard output and exit status
//! are the same, and what shmsan says is written down beside the source. `BLESS=1` writes it anew.

use crate::harness::{Ran, Run, Way, compile, compile_with, expect_file, normalise, say, source};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a scenario all ways; compares what shmsan said with `EXPECTED.preloaded.expected`, where a call site comes
/// from the debug information, and `EXPECTED.linked.expected`, where it comes from the macros. Returns the bare run.
pub fn golden(expected: &str, run: impl Fn(Way) -> Run) -> Ran {
    golden_with(expected, run, str::to_owned)
}

fn golden_with(expected: &str, run: impl Fn(Way) -> Run, comparable: impl Fn(&str) -> String) -> Ran {
    let bare = run(Way::Bare).go();
    for way in Way::SHIMMED {
        let shimmed = run(way).go();
        let context = format!("{expected} {way:?}, which said\n{}", shimmed.stderr);
        assert_eq!(shimmed.seen_by_the_user(), bare.seen_by_the_user(), "{context}");
        expect_report(expected, way, &comparable(&shimmed.stderr));
    }
    bare
}

fn expect_report(expected: &str, way: Way, stderr: &str) {
    let sites = if way == Way::Preloaded { "preloaded" } else { "linked" };
    let report = normalise(&same_everywhere(stderr));
    expect_file(&source(&format!("{expected}.{sites}.expected")), &report);
}

/// Without what comes from this machine and these tests: the owner of a segment is who runs them, its id is their
/// namespace's, a source lies below their folder, and a program's name and layout are theirs.
pub fn same_everywhere(stderr: &str) -> String {
    let folder = source("").parent().unwrap().display().to_string();
    let text = stderr.replace(&format!("{}/", folder.trim_end_matches('/')), "");
    let text =
        replace_after(&text, ", owner ", |owner| (owner.find([',', '\n']).unwrap_or(owner.len()), "USER".into()));
    let text =
        replace_after(&text, "memory and swap are ", |size| (size.find('\n').unwrap_or(size.len()), "SIZE".into()));
    let text =
        ["(euid ", "egid "].iter().fold(text, |text, word| replace_after(&text, word, |id| (digits(id), "ID".into())));
    let text = replace_after(&text, "    created ", |age| match age.find(" ago by") {
        Some(length) if length <= "59 m 59 s".len() => (length, "AGE".into()),
        // Of what was made within this second, nothing is said.
        Some(length) if age.starts_with("at least ") => (length + " ago ".len(), String::new()),
        _ => (0, String::new()),
    });
    let command = |name: &str| {
        let line = &name[..name.find('\n').unwrap_or(name.len())];
        (line.find(", at ").or_else(|| line.find(';')).unwrap_or(line.len()), "COMMAND".to_owned())
    };
    let text = replace_after(&text, "(running), ", command);
    let text = replace_after(&text, "(dead), ", command);
    let text = replace_after(&text, "ipc:[", |number| (digits(number), "NUMBER".into()));
    let text = ["inode ", "gave ", "has ", ") = "].iter().fold(text, |text, word| {
        replace_after(&text, word, |rest| (hex(rest), if hex(rest) > 0 { "NUMBER".into() } else { String::new() }))
    });
    let text = without_modules(&without_libc(&text));
    let mut ids = Vec::new();
    for id in text.split("segment ").skip(1).map(|rest| &rest[..digits(rest)]) {
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ["segment ", "ipcrm -m ", ") = "].iter().fold(text.clone(), |text, word| {
        replace_after(&text, word, |rest| {
            let id = &rest[..digits(rest)];
            let number = ids.iter().position(|known| *known == id);
            (id.len(), number.map_or(id.to_owned(), |number| number.to_string()))
        })
    })
}

/// Which of libc's own functions it was is the machine's choice.
fn without_libc(text: &str) -> String {
    let keep = |line: &str| match line.trim_start().split_once(' ') {
        Some((number, rest)) if number.starts_with('#') && rest.contains(" at ../sysdeps/") => {
            format!("    {number} in libc")
        }
        Some((number, rest)) if number.starts_with('#') && (rest.contains("(libc.so") || rest.starts_with("__mem")) => {
            format!("    {number} in libc")
        }
        _ => line.to_owned(),
    };
    text.lines().map(|line| keep(line) + "\n").collect()
}

/// How long a key or an inode is in hexadecimal; an address is longer, and normalised with others.
fn hex(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    text.strip_prefix("0x").map(digits).filter(|count| *count <= 8).map_or(0, |count| count + 2)
}

/// MODULE+0xOFFSET, as compile() names a program; what lies in another module would be no site of the program's.
fn without_modules(text: &str) -> String {
    let mut parts = text.split("+0x");
    let head = parts.next().unwrap_or_default().to_owned();
    parts.fold(head, |mut text, part| {
        let module = text.rfind([' ', '(']).map_or(0, |before| before + 1);
        if ["originals-", "documents-", "good-", "bad-"].iter().any(|folder| text[module..].starts_with(folder)) {
            text.replace_range(module.., "PROGRAM");
        }
        text + "+OFF" + part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit())
    })
}

/// Behind each `word`, as many bytes as `put` says are replaced by what it says.
pub fn replace_after(text: &str, word: &str, put: impl Fn(&str) -> (usize, String)) -> String {
    let mut parts = text.split(word);
    let head = parts.next().unwrap_or_default().to_owned();
    parts.fold(head, |text, part| {
        let (taken, put) = put(part);
        text + word + &put + &part[taken..]
    })
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// New compilers refuse two lines of server.c and client.c; against our headers they need no flags.
pub fn original(name: &str, way: Way) -> PathBuf {
    let flags: &[&str] = match (way, name) {
        (Way::Bare | Way::Preloaded, "originals/writer.cpp") => &["-std=c++11"],
        (Way::Bare | Way::Preloaded, _) => &["-Wno-int-conversion", "-Wno-implicit-function-declaration"],
        _ => &[],
    };
    compile_with(name, way, flags)
}

#[test]
fn a_place_in_a_module_is_the_line_of_the_call() {
    const TEST: &str = "a_place_in_a_module_is_the_line_of_the_call";
    let program = compile_with("documents/message_writer.c", Way::Preloaded, &["-DMODE=0666"]);
    let ran = Run::new(&program, Way::Preloaded).options("symbolize=0").go();
    let summary = ran.stderr.lines().find(|line| line.starts_with("SUMMARY: shmsan: leaked-segment at "));
    let offset = summary.and_then(|line| line.rsplit_once('+')).unwrap_or_else(|| panic!("{}", ran.stderr)).1;
    let Ok(output) = Command::new("addr2line").arg("-e").arg(&program).arg(offset).output() else {
        say(&format!("skipped: {TEST}: addr2line is not installed"));
        return;
    };
    let line = String::from_utf8_lossy(&output.stdout);
    assert!(line.trim_end().ends_with("message_writer.c:19"), "{offset} is {line}{}", ran.stderr);
}

#[test]
fn the_server_and_its_client() {
    // The server is held while its client runs: it looks once a second, and nobody shall be attached when it ends.
    const SCRIPT: &str = r#"
        LD_PRELOAD="$SHIM" "$SERVER" & server=$!
        trap 'kill -KILL $server 2>/dev/null || true' EXIT
        "$AWAIT" 5678 0 abcdefghijklmnopqrstuvwxyz
        kill -STOP $server
        LD_PRELOAD="$SHIM" "$CLIENT"
        kill -CONT $server
        wait $server
        trap - EXIT
    "#;
    let bare = golden("originals/server", |way| {
        Run::script(SCRIPT, way)
            .env("SERVER", original("originals/server.c", way))
            .env("CLIENT", original("originals/client.c", way))
            .env("AWAIT", compile("support/await_text.c", Way::Bare))
    });
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("abcdefghijklmnopqrstuvwxyz\n", Some(0)));
}

#[test]
fn a_client_without_its_server() {
    let bare = golden("originals/client", |way| Run::new(original("originals/client.c", way), way));
    assert_eq!((bare.stderr.as_str(), bare.status.code()), ("shmget: No such file or directory\n", Some(1)));
}

#[test]
fn the_example_that_cleans_up() {
    let bare = golden("originals/example", |way| Run::new(original("originals/example.c", way), way));
    assert_eq!(bare.stdout, "Data in shared memory: Hello, Shared Memory!\n");
}

/// The writer and then the reader, in one namespace and in this folder.
fn writer_and_reader(folder: &Path, way: Way) -> Run {
    const SCRIPT: &str = r#"
        LD_PRELOAD="$SHIM" "$WRITER"
        LD_PRELOAD="$SHIM" "$READER"
    "#;
    Run::script(SCRIPT, way)
        .env("WRITER", original("originals/writer.cpp", way))
        .env("READER", original("originals/reader.cpp", way))
        .folder(folder)
        .input("Hello, reader\n")
}

const WRITTEN_AND_READ: &str =
    "Write Data : Data written in memory: Hello, reader\nData read from memory: Hello, reader\n";

#[test]
fn the_writer_and_the_reader_with_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shmfile");
    std::fs::write(&file, "").unwrap();
    // ftok(3): the file decides, so the key is another on each run.
    let facts = std::fs::metadata(file).unwrap();
    let key = format!("0x{:08x}", 65 << 24 | (facts.dev() & 0xff) << 16 | facts.ino() & 0xffff);
    let bare = golden_with(
        "originals/writer-with-file",
        |way| writer_and_reader(folder.path(), way),
        |stderr| stderr.replace(&key, "KEY"),
    );
    assert_eq!(bare.stdout, WRITTEN_AND_READ);
}

#[test]
fn the_writer_and_the_reader_without_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let bare = golden("originals/writer-without-file", |way| writer_and_reader(folder.path(), way));
    assert_eq!(bare.stdout, WRITTEN_AND_READ, "the key -1 is a key as any other");
}

#[test]
fn a_line_longer_than_the_segment_does_not_leave_it() {
    // 1500 bytes for a segment of 1024: bare they fit into the page. Only against our header gets is a checked one.
    let folder = tempfile::tempdir().unwrap();
    let line = "x".repeat(1500);
    let run =
        |way| Run::new(original("originals/writer.cpp", way), way).folder(folder.path()).input(&format!("{line}\n"));
    let whole = format!("Write Data : Data written in memory: {line}\n");
    let cut = format!("Write Data : Data written in memory: {}\n", "x".repeat(1023));
    for way in [Way::Bare, Way::Preloaded] {
        let ran = run(way).go();
        assert_eq!(ran.stdout, whole, "{way:?}");
        let said = "slack-overflow: bytes were written behind the end of segment";
        assert_eq!(ran.stderr.contains(said), way == Way::Preloaded, "{}", ran.stderr);
    }
    for way in [Way::Linked, Way::LinkedStatic, Way::FullyStatic] {
        let ran = run(way).go();
        assert_eq!((ran.stdout.as_str(), ran.status.code()), (cut.as_str(), Some(0)), "{way:?}\n{}", ran.stderr);
        expect_report("originals/writer-overflow", way, &ran.stderr);
    }
}

#[test]
fn a_line_longer_than_the_page_is_stopped_where_it_leaves_it() {
    // 5000 bytes for a segment of 1024: bare they go on into whatever is mapped behind it.
    let folder = tempfile::tempdir().unwrap();
    let program = original("originals/writer.cpp", Way::Preloaded);
    let ran = Run::new(program, Way::Preloaded).folder(folder.path()).input(&format!("{}\n", "x".repeat(5000))).go();
    assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{}", ran.stderr);
    assert!(ran.stderr.contains("ERROR: shmsan: overflow: a write past the end of segment"), "{}", ran.stderr);
    assert!(ran.stderr.contains("3073 bytes past the end; the offset is 4096"), "{}", ran.stderr);
    assert!(ran.stderr.contains(" main at ") && ran.stderr.contains("writer.cpp:"), "{}", ran.stderr);
}

#[test]
fn the_lecture() {
    let bare = golden("documents/lecture", |way| Run::new(compile("documents/lecture.c", way), way));
    assert_eq!(bare.stdout, "Slice of memory accessible by arbitrary processes\n");
}

#[test]
fn the_lecture_when_its_segment_is_gone() {
    let bare =
        golden("documents/lecture-removed", |way| Run::new(compile("documents/lecture.c", way), way).arg("removed"));
    assert_eq!(bare.status.signal(), Some(libc::SIGSEGV));
    assert_eq!(bare.stderr, "", "the printed check fired after all");
    assert_eq!(bare.stdout, "shmat failed, and the check let it pass\n");
}

#[test]
fn a_segment_that_could_not_be_attached_is_left_behind() {
    const NAME: &str = "created-then-attach-failed";
    let run = |kind: &str, way| Run::new(compile(&format!("{kind}/{NAME}.c"), way), way);
    let bare = golden(&format!("bad/{NAME}"), |way| run("bad", way));
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("cannot attach\n", Some(1)));
    let good = golden(&format!("good/{NAME}"), |way| run("good", way));
    assert_eq!(good.status.code(), Some(0), "{}", good.stdout);
}

#[test]
fn the_life_of_an_attachment() {
    let bare = golden("good/lifecycle", |way| Run::new(compile("good/lifecycle.c", way), way));
    assert_eq!((bare.stdout.lines().count(), bare.status.code()), (10, Some(0)), "{}", bare.stdout);
}

#[test]
fn a_segment_is_handed_to_another_user() {
    let run = |way| Run::new(compile("good/ownership.c", way), way).options("checks=-permission-denied-not-owner");
    let bare = golden("good/ownership", run);
    assert_eq!(bare.status.code(), Some(0), "{}", bare.stdout);
}

#[test]
fn two_processes_share_a_buffer_by_semaphores() {
    let bare = golden("good/semaphore", |way| Run::new(compile("good/semaphore.c", way), way));
    assert_eq!((bare.stdout.lines().count(), bare.status.code()), (10, Some(0)), "{}", bare.stdout);
}

#[test]
fn what_a_relative_may_still_remove_is_not_called_a_leak() {
    for heritage in ["key", "daemon"] {
        let bare = golden("good/heirs", |way| Run::new(compile("good/heirs.c", way), way).arg(heritage));
        assert_eq!(bare.status.code(), Some(0), "{heritage}: {}", bare.stdout);
    }
}

#[test]
fn of_a_segment_without_a_key_it_is_said_who_may_still_remove_it() {
    let bare = golden("good/heirs-id", |way| Run::new(compile("good/heirs.c", way), way).arg("id"));
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("the parent removed it\n", Some(0)));
}
