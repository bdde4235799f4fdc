//! The last call of a kind that failed: the likely origin of a -1 that is used later.

use crate::call::{Call, Written};
use crate::detail::Detail;
use crate::errno::Errno;
use crate::site::Site;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    pub call: Call,
    pub errno: Errno,
    pub site: Site,
    pub thread: i32,
    /// What its pointers showed.
    pub detail: Option<Detail>,
}

impl Failed {
    /// The call as strace would write it.
    #[must_use]
    pub fn written(&self) -> String {
        Written { call: &self.call, outcome: Err(self.errno), detail: self.detail.as_ref() }.to_string()
    }
}
