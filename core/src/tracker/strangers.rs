//! The sizes of segments that this process attached by an id that came from elsewhere: through a pipe, as an argument. The
//! kernel is asked for each once, not at each attach.

use crate::call::ShmId;

/// A power of two: so many segments there may be by default (SHMMNI), and their ids differ in these lower bits.
const ROOM: usize = 1 << 12;
const SIZE_BITS: u32 = 44;
const LARGEST: usize = (1 << SIZE_BITS) - 1;
/// An attach was noted, and not only asked for.
const MET: u64 = 1 << SIZE_BITS;

/// One segment each, as a number made of its id and its size. 0 is none: no segment is empty.
pub(super) struct Strangers {
    slots: [u64; ROOM],
}

impl Strangers {
    #[expect(clippy::large_stack_arrays, reason = "it becomes part of a static")]
    pub const fn new() -> Self {
        Self { slots: [0; ROOM] }
    }

    /// Its size in bytes, where that was learned.
    pub fn size(&self, id: ShmId) -> Option<usize> {
        usize::try_from(self.slot(id)? & LARGEST as u64).ok()
    }

    /// The same, where it was attached before.
    pub fn size_of_known(&self, id: ShmId) -> Option<usize> {
        self.slot(id).filter(|slot| slot & MET != 0)?;
        self.size(id)
    }

    /// The kernel has told its size. A segment that is larger than any machine's memory is asked for each time.
    pub const fn learn(&mut self, id: ShmId, size: usize) {
        if let (Some(owner), true) = (owner(id), size <= LARGEST) {
            self.slots[place(id)] = owner | size as u64;
        }
    }

    /// It was attached.
    pub fn meet(&mut self, id: ShmId) {
        if self.slot(id).is_some() {
            self.slots[place(id)] |= MET;
        }
    }

    /// It is gone, or may be.
    pub fn forget(&mut self, id: ShmId) {
        if self.slot(id).is_some() {
            self.slots[place(id)] = 0;
        }
    }

    fn slot(&self, id: ShmId) -> Option<u64> {
        let slot = self.slots[place(id)];
        (slot != 0 && owner(id) == Some(slot & !(MET | LARGEST as u64))).then_some(slot)
    }
}

const fn place(id: ShmId) -> usize {
    id.0.cast_unsigned() as usize % ROOM
}

/// What is left of the id beside its place; a negative one is nobody's.
const fn owner(id: ShmId) -> Option<u64> {
    if id.0 < 0 { None } else { Some((id.0.cast_unsigned() as usize / ROOM) as u64 * (MET << 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_has_the_size_that_was_learned_of_it_and_no_other_one() {
        let mut strangers = Strangers::new();
        let ids = [0, 1, 4095, 4096, 32768, i32::MAX].map(ShmId);
        for (id, size) in ids.into_iter().zip([1, 4096, LARGEST, 7, 8, 9]) {
            assert_eq!(strangers.size(id), None);
            strangers.learn(id, size);
            assert_eq!((strangers.size(id), strangers.size_of_known(id)), (Some(size), None), "{id}");
            strangers.meet(id);
            assert_eq!((strangers.size(id), strangers.size_of_known(id)), (Some(size), Some(size)), "{id}");
        }
        // 0, 4096 and 32768 share a slot: the last is there.
        assert_eq!([0, 4096, 32768].map(|id| strangers.size(ShmId(id))), [None, None, Some(8)]);
        strangers.forget(ShmId(4096));
        assert_eq!(strangers.size(ShmId(32768)), Some(8), "another one's");
        strangers.forget(ShmId(32768));
        assert_eq!(strangers.size(ShmId(32768)), None);
        strangers.meet(ShmId(32768));
        for nobody in [-1, i32::MIN].map(ShmId) {
            strangers.learn(nobody, 1);
            strangers.meet(nobody);
            strangers.forget(nobody);
            assert_eq!(strangers.size(nobody), None);
        }
        strangers.learn(ShmId(1), LARGEST + 1);
        assert_eq!([1, 32768].map(|id| strangers.size_of_known(ShmId(id))), [Some(4096), None]);
    }
}
