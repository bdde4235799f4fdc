//! The file behind the command's name: why it cannot be executed, and whether the library can get into it.

use super::failure::{Failure, plain, said};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, ReadCache, elf::FileHeader64};
use rustix::fs::{Access, access, getxattr, stat};
use rustix::process::{getegid, geteuid};
use shmsan_core::check::run::Unwatched;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Where execvp(3) looks when there is no PATH.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The kernel reads no more of a script's first line.
const FIRST_LINE: u64 = 256;

/// What `error` says of executing `command`.
pub fn why_not(command: &OsStr, error: &io::Error) -> Failure {
    let file = file_of(command);
    let command = PathBuf::from(command);
    match (error.kind(), file) {
        (ErrorKind::NotFound, None) => Failure::NotFound { why: missing(&command), command },
        (ErrorKind::NotFound, Some(file)) => {
            let why = match interpreter(&file) {
                Some(name) => format!("its interpreter {} is not there", plain(&name)),
                None => said(error),
            };
            Failure::NotExecutable { command, why }
        }
        (ErrorKind::PermissionDenied, Some(file)) if file.is_dir() => {
            Failure::NotExecutable { command, why: "is a folder".to_owned() }
        }
        (ErrorKind::PermissionDenied, Some(file)) if access(&file, Access::EXEC_OK).is_err() => {
            let why = format!("may not be executed; chmod +x {} allows it", plain(&file));
            Failure::NotExecutable { command, why }
        }
        (ErrorKind::WouldBlock | ErrorKind::OutOfMemory, _) => {
            Failure::Own(format!("no process can be started: {} (ulimit -u, the machine's memory)", said(error)))
        }
        _ => Failure::NotExecutable { command, why: said(error) },
    }
}

fn missing(command: &Path) -> String {
    if has_slash(command.as_os_str()) {
        "there is no such file".to_owned()
    } else {
        "is in no folder of PATH; a program of this folder is called with ./".to_owned()
    }
}

fn has_slash(command: &OsStr) -> bool {
    command.as_bytes().contains(&b'/')
}

/// The file that execvp(3) finds.
pub fn file_of(command: &OsStr) -> Option<PathBuf> {
    if has_slash(command) {
        return Some(PathBuf::from(command)).filter(|file| file.symlink_metadata().is_ok());
    }
    let folders = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let files: Vec<_> = std::env::split_paths(&folders).map(|folder| folder.join(command)).collect();
    let executable = files.iter().find(|file| file.is_file() && access(*file, Access::EXEC_OK).is_ok());
    executable.or_else(|| files.iter().find(|file| file.is_file())).cloned()
}

/// What the kernel starts in the place of `file`: a script's `#!`, or the loader of a dynamic program.
pub fn interpreter(file: &Path) -> Option<OsString> {
    let mut line = Vec::new();
    BufReader::new(File::open(file).ok()?.take(FIRST_LINE)).read_until(b'\n', &mut line).ok()?;
    if let Some(words) = line.strip_prefix(b"#!") {
        let mut words = words.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        return words.next().map(|word| OsString::from_vec(word.to_owned()));
    }
    let data = ReadCache::new(File::open(file).ok()?);
    let header = FileHeader64::<Endianness>::parse(&data).ok()?;
    let endian = header.endian().ok()?;
    let found = header
        .program_headers(endian, &data)
        .ok()?
        .iter()
        .find_map(|header| header.interpreter(endian, &data).ok()?)?;
    Some(OsString::from_vec(found.to_owned()))
}

/// Whether a program is linked with musl: its loader does not start it beside a library that needs glibc.
pub fn is_of_musl(file: &Path) -> bool {
    let loader = interpreter(file);
    loader.is_some_and(|loader| {
        Path::new(&loader).file_name().is_some_and(|name| name.as_bytes().starts_with(b"ld-musl"))
    })
}

/// Why the library would not get into a process of this file, if that is so.
pub fn unwatched(file: &Path) -> Option<Unwatched> {
    let status = stat(file).ok()?;
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let other_user = status.st_mode & libc::S_ISUID != 0 && status.st_uid != user;
    let other_group = status.st_mode & libc::S_ISGID != 0 && status.st_gid != group;
    let more = || getxattr(file, "security.capability", &mut [0; 64]).is_ok() && user != 0;
    if other_user || other_group || more() {
        return Some(Unwatched::Privileged);
    }
    (is_elf(file) && interpreter(file).is_none()).then_some(Unwatched::Static)
}

fn is_elf(file: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(file).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn sentence(command: &Path, number: i32) -> (u8, String) {
        let failure = why_not(command.as_os_str(), &io::Error::from_raw_os_error(number));
        let name = plain(command) + ": ";
        (failure.status(), failure.to_string().replace(&name, ""))
    }

    #[test]
    fn each_failure_has_its_status_and_its_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script");
        fs::write(&script, "#! /no/such/shell -e\n").unwrap();
        assert_eq!(sentence(&script, libc::ENOENT), (126, "its interpreter /no/such/shell is not there".to_owned()));
        let expected = format!("may not be executed; chmod +x {} allows it", plain(&script));
        assert_eq!(sentence(&script, libc::EACCES), (126, expected));
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(sentence(&script, libc::EACCES), (126, "EACCES (Permission denied)".to_owned()));
        assert_eq!(sentence(folder.path(), libc::EACCES), (126, "is a folder".to_owned()));
        let none = folder.path().join("none");
        assert_eq!(sentence(&none, libc::ENOENT), (127, "there is no such file".to_owned()));
        let (status, words) = sentence(Path::new("no-such-command"), libc::ENOENT);
        assert!(status == 127 && words.starts_with("is in no folder of PATH"), "{words}");
        assert_eq!(sentence(&script, libc::EAGAIN).0, 125);
    }

    #[test]
    fn a_programs_loader_is_read_from_its_file() {
        let loader = interpreter(&std::env::current_exe().unwrap()).unwrap();
        assert!(loader.as_bytes().starts_with(b"/lib"), "{}", plain(&loader));
        assert!(!is_of_musl(Path::new("/bin/sh")));
        assert_eq!(interpreter(Path::new("/no/such/file")), None);
    }
}
