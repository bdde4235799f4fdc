//! The ledgers of the users of this machine: who made a segment, and where, also of processes that are gone. Read without
//! following links, and believed as far as the kernel agrees; what is over among this user's own is taken away.

use super::{now, status_of};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, SeekFrom, fstat, openat, seek, unlinkat};
use rustix::io::pread;
use rustix::process::{Pid, geteuid, test_kill_process};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::ledger::{Around, Boot, Head, Maker, Pages, Sought, Told, homes, pid_of, usual_runtime};
use shmsan_core::record::{Slot, slots};
use std::collections::HashMap;
use std::env::var_os;
use std::ffi::CString;
use std::fs::{metadata, read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::rc::Rc;

/// More names in a folder are not looked at: it was filled on purpose.
const MOST_NAMES: usize = 1 << 16;
/// Nor more files of one pid.
const MOST_FILES: usize = 64;
const SLOT: usize = size_of::<Slot>();

/// What was read of them so far.
pub struct Ledgers {
    here: Option<(Boot, u64)>,
    by_user: HashMap<u32, Vec<Folder>>,
}

struct Folder {
    descriptor: OwnedFd,
    /// Names of files.
    by_pid: HashMap<i32, Vec<CString>>,
    /// What was read of them.
    told: HashMap<CString, Rc<Told>>,
}

struct File(OwnedFd);

impl Default for Ledgers {
    fn default() -> Self {
        let boot = read("/proc/sys/kernel/random/boot_id").ok().and_then(|text| Boot::parse(&text));
        let namespace = metadata("/proc/self/ns/ipc").ok().map(|status| status.ino());
        Self { here: boot.zip(namespace), by_user: HashMap::new() }
    }
}

impl Ledgers {
    /// `None` where nobody tells.
    pub fn maker(&mut self, id: ShmId, status: &Status) -> Option<Maker> {
        let (boot, namespace) = self.here?;
        let sought = Sought::new(boot, namespace, id, status);
        self.folders(status.creator_uid).iter_mut().find_map(|folder| folder.maker(&sought))
    }

    /// Takes away what is over of this user's own.
    pub fn tidy(&mut self) {
        let Some((boot, namespace)) = self.here else { return };
        for folder in self.folders(geteuid().as_raw()) {
            folder.tidy(Around { boot, namespace, now: now() });
        }
    }

    /// Takes away what this user's dead processes wrote in the IPC namespace that this one is in, which ends with it.
    pub fn forget_namespace(&mut self) {
        let Some(here) = self.here else { return };
        for folder in self.folders(geteuid().as_raw()) {
            folder
                .remove_of_the_dead(|file, _| Head::read(file).is_some_and(|head| (head.boot, head.namespace) == here));
        }
    }

    fn folders(&mut self, user: u32) -> &mut Vec<Folder> {
        self.by_user.entry(user).or_insert_with(|| folders(user))
    }
}

fn folders(user: u32) -> Vec<Folder> {
    let is_own = user == geteuid().as_raw();
    let runtime = var_os("XDG_RUNTIME_DIR").filter(|path| is_own && path.as_bytes().starts_with(b"/"));
    let runtime = runtime.map_or_else(|| usual_runtime(user), |path| path.as_bytes().to_vec());
    let open = |home: shmsan_core::ledger::Home| {
        let above = openat(CWD, home.above, FOLDER, Mode::empty()).ok()?;
        let folder = openat(&above, home.name, FOLDER, Mode::empty()).ok()?;
        let status = fstat(&folder).ok()?;
        (status.st_uid == user && status.st_mode & 0o022 == 0).then(|| Folder::new(folder))
    };
    homes(user, Some(&runtime)).filter_map(open).collect()
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Folder {
    fn new(descriptor: OwnedFd) -> Self {
        let mut by_pid: HashMap<i32, Vec<CString>> = HashMap::new();
        for entry in Dir::read_from(&descriptor).into_iter().flatten().flatten().take(MOST_NAMES) {
            if let Some(pid) = pid_of(entry.file_name().to_bytes()) {
                by_pid.entry(pid).or_default().push(entry.file_name().to_owned());
            }
        }
        Self { descriptor, by_pid, told: HashMap::new() }
    }

    /// The regular file of the folder's owner with this name.
    fn file(&self, name: &CString) -> Option<(File, i64)> {
        let file = openat(&self.descriptor, name, FILE, Mode::empty()).ok()?;
        let (status, folder) = (fstat(&file).ok()?, fstat(&self.descriptor).ok()?);
        let is_fit = FileType::from_raw_mode(status.st_mode) == FileType::RegularFile && status.st_uid == folder.st_uid;
        is_fit.then(|| (File(file), status.st_mtime))
    }

    fn maker(&mut self, sought: &Sought) -> Option<Maker> {
        let names = self.by_pid.get(&sought.creator)?;
        let found = names.iter().take(MOST_FILES).find_map(|name| {
            let (file, _) = self.file(name)?;
            let head = Head::read(&file)?;
            Some((name, head.entry(&file, sought)?, head, file))
        });
        let (name, entry, head, file) = found?;
        let told = match self.told.get(name) {
            Some(told) => Rc::clone(told),
            None => Rc::new(Told::read(&file, head)),
        };
        let name = name.clone();
        self.told.insert(name, Rc::clone(&told));
        Some(Maker { told, entry })
    }

    /// Takes away what is over.
    fn tidy(&self, around: Around) {
        self.remove_of_the_dead(|file, changed_at| around.is_over(file, changed_at, &mut |id| status_of(id).ok()));
    }

    fn remove_of_the_dead(&self, is_over: impl Fn(&File, i64) -> bool) {
        let is_gone =
            |pid: i32| Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH));
        for name in self.by_pid.iter().filter(|(pid, _)| is_gone(**pid)).flat_map(|(_, names)| names) {
            let Some((file, changed_at)) = self.file(name) else { continue };
            if is_over(&file, changed_at) {
                // Where it stays, the next one takes it.
                let _ = unlinkat(&self.descriptor, name, AtFlags::empty());
            }
        }
    }
}

impl Pages for File {
    fn slots(&self, from: usize, count: usize) -> Vec<Slot> {
        let mut bytes = vec![0; count * SLOT];
        let mut got = 0;
        while let Ok(more) = pread(&self.0, &mut bytes[got..], (from * SLOT + got) as u64)
            && more > 0
        {
            got += more;
        }
        slots(&bytes[..got])
    }

    fn next(&self, from: usize) -> Option<usize> {
        let found = seek(&self.0, SeekFrom::Data((from * SLOT) as u64)).ok()?;
        usize::try_from(found).ok().map(|found| found / SLOT)
    }
}
