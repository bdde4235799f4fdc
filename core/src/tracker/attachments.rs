//! One attachment of this process.

use super::table::Entry;
use crate::call::{Addr, ShmId};
use crate::site::Site;

/// Who chose where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The program named an address, or no place is ever chosen here.
    ByProgram = 0,
    ByKernel = 1,
    /// A place in the gap.
    ByUs = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub address: Addr,
    /// The segment's size in bytes; the mapping is that rounded up to pages.
    pub size: usize,
    pub id: ShmId,
    /// The flags of its shmat.
    pub flags: i32,
    /// Where that shmat was, and in which thread.
    pub site: Site,
    pub thread: i32,
    /// Later attachments have higher numbers, beginning with 1.
    pub number: u64,
    pub chosen: Chosen,
    /// Known from before a fork, in the child.
    pub inherited: bool,
}

impl Attachment {
    pub(super) const fn key(address: Addr) -> u64 {
        address.0 as u64
    }

    /// Where its pages begin and end, of `page` bytes each.
    #[must_use]
    pub const fn pages(&self, page: usize) -> (Addr, Addr) {
        // With end_aligned=1 the address is not where the first of them begins.
        // Without a division: each fault asks this of every attachment.
        let within = page - 1;
        (Addr(self.address.0 & !within), Addr((self.address.0 + self.size + within) & !within))
    }

    /// Whether `address` lies in its pages, of `page` bytes each.
    #[must_use]
    pub const fn covers(&self, address: Addr, page: usize) -> bool {
        let (begin, end) = self.pages(page);
        begin.0 <= address.0 && address.0 < end.0
    }
}

impl Entry for Attachment {
    const VACANT: Self = Self {
        address: Addr(0),
        size: 0,
        id: ShmId(-1),
        flags: 0,
        site: Site::UNKNOWN,
        thread: 0,
        number: 0,
        chosen: Chosen::ByKernel,
        inherited: false,
    };
    const BOUND: usize = 1 << 16;

    fn key(&self) -> u64 {
        Self::key(self.address)
    }
}
