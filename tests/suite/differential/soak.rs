//! The same trial for as long as one likes: `make soak`. The parts take turns with what is usual, everything on, everything
//! off, and under `shmsan run`; in every way the shim comes in. The usual run of the tests does a little of it.

use super::trial::{Manner, PART, Trial, wanted};
use super::{another_user, comparable};
use crate::harness::{Way, library_folder, say};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// Of the usual run of the tests: sequences of each part, and parts.
const FEW: u64 = 10;
const PARTS: u64 = 4;

/// Where there is no terminal, a line so often.
const INTERVAL: Duration = Duration::from_secs(30);

/// What the parts take turns with.
#[derive(Clone, Copy, Debug)]
enum Setting {
    Usual,
    /// Not end_aligned=1, with which addresses are others.
    EverythingOn,
    EverythingOff,
    UnderRun,
}

impl Setting {
    const ALL: [Self; 4] = [Self::Usual, Self::EverythingOn, Self::EverythingOff, Self::UnderRun];

    /// With `folder` for what is written besides.
    fn options(self, folder: &Path) -> String {
        match self {
            Self::Usual | Self::UnderRun => String::new(),
            Self::EverythingOn => format!(
                "checks=calls+memory+run+advice:trace=1:log_path={}:guard=arena:context_size=32:slack_check=always:\
                 verbosity=1:max_reports=0",
                folder.join("log").display()
            ),
            Self::EverythingOff => {
                "checks=:guard=0:detect_leaks=0:handle_segv=0:slack_check=0:symbolize=0:quarantine_mb=0".to_owned()
            }
        }
    }

    fn command(self, folder: &Path) -> Vec<String> {
        if !matches!(self, Self::UnderRun) {
            return Vec::new();
        }
        let trace = format!("--trace={}", folder.join("trace").display());
        let shmsan = library_folder().join("shmsan").display().to_string();
        [&shmsan, "run", "--quiet", "--error-exitcode", "0", &trace, "--"].map(str::to_owned).to_vec()
    }

    /// A part bare and shimmed; how many calls were compared.
    fn compare(self, part: &Trial, way: Way) -> u64 {
        // Every user's driver writes there.
        let mut folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let options = self.options(folder.path());
        let mut variables = vec![("SHMSAN_OPTIONS", options.as_str())];
        if matches!(self, Self::EverythingOn) {
            variables.push(("UNLIMITED_SPACE", "1"));
        }
        let under = self.command(folder.path());
        let way = if under.is_empty() { way } else { Way::Bare };
        // Who replays what has failed writes there again.
        folder.disable_cleanup(true);
        let bare = part.run(Manner::new(Way::Bare, &variables));
        part.compare(&bare, Manner { way, under: &under, variables: &variables });
        folder.disable_cleanup(false);
        let written = fs::read_dir(folder.path()).unwrap().count();
        let writes = matches!(self, Self::EverythingOn | Self::UnderRun);
        assert!(written > 0 || !writes, "{self:?} {way:?}: the shim was not there, it traced nothing");
        calls(&bare.stdout)
    }
}

/// What the driver counted.
fn calls(printed: &str) -> u64 {
    let summary = printed.lines().find_map(|line| line.strip_prefix("summary: "));
    summary.and_then(|summary| summary.split(' ').next()?.parse().ok()).expect("a summary")
}

/// When it is enough.
#[derive(Clone, Copy)]
enum Aim {
    Calls(u64),
    Minutes(u64),
    /// The usual run of the tests.
    Few,
}

impl Aim {
    fn read() -> Self {
        let calls = || wanted("CALLS").map_or(Self::Few, Self::Calls);
        wanted("MINUTES").map_or_else(calls, Self::Minutes)
    }

    /// Sequences of a part.
    const fn part(self) -> u64 {
        if matches!(self, Self::Few) { FEW } else { PART }
    }

    /// Another one each time: what was seen once is seen again by its seed.
    fn seed(self) -> u64 {
        let clock = || SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_secs() * 1_000_000);
        if matches!(self, Self::Few) { 1 } else { wanted("SEED").unwrap_or_else(clock) }
    }
}

/// How far it has come: a bar on a terminal, else lines; of the usual run of the tests nothing is said.
struct Progress {
    aim: Aim,
    begin: Instant,
    said: Instant,
    bar: ProgressBar,
    calls: u64,
}

impl Progress {
    fn new(aim: Aim) -> Self {
        let (whole, unit) = match aim {
            Aim::Calls(calls) => (calls, "calls"),
            Aim::Minutes(minutes) => (minutes * 60, "s"),
            Aim::Few => (0, ""),
        };
        let style = format!("{{bar:30}} {{pos}} of {{len}} {unit}, {{msg}}");
        let style = ProgressStyle::with_template(&style).expect("a template");
        let bar = if whole == 0 { ProgressBar::hidden() } else { ProgressBar::new(whole) };
        Self { aim, begin: Instant::now(), said: Instant::now(), bar: bar.with_style(style), calls: 0 }
    }

    fn is_enough(&self, parts: u64) -> bool {
        match self.aim {
            Aim::Calls(wanted) => self.calls >= wanted,
            Aim::Minutes(minutes) => self.begin.elapsed() >= Duration::from_mins(minutes),
            Aim::Few => parts >= PARTS,
        }
    }

    fn tell(&mut self, more: u64, now: &str) {
        self.calls += more;
        let position = if matches!(self.aim, Aim::Calls(_)) { self.calls } else { self.begin.elapsed().as_secs() };
        self.bar.set_position(position);
        self.bar.set_message(now.to_owned());
        if self.bar.is_hidden() && self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            say(&format!("soak: {} calls in {} s, {now}", self.calls, self.begin.elapsed().as_secs()));
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
        if !matches!(self.aim, Aim::Few) {
            say(&format!("soak: {} calls in {} s, each as it is bare", self.calls, self.begin.elapsed().as_secs()));
        }
    }
}

#[test]
fn with_everything_on_or_off_or_under_shmsan_run_random_calls_end_as_they_do_bare() {
    if !comparable("with_everything_on_or_off_or_under_shmsan_run_random_calls_end_as_they_do_bare") {
        return;
    }
    // Built before the time begins.
    library_folder();
    let aim = Aim::read();
    let (first, mut progress) = (aim.seed(), Progress::new(aim));
    let users = [Some(Trial::of_this_user()), another_user()];
    let users: Vec<_> = users.into_iter().flatten().zip(3..).map(|(trial, test)| trial.beside(test)).collect();
    for (part, number) in (0..).zip(0..) {
        if progress.is_enough(part) {
            break;
        }
        let seed = first + part * aim.part();
        let trial = users[number % users.len()].from(seed).of(aim.part());
        for (setting, turn) in Setting::ALL.into_iter().zip(number..) {
            let calls = setting.compare(&trial, Way::SHIMMED[turn % Way::SHIMMED.len()]);
            progress.tell(calls, &format!("SEED={seed}"));
        }
    }
    progress.end();
}
