//! Who made a segment, by the ledgers of whoever the kernel says that it was.

use super::{boot, folders};
use crate::kernel::folder::Folder;
use crate::kernel::gate;
use crate::kernel::signal::undisturbed;
use crate::state::options;
use crate::{boundary, facts};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::ledger::{Maker, Sought, pid_of};
use std::ops::ControlFlow::{Break, Continue};

/// More files of one pid are not looked at: a folder with so many was filled on purpose.
const MOST_FILES: usize = 64;
/// Nor more names.
const MOST_NAMES: usize = 1 << 14;

/// `None` where nobody tells.
#[inline(never)]
pub fn find(id: ShmId, status: &Status) -> Option<Maker> {
    if !options().ledger || boundary::is_locked_in() {
        return None;
    }
    let namespace = u64::from(facts::ipc_namespace()?);
    let sought = Sought::new(boot()?, namespace, id, status);
    undisturbed(|| {
        let _open = gate::enter();
        folders::of(status.creator_uid).iter().find_map(|folder| in_folder(folder, &sought))
    })
}

fn in_folder(folder: &Folder, sought: &Sought) -> Option<Maker> {
    let (mut names, mut files, mut found) = (0, 0, None);
    folder.each_name(&mut |name| {
        names += 1;
        if pid_of(name.to_bytes()) == Some(sought.creator) {
            files += 1;
            let file = folder.file(name).ok().filter(|file| file.status().st_uid == folder.owner());
            found = file.and_then(|file| Maker::read(&file, sought));
        }
        if found.is_some() || files == MOST_FILES || names == MOST_NAMES { Break(()) } else { Continue(()) }
    });
    found
}
