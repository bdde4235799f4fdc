//! The kernel's list of this process's own mappings: asked for one of them (PROCMAP_QUERY, since Linux 6.11), or read as
//! text.

use super::file::Descriptor;
use super::int;
use super::raw::{Result, syscall};

/// `struct procmap_query` of <linux/fs.h>.
#[repr(C)]
#[derive(Default)]
struct Query {
    size: u64,
    flags: u64,
    address: u64,
    begin: u64,
    end: u64,
    access: u64,
    page_size: u64,
    offset: u64,
    inode: u64,
    device: [u32; 2],
    name_size: u32,
    build_id_size: u32,
    name: u64,
    build_id: u64,
}

/// `_IOWR('f', 17, struct procmap_query)`, and the flag for the mapping at an address or else the next one.
const PROCMAP_QUERY: usize = 3 << 30 | size_of::<Query>() << 16 | (b'f' as usize) << 8 | 0x11;
const COVERING_OR_NEXT: u64 = 0x10;

/// One mapping, as it was answered.
pub struct Answer {
    pub begin: u64,
    pub end: u64,
    pub access: u64,
    pub offset: u64,
    pub inode: u64,
    /// Bytes of the name, without its NUL.
    pub name_length: usize,
}

/// /proc/self/maps, open for a moment.
pub struct Maps(Descriptor);

impl Maps {
    pub fn open() -> Option<Self> {
        let path = c"/proc/self/maps".as_ptr() as usize;
        let flags = int(libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NOCTTY);
        // SAFETY: the path ends in NUL.
        let opened = unsafe { syscall(libc::SYS_openat, [int(libc::AT_FDCWD), path, flags, 0]) }.ok()?;
        i32::try_from(opened).ok().map(Descriptor).map(Self)
    }

    /// The mapping at `address` or the first behind it; its name goes into `name`, which has room for any. ENOENT where there
    /// is none.
    pub fn ask(&self, address: usize, name: &mut [u8]) -> std::result::Result<Answer, i32> {
        let mut query = Query {
            size: size_of::<Query>() as u64,
            flags: COVERING_OR_NEXT,
            address: address as u64,
            name_size: u32::try_from(name.len()).unwrap_or_default(),
            name: name.as_mut_ptr() as u64,
            ..Query::default()
        };
        let arguments = [int(self.0.0), PROCMAP_QUERY, &raw mut query as usize, 0];
        // SAFETY: the kernel fills our structure, and no more of `name` than it is told.
        unsafe { syscall(libc::SYS_ioctl, arguments) }?;
        let Query { begin, end, access, offset, inode, name_size, .. } = query;
        let name_length = (name_size as usize).saturating_sub(1).min(name.len());
        Ok(Answer { begin, end, access, offset, inode, name_length })
    }

    /// The next piece of the text; 0 at its end.
    pub fn read(&self, to: &mut [u8]) -> Result {
        // SAFETY: the kernel writes into `to`.
        unsafe { syscall(libc::SYS_read, [int(self.0.0), to.as_mut_ptr() as usize, to.len(), 0]) }
    }
}

impl Drop for Maps {
    fn drop(&mut self) {
        self.0.close();
    }
}
