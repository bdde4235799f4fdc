//! One run of one program: its surroundings, its time limit, what it wrote and how it ended.

use super::compile::{Way, library_folder, scratch};
use super::namespace::{isolate, private_namespaces_allowed, turn};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

/// How long a child may take before it is ended and the test fails.
const LIMIT: Duration = Duration::from_mins(1);

/// A run about to be made.
pub struct Run {
    command: Command,
    input: Vec<u8>,
    namespace: bool,
    limit: Duration,
}

/// What came out of a run.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: ExitStatus,
}

impl Ran {
    /// The part in which a shimmed run must equal the bare one.
    pub fn seen_by_the_user(&self) -> (String, Option<i32>, Option<i32>) {
        (self.stdout.clone(), self.status.code(), self.status.signal())
    }

    /// What shmsan was asked to write to standard output, made comparable by [`normalise`].
    pub fn report_on_stdout(&self) -> String {
        normalise(&self.stdout)
    }
}

/// Takes out of the surroundings what would change what shmsan does or how it looks; CI, too, asks for colours, and a shell without
/// job control starts what is in the background with two signals ignored.
pub fn clean(command: &mut Command) {
    for name in ["SHMSAN_OPTIONS", "LD_PRELOAD", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("XDG_RUNTIME_DIR", &*RUNTIME_FOLDER);
    let hear = || {
        for signal in [libc::SIGINT, libc::SIGQUIT] {
            // SAFETY: nothing of this process handles them.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls only.
    unsafe { command.pre_exec(hear) };
}

/// For the ledgers of the programs: a folder of this user's own that nobody else looks into.
static RUNTIME_FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = scratch("runtime");
    // Of earlier runs: their namespaces are gone, and nobody asks for what was there.
    let _ = std::fs::remove_dir_all(folder.join("shmsan"));
    std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    folder
});

impl Run {
    /// A run of `program` the given way, in a private IPC namespace, with a clean SHMSAN_OPTIONS.
    pub fn new(program: impl AsRef<Path>, way: Way) -> Self {
        let mut command = Command::new(program.as_ref());
        clean(&mut command);
        if way == Way::Preloaded {
            command.env("LD_PRELOAD", library_folder().join("libshmsan.so"));
        }
        Self { command, input: Vec::new(), namespace: true, limit: LIMIT }
    }

    /// A shell script, for scenarios of several programs: they share one private IPC namespace. The shell itself is
    /// not shimmed; `$SHIM` holds what LD_PRELOAD must be for the given way (empty unless preloaded).
    pub fn script(text: &str, way: Way) -> Self {
        let mut run = Self::new("/bin/sh", Way::Bare).arg("-euc").arg(text);
        let shim = if way == Way::Preloaded { library_folder().join("libshmsan.so").into() } else { OsString::new() };
        run.command.env("SHIM", shim);
        run
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn options(self, options: &str) -> Self {
        self.env("SHMSAN_OPTIONS", options)
    }

    pub fn input(mut self, text: &str) -> Self {
        text.as_bytes().clone_into(&mut self.input);
        self
    }

    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// For a program that needs the namespaces it was started in.
    pub fn shared_namespace(mut self) -> Self {
        self.namespace = false;
        self
    }

    /// For what takes longer than other runs.
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Does the run and waits for it.
    pub fn go(mut self) -> Ran {
        let _turn = turn();
        if self.namespace && private_namespaces_allowed() {
            isolate(&mut self.command);
        }
        let mut stdin = tempfile::tempfile().unwrap();
        stdin.write_all(&self.input).unwrap();
        stdin.rewind().unwrap();
        // Files and not pipes: a grandchild that lives on cannot keep the test waiting for their end.
        let (stdout, stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        self.command
            .stdin(stdin)
            .stdout(Stdio::from(stdout.try_clone().unwrap()))
            .stderr(Stdio::from(stderr.try_clone().unwrap()))
            .process_group(0);
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.command));
        let limit = self.limit;
        let status = wait(&mut child, limit);
        let (stdout, stderr) = (text(&stdout), text(&stderr));
        let status = status.unwrap_or_else(|| {
            let program = self.command.get_program().display();
            panic!("{program} did not end within {limit:?}; it wrote\n{}\n{}", end_of(&stdout), end_of(&stderr))
        });
        Ran { stdout, stderr, status }
    }
}

/// Its last lines: a trace may be long.
fn end_of(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// What stands in the file. Its position is left alone: who outlives the run may be writing there.
fn text(file: &File) -> String {
    let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits for the child's end; after `limit` ends its whole process group and returns nothing.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let pid = child.id().cast_signed();
    // SAFETY: pidfd_open takes a pid and flags; the child is not reaped yet, so the pid is its own.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: a fresh descriptor that nobody else owns.
    let ended = unsafe { OwnedFd::from_raw_fd(i32::try_from(descriptor).unwrap()) };
    let mut poll = libc::pollfd { fd: ended.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one pollfd, on our stack.
    let ready = unsafe { libc::poll(&raw mut poll, 1, i32::try_from(limit.as_millis()).unwrap()) };
    if ready == 1 {
        return Some(child.wait().unwrap());
    }
    // SAFETY: the group was made for this child, which is still ours to reap.
    unsafe { libc::kill(-pid, libc::SIGKILL) };
    child.wait().unwrap();
    None
}

/// Puts PID, ADDR, MODULE offsets, durations and times of day in the place of what differs from run to run. Segment ids
/// stay: in a fresh namespace they are deterministic.
pub fn normalise(text: &str) -> String {
    text.lines().map(|line| normalise_line(line) + "\n").collect()
}

fn normalise_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let (taken, put) = token(rest, out.chars().last());
        if taken == 0 {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        } else {
            out.push_str(put);
            rest = &rest[taken..];
        }
    }
    out
}

/// How many bytes at the head of `rest` vary from run to run, and what stands for them.
fn token(rest: &str, before: Option<char>) -> (usize, &'static str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let hex = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if let Some(tail) = rest.strip_prefix("+0x") {
        let count = hex(tail);
        return if count > 0 { (count + 3, "+OFF") } else { (0, "") };
    }
    if before.is_some_and(|character| character.is_ascii_alphanumeric()) {
        return (0, "");
    }
    if let Some(tail) = rest.strip_prefix("==") {
        let count = digits(tail);
        if count > 0 && tail[count..].starts_with("==") {
            return (count + 4, "==PID==");
        }
    }
    for word in ["pid ", "[pid "] {
        if let Some(tail) = rest.strip_prefix(word) {
            let count = digits(tail);
            if count > 0 {
                return (word.len() + count, if word == "pid " { "pid PID" } else { "[pid PID" });
            }
        }
    }
    if let Some(tail) = rest.strip_prefix("0x") {
        let count = hex(tail);
        // Addresses of a 64-bit process have 9 digits and more; keys have at most 8.
        return if count >= 9 { (count + 2, "ADDR") } else { (0, "") };
    }
    if let Some(tail) = rest.strip_prefix('<') {
        let count = tail.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        if count > 0 && tail[count..].starts_with('>') {
            return (count + 2, "<TIME>");
        }
    }
    let clock = rest.bytes().take(15).enumerate().take_while(|&(index, byte)| match index {
        2 | 5 => byte == b':',
        8 => byte == b'.',
        _ => byte.is_ascii_digit(),
    });
    match clock.count() {
        15 => (15, "CLOCK"),
        8 if rest[8..].starts_with(" UTC") => (8, "CLOCK"),
        _ => (0, ""),
    }
}
