//! One run of the driver, and the comparison of two. What the driver prints is compared, never judged.

use super::reached::Reached;
use crate::harness::{Ran, Run, Way, compile, is_root, library_folder, say, scratch};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs, process};

const DRIVER: &str = "differential/driver.c";
pub const STEPS: u64 = 30;
pub const SEQUENCES: u64 = 2000;

/// How many sequences a process does, so that a difference is soon found and soon replayed.
pub const PART: u64 = 250;

/// Whose calls the driver makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Of whoever runs the tests, who becomes others if that is root.
    Ours,
    /// Of another user from the beginning.
    Another,
}

/// What the driver is told to do.
#[derive(Clone, Copy)]
pub struct Trial {
    seed: u64,
    sequences: u64,
    whose: Whose,
    user: u32,
}

/// How the shim comes to the driver, and what it is told.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    pub way: Way,
    /// A command in front of the driver's.
    pub under: &'a [String],
    pub variables: &'a [(&'a str, &'a str)],
}

impl<'a> Manner<'a> {
    pub const BARE: Self = Self::new(Way::Bare, &[]);

    pub const fn new(way: Way, variables: &'a [(&'a str, &'a str)]) -> Self {
        Self { way, under: &[], variables }
    }
}

/// The parts take turns: as it comes, without guards, and with every rule on. Not with guard=arena: what was reserved before
/// a program limits its address space is there after it.
const OPTIONS: [&[(&str, &str)]; 3] =
    [&[], &[("SHMSAN_OPTIONS", "guard=0")], &[("SHMSAN_OPTIONS", "checks=calls+memory+advice")]];

impl Trial {
    pub fn of_this_user() -> Self {
        Self::new(Whose::Ours, 0)
    }

    pub fn of_another_user() -> Self {
        Self::new(Whose::Another, 1)
    }

    pub fn of_liars() -> Self {
        Self { seed: 3, sequences: 150, ..Self::new(Whose::Ours, 2) }
    }

    /// Locked memory is counted by user, so no two tests at one time are the same; nobody knows these users.
    fn new(whose: Whose, test: u32) -> Self {
        let user = 100_000 + process::id() % 10_000_000 * 10 + test * 2;
        let (seed, sequences) = (wanted("SEED").unwrap_or(1), wanted("SEQUENCES").unwrap_or(SEQUENCES));
        Self { seed, sequences, whose, user }
    }

    pub fn of(self, sequences: u64) -> Self {
        Self { sequences, ..self }
    }

    pub fn from(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// With users whom no other test is at the same time.
    pub fn beside(self, test: u32) -> Self {
        Self { user: Self::new(self.whose, test).user, ..self }
    }

    /// The same sequences in several processes.
    fn parts(self) -> impl Iterator<Item = Self> {
        (0..self.sequences).step_by(usize::try_from(PART).unwrap()).map(move |done| Self {
            seed: self.seed + done,
            sequences: PART.min(self.sequences - done),
            ..self
        })
    }

    fn arguments(&self) -> Vec<String> {
        let another = (self.whose == Whose::Another).then(|| "--as".to_owned());
        [self.seed, self.sequences, STEPS, self.user.into()].iter().map(u64::to_string).chain(another).collect()
    }

    pub fn run(&self, manner: Manner<'_>) -> Ran {
        let program = compile(DRIVER, manner.way).display().to_string();
        let mut words = manner.under.iter().cloned().chain([program]).chain(self.arguments());
        let run = Run::new(words.next().unwrap_or_default(), manner.way).folder(&FOLDER);
        let run = words.fold(run, Run::arg);
        let mut run = manner.variables.iter().fold(run, |run, &(name, value)| run.env(name, value));
        if self.whose == Whose::Another {
            // The ledgers of a user whom nobody knows would stay in /dev/shm.
            let options = manner.variables.iter().find(|(name, _)| *name == "SHMSAN_OPTIONS");
            run = run.options(&format!("ledger=0:{}", options.map_or("", |(_, options)| *options)));
        }
        panic::catch_unwind(AssertUnwindSafe(|| run.go())).unwrap_or_else(|why| {
            say(&format!("{manner:?}, seed {}\nreplay: {}", self.seed, self.replay(manner)));
            panic::resume_unwind(why)
        })
    }

    /// The shell command that repeats a run.
    fn replay(&self, manner: Manner<'_>) -> String {
        let preload =
            (manner.way == Way::Preloaded).then(|| library_folder().join("libshmsan.so").display().to_string());
        let preload = preload.as_deref().map(|library| ("LD_PRELOAD", library));
        let variables: Vec<_> =
            manner.variables.iter().copied().chain(preload).map(|(name, value)| format!("{name}='{value}' ")).collect();
        let namespace = if is_root() { "unshare --ipc" } else { "unshare --user --map-current-user --ipc" };
        let under: Vec<_> = manner.under.iter().map(|word| format!("'{word}' ")).collect();
        let (program, arguments) = (compile(DRIVER, manner.way), self.arguments().join(" "));
        format!(
            "(cd {} && {namespace} env {}{}{} {arguments})",
            FOLDER.display(),
            variables.concat(),
            under.concat(),
            program.display()
        )
    }

    /// Fails with the first differing line unless the run equals the bare one, which was made with the same variables as far as
    /// the driver knows them.
    pub fn compare(&self, bare: &Ran, manner: Manner<'_>) -> Ran {
        let as_bare = Manner { way: Way::Bare, under: &[], ..manner };
        let shimmed = self.run(manner);
        let mut difference = first_difference(bare, &shimmed);
        // The kernel may take back a page that was only read, at any time: then fewer of them are in use, in either run. A sequence
        // alone takes so little time that it is left in peace sooner or later.
        if difference.is_some() && bare.status == shimmed.status && without_pages(bare) == without_pages(&shimmed) {
            let mut again = differing(bare, &shimmed).map(|number| self.from(self.seed + number).of(1));
            difference = again.find_map(|alone| alone.differs_each_time(manner, as_bare));
        }
        if let Some(difference) = difference {
            let (alone, difference) = self.alone(bare, &shimmed, manner).unwrap_or((*self, difference));
            panic!(
                "{manner:?}, seed {}: {difference}\nreplay bare:    {}\nreplay shimmed: {}\n",
                alone.seed,
                alone.replay(as_bare),
                alone.replay(manner)
            );
        }
        // From there on the shim would be no more than the plain calls, which are equal without merit.
        assert!(!shimmed.stderr.contains("checks are off"), "{manner:?}, seed {}: {}", self.seed, shimmed.stderr);
        shimmed
    }

    /// How two runs of it differ, where they do so ten times.
    fn differs_each_time(&self, manner: Manner<'_>, as_bare: Manner<'_>) -> Option<String> {
        let mut difference = None;
        for _ in 0..10 {
            difference = Some(first_difference(&self.run(as_bare), &self.run(manner))?);
        }
        difference
    }

    /// The sequence in which two runs differ, and how, where it does so without those before it.
    fn alone(self, bare: &Ran, shimmed: &Ran, manner: Manner<'_>) -> Option<(Self, String)> {
        let same = bare.stdout.lines().zip(shimmed.stdout.lines()).take_while(|(left, right)| left == right);
        let begun = same.filter(|(line, _)| line.starts_with("sequence ")).count() as u64;
        let alone = self.from(self.seed + begun.checked_sub(1)?).of(1);
        let bare = alone.run(Manner { way: Way::Bare, under: &[], ..manner });
        first_difference(&bare, &alone.run(manner)).map(|difference| (alone, difference))
    }

    /// Bare and every way the shim comes in, with [`OPTIONS`]; then a part of it again while the shim traces each call.
    pub fn compare_all(&self) {
        let mut reached = Reached::default();
        for (number, part) in self.parts().enumerate() {
            let bare = part.run(Manner::BARE);
            reached.add(&bare.stdout);
            for way in Way::SHIMMED {
                part.compare(&bare, Manner::new(way, OPTIONS[number % OPTIONS.len()]));
            }
        }
        reached.check(self.whose == Whose::Ours && is_root(), self.sequences);
        for part in self.of(self.sequences.div_ceil(10)).parts() {
            let bare = part.run(Manner::BARE);
            for way in Way::SHIMMED {
                let shimmed = part.compare(&bare, Manner::new(way, &[("SHMSAN_OPTIONS", "trace=1")]));
                assert!(shimmed.stderr.contains("shmget("), "{way:?}: the shim was not there, it traced nothing");
            }
        }
    }
}

/// A number in the environment.
pub fn wanted(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
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

/// What it said, but not how many pages of all segments are in use.
fn without_pages(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().filter(|line| !line.starts_with("    in all: ")).collect()
}

/// Which sequences of two runs are not the same, counted from 0.
fn differing(bare: &Ran, shimmed: &Ran) -> impl Iterator<Item = u64> {
    fn sequences(ran: &Ran) -> impl Iterator<Item = &str> {
        ran.stdout.split("sequence ").skip(1)
    }
    let differ = sequences(bare).zip(sequences(shimmed)).map(|(left, right)| left != right);
    (0..).zip(differ).filter_map(|(number, differs)| differs.then_some(number))
}

/// Where two runs part: the last lines they share, and the next of each.
pub fn first_difference(bare: &Ran, shimmed: &Ran) -> Option<String> {
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
