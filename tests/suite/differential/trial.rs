//! Runs of the driver, one beside another. What it prints is compared, never judged.

use super::printed::{MostPages, first_difference, parting, sequence_of};
use super::reached::Reached;
use crate::harness::{Ran, Run, Way, compile, is_root, library_folder, say, scratch};
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

    /// Fails with the first difference from the bare run, which was made with the same variables as far as the driver knows them.
    pub fn compare(&self, bare: &Ran, manner: Manner<'_>) -> Ran {
        let as_bare = Manner { way: Way::Bare, under: &[], ..manner };
        let shimmed = self.difference(bare, as_bare, manner).unwrap_or_else(|difference| panic!("{difference}"));
        // From there on the shim would be no more than the plain calls, which are equal without merit.
        assert!(!shimmed.stderr.contains("checks are off"), "{manner:?}, seed {}: {}", self.seed, shimmed.stderr);
        shimmed
    }

    /// A run that equals the bare one; or where they part, and how that is repeated.
    pub fn difference(&self, bare: &Ran, as_bare: Manner<'_>, manner: Manner<'_>) -> Result<Ran, String> {
        let shimmed = self.run(manner);
        let pages = || {
            let mut most = MostPages::default();
            most.add(bare);
            let mut more: Vec<_> = most.exceeded(&shimmed).iter().map(|line| sequence_of(&shimmed, *line)).collect();
            more.dedup();
            more.into_iter()
                .map(|number| self.sequence(number))
                .find_map(|alone| Some((alone, alone.has_always_more_pages(as_bare, manner)?)))
        };
        let found = first_difference(bare, &shimmed).map(|(line, difference)| {
            let alone = self.sequence(sequence_of(bare, line));
            let repeated = first_difference(&alone.run(as_bare), &alone.run(manner));
            repeated.map_or((*self, difference), |(_, difference)| (alone, difference))
        });
        let Some((trial, difference)) = found.or_else(pages) else { return Ok(shimmed) };
        let (bare, shimmed) = (trial.replay(as_bare), trial.replay(manner));
        Err(format!(
            "{manner:?}, seed {}: {difference}\nreplay bare:    {bare}\nreplay shimmed: {shimmed}\n",
            trial.seed
        ))
    }

    /// One of the sequences, counted from 0, without those before it.
    fn sequence(self, number: u64) -> Self {
        self.from(self.seed + number).of(1)
    }

    /// Where each of ten runs has more pages in use than every bare one until then: the kernel does not take back the same pages
    /// each time. Fewer are no difference: who runs longer loses more of them.
    fn has_always_more_pages(&self, bare: Manner<'_>, shimmed: Manner<'_>) -> Option<String> {
        let (mut most, mut difference) = (MostPages::default(), None);
        for _ in 0..10 {
            let (bare, shimmed) = (self.run(bare), self.run(shimmed));
            most.add(&bare);
            let line = *most.exceeded(&shimmed).first()?;
            difference = Some(format!("always more pages in use, {}", parting(&bare, &shimmed, line)));
        }
        difference
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
