//! Which places a journal or a ledger has told of already: a call stores a number, and what it stands for is said once.

use shmsan_core::site::Site;

/// So many are remembered; what finds no room is told again each time.
const ROOM: usize = 2048;
/// So many slots are looked at for one place.
const TRIES: usize = 8;

pub struct Said {
    /// 0 where there is none.
    places: [u64; ROOM],
}

impl Said {
    pub const fn new() -> Self {
        Self { places: [0; ROOM] }
    }

    /// Nothing has to be told of an unknown place.
    #[inline]
    pub fn contains(&self, site: Site) -> bool {
        number(site) == 0 || probe(site).any(|slot| self.places[slot] == number(site))
    }

    pub fn insert(&mut self, site: Site) {
        if let Some(slot) = probe(site).find(|slot| self.places[*slot] == 0) {
            self.places[slot] = number(site);
        }
    }

    pub fn clear(&mut self) {
        self.places.fill(0);
    }
}

/// Another one for each place; addresses have less than 62 bits.
const fn number(site: Site) -> u64 {
    match site {
        Site::Unknown => 0,
        Site::Return(address) => address as u64,
        Site::Source(number) => 1 << 62 | number as u64,
        Site::Stack(number) => 1 << 63 | number as u64,
    }
}

fn probe(site: Site) -> impl Iterator<Item = usize> {
    let home = number(site).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let home = usize::try_from(home).unwrap_or_default();
    (home..home + TRIES).map(|slot| slot % ROOM)
}
