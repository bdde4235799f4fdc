//! The journal's unit: 64 bytes. A record is a head, and as many continuations as its bytes need, one behind the other.

use super::fingerprint;

/// Eight words in the machine's own order: who reads a journal is on the machine that wrote it.
pub type Slot = [u64; 8];

/// The whole slots that stand in some bytes of a file.
#[must_use]
pub fn slots(bytes: &[u8]) -> Vec<Slot> {
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_ne_bytes);
    let slot = |bytes: &[u8]| std::array::from_fn(|index| word(&bytes[index * 8..index * 8 + 8]));
    bytes.chunks_exact(size_of::<Slot>()).map(slot).collect()
}

/// Bytes that one continuation holds.
pub const ROOM: usize = size_of::<Slot>() - size_of::<u64>();

/// No record has more of them behind its head.
pub const MOST_BYTES: usize = 255 * ROOM;

/// In the first byte of a slot that is no head. 0 is none at all.
pub(super) const CONTINUATION: u8 = 1;

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub head: Slot,
    /// At most [`MOST_BYTES`].
    pub bytes: Vec<u8>,
}

impl Stored {
    pub(super) fn new(kind: u8, words: [u64; 6], bytes: Vec<u8>) -> Self {
        let [first, second, third, fourth, fifth, sixth] = words;
        Self::with(bytes, [u64::from(kind), first, second, third, fourth, fifth, sixth, 0])
    }

    /// A head, and what is to come behind it.
    pub(super) fn with(mut bytes: Vec<u8>, mut head: Slot) -> Self {
        bytes.truncate(MOST_BYTES);
        head[7] = bytes.len() as u64;
        Self { head, bytes }
    }

    /// A number that another record hardly has.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.head.iter().fold(fingerprint(&self.bytes), |sum, word| (sum ^ word).wrapping_mul(0x100_0000_01b3))
    }

    /// How many slots it takes.
    #[must_use]
    pub fn slots(&self) -> usize {
        1 + self.bytes.len().div_ceil(ROOM)
    }

    /// What comes behind the head.
    pub fn continuations(&self) -> impl Iterator<Item = Slot> {
        self.bytes.chunks(ROOM).map(|bytes| {
            let mut slot = [0; 8];
            slot[0] = u64::from(CONTINUATION);
            for (word, bytes) in slot[1..].iter_mut().zip(bytes.chunks(size_of::<u64>())) {
                let mut whole = [0; size_of::<u64>()];
                whole[..bytes.len()].copy_from_slice(bytes);
                *word = u64::from_ne_bytes(whole);
            }
            slot
        })
    }
}

/// A record that is nothing but its head.
impl From<Slot> for Stored {
    fn from(head: Slot) -> Self {
        Self { head, bytes: Vec::new() }
    }
}

/// The record that `slots` begin with, which takes [`Stored::slots`] of them; `None` where they begin none.
#[must_use]
pub fn look(slots: &[Slot]) -> Option<Stored> {
    let (head, rest) = slots.split_first()?;
    if matches!(kind(head), 0 | CONTINUATION) {
        return None;
    }
    let length = usize::try_from(head[7]).ok().filter(|length| *length <= MOST_BYTES)?;
    let continuations = rest.get(..length.div_ceil(ROOM))?;
    if continuations.iter().any(|slot| kind(slot) != CONTINUATION) {
        return None;
    }
    let mut bytes: Vec<u8> =
        continuations.iter().flat_map(|slot| slot[1..].iter().flat_map(|word| word.to_ne_bytes())).collect();
    bytes.truncate(length);
    Some(Stored { head: *head, bytes })
}

pub(super) const fn kind(slot: &Slot) -> u8 {
    slot[0].to_le_bytes()[0]
}

/// Two halves in a word.
pub(crate) const fn pair(low: u32, high: u32) -> u64 {
    low as u64 | (high as u64) << 32
}

pub(crate) const fn low(word: u64) -> u32 {
    let [first, second, third, fourth, ..] = word.to_le_bytes();
    u32::from_le_bytes([first, second, third, fourth])
}

pub(crate) const fn high(word: u64) -> u32 {
    low(word >> 32)
}
