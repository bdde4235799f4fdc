//! A hash table that never allocates by itself: entries stand densely in one vector, an index of open addressing finds
//! them. Room is made by whoever holds no lock.

/// What can stand in a [`Table`].
pub trait Entry: Copy {
    /// What stands where there is none.
    const VACANT: Self;
    /// The most entries there may ever be.
    const BOUND: usize;

    fn key(&self) -> u64;
}

/// There is no room; `room` is what to allocate next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    pub room: usize,
}

pub struct Table<T> {
    /// As many as there may be, of which the first `used` are there: so nothing here can grow, nor fail.
    entries: Vec<T>,
    used: usize,
    /// Positions in `entries`; a power of two of them, or none.
    index: Vec<u32>,
}

/// What a search came to: a slot, and the position it leads to, which is none of an entry where the slot is empty.
struct Place {
    slot: usize,
    position: usize,
}

const EMPTY: u32 = u32::MAX;
const FIRST_ROOM: usize = 64;

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Table<T> {
    pub const fn new() -> Self {
        Self { entries: Vec::new(), used: 0, index: Vec::new() }
    }
}

impl<T: Entry> Table<T> {
    /// Room for `room` entries, a power of two; `None` above the bound or without memory.
    pub fn with_room(room: usize) -> Option<Self> {
        if room > T::BOUND || !room.is_power_of_two() {
            return None;
        }
        let mut table = Self::new();
        table.entries.try_reserve_exact(room).ok()?;
        table.entries.resize(room, T::VACANT);
        // Half full at most, so that a search ends soon.
        table.index.try_reserve_exact(room * 2).ok()?;
        table.index.resize(room * 2, EMPTY);
        Some(table)
    }

    pub fn contains(&self, key: u64) -> bool {
        self.get(key).is_some()
    }

    #[inline]
    pub fn get(&self, key: u64) -> Option<&T> {
        let position = self.find(key)?.position;
        self.live().get(position)
    }

    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        let position = self.find(key)?.position;
        self.live_mut().get_mut(position)
    }

    /// Adds an entry, or puts it in the place of the one with the same key.
    #[inline]
    pub fn insert(&mut self, entry: T) -> Result<(), Full> {
        let full = Full { room: self.index.len().max(FIRST_ROOM) };
        let Place { slot, position } = self.find(entry.key()).ok_or(full)?;
        if let Some(old) = self.live_mut().get_mut(position) {
            *old = entry;
            return Ok(());
        }
        // Half full at most; room for as many entries was made together with the index.
        let position = self.used;
        match (self.entries.get_mut(position), self.index.get_mut(slot)) {
            (Some(free), Some(slot)) => {
                *free = entry;
                *slot = u32::try_from(position).unwrap_or(EMPTY);
                self.used = position + 1;
                Ok(())
            }
            _ => Err(full),
        }
    }

    pub fn remove(&mut self, key: u64) -> Option<T> {
        self.take(key, |entry| *entry)
    }

    /// The same, with a last look instead of a copy.
    #[inline]
    pub fn take<R>(&mut self, key: u64, look: impl FnOnce(&T) -> R) -> Option<R> {
        let Place { slot, position } = self.find(key)?;
        let looked = look(self.live().get(position)?);
        self.close_gap(slot);
        self.used -= 1;
        // The last one takes its place.
        if position != self.used
            && let Some(last) = self.entries.get(self.used).copied()
            && let Some(hole) = self.entries.get_mut(position)
        {
            *hole = last;
            self.redirect(last.key(), self.used, position);
        }
        Some(looked)
    }

    fn live(&self) -> &[T] {
        self.entries.get(..self.used).unwrap_or_default()
    }

    fn live_mut(&mut self) -> &mut [T] {
        self.entries.get_mut(..self.used).unwrap_or_default()
    }

    /// Moves every entry into `larger`, becomes it, and returns what it was.
    pub fn move_into(&mut self, mut larger: Self) -> Self {
        for entry in self.live() {
            // Somebody else may have been faster and brought even more room.
            if larger.insert(*entry).is_err() {
                return larger;
            }
        }
        std::mem::replace(self, larger)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.live().iter()
    }

    /// The keys must stay as they are.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.live_mut().iter_mut()
    }

    fn home(&self, key: u64) -> usize {
        // Fibonacci hashing: ids and page addresses differ in few bits, the product spreads them over the upper ones.
        let spread = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread >> 32) as usize & self.mask()
    }

    fn mask(&self) -> usize {
        self.index.len().wrapping_sub(1)
    }

    /// Where the entry with this key is, or would go; `None` in a table without room.
    #[inline]
    fn find(&self, key: u64) -> Option<Place> {
        let mut slot = self.home(key);
        loop {
            let position = *self.index.get(slot)? as usize;
            // An empty slot leads to no entry.
            if self.live().get(position).is_none_or(|entry| entry.key() == key) {
                return Some(Place { slot, position });
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
        while let Some(entry) = self.index.get(slot).and_then(|position| self.live().get(*position as usize)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::rounds;
    use std::collections::HashMap;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Pair(u64, u64);

    impl Entry for Pair {
        const VACANT: Self = Self(0, 0);
        const BOUND: usize = 1024;
        fn key(&self) -> u64 {
            self.0
        }
    }

    fn grow(table: &mut Table<Pair>, full: Full) {
        drop(table.move_into(Table::with_room(full.room).unwrap()));
    }

    #[test]
    fn it_agrees_with_the_standard_map_over_random_work() {
        let mut table = Table::new();
        let mut map = HashMap::new();
        let mut state = 1_u64;
        for step in 0..rounds(20_000, 1000) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Page addresses: neighbours, which is where a bad hash would pile them up.
            let key = (state >> 40) % 300 * 4096;
            if state >> 63 == 0 {
                while let Err(full) = table.insert(Pair(key, step)) {
                    grow(&mut table, full);
                }
                map.insert(key, step);
            } else {
                assert_eq!(table.remove(key).map(|pair| pair.1), map.remove(&key));
            }
            assert_eq!(table.get(key).map(|pair| pair.1), map.get(&key).copied());
        }
        assert_eq!(table.iter().len(), map.len());
        assert!(map.iter().all(|(&key, &value)| table.get(key) == Some(&Pair(key, value))));
    }

    #[test]
    fn it_is_full_before_it_would_allocate_and_stops_at_its_bound() {
        let mut table = Table::new();
        assert_eq!(table.insert(Pair(1, 1)), Err(Full { room: FIRST_ROOM }));
        let mut key = 0;
        loop {
            match table.insert(Pair(key, key)) {
                Ok(()) => key += 1,
                Err(full) if full.room > Pair::BOUND => break,
                Err(full) => grow(&mut table, full),
            }
            assert!(table.used <= table.index.len() / 2);
        }
        assert_eq!(key, 1024);
        assert!(Table::<Pair>::with_room(2048).is_none());
    }

    #[test]
    fn room_that_came_too_late_is_given_back_unused() {
        let mut table = Table::with_room(128).unwrap();
        (0..100).for_each(|key| table.insert(Pair(key, key)).unwrap());
        drop(table.move_into(Table::with_room(64).unwrap()));
        assert_eq!(table.iter().len(), 100);
        assert_eq!(table.index.len(), 256);
    }
}
