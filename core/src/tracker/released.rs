//! What a detach has taken out of the tracker, no more than fits into two registers: each detach hands it on.

use super::{Attachment, Chosen};
use std::num::NonZeroU64;

/// No process attaches so often.
const SHIFT: u32 = 62;

/// An attachment that [`Tracker::release`](super::Tracker::release) took out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Its number, and in the two highest bits who chose its place.
    mark: NonZeroU64,
    /// The segment's size in bytes.
    pub size: usize,
}

impl Released {
    #[inline]
    pub(super) fn new(attachment: &Attachment) -> Option<Self> {
        let mark = NonZeroU64::new(attachment.number | (attachment.chosen as u64) << SHIFT)?;
        Some(Self { mark, size: attachment.size })
    }

    pub(super) const fn is_of(&self, attachment: &Attachment) -> bool {
        attachment.number == self.mark.get() & !(3 << SHIFT)
    }

    #[inline]
    #[must_use]
    pub const fn chosen(&self) -> Chosen {
        match self.mark.get() >> SHIFT {
            0 => Chosen::ByProgram,
            1 => Chosen::ByKernel,
            _ => Chosen::ByUs,
        }
    }
}
