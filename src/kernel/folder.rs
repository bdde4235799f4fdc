//! A folder of files of ours, held open while it is worked in: nobody can put another one, or a link, in its place
//! meanwhile.

use super::file::Descriptor;
use super::int;
use super::opened::Opened;
use super::raw::syscall;
use super::shared::{Room, Shared};
use std::ffi::CStr;
use std::ops::ControlFlow;

/// Bytes of names that are asked for at once.
const PIECE: usize = 4096;
/// linux_dirent64 of getdents64(2): where its length and its name stand.
const LENGTH: usize = 16;
const NAME: usize = 19;

pub struct Folder(Opened);

impl Folder {
    /// Never through a link that has its name.
    pub fn open(path: &CStr) -> Result<Self, i32> {
        Self::at(Descriptor(libc::AT_FDCWD), path)
    }

    /// The folder with this name in it.
    pub fn folder(&self, name: &CStr) -> Result<Self, i32> {
        Self::at(self.0.descriptor(), name)
    }

    fn at(folder: Descriptor, path: &CStr) -> Result<Self, i32> {
        Opened::at(folder, path, libc::O_DIRECTORY | libc::O_NOFOLLOW, libc::S_IFDIR).map(Self)
    }

    /// Makes a folder in it, for its owner alone; EEXIST where anything has that name.
    pub fn make_folder(&self, name: &CStr) -> Result<(), i32> {
        let (folder, name) = (int(self.0.descriptor().0), name.as_ptr() as usize);
        // SAFETY: `name` ends in NUL.
        unsafe { syscall(libc::SYS_mkdirat, [folder, name, 0o700, 0]) }?;
        // The umask may have taken the owner's rights away.
        // SAFETY: as above.
        unsafe { syscall(libc::SYS_fchmodat, [folder, name, 0o700, 0]) }.map(drop)
    }

    /// Whether it is this user's, and nobody else may write into it.
    pub const fn is_safe_for(&self, uid: u32) -> bool {
        self.owner() == uid && self.0.status().st_mode & 0o022 == 0
    }

    /// Whether it is this user's alone.
    pub const fn is_private_to(&self, uid: u32) -> bool {
        self.owner() == uid && self.0.status().st_mode & 0o777 == 0o700
    }

    pub const fn owner(&self) -> u32 {
        self.0.status().st_uid
    }

    /// The regular file with this name; never through a link.
    pub fn file(&self, name: &CStr) -> Result<Opened, i32> {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
        Opened::at(self.0.descriptor(), name, flags, libc::S_IFREG)
    }

    /// Makes a file that is written through memory.
    pub fn make_shared(&self, name: &CStr, room: Room) -> Result<Shared, i32> {
        Shared::make(self.0.descriptor(), name, room)
    }

    pub fn remove_file(&self, name: &CStr) -> Result<(), i32> {
        let (folder, name) = (int(self.0.descriptor().0), name.as_ptr() as usize);
        // SAFETY: `name` ends in NUL.
        unsafe { syscall(libc::SYS_unlinkat, [folder, name, 0, 0]) }.map(drop)
    }

    /// Shows the name of each thing in it, in no order.
    pub fn each_name(&self, visit: &mut dyn FnMut(&CStr) -> ControlFlow<()>) {
        // Not on the stack, which may be small.
        let mut names: Vec<u8> = Vec::new();
        if names.try_reserve_exact(PIECE).is_err() {
            return;
        }
        names.resize(PIECE, 0);
        loop {
            let arguments = [int(self.0.descriptor().0), names.as_mut_ptr() as usize, names.len(), 0];
            // SAFETY: the kernel writes no more than the length.
            let got = unsafe { syscall(libc::SYS_getdents64, arguments) }.unwrap_or(0);
            let mut rest = names.get(..got).unwrap_or_default();
            if rest.is_empty() {
                return;
            }
            while let Some((entry, others)) = split(rest) {
                rest = others;
                if let Ok(name) = CStr::from_bytes_until_nul(&entry[NAME..])
                    && visit(name).is_break()
                {
                    return;
                }
            }
        }
    }
}

/// The first entry and the others.
fn split(entries: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = entries.get(LENGTH..LENGTH + 2)?.try_into().map(u16::from_ne_bytes).ok()?;
    entries.split_at_checked(usize::from(length)).filter(|(entry, _)| entry.len() > NAME)
}
