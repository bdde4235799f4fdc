//! The ledger: which segments this process made and has not removed, and where, in a file that stays when the process is
//! gone, however that ends. Who finds a segment later can be told whose it is; without the ledger the kernel knows a pid.
//!
//! Begun with the first segment that is made. After that a creation is a slot written into memory, and a removal one
//! marked: who has the segment attached still may ask.

mod file;
mod folders;
mod maker;
mod pages;
mod paths;
mod tidy;

pub use folders::remember as remember_runtime_folder;
pub use maker::find as maker;

use crate::kernel::signal::undisturbed;
use crate::kernel::{self, clock, file as read, gate};
use crate::lock::{Line, Locked, RawLock};
use crate::site::{self, Said};
use crate::state::{TRACKER, options};
use crate::{boundary, facts, identity, verbose};
use file::{File, Lack};
use paths::Paths;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::ledger::{Around, Boot, Entry, Head};
use shmsan_core::record::{self, Path};
use shmsan_core::site::Site;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

static KEEPER: Line<Keeper> = Line(Keeper {
    state: AtomicU8::new(NOT_BEGUN),
    ledger: Locked::new(Ledger {
        last: Site::UNKNOWN,
        end_aligned: false,
        file: None,
        paths: Paths::new(),
        said: Said::new(),
    }),
});

/// What every creation touches stands first.
#[repr(C)]
struct Keeper {
    /// How far it is, in this process.
    state: AtomicU8,
    ledger: Locked<Ledger>,
}

const NOT_BEGUN: u8 = 0;
const KEPT: u8 = 1;
const NONE: u8 = 2;

/// Longer command lines are cut, so that there is room for places.
const ARGUMENTS: usize = 2048;

/// What every creation touches stands first.
#[repr(C)]
struct Ledger {
    /// The place of the last creation, which the file tells of.
    last: Site,
    /// The option.
    end_aligned: bool,
    file: Option<File>,
    paths: Paths,
    /// The places that the file tells of.
    said: Said,
}

/// To be held over a fork.
pub const fn lock() -> &'static RawLock {
    KEEPER.0.ledger.raw()
}

/// This process made a segment as it has made one before: from the same place, with the same arguments.
#[inline]
pub fn created_again(id: ShmId, key: Key, size: usize, site: Site) {
    match KEEPER.state.load(Relaxed) {
        NONE => {}
        KEPT if write(id, key, size, site, Told::IfSaid) => {}
        _ => created(id, key, size, site),
    }
}

/// This process removed a segment.
#[inline]
pub fn removed(id: ShmId) {
    if KEEPER.state.load(Relaxed) == KEPT {
        mark_removed(id);
    }
}

#[unsafe(link_section = ".text.shmsan_usual")]
#[inline(never)]
fn mark_removed(id: ShmId) {
    KEEPER.ledger.with(|ledger| ledger.file.as_mut().map(|file| file.mark_removed(id)));
}

/// Whether the place of a creation, and the path of its key, stand in the file.
#[derive(Clone, Copy)]
enum Told {
    /// They do, and this is the path's number.
    Surely(u32),
    IfSaid,
}

/// `false` where there is something to be told before, or the disk is full.
#[unsafe(link_section = ".text.shmsan_usual")]
#[inline(never)]
fn write(id: ShmId, key: Key, size: usize, site: Site, told: Told) -> bool {
    let time = clock::whole_second();
    let written = KEEPER.ledger.with(|ledger| {
        let Ledger { file: Some(file), last, end_aligned, paths, said } = ledger else { return false };
        if *last != site {
            if matches!(told, Told::IfSaid) && !said.contains(site) {
                return false;
            }
            *last = site;
        }
        let path = if let Told::Surely(path) = told { Some(path) } else { paths.number(key) };
        let Some(path) = path else { return false };
        let end_aligned = *end_aligned;
        file.write(&Entry { id, key, size: size as u64, time, site, path, end_aligned, removed: false })
    });
    written == Some(true)
}

/// This process made a segment, as it has not yet: it may be another user's by now, or in another IPC namespace.
#[cold]
pub fn created(id: ShmId, key: Key, size: usize, site: Site) {
    if boundary::is_locked_in() || !is_begun() {
        return;
    }
    let path = TRACKER.with(|tracker| tracker.named().path_of(key)).flatten();
    let is_told = KEEPER.ledger.with(|ledger| ledger.said.contains(site)) == Some(true);
    // Found out without the lock: it takes memory.
    let places = if is_told { Vec::new() } else { site::stored(site) };
    let told = KEEPER.ledger.with(|ledger| {
        let Ledger { file: Some(file), said, paths, .. } = ledger else { return None };
        said.insert(site);
        let number = paths.choose(key, path.is_some());
        let path = path.filter(|_| number != 0).map(|path| Path::store(number, path.bytes()));
        match places.iter().chain(&path).try_for_each(|stored| file.append(stored)) {
            // Without room for more of them, later places have no names.
            Ok(()) | Err(Lack::Room) => Some(number),
            Err(Lack::Disk) => None,
        }
    });
    let is_written = told.flatten().is_some_and(|path| write(id, key, size, site, Told::Surely(path)));
    if !is_written {
        give_up();
    }
}

/// Whether there is a file to write into, of this user and this IPC namespace.
fn is_begun() -> bool {
    let (owner, namespace) = (kernel::euid(), facts::ipc_namespace().map_or(0, u64::from));
    if KEEPER.state.load(Relaxed) == KEPT {
        let is_right =
            KEEPER.ledger.with(|ledger| ledger.file.as_ref().is_some_and(|file| file.is_of(owner, namespace)));
        if is_right != Some(false) {
            return is_right == Some(true);
        }
        leave();
    }
    if KEEPER.state.load(Relaxed) == NOT_BEGUN {
        begin(owner, namespace);
    }
    KEEPER.state.load(Relaxed) == KEPT
}

fn begin(owner: u32, namespace: u64) {
    let opened = if options().ledger { open(owner, namespace) } else { Err("it is not wanted") };
    let file = match opened {
        Ok(file) => file,
        Err(reason) => {
            verbose::say_no_ledger(reason);
            return KEEPER.state.store(NONE, Relaxed);
        }
    };
    // Another thread may have been faster.
    let second = KEEPER.ledger.with(|ledger| {
        if ledger.file.is_some() {
            return Some(file);
        }
        ledger.last = Site::UNKNOWN;
        ledger.end_aligned = options().end_aligned;
        ledger.said.clear();
        ledger.paths = Paths::new();
        ledger.file = Some(file);
        KEEPER.state.store(KEPT, Relaxed);
        None
    });
    if let Some(second) = second.flatten() {
        remove(&second);
    }
}

#[inline(never)]
fn open(owner: u32, namespace: u64) -> Result<File, &'static str> {
    let boot = boot().filter(|_| namespace != 0).ok_or("/proc does not tell which machine and namespace this is")?;
    let time = clock::time();
    let head = Head { boot, namespace, pid: kernel::pid(), began: identity::began(), time, entries: 0 };
    let arguments = identity::arguments(ARGUMENTS);
    let told = [
        record::Process::store(identity::exe().unwrap_or_default(), &arguments),
        record::folder(&read::working_directory().unwrap_or_default()),
    ];
    let mut file = undisturbed(|| {
        let _open = gate::enter();
        let folder = folders::own(owner).ok_or("this user has no folder for it")?;
        let around = Around { boot, namespace, now: time.seconds() };
        tidy::tidy(&folder, around).map_err(|tidy::TooMany| "its folder is full of others")?;
        File::make(&folder, head, owner).map_err(|_| "its file cannot be made")
    })?;
    if told.iter().try_for_each(|stored| file.append(stored)) == Err(Lack::Disk) {
        remove(&file);
        return Err("no space is left for it");
    }
    Ok(file)
}

/// Which run of the machine this is.
fn boot() -> Option<Boot> {
    Boot::parse(&read::read(c"/proc/sys/kernel/random/boot_id", 64)?)
}

/// Writes no more; what stands there stays.
#[cold]
fn give_up() {
    leave();
    KEEPER.state.store(NONE, Relaxed);
    verbose::say_no_ledger("no space is left for it");
}

/// The file is another process's, or that of an earlier life of this one.
pub fn leave() {
    if KEEPER.state.load(Relaxed) != KEPT {
        return;
    }
    KEEPER.state.store(NOT_BEGUN, Relaxed);
    if let Some(file) = KEEPER.ledger.with(|ledger| ledger.file.take()).flatten() {
        file.unmap();
    }
}

/// The process ends: where nothing is left of what it made, nothing is left of its ledger.
pub fn end() {
    if KEEPER.state.load(Relaxed) != KEPT {
        return;
    }
    KEEPER.state.store(NONE, Relaxed);
    let Some(file) = KEEPER.ledger.with(|ledger| ledger.file.take()).flatten() else { return };
    if tidy::is_over(&file) && !boundary::is_locked_in() {
        remove(&file);
    }
}

fn remove(file: &File) {
    file.unmap();
    undisturbed(|| {
        let _open = gate::enter();
        if let Some(folder) = folders::own(file.owner) {
            let _ = folder.remove_file(file.name());
        }
    });
}
