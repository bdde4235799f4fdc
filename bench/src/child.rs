//! Starts this program again in other surroundings: with the library, its options, a journal. Nothing of it outlives its time.

use crate::Pace;
use crate::sys;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tempfile::TempDir;

/// No child needs a tenth of this.
const LIMIT_SECONDS: u32 = 300;

/// Where everything is.
pub struct Surroundings {
    pub library: PathBuf,
    /// The command `shmsan`.
    pub command: PathBuf,
    pub pace: Pace,
    this: PathBuf,
}

impl Surroundings {
    pub fn find(built: &str, pace: Pace) -> Result<Self, String> {
        let there = |name: &str| {
            let file = Path::new(built).join(name);
            file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))
        };
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        Ok(Self { library: there("libshmsan.so")?, command: there("shmsan")?, pace, this })
    }

    /// This program with other words, without the library.
    pub fn this(&self, words: &[&str]) -> Command {
        let mut command = clean(Command::new(&self.this));
        command.args(words);
        command
    }

    pub fn preload(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library);
    }
}

/// A shared library of this source, to be preloaded.
pub fn library_in_c(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let (source, library) = (folder.join(name).with_extension("c"), folder.join(name).with_extension("so"));
    std::fs::write(&source, text).map_err(|error| error.to_string())?;
    output(clean(Command::new("cc")).args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source))?;
    Ok(library)
}

/// A command without what would change what the library does.
pub fn clean(mut command: Command) -> Command {
    for name in ["SHMSAN_OPTIONS", "SHMSAN_SESSION", "LD_PRELOAD"] {
        command.env_remove(name);
    }
    command
}

/// What a command prints that ends well; else why not.
pub fn output(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = sys::end_after(LIMIT_SECONDS, command)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let words = String::from_utf8_lossy(&stderr);
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        Err(format!("{status}: {}", words.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()))
    }
}

/// The journals of a run that nobody reads: each file goes as soon as it is there, so that none ever waits, while its
/// process goes on writing.
pub struct Journals(TempDir);

impl Journals {
    pub fn new() -> Result<Self, String> {
        tempfile::tempdir().map(Self).map_err(|error| error.to_string())
    }

    /// SHMSAN_SESSION, as `shmsan run` would set it.
    pub fn session(&self, every_call: bool) -> String {
        let kind = if every_call { "trace:" } else { "" };
        format!("{kind}{}", self.0.path().display())
    }

    /// Takes the files away while `work` is done.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let (over, waits) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while waits.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
                    self.remove_files();
                }
            });
            let result = work();
            drop(over);
            result
        })
    }

    fn remove_files(&self) {
        for entry in self.0.path().read_dir().into_iter().flatten().flatten() {
            // Another look follows.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The program called `name` that a shell would find.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(OsStr::new(name))).find(|file| file.is_file())
}
