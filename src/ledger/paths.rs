//! Which paths the ledger has told of already, by the keys that ftok made of them: an entry holds a number.

use shmsan_core::call::Key;

/// So many keys are remembered; what finds no room is told again.
const ROOM: usize = 16;

pub struct Paths {
    /// By the key's lowest bits; key 0 stands for none.
    known: [(Key, u32); ROOM],
    last: u32,
}

impl Paths {
    pub const fn new() -> Self {
        Self { known: [(Key::PRIVATE, 0); ROOM], last: 0 }
    }

    /// The number of the path, 0 where the key has none; `None` where that is not known.
    pub fn number(&self, key: Key) -> Option<u32> {
        let (known, number) = self.known[place(key)];
        if key == Key::PRIVATE { Some(0) } else { (known == key).then_some(number) }
    }

    /// A new number for the key's path, where it has one.
    pub fn choose(&mut self, key: Key, has_path: bool) -> u32 {
        if self.number(key).is_none_or(|number| number == 0 && has_path) && key != Key::PRIVATE {
            self.last += u32::from(has_path);
            self.known[place(key)] = (key, if has_path { self.last } else { 0 });
        }
        self.number(key).unwrap_or_default()
    }
}

fn place(key: Key) -> usize {
    key.0.cast_unsigned() as usize % ROOM
}
