//! Where libshmsan.so is.

use super::failure::{Failure, plain, said};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A package for those who do not compile has the second alone.
const NAMES: [&str; 2] = ["libshmsan.so", concat!("libshmsan.so.", env!("CARGO_PKG_VERSION_MAJOR"))];

/// The library to be preloaded, as a whole path.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(path) = named else {
        return beside(&command());
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match examine(&path) {
        Ok(()) => Ok(path),
        Err(why) => Err(Failure::Own(format!("the library {}: {why}", plain(&path)))),
    }
}

/// This command's file. Without /proc only who started it can say, by a path.
fn command() -> PathBuf {
    let as_started = || std::env::args_os().next().filter(|name| Path::new(name).components().count() > 1);
    let started = || as_started().and_then(|name| std::fs::canonicalize(name).ok());
    std::env::current_exe().ok().or_else(started).unwrap_or_default()
}

/// `make` puts the command and the library into one folder, `make install` the library into ../lib, and distributions into
/// a folder for the kind of machine.
fn beside(command: &Path) -> Result<PathBuf, Failure> {
    let folder = command.parent().unwrap_or(Path::new("/"));
    let lib = folder.parent().unwrap_or(folder).join("lib");
    let multiarch = lib.join(format!("{}-linux-gnu", std::env::consts::ARCH));
    let folders = [folder.to_owned(), lib.clone(), multiarch, lib.with_file_name("lib64")];
    let files = folders.iter().flat_map(|folder| NAMES.map(|name| folder.join(name)));
    files.into_iter().find(|file| examine(file).is_ok()).ok_or_else(|| {
        Failure::Own(format!(
            "{} lies neither in {} nor in {}; name it with --library FILE or SHMSAN_LIBRARY",
            NAMES[0],
            plain(folder),
            plain(&lib)
        ))
    })
}

/// Whether the loader would take it.
fn examine(path: &Path) -> Result<(), String> {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    match read {
        Ok(()) if magic == *b"\x7fELF" => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(said(&error)),
        _ => Err("is no library".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(file: &Path) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, b"\x7fELF and more").unwrap();
    }

    #[test]
    fn it_is_found_beside_the_command_and_then_in_lib() {
        let root = tempfile::tempdir().unwrap();
        let command = root.path().join("bin/shmsan");
        let sentence = beside(&command).unwrap_err().to_string();
        assert!(sentence.ends_with("; name it with --library FILE or SHMSAN_LIBRARY"), "{sentence}");
        let multiarch = format!("lib/{}-linux-gnu/libshmsan.so.0", std::env::consts::ARCH);
        for place in ["lib64/libshmsan.so", &multiarch, "lib/libshmsan.so.0", "lib/libshmsan.so", "bin/libshmsan.so"] {
            put(&root.path().join(place));
            assert_eq!(beside(&command).unwrap(), root.path().join(place));
        }
    }

    #[test]
    fn what_is_no_library_is_said() {
        let root = tempfile::tempdir().unwrap();
        let sentence = |name: &str| find(Some(&root.path().join(name))).unwrap_err().to_string();
        assert!(sentence("none").ends_with("/none: ENOENT (No such file or directory)"), "{}", sentence("none"));
        std::fs::write(root.path().join("text"), "text").unwrap();
        std::fs::write(root.path().join("short"), "").unwrap();
        assert!(sentence("text").ends_with("/text: is no library"), "{}", sentence("text"));
        assert!(sentence("short").ends_with("/short: is no library"), "{}", sentence("short"));
    }
}
