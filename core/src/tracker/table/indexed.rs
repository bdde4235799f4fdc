//! Many entries: they stand densely in one vector, and an index of open addressing finds them.

use super::{Entry, Full};

pub(super) struct Indexed<T> {
    /// Those that are there; nothing here grows.
    entries: Vec<T>,
    /// Positions in `entries`, in a power of two of slots, twice as many as there is room for; or none.
    index: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl<T> Indexed<T> {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), index: Vec::new() }
    }

    #[cfg(test)]
    pub(super) const fn slots(&self) -> usize {
        self.index.len()
    }

    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut [T] {
        &mut self.entries
    }
}

impl<T: Entry> Indexed<T> {
    /// `None` above the bound or without memory.
    pub(super) fn with_room(room: usize) -> Option<Self> {
        if room > T::BOUND || !room.is_power_of_two() {
            return None;
        }
        let mut table = Self::new();
        table.entries.try_reserve_exact(room).ok()?;
        // Half full at most, so that a search ends soon.
        table.index.try_reserve_exact(room * 2).ok()?;
        table.index.resize(room * 2, EMPTY);
        Some(table)
    }

    /// The position of the entry with this key.
    #[cold]
    #[inline(never)]
    pub(super) fn find(&self, key: u64) -> Option<usize> {
        let position = *self.index.get(self.slot_of(key)?)? as usize;
        (position < self.entries.len()).then_some(position)
    }

    /// Where the entry with this key is, or is to be written.
    #[cold]
    #[inline(never)]
    pub(super) fn place_for(&mut self, key: u64) -> Result<&mut T, Full> {
        let next = self.entries.len();
        let full = Full { room: (next + 1).next_power_of_two() };
        let slot = self.slot_of(key).ok_or(full)?;
        let position = self.index.get(slot).map_or(next, |position| *position as usize).min(next);
        if position == next {
            // Or `push` would allocate.
            if next >= self.entries.capacity() || next >= self.index.len() / 2 {
                return Err(full);
            }
            self.entries.push(T::VACANT);
            self.point(slot, u32::try_from(next).unwrap_or(EMPTY));
        }
        self.entries.get_mut(position).ok_or(full)
    }

    /// Takes out the entry with this key; the last one takes its place.
    #[cold]
    #[inline(never)]
    pub(super) fn remove(&mut self, key: u64) {
        let Some(slot) = self.slot_of(key) else { return };
        let position = self.index.get(slot).map_or(usize::MAX, |position| *position as usize);
        if position >= self.entries.len() {
            return;
        }
        self.close_gap(slot);
        let last = self.entries.len() - 1;
        self.entries.swap_remove(position);
        if let Some(moved) = self.entries.get(position).map(Entry::key) {
            self.redirect(moved, last, position);
        }
    }

    fn home(&self, key: u64) -> usize {
        // Fibonacci hashing: ids and page addresses differ in few bits, the product spreads them over the upper ones.
        let spread = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread >> 32) as usize & self.mask()
    }

    fn mask(&self) -> usize {
        self.index.len().wrapping_sub(1)
    }

    /// The slot of the entry with this key, or the empty one where it would go; `None` in a table without an index.
    fn slot_of(&self, key: u64) -> Option<usize> {
        let mut slot = self.home(key);
        loop {
            // An empty slot leads to no entry.
            let position = *self.index.get(slot)? as usize;
            if self.entries.get(position).is_none_or(|entry| entry.key() == key) {
                return Some(slot);
            }
            slot = self.after(slot);
        }
    }

    /// The entry with `key` went from one position to another.
    fn redirect(&mut self, key: u64, from: usize, to: usize) {
        let mut slot = self.home(key);
        while let Some(position) = self.index.get_mut(slot) {
            if *position as usize == from {
                *position = u32::try_from(to).unwrap_or(EMPTY);
                return;
            }
            slot = self.after(slot);
        }
    }

    /// Empties `gap` and moves back what follows it, so that no search stops too early.
    fn close_gap(&mut self, mut gap: usize) {
        self.point(gap, EMPTY);
        let mut slot = self.after(gap);
        while let Some(entry) = self.index.get(slot).and_then(|position| self.entries.get(*position as usize)) {
            let home = self.home(entry.key());
            if self.distance(home, slot) >= self.distance(gap, slot) {
                let moved = self.index.get(slot).copied().unwrap_or(EMPTY);
                self.point(gap, moved);
                self.point(slot, EMPTY);
                gap = slot;
            }
            slot = self.after(slot);
        }
    }

    fn point(&mut self, slot: usize, position: u32) {
        if let Some(slot) = self.index.get_mut(slot) {
            *slot = position;
        }
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & self.mask()
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask()
    }
}
