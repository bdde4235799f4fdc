//! A table that never allocates by itself. Few processes have more than a few entries: those stand in the table itself, near to
//! all else that each call touches, and are found by looking at each. Room for more is made by whoever holds no lock.

mod indexed;

use indexed::Indexed;
use std::hint::cold_path;

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

/// What every call touches stands first.
#[repr(C)]
pub struct Table<T> {
    /// How many of the few there are, or [`MANY`].
    used: usize,
    few: [T; FEW],
    /// All of them, once they are more than a few.
    many: Indexed<T>,
}

const FEW: usize = 8;
const MANY: usize = usize::MAX;

impl<T: Entry> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What was added last is asked for most, and is looked at first: what is to be done then is short, and stands together with all
/// else that each call goes through. The rest is elsewhere.
impl<T: Entry> Table<T> {
    pub const fn new() -> Self {
        Self { used: 0, few: [T::VACANT; FEW], many: Indexed::new() }
    }

    /// Room for `room` entries, a power of two; `None` above the bound or without memory.
    pub fn with_room(room: usize) -> Option<Self> {
        Some(Self { used: MANY, many: Indexed::with_room(room)?, ..Self::new() })
    }

    pub fn contains(&self, key: u64) -> bool {
        self.find(key).is_some()
    }

    pub fn get(&self, key: u64) -> Option<&T> {
        self.at(self.find(key)?)
    }

    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        if let Some(last) = self.is_last(key) {
            return self.few.get_mut(last);
        }
        cold_path();
        let position = self.find(key)?;
        self.entries_mut().get_mut(position)
    }

    /// Adds an entry, or puts it in the place of the one with the same key.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the entry would be written to the stack, and read again")]
    pub fn insert(&mut self, entry: T) -> Result<(), Full> {
        let used = self.used;
        if used < FEW && self.few[..used].iter().all(|other| other.key() != entry.key()) {
            self.few[used] = entry;
            self.used = used + 1;
            return Ok(());
        }
        cold_path();
        *self.place_among_others(entry.key())? = entry;
        Ok(())
    }

    /// Where the entry with this key is, or is to be written.
    #[cold]
    #[inline(never)]
    fn place_among_others(&mut self, key: u64) -> Result<&mut T, Full> {
        if self.has_many() {
            return self.many.place_for(key);
        }
        self.few_mut().iter_mut().find(|other| other.key() == key).ok_or(Full { room: 2 * FEW })
    }

    pub fn remove(&mut self, key: u64) -> Option<T> {
        self.take_if(key, |entry| Some(*entry))
    }

    /// The same, with a last look instead of a copy, which may find that it stays.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what the look needs would be written to the stack, and read again")]
    pub fn take_if<R>(&mut self, key: u64, look: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        if let Some(last) = self.is_last(key) {
            let looked = look(&self.few[last])?;
            self.used = last;
            return Some(looked);
        }
        cold_path();
        let position = self.find(key)?;
        let looked = look(self.at(position)?)?;
        self.take(key, position);
        Some(looked)
    }

    /// The last one takes its place.
    #[cold]
    #[inline(never)]
    fn take(&mut self, key: u64, position: usize) {
        if self.has_many() {
            return self.many.remove(key);
        }
        if let [.., last] = *self.few() {
            self.few[position] = last;
            self.used -= 1;
        }
    }

    /// The position of the one that was added last, where it has this key.
    #[inline]
    fn is_last(&self, key: u64) -> Option<usize> {
        let last = self.used.wrapping_sub(1);
        (last < FEW && self.few[last].key() == key).then_some(last)
    }

    #[cold]
    #[inline(never)]
    fn find(&self, key: u64) -> Option<usize> {
        if self.has_many() { self.many.find(key) } else { self.few().iter().position(|entry| entry.key() == key) }
    }

    fn at(&self, position: usize) -> Option<&T> {
        self.entries().get(position)
    }

    #[inline]
    const fn has_many(&self) -> bool {
        self.used > FEW
    }

    fn few(&self) -> &[T] {
        &self.few[..self.used.min(FEW)]
    }

    fn few_mut(&mut self) -> &mut [T] {
        &mut self.few[..self.used.min(FEW)]
    }

    fn entries(&self) -> &[T] {
        if self.has_many() { self.many.entries() } else { self.few() }
    }

    fn entries_mut(&mut self) -> &mut [T] {
        if self.has_many() { self.many.entries_mut() } else { self.few_mut() }
    }

    /// Moves every entry into `larger`, becomes it, and returns what it was.
    pub fn move_into(&mut self, mut larger: Self) -> Self {
        for entry in self.entries() {
            // Somebody else may have been faster and brought even more room.
            if larger.insert(*entry).is_err() {
                return larger;
            }
        }
        std::mem::replace(self, larger)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries().iter()
    }

    /// The keys must stay as they are.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.entries_mut().iter_mut()
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
        for keys in [FEW as u64, 300] {
            agree_on(keys);
        }
    }

    fn agree_on(keys: u64) {
        let mut table = Table::new();
        let mut map = HashMap::new();
        let mut state = 1_u64;
        for step in 0..rounds(20_000, 1000) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Page addresses: neighbours, which is where a bad hash would pile them up.
            let key = (state >> 40) % keys * 4096;
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
        let few = FEW as u64;
        (0..few).for_each(|key| table.insert(Pair(key, key)).unwrap());
        assert_eq!(table.insert(Pair(few, few)), Err(Full { room: 2 * FEW }));
        assert_eq!((table.insert(Pair(0, 7)), table.get(0)), (Ok(()), Some(&Pair(0, 7))), "in the same place");
        let mut key = few;
        loop {
            match table.insert(Pair(key, key)) {
                Ok(()) => key += 1,
                Err(full) if full.room > Pair::BOUND => break,
                Err(full) => grow(&mut table, full),
            }
            assert!(!table.has_many() || table.iter().len() <= table.many.slots() / 2);
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
        assert_eq!(table.many.slots(), 256);
    }
}
