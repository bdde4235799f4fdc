//! The places for segments of about one size. They stand in a range of their own, each in the middle of a slot, the slots
//! side by side; of a place's address alone its slot can be told.

use super::Taken;
use super::resting::Resting;
use crate::call::Addr;

/// What one page of page tables maps on most machines. An anchor in each block keeps that page when all else is unmapped.
pub const BLOCK: usize = 2 << 20;

/// Slots of 64 KiB to 2 MiB, one or several in a block, the segment in the second half, where the anchor keeps its page tables,
/// too: without them a segment of 1 MiB takes half as long again to attach, touch and detach. Then of 4 MiB to 32 GiB, the
/// segment behind the first block, so that it begins where a huge page could.
const SMALL: usize = 6;
const LARGE: usize = 14;
pub const CLASSES: usize = SMALL + LARGE;
const SMALLEST: usize = 64 << 10;
const LARGEST_OF_SMALL: usize = SMALLEST << (SMALL - 1);
const MOST_IN_A_BLOCK: usize = BLOCK / SMALLEST;
const _: () = assert!(MOST_IN_A_BLOCK == u32::BITS as usize);

/// Address space of a class, at least; and at least so many slots.
const RANGE: usize = 16 << 30;
const FEWEST: usize = 64;

/// Address space of all.
pub const SPAN: usize = {
    let (mut span, mut number) = (0, 0);
    while number < CLASSES {
        span += range(number);
        number += 1;
    }
    span
};

const fn stride(number: usize) -> usize {
    if number < SMALL { SMALLEST << number } else { LARGEST_OF_SMALL << (number - SMALL + 1) }
}

const fn range(number: usize) -> usize {
    let fewest = FEWEST * stride(number);
    if fewest > RANGE { fewest } else { RANGE }
}

pub struct Class {
    begin: usize,
    /// Bytes of a slot, a power of two.
    stride: usize,
    /// From a slot's begin to its place, which is also how large a segment may be at most, or how much smaller than the
    /// slot.
    inset: usize,
    /// A block's free slots as bits, of the blocks that were given out so far.
    free: Vec<u32>,
    /// Whether each of them is ours: its anchor could be mapped.
    opened: Vec<bool>,
    /// How many blocks there can be.
    blocks: usize,
    /// No block before this one has a free slot.
    hint: usize,
    resting: Resting,
}

impl Class {
    /// `None` without memory.
    pub fn new(number: usize, begin: usize) -> Option<Self> {
        let stride = stride(number);
        let inset = if number < SMALL { stride / 2 } else { BLOCK };
        let blocks = range(number) / stride.max(BLOCK);
        let mut free = Vec::new();
        free.try_reserve_exact(blocks).ok()?;
        let mut opened = Vec::new();
        opened.try_reserve_exact(blocks).ok()?;
        Some(Self { begin, stride, inset, free, opened, blocks, hint: 0, resting: Resting::NONE })
    }

    pub const fn end(&self) -> usize {
        self.begin + self.blocks * self.block()
    }

    pub const fn contains(&self, address: Addr) -> bool {
        self.begin <= address.0 && address.0 < self.end()
    }

    /// Whether a segment of `size` bytes has its place here, and the same again of nothing at both sides, or a block.
    pub const fn fits(&self, size: usize) -> bool {
        size <= self.stride - self.inset
    }

    /// Bytes of a block, or of a slot that is larger than one.
    pub const fn block(&self) -> usize {
        if self.stride > BLOCK { self.stride } else { BLOCK }
    }

    const fn slots_of_block(&self) -> usize {
        self.block() / self.stride
    }

    /// A free place; else the one that has rested longest, where enough of them do; else a new block.
    pub fn take(&mut self) -> Taken {
        while let Some(free) = self.free.get_mut(self.hint) {
            if *free != 0 {
                let bit = free.trailing_zeros() as usize;
                *free &= *free - 1;
                return Taken::At(self.place(self.hint * self.slots_of_block() + bit));
            }
            self.hint += 1;
        }
        if self.resting.is_full()
            && let Some(slot) = self.resting.pop()
        {
            return Taken::At(self.place(slot));
        }
        let new = self.free.len();
        if new == self.blocks || new == self.free.capacity() {
            return self.resting.pop().map_or(Taken::Nowhere, |slot| Taken::At(self.place(slot)));
        }
        // Nothing of it is free until its anchor is there; where there can be none, nothing ever is.
        self.free.push(0);
        self.opened.push(false);
        Taken::Anchor(Addr(self.begin + new * self.block()))
    }

    pub fn open(&mut self, anchor: Addr) {
        let block = (anchor.0 - self.begin) / self.block();
        let all = u32::MAX >> (MOST_IN_A_BLOCK - self.slots_of_block());
        if let (Some(free), Some(opened)) = (self.free.get_mut(block), self.opened.get_mut(block)) {
            *free = all;
            *opened = true;
            self.hint = self.hint.min(block);
        }
    }

    pub fn rest(&mut self, place: Addr) {
        let Some(slot) = self.slot(place) else { return };
        if let Some(oldest) = self.resting.push(slot) {
            self.set_free(oldest);
        }
    }

    pub fn take_back(&mut self, place: Addr) {
        if let Some(slot) = self.slot(place)
            && !self.resting.remove(slot)
        {
            let (block, bit) = self.position(slot);
            if let Some(free) = self.free.get_mut(block) {
                *free &= !bit;
            }
        }
    }

    pub fn occupy(&mut self, begin: Addr, end: Addr) {
        let used = self.free.len() * self.slots_of_block();
        let first = begin.0.saturating_sub(self.begin) / self.stride;
        let last = end.0.saturating_sub(self.begin).div_ceil(self.stride).min(used);
        for slot in first..last {
            self.resting.remove(slot);
            let (block, bit) = self.position(slot);
            if let Some(free) = self.free.get_mut(block) {
                *free &= !bit;
            }
        }
    }

    pub fn put_back(&mut self, place: Addr) {
        if let Some(slot) = self.slot(place) {
            self.set_free(slot);
        }
    }

    /// The anchors between two addresses.
    pub fn anchors(&self, begin: Addr, end: Addr) -> impl Iterator<Item = Addr> {
        let first = begin.0.saturating_sub(self.begin).div_ceil(self.block());
        let last = end.0.saturating_sub(self.begin).div_ceil(self.block()).min(self.opened.len());
        (first..last).filter(|number| self.opened[*number]).map(|number| Addr(self.begin + number * self.block()))
    }

    /// Whether all between two addresses is in blocks of ours.
    pub fn has_opened(&self, begin: Addr, end: Addr) -> bool {
        let block = |address: usize| address.checked_sub(self.begin).map(|offset| offset / self.block());
        match (block(begin.0), end.0.checked_sub(1).and_then(block)) {
            (Some(first), Some(last)) => (first..=last).all(|number| self.opened.get(number) == Some(&true)),
            _ => false,
        }
    }

    /// Where the slots begin and end that are touched between two addresses of this class.
    pub const fn slots(&self, begin: Addr, end: Addr) -> (Addr, Addr) {
        let from = (begin.0 - self.begin) / self.stride * self.stride;
        let to = (end.0 - self.begin).next_multiple_of(self.stride);
        (Addr(self.begin + from), Addr(self.begin + to))
    }

    /// Whether `address` lies in the first page of a block.
    pub const fn is_in_anchor(&self, address: Addr, page: usize) -> bool {
        (address.0 - self.begin) % self.block() < page
    }

    /// From where to where nothing but this place is used.
    pub fn reach(&self, place: Addr) -> Option<(Addr, Addr)> {
        let slot = self.slot(place)?;
        let begin = self.begin + slot * self.stride;
        Some((Addr(begin), Addr(begin + self.stride + self.inset)))
    }

    fn set_free(&mut self, slot: usize) {
        let (block, bit) = self.position(slot);
        if let Some(free) = self.free.get_mut(block) {
            *free |= bit;
            self.hint = self.hint.min(block);
        }
    }

    /// A slot's block, and its bit there.
    const fn position(&self, slot: usize) -> (usize, u32) {
        (slot / self.slots_of_block(), 1 << (slot % self.slots_of_block()))
    }

    const fn place(&self, slot: usize) -> Addr {
        Addr(self.begin + slot * self.stride + self.inset)
    }

    /// Of an address that is a place.
    fn slot(&self, place: Addr) -> Option<usize> {
        let offset = place.0.checked_sub(self.begin)?.checked_sub(self.inset)?;
        let slot = offset / self.stride;
        let used = self.free.len() * self.slots_of_block();
        (offset.is_multiple_of(self.stride) && slot < used).then_some(slot)
    }
}
