//! The same random calls, bare and shimmed, each in a fresh IPC namespace: every result, errno and effect must be equal.
//! `SEED=` and `SEQUENCES=` in the environment look further than the usual run does.

use super::harness::{
    Ran, Run, Way, compile, compile_with, is_root, library_folder, private_namespaces_allowed, say, scratch,
};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

const DRIVER: &str = "differential/driver.c";
const STEPS: u64 = 40;

/// Somebody whom no machine knows and who owns nothing.
const NOBODY: &str = "12345";

/// What every user reaches of each call.
const REACHED: &[(&str, &str)] = &[
    ("shmget", "success ENOENT EEXIST EINVAL"),
    ("shmat", "success EINVAL ENOMEM"),
    ("shmdt", "success EINVAL"),
    ("shmctl", "success EINVAL EFAULT"),
    ("ftok", "success ENOENT EFAULT ENOTDIR ENAMETOOLONG ELOOP"),
];

/// What only an ordinary user is refused.
const REFUSED: &[(&str, &str)] =
    &[("shmget", "EACCES"), ("shmat", "EACCES"), ("shmctl", "EACCES EPERM ENOMEM"), ("ftok", "EACCES")];

/// Each is one lie of liar.c, which the comparison must see.
const LIES: &[&str] = &[
    "errno-cleared",
    "exclusive-ignored",
    "size-rounded",
    "mode-tamed",
    "read-only-dropped",
    "attached-twice",
    "memory-touched",
    "child-loses-attachment",
    "detach-anything",
    "id-before-buffer",
    "unlock-forgotten",
    "removed-is-eidrm",
    "index-for-id",
    "buffer-overrun",
    "project-signed",
    "device-forgotten",
];

/// What the driver is told to do.
struct Trial {
    seed: u64,
    sequences: u64,
    user: Option<&'static str>,
}

impl Trial {
    fn new(user: Option<&'static str>) -> Self {
        let number = |name, usual| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
        Self { seed: number("SEED", 1), sequences: number("SEQUENCES", 200), user }
    }

    fn arguments(&self) -> Vec<String> {
        let user = self.user.into_iter().flat_map(|user| ["--uid".to_owned(), user.to_owned()]);
        [self.seed, self.sequences, STEPS].iter().map(u64::to_string).chain(user).collect()
    }

    fn run(&self, way: Way, variables: &[(&str, &str)]) -> Ran {
        let run = Run::new(compile(DRIVER, way), way).folder(&FOLDER);
        let run = self.arguments().iter().fold(run, Run::arg);
        variables.iter().fold(run, |run, &(name, value)| run.env(name, value)).go()
    }

    /// The shell command that repeats a run.
    fn replay(&self, way: Way, variables: &[(&str, &str)]) -> String {
        let preload = (way == Way::Preloaded).then(|| library_folder().join("libshmsan.so").display().to_string());
        let preload = preload.as_deref().map(|library| ("LD_PRELOAD", library));
        let variables: Vec<_> =
            variables.iter().copied().chain(preload).map(|(name, value)| format!("{name}='{value}' ")).collect();
        let namespace = if is_root() { "unshare --ipc" } else { "unshare --user --map-current-user --ipc" };
        let (program, arguments) = (compile(DRIVER, way), self.arguments().join(" "));
        format!("(cd {} && {namespace} env {}{} {arguments})", FOLDER.display(), variables.concat(), program.display())
    }

    /// Fails with the first differing line unless the run equals the bare one.
    fn compare(&self, bare: &Ran, way: Way, variables: &[(&str, &str)]) -> Ran {
        let shimmed = self.run(way, variables);
        if let Some(difference) = first_difference(bare, &shimmed) {
            panic!(
                "{way:?} {variables:?}, seed {}: {difference}\nreplay bare:    {}\nreplay shimmed: {}\n",
                self.seed,
                self.replay(Way::Bare, &[]),
                self.replay(way, variables)
            );
        }
        // From there on the shim would be no more than the plain calls, which are equal without merit.
        assert!(!shimmed.stderr.contains("checks are off"), "{way:?}, seed {}: {}", self.seed, shimmed.stderr);
        shimmed
    }

    /// Bare and every way the shim comes in; then a part of it again while the shim traces each call.
    fn compare_all(&self) {
        let bare = self.run(Way::Bare, &[]);
        check_summary(&bare.stdout, is_root() && self.user.is_none(), self.sequences);
        for way in Way::SHIMMED {
            self.compare(&bare, way, &[]);
        }
        let traced = Self { sequences: self.sequences.div_ceil(5), ..*self };
        let bare = traced.run(Way::Bare, &[]);
        for way in Way::SHIMMED {
            let shimmed = traced.compare(&bare, way, &[("SHMSAN_OPTIONS", "trace=1")]);
            assert!(shimmed.stderr.contains("shmget("), "{way:?}: the shim was not there, it traced nothing");
        }
    }
}

/// A folder with the files that ftok is asked about. All runs share it, since a key is made of an inode number.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = scratch("differential");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let make = |name: &str, maker: fn(&Path) -> std::io::Result<()>| match maker(&folder.join(name)) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => panic!("{name}: {error}"),
        _ => (),
    };
    make("file", |path| fs::write(path, ""));
    make("other", |path| fs::write(path, ""));
    make("folder", |path| fs::create_dir(path));
    make("locked", |path| fs::DirBuilder::new().mode(0o600).create(path));
    make("link", |path| symlink("file", path));
    make("dangling", |path| symlink("absent", path));
    make("loop", |path| symlink("loop", path));
    folder
});

/// Where two runs part: the last lines they share, and the next of each.
fn first_difference(bare: &Ran, shimmed: &Ran) -> Option<String> {
    const CONTEXT: usize = 8;
    let (left, right): (Vec<_>, Vec<_>) = (bare.stdout.lines().collect(), shimmed.stdout.lines().collect());
    let Some(at) = (0..left.len().max(right.len())).find(|&at| left.get(at) != right.get(at)) else {
        return (bare.status != shimmed.status)
            .then(|| format!("equal lines, but {} and not {}", shimmed.status, bare.status));
    };
    let mut text = format!("line {} differs ({}, bare {})\n", at + 1, shimmed.status, bare.status);
    for line in &left[at.saturating_sub(CONTEXT)..at] {
        writeln!(text, "            {line}").unwrap();
    }
    for (side, lines) in [("bare", left), ("shimmed", right)] {
        for line in lines.iter().skip(at).take(CONTEXT) {
            writeln!(text, "  {side:>7}:  {line}").unwrap();
        }
    }
    Some(text)
}

/// The run must have gone where mistakes are made: mostly live arguments, and every errno that needs no special set-up.
fn check_summary(printed: &str, root: bool, sequences: u64) {
    let summary: Vec<_> =
        printed.lines().filter(|line| line.starts_with("summary: ") || line.starts_with("reached: ")).collect();
    say(&summary.join("\n"));
    let numbers: Vec<u64> = summary
        .first()
        .unwrap_or_else(|| panic!("no summary: {}", printed.lines().last().unwrap_or_default()))
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let [calls, live] = numbers[..] else { panic!("not a summary: {}", summary[0]) };
    assert!(calls >= sequences * STEPS / 2, "only {calls} calls");
    assert!(live * 10 >= calls * 7, "{live} of {calls} calls were drawn from live state");

    let reached: HashSet<(&str, &str)> = summary[1..]
        .iter()
        .filter_map(|line| line.strip_prefix("reached: ")?.rsplit_once(' ')?.0.split_once(' '))
        .collect();
    let setting = |file| fs::read_to_string(Path::new("/proc/sys/vm").join(file)).unwrap_or_default();
    let mut wanted = REACHED.to_vec();
    if setting("overcommit_memory").trim() != "1" {
        wanted.push(("shmget", "ENOMEM"));
    }
    if !root {
        wanted.extend(REFUSED);
        if setting("mmap_min_addr").trim() != "0" {
            wanted.push(("shmat", "EPERM"));
        }
    }
    let missed: Vec<_> = wanted
        .iter()
        .flat_map(|&(call, errors)| errors.split(' ').map(move |error| (call, error)))
        .filter(|pair| !reached.contains(pair))
        .collect();
    assert!(missed.is_empty(), "never reached: {missed:?}");
}

/// Whether ids are comparable here, which they are in fresh namespaces only.
fn comparable(test: &str) -> bool {
    if !private_namespaces_allowed() {
        say(&format!("skipped: {test}: without a private IPC namespace the ids differ from run to run"));
    }
    private_namespaces_allowed()
}

#[test]
fn random_calls_end_alike_bare_and_shimmed() {
    if comparable("random_calls_end_alike_bare_and_shimmed") {
        Trial::new(None).compare_all();
    }
}

#[test]
fn random_calls_of_a_user_who_is_not_root_end_alike_bare_and_shimmed() {
    const TEST: &str = "random_calls_of_a_user_who_is_not_root_end_alike_bare_and_shimmed";
    if !comparable(TEST) {
        return;
    }
    let trial = Trial::new(Some(NOBODY));
    let able = Trial { sequences: 0, ..Trial::new(Some(NOBODY)) }.run(Way::Bare, &[]).status.success();
    if able {
        trial.compare_all();
    } else {
        assert!(!(is_root() && owns_every_user()), "root could not become user {NOBODY}");
        say(&format!("skipped: {TEST}: we may not become user {NOBODY}"));
    }
}

/// Whether user numbers here mean what they mean on the machine, so that root can become anybody.
fn owns_every_user() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[test]
fn two_bare_runs_are_alike_and_one_lie_is_seen() {
    if !comparable("two_bare_runs_are_alike_and_one_lie_is_seen") {
        return;
    }
    let liar = compile_with("differential/liar.c", Way::Bare, &["-shared", "-fPIC"]);
    let trial = Trial { seed: 3, sequences: 60, user: None };
    let bare = trial.run(Way::Bare, &[]);
    let beside =
        |lie| first_difference(&bare, &trial.run(Way::Bare, &[("LD_PRELOAD", liar.to_str().unwrap()), ("LIE", lie)]));
    assert_eq!(first_difference(&bare, &trial.run(Way::Bare, &[])), None);
    assert_eq!(beside("none"), None);
    for lie in LIES {
        let difference = beside(lie).unwrap_or_else(|| panic!("nobody saw the lie {lie}"));
        assert!(difference.contains("  shimmed:  "), "{lie}: {difference}");
    }
}
