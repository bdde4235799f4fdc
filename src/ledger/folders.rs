//! The folders that ledgers lie in: nobody else may write there, and nothing is ever written into a folder of somebody
//! else's.

use crate::kernel;
use crate::kernel::folder::Folder;
use shmsan_core::ledger::{Home, homes, usual_runtime};
use std::ffi::CString;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicUsize};

/// A longer XDG_RUNTIME_DIR is not taken.
const LONGEST: usize = 255;

/// XDG_RUNTIME_DIR, as it was at load: later a thread may be changing the environment.
static RUNTIME: [AtomicU8; LONGEST] = [const { AtomicU8::new(0) }; LONGEST];
static RUNTIME_LENGTH: AtomicUsize = AtomicUsize::new(0);

/// At load.
pub fn remember(runtime: &[u8]) {
    if runtime.first() == Some(&b'/') && runtime.len() <= LONGEST {
        RUNTIME.iter().zip(runtime).for_each(|(to, from)| to.store(*from, Relaxed));
        RUNTIME_LENGTH.store(runtime.len(), Release);
    }
}

fn runtime() -> Option<Vec<u8>> {
    let bytes = &RUNTIME[..RUNTIME_LENGTH.load(Acquire)];
    let path: Vec<u8> = bytes.iter().map(|byte| byte.load(Relaxed)).collect();
    Some(path).filter(|path| !path.is_empty())
}

/// The folder for the ledgers of this process, whose effective user this is; made where it is not there.
pub fn own(user: u32) -> Option<Folder> {
    let open = |home: Home| {
        let is_public = home.is_public;
        let (above, name) = opened(home)?;
        let above = Some(above).filter(|above| is_public || above.is_safe_for(user))?;
        let made = above.make_folder(&name);
        let folder = if made.is_ok() || made == Err(libc::EEXIST) { above.folder(&name).ok() } else { None };
        folder.filter(|folder| folder.is_private_to(user))
    };
    homes(user, runtime().as_deref()).find_map(open)
}

/// The folders in which ledgers of that user may lie, to be read and no more.
pub fn of(user: u32) -> Vec<Folder> {
    let own = if user == kernel::euid() { runtime() } else { None };
    let open = |home: Home| {
        let (above, name) = opened(home)?;
        above.folder(&name).ok().filter(|folder| folder.is_safe_for(user))
    };
    homes(user, Some(&own.unwrap_or_else(|| usual_runtime(user)))).filter_map(open).collect()
}

/// The folder that it lies in, and its name there.
fn opened(home: Home) -> Option<(Folder, CString)> {
    let above = Folder::open(&CString::new(home.above).ok()?).ok()?;
    Some((above, CString::new(home.name).ok()?))
}
