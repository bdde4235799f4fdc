//! The gap: a range of addresses that is kept unmapped, and where in it attachments are placed, so that what lies around
//! each of them faults. It costs no system call in the steady state: the kernel refuses a place that somebody else has
//! taken, and page tables survive a detach because one page in each block, the anchor, stays mapped.

mod class;
mod resting;

use crate::call::Addr;
use class::{CLASSES, Class};

/// Where an attachment may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Here.
    At(Addr),
    /// Map an anchor here, a page that nobody can touch; say so with [`Gap::open`], and ask again.
    Anchor(Addr),
    /// Nowhere: too large, or all is taken.
    Nowhere,
}

/// Which places are taken, free, or resting after a detach.
pub struct Gap {
    begin: usize,
    end: usize,
    /// Whether all of a block is mapped, and not its anchor alone.
    is_reserved: bool,
    classes: Vec<Class>,
}

impl Gap {
    /// Bytes of address space that it needs.
    pub const SPAN: usize = class::SPAN;
    /// It begins at a multiple of this.
    pub const ALIGNMENT: usize = class::BLOCK;

    /// `None` where there is no memory for its tables. They have their room from the beginning: later nothing here
    /// allocates.
    #[must_use]
    pub fn new(begin: usize) -> Option<Self> {
        let mut at = begin;
        let mut classes = Vec::new();
        classes.try_reserve_exact(CLASSES).ok()?;
        for number in 0..CLASSES {
            let class = Class::new(number, at)?;
            at = class.end();
            classes.push(class);
        }
        Some(Self { begin, end: at, is_reserved: false, classes })
    }

    /// Whole blocks are mapped in it, so that nobody else gets in, and not their anchors alone.
    #[must_use]
    pub fn reserved(self) -> Self {
        Self { is_reserved: true, ..self }
    }

    #[must_use]
    pub const fn begin(&self) -> Addr {
        Addr(self.begin)
    }

    /// A place for a segment of `size` bytes.
    pub fn take(&mut self, size: usize) -> Taken {
        self.classes.iter_mut().find(|class| class.fits(size)).map_or(Taken::Nowhere, Class::take)
    }

    /// The anchor was mapped: its block can be used.
    pub fn open(&mut self, anchor: Addr) {
        if let Some(class) = self.class_of(anchor) {
            class.open(anchor);
        }
    }

    /// Bytes of the block that begins with `anchor`.
    #[must_use]
    pub fn block(&self, anchor: Addr) -> Option<usize> {
        self.classes.iter().find(|class| class.contains(anchor)).map(Class::block)
    }

    /// The attachment at `place` is about to be detached, or somebody else has mapped something there: it rests, and is
    /// used again only after many others.
    pub fn rest(&mut self, place: Addr) {
        if let Some(class) = self.class_of(place) {
            class.rest(place);
        }
    }

    /// It was not detached after all.
    pub fn take_back(&mut self, place: Addr) {
        if let Some(class) = self.class_of(place) {
            class.take_back(place);
        }
    }

    /// The program has attached something here by an address of its own: nothing else goes there any more.
    pub fn occupy(&mut self, begin: Addr, end: Addr) {
        for class in &mut self.classes {
            class.occupy(begin, end);
        }
    }

    /// Nothing was attached at `place`: it can be used at once.
    pub fn put_back(&mut self, place: Addr) {
        if let Some(class) = self.class_of(place) {
            class.put_back(place);
        }
    }

    /// Whether `address` lies in it.
    #[must_use]
    pub const fn contains(&self, address: Addr) -> bool {
        self.begin <= address.0 && address.0 < self.end
    }

    /// The anchors between two addresses, which a caller that names that range himself has to be rid of.
    pub fn anchors(&self, begin: Addr, end: Addr) -> impl Iterator<Item = Addr> {
        self.classes.iter().flat_map(move |class| class.anchors(begin, end))
    }

    /// Where the slots begin and end that lie between two addresses or are touched by them, where all of that lies in blocks
    /// whose anchors were mapped.
    #[must_use]
    pub fn slots(&self, begin: Addr, end: Addr) -> Option<(Addr, Addr)> {
        let class = self.classes.iter().find(|class| class.contains(begin))?;
        class.has_opened(begin, end).then(|| class.slots(begin, end))
    }

    /// Whether what is mapped at `address`, a page of `page` bytes that nobody can touch, is ours.
    #[must_use]
    pub fn forbids(&self, address: Addr, page: usize) -> bool {
        let class = self.classes.iter().find(|class| class.contains(address));
        class.is_some_and(|class| {
            (self.is_reserved || class.is_in_anchor(address, page)) && class.has_opened(address, Addr(address.0 + 1))
        })
    }

    /// How far a place's own surroundings go: to its sides, and beyond `size` bytes, nothing else of ours is mapped.
    #[must_use]
    pub fn reach(&self, place: Addr) -> Option<(Addr, Addr)> {
        self.classes.iter().find(|class| class.contains(place))?.reach(place)
    }

    fn class_of(&mut self, address: Addr) -> Option<&mut Class> {
        if !self.contains(address) {
            return None;
        }
        self.classes.iter_mut().find(|class| class.contains(address))
    }
}

#[cfg(test)]
mod tests;
