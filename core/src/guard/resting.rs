//! The places of one size that rest: where the last attachments were, first in, first out.

/// So many rest at most.
pub const ROOM: usize = 64;

#[derive(Clone, Copy)]
pub struct Resting {
    slots: [usize; ROOM],
    first: usize,
    count: usize,
}

impl Resting {
    pub const NONE: Self = Self { slots: [0; ROOM], first: 0, count: 0 };

    pub const fn is_full(&self) -> bool {
        self.count == ROOM
    }

    /// Of a full one, the one that has rested longest makes room.
    pub fn push(&mut self, slot: usize) -> Option<usize> {
        let oldest = if self.is_full() { self.pop() } else { None };
        self.slots[(self.first + self.count) % ROOM] = slot;
        self.count += 1;
        oldest
    }

    /// The one that has rested longest.
    pub fn pop(&mut self) -> Option<usize> {
        if self.count == 0 {
            return None;
        }
        let slot = self.slots[self.first % ROOM];
        self.first = (self.first + 1) % ROOM;
        self.count -= 1;
        Some(slot)
    }

    /// Takes `slot` out, wherever it stands; `false` where it does not rest.
    pub fn remove(&mut self, slot: usize) -> bool {
        let Some(found) = (0..self.count).find(|&position| self.slots[(self.first + position) % ROOM] == slot) else {
            return false;
        };
        for position in found + 1..self.count {
            self.slots[(self.first + position - 1) % ROOM] = self.slots[(self.first + position) % ROOM];
        }
        self.count -= 1;
        true
    }
}
