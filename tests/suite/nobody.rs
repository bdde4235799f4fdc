//! What only shows when root and an ordinary user differ: files that every user can reach, and a way to become one.
//! Tests that run as an ordinary user already are theirs.

use crate::harness::{Run, Way, compile, is_root, library_folder};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder below the system's place for temporary files, since the build folder may be closed to others.
pub struct OpenFolder {
    folder: TempDir,
}

impl OpenFolder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of `file` with this name and mode. Made by another process: a child that another test forks meanwhile
    /// would hold a copy of our own open for writing, and it could not be executed (ETXTBSY).
    pub fn copy(&self, file: &Path, name: &str, mode: u32) -> PathBuf {
        let copy = self.folder.path().join(name);
        let done = Command::new("install").arg(format!("--mode={mode:o}")).arg("-T").arg(file).arg(&copy).status();
        assert!(done.unwrap().success(), "{} could not be copied", file.display());
        copy
    }

    /// A script whose programs, named as `"$NAME"`, run as an ordinary user when begun with `${AS:+"$AS"}`.
    pub fn script(&self, text: &str, way: Way, programs: &[(&str, PathBuf)]) -> Run {
        let library = self.copy(&library_folder().join("libshmsan.so"), "libshmsan.so.0", 0o755);
        let mut run = Run::script(text, way).env("LD_LIBRARY_PATH", self.folder.path());
        if way == Way::Preloaded {
            run = run.env("SHIM", library);
        }
        if is_root() {
            run = run.env("AS", self.copy(&compile("support/as_nobody.c", Way::Bare), "as_nobody", 0o755));
        }
        programs.iter().fold(run, |run, (name, program)| {
            let file = program.file_name().unwrap().to_str().unwrap();
            run.env(name, self.copy(program, file, 0o755))
        })
    }
}

/// Whether this root may use segments that nobody has rights to: in some containers it may not.
pub fn may_use_any_segment() -> bool {
    const CAP_IPC_OWNER: u32 = 15;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let bits = effective.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or_default();
    bits >> CAP_IPC_OWNER & 1 == 1
}
