//! A ledger's file, read: it may be anybody's.

use crate::kernel::opened::Opened;
use shmsan_core::ledger::Pages;
use shmsan_core::record::{Slot, slots};

const SLOT: u64 = size_of::<Slot>() as u64;

impl Pages for Opened {
    fn slots(&self, from: usize, count: usize) -> Vec<Slot> {
        let mut bytes: Vec<u8> = Vec::new();
        if bytes.try_reserve_exact(count * size_of::<Slot>()).is_err() {
            return Vec::new();
        }
        bytes.resize(count * size_of::<Slot>(), 0);
        let got = self.read(from as u64 * SLOT, &mut bytes);
        slots(&bytes[..got])
    }

    fn next(&self, from: usize) -> Option<usize> {
        usize::try_from(self.next_data(from as u64 * SLOT)? / SLOT).ok()
    }
}
