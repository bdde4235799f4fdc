//! What a detach has taken out of the tracker, no more than fits into two registers: each detach hands it on.

use super::{Attachment, Chosen};
use std::num::NonZeroU64;

/// An attachment that [`Tracker::release`](super::Tracker::release) took out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Its number, and in the two lowest bits who chose its place.
    mark: NonZeroU64,
    /// The segment's size in bytes.
    pub size: usize,
}

impl Released {
    #[inline]
    pub(super) fn new(attachment: &Attachment) -> Self {
        let chosen = match attachment.chosen {
            Chosen::ByProgram => 0,
            Chosen::ByKernel => 1,
            Chosen::ByUs => 2,
        };
        let mark = attachment.number.get() << 2 | chosen;
        Self { mark: NonZeroU64::new(mark).unwrap_or(NonZeroU64::MAX), size: attachment.size }
    }

    pub(super) const fn is_of(&self, attachment: &Attachment) -> bool {
        attachment.number.get() == self.mark.get() >> 2
    }

    #[inline]
    #[must_use]
    pub const fn chosen(&self) -> Chosen {
        match self.mark.get() & 3 {
            0 => Chosen::ByProgram,
            1 => Chosen::ByKernel,
            _ => Chosen::ByUs,
        }
    }
}
