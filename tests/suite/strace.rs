//! What `trace=1` prints against what strace(1) prints of the same calls in the same run: name, arguments, every field of
//! the structures, result and errno are equal, and the times fit into each other.

use crate::golden::original;
use crate::harness::{Run, Way, compile, compile_with, find_program, is_root, library_folder, say};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const CALLS: &str = "trace=shmget,shmat,shmdt,shmctl";
/// Both cut their times to microseconds.
const CUT: i64 = 2;
/// No tracer takes longer for one call; more would be a mistake in the unit.
const LONG: i64 = 30_000_000;
const DAY: i64 = 86_400_000_000;

/// One call as either of them wrote it; times in microseconds.
#[derive(Debug)]
struct Traced {
    /// The whole line, for whoever reads of a difference.
    line: String,
    /// `shmget(0x162e, 27, 0666) = 3`
    call: String,
    begin: i64,
    duration: i64,
}

impl Traced {
    /// `[pid 1234] 02:07:34.123456 CALL <0.000004> at PLACE`
    fn ours(line: &str) -> Option<(u32, Self)> {
        let (tid, rest) = line.strip_prefix("[pid ")?.split_once("] ")?;
        let (clock, rest) = rest.split_once(' ')?;
        let (call, rest) = rest.rsplit_once(" <")?;
        let (duration, _place) = rest.split_once("> at ")?;
        let mut parts = clock.splitn(3, ':').map(microseconds);
        let begin = parts.next()?? * 3600 + parts.next()?? * 60 + parts.next()??;
        let traced = Self { line: line.to_owned(), call: call.to_owned(), begin, duration: microseconds(duration)? };
        Some((tid.parse().ok()?, traced))
    }

    /// `1795245218.965893 CALL <0.000013>`; nothing of a signal's or an exit's line.
    fn straces(line: &str) -> Option<Self> {
        let (epoch, rest) = line.split_once(' ')?;
        let (call, duration) = rest.strip_suffix('>')?.rsplit_once(" <")?;
        // The results stand below each other.
        let (call, result) = call.rsplit_once(" = ")?;
        let call = format!("{} = {result}", call.trim_end());
        let begin = microseconds(epoch)?.rem_euclid(DAY);
        Some(Self { line: line.to_owned(), call, begin, duration: microseconds(duration)? })
    }

    /// The call, its arguments, fields and result, one by one.
    fn fields(&self) -> Vec<String> {
        let parts = self.call.split(['(', ')', '{', '}', ',']).map(field);
        parts.filter(|field| !field.is_empty()).collect()
    }

    /// Whether the shim may have asked this by itself.
    fn is_a_look(&self) -> bool {
        let commands = [", SHM_STAT_ANY, ", ", IPC_STAT, ", ", IPC_INFO, ", ", SHM_INFO, "];
        self.call.starts_with("shmctl(") && commands.iter().any(|it| self.call.contains(it))
            || self.call.starts_with("shmget(0x") && self.call.contains(", 0, 000)")
    }

    fn is_ftok(&self) -> bool {
        self.call.starts_with("ftok(")
    }
}

/// `uid=0 -> 1000` is `uid=1000` for strace, which knows nothing of what was before; newer ones explain a time.
fn field(text: &str) -> String {
    let text = text.trim();
    let text = text.split_once(" /* 2").map_or(text, |(number, _)| number);
    match (text.split_once('='), text.split_once(" -> ")) {
        (Some((name, _)), Some((_, after))) => format!("{name}={after}"),
        _ => text.to_owned(),
    }
}

/// From seconds with six digits behind the point, or with none.
fn microseconds(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "000000"));
    let fraction: i64 = (fraction.len() == 6).then(|| fraction.parse().ok())??;
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + fraction)
}

/// All calls of a run, by thread.
#[derive(Debug, Default)]
struct Both {
    ours: BTreeMap<u32, Vec<Traced>>,
    straces: BTreeMap<u32, Vec<Traced>>,
}

impl Both {
    /// Fails where they differ; returns the calls that were compared.
    fn compare(&self) -> Vec<&str> {
        let (mut compared, mut in_time) = (Vec::new(), 0);
        for (tid, ours) in &self.ours {
            let mut straces = self.straces.get(tid).into_iter().flatten();
            for our in ours.iter().filter(|our| !our.is_ftok()) {
                let equal = straces.find(|their| their.fields() == our.fields() || !their.is_a_look());
                let their = equal.unwrap_or_else(|| panic!("strace did not see\n  {}", our.line));
                compare_one(our, their);
                in_time += usize::from(is_within(our, their, CUT));
                compared.push(our.call.as_str());
            }
            let missed = straces.find(|their| !their.is_a_look());
            assert!(missed.is_none(), "only strace saw\n  {}", missed.unwrap().line);
        }
        assert!(in_time * 10 >= compared.len() * 9, "strace looked at other times: {in_time} of {}", compared.len());
        compared
    }
}

fn compare_one(our: &Traced, their: &Traced) {
    let lines = format!("\n  {}\n  {}", our.line, their.line);
    if let Some((ours, straces)) = our.fields().iter().zip(&their.fields()).find(|(ours, straces)| ours != straces) {
        panic!("{ours:?} is {straces:?} for strace:{lines}");
    }
    assert_eq!(our.fields().len(), their.fields().len(), "one has more fields:{lines}");
    assert!(is_within(our, their, LONG), "the times are no good:{lines}");
}

/// Our clock is read before the call and after it, and both times strace looks in between. `slack` microseconds are for
/// the rounding, and for a thread that had to wait between two clocks of its own.
fn is_within(our: &Traced, their: &Traced, slack: i64) -> bool {
    let before = (their.begin - our.begin + DAY / 2).rem_euclid(DAY) - DAY / 2;
    let after = our.duration - before - their.duration;
    (-slack..LONG).contains(&before) && (-slack..LONG).contains(&after)
}

/// strace, if there is one and it may trace here; else a line says which test goes without.
fn strace(test: &str) -> Option<PathBuf> {
    let Some(strace) = find_program("strace") else {
        say(&format!("skipped: {test}: strace is not installed"));
        return None;
    };
    let probe = Run::new(&strace, Way::Bare).arg("-f").arg("true").go();
    if !probe.status.success() {
        say(&format!("skipped: {test}: strace may not trace here: {}", probe.stderr.trim_end()));
        return None;
    }
    Some(strace)
}

/// Runs a script in which `LD_PRELOAD="$SHIM" "$PROGRAM"` is a traced program, under strace. Without guards: what is traced
/// is the program's own call, and with guards that is not what the kernel is asked.
fn both(strace: &Path, script: &str, prepare: impl Fn(Run) -> Run) -> Both {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Run::new(strace, Way::Bare);
    // A file for each thread: nothing is cut in two by what another did meanwhile.
    for argument in ["-ff", "-v", "-ttt", "-T", "-e", CALLS, "-o"] {
        run = run.arg(argument);
    }
    run = run.arg(folder.path().join("calls")).arg("/bin/sh").arg("-euc").arg(script);
    let ran = prepare(run.options("trace=1:guard=0").env("SHIM", library_folder().join("libshmsan.so"))).go();
    assert!(ran.status.success(), "{}\n{}\n{}", ran.status, ran.stdout, ran.stderr);
    let mut both = Both::default();
    for (tid, traced) in ran.stderr.lines().filter_map(Traced::ours) {
        both.ours.entry(tid).or_default().push(traced);
    }
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        let tid = file.extension().unwrap().to_str().unwrap().parse().unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        both.straces.insert(tid, text.lines().filter_map(Traced::straces).collect());
    }
    both
}

const ONE_PROGRAM: &str = r#"LD_PRELOAD="$SHIM" "$PROGRAM" ${ARGUMENT:+"$ARGUMENT"}"#;

fn one_program(strace: &Path, program: &Path, argument: &str) -> Both {
    both(strace, ONE_PROGRAM, |run| run.env("PROGRAM", program).env("ARGUMENT", argument))
}

#[test]
fn every_command_flag_and_error_reads_as_in_strace() {
    let Some(strace) = strace("every_command_flag_and_error_reads_as_in_strace") else { return };
    let both = one_program(&strace, &compile("trace/every.c", Way::Bare), "");
    let compared = both.compare();
    assert!(compared.len() > 700, "only {} calls", compared.len());
    for command in ["RMID", "SET", "STAT", "INFO"] {
        assert!(compared.iter().any(|call| call.contains(&format!(", IPC_{command}, "))), "{command}");
    }
    for command in ["LOCK", "UNLOCK", "STAT", "INFO", "STAT_ANY"] {
        assert!(compared.iter().any(|call| call.contains(&format!(", SHM_{command}, "))), "{command}");
    }
    let errors: BTreeSet<_> =
        compared.iter().filter_map(|call| call.split_once(" = -1 ")).map(|(_, name)| name).collect();
    let names: Vec<_> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
    for name in ["EEXIST", "EFAULT", "EINVAL", "ENOENT", "ENOMEM"] {
        assert!(names.contains(&name), "{name} is none of {names:?}");
    }
    // What a stranger may not do only root can show.
    assert!(!is_root() || ["EACCES", "EPERM"].iter().all(|name| names.contains(name)), "{names:?}");
    // Nobody else can show what was before.
    let ours: Vec<_> = both.ours.values().flatten().collect();
    assert!(ours.iter().any(|our| our.call.contains(" -> 0200}}) = 0")), "the old mode is not shown");
    // No system call: nothing to compare with.
    let ftok: Vec<_> = ours.iter().filter(|our| our.is_ftok()).map(|our| our.call.as_str()).collect();
    assert_eq!(ftok.len(), 4, "{ftok:?}");
    assert!(ftok[0].starts_with("ftok(\"/\", 65) = 0x41"), "{ftok:?}");
    assert_eq!(ftok[1], r#"ftok("no such\n\"file\"", 321) = -1 ENOENT (No such file or directory)"#);
    assert_eq!(ftok[2], format!("ftok(\"{}\"..., 1) = -1 ENAMETOOLONG (File name too long)", "x".repeat(240)));
    assert_eq!(ftok[3], "ftok(NULL, -1) = -1 EFAULT (Bad address)");
}

#[test]
fn the_well_behaved_programs_read_as_in_strace() {
    let Some(strace) = strace("the_well_behaved_programs_read_as_in_strace") else { return };
    let scenarios = [
        ("lifecycle", ""),
        ("ownership", ""),
        ("semaphore", ""),
        ("heirs", "key"),
        ("heirs", "id"),
        ("heirs", "daemon"),
    ];
    for (name, argument) in scenarios {
        let program = compile(&format!("good/{name}.c"), Way::Bare);
        let compared = one_program(&strace, &program, argument);
        assert!(compared.compare().len() > 3, "{name} {argument}: {compared:?}");
    }
}

#[test]
fn the_documents_programs_read_as_in_strace() {
    const MESSAGES: &str = r#"
        LD_PRELOAD="$SHIM" "$WRITER"
        LD_PRELOAD="$SHIM" "$READER"
    "#;
    let Some(strace) = strace("the_documents_programs_read_as_in_strace") else { return };
    assert!(one_program(&strace, &compile("documents/lecture.c", Way::Bare), "").compare().len() == 4);
    assert!(one_program(&strace, &original("originals/example.c", Way::Bare), "").compare().len() > 3);
    let flags = ["-DMODE=0666"];
    let messages = both(&strace, MESSAGES, |run| {
        run.env("WRITER", compile_with("documents/message_writer.c", Way::Bare, &flags))
            .env("READER", compile_with("documents/message_reader.c", Way::Bare, &flags))
    });
    assert_eq!(messages.compare().len(), 4);
    let folder = tempfile::tempdir().unwrap();
    let files = both(&strace, MESSAGES, |run| {
        run.env("WRITER", original("originals/writer.cpp", Way::Bare))
            .env("READER", original("originals/reader.cpp", Way::Bare))
            .folder(folder.path())
            .input("Hello, reader\n")
    });
    assert_eq!(files.compare().len(), 7);
}

#[test]
fn the_server_and_its_client_read_as_in_strace() {
    const SCRIPT: &str = r#"
        LD_PRELOAD="$SHIM" "$SERVER" & server=$!
        trap 'kill -KILL $server 2>/dev/null || true' EXIT
        "$AWAIT" 5678 0 abcdefghijklmnopqrstuvwxyz
        LD_PRELOAD="$SHIM" "$CLIENT"
        wait $server
        trap - EXIT
    "#;
    let Some(strace) = strace("the_server_and_its_client_read_as_in_strace") else { return };
    let both = both(&strace, SCRIPT, |run| {
        run.env("SERVER", original("originals/server.c", Way::Bare))
            .env("CLIENT", original("originals/client.c", Way::Bare))
            .env("AWAIT", compile("support/await_text.c", Way::Bare))
    });
    assert_eq!(both.compare().len(), 4, "{both:?}");
}

#[test]
fn each_thread_reads_as_in_strace() {
    let Some(strace) = strace("each_thread_reads_as_in_strace") else { return };
    let both = one_program(&strace, &compile("trace/crowd.c", Way::Bare), "");
    // One process that only makes and removes the segment, and four of four threads.
    assert_eq!((both.ours.len(), both.compare().len()), (17, 4 * 4 * 200 * 2 + 2));
}

#[test]
fn a_difference_is_seen() {
    let ours = |call: &str| Traced::ours(&format!("[pid 7] 00:00:01.000010 {call} <0.000009> at a+0x1")).unwrap().1;
    let theirs = |call: &str| Traced::straces(&format!("86401.000011 {call} <0.000003>")).unwrap();
    let differ = |our: &str, their: &str| {
        let result = std::panic::catch_unwind(|| compare_one(&ours(our), &theirs(their)));
        result.is_err()
    };
    let set = "shmctl(3, IPC_SET, {shm_perm={uid=1, gid=2, mode=0600}}) = 0";
    assert!(!differ("shmctl(3, IPC_SET, {shm_perm={uid=0 -> 1, gid=2, mode=0640 -> 0600}}) = 0", set));
    assert!(differ("shmctl(3, IPC_SET, {shm_perm={uid=1 -> 0, gid=2, mode=0600}}) = 0", set));
    assert!(differ("shmctl(3, IPC_SET, 0x7000) = 0", set));
    assert!(!differ("shmdt(NULL) = 0", "shmdt(NULL)      = 0"));
    assert!(differ("shmdt(NULL) = 0", "shmdt(NULL) = 1"));
}
