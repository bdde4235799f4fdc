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
        site.number() == 0 || probe(site).any(|slot| self.places[slot] == site.number())
    }

    pub fn insert(&mut self, site: Site) {
        if let Some(slot) = probe(site).find(|slot| self.places[*slot] == 0) {
            self.places[slot] = site.number();
        }
    }

    pub fn clear(&mut self) {
        self.places.fill(0);
    }
}

fn probe(site: Site) -> impl Iterator<Item = usize> {
    let home = site.number().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let home = usize::try_from(home).unwrap_or_default();
    (home..home + TRIES).map(|slot| slot % ROOM)
}
