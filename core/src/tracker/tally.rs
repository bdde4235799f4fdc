//! How much of everything there was in this process, for `verbosity=1`.

/// Counts since the process began, and what is left now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Segments that this process made.
    pub created: u64,
    /// Segments that it got and others had made.
    pub found: u64,
    /// Calls that removed one.
    pub removed: u64,
    /// Attachments of its own that it still has.
    pub attached: u64,
}
